//! SNS as functions call it: messages published ("Publish"), by AWS's query protocol.

use super::{Refusal, escaped, travelling, xml};
use crate::engine::port::Port;
use axum::{http::StatusCode, response::Response};
use net_dsl::binding::Address;
use net_runtime::{Messages as _, Parcel};
use std::collections::HashMap;

pub(super) async fn answer(port: &Port, body: &[u8]) -> Response {
    let form: HashMap<String, String> = form_urlencoded::parse(body).into_owned().collect();
    let action = form.get("Action").map(String::as_str).unwrap_or_default();
    let published = match action {
        "Publish" => publish(port, &form).await,
        other => Err(Refusal::unknown(&format!("sns.{other}"))),
    };
    let id = uuid::Uuid::new_v4();
    match published {
        Ok(()) => xml(
            StatusCode::OK,
            format!(
                "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishResult>\
                 <MessageId>{id}</MessageId></PublishResult><ResponseMetadata><RequestId>{id}\
                 </RequestId></ResponseMetadata></PublishResponse>"
            ),
        ),
        Err(refusal) => xml(
            refusal.status,
            format!(
                "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error>\
                 <Type>Sender</Type><Code>{}</Code><Message>{}</Message></Error><RequestId>{id}\
                 </RequestId></ErrorResponse>",
                escaped(&refusal.code),
                escaped(&refusal.message)
            ),
        ),
    }
}

async fn publish(port: &Port, form: &HashMap<String, String>) -> Result<(), Refusal> {
    let text = |name: &str| form.get(name).cloned().unwrap_or_default();
    // Attributes are numbered: `MessageAttributes.entry.1.Name`, `….1.Value.StringValue`.
    let attribute = |name: &str| {
        let named = form.iter().find(|(key, value)| key.ends_with(".Name") && *value == name)?;
        let entry = named.0.strip_suffix(".Name")?;
        form.get(&format!("{entry}.Value.StringValue")).cloned()
    };
    let (deadline, correlation) = travelling(port, attribute);
    let parcel = Parcel { body: text("Message"), deadline, correlation, ..Parcel::default() };
    Ok(port.send(&Address::Topic(text("TopicArn")), parcel).await?)
}
