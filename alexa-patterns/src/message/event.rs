//! What a skill answers or reports.

use super::{
    Cause, CorrelationToken, Devices, EndpointId, ErrorType, MessageId, Reply, State, Timestamp,
    Token,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{collections::BTreeSet, num::NonZeroU32};

/// What a skill answers or reports (Smart Home Skill API, "event").
///
/// What Alexa's schema rejects cannot be made: a DeferredResponse has no endpoint and no context, an
/// ErrorResponse no context, a state one sample a property, a list of devices each device once.
///
/// ```
/// use alexa_patterns::message::{Event, EventBody, MessageId};
///
/// let event = Event { id: MessageId::new("1")?, body: EventBody::AcceptGrantResponse };
/// let json = serde_json::to_value(&event)?;
/// assert_eq!(json["event"]["header"]["name"], "AcceptGrant.Response");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Envelope", into = "Envelope")]
pub struct Event {
    /// The id of the message, new for each event and the same when it is sent again.
    pub id: MessageId,
    /// What it says.
    pub body: EventBody,
}

/// What an event says.
#[derive(Clone, Debug, PartialEq)]
pub enum EventBody {
    /// A device has done what it was asked.
    Response {
        /// The directive's.
        correlation: CorrelationToken,
        /// The device.
        endpoint: EndpointId,
        /// The properties that have changed, and all others that are known.
        state: State,
    },
    /// The same in the words of the interface that the directive is of, as that a scene has started.
    Replied {
        /// The directive's.
        correlation: CorrelationToken,
        /// The device.
        endpoint: EndpointId,
        /// The properties that have changed, and all others that are known.
        state: State,
        /// What the interface says.
        reply: Reply,
    },
    /// The state of a device, as ReportState asked.
    StateReport {
        /// The directive's.
        correlation: CorrelationToken,
        /// The device.
        endpoint: EndpointId,
        /// Everything that is known, connectivity too.
        state: State,
    },
    /// The answer will come by the event gateway.
    DeferredResponse {
        /// The directive's.
        correlation: CorrelationToken,
        /// In how many seconds, about.
        seconds: Option<NonZeroU32>,
    },
    /// Something went wrong.
    ErrorResponse {
        /// The directive's, if it had one.
        correlation: Option<CorrelationToken>,
        /// The device, if there is one.
        endpoint: Option<EndpointId>,
        /// What went wrong.
        error: ErrorType,
        /// The same for people who read logs; Alexa does not say it.
        message: String,
    },
    /// A device is in a new state that no directive asks for.
    ChangeReport {
        /// The device.
        endpoint: EndpointId,
        /// Why it is.
        cause: Cause,
        /// What is new.
        changed: State,
        /// What else is known.
        unchanged: State,
    },
    /// The devices of a user.
    DiscoverResponse {
        /// Each once, and 300 at the most.
        devices: Devices,
    },
    /// Devices of a user are new, or are otherwise than they were.
    AddOrUpdateReport {
        /// Each once.
        devices: Devices,
    },
    /// Devices of a user are gone.
    DeleteReport {
        /// Which.
        endpoints: BTreeSet<EndpointId>,
    },
    /// Somebody has rung at a door.
    DoorbellPress {
        /// The doorbell.
        endpoint: EndpointId,
        /// Why: somebody has touched it.
        cause: Cause,
        /// When, to the second.
        time: Timestamp,
    },
    /// A grant was exchanged and stored.
    AcceptGrantResponse,
    /// A grant could not be exchanged or stored: the only error of `Alexa.Authorization`, which no
    /// other directive is answered with.
    AcceptGrantFailed {
        /// Why, for people who read logs.
        message: String,
    },
}

impl EventBody {
    /// The directive's correlation token, if the event answers one.
    pub fn correlation(&self) -> Option<&CorrelationToken> {
        match self {
            EventBody::Response { correlation, .. }
            | EventBody::Replied { correlation, .. }
            | EventBody::StateReport { correlation, .. }
            | EventBody::DeferredResponse { correlation, .. } => Some(correlation),
            EventBody::ErrorResponse { correlation, .. } => correlation.as_ref(),
            EventBody::ChangeReport { .. }
            | EventBody::DiscoverResponse { .. }
            | EventBody::AddOrUpdateReport { .. }
            | EventBody::DeleteReport { .. }
            | EventBody::DoorbellPress { .. }
            | EventBody::AcceptGrantResponse
            | EventBody::AcceptGrantFailed { .. } => None,
        }
    }

    /// Interface and name, as in `("Alexa", "Response")`.
    pub fn name(&self) -> (&'static str, &'static str) {
        match self {
            EventBody::Response { .. } => ("Alexa", "Response"),
            EventBody::Replied { reply, .. } => {
                let (interface, name, _) = reply.written();
                (interface, name)
            }
            EventBody::StateReport { .. } => ("Alexa", "StateReport"),
            EventBody::DeferredResponse { .. } => ("Alexa", "DeferredResponse"),
            EventBody::ErrorResponse { error, .. } => (error.namespace(), "ErrorResponse"),
            EventBody::ChangeReport { .. } => ("Alexa", "ChangeReport"),
            EventBody::DiscoverResponse { .. } => ("Alexa.Discovery", "Discover.Response"),
            EventBody::AddOrUpdateReport { .. } => ("Alexa.Discovery", "AddOrUpdateReport"),
            EventBody::DeleteReport { .. } => ("Alexa.Discovery", "DeleteReport"),
            EventBody::DoorbellPress { .. } => ("Alexa.DoorbellEventSource", "DoorbellPress"),
            EventBody::AcceptGrantResponse => ("Alexa.Authorization", "AcceptGrant.Response"),
            EventBody::AcceptGrantFailed { .. } => ("Alexa.Authorization", "ErrorResponse"),
        }
    }
}

impl Event {
    /// The event as Alexa's event gateway takes it: with the token that Login with Amazon gave, which
    /// is not the one that directives carry.
    ///
    /// ```
    /// # use alexa_patterns::message::*;
    /// let body = EventBody::Response {
    ///     correlation: CorrelationToken::new("c")?,
    ///     endpoint: EndpointId::new("lamp")?,
    ///     state: State::new(),
    /// };
    /// let event = Event { id: MessageId::new("1")?, body };
    /// let json = event.authorised(&Token::new("from Amazon")?);
    /// assert_eq!(json["event"]["endpoint"]["scope"]["token"], "from Amazon");
    /// # Ok::<(), InvalidText>(())
    /// ```
    pub fn authorised(&self, token: &Token) -> Value {
        // Texts and numbers in range; this does not fail.
        let mut json = serde_json::to_value(self).unwrap_or_default();
        let scope = json!({ "type": "BearerToken", "token": token });
        match &self.body {
            // Who has the devices, and not which device it is about.
            EventBody::AddOrUpdateReport { .. } | EventBody::DeleteReport { .. } => {
                json["event"]["payload"]["scope"] = scope;
            }
            EventBody::Response { .. }
            | EventBody::Replied { .. }
            | EventBody::StateReport { .. }
            | EventBody::DeferredResponse { .. }
            | EventBody::ErrorResponse { .. }
            | EventBody::ChangeReport { .. }
            | EventBody::DiscoverResponse { .. }
            | EventBody::DoorbellPress { .. }
            | EventBody::AcceptGrantResponse
            | EventBody::AcceptGrantFailed { .. } => {
                if let Some(endpoint) = json["event"].get_mut("endpoint") {
                    endpoint["scope"] = scope;
                }
            }
        }
        json
    }
}

const ACCEPT_GRANT_FAILED: &str = "ACCEPT_GRANT_FAILED";

#[derive(Serialize, Deserialize)]
struct Envelope {
    event: Body,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    context: Option<Context>,
}

#[derive(Serialize, Deserialize)]
struct Context {
    #[serde(default)]
    properties: State,
}

#[derive(Serialize, Deserialize)]
struct Body {
    header: Header,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    endpoint: Option<Endpoint>,
    payload: Value,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Header {
    namespace: String,
    name: String,
    payload_version: String,
    message_id: MessageId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    correlation_token: Option<CorrelationToken>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Endpoint {
    endpoint_id: EndpointId,
}

#[derive(Serialize, Deserialize)]
struct Change {
    cause: CauseOfChange,
    properties: State,
}

#[derive(Serialize, Deserialize)]
struct CauseOfChange {
    #[serde(rename = "type")]
    cause: Cause,
}

impl From<Event> for Envelope {
    fn from(Event { id, body }: Event) -> Envelope {
        let (namespace, name) = body.name();
        let correlation_token = body.correlation().cloned();
        let (endpoint, context, payload) = match body {
            EventBody::Response { endpoint, state, .. }
            | EventBody::StateReport { endpoint, state, .. } => {
                (Some(endpoint), Some(state), json!({}))
            }
            EventBody::Replied { endpoint, state, reply, .. } => {
                let (_, _, payload) = reply.written();
                (Some(endpoint), Some(state), payload)
            }
            EventBody::DeferredResponse { seconds: None, .. } => (None, None, json!({})),
            EventBody::DeferredResponse { seconds: Some(seconds), .. } => {
                (None, None, json!({ "estimatedDeferralInSeconds": seconds }))
            }
            EventBody::ErrorResponse { endpoint, error, message, .. } => {
                (endpoint, None, error.payload(&message))
            }
            EventBody::AcceptGrantFailed { message } => {
                (None, None, json!({ "type": ACCEPT_GRANT_FAILED, "message": message }))
            }
            EventBody::ChangeReport { endpoint, cause, changed, unchanged } => {
                let change = Change { cause: CauseOfChange { cause }, properties: changed };
                (Some(endpoint), Some(unchanged), json!({ "change": change }))
            }
            EventBody::DiscoverResponse { devices } => {
                (None, None, json!({ "endpoints": devices }))
            }
            EventBody::AddOrUpdateReport { devices } => {
                (None, None, json!({ "endpoints": devices }))
            }
            EventBody::DeleteReport { endpoints } => {
                let endpoints: Vec<_> =
                    endpoints.into_iter().map(|endpoint_id| Endpoint { endpoint_id }).collect();
                (None, None, json!({ "endpoints": endpoints }))
            }
            EventBody::DoorbellPress { endpoint, cause, time } => {
                let cause = CauseOfChange { cause };
                let payload = json!({ "cause": cause, "timestamp": time.seconds() });
                (Some(endpoint), Some(State::new()), payload)
            }
            EventBody::AcceptGrantResponse => (None, None, json!({})),
        };
        Envelope {
            event: Body {
                header: Header {
                    namespace: namespace.to_owned(),
                    name: name.to_owned(),
                    payload_version: "3".to_owned(),
                    message_id: id,
                    correlation_token,
                },
                endpoint: endpoint.map(|endpoint_id| Endpoint { endpoint_id }),
                payload,
            },
            context: context.map(|properties| Context { properties }),
        }
    }
}

impl TryFrom<Envelope> for Event {
    type Error = String;

    fn try_from(envelope: Envelope) -> Result<Event, String> {
        let Body { header, endpoint, payload } = envelope.event;
        let name = (header.namespace.as_str(), header.name.as_str());
        let endpoint = endpoint.map(|endpoint| endpoint.endpoint_id);
        let state = envelope.context.map(|context| context.properties).unwrap_or_default();
        let correlation = header.correlation_token;
        let needs = |what: &str| format!("a {} needs {what}", header.name);
        let read = |error: serde_json::Error| error.to_string();
        let body = match name {
            ("Alexa", "Response" | "StateReport") => {
                let endpoint = endpoint.ok_or_else(|| needs("an endpoint"))?;
                let correlation = correlation.ok_or_else(|| needs("a correlationToken"))?;
                if header.name == "Response" {
                    EventBody::Response { correlation, endpoint, state }
                } else {
                    EventBody::StateReport { correlation, endpoint, state }
                }
            }
            ("Alexa", "DeferredResponse") => EventBody::DeferredResponse {
                correlation: correlation.ok_or_else(|| needs("a correlationToken"))?,
                seconds: match payload.get("estimatedDeferralInSeconds") {
                    Some(seconds) => Some(NonZeroU32::deserialize(seconds).map_err(read)?),
                    None => None,
                },
            },
            ("Alexa", "ChangeReport") => {
                let change = Change::deserialize(&payload["change"]).map_err(read)?;
                EventBody::ChangeReport {
                    endpoint: endpoint.ok_or_else(|| needs("an endpoint"))?,
                    cause: change.cause.cause,
                    changed: change.properties,
                    unchanged: state,
                }
            }
            ("Alexa.Discovery", "Discover.Response") => EventBody::DiscoverResponse {
                devices: Devices::deserialize(&payload["endpoints"]).map_err(read)?,
            },
            ("Alexa.Discovery", "AddOrUpdateReport") => EventBody::AddOrUpdateReport {
                devices: Devices::deserialize(&payload["endpoints"]).map_err(read)?,
            },
            ("Alexa.Discovery", "DeleteReport") => {
                let gone: Vec<Endpoint> =
                    Deserialize::deserialize(&payload["endpoints"]).map_err(read)?;
                let endpoints = gone.into_iter().map(|endpoint| endpoint.endpoint_id).collect();
                EventBody::DeleteReport { endpoints }
            }
            ("Alexa.DoorbellEventSource", "DoorbellPress") => {
                let cause = CauseOfChange::deserialize(&payload["cause"]).map_err(read)?;
                let time = Timestamp::deserialize(&payload["timestamp"]).map_err(read)?;
                EventBody::DoorbellPress {
                    endpoint: endpoint.ok_or_else(|| needs("an endpoint"))?,
                    cause: cause.cause,
                    time: time.to_the_second(),
                }
            }
            ("Alexa.Authorization", "AcceptGrant.Response") => EventBody::AcceptGrantResponse,
            ("Alexa.Authorization", "ErrorResponse") if payload["type"] == ACCEPT_GRANT_FAILED => {
                let message = payload["message"].as_str().unwrap_or_default().to_owned();
                EventBody::AcceptGrantFailed { message }
            }
            (namespace, "ErrorResponse") => {
                let error = ErrorType::of_payload(&payload)
                    .filter(|error| error.namespace() == namespace)
                    .ok_or_else(|| needs("an error type of its interface"))?;
                let message = payload["message"].as_str().unwrap_or_default().to_owned();
                EventBody::ErrorResponse { correlation, endpoint, error, message }
            }
            (namespace, name) => match Reply::read(namespace, name, &payload)? {
                Some(reply) => EventBody::Replied {
                    correlation: correlation.ok_or_else(|| needs("a correlationToken"))?,
                    endpoint: endpoint.ok_or_else(|| needs("an endpoint"))?,
                    state,
                    reply,
                },
                None => return Err(format!("there is no event `{namespace}` `{name}`")),
            },
        };
        Ok(Event { id: header.message_id, body })
    }
}
