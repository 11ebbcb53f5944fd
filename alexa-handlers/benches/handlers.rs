//! What the handlers cost: from the start of a process to its first answer, and from event to answer
//! while it runs; and how large their binaries are.
//!
//! ```console
//! $ cargo bench --profile lambda -p alexa-handlers
//! ```
//!
//! Each binary runs as on Lambda, with a runtime API that hands it events at once. What it talks to
//! (SQS, DynamoDB, Lambda and Secrets Manager; Acme, Login with Amazon and Alexa's gateway) answers
//! on this machine, so that what is measured is the handlers' own work and their HTTP. Every event
//! takes its longest way: a directive is deferred, a request answered, an event taken to Alexa.

use alexa_doubles::{Acme, Device, Gateway, Login, Pace};
use alexa_patterns::message::{
    Answer as ToAlexa, Asked, Cause, Command, CorrelationToken, DeferredDirective, EndpointId,
    Event, EventBody, Grant, MessageId, Pending, PendingStatus, Power, Property, Region, State,
    StateChange, Target, Timestamp, Token,
};
use axum::{
    Json, Router,
    body::Bytes,
    extract::State as Shared,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use net_local::{Answer, Function};
use serde::Serialize;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

const STARTS: usize = 20;
const RUNS: usize = 2_000;
const TIME: Duration = Duration::from_secs(30);
/// In the year 2100: nothing is late here.
const DEADLINE: u64 = 4_102_444_800_000;

/// What tables and secrets hold.
struct Services {
    grant: Value,
    pending: Value,
    acme: String,
    login: String,
}

/// A value as DynamoDB writes items.
fn item(value: &impl Serialize) -> Value {
    let item: serde_dynamo::Item = serde_dynamo::to_item(value).expect("an item");
    serde_json::to_value(item).expect("JSON")
}

async fn service(
    Shared(services): Shared<Arc<Services>>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, Json<Value>) {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let operation = target.unwrap_or_default().split('.').next_back().unwrap_or_default();
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let answer = match operation {
        "GetItem" => json!({ "Item": services.grant }),
        "Query" | "Scan" => json!({ "Items": [services.pending], "Count": 1, "ScannedCount": 1 }),
        "UpdateItem" => json!({ "Attributes": services.pending }),
        "PutItem" => json!({}),
        "SendMessage" => json!({ "MessageId": "1" }),
        "GetSecretValue" if request["SecretId"] == "acme" => {
            json!({ "SecretString": services.acme })
        }
        "GetSecretValue" => json!({ "SecretString": services.login }),
        other => panic!("nothing answers `{other}`"),
    };
    (StatusCode::OK, Json(answer))
}

async fn start_services(services: Services) -> String {
    let router = Router::new()
        .route("/", post(service))
        // Lambda's Invoke has no operation in its headers.
        .fallback(|| async { StatusCode::ACCEPTED })
        .with_state(Arc::new(services));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

fn queued(body: &impl Serialize) -> Value {
    json!({ "Records": [{
        "messageId": "1",
        "body": serde_json::to_string(body).expect("JSON"),
        "attributes": {},
        "messageAttributes": {
            "net-deadline": { "stringValue": DEADLINE.to_string(), "dataType": "String" },
        },
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-1:000000000000:queue",
    }]})
}

/// The time that a part of the runs stays below.
fn part(times: &[Duration], part: f64) -> Duration {
    times[((times.len() - 1) as f64 * part).round() as usize]
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1_000.0)
}

async fn invoke(function: &Function, event: &str) {
    let answer = function.invoke(event, TIME).await;
    let well = match &answer {
        Answer::Response(json) => {
            !json.contains("itemIdentifier")
                && !json.contains("ErrorResponse")
                && !json.contains("\"statusCode\":4")
        }
        _ => false,
    };
    assert!(well, "{answer:?}\n{:#?}", function.log());
}

#[tokio::main]
async fn main() {
    let acme = Acme::start().await;
    acme.add("ann", "token-of-ann", [("lamp", Device::bulb())]);
    let login = Login::start().await;
    let gateway = Gateway::start(&login).await;
    let (access, refresh, _) = login.grant("ann");
    let lamp = EndpointId::new("lamp").expect("an id");
    let now = Timestamp::from(SystemTime::now());
    let state = State::at(now, [Property::Power(Power::On)]);
    let correlation = CorrelationToken::new("c-1").expect("a token");
    let pending = Pending {
        device: Pending::key("ann", &lamp),
        message: "m-1".to_owned(),
        user: "ann".to_owned(),
        customer: "l-1".to_owned(),
        endpoint: lamp.clone(),
        correlation: correlation.clone(),
        command: Command::Power(Power::On),
        expected: Vec::new(),
        status: PendingStatus::Sent,
        request: Some("r-1".to_owned()),
        asked: 0,
        deadline: DEADLINE,
        promised: Vec::new(),
        looked: 0,
        looked_at: 0,
        claimed_at: 0,
        claim: None,
        expires: DEADLINE / 1_000,
    };
    let grant = Grant {
        user: "ann".to_owned(),
        customer: "l-1".to_owned(),
        access_token: Token::new(access).expect("a token"),
        refresh_token: Token::new(refresh).expect("a token"),
        expires_at: DEADLINE,
        region: Some(Region::Europe),
        quiet_until: 0,
    };
    let services = Services {
        grant: item(&grant),
        pending: item(&pending),
        acme: acme.secret(),
        login: login.secret(),
    };
    let aws = start_services(services).await;

    let deferred = DeferredDirective {
        message_id: "m-1".to_owned(),
        target: Target {
            endpoint: lamp.clone(),
            token: Token::new("token-of-ann").expect("a token"),
            correlation: correlation.clone(),
            cookie: BTreeMap::new(),
        },
        command: Command::Power(Power::On),
        user: "ann".to_owned(),
        customer: "l-1".to_owned(),
    };
    let change = StateChange {
        user: "ann".to_owned(),
        endpoint: lamp.clone(),
        request: Some("r-1".to_owned()),
        changed: state.clone(),
        unchanged: State::new(),
        failed: None,
        cause: Cause::PhysicalInteraction,
        happened: None,
    };
    let answer = ToAlexa {
        event: Event {
            id: MessageId::new("1").expect("an id"),
            body: EventBody::Response { correlation, endpoint: lamp, state },
        },
        user: "ann".to_owned(),
        asked: Some(Asked { customer: "l-1".to_owned(), command: Command::Power(Power::On) }),
    };
    let turn_on = json!({ "directive": {
        "header": { "namespace": "Alexa.PowerController", "name": "TurnOn", "payloadVersion": "3",
                    "messageId": "m-1", "correlationToken": "c-1" },
        "endpoint": { "endpointId": "lamp", "cookie": {},
                      "scope": { "type": "BearerToken", "token": "token-of-ann" } },
        "payload": {},
    }});
    let pushed = acme.push_of("ann", "lamp", Some("r-1")).to_string();
    let push = json!({
        "version": "2.0",
        "headers": { "acme-signature": acme.signature(&pushed) },
        "requestContext": { "http": { "method": "POST", "path": "/push" }, "requestId": "1" },
        "body": pushed, "isBase64Encoded": false,
    });
    let handlers = [
        ("entrypoint", env!("CARGO_BIN_EXE_alexa-entrypoint"), turn_on),
        ("sync-processor", env!("CARGO_BIN_EXE_alexa-sync-processor"), queued(&deferred)),
        ("requester", env!("CARGO_BIN_EXE_alexa-requester"), queued(&deferred)),
        ("responder", env!("CARGO_BIN_EXE_alexa-responder"), json!(change)),
        ("receiver", env!("CARGO_BIN_EXE_alexa-receiver"), push),
        ("poller", env!("CARGO_BIN_EXE_alexa-poller"), json!({ "scheduled_at": "now" })),
        ("dispatcher", env!("CARGO_BIN_EXE_alexa-dispatcher"), queued(&answer)),
    ];
    let environment = [
        ("AWS_ENDPOINT_URL", aws.clone()),
        ("AWS_ACCESS_KEY_ID", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ("LOG_LEVEL", "error".to_owned()),
        ("NET_SENDS_DEFERRED_DIRECTIVE", format!("sqs:{aws}/deferred")),
        ("NET_DEADLINE_DEFERRED_DIRECTIVE", "6".to_owned()),
        ("NET_SENDS_ANSWER", format!("sqs:{aws}/responses")),
        ("NET_SENDS_STATE_CHANGE", "lambda:responder".to_owned()),
        ("NET_TABLE_GRANT", "grants".to_owned()),
        ("NET_TABLE_ONCE", "once".to_owned()),
        ("NET_TABLE_PENDING", "pending".to_owned()),
        ("NET_CALLS_DEVICE_CLOUD", acme.url().to_owned()),
        ("NET_SECRET_DEVICE_CLOUD", "acme".to_owned()),
        ("NET_CALLS_LOGIN_WITH_AMAZON", login.url().to_owned()),
        ("NET_SECRET_LOGIN_WITH_AMAZON", "login".to_owned()),
        ("NET_CALLS_ALEXA_GATEWAY", gateway.url().to_owned()),
    ];

    let mut table = String::from(
        "| handler | binary | start to first answer, p50 | p99 | event to answer, p50 | p99 |\n\
         |---|---:|---:|---:|---:|---:|\n",
    );
    for (name, binary, event) in handlers {
        acme.set_pace(if name == "requester" { Pace::WhenTold } else { Pace::AtOnce });
        let event = event.to_string();
        let mut starts = Vec::new();
        for _ in 0..STARTS {
            let start = Instant::now();
            let function = Function::start(name, binary, environment.clone()).await;
            invoke(&function.expect("it starts"), &event).await;
            starts.push(start.elapsed());
        }
        let function = Function::start(name, binary, environment.clone()).await.expect("it starts");
        let mut runs = Vec::new();
        for _ in 0..RUNS {
            let start = Instant::now();
            invoke(&function, &event).await;
            runs.push(start.elapsed());
        }
        // The first ones fetch secrets and open connections.
        runs.drain(..10);
        starts.sort();
        runs.sort();
        let size = fs::metadata(Path::new(binary)).expect("a binary").len() as f64 / 1e6;
        table += &format!(
            "| {name} | {size:.2} MB | {} | {} | {} | {} |\n",
            milliseconds(part(&starts, 0.5)),
            milliseconds(part(&starts, 0.99)),
            milliseconds(part(&runs, 0.5)),
            milliseconds(part(&runs, 0.99)),
        );
    }
    // The one place where this program speaks.
    std::io::Write::write_all(&mut std::io::stdout(), table.as_bytes()).expect("it can be printed");
}
