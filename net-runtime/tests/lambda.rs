//! A function's binary as Lambda runs it: a process that asks the runtime API for events over HTTP,
//! and AWS's services, here a server that keeps what it is told.

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use net_local::{Answer, Function};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    path::PathBuf,
    process::Command,
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};
use tokio::net::TcpListener;

/// The services, as far as a binary sees them.
struct Cloud {
    address: String,
    state: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// What services were asked: operation and request.
    asked: Mutex<Vec<(String, Value)>>,
    /// What is in the one table, by its key.
    items: Mutex<BTreeMap<String, Value>>,
}

impl Cloud {
    async fn start() -> Cloud {
        let state = Arc::new(Shared::default());
        let router = Router::new().route("/", post(service)).with_state(state.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Cloud { address, state }
    }

    /// The environment that Lambda and the plan give the binary.
    fn environment(&self) -> BTreeMap<&'static str, String> {
        [
            ("AWS_ACCESS_KEY_ID", "key".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "swordfish".to_owned()),
            ("AWS_ENDPOINT_URL", format!("http://{}", self.address)),
            ("NET_SENDS_TICKET", format!("sqs-fifo:http://{}/1/tickets.fifo", self.address)),
            ("NET_TABLE_ONCE", "once".to_owned()),
        ]
        .into()
    }

    async fn function(&self) -> Function {
        Function::start("kitchen", binary(), self.environment()).await.expect("it starts")
    }

    fn asked(&self, operation: &str) -> Vec<Value> {
        let asked = self.state.asked.lock().expect("no panic");
        asked
            .iter()
            .filter(|(name, _)| name == operation)
            .map(|(_, request)| request.clone())
            .collect()
    }
}

async fn invoke(function: &Function, event: Value) -> (&'static str, Value) {
    let json = |text: String| serde_json::from_str(&text).expect("an answer is JSON");
    match function.invoke(&event.to_string(), Duration::from_secs(30)).await {
        Answer::Response(text) => ("response", json(text)),
        Answer::Error(text) => ("error", json(text)),
        other => panic!("{other:?}: {:#?}", function.log()),
    }
}

/// SQS and DynamoDB by their JSON protocols.
async fn service(State(state): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let target =
        headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let operation = target.split('.').next_back().unwrap_or_default().to_owned();
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    if operation == "SendMessage" && request["MessageBody"].to_string().contains("hangs") {
        return std::future::pending().await;
    }
    let answer = match operation.as_str() {
        "SendMessage" => (StatusCode::OK, json!({ "MessageId": "1", "SequenceNumber": "1" })),
        "PutItem" => {
            let mut items = state.items.lock().expect("no panic");
            let key = request["Item"]["key"]["S"].as_str().unwrap_or_default().to_owned();
            match items.get(&key) {
                // A claim of which a run was let go has lapsed.
                Some(there) if there["until"]["N"] != "0" => {
                    let kind = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException";
                    let message = "The conditional request failed";
                    let refusal = json!({ "__type": kind, "message": message, "Item": there });
                    (StatusCode::BAD_REQUEST, refusal)
                }
                _ => {
                    items.insert(key, request["Item"].clone());
                    (StatusCode::OK, json!({}))
                }
            }
        }
        "UpdateItem" => {
            let mut items = state.items.lock().expect("no panic");
            let key = request["Key"]["key"]["S"].as_str().unwrap_or_default();
            let item = items.get_mut(key).expect("what is updated is there");
            let sets = request["UpdateExpression"].as_str().unwrap_or_default();
            for set in sets.trim_start_matches("SET ").split(", ") {
                let (name, value) = set.split_once(" = ").expect("an assignment");
                let name = request["ExpressionAttributeNames"][name].as_str().expect("a name");
                item[name] = request["ExpressionAttributeValues"][value].clone();
            }
            (StatusCode::OK, json!({ "Attributes": item }))
        }
        _ => (StatusCode::BAD_REQUEST, json!({ "__type": "UnknownOperation" })),
    };
    state.asked.lock().expect("no panic").push((operation, request));
    (answer.0, axum::Json(answer.1)).into_response()
}

