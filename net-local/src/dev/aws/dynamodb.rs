//! DynamoDB as functions call it: items read and written ("GetItem", "Query", "Scan", "PutItem",
//! "UpdateItem", "DeleteItem", and "TransactWriteItems" of one deletion).

use super::{Refusal, expression};
use crate::{dev::schema, engine::port::Port};
use net_runtime::{Act, Attributes, Page, Read, Schema, Tables as _, Write, Written};
use serde_json::{Map, Value, json};

pub(super) async fn answer(port: &Port, operation: &str, request: Value) -> Result<Value, Refusal> {
    match operation {
        "GetItem" => {
            let keys = attributes(&request, "Key")?;
            let page = read(port, &request, Read::Item { keys }).await?;
            let item = page.items.into_iter().next();
            Ok(item.map_or_else(|| json!({}), |item| json!({ "Item": item })))
        }
        "Query" => {
            let keys = expression::partition(&request)?;
            let page = read(port, &request, Read::Partition { keys, after: None }).await?;
            Ok(listed(page))
        }
        "Scan" => Ok(listed(read(port, &request, Read::Table { after: None }).await?)),
        "PutItem" => {
            let item = attributes(&request, "Item")?;
            write(port, &request, Act::Put { item }).await?;
            Ok(json!({}))
        }
        "UpdateItem" => {
            let keys = attributes(&request, "Key")?;
            let update = expression::update(&request)?;
            let item = write(port, &request, Act::Update { keys, update }).await?;
            Ok(match request["ReturnValues"].as_str() {
                Some("ALL_NEW") => json!({ "Attributes": item }),
                _ => json!({}),
            })
        }
        "DeleteItem" => {
            let keys = attributes(&request, "Key")?;
            write(port, &request, Act::Delete { keys, hand: None }).await?;
            Ok(json!({}))
        }
        "TransactWriteItems" => delete_once(port, &request).await,
        other => Err(Refusal::unknown(&format!("DynamoDB_20120810.{other}"))),
    }
}

fn attributes(request: &Value, name: &str) -> Result<Attributes, Refusal> {
    serde_json::from_value(request[name].clone())
        .map_err(|error| Refusal::new("SerializationException", format!("{name}: {error}")))
}

/// The table that a call is about, by its name or ARN, and its keys.
fn table(port: &Port, request: &Value) -> Result<(String, Schema), Refusal> {
    let name = request["TableName"].as_str().unwrap_or_default();
    for unknown in ["IndexName", "FilterExpression", "ProjectionExpression", "ExclusiveStartKey"] {
        if !request[unknown].is_null() {
            return Err(Refusal::unknown(&format!("{unknown} of a table's call")));
        }
    }
    let found = port.shared().with(|engine| {
        let mut tables = engine.wiring.tables.iter();
        let found = tables.find(|table| table.name == name || table.arn == name)?;
        Some((found.name.clone(), schema(&found.keys)?))
    });
    found.ok_or_else(|| Refusal::new("ResourceNotFoundException", "Requested resource not found"))
}

async fn read(port: &Port, request: &Value, read: Read) -> Result<Page, Refusal> {
    let (table, schema) = table(port, request)?;
    Ok(port.read(&table, schema, read).await?)
}

fn listed(page: Page) -> Value {
    let count = page.items.len();
    json!({ "Items": page.items, "Count": count, "ScannedCount": count })
}

/// Writes an item; the item as it is then.
async fn write(port: &Port, request: &Value, act: Act) -> Result<Attributes, Refusal> {
    let (table, schema) = table(port, request)?;
    let condition = expression::condition(request, schema.partition.name())?;
    match port.write(&table, schema, Write { act, condition }).await? {
        Written::Applied(item) => Ok(item),
        Written::Refused(there) => {
            let refusal =
                Refusal::new("ConditionalCheckFailedException", "The conditional request failed");
            Err(refusal.with(seen(request, there)))
        }
    }
}

/// The item that is there instead, if it is asked for.
fn seen(request: &Value, there: Option<Attributes>) -> Value {
    let sees = request["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD";
    let item = there.filter(|_| sees).map(|item| ("Item".to_owned(), json!(item)));
    Map::from_iter(item).into()
}

/// A transaction of one deletion with a client token: how `net-runtime` deletes on a condition.
async fn delete_once(port: &Port, request: &Value) -> Result<Value, Refusal> {
    let delete = match request["TransactItems"].as_array().map(Vec::as_slice) {
        Some([item]) if item["Delete"].is_object() => &item["Delete"],
        _ => return Err(Refusal::unknown("TransactWriteItems of anything but one deletion")),
    };
    let keys = attributes(delete, "Key")?;
    let hand = request["ClientRequestToken"].as_str().map(str::to_owned);
    let (table, schema) = table(port, delete)?;
    let condition = expression::condition(delete, schema.partition.name())?;
    let write = Write { act: Act::Delete { keys, hand }, condition };
    match port.write(&table, schema, write).await? {
        Written::Applied(_) => Ok(json!({})),
        Written::Refused(there) => {
            let mut reason = seen(delete, there);
            reason["Code"] = "ConditionalCheckFailed".into();
            reason["Message"] = "The conditional request failed".into();
            let message = "Transaction cancelled, please refer cancellation reasons for specific \
                           reasons [ConditionalCheckFailed]";
            let refusal = Refusal::new("TransactionCanceledException", message);
            Err(refusal.with(json!({ "CancellationReasons": [reason] })))
        }
    }
}
