//! What functions' processes call of AWS, answered by the engine.
//!
//! Handlers run unchanged: their SDK is told by `AWS_ENDPOINT_URL` where AWS is. Each instance has an access
//! key of its own, drawn at random, so that a call names who makes it, and nobody else's is answered.

mod dynamodb;
mod events;
mod expression;
mod lambda;
mod s3;
mod secrets;
mod sns;
mod sqs;

use crate::engine::port::Port;
use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use net_runtime::Failure;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The largest call: DynamoDB takes 16 MB in one request, Lambda 6 MB, SQS 1 MiB.
const LARGEST: usize = 16 * 1_024 * 1_024;

/// Who may call, by access key.
#[derive(Default)]
pub(crate) struct Callers(Mutex<HashMap<String, Port>>);

impl Callers {
    fn all(&self) -> MutexGuard<'_, HashMap<String, Port>> {
        // Nothing panics while it holds the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new access key for an instance; it is gone when the key is dropped.
    pub(crate) fn admit(self: &Arc<Callers>, port: Port) -> AccessKey {
        let key = format!("NET{}", uuid::Uuid::new_v4().simple().to_string().to_uppercase());
        self.all().insert(key.clone(), port);
        AccessKey { key, callers: self.clone() }
    }
}

/// By which an instance is known.
pub(crate) struct AccessKey {
    key: String,
    callers: Arc<Callers>,
}

impl AccessKey {
    pub(crate) fn as_str(&self) -> &str {
        &self.key
    }
}

impl Drop for AccessKey {
    fn drop(&mut self) {
        self.callers.all().remove(&self.key);
    }
}

/// Why a call is not carried out, in AWS's words.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) code: String,
    pub(crate) message: String,
    /// What else the answer says.
    pub(crate) more: Value,
}

impl Refusal {
    pub(crate) fn new(code: &str, message: impl Into<String>) -> Refusal {
        Refusal {
            status: StatusCode::BAD_REQUEST,
            code: code.to_owned(),
            message: message.into(),
            more: Value::Null,
        }
    }

    /// What is not answered on this machine is said, and never guessed.
    pub(crate) fn unknown(what: &str) -> Refusal {
        let message = format!("`{what}` is not answered on this machine; docs/dev.md has what is");
        Refusal::new("NotImplemented", message)
    }

    pub(crate) fn with(self, more: Value) -> Refusal {
        Refusal { more, ..self }
    }

    /// As services answer that speak JSON.
    fn json(self) -> Response {
        let mut body = json!({ "__type": self.code, "message": self.message });
        if let (Some(body), Value::Object(more)) = (body.as_object_mut(), self.more) {
            body.extend(more);
        }
        let headers = [
            (header::CONTENT_TYPE.as_str(), "application/x-amz-json-1.0".to_owned()),
            ("x-amzn-errortype", self.code),
        ];
        (self.status, headers, body.to_string()).into_response()
    }
}

impl From<Failure> for Refusal {
    /// The engine fails in AWS's words: a code, and what it means.
    fn from(failure: Failure) -> Refusal {
        let temporary = matches!(failure, Failure::Temporary(_));
        let text = match &failure {
            Failure::Temporary(error) | Failure::Permanent(error) => error.to_string(),
            other => other.to_string(),
        };
        let is_code =
            |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric());
        let (code, message) = match text.split_once(": ") {
            Some((code, message)) if is_code(code) => (code.to_owned(), message.to_owned()),
            _ if temporary => ("InternalServerError".to_owned(), text),
            _ => ("ValidationException".to_owned(), text),
        };
        let status = match temporary {
            true => StatusCode::INTERNAL_SERVER_ERROR,
            false => StatusCode::BAD_REQUEST,
        };
        Refusal { status, code, message, more: Value::Null }
    }
}

/// Which operation of which service a call is, as far as its headers and path say.
enum Call {
    /// JSON, with the operation in a header: `AmazonSQS.SendMessage`.
    Target(String),
    /// Lambda's `Invoke`, of a function.
    Invoke(String),
    /// SNS's form.
    Form,
    /// S3's, by path.
    Object,
}

