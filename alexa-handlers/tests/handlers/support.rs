//! A skill's functions, bound to doubles.

use alexa_doubles::{Acme, Device, Gateway, Login, schema};
use alexa_handlers::{
    Dispatcher, Entrypoint, Poller, Receiver, Requester, Responder, SyncProcessor,
    acme::Acme as Cloud,
};
use alexa_patterns::{contract, message::Region};
use net_dsl::Contract;
use net_runtime::{Backend as _, BoxError, Handler, Memory, Runtime};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::time::{Duration, SystemTime};

/// The token of account linking that Ann has, of Acme.
pub(crate) const TOKEN: &str = "hush-token-of-ann";

/// Where messages go.
pub(crate) const DEFERRED: &str = "sqs:deferred";
pub(crate) const RESPONSES: &str = "sqs:responses";
pub(crate) const CHANGES: &str = "lambda:responder";

/// A skill: one memory for all its functions, and what it talks to. Ann has a bulb `lamp`, a lock
/// `door`, a sensor `attic` and a thermostat `heating`.
pub(crate) struct Skill {
    pub(crate) memory: Memory,
    pub(crate) acme: Acme,
    pub(crate) login: Login,
    pub(crate) gateway: Gateway,
}

impl Skill {
    pub(crate) async fn new() -> Skill {
        let memory = Memory::new();
        let (acme, login) = (Acme::start().await, Login::start().await);
        let gateway = Gateway::start(&login).await;
        for clock in [acme.clock(), login.clock(), gateway.clock()] {
            let memory = memory.clone();
            clock.follow(move || memory.now());
        }
        acme.add(
            "ann",
            TOKEN,
            [
                ("lamp", Device::bulb()),
                ("door", Device::lock()),
                ("attic", Device::sensor()),
                ("heating", Device::thermostat()),
            ],
        );
        memory.set_secret("arn:acme", &acme.secret());
        memory.set_secret("arn:login", &login.secret());
        Skill { memory, acme, login, gateway }
    }

    /// The same, and Ann has given leave to send events.
    pub(crate) async fn with_grant() -> Skill {
        let skill = Skill::new().await;
        skill.grant("ann");
        skill
    }

    /// Stores a grant as the entrypoint does.
    pub(crate) fn grant(&self, user: &str) {
        let (access, refresh, expires_at) = self.login.grant(user);
        self.memory.insert(
            "grants",
            &["user"],
            json!({
                "user": user, "access_token": access, "refresh_token": refresh,
                "expires_at": expires_at, "region": "EUROPE", "refused": false,
            }),
        );
    }

