//! A network on the desk: real servers, and processes that speak to them as Lambda's functions do.
//!
//! The processes are this test itself, started again: they do by hand what an SDK does.

use net_dsl::{Route, prelude::*};
use net_local::dev::{Answers, Entry, Program, Programs, Reloaded, Server, Service, Settings};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    env,
    ffi::OsString,
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

/// What is ordered.
pub struct Order;
messages! { Order }

/// What the kitchen keeps.
pub struct Ticket;
impl Item for Ticket {
    const NAME: &'static str = "Ticket";
    const PARTITION: Key = Key::text("order");
}

services! {
    /// Where the money is.
    pub Bank
}

contract! {
    /// Takes orders.
    pub Waiter: HttpRequest<()> => HttpResponse { sends Order, calls Bank }
    /// Cooks them.
    pub Cook: Order => () { writes Ticket }
}

fn restaurant(path: Route<()>) -> Network {
    let door = HttpApi::builder().name(name!("door")).build();
    let bank = ExternalService::<Bank>::builder().name(name!("bank")).build();
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    let tickets = Table::<Ticket>::builder().name(name!("tickets")).build();
    let waiter = Function::<Waiter>::builder().name(name!("waiter")).code(binary!("w")).build();
    let cook = Function::<Cook>::builder().name(name!("cook")).code(binary!("c")).build();
    door.routes(path, &waiter)
        + waiter.sends_to(&orders)
        + waiter.calls(&bank)
        + orders.triggers(&cook)
        + cook.writes(&tickets)
}

