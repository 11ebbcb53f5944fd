//! A whole world for one test: memory, Acme, Login with Amazon, the event gateway, and the log.

use alexa_doubles::{Acme, Device, Gateway, Login, schema};
use alexa_handlers::{
    Account, AdaptiveLookStarter, AdaptiveWatcher, Api, DeviceCloud, Dispatcher, Entrypoint, Fault,
    LookStarter, OptimisticRequester, Order, Outcome, Poller, PromiseChecker, PushRefused,
    Receiver, Requester, Responder, SyncProcessor, User, Watcher, acme,
};
use alexa_patterns::{
    contract,
    message::{
        DevicePush, DiscoveredDevice, EndpointId, Grant, Pending, Region, State, StateChange, Token,
    },
};
use net_dsl::{Contract, HttpRequest};
use net_runtime::{Clock as _, Handler, Invocation, Memory, Parcel, Runtime};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};
use tracing_subscriber::fmt::MakeWriter;

/// By which Acme knows Ann.
pub(crate) const TOKEN: &str = "hush-token-of-ann";
pub(crate) const CORRELATION: &str = "hush-correlation";

pub(crate) const DEFERRED: &str = "sqs:deferred";
pub(crate) const RESPONSES: &str = "sqs:responses";
pub(crate) const CHANGES: &str = "sqs:changes";
pub(crate) const LOOKS: &str = "sqs:looks";
pub(crate) const PROMISES: &str = "sqs:promises";

/// What every name of a token, code, key or secret has in it.
const HUSH: &str = "hush";

pub(crate) struct World {
    pub(crate) memory: Memory,
    pub(crate) acme: Acme,
    pub(crate) login: Login,
    pub(crate) gateway: Gateway,
    log: Log,
    taken: Mutex<HashMap<String, usize>>,
    _capturing: tracing::subscriber::DefaultGuard,
}

/// A test may do anything that brings a token into the log or into an error; no test may succeed.
impl Drop for World {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let log = self.log();
            assert!(!log.contains(HUSH), "a secret is in the log: {log}");
        }
    }
}

impl World {
    pub(crate) async fn start() -> World {
        let log = Log::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(log.clone())
            .finish();
        let capturing = tracing::subscriber::set_default(subscriber);
        let (memory, acme, login) = (Memory::new(), Acme::start().await, Login::start().await);
        let gateway = Gateway::start(&login).await;
        for clock in [acme.clock(), login.clock()] {
            let memory = memory.clone();
            clock.follow(move || memory.now());
        }
        memory.set_secret("arn:acme", &acme.secret());
        memory.set_secret("arn:login", &login.secret());
        acme.add(
            "ann",
            TOKEN,
            [
                ("lamp", Device::bulb()),
                ("door", Device::lock()),
                ("hall", Device::thermostat()),
                ("dual", Device::dual_thermostat()),
                ("triple", Device::triple_thermostat()),
                ("attic", Device::sensor()),
            ],
        );
        World { memory, acme, login, gateway, log, taken: Mutex::default(), _capturing: capturing }
    }

    /// The same, and Ann has given leave to send events.
    pub(crate) async fn granted() -> World {
        let world = World::start().await;
        world.grant().await;
        world
    }

    /// Ann's leave, as AcceptGrant stores it.
    pub(crate) async fn grant(&self) {
        let (access, refresh, expires) = self.login.grant("ann");
        self.store(&Grant {
            user: "ann".to_owned(),
            customer: self.acme.link(TOKEN).expect("Ann has linked the skill"),
            access_token: Token::new(access).expect("a token"),
            refresh_token: Token::new(refresh).expect("a token"),
            expires_at: expires,
            region: Some(Region::Europe),
            quiet_until: 0,
        })
        .await;
    }

    pub(crate) async fn store(&self, grant: &Grant) {
        self.memory.store("grants", grant).expect("memory");
    }

    pub(crate) fn grants(&self) -> Vec<Grant> {
        let grants = self.memory.items("grants").into_iter();
        grants.map(|grant| serde_json::from_value(grant).expect("a grant")).collect()
    }

