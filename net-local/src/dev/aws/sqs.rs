//! SQS as functions call it: messages sent, one or several at a time ("SendMessage", "SendMessageBatch").

use super::{Refusal, travelling};
use crate::engine::port::Port;
use md5::{Digest as _, Md5};
use net_dsl::binding::Address;
use net_runtime::{Messages as _, Parcel};
use serde_json::{Value, json};

pub(super) async fn answer(
    port: &Port,
    operation: &str,
    request: &Value,
) -> Result<Value, Refusal> {
    let url = request["QueueUrl"].as_str().unwrap_or_default();
    match operation {
        "SendMessage" => send(port, url, request).await,
        "SendMessageBatch" => {
            let (mut sent, mut failed) = (Vec::new(), Vec::new());
            for entry in request["Entries"].as_array().into_iter().flatten() {
                match send(port, url, entry).await {
                    Ok(mut answer) => {
                        answer["Id"] = entry["Id"].clone();
                        sent.push(answer);
                    }
                    Err(refusal) => failed.push(json!({
                        "Id": entry["Id"],
                        "Code": refusal.code,
                        "Message": refusal.message,
                        "SenderFault": refusal.status.is_client_error(),
                    })),
                }
            }
            Ok(json!({ "Successful": sent, "Failed": failed }))
        }
        "GetQueueUrl" => {
            let name = request["QueueName"].as_str().unwrap_or_default();
            let found = port.shared().with(|engine| {
                let queues = engine.wiring.queues.iter();
                let mut named = queues.filter(|queue| queue.arn.rsplit(':').next() == Some(name));
                named.next().map(|queue| queue.url.clone())
            });
            let none = || Refusal::new("QueueDoesNotExist", "The specified queue does not exist.");
            Ok(json!({ "QueueUrl": found.ok_or_else(none)? }))
        }
        other => Err(Refusal::unknown(&format!("AmazonSQS.{other}"))),
    }
}

async fn send(port: &Port, url: &str, entry: &Value) -> Result<Value, Refusal> {
    let body = entry["MessageBody"].as_str().unwrap_or_default().to_owned();
    let attribute =
        |name: &str| entry["MessageAttributes"][name]["StringValue"].as_str().map(str::to_owned);
    let (deadline, correlation) = travelling(port, attribute);
    let text = |name: &str| entry[name].as_str().map(str::to_owned);
    let fifo = url.ends_with(".fifo");
    let address = match fifo {
        true => Address::FifoQueue(url.to_owned()),
        false => Address::Queue(url.to_owned()),
    };
    let delay = entry["DelaySeconds"].as_u64().and_then(|seconds| u16::try_from(seconds).ok());
    let digest: String = Md5::digest(&body).iter().map(|byte| format!("{byte:02x}")).collect();
    let parcel = Parcel {
        body,
        group: text("MessageGroupId"),
        deadline,
        delay: delay.unwrap_or_default(),
        correlation,
        id: text("MessageDeduplicationId").unwrap_or_default(),
    };
    port.send(&address, parcel).await?;
    let id = uuid::Uuid::new_v4().to_string();
    Ok(json!({ "MessageId": id, "MD5OfMessageBody": digest }))
}