fn call(headers: &HeaderMap, method: &str, path: &str) -> Option<Call> {
    if let Some(target) = text(headers, "x-amz-target") {
        return Some(Call::Target(target.to_owned()));
    }
    let function = path.strip_prefix("/2015-03-31/functions/");
    if let Some(function) = function.and_then(|rest| rest.strip_suffix("/invocations")) {
        return Some(Call::Invoke(decoded(function)));
    }
    let form = "application/x-www-form-urlencoded";
    let is_form = text(headers, "content-type").is_some_and(|kind| kind.starts_with(form));
    match (method, is_form) {
        ("POST", true) => Some(Call::Form),
        ("GET" | "HEAD" | "PUT" | "DELETE", _) => Some(Call::Object),
        _ => None,
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn decoded(text: &str) -> String {
    // A `+` is itself in a path.
    let text = text.replace('+', "%2B");
    let mut pairs = form_urlencoded::parse(text.as_bytes());
    pairs.next().map(|(text, _)| text.into_owned()).unwrap_or_default()
}

/// The access key that a request is signed with ("Authenticating Requests (AWS Signature Version 4)").
fn access_key(headers: &HeaderMap) -> Option<&str> {
    let signed = text(headers, "authorization")?.strip_prefix("AWS4-HMAC-SHA256 ")?;
    let credential = signed.split("Credential=").nth(1)?;
    credential.split('/').next()
}

/// The same of a URL that was signed for whoever has it.
fn presigned(query: &str) -> Option<String> {
    let mut parts = form_urlencoded::parse(query.as_bytes());
    let (_, credential) = parts.find(|(name, _)| name == "X-Amz-Credential")?;
    credential.split('/').next().map(str::to_owned)
}

/// Answers a call.
pub(crate) async fn answer(State(callers): State<Arc<Callers>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let query = parts.uri.query().unwrap_or_default();
    let key = access_key(&parts.headers).map(str::to_owned).or_else(|| presigned(query));
    let port = key.and_then(|key| callers.all().get(&key).cloned());
    let Some(port) = port else {
        let message = "The security token included in the request is invalid.";
        let refusal = Refusal::new("UnrecognizedClientException", message);
        return Refusal { status: StatusCode::FORBIDDEN, ..refusal }.json();
    };
    let Ok(body) = to_bytes(body, LARGEST).await else {
        let message = "the request is larger than any service takes";
        return Refusal::new("RequestEntityTooLargeException", message).json();
    };
    match call(&parts.headers, parts.method.as_str(), parts.uri.path()) {
        Some(Call::Target(target)) => {
            let request = serde_json::from_slice(&body).unwrap_or_default();
            match targeted(&port, &target, request).await {
                Ok(answer) => {
                    let kind = [(header::CONTENT_TYPE, "application/x-amz-json-1.0")];
                    (kind, answer.to_string()).into_response()
                }
                Err(refusal) => refusal.json(),
            }
        }
        Some(Call::Invoke(function)) => {
            let kind = text(&parts.headers, "x-amz-invocation-type").unwrap_or_default();
            match lambda::invoke(&port, &function, kind, &body).await {
                Ok(answer) => answer,
                Err(refusal) => refusal.json(),
            }
        }
        Some(Call::Object) => {
            let (method, path) = (parts.method.as_str(), parts.uri.path());
            s3::answer(&port, method, path, query, &parts.headers, body.to_vec()).await
        }
        Some(Call::Form) => sns::answer(&port, &body).await,
        None => Refusal::unknown(&format!("{} {}", parts.method, parts.uri.path())).json(),
    }
}

async fn targeted(port: &Port, target: &str, request: Value) -> Result<Value, Refusal> {
    let (service, operation) = target.split_once('.').unwrap_or_default();
    match service {
        "AmazonSQS" => sqs::answer(port, operation, &request).await,
        "DynamoDB_20120810" => dynamodb::answer(port, operation, request).await,
        "AWSEvents" => events::answer(port, operation, &request).await,
        "secretsmanager" => secrets::answer(port, operation, &request).await,
        _ => Err(Refusal::unknown(target)),
    }
}

/// What travels beside a message, in the attributes by which `net-runtime` says it.
fn travelling(port: &Port, attribute: impl Fn(&str) -> Option<String>) -> (Option<u64>, String) {
    let deadline = attribute("net-deadline").and_then(|text| text.parse().ok());
    let correlation = attribute("net-correlation");
    (deadline, correlation.unwrap_or_else(|| port.correlation().to_string()))
}

/// An XML answer.
fn xml(status: StatusCode, text: String) -> Response {
    (status, [(header::CONTENT_TYPE, "text/xml")], Body::from(text)).into_response()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        dev::fixture::{engine, kitchen, queue},
        service::function,
    };

    fn signed(key: &str) -> HeaderMap {
        let value = format!(
            "AWS4-HMAC-SHA256 Credential={key}/20260101/eu-west-1/sqs/aws4_request, SignedHeaders=host"
        );
        [(header::AUTHORIZATION, value.parse().expect("a header"))].into_iter().collect()
    }

    #[test]
    fn a_call_says_who_makes_it_and_what_it_is() {
        assert_eq!(access_key(&signed("NET1")), Some("NET1"));
        assert_eq!(access_key(&HeaderMap::new()), None);
        assert_eq!(
            presigned("X-Amz-Credential=NET1%2F20260101&X-Amz-Expires=60"),
            Some("NET1".into())
        );
        let path = "/2015-03-31/functions/arn%3Aaws%3Alambda%3A%3A%3Afunction%3Acook/invocations";
        let Some(Call::Invoke(function)) = call(&HeaderMap::new(), "POST", path) else {
            panic!("it is an invocation")
        };
        assert_eq!(function, "arn:aws:lambda:::function:cook");
        assert!(call(&HeaderMap::new(), "POST", "/").is_none());
    }

    #[tokio::test]
    async fn an_access_key_lasts_as_long_as_its_instance() {
        let shared = engine(&kitchen(true));
        let port = shared.with(|engine| function::port(engine, 0));
        let callers: Arc<Callers> = Arc::default();
        let key = callers.admit(port);
        let text = key.as_str().to_owned();
        assert!(callers.all().contains_key(&text));
        drop(key);
        assert!(callers.all().is_empty());
        shared.end();
    }

    #[tokio::test]
    async fn calls_are_carried_out_by_the_engine() {
        let shared = engine(&kitchen(true));
        let port = shared.with(|engine| function::port(engine, 0));
        let (url, table) = shared.with(|engine| {
            let number = queue(engine, "done", "queue");
            (engine.wiring.queues[number].url.clone(), engine.wiring.tables[0].name.clone())
        });
        let ask = |target: &'static str, request: Value| {
            let port = port.clone();
            async move { targeted(&port, target, request).await }
        };
        let message = json!({
            "QueueUrl": url,
            "MessageBody": "{\"id\":\"t-1\"}",
            "MessageAttributes": {
                "net-correlation": { "DataType": "String", "StringValue": "request-7" },
            },
        });
        let sent = ask("AmazonSQS.SendMessage", message).await.expect("it is sent");
        assert_eq!(sent["MD5OfMessageBody"], "1732e849ea8639937808c0822c6b00a1");
        shared.with(|engine| {
            let number = queue(engine, "done", "queue");
            let item = engine.services.queues[number].items().next().expect("a message");
            assert_eq!(engine.log.of(item.letter).parcel.correlation, "request-7");
        });

        let item = json!({ "order": { "S": "t-1" }, "state": { "S": "COOKING" } });
        let put = json!({
            "TableName": table,
            "Item": item,
            "ConditionExpression": "attribute_not_exists(#n0)",
            "ExpressionAttributeNames": { "#n0": "order" },
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        });
        ask("DynamoDB_20120810.PutItem", put.clone()).await.expect("it is new");
        let refusal = ask("DynamoDB_20120810.PutItem", put).await.expect_err("it is there");
        assert_eq!(refusal.code, "ConditionalCheckFailedException");
        assert_eq!(refusal.more["Item"], item);
        let key = json!({ "order": { "S": "t-1" } });
        let update = json!({
            "TableName": table,
            "Key": key,
            "UpdateExpression": "SET #s = :s",
            "ExpressionAttributeNames": { "#s": "state" },
            "ExpressionAttributeValues": { ":s": { "S": "SERVED" } },
            "ReturnValues": "ALL_NEW",
        });
        let updated = ask("DynamoDB_20120810.UpdateItem", update).await.expect("it is there");
        assert_eq!(updated["Attributes"]["state"], json!({ "S": "SERVED" }));
        let got = ask("DynamoDB_20120810.GetItem", json!({ "TableName": table, "Key": key })).await;
        assert_eq!(got.expect("it is there")["Item"]["state"], json!({ "S": "SERVED" }));
        let scanned = ask("DynamoDB_20120810.Scan", json!({ "TableName": table })).await;
        assert_eq!(scanned.expect("a table")["Count"], 1);
        let delete = json!({
            "ClientRequestToken": "hand",
            "TransactItems": [{ "Delete": { "TableName": table, "Key": key } }],
        });
        ask("DynamoDB_20120810.TransactWriteItems", delete).await.expect("it is deleted");

        // What is not carried out is refused, and never half done.
        for (target, request, code) in [
            ("AmazonSQS.ReceiveMessage", json!({}), "NotImplemented"),
            ("Kinesis_20131202.PutRecord", json!({}), "NotImplemented"),
            (
                "DynamoDB_20120810.Scan",
                json!({ "TableName": "other" }),
                "ResourceNotFoundException",
            ),
            (
                "DynamoDB_20120810.Query",
                json!({ "TableName": table, "IndexName": "by-state", "KeyConditionExpression": "a = :a" }),
                "ValidationException",
            ),
            (
                "DynamoDB_20120810.PutItem",
                json!({ "TableName": table, "Item": { "state": { "S": "x" } } }),
                "ValidationException",
            ),
        ] {
            let refusal = ask(target, request).await.expect_err(target);
            assert_eq!(refusal.code, code, "{target}: {}", refusal.message);
        }
        shared.end();
    }
}