    pub(crate) fn pending(&self) -> Vec<Pending> {
        let pending = self.memory.items("pending").into_iter();
        pending.map(|pending| serde_json::from_value(pending).expect("pending")).collect()
    }

    pub(crate) fn log(&self) -> String {
        let log = self.log.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&log).into_owned()
    }

    pub(crate) fn now(&self) -> u64 {
        milliseconds(self.memory.now())
    }

    pub(crate) fn advance(&self, seconds: f64) {
        self.memory.advance(Duration::from_secs_f64(seconds));
    }

    /// What the functions are bound to.
    pub(crate) fn bindings(&self) -> Vec<(&'static str, String)> {
        let bindings = [
            ("NET_SENDS_DEFERRED_DIRECTIVE", DEFERRED),
            ("NET_DEADLINE_DEFERRED_DIRECTIVE", "6"),
            ("NET_SENDS_ANSWER", RESPONSES),
            ("NET_SENDS_STATE_CHANGE", CHANGES),
            ("NET_TABLE_GRANT", "grants"),
            ("NET_SENDS_LOOK", LOOKS),
            ("NET_SENDS_OPEN_PROMISE", PROMISES),
            ("NET_DEADLINE_OPEN_PROMISE", "300"),
            ("NET_TABLE_HABIT", "habits"),
            ("NET_TABLE_PENDING", "pending"),
            ("NET_TABLE_ONCE", "once"),
            ("NET_CALLS_DEVICE_CLOUD", self.acme.url()),
            ("NET_SECRET_DEVICE_CLOUD", "arn:acme"),
            ("NET_CALLS_LOGIN_WITH_AMAZON", self.login.url()),
            ("NET_SECRET_LOGIN_WITH_AMAZON", "arn:login"),
            ("NET_CALLS_ALEXA_GATEWAY", self.gateway.url()),
        ];
        bindings.map(|(name, value)| (name, value.to_owned())).into()
    }

    pub(crate) fn runtime<C: Contract>(&self) -> Runtime<C> {
        Runtime::new(self.memory.clone(), self.bindings()).expect("every need is bound")
    }

    /// What was sent to a queue since last asked.
    pub(crate) fn take(&self, queue: &str) -> Vec<Parcel> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let before = taken.entry(queue.to_owned()).or_default();
        let new = self.memory.parcels(queue).split_off(*before);
        *before += new.len();
        new
    }

    /// What Alexa is answered, checked as Alexa checks it.
    pub(crate) async fn ask(&self, directive: Value) -> Value {
        self.ask_of(acme::Acme, directive).await
    }

    /// The same in a run of so long.
    pub(crate) async fn ask_within(&self, time: Duration, directive: Value) -> Value {
        let entrypoint = Entrypoint::new(acme::Acme, Region::Europe);
        let runtime = self.runtime::<contract::Entrypoint>();
        let ends = self.memory.now() + time;
        let invocation = Invocation { request_id: "local".to_owned(), ends };
        let answer = runtime.invoke_within(&entrypoint, directive, &invocation).await;
        let answer = answer.expect("it never fails");
        well_formed(schema::synchronous(&answer), &answer);
        answer
    }

    pub(crate) async fn ask_of(&self, cloud: impl DeviceCloud, directive: Value) -> Value {
        let entrypoint = Entrypoint::new(cloud, Region::Europe).reporting_changes(true);
        let runtime = self.runtime::<contract::Entrypoint>();
        let answer = runtime.invoke(&entrypoint, directive).await.expect("it never fails");
        well_formed(schema::synchronous(&answer), &answer);
        answer
    }

    /// Which of the messages failed, by number.
    async fn batch<C>(&self, handler: impl Handler<C>, parcels: &[Parcel]) -> Vec<usize>
    where
        C: Contract,
        C::Input: DeserializeOwned + Send,
        C::Output: Serialize + Send,
    {
        batch_on(&self.runtime(), &handler, parcels).await
    }

    pub(crate) async fn sync(&self, parcels: &[Parcel]) -> Vec<usize> {
        self.sync_of(acme::Acme, parcels).await
    }

    pub(crate) async fn sync_of(&self, cloud: impl DeviceCloud, parcels: &[Parcel]) -> Vec<usize> {
        self.batch(SyncProcessor::new(cloud), parcels).await
    }

    pub(crate) async fn request(&self, parcels: &[Parcel]) -> Vec<usize> {
        self.batch(Requester::new(acme::Acme), parcels).await
    }

    pub(crate) async fn promise(&self, parcels: &[Parcel]) -> Vec<usize> {
        self.batch(OptimisticRequester::new(acme::Acme), parcels).await
    }

    pub(crate) async fn promise_of(
        &self,
        cloud: impl DeviceCloud,
        parcels: &[Parcel],
    ) -> Vec<usize> {
        self.batch(OptimisticRequester::new(cloud), parcels).await
    }

    pub(crate) async fn check(&self, parcels: &[Parcel]) -> Vec<usize> {
        self.batch(PromiseChecker::new(acme::Acme), parcels).await
    }

    pub(crate) async fn watch(&self, parcels: &[Parcel]) -> Vec<usize> {
        self.batch(Watcher::new(acme::Acme), parcels).await
    }

    pub(crate) async fn watch_adaptively(&self, parcels: &[Parcel]) -> Vec<usize> {
        self.batch(AdaptiveWatcher::new(acme::Acme), parcels).await
    }

    /// What the stream of the table of requests brings, to who starts looks.
    pub(crate) async fn start_looks(&self, changes: &Value) {
        let runtime = self.runtime::<contract::LookStarter>();
        runtime.invoke(&LookStarter, changes.clone()).await.expect("a batch is answered");
    }

    /// The same with who starts them when a device is mostly done.
    pub(crate) async fn start_looks_adaptively(&self, changes: &Value) {
        let runtime = self.runtime::<contract::AdaptiveLookStarter>();
        runtime.invoke(&AdaptiveLookStarter, changes.clone()).await.expect("a batch is answered");
    }

    /// The insertion of a request as the table's stream tells of it.
    pub(crate) fn inserted(&self, message: &str) -> Value {
        let pending = self.memory.items("pending").into_iter();
        let found = pending.into_iter().find(|it| it["message"] == message).expect("it is there");
        let mut new = found.clone();
        new["status"] = "INTENT".into();
        streamed(&[(Value::Null, new)])
    }

    pub(crate) async fn respond(&self, parcels: &[Parcel]) -> Vec<usize> {
        self.batch(Responder, parcels).await
    }

    pub(crate) async fn dispatch(&self, parcels: &[Parcel]) -> Vec<usize> {
        self.batch::<contract::Dispatcher>(Dispatcher, parcels).await
    }

    pub(crate) async fn poll(&self) {
        let tick = json!({ "scheduled_at": "2026-07-01T07:00:00Z" });
        let runtime = self.runtime::<contract::Poller>();
        runtime.invoke(&Poller::new(acme::Acme), tick).await.expect("a tick is handled");
    }

    /// The status that a push is answered with.
    pub(crate) async fn receive(&self, body: &str, signature: &str) -> u64 {
        let event = http(body, signature);
        let runtime = self.runtime::<contract::Receiver>();
        let receiver = Receiver::new(acme::Acme);
        let answer = runtime.invoke(&receiver, event).await.expect("an answer");
        answer["statusCode"].as_u64().expect("a status")
    }

    /// The events among the answers on their way to Alexa, checked as they will be sent.
    pub(crate) fn answers(&self) -> Vec<Value> {
        self.take(RESPONSES).iter().map(event_of).collect()
    }
}

