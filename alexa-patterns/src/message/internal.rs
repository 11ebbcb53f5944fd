//! What travels between the functions of a skill, and what they remember.
//!
//! No message has a deadline of its own: the runtime carries one with every message.

use super::{
    Cause, Command, CorrelationToken, DiscoveredDevice, EndpointId, ErrorType, Event, Property,
    State, Target, Timestamp, Token,
};
use net_dsl::prelude::*;
use serde::{Deserialize, Serialize};

/// A directive that was answered with DeferredResponse and is still to be carried out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeferredDirective {
    /// The id of the directive's message, by which a manufacturer may know it again.
    pub message_id: String,
    /// The device.
    pub target: Target,
    /// What it is to do.
    pub command: Command,
    /// The user, by the account's stable id.
    pub user: String,
    /// Who asked: the [`Grant::customer`].
    pub customer: String,
}

/// An event on its way to Alexa's event gateway, not yet authorised.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The event; the dispatcher adds the token.
    pub event: Event,
    /// The user, by the account's stable id.
    pub user: String,
    /// Who asked, and what for; none for a report, which goes to everybody who has linked the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
}

/// What an answer is the answer to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// Who asked: the [`Grant::customer`]. The answer goes nowhere else.
    pub customer: String,
    /// What for: what may have changed by it.
    pub command: Command,
}

/// A device is in a new state, whoever found out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StateChange {
    /// The user, by the account's stable id.
    pub user: String,
    /// The device.
    pub endpoint: EndpointId,
    /// The manufacturer's id of the request that caused it, if one did.
    pub request: Option<String>,
    /// What is new.
    pub changed: State,
    /// What else is known.
    #[serde(default, skip_serializing_if = "State::is_empty")]
    pub unchanged: State,
    /// Why the request was not carried out, if it was not: the manufacturer had accepted it, and the
    /// device has failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<ErrorType>,
    /// Why it is new, if no directive waits for it.
    pub cause: Cause,
    /// What has happened that is no state; then the state is not looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub happened: Option<Happening>,
}

/// What can happen to a device, or by it, that is no state of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Happening {
    /// Somebody has rung.
    Rung {
        /// When.
        time: Timestamp,
    },
    /// The user has it now, or it is otherwise than it was: what discovery says of it.
    Added(Box<DiscoveredDevice>),
    /// The user has it no longer.
    Removed,
}

impl StateChange {
    /// Everything that is known of the device.
    pub fn state(&self) -> State {
        self.changed.clone().and(self.unchanged.clone())
    }
}

/// What a manufacturer posts to the push gateway: its raw text, since a signature covers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DevicePush(pub String);

/// A customer's permission to send events to Alexa: the tokens of Login with Amazon.
///
/// There is one for each Amazon customer who has linked an account: the people of a household share a
/// manufacturer's account, and each has an Alexa of their own. Amazon's tokens name the customer to
/// its event gateway, so an answer with another customer's token reaches the wrong Alexa.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// The user, by the account's stable id.
    pub user: String,
    /// Which of those who have linked the account: the id of the link.
    pub customer: String,
    /// What authorises an event, for an hour.
    pub access_token: Token,
    /// What a new access token is had for.
    pub refresh_token: Token,
    /// When the access token runs out, in milliseconds since 1970.
    pub expires_at: u64,
    /// Which event gateway the customer's events go to: that of where the grant arrived; none leaves
    /// it to what the network is bound to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
    /// Until when nothing is reported, in milliseconds since 1970: the event gateway has said that the
    /// skill is disabled, or has refused even a fresh token. Answers are sent nevertheless, since a
    /// directive proves that the skill is enabled, and one that is taken ends the silence.
    #[serde(default)]
    pub quiet_until: u64,
}

impl Item for Grant {
    const NAME: &'static str = "Grant";
    const PARTITION: Key = Key::text("user");
    const SORT: Option<Key> = Some(Key::text("customer"));
}

/// Where in the world an event gateway is.
///
/// ```
/// use alexa_patterns::message::Region;
///
/// let region = Region::of_aws("eu-west-1");
/// assert_eq!(region.map(Region::gateway), Some("https://api.eu.amazonalexa.com"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Region {
    /// North America.
    NorthAmerica,
    /// Europe and India.
    Europe,
    /// The Far East and Australia.
    FarEast,
}

