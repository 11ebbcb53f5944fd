//! Lambda as functions call it: another function, asked or told ("Invoke").

use super::Refusal;
use crate::{
    engine::{
        log::{Number, What},
        port::Port,
    },
    service::function::{self, Outcome},
};
use axum::{
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use net_runtime::Parcel;
use serde_json::{Value, json};
use std::sync::{Arc, atomic::Ordering};
use tokio::sync::oneshot;

pub(super) async fn invoke(
    port: &Port,
    function: &str,
    kind: &str,
    payload: &[u8],
) -> Result<Response, Refusal> {
    let event: Value = match payload {
        [] => json!({}),
        payload => serde_json::from_slice(payload).map_err(|error| {
            let message = format!("Could not parse request body into json: {error}");
            Refusal::new("InvalidRequestContentException", message)
        })?,
    };
    let run = port.run.load(Ordering::Relaxed);
    let correlation = port.correlation();
    let found = port.shared().with(|engine| {
        let functions = engine.wiring.functions.iter();
        let is_it = |arn: &str| arn == function || arn.rsplit(':').next() == Some(function);
        functions.enumerate().find(|(_, it)| is_it(&it.arn)).map(|(number, _)| number)
    });
    let found = found.ok_or_else(|| {
        let refusal =
            Refusal::new("ResourceNotFoundException", format!("Function not found: {function}"));
        Refusal { status: StatusCode::NOT_FOUND, ..refusal }
    })?;
    if kind == "Event" {
        port.shared().with(|engine| match message(&event) {
            Some(parcel) => function::send(engine, found, &Arc::new(parcel), run),
            None => {
                let correlation = engine.log.correlations.number(&correlation);
                let payload = event.to_string().into();
                function::hand_over(engine, found, None, payload, correlation);
            }
        });
        return Ok(StatusCode::ACCEPTED.into_response());
    }
    let (tell, told) = oneshot::channel();
    port.shared().with(|engine| {
        let correlation = match &*correlation {
            "" => 0,
            text => engine.log.correlations.number(text),
        };
        engine.tell(correlation, run, What::Asked { function: found as Number });
        // Who does not wait any more has died.
        let done: function::Done = Box::new(move |_, ended| drop(tell.send(ended.outcome)));
        match function::start(engine, found, event.to_string(), done) {
            Ok(asked) => {
                if correlation != 0 {
                    function::is_part_of(engine, asked, correlation);
                }
                Ok(())
            }
            Err(_) => {
                let refusal = Refusal::new("TooManyRequestsException", "Rate Exceeded.");
                Err(Refusal { status: StatusCode::TOO_MANY_REQUESTS, ..refusal })
            }
        }
    })?;
    let gone = || Refusal::new("ServiceException", "the function is gone");
    match told.await.map_err(|_| gone())? {
        Outcome::Answered(answer) => Ok(answer.to_string().into_response()),
        Outcome::Failed(why) => {
            let error = json!({ "errorMessage": why, "errorType": "HandlerError" });
            Ok(([("x-amz-function-error", "Unhandled")], error.to_string()).into_response())
        }
    }
}

/// The message in an event with `net-runtime`'s envelope ([`Parcel::payload`]).
fn message(event: &Value) -> Option<Parcel> {
    let envelope = event.get("$net")?;
    let text = |name: &str| envelope[name].as_str().unwrap_or_default().to_owned();
    Some(Parcel {
        body: event.get("message")?.to_string(),
        deadline: envelope["net-deadline"].as_u64(),
        correlation: text("net-correlation"),
        id: text("net-id"),
        ..Parcel::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_for_a_function_is_what_its_envelope_says() {
        let parcel = Parcel {
            body: r#"{"id":"t-1"}"#.to_owned(),
            deadline: Some(7),
            correlation: "request-1".to_owned(),
            id: "abc".to_owned(),
            ..Parcel::default()
        };
        let event = serde_json::from_str(&parcel.payload()).expect("JSON");
        assert_eq!(message(&event), Some(parcel));
        assert_eq!(message(&json!({ "id": "t-1" })), None);
    }
}