/// Which messages of a batch fail in a process, by number.
pub(crate) async fn batch_on<C>(
    runtime: &Runtime<C>,
    handler: &impl Handler<C>,
    parcels: &[Parcel],
) -> Vec<usize>
where
    C: Contract,
    C::Input: DeserializeOwned + Send,
    C::Output: Serialize + Send,
{
    if parcels.is_empty() {
        return Vec::new();
    }
    let done = runtime.invoke(handler, queued(parcels)).await.expect("a batch is answered");
    let failed = done["batchItemFailures"].as_array().expect("a list of failures").iter();
    let number = |failed: &Value| failed["itemIdentifier"].as_str()?.parse().ok();
    failed.filter_map(number).collect()
}

/// The event of an answer, checked as it will be sent.
pub(crate) fn event_of(answer: &Parcel) -> Value {
    let answer: Value = serde_json::from_str(&answer.body).expect("JSON");
    let mut event = answer["event"].clone();
    let about_all = event["event"]["header"]["namespace"] == "Alexa.Discovery";
    let holder = if about_all { "payload" } else { "endpoint" };
    event["event"][holder]["scope"] = json!({ "type": "BearerToken", "token": "t" });
    well_formed(schema::proactive(&event), &event);
    event
}

fn well_formed(checked: Result<(), String>, event: &Value) {
    if let Err(why) = checked {
        panic!("Alexa would not take it, since {why}: {event:#}");
    }
    let mut shown = event.clone();
    if let Some(header) = shown["event"]["header"].as_object_mut() {
        header.remove("correlationToken");
    }
    assert!(!shown.to_string().contains(HUSH), "a secret is in an event: {shown:#}");
}