impl Region {
    /// The region of a skill's function in a region of AWS: Alexa invokes functions in `us-east-1`
    /// for North America, in `eu-west-1` for Europe and India, in `us-west-2` for the Far East and
    /// Australia ("Develop Smart Home Skills for Multiple Languages"). A function elsewhere in North
    /// America, Europe, India, or the Far East counts to the gateway that serves customers there. None
    /// for the rest, and for no region at all: then what the network is bound to counts.
    ///
    /// ```
    /// use alexa_patterns::message::Region;
    ///
    /// assert_eq!(Region::of_aws("us-west-2"), Some(Region::FarEast));
    /// assert_eq!(Region::of_aws("ap-south-1"), Some(Region::Europe));
    /// assert_eq!(Region::of_aws(""), None);
    /// ```
    pub fn of_aws(region: &str) -> Option<Region> {
        let is_in = |parts: &[&str]| parts.iter().any(|part| region.starts_with(part));
        match region {
            "us-west-2" => Some(Region::FarEast),
            _ if is_in(&["us-", "ca-"]) => Some(Region::NorthAmerica),
            _ if is_in(&["eu-", "ap-south-"]) => Some(Region::Europe),
            _ if is_in(&["ap-"]) => Some(Region::FarEast),
            _ => None,
        }
    }

    /// The base URL of its event gateway (Alexa, "Send Events to the Alexa Event Gateway").
    pub const fn gateway(self) -> &'static str {
        match self {
            Region::NorthAmerica => "https://api.amazonalexa.com",
            Region::Europe => "https://api.eu.amazonalexa.com",
            Region::FarEast => "https://api.fe.amazonalexa.com",
        }
    }

    /// The region's gateway where a network is bound to that of any region; anything else that a
    /// network is bound to, such as a proxy or a double, is the gateway of every region.
    ///
    /// ```
    /// use alexa_patterns::message::Region;
    ///
    /// let bound = "https://api.amazonalexa.com";
    /// assert_eq!(Region::FarEast.gateway_for(bound), "https://api.fe.amazonalexa.com");
    /// let double = "http://127.0.0.1:8080";
    /// assert_eq!(Region::FarEast.gateway_for(double), double);
    /// ```
    pub fn gateway_for(self, bound: &str) -> &str {
        const REGIONS: [Region; 3] = [Region::NorthAmerica, Region::Europe, Region::FarEast];
        let host = bound.trim_end_matches('/');
        let is_amazons = REGIONS.iter().any(|region| region.gateway().eq_ignore_ascii_case(host));
        if is_amazons { self.gateway() } else { bound }
    }
}

/// A request to a manufacturer that is under way, or was a while ago.
///
/// It is written before the manufacturer is called, since a push may be faster than the answer to
/// the call. Whoever finds out that it is done claims it, and only one can.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pending {
    /// The user and the device: [`Pending::key`].
    pub device: String,
    /// The id of the directive's message.
    pub message: String,
    /// The user, by the account's stable id.
    pub user: String,
    /// Who asked: the [`Grant::customer`].
    pub customer: String,
    /// The device.
    pub endpoint: EndpointId,
    /// The directive's.
    pub correlation: CorrelationToken,
    /// What the device is to do.
    pub command: Command,
    /// What the device will be like when it has done it, as far as that is known.
    pub expected: Vec<Property>,
    /// How far it is.
    pub status: PendingStatus,
    /// The manufacturer's id of the request, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// When it was asked for, in milliseconds since 1970.
    #[serde(default)]
    pub asked: u64,
    /// When the answer is due, in milliseconds since 1970.
    pub deadline: u64,
    /// What has been told already, before it was so ([`Promise`](super::Promise)).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub promised: Vec<Property>,
    /// The last look that was begun ([`Look::turn`](super::Look::turn)), from 1.
    #[serde(default)]
    pub looked: u32,
    /// When that was, in milliseconds since 1970.
    #[serde(default)]
    pub looked_at: u64,
    /// When it was claimed, in milliseconds since 1970: who claimed it may have died since.
    #[serde(default)]
    pub claimed_at: u64,
    /// By whom: one's own claim is known again if its reply was lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<String>,
    /// The second since 1970 after which nobody looks at it any more.
    pub expires: u64,
}

impl Item for Pending {
    const NAME: &'static str = "Pending";
    const PARTITION: Key = Key::text("device");
    const SORT: Option<Key> = Some(Key::text("message"));
    const EXPIRES: Option<&'static str> = Some("expires");
}

impl Pending {
    /// What a device's requests are found by.
    pub fn key(user: &str, endpoint: &EndpointId) -> String {
        // No endpoint's id has a space.
        format!("{user} {endpoint}")
    }
}

/// How far a request to a manufacturer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PendingStatus {
    /// It is about to be sent, or has just been.
    Intent,
    /// The manufacturer has accepted it.
    Sent,
    /// Somebody knows how it ended, and is about to answer.
    Claimed,
    /// It has been answered with what is expected of the device; whether that has come true nobody has seen.
    Promised,
    /// The promise was broken, and the truth has been reported. If the device does it after all, that is news.
    Corrected,
    /// It has been answered.
    Done,
}