/// One request over HTTP, by hand: status and body.
fn http(
    address: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (u16, String) {
    let address = address.trim_start_matches("http://");
    let mut head = format!("{method} {path} HTTP/1.1\r\n");
    if !headers.iter().any(|(name, _)| *name == "host") {
        head += &format!("host: {address}\r\n");
    }
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("content-length: {}\r\nconnection: close\r\n\r\n", body.len());
    let mut stream = TcpStream::connect(address).expect("it is served");
    stream.write_all((head + body).as_bytes()).expect("it listens");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("it answers");
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let request =
        head.lines().find_map(|line| line.strip_prefix("lambda-runtime-aws-request-id: "));
    let body = request.map_or_else(|| body.to_owned(), |id| format!("{id}\n{body}"));
    (status.expect("a status"), body)
}

/// What a process asks AWS.
fn aws(target: &str, request: &Value) -> Value {
    let variable = |name: &str| env::var(name).expect(name);
    let key = variable("AWS_ACCESS_KEY_ID");
    let signed = format!("AWS4-HMAC-SHA256 Credential={key}/20260101/eu-west-1/any/aws4_request");
    let headers = [("authorization", signed.as_str()), ("x-amz-target", target)];
    let (status, answer) =
        http(&variable("AWS_ENDPOINT_URL"), "POST", "/", &headers, &request.to_string());
    assert_eq!(status, 200, "{answer}");
    serde_json::from_str(&answer).expect("JSON")
}

/// A function, in a process of its own; nothing where this is a test.
#[test]
fn function() {
    let Ok(name) = env::var("DESK_FUNCTION") else { return };
    let api = env::var("AWS_LAMBDA_RUNTIME_API").expect("Lambda says where its events are");
    let runtime = "/2018-06-01/runtime/invocation";
    loop {
        let (_, next) = http(&api, "GET", &format!("{runtime}/next"), &[], "");
        let (id, event) = next.split_once('\n').expect("an id");
        let event: Value = serde_json::from_str(event).expect("JSON");
        let answer = match name.as_str() {
            "waiter" => waiter(&event),
            "host" => json!({ "statusCode": 200, "body": "by the host" }),
            "crash" => std::process::exit(3),
            "slow waiter" => {
                std::thread::sleep(Duration::from_millis(500));
                waiter(&event)
            }
            "idle cook" => {
                std::thread::sleep(Duration::from_secs(60));
                json!({})
            }
            _ => cook(&event),
        };
        http(&api, "POST", &format!("{runtime}/{id}/response"), &[], &answer.to_string());
    }
}

fn waiter(event: &Value) -> Value {
    let bank = env::var("NET_CALLS_BANK").expect("a URL");
    let (status, balance) = http(&bank, "GET", "/balance", &[], "");
    let queue = env::var("NET_SENDS_ORDER").expect("an address");
    let queue = queue.strip_prefix("sqs:").expect("a queue");
    let order = json!({ "id": event["rawQueryString"] }).to_string();
    aws("AmazonSQS.SendMessage", &json!({ "QueueUrl": queue, "MessageBody": order }));
    json!({ "statusCode": status, "body": balance, "headers": { "x-by": "waiter" } })
}

fn cook(event: &Value) -> Value {
    for record in event["Records"].as_array().expect("records") {
        let order: Value =
            serde_json::from_str(record["body"].as_str().expect("a body")).expect("JSON");
        let table = env::var("NET_TABLE_TICKET").expect("a name");
        let item = json!({ "order": { "S": order["id"] } });
        aws("DynamoDB_20120810.PutItem", &json!({ "TableName": table, "Item": item }));
    }
    json!({})
}

fn program(function: &str) -> Result<Program, String> {
    let arguments = ["--exact", "function", "--nocapture"].map(OsString::from);
    Ok(Program {
        binary: env::current_exe().expect("this program"),
        arguments: arguments.into(),
        folder: None,
        environment: vec![("DESK_FUNCTION".to_owned(), function.to_owned())],
        mark: function.to_owned(),
    })
}

fn programs(waiter: &str) -> Programs {
    [("waiter", program(waiter)), ("cook", program("cook"))]
        .map(|(name, program)| (name.to_owned(), program))
        .into()
}

type Log = Arc<Mutex<Vec<Entry>>>;

struct Desk {
    server: Arc<Server>,
    log: Log,
}

impl Desk {
    async fn start(folder: &std::path::Path, network: &Network, programs: Programs) -> Desk {
        let log = Log::default();
        let told = log.clone();
        let answers = Answers::parse(r#"{ "GET /balance": { "body": "rich" } }"#).expect("answers");
        let settings = Settings {
            name: "restaurant".to_owned(),
            folder: folder.to_owned(),
            fresh: false,
            port: 0,
            services: BTreeMap::from([("bank".to_owned(), Service::Double(answers))]),
            secrets: BTreeMap::new(),
            log: Box::new(move |entry| told.lock().expect("no panic").push(entry)),
        };
        let server = Server::start(network, programs, settings).await.expect("it runs");
        Desk { server, log }
    }

    /// A request to the door, while the network runs.
    async fn ask(&self, path: &str, headers: &[(&str, &str)]) -> (u16, String) {
        let (door, path) = (self.server.apis().remove(0).1, path.to_owned());
        let headers: Vec<(String, String)> =
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let asked = tokio::task::spawn_blocking(move || {
            let headers: Vec<(&str, &str)> =
                headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            http(&door, "GET", &path, &headers, "")
        });
        asked.await.expect("an answer")
    }

    /// What the console says or does.
    async fn console(&self, method: &'static str, path: &'static str, body: Value) -> (u16, Value) {
        let console = self.server.console();
        let (url, token) = console.split_once("/?token=").expect("a token");
        let (url, bearer) = (url.to_owned(), format!("Bearer {token}"));
        let asked = tokio::task::spawn_blocking(move || {
            let headers =
                [("authorization", bearer.as_str()), ("content-type", "application/json")];
            let body = if method == "GET" { String::new() } else { body.to_string() };
            http(&url, method, path, &headers, &body)
        });
        let (status, text) = asked.await.expect("an answer");
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// The first line of the log of which something is so; it is waited for.
    async fn until(&self, is_it: impl Fn(&Entry) -> bool) -> Entry {
        let start = Instant::now();
        loop {
            if let Some(entry) =
                self.log.lock().expect("no panic").iter().find(|entry| is_it(entry))
            {
                return entry.clone();
            }
            assert!(start.elapsed() < Duration::from_secs(60), "{:#?}", self.log);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// A folder of the test's own.
fn folder(test: &str) -> PathBuf {
    let folder = env::temp_dir().join(format!("net-local-{test}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    folder
}

#[tokio::test]
async fn requests_go_through_processes_and_data_outlive_them() {
    let folder = folder("desk");
    let network = restaurant(route!(GET "/order"));
    let desk = Desk::start(&folder, &network, programs("waiter")).await;
    assert_eq!(desk.ask("/order?t-1", &[]).await, (200, "rich".to_owned()));
    let run = desk.until(|entry| entry.entity == "waiter").await;
    assert_eq!((run.because.as_str(), run.status, run.cold), ("GET /order", Some(200), true));
    assert_eq!((run.sent["orders"], run.correlations), (1, vec!["request-1".to_owned()]));
    let run = desk.until(|entry| entry.entity == "cook").await;
    assert_eq!((run.wrote["tickets"], run.because.as_str()), (1, "orders"));
    assert_eq!(run.correlations, ["request-1"], "what one request has caused has one id");
    assert_eq!(desk.ask("/nothing", &[]).await.0, 404);

    for (headers, status) in [
        ([("host", "evil.example"), ("x-any", "")], 421),
        ([("origin", "https://evil.example"), ("x-any", "")], 403),
        ([("origin", "http://localhost:5173"), ("x-any", "")], 200),
    ] {
        assert_eq!(desk.ask("/order?t-1", &headers).await.0, status, "{headers:?}");
    }

    // Code is replaced while the network runs, and then the network.
    let reloaded = desk.server.reload(&network, programs("host")).await.expect("it runs");
    assert_eq!(reloaded, Reloaded::Code(vec!["waiter".to_owned()]));
    assert_eq!(desk.ask("/order", &[]).await, (200, "by the host".to_owned()));
    let other = restaurant(route!(GET "/menu"));
    let reloaded = desk.server.reload(&other, programs("host")).await.expect("it runs");
    assert_eq!(reloaded, Reloaded::Network);
    assert_eq!(desk.ask("/order", &[]).await.0, 404);
    assert_eq!(desk.ask("/menu", &[]).await, (200, "by the host".to_owned()));
    assert_eq!(desk.server.reload(&other, programs("host")).await, Ok(Reloaded::Nothing));

    // What cannot run leaves alone what runs.
    let error = desk.server.reload(&network, Programs::new()).await.expect_err("no code");
    assert!(error.to_string().contains("`cook` (net-local/tests/desk.rs:"), "{error}");
    assert_eq!(desk.ask("/menu", &[]).await.0, 200);

    // A process that ends is no instance any more.
    desk.server.reload(&other, programs("crash")).await.expect("it runs");
    assert_eq!(desk.ask("/menu", &[]).await.0, 500);
    desk.until(|entry| entry.failures.iter().any(|why| why.contains("the process ended"))).await;
    desk.server.reload(&other, programs("host")).await.expect("it runs");
    assert_eq!(desk.ask("/menu", &[]).await.0, 200);

    drop(desk);
    let desk = Desk::start(&folder, &other, programs("host")).await;
    let (_, items) = desk.console("GET", "/api/items/tickets", Value::Null).await;
    assert_eq!(items["items"], json!([{ "order": "t-1" }]));
    drop(desk);
    fs::remove_dir_all(&folder).expect("the folder");
}

/// A network that is to be replaced ends its runs first. What they do meanwhile was answered for, and is kept
/// even if this process ends before the other network has begun.
#[tokio::test]
async fn what_is_done_while_a_network_leaves_is_kept() {
    let folder = folder("leaving");
    let network = restaurant(route!(GET "/order"));
    let mut slow = programs("slow waiter");
    slow.insert("cook".to_owned(), program("idle cook"));
    let desk = Arc::new(Desk::start(&folder, &network, slow.clone()).await);
    // The cook is at work, so that the network cannot leave soon.
    assert_eq!(desk.ask("/order?t-1", &[]).await.0, 200);
    let asking = tokio::spawn({
        let desk = desk.clone();
        async move { desk.ask("/order?t-2", &[]).await }
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    let reloading = tokio::spawn({
        let server = desk.server.clone();
        async move { server.reload(&restaurant(route!(GET "/menu")), slow).await }
    });
    assert_eq!(asking.await.expect("an answer").0, 200);
    assert!(!reloading.is_finished(), "the cook is still at work");
    reloading.abort();
    assert!(reloading.await.expect_err("it was stopped").is_cancelled());
    drop(desk);

    let desk = Desk::start(&folder, &network, programs("waiter")).await;
    desk.until(|entry| entry.entity == "cook").await;
    let start = Instant::now();
    loop {
        let (_, items) = desk.console("GET", "/api/items/tickets", Value::Null).await;
        let items = items["items"].as_array().map_or(0, Vec::len);
        if items == 2 {
            break;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{items} of two orders are cooked");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    drop(desk);
    fs::remove_dir_all(&folder).expect("the folder");
}

#[tokio::test]
async fn the_console_shows_what_happens_and_does_what_it_is_told() {
    let folder = folder("console");
    let network = restaurant(route!(GET "/order"));
    let desk = Desk::start(&folder, &network, programs("waiter")).await;
    let (status, shown) = desk.console("GET", "/api/network", Value::Null).await;
    assert_eq!((status, &shown["name"]), (200, &json!("restaurant")));
    assert_eq!(shown["kinds"]["door"]["routes"], json!(["GET /order"]));
    assert!(shown["svg"].as_str().is_some_and(|svg| svg.contains(">orders</text>")));

    let call = json!({ "do": "request", "api": "door", "method": "GET", "path": "/order?t-1" });
    let (status, answer) = desk.console("POST", "/api/do", call).await;
    assert_eq!((status, &answer["status"], &answer["body"]), (200, &json!(200), &json!("rich")));
    desk.until(|entry| entry.entity == "cook").await;
    let (_, path) = desk.console("GET", "/api/path/request-1", Value::Null).await;
    let kinds: Vec<&str> =
        path.as_array().expect("steps").iter().filter_map(|step| step["kind"].as_str()).collect();
    for kind in ["request", "began", "sent", "given", "wrote", "handled", "ended"] {
        assert!(kinds.contains(&kind), "{kind}: {kinds:?}");
    }

    // Time is stopped: what is sent waits, until it goes on.
    desk.console("POST", "/api/do", json!({ "do": "speed", "times": 0 })).await;
    let send = json!({ "do": "send", "to": "orders", "body": "{\"id\":\"t-2\"}", "group": null });
    let (status, sent) = desk.console("POST", "/api/do", send).await;
    assert_eq!(status, 200, "{sent}");
    tokio::time::sleep(Duration::from_millis(50)).await;
    let (_, messages) = desk.console("GET", "/api/messages/orders", Value::Null).await;
    assert_eq!(messages["waiting"][0]["inFlight"], false, "{messages}");
    desk.console("POST", "/api/do", json!({ "do": "speed", "times": 1 })).await;
    let correlation = sent["correlation"].as_str().expect("an id").to_owned();
    desk.until(|entry| entry.correlations.contains(&correlation)).await;

    let put = json!({ "do": "put", "table": "tickets", "item": { "order": "t-9" } });
    assert_eq!(desk.console("POST", "/api/do", put).await.0, 200);
    let (_, items) = desk.console("GET", "/api/items/tickets", Value::Null).await;
    assert_eq!(items["items"].as_array().map(Vec::len), Some(3), "{items}");
    let delete = json!({ "do": "delete", "table": "tickets", "item": { "order": "t-9" } });
    assert_eq!(desk.console("POST", "/api/do", delete).await.0, 200);

    for (wrong, why) in [
        (json!({ "do": "send", "to": "tickets", "body": "{}" }), "`tickets` takes no messages"),
        (json!({ "do": "send", "to": "orders", "body": "soup" }), "a message is JSON"),
        (json!({ "do": "tick", "schedule": "noon" }), "there is no schedule `noon`"),
        (
            json!({ "do": "put", "table": "tickets", "item": { "dish": "soup" } }),
            "Missing the key order",
        ),
    ] {
        let (status, answer) = desk.console("POST", "/api/do", wrong).await;
        assert!(status == 422 && answer["why"].to_string().contains(why), "{status} {answer}");
    }
    drop(desk);
    fs::remove_dir_all(&folder).expect("the folder");
}
