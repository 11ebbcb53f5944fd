//! A function's binary as Lambda runs it: a process that asks the runtime API for events over HTTP,
//! and AWS's services, here a server that keeps what it is told.

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeSet, VecDeque},
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};
use tokio::{net::TcpListener, sync::mpsc, time::timeout};

/// Lambda's runtime API and the services, as far as a binary sees them.
struct Cloud {
    address: String,
    state: Arc<Shared>,
    answers: mpsc::UnboundedReceiver<(String, Value)>,
}

struct Shared {
    events: Mutex<VecDeque<Value>>,
    /// What services were asked: operation and request.
    asked: Mutex<Vec<(String, Value)>>,
    items: Mutex<BTreeSet<String>>,
    answer: mpsc::UnboundedSender<(String, Value)>,
}

impl Cloud {
    async fn start(events: impl IntoIterator<Item = Value>) -> Cloud {
        let (answer, answers) = mpsc::unbounded_channel();
        let state = Arc::new(Shared {
            events: Mutex::new(events.into_iter().collect()),
            asked: Mutex::default(),
            items: Mutex::default(),
            answer,
        });
        let runtime = "/2018-06-01/runtime";
        let router = Router::new()
            .route(&format!("{runtime}/invocation/next"), get(next))
            .route(&format!("{runtime}/invocation/{{id}}/{{what}}"), post(answered))
            .route("/", post(service))
            .with_state(state.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address").to_string();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Cloud { address, state, answers }
    }

    /// The binary with the environment that Lambda and the plan give it.
    fn command(&self) -> Command {
        let mut command = Command::new(binary());
        command
            .env("AWS_LAMBDA_RUNTIME_API", &self.address)
            .env("AWS_LAMBDA_FUNCTION_NAME", "kitchen")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "log")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "stream")
            .env("AWS_REGION", "eu-west-1")
            .env("AWS_ACCESS_KEY_ID", "key")
            .env("AWS_SECRET_ACCESS_KEY", "swordfish")
            .env("AWS_ENDPOINT_URL", format!("http://{}", self.address))
            .env("NET_SENDS_TICKET", format!("sqs-fifo:http://{}/1/tickets.fifo", self.address))
            .env("NET_TABLE_SEEN", "seen")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    async fn answer(&mut self) -> (String, Value) {
        let answer = timeout(Duration::from_secs(30), self.answers.recv()).await;
        answer.expect("an answer in time").expect("the server runs")
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

async fn next(State(state): State<Arc<Shared>>) -> Response {
    let event = state.events.lock().expect("no panic").pop_front();
    let Some(event) = event else {
        // Lambda freezes the process until there is an event.
        return std::future::pending().await;
    };
    let ends = std::time::SystemTime::now() + Duration::from_secs(10);
    let ends = ends.duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_millis();
    let headers = [
        ("lambda-runtime-aws-request-id", "request-1".to_owned()),
        ("lambda-runtime-deadline-ms", ends.to_string()),
        (
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-west-1:1:function:kitchen".to_owned(),
        ),
        ("content-type", "application/json".to_owned()),
    ];
    let text = event.as_str().map_or_else(|| event.to_string(), str::to_owned);
    (headers, text).into_response()
}

async fn answered(
    State(state): State<Arc<Shared>>,
    Path((_, what)): Path<(String, String)>,
    body: Bytes,
) -> StatusCode {
    let _ = state.answer.send((what, serde_json::from_slice(&body).unwrap_or_default()));
    StatusCode::ACCEPTED
}

/// SQS and DynamoDB by their JSON protocols.
async fn service(State(state): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let target =
        headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let operation = target.split('.').next_back().unwrap_or_default().to_owned();
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let answer = match operation.as_str() {
        "SendMessage" => (StatusCode::OK, json!({ "MessageId": "1", "SequenceNumber": "1" })),
        "PutItem" => {
            let id = request["Item"]["id"]["S"].as_str().unwrap_or_default().to_owned();
            if state.items.lock().expect("no panic").insert(id) {
                (StatusCode::OK, json!({}))
            } else {
                let kind = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException";
                let message = "The conditional request failed";
                (StatusCode::BAD_REQUEST, json!({ "__type": kind, "message": message }))
            }
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
            .args(["build", "--quiet", "--package", "net-runtime", "--example", "kitchen"])
            .args(["--features", "aws", "--message-format", "json"])
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

fn stop(mut process: Child) -> Output {
    process.kill().expect("it runs");
    process.wait_with_output().expect("it ends")
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
    let mut cloud = Cloud::start([
        queued(&[("m-1", soup), ("m-2", r#"{"id":"2","dish":"burnt"}"#), ("m-3", "no JSON")]),
        // Delivered again: messages come at least once.
        queued(&[("m-1", soup)]),
    ])
    .await;
    let process = cloud.command().spawn().expect("it starts");
    let (what, answer) = cloud.answer().await;
    assert_eq!(what, "response");
    let failed =
        json!({ "batchItemFailures": [{ "itemIdentifier": "m-2" }, { "itemIdentifier": "m-3" }] });
    assert_eq!(answer, failed);
    assert_eq!(cloud.answer().await, ("response".to_owned(), json!({ "batchItemFailures": [] })));

    let sent = cloud.asked("SendMessage");
    assert_eq!(sent.len(), 1, "the second soup is the first one again");
    assert_eq!(sent[0]["MessageBody"], r#"{"dish":"soup"}"#);
    assert_eq!(sent[0]["MessageAttributes"]["net-correlation"]["StringValue"], "c-1");
    assert!(sent[0]["MessageGroupId"].is_string() && sent[0]["MessageDeduplicationId"].is_string());
    let puts = cloud.asked("PutItem");
    assert_eq!(puts.len(), 2);
    assert_eq!(puts[0]["TableName"], "seen");
    assert_eq!(puts[0]["ConditionExpression"], "attribute_not_exists(#n0)");
    assert_eq!(puts[0]["ExpressionAttributeNames"], json!({ "#n0": "id" }));

    let output = stop(process);
    let log = String::from_utf8(output.stdout).expect("text");
    let lines: Vec<Value> =
        log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let failed: Vec<_> = lines.iter().filter(|line| line["level"] == "ERROR").collect();
    assert_eq!(failed.len(), 2, "{log}");
    assert!(failed.iter().all(|line| line["span"]["correlation"] == "c-1"), "{log}");
    assert!(!log.contains("swordfish"));
}

#[tokio::test]
async fn who_waits_is_told_of_a_failure() {
    let mut cloud = Cloud::start([
        json!({ "id": "1", "dish": "burnt" }),
        json!({ "plate": "blue" }),
        json!({ "id": "2", "dish": "soup" }),
    ])
    .await;
    let process = cloud.command().spawn().expect("it starts");
    let (what, answer) = cloud.answer().await;
    assert_eq!((what.as_str(), &answer["errorMessage"]), ("error", &json!("it is burnt")));
    let (what, answer) = cloud.answer().await;
    assert_eq!(what, "error");
    let message = answer["errorMessage"].as_str().unwrap_or_default();
    assert!(message.starts_with("this is no `Order`"), "{message}");
    assert_eq!(cloud.answer().await, ("response".to_owned(), Value::Null));
    stop(process);
}

#[tokio::test]
async fn what_is_not_bound_is_said_before_the_first_event() {
    let cloud = Cloud::start([]).await;
    let mut command = cloud.command();
    command.env_remove("NET_SENDS_TICKET").env("NET_TABLE_SEEN", "");
    let output = command.spawn().expect("it starts").wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(1));
    let log = String::from_utf8(output.stdout).expect("text");
    let lines: Vec<&str> = log.lines().collect();
    assert_eq!(lines.len(), 1, "one clear error: {log}");
    assert!(
        lines[0]
            .contains("`NET_SENDS_TICKET` is not set; the link `function.sends_to(&…)` sets it"),
        "{log}"
    );
    assert!(lines[0].contains("`NET_TABLE_SEEN` is ``, not a table's name"), "{log}");
}