pub(crate) fn milliseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
    u64::try_from(since.as_millis()).expect("before the end")
}

/// The header of a directive that a device is asked by.
pub(crate) fn directive(device: &str, namespace: &str, name: &str, payload: Value) -> Value {
    directive_with_id("m-1", device, namespace, name, payload)
}

pub(crate) fn directive_with_id(
    id: &str,
    device: &str,
    namespace: &str,
    name: &str,
    payload: Value,
) -> Value {
    let header = json!({
        "namespace": namespace, "name": name, "payloadVersion": "3", "messageId": id,
        "correlationToken": format!("{CORRELATION}-{id}"),
    });
    let scope = json!({ "type": "BearerToken", "token": TOKEN });
    let endpoint = json!({ "endpointId": device, "scope": scope, "cookie": {} });
    json!({ "directive": { "header": header, "endpoint": endpoint, "payload": payload } })
}

pub(crate) fn turn_on() -> Value {
    directive("lamp", "Alexa.PowerController", "TurnOn", json!({}))
}

pub(crate) fn accept_grant(code: &str) -> Value {
    accept_grant_of(TOKEN, code)
}

pub(crate) fn accept_grant_of(token: &str, code: &str) -> Value {
    let header = json!({
        "namespace": "Alexa.Authorization", "name": "AcceptGrant", "payloadVersion": "3",
        "messageId": "m-1",
    });
    let payload = json!({
        "grant": { "type": "OAuth2.AuthorizationCode", "code": code },
        "grantee": { "type": "BearerToken", "token": token },
    });
    json!({ "directive": { "header": header, "payload": payload } })
}

pub(crate) fn discover() -> Value {
    let header = json!({
        "namespace": "Alexa.Discovery", "name": "Discover", "payloadVersion": "3", "messageId": "m-1",
    });
    let scope = json!({ "type": "BearerToken", "token": TOKEN });
    json!({ "directive": { "header": header, "payload": { "scope": scope } } })
}

/// Interface and directive of an event.
pub(crate) fn name(event: &Value) -> (&str, &str) {
    let header = &event["event"]["header"];
    (header["namespace"].as_str().unwrap_or_default(), header["name"].as_str().unwrap_or_default())
}

/// The type of an ErrorResponse; empty if it is none.
pub(crate) fn error(event: &Value) -> &str {
    match name(event) {
        (_, "ErrorResponse") => event["event"]["payload"]["type"].as_str().unwrap_or_default(),
        _ => "",
    }
}

/// The value of a property, wherever an event has it.
pub(crate) fn property<'e>(event: &'e Value, name: &str) -> &'e Value {
    let lists =
        [&event["context"]["properties"], &event["event"]["payload"]["change"]["properties"]];
    let mut all = lists.into_iter().filter_map(Value::as_array).flatten();
    all.find(|property| property["name"] == name).map_or(&Value::Null, |it| &it["value"])
}

