//! What travels between Alexa, the functions and the tables.

use net_dsl::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What Alexa asks of a skill (Smart Home Skill API, "directive").
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Directive {
    /// The directive inside its envelope.
    pub directive: DirectiveBody,
}

/// A directive without its envelope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DirectiveBody {
    /// What kind of directive this is.
    pub header: Header,
    /// The device it is about; AcceptGrant and Discover have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<Endpoint>,
    /// What the interface defines for it.
    pub payload: Map<String, Value>,
}

/// The header that directives and events share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Header {
    /// The interface, as in `Alexa.PowerController`.
    pub namespace: String,
    /// The directive or event of the interface, as in `TurnOn`.
    pub name: String,
    /// The version of the interface: `3`.
    pub payload_version: String,
    /// 1 to 127 letters, digits and hyphens; a version 4 UUID.
    pub message_id: String,
    /// What ties an answer to its directive; AcceptGrant and Discover have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_token: Option<String>,
}

/// The device a directive or an event is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Endpoint {
    /// The device's id, as discovery reported it.
    pub endpoint_id: String,
    /// On whose behalf.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Map<String, Value>>,
    /// What discovery asked to have sent along.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub cookie: Map<String, Value>,
}

/// What a skill answers or reports (Smart Home Skill API, "event").
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The event inside its envelope.
    pub event: EventBody,
    /// The properties it reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Map<String, Value>>,
}

/// An event without its envelope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventBody {
    /// What kind of event this is.
    pub header: Header,
    /// The device it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<Endpoint>,
    /// What the interface defines for it.
    pub payload: Map<String, Value>,
}

/// A directive that was answered with DeferredResponse and is still to be carried out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeferredDirective {
    /// The directive as Alexa sent it.
    pub directive: DirectiveBody,
    /// The user, by the account's stable id.
    pub user: String,
    /// When the final answer is due, in milliseconds since 1970.
    pub deadline: u64,
}

/// An event on its way to Alexa's event gateway, not yet authorised.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The event without its scope; the dispatcher adds the token.
    pub event: Event,
    /// The user, by the account's stable id.
    pub user: String,
    /// When it is due, in milliseconds since 1970; reports of changes have no deadline.
    pub deadline: Option<u64>,
}

/// A device is in a new state, whoever found out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StateChange {
    /// The user, by the account's stable id.
    pub user: String,
    /// The device.
    pub endpoint_id: String,
    /// The manufacturer's id of the request that caused it, if one did.
    pub request: Option<String>,
    /// The properties of the new state, as Alexa names them.
    pub properties: Vec<Value>,
}

/// What a manufacturer posts to the push gateway: its raw text, since a signature covers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DevicePush(pub String);

messages! { Directive, Event, DeferredDirective, Answer, StateChange, DevicePush }

/// A user's leave to report to Alexa: the tokens of Login with Amazon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The user, by the account's stable id.
    pub user: String,
}

impl Item for Grant {
    const NAME: &'static str = "Grant";
    const PARTITION: Key = Key::text("user");
}

/// A request the manufacturer has accepted and not yet carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// The user's id and the device's.
    pub device: String,
    /// The id of the directive's message.
    pub message: String,
    /// The second since 1970 after which nobody waits any more.
    pub expires: u64,
}

impl Item for Pending {
    const NAME: &'static str = "Pending";
    const PARTITION: Key = Key::text("device");
    const SORT: Option<Key> = Some(Key::text("message"));
    const EXPIRES: Option<&'static str> = Some("expires");
}

services! {
    /// The manufacturer's HTTP API.
    pub DeviceCloud,
    /// Amazon's OAuth server, which turns grants into tokens.
    pub LoginWithAmazon,
    /// Where events go that nobody waits for: Alexa's event gateway.
    pub AlexaGateway,
}
