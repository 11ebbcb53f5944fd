//! `Alexa.ChannelController`: which channel a television shows.
//!
//! Source: developer.amazon.com, "Alexa.ChannelController Interface".

use super::{
    Interface, PropertyName, Received, Refusal, Written, no_errors, no_replies, one_property,
    plain_capability,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// `Alexa.ChannelController`
#[derive(Clone, Copy, Debug)]
pub struct ChannelController;

/// What a television is to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChannelCommand {
    /// A channel, by what is known of it and by what people call it: one of the two at the least.
    Change {
        /// The channel.
        channel: Option<Channel>,
        /// What people call it.
        name: Option<String>,
    },
    /// The channel so many further on, or back.
    Skip(i32),
}

/// A channel: by its number, its call sign, or that of whom it belongs to, of which there is one at the least.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "AnyChannel", rename_all = "camelCase")]
pub struct Channel {
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    call_sign: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    affiliate_call_sign: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnyChannel {
    number: Option<String>,
    call_sign: Option<String>,
    affiliate_call_sign: Option<String>,
}

impl TryFrom<AnyChannel> for Channel {
    type Error = &'static str;

    fn try_from(any: AnyChannel) -> Result<Channel, &'static str> {
        let AnyChannel { number, call_sign, affiliate_call_sign } = any;
        Channel::new(number, call_sign, affiliate_call_sign)
            .ok_or("a channel has a number or a call sign")
    }
}

impl Channel {
    /// A channel; none without anything that it is known by.
    pub fn new(
        number: Option<String>,
        call_sign: Option<String>,
        affiliate_call_sign: Option<String>,
    ) -> Option<Channel> {
        let is_known = number.is_some() || call_sign.is_some() || affiliate_call_sign.is_some();
        is_known.then_some(Channel { number, call_sign, affiliate_call_sign })
    }

    /// A channel by its number.
    pub fn number(number: impl Into<String>) -> Channel {
        Channel { number: Some(number.into()), ..Channel::default() }
    }
}

impl Interface for ChannelController {
    const NAME: &'static str = "Alexa.ChannelController";
    const MAY_BE_PROMISED: bool = true;
    const IS_RELIED_ON: bool = false;
    const IS_SLOW: bool = false;
    type Directive = ChannelCommand;

    fn write(command: &ChannelCommand) -> Written {
        match command {
            ChannelCommand::Change { channel, name } => {
                let mut payload = json!({ "channel": {}, "channelMetadata": {} });
                if let Some(channel) = channel {
                    payload["channel"] = json!(channel);
                }
                if let Some(name) = name {
                    payload["channelMetadata"]["name"] = json!(name);
                }
                Written::new("ChangeChannel", payload)
            }
            ChannelCommand::Skip(by) => Written::new("SkipChannels", json!({ "channelCount": by })),
        }
    }

    fn read(received: &Received<'_>) -> Result<Option<ChannelCommand>, Refusal<Self::Error>> {
        Ok(Some(match received.name {
            "ChangeChannel" => {
                let any: Option<AnyChannel> = received.field("channel").optional()?;
                let channel = any.and_then(|any| Channel::try_from(any).ok());
                let metadata = received.field("channelMetadata");
                let name: Option<String> = metadata.field("name").optional()?;
                if channel.is_none() && name.is_none() {
                    return Err(Refusal::Invalid("it says no channel".to_owned()));
                }
                ChannelCommand::Change { channel, name }
            }
            "SkipChannels" => {
                ChannelCommand::Skip(received.field("channelCount").read("a whole number")?)
            }
            _ => return Ok(None),
        }))
    }

    fn expected(command: &ChannelCommand) -> Vec<Channel> {
        match command {
            ChannelCommand::Change { channel, .. } => channel.iter().cloned().collect(),
            ChannelCommand::Skip(_) => Vec::new(),
        }
    }

    fn changes(_: &ChannelCommand) -> Vec<PropertyName> {
        vec![PropertyName::new(Self::NAME, "channel")]
    }

    fn is_met_by(asked: &Channel, found: &Channel) -> bool {
        // A device may know more of a channel than somebody has said.
        let fits = |asked: &Option<String>, found: &Option<String>| {
            asked.is_none() || found.is_none() || asked == found
        };
        fits(&asked.number, &found.number)
            && fits(&asked.call_sign, &found.call_sign)
            && fits(&asked.affiliate_call_sign, &found.affiliate_call_sign)
    }

    one_property!(Channel, "channel");
    plain_capability!("channel");
    no_replies!();
    no_errors!();
}
