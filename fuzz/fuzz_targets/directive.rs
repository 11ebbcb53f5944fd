//! Whatever JSON Alexa, or somebody who is not Alexa, may send.

#![no_main]

use alexa_patterns::message::{Directive, Event, Request};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let Ok(json) = serde_json::from_slice::<Value>(bytes) else { return };
    if let Ok(event) = serde_json::from_value::<Event>(json.clone()) {
        // What is an event is written as it was read.
        let again = serde_json::to_value(&event).expect("an event is JSON");
        assert_eq!(serde_json::from_value::<Event>(again).expect("an event"), event);
    }
    let directive = Directive::from(json.clone());
    let again = Value::from(directive.clone());
    if let Request::Invalid(invalid) = &directive.request {
        assert_eq!(again, json, "what is invalid is kept as it came: {}", invalid.why);
    }
    assert_eq!(Directive::from(again), directive);
});