/// The example `kitchen`, built once.
fn binary() -> &'static PathBuf {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--workspace", "--example", "kitchen"])
            .args(["--message-format", "json-render-diagnostics"])
            .output()
            .expect("cargo runs");
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        let messages = String::from_utf8_lossy(&built.stdout).into_owned();
        let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let mut executables =
            messages.filter_map(|message| Some(PathBuf::from(message["executable"].as_str()?)));
        executables.next().expect("cargo names the executable")
    })
}

fn queued(records: &[(&str, &str)]) -> Value {
    let record = |(id, body): &(&str, &str)| {
        json!({
            "messageId": id,
            "body": body,
            "messageAttributes": { "net-correlation": { "stringValue": "c-1", "dataType": "String" } },
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-west-1:1:orders",
        })
    };
    json!({ "Records": records.iter().map(record).collect::<Vec<_>>() })
}

#[tokio::test]
async fn a_batch_is_handled_message_by_message_and_each_order_once() {
    let soup = r#"{"id":"1","dish":"soup"}"#;
    let cloud = Cloud::start().await;
    let function = cloud.function().await;
    let batch =
        queued(&[("m-1", soup), ("m-2", r#"{"id":"2","dish":"burnt"}"#), ("m-3", "no JSON")]);
    let failed =
        json!({ "batchItemFailures": [{ "itemIdentifier": "m-2" }, { "itemIdentifier": "m-3" }] });
    assert_eq!(invoke(&function, batch).await, ("response", failed));
    // Delivered again: messages come at least once.
    let answer = invoke(&function, queued(&[("m-1", soup)])).await;
    assert_eq!(answer, ("response", json!({ "batchItemFailures": [] })));

    let sent = cloud.asked("SendMessage");
    assert_eq!(sent.len(), 1, "the second soup is the first one again");
    assert_eq!(sent[0]["MessageBody"], r#"{"dish":"soup"}"#);
    assert_eq!(sent[0]["MessageAttributes"]["net-correlation"]["StringValue"], "c-1");
    assert!(sent[0]["MessageGroupId"].is_string() && sent[0]["MessageDeduplicationId"].is_string());
    let puts = cloud.asked("PutItem");
    // Messages of a batch are handled side by side, in no order.
    let mut keys: Vec<_> = puts.iter().map(|put| put["Item"]["key"]["S"].to_string()).collect();
    keys.sort();
    let wanted = [r#""kitchen/1""#, r#""kitchen/1""#, r#""kitchen/2""#];
    assert_eq!(keys, wanted, "the function and its order: soup, burnt, and soup again");
    assert!(puts.iter().all(|put| put["TableName"] == "once"));
    assert!(puts.iter().all(|put| put["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD"));

    let log = function.log();
    let lines: Vec<Value> = log.iter().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let failed: Vec<_> = lines.iter().filter(|line| line["level"] == "ERROR").collect();
    assert_eq!(failed.len(), 2, "{log:#?}");
    assert!(failed.iter().all(|line| line["span"]["correlation"] == "c-1"), "{log:#?}");
    assert!(log.iter().all(|line| !line.contains("swordfish")));
}

#[tokio::test]
async fn a_message_that_hangs_fails_before_lambda_stops_the_run() {
    let cloud = Cloud::start().await;
    let function = cloud.function().await;
    let order = |id: &str, dish: &str| json!({ "id": id, "dish": dish }).to_string();
    let (soup, slow, rice) = (order("1", "soup"), order("2", "hangs"), order("3", "rice"));
    let batch = queued(&[("m-1", &soup), ("m-2", &slow), ("m-3", &rice)]).to_string();
    let answer = function.invoke(&batch, Duration::from_millis(1_500)).await;
    let wanted = json!({ "batchItemFailures": [{ "itemIdentifier": "m-2" }] });
    assert_eq!(answer, Answer::Response(wanted.to_string()), "{:#?}", function.log());
    // It is the same process that goes on.
    let answer = invoke(&function, queued(&[("m-4", &order("4", "cake"))])).await;
    assert_eq!(answer, ("response", json!({ "batchItemFailures": [] })));
    // The guard of the work may warn as well.
    let log = function.log();
    let line = log.iter().find(|line| line.contains("m-2") && line.contains("ERROR"));
    let line = line.unwrap_or_else(|| panic!("no error: {log:#?}"));
    let line: Value = serde_json::from_str(line).expect("JSON");
    assert_eq!(line["level"], "ERROR");
    let time = line["timestamp"].as_str().expect("Lambda reads the time");
    assert!(time.contains('T') && time.ends_with('Z'), "{time}");
}

#[tokio::test]
async fn no_level_logs_what_is_received_or_sent() {
    let cloud = Cloud::start().await;
    let mut environment = cloud.environment();
    environment.insert("LOG_LEVEL", "trace,hyper=trace,aws_smithy_runtime=trace".to_owned());
    let function = Function::start("kitchen", binary(), environment).await.expect("it starts");
    let order = r#"{"id":"grant-code-1","dish":"grant-code-2"}"#;
    let answer =
        invoke(&function, queued(&[("m-1", order), ("m-2", r#"{"id":"grant-code-3"}"#)])).await;
    let failed = json!({ "batchItemFailures": [{ "itemIdentifier": "m-2" }] });
    assert_eq!(answer, ("response", failed));
    assert_eq!(cloud.asked("SendMessage").len(), 1);
    let log = function.log();
    assert!(log.iter().any(|line| line.contains("ERROR")), "{log:#?}");
    let told = log.iter().find(|line| line.contains("grant-code") || line.contains("swordfish"));
    assert_eq!(told, None);
}

#[tokio::test]
async fn lambdas_level_is_obeyed() {
    let cloud = Cloud::start().await;
    for (level, lines) in [("ERROR", 1), ("FATAL", 1), ("INFO", 1)] {
        let mut environment = cloud.environment();
        environment.insert("AWS_LAMBDA_LOG_LEVEL", level.to_owned());
        let function = Function::start("kitchen", binary(), environment).await.expect("it starts");
        invoke(&function, queued(&[("m-1", "no JSON")])).await;
        assert_eq!(function.log().len(), lines, "{:#?}", function.log());
    }
}

#[tokio::test]
async fn who_waits_is_told_of_a_failure() {
    let cloud = Cloud::start().await;
    let function = cloud.function().await;
    let (what, answer) = invoke(&function, json!({ "id": "1", "dish": "burnt" })).await;
    assert_eq!((what, &answer["errorMessage"]), ("error", &json!("it is burnt")));
    let (what, answer) = invoke(&function, json!({ "plate": "blue" })).await;
    assert_eq!(what, "error");
    let message = answer["errorMessage"].as_str().unwrap_or_default();
    assert!(message.starts_with("this is no `Order`"), "{message}");
    let answer = invoke(&function, json!({ "id": "2", "dish": "soup" })).await;
    assert_eq!(answer, ("response", Value::Null));
}

#[tokio::test]
async fn what_is_not_bound_is_said_before_the_first_event() {
    let cloud = Cloud::start().await;
    let mut environment = cloud.environment();
    environment.remove("NET_SENDS_TICKET");
    environment.insert("NET_TABLE_ONCE", String::new());
    let function = Function::start("kitchen", binary(), environment).await.expect("it starts");
    assert_eq!(function.exit_code().await, Some(1));
    let answer = function.invoke("{}", Duration::from_secs(30)).await;
    assert_eq!(answer, Answer::Crashed);
    let log = function.log();
    assert_eq!(log.len(), 1, "one clear error: {log:#?}");
    let wanted = "`NET_SENDS_TICKET` is not set; the link `function.sends_to(&…)` sets it";
    assert!(log[0].contains(wanted), "{log:#?}");
    assert!(log[0].contains("`NET_TABLE_ONCE` is ``, not a table's name"), "{log:#?}");
}
