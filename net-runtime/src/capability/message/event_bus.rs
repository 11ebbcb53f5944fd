//! Events to EventBridge, by `PutEvents` over plain signed HTTP: its SDK would be compiled for one call.

use super::Parcel;
use crate::{Aws, Failure};
use aws_sdk_sqs::config::ProvideCredentials as _;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4::SigningParams,
};
use serde_json::{Value, json};
use std::time::SystemTime;

/// What is called, as AWS's JSON protocol says it.
const OPERATION: &str = "AWSEvents.PutEvents";
const JSON: &str = "application/x-amz-json-1.1";

impl Aws {
    /// Tells a bus of an event. `bus` is its name, the event's source and its type, with `|` between.
    pub(super) async fn tell(&self, bus: &str, parcel: Parcel) -> Result<(), Failure> {
        let entry = super::event::Entry::of(bus)?;
        let body = json!({ "Entries": [{
            "EventBusName": entry.bus,
            "Source": entry.source,
            "DetailType": entry.detail_type,
            "Detail": parcel.body,
        }] });
        let answer = self.put_events(body.to_string()).await?;
        failed_entry(&answer)
    }

    async fn put_events(&self, body: String) -> Result<Value, Failure> {
        let unsigned = |why: &'static str| Failure::Permanent(why.into());
        let region = self.config.region().ok_or_else(|| unsigned("no region is configured"))?;
        let url = match self.config.endpoint_url() {
            Some(url) => url.to_owned(),
            None => format!("https://events.{region}.amazonaws.com/"),
        };
        let provider = self.config.credentials_provider();
        let provider = provider.ok_or_else(|| unsigned("no credentials are configured"))?;
        let credentials = provider.provide_credentials().await;
        let credentials = credentials.map_err(|error| Failure::Temporary(error.into()))?;
        let identity = credentials.into();
        let params = SigningParams::builder()
            .identity(&identity)
            .region(region.as_ref())
            .name("events")
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| Failure::Permanent(error.into()))?
            .into();
        let headers = [("content-type", JSON), ("x-amz-target", OPERATION)];
        let signable = SignableRequest::new(
            "POST",
            &url,
            headers.into_iter(),
            SignableBody::Bytes(body.as_bytes()),
        );
        let signed = signable.and_then(|request| sign(request, &params));
        let (instructions, _) =
            signed.map_err(|error| Failure::Permanent(error.into()))?.into_parts();
        let mut request = self.http.post(&url).body(body);
        for (name, value) in headers.into_iter().chain(instructions.headers()) {
            request = request.header(name, value);
        }
        let answer = request.send().await.map_err(|error| Failure::Temporary(error.into()))?;
        let status = answer.status().as_u16();
        let text = answer.text().await.map_err(|error| Failure::Temporary(error.into()))?;
        if status == 200 {
            return serde_json::from_str(&text).map_err(|error| Failure::malformed("reply", error));
        }
        let why = refusal(&text, status);
        match status {
            429 | 500.. => Err(Failure::Temporary(why.into())),
            _ if why.contains("Throttl") => Err(Failure::Temporary(why.into())),
            _ => Err(Failure::Permanent(why.into())),
        }
    }
}

/// What a refused request says: the name of the error and its message, as every AWS JSON protocol has them.
fn refusal(text: &str, status: u16) -> String {
    let body: Value = serde_json::from_str(text).unwrap_or_default();
    let kind = body["__type"].as_str().map(|kind| kind.rsplit('#').next().unwrap_or(kind));
    let message = body["message"].as_str().or(body["Message"].as_str()).unwrap_or_default();
    match kind {
        Some(kind) => format!("{kind}: {message}"),
        None => format!("PutEvents was answered with status {status}"),
    }
}

/// A request whose entry failed is answered with status 200 ("PutEvents": `FailedEntryCount`).
fn failed_entry(answer: &Value) -> Result<(), Failure> {
    if answer["FailedEntryCount"].as_u64() == Some(0) {
        return Ok(());
    }
    let entry = &answer["Entries"][0];
    let code = entry["ErrorCode"].as_str().unwrap_or("the event was not taken");
    let message = entry["ErrorMessage"].as_str().unwrap_or_default();
    let why = format!("{code}: {message}");
    // "ErrorCode": of these "retryable" says that another try may do.
    match code {
        "InternalFailure" | "InternalException" | "ThrottlingException" => {
            Err(Failure::Temporary(why.into()))
        }
        _ => Err(Failure::Permanent(why.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Retry as _;

    #[test]
    fn an_entry_that_failed_is_a_failure_though_the_request_was_taken() {
        let failed = |code: &str| {
            failed_entry(&json!({
                "FailedEntryCount": 1,
                "Entries": [{ "ErrorCode": code, "ErrorMessage": "no" }],
            }))
        };
        let taken = json!({ "FailedEntryCount": 0, "Entries": [{ "EventId": "1" }] });
        assert!(failed_entry(&taken).is_ok());
        assert!(failed("ThrottlingException").is_err_and(|error| error.is_temporary()));
        assert!(failed("InternalFailure").is_err_and(|error| error.is_temporary()));
        assert!(
            failed("NotAuthorizedForSourceException").is_err_and(|error| !error.is_temporary())
        );
        assert!(failed_entry(&json!({})).is_err());
    }
}
