//! EventBridge as functions call it: events put on buses ("PutEvents").

use super::Refusal;
use crate::engine::port::Port;
use net_dsl::binding::Address;
use net_runtime::{Messages as _, Parcel};
use serde_json::{Value, json};

pub(super) async fn answer(
    port: &Port,
    operation: &str,
    request: &Value,
) -> Result<Value, Refusal> {
    if operation != "PutEvents" {
        return Err(Refusal::unknown(&format!("AWSEvents.{operation}")));
    }
    let (mut entries, mut failed) = (Vec::new(), 0);
    for entry in request["Entries"].as_array().into_iter().flatten() {
        let text =
            |name: &str, otherwise: &str| entry[name].as_str().unwrap_or(otherwise).to_owned();
        let bus = text("EventBusName", "default");
        let bus = bus.rsplit('/').next().unwrap_or_default();
        let address = format!("{bus}|{}|{}", text("Source", ""), text("DetailType", ""));
        let correlation = port.correlation().to_string();
        let parcel = Parcel { body: text("Detail", "{}"), correlation, ..Parcel::default() };
        entries.push(match port.send(&Address::Bus(address), parcel).await {
            Ok(()) => json!({ "EventId": uuid::Uuid::new_v4().to_string() }),
            Err(failure) => {
                failed += 1;
                let refusal = Refusal::from(failure);
                json!({ "ErrorCode": refusal.code, "ErrorMessage": refusal.message })
            }
        });
    }
    Ok(json!({ "FailedEntryCount": failed, "Entries": entries }))
}