/// Messages as SQS hands them to a function, by their numbers.
pub(crate) fn queued(parcels: &[Parcel]) -> Value {
    let text = |text: &str| json!({ "stringValue": text, "dataType": "String" });
    let record = |(number, parcel): (usize, &Parcel)| {
        let mut attributes = json!({ "net-correlation": text(&parcel.correlation) });
        if let Some(deadline) = parcel.deadline {
            attributes["net-deadline"] = text(&deadline.to_string());
        }
        json!({
            "messageId": number.to_string(),
            "body": parcel.body,
            "attributes": {},
            "messageAttributes": attributes,
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:queue",
        })
    };
    json!({ "Records": parcels.iter().enumerate().map(record).collect::<Vec<_>>() })
}

/// Changes of items as a table's stream hands them to a function: before and after, null for none.
pub(crate) fn streamed(changes: &[(Value, Value)]) -> Value {
    let record = |(number, (before, after)): (usize, &(Value, Value))| {
        let mut change = json!({ "SequenceNumber": (number + 1).to_string() });
        for (name, image) in [("OldImage", before), ("NewImage", after)] {
            if let Some(image) = image.as_object() {
                let image = image.iter().map(|(name, it)| (name.clone(), attribute(it)));
                change[name] = Value::Object(image.collect());
            }
        }
        json!({
            "eventID": number.to_string(),
            "eventSource": "aws:dynamodb",
            "eventSourceARN": "arn:aws:dynamodb:eu-west-1:123456789012:table/pending/stream/1",
            "dynamodb": change,
        })
    };
    json!({ "Records": changes.iter().enumerate().map(record).collect::<Vec<_>>() })
}

/// A value as DynamoDB says it.
fn attribute(value: &Value) -> Value {
    match value {
        Value::Null => json!({ "NULL": true }),
        Value::Bool(it) => json!({ "BOOL": it }),
        Value::Number(it) => json!({ "N": it.to_string() }),
        Value::String(it) => json!({ "S": it }),
        Value::Array(all) => json!({ "L": all.iter().map(attribute).collect::<Vec<_>>() }),
        Value::Object(all) => {
            let all = all.iter().map(|(name, it)| (name.clone(), attribute(it)));
            json!({ "M": Value::Object(all.collect()) })
        }
    }
}

/// A push as API Gateway hands it to a function.
pub(crate) fn http(body: &str, signature: &str) -> Value {
    json!({
        "version": "2.0",
        "headers": { "acme-signature": signature, "content-type": "application/json" },
        "requestContext": { "http": { "method": "POST", "path": "/push" }, "requestId": "1" },
        "body": body,
        "isBase64Encoded": false,
    })
}

/// A message as it would be sent.
pub(crate) fn parcel(message: &impl Serialize, deadline: Option<u64>) -> Parcel {
    let body = serde_json::to_string(message).expect("JSON");
    Parcel { body, deadline, correlation: "c".to_owned(), ..Parcel::default() }
}

/// A cloud that answers every command the same way, and finds every account.
pub(crate) struct Says(pub(crate) Result<Outcome, Fault>);

impl DeviceCloud for Says {
    async fn account(&self, _: &Token, _: &Api<'_>) -> Result<Account, Fault> {
        Ok(Account::new("ann", "l-1"))
    }

    async fn discover(&self, _: User<'_>, _: &Api<'_>) -> Result<Vec<DiscoveredDevice>, Fault> {
        self.0.clone().map(|_| Vec::new())
    }

    async fn state(&self, _: User<'_>, _: &EndpointId, _: &Api<'_>) -> Result<State, Fault> {
        self.0.clone().map(|_| State::new())
    }

    async fn command(&self, _: User<'_>, _: Order<'_>, _: &Api<'_>) -> Result<Outcome, Fault> {
        self.0.clone()
    }

    async fn push(
        &self,
        _: &HttpRequest<DevicePush>,
        _: &Api<'_>,
    ) -> Result<Vec<StateChange>, PushRefused> {
        self.0.clone().map(|_| Vec::new()).map_err(PushRefused::Unavailable)
    }
}

/// The log of a test.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Log;

    fn make_writer(&'a self) -> Log {
        self.clone()
    }
}
