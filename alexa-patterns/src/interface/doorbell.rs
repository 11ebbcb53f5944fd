//! `Alexa.DoorbellEventSource`: somebody has rung.
//!
//! Source: developer.amazon.com, "Alexa.DoorbellEventSource Interface". That it rang is an event
//! ([`EventBody::DoorbellPress`](crate::message::EventBody::DoorbellPress)).

use super::{Described, Interface, Plain, no_directives, no_errors, no_properties};
use serde_json::Value;

/// `Alexa.DoorbellEventSource`
#[derive(Clone, Copy, Debug)]
pub struct DoorbellEventSource;

impl Interface for DoorbellEventSource {
    const NAME: &'static str = "Alexa.DoorbellEventSource";
    const IS_RELIED_ON: bool = false;
    type Capability = Plain;

    no_directives!();
    no_properties!();

    fn describe(_: &Plain) -> Described {
        Described::default().reporting()
    }

    fn capability(_: &Value) -> Result<Plain, String> {
        Ok(Plain)
    }

    no_errors!();
}
