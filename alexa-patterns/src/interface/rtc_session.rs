//! `Alexa.RTCSessionController`: somebody sees and hears what a camera does, over WebRTC.
//!
//! Source: developer.amazon.com, "Alexa.RTCSessionController Interface".

use super::{
    Described, Interface, Never, PropertyName, Received, Refusal, Written, no_errors,
    no_properties, of_json,
};
use crate::message::{Timestamp, Token};
use serde_json::{Value, json};

/// `Alexa.RTCSessionController`
#[derive(Clone, Copy, Debug)]
pub struct RtcSessionController;

/// What a camera is to do. What is offered holds what opens a connection, so it is not shown.
#[derive(Clone, Debug, PartialEq)]
pub enum RtcCommand {
    /// It is to answer an offer.
    Initiate {
        /// Which session.
        session: String,
        /// The offer, in SDP.
        offer: Token,
    },
    /// The session is connected.
    Connected {
        /// Which session.
        session: String,
    },
    /// The session is over.
    Disconnected {
        /// Which session.
        session: String,
    },
}

/// A camera with sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtcSession {
    /// Whether both sides can speak at the same time.
    pub is_full_duplex: bool,
}

/// What a camera answers.
#[derive(Clone, Debug, PartialEq)]
pub enum RtcReply {
    /// The answer to an offer, in SDP.
    Answer(Token),
    /// That the session is known to be connected.
    Connected {
        /// Which session.
        session: String,
    },
    /// That the session is known to be over.
    Disconnected {
        /// Which session.
        session: String,
    },
}

impl Interface for RtcSessionController {
    const NAME: &'static str = "Alexa.RTCSessionController";
    // It has no property to be promised.
    const MAY_BE_PROMISED: bool = false;
    const IS_RELIED_ON: bool = false;
    const IS_SLOW: bool = false;
    type Directive = RtcCommand;
    type Capability = RtcSession;
    type Reply = RtcReply;

    fn write(command: &RtcCommand) -> Written {
        match command {
            RtcCommand::Initiate { session, offer } => Written::new(
                "InitiateSessionWithOffer",
                json!({ "sessionId": session, "offer": { "format": "SDP", "value": offer } }),
            ),
            RtcCommand::Connected { session } => {
                Written::new("SessionConnected", json!({ "sessionId": session }))
            }
            RtcCommand::Disconnected { session } => {
                Written::new("SessionDisconnected", json!({ "sessionId": session }))
            }
        }
    }

    fn read(received: &Received<'_>) -> Result<Option<RtcCommand>, Refusal<Self::Error>> {
        let session = || Ok(received.field("sessionId").text()?.to_owned());
        Ok(Some(match received.name {
            "InitiateSessionWithOffer" => {
                let offer = received.field("offer");
                if !offer.field("format").text()?.eq_ignore_ascii_case("SDP") {
                    return Err(Refusal::InvalidValue("an offer is in SDP".to_owned()));
                }
                let offer = offer.field("value").read("an offer")?;
                RtcCommand::Initiate { session: session()?, offer }
            }
            "SessionConnected" => RtcCommand::Connected { session: session()? },
            "SessionDisconnected" => RtcCommand::Disconnected { session: session()? },
            _ => return Ok(None),
        }))
    }

    fn expected(_: &RtcCommand) -> Vec<Never> {
        Vec::new()
    }

    fn changes(_: &RtcCommand) -> Vec<PropertyName> {
        Vec::new()
    }

    fn reply(command: &RtcCommand, _: Timestamp) -> Option<RtcReply> {
        match command {
            // The camera says it.
            RtcCommand::Initiate { .. } => None,
            RtcCommand::Connected { session } => {
                Some(RtcReply::Connected { session: session.clone() })
            }
            RtcCommand::Disconnected { session } => {
                Some(RtcReply::Disconnected { session: session.clone() })
            }
        }
    }

    fn needs_reply(_: &RtcCommand) -> bool {
        true
    }

    fn write_reply(reply: &RtcReply) -> (&'static str, Value) {
        match reply {
            RtcReply::Answer(answer) => (
                "AnswerGeneratedForSession",
                json!({ "answer": { "format": "SDP", "value": answer } }),
            ),
            RtcReply::Connected { session } => {
                ("SessionConnected", json!({ "sessionId": session }))
            }
            RtcReply::Disconnected { session } => {
                ("SessionDisconnected", json!({ "sessionId": session }))
            }
        }
    }

    fn read_reply(name: &str, payload: &Value) -> Result<Option<RtcReply>, String> {
        Ok(Some(match name {
            "AnswerGeneratedForSession" => RtcReply::Answer(of_json(&payload["answer"]["value"])?),
            "SessionConnected" => RtcReply::Connected { session: of_json(&payload["sessionId"])? },
            "SessionDisconnected" => {
                RtcReply::Disconnected { session: of_json(&payload["sessionId"])? }
            }
            _ => return Ok(None),
        }))
    }

    no_properties!();

    fn describe(rtc: &RtcSession) -> Described {
        let configuration = json!({ "isFullDuplexAudioSupported": rtc.is_full_duplex });
        Described::default().and("configuration", configuration)
    }

    fn capability(described: &Value) -> Result<RtcSession, String> {
        let configuration = &described["configuration"];
        Ok(RtcSession { is_full_duplex: configuration["isFullDuplexAudioSupported"] == true })
    }

    no_errors!();
}