    fn bindings(&self) -> Vec<(String, String)> {
        [
            ("NET_SENDS_DEFERRED_DIRECTIVE", DEFERRED),
            ("NET_DEADLINE_DEFERRED_DIRECTIVE", "6"),
            ("NET_SENDS_ANSWER", RESPONSES),
            ("NET_SENDS_STATE_CHANGE", CHANGES),
            ("NET_TABLE_GRANT", "grants"),
            ("NET_TABLE_PENDING", "pending"),
            ("NET_CALLS_DEVICE_CLOUD", self.acme.url()),
            ("NET_SECRET_DEVICE_CLOUD", "arn:acme"),
            ("NET_CALLS_LOGIN_WITH_AMAZON", self.login.url()),
            ("NET_SECRET_LOGIN_WITH_AMAZON", "arn:login"),
            ("NET_CALLS_ALEXA_GATEWAY", self.gateway.url()),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    async fn run<C>(&self, handler: impl Handler<C>, event: Value) -> Result<Value, BoxError>
    where
        C: Contract,
        C::Input: DeserializeOwned + Send,
        C::Output: Serialize + Send,
    {
        let runtime = Runtime::<C>::new(self.memory.clone(), self.bindings())?;
        runtime.invoke(&handler, event).await
    }

    /// Alexa's directive, and the event that answers it, which is as Alexa wants it.
    pub(crate) async fn entrypoint(&self, directive: Value) -> Value {
        let handler = Entrypoint::new(Cloud, Region::Europe);
        let event = self.run::<contract::Entrypoint>(handler, directive).await;
        let event = event.expect("the entrypoint never fails");
        if let Err(why) = schema::synchronous(&event) {
            panic!("{why}: {event:#}");
        }
        event
    }

    pub(crate) async fn sync_processor(&self, event: Value) -> Result<Value, BoxError> {
        self.run::<contract::SyncProcessor>(SyncProcessor::new(Cloud), event).await
    }

    pub(crate) async fn requester(&self, event: Value) -> Result<Value, BoxError> {
        self.run::<contract::Requester>(Requester::new(Cloud), event).await
    }

    pub(crate) async fn responder(&self, event: Value) -> Result<Value, BoxError> {
        self.run::<contract::Responder>(Responder, event).await
    }

    pub(crate) async fn receiver(&self, event: Value) -> Result<Value, BoxError> {
        self.run::<contract::Receiver>(Receiver::new(Cloud), event).await
    }

    pub(crate) async fn poller(&self) -> Result<Value, BoxError> {
        let tick = json!({ "scheduled_at": "2026-11-24T12:00:00Z" });
        self.run::<contract::Poller>(Poller::new(Cloud), tick).await
    }

    pub(crate) async fn dispatcher(&self, event: Value) -> Result<Value, BoxError> {
        self.run::<contract::Dispatcher>(Dispatcher, event).await
    }

    /// The last message sent to an address, as an event that brings it to its consumer, with the
    /// deadline and the correlation id that travel along.
    pub(crate) fn last(&self, address: &str) -> Value {
        let parcel = self.memory.parcels(address).pop().expect("something was sent");
        if address.starts_with("lambda:") {
            return serde_json::from_str(&parcel.payload()).expect("JSON");
        }
        let mut attributes = json!({
            "net-correlation": { "stringValue": parcel.correlation, "dataType": "String" },
        });
        if let Some(deadline) = parcel.deadline {
            attributes["net-deadline"] =
                json!({ "stringValue": deadline.to_string(), "dataType": "String" });
        }
        json!({ "Records": [{
            "messageId": "1", "body": parcel.body, "attributes": {},
            "messageAttributes": attributes, "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-west-1:000000000000:queue",
        }]})
    }
}

/// A directive about a device of Ann's.
pub(crate) fn directive(
    namespace: &str,
    name: &str,
    device: &str,
    payload: Value,
    correlation: &str,
) -> Value {
    json!({ "directive": {
        "header": { "namespace": namespace, "name": name, "payloadVersion": "3",
                    "messageId": format!("m-{correlation}"), "correlationToken": correlation },
        "endpoint": { "endpointId": device, "cookie": {},
                      "scope": { "type": "BearerToken", "token": TOKEN } },
        "payload": payload,
    }})
}

pub(crate) fn turn_on(correlation: &str) -> Value {
    directive("Alexa.PowerController", "TurnOn", "lamp", json!({}), correlation)
}

pub(crate) fn accept_grant(code: &str) -> Value {
    json!({ "directive": {
        "header": { "namespace": "Alexa.Authorization", "name": "AcceptGrant",
                    "payloadVersion": "3", "messageId": "m-grant" },
        "payload": { "grant": { "type": "OAuth2.AuthorizationCode", "code": code },
                     "grantee": { "type": "BearerToken", "token": TOKEN } },
    }})
}

/// Interface and name of an event, as in `Alexa DeferredResponse`.
pub(crate) fn name(event: &Value) -> String {
    let header = &event["event"]["header"];
    let text = |key: &str| header[key].as_str().unwrap_or_default().to_owned();
    format!("{} {}", text("namespace"), text("name"))
}

/// The value of a property in an event's context.
pub(crate) fn property<'e>(event: &'e Value, name: &str) -> &'e Value {
    let properties = event["context"]["properties"].as_array();
    let found = properties.into_iter().flatten().find(|property| property["name"] == name);
    found.map_or(&Value::Null, |property| &property["value"])
}

/// Whether every message of a batch went well.
pub(crate) fn went_well(answer: Result<Value, BoxError>) -> bool {
    answer.is_ok_and(|answer| answer["batchItemFailures"].as_array().is_none_or(Vec::is_empty))
}

pub(crate) fn milliseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
    u64::try_from(since.as_millis()).expect("before the sun goes out")
}

/// A little longer than something takes.
pub(crate) const SOON: Duration = Duration::from_millis(10);
