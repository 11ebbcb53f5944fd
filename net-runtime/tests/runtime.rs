//! Handlers on events as Lambda gives them.

use net_dsl::prelude::*;
use net_runtime::{
    BoxError, Condition, Context, Failure, Handler, Memory, Retry as _, Runtime, Update,
};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Order {
    dish: String,
    #[serde(default)]
    table: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct GetPrice {
    dish: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Price {
    cents: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct Ticket {
    dish: String,
}

/// Raw text, since a signature covers it.
#[derive(Debug, Serialize, Deserialize)]
struct Signed(String);

messages! { Order, GetPrice, Price, Ticket, Signed }

impl Request for GetPrice {
    type Reply = Price;
}

impl Grouped for Ticket {
    fn group(&self) -> String {
        format!("group-of-{}", self.dish.replace(' ', "-"))
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Stock {
    dish: String,
    left: u64,
}

impl Item for Stock {
    const NAME: &'static str = "Stock";
    const PARTITION: Key = Key::text("dish");
}

services! { Bank }

contract! {
    /// Uses one of everything.
    Kitchen: Order => () {
        sends Ticket,
        asks GetPrice,
        reads Stock,
        writes Stock,
        calls Bank,
    }
    Door: HttpRequest<Order> => HttpResponse {}
    Gate: HttpRequest<Signed> => HttpResponse {}
    Watch: Change<Stock> => () { sends Ticket }
    Pricing: GetPrice => Price {}
}

/// Cooks; fails on `burnt`, panics on `fire`.
struct Cook;

impl Handler<Kitchen> for Cook {
    async fn handle(&self, order: Order, context: &Context<Kitchen>) -> Result<(), BoxError> {
        match order.dish.as_str() {
            "burnt" => return Err("it is burnt".into()),
            "fire" => panic!("the kitchen is on fire"),
            _ => {}
        }
        context.send(&Ticket { dish: order.dish }).await?;
        Ok(())
    }
}

const BINDINGS: [(&str, &str); 5] = [
    ("NET_SENDS_TICKET", "sqs-fifo:tickets"),
    ("NET_ASKS_GET_PRICE", "lambda:pricing"),
    ("NET_TABLE_STOCK", "stock"),
    ("NET_CALLS_BANK", "https://bank.example.com"),
    ("NET_SECRET_BANK", "arn:secret"),
];

fn kitchen() -> (Memory, Runtime<Kitchen>) {
    let memory = Memory::new();
    let runtime = Runtime::new(memory.clone(), BINDINGS).expect("every need is bound");
    (memory, runtime)
}

fn queued(records: &[(&str, &str)], queue: &str) -> Value {
    let records: Vec<Value> = records
        .iter()
        .map(|(id, body)| {
            json!({
                "messageId": id,
                "body": body,
                "attributes": { "MessageGroupId": id.split('-').next() },
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": format!("arn:aws:sqs:eu-west-1:123456789012:{queue}"),
            })
        })
        .collect();
    json!({ "Records": records })
}

fn failed(answer: &Value) -> Vec<&str> {
    let failed = answer["batchItemFailures"].as_array().expect("a list of failures");
    failed.iter().filter_map(|failure| failure["itemIdentifier"].as_str()).collect()
}

fn dishes(memory: &Memory) -> Vec<String> {
    let sent = memory.sent("sqs-fifo:tickets");
    sent.iter().map(|ticket| ticket["dish"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn a_bad_message_takes_no_other_down() {
    let (memory, runtime) = kitchen();
    let event = queued(
        &[
            ("1", r#"{"dish":"soup"}"#),
            ("2", r#"{"dish":"burnt"}"#),
            ("3", "no JSON"),
            ("4", r#"{"plate":"blue"}"#),
            ("5", r#"{"dish":"fire"}"#),
            ("6", r#"{"dish":"rice"}"#),
        ],
        "orders",
    );
    let answer = runtime.invoke(&Cook, event).await.expect("a batch is answered");
    assert_eq!(failed(&answer), ["2", "3", "4", "5"]);
    assert_eq!(dishes(&memory), ["soup", "rice"]);
}

#[tokio::test]
async fn a_fifo_group_waits_for_its_first_failure_and_others_go_on() {
    let (memory, runtime) = kitchen();
    let event = queued(
        &[
            ("a-1", r#"{"dish":"soup"}"#),
            ("a-2", r#"{"dish":"burnt"}"#),
            ("b-1", r#"{"dish":"rice"}"#),
            ("a-3", r#"{"dish":"cake"}"#),
        ],
        "orders.fifo",
    );
    let answer = runtime.invoke(&Cook, event).await.expect("a batch is answered");
    assert_eq!(failed(&answer), ["a-2", "a-3"]);
    let mut cooked = dishes(&memory);
    cooked.sort();
    assert_eq!(cooked, ["rice", "soup"]);
}

struct Watcher;

impl Handler<Watch> for Watcher {
    async fn handle(
        &self,
        change: Change<Stock>,
        context: &Context<Watch>,
    ) -> Result<(), BoxError> {
        match (change.before, change.after) {
            (Some(before), Some(after)) if after.left < before.left => {
                context
                    .send(&Ticket {
                        dish: format!("{} x {}", after.dish, before.left - after.left),
                    })
                    .await?;
                Ok(())
            }
            (None, Some(_)) => Ok(()),
            _ => Err("nothing was cooked".into()),
        }
    }
}

#[tokio::test]
async fn a_stream_stops_at_the_first_change_that_fails() {
    let memory = Memory::new();
    let runtime = Runtime::<Watch>::new(memory.clone(), [BINDINGS[0]]).expect("bound");
    let stock = |left: &str| json!({ "dish": { "S": "soup" }, "left": { "N": left } });
    let record = |number: &str, before: Value, after: Value| {
        json!({
            "eventSource": "aws:dynamodb",
            "eventName": "MODIFY",
            "dynamodb": { "SequenceNumber": number, "OldImage": before, "NewImage": after },
        })
    };
    let event = json!({ "Records": [
        record("100", Value::Null, stock("9")),
        record("101", stock("9"), stock("7")),
        record("102", stock("7"), Value::Null),
        record("103", stock("7"), stock("6")),
    ]});
    let answer = runtime.invoke(&Watcher, event).await.expect("a batch is answered");
    assert_eq!(failed(&answer), ["102"]);
    assert_eq!(dishes(&memory), ["soup x 2"]);
}

#[tokio::test]
async fn a_topic_is_told_of_a_failure() {
    let (memory, runtime) = kitchen();
    let published = |body: &str| {
        let attributes = json!({ "net-correlation": { "Type": "String", "Value": "c-1" } });
        let message = json!({ "MessageId": "1", "Message": body, "MessageAttributes": attributes });
        json!({ "Records": [{ "EventSource": "aws:sns", "Sns": message }] })
    };
    runtime.invoke(&Cook, published(r#"{"dish":"soup"}"#)).await.expect("it is cooked");
    assert_eq!(memory.parcels("sqs-fifo:tickets")[0].correlation, "c-1");
    let error = runtime.invoke(&Cook, published(r#"{"dish":"burnt"}"#)).await.expect_err("burnt");
    assert_eq!(error.to_string(), "it is burnt");
}

struct Doorman;

impl Handler<Door> for Doorman {
    async fn handle(
        &self,
        request: HttpRequest<Order>,
        _: &Context<Door>,
    ) -> Result<HttpResponse, BoxError> {
        let seat: u32 = request.path_value("seat")?;
        let wish = request.query_value::<String>("wish")?.unwrap_or_default();
        if request.body.dish == "burnt" {
            return Err("it is burnt".into());
        }
        let body = format!("{} {seat} {wish} {}", request.body.dish, request.headers["accept"]);
        Ok(HttpResponse::text(202, body))
    }
}

impl Handler<Gate> for Doorman {
    async fn handle(
        &self,
        request: HttpRequest<Signed>,
        _: &Context<Gate>,
    ) -> Result<HttpResponse, BoxError> {
        Ok(HttpResponse::text(200, request.body.0))
    }
}

fn request(body: &str, encoded: bool) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "POST /seats/{seat}",
        "pathParameters": { "seat": "7" },
        "queryStringParameters": { "wish": "hot" },
        "headers": { "accept": "text/plain" },
        "requestContext": { "requestId": "r-1", "http": { "method": "POST" } },
        "body": body,
        "isBase64Encoded": encoded,
    })
}

#[tokio::test]
async fn requests_are_answered_with_a_status_whatever_happens() {
    let runtime = Runtime::<Door>::new(Memory::new(), [("", ""); 0]).expect("nothing to bind");
    let mut at_the_window = request(r#"{"dish":"soup"}"#, false);
    at_the_window["pathParameters"]["seat"] = json!("window");
    let cases = [
        (at_the_window, 400, "`seat` cannot be `window`"),
        (request(r#"{"dish":"soup"}"#, false), 202, "soup 7 hot text/plain"),
        (request("eyJkaXNoIjoicmljZSJ9", true), 202, "rice 7 hot text/plain"),
        (request(r#"{"plate":"blue"}"#, false), 400, "missing field `dish`"),
        (request("not JSON", false), 400, "it is no JSON"),
        (request("", false), 400, "missing field `dish`"),
        (request("%%%", true), 400, "it is no base64"),
        (request(r#"{"dish":"burnt"}"#, false), 500, "could not be answered"),
    ];
    for (event, status, body) in cases {
        let answer = runtime.invoke(&Doorman, event.clone()).await.expect("an answer");
        assert_eq!(answer["statusCode"], status, "{event}");
        assert!(answer["body"].as_str().is_some_and(|text| text.contains(body)), "{answer}");
    }
}

#[tokio::test]
async fn who_wants_the_text_of_a_body_gets_it_as_it_came() {
    let runtime = Runtime::<Gate>::new(Memory::new(), [("", ""); 0]).expect("nothing to bind");
    for body in [r#"{ "state" : "on" }"#, r#""quoted""#, "plain", ""] {
        let answer = runtime.invoke(&Doorman, request(body, false)).await.expect("an answer");
        assert_eq!(answer["body"], body);
    }
}

#[tokio::test]
async fn deadlines_and_correlation_travel_from_function_to_function() {
    let (memory, runtime) = kitchen();
    let mut event = queued(&[("1", r#"{"dish":"soup"}"#)], "orders");
    event["Records"][0]["messageAttributes"] = json!({
        "net-deadline": { "stringValue": "1795000000123", "dataType": "String" },
        "net-correlation": { "stringValue": "c-1", "dataType": "String" },
    });
    runtime.invoke(&Cook, event).await.expect("a batch is answered");
    let parcel = memory.parcels("sqs-fifo:tickets").remove(0);
    assert_eq!(parcel.deadline, Some(1_795_000_000_123));
    assert_eq!(parcel.correlation, "c-1");
    assert_eq!(parcel.group.as_deref(), Some("group-of-soup"), "a FIFO queue needs its group");

    // What a function is sent directly carries the same, around its message.
    let order = net_runtime::Parcel { body: r#"{"dish":"rice"}"#.to_owned(), ..parcel };
    let event: Value = serde_json::from_str(&order.payload()).expect("JSON");
    runtime.invoke(&Cook, event).await.expect("it is cooked");
    let parcel = memory.parcels("sqs-fifo:tickets").remove(1);
    assert_eq!((parcel.deadline, parcel.correlation.as_str()), (Some(1_795_000_000_123), "c-1"));
}

#[tokio::test]
async fn a_deadline_starts_where_the_network_says_so() {
    let memory = Memory::new();
    let bindings = BINDINGS.into_iter().chain([("NET_DEADLINE_TICKET", "6")]);
    let runtime = Runtime::<Kitchen>::new(memory.clone(), bindings).expect("bound");
    type Done<'c> = std::pin::Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send + 'c>>;
    fn send_three(context: &Context<Kitchen>) -> Done<'_> {
        Box::pin(async move {
            assert_eq!(context.budget::<Ticket>(), Some(Duration::from_secs(6)));
            let ticket = Ticket { dish: "soup".to_owned() };
            context.send(&ticket).await?;
            context.due(7).send(&ticket).await?;
            context.without_deadline().send(&ticket).await?;
            Ok(())
        })
    }
    let mut event = queued(&[("1", r#"{"dish":"soup"}"#)], "orders");
    event["Records"][0]["messageAttributes"] =
        json!({ "net-deadline": { "stringValue": "1", "dataType": "String" } });
    let before = milliseconds_now();
    let answer = runtime.invoke(&Does(send_three), event).await.expect("a batch is answered");
    assert_eq!(failed(&answer), [""; 0]);
    let deadlines: Vec<_> =
        memory.parcels("sqs-fifo:tickets").iter().map(|parcel| parcel.deadline).collect();
    let started = deadlines[0].expect("the network sets a deadline");
    assert!((before + 6_000..=milliseconds_now() + 6_000).contains(&started));
    assert_eq!(deadlines[1..], [Some(7), None], "the code has the last word");
}

#[tokio::test]
async fn a_standard_queue_holds_a_message_back_and_nothing_else_does() {
    type Done<'c> = std::pin::Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send + 'c>>;
    fn send_five(context: &Context<Kitchen>) -> Done<'_> {
        Box::pin(async move {
            let ticket = Ticket { dish: "soup".to_owned() };
            for milliseconds in [0, 1, 1_000, 1_001, 900_000] {
                let context = context.due(9);
                context.send_after(Duration::from_millis(milliseconds), &ticket).await?;
            }
            let too_long = context.send_after(Duration::from_millis(900_001), &ticket).await;
            let why = too_long.expect_err("SQS would refuse it").to_string();
            assert!(why.contains("`Ticket` cannot be held back for 901 s"), "{why}");
            Ok(())
        })
    }
    fn send_at_once_and_later(context: &Context<Kitchen>) -> Done<'_> {
        Box::pin(async move {
            let ticket = Ticket { dish: "soup".to_owned() };
            context.send_after(Duration::ZERO, &ticket).await?;
            let failure = context.send_after(Duration::from_secs(1), &ticket).await;
            let failure = failure.expect_err("it would arrive at once");
            assert!(!failure.is_temporary(), "{failure}");
            assert!(failure.to_string().contains("only a standard queue holds"), "{failure}");
            Ok(())
        })
    }
    let event = || queued(&[("1", r#"{"dish":"soup"}"#)], "orders");
    for to in ["sqs:tickets", "sqs-fifo:tickets", "sns:tickets", "lambda:tickets"] {
        let memory = Memory::new();
        let bindings = [("NET_SENDS_TICKET", to)].into_iter().chain(BINDINGS.into_iter().skip(1));
        let runtime = Runtime::<Kitchen>::new(memory.clone(), bindings).expect("bound");
        let work = if to == "sqs:tickets" { send_five } else { send_at_once_and_later };
        let answer = runtime.invoke(&Does(work), event()).await.expect("a batch is answered");
        assert_eq!(failed(&answer), [""; 0], "{to}");
        let parcels = memory.parcels(to);
        let delays: Vec<_> = parcels.iter().map(|parcel| parcel.delay).collect();
        let wanted: &[u16] = if to == "sqs:tickets" { &[0, 1, 1, 2, 900] } else { &[0] };
        assert_eq!(delays, wanted, "{to}");
        assert!(to != "sqs:tickets" || parcels.iter().all(|it| it.deadline == Some(9)), "{to}");
    }
}

fn milliseconds_now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.expect("after 1970").as_millis() as u64
}

#[test]
fn a_deadline_that_is_no_number_is_named() {
    let bindings = BINDINGS.into_iter().chain([("NET_DEADLINE_TICKET", "soon")]);
    let unbound = Runtime::<Kitchen>::new(Memory::new(), bindings).expect_err("it is no number");
    let wanted = "`NET_DEADLINE_TICKET` is `soon`, not a number of seconds";
    assert!(unbound.to_string().contains(wanted), "{unbound}");
}

#[test]
fn every_need_that_is_not_bound_is_named_at_once() {
    let bindings = [("NET_SENDS_TICKET", "https://tickets"), ("NET_TABLE_STOCK", "stock")];
    let unbound = Runtime::<Kitchen>::new(Memory::new(), bindings).expect_err("three are missing");
    let variables: Vec<_> = unbound.needs().iter().map(|need| need.variable()).collect();
    assert_eq!(variables, ["NET_SENDS_TICKET", "NET_ASKS_GET_PRICE", "NET_CALLS_BANK"]);
    assert_eq!(
        unbound.to_string(),
        "contract `Kitchen` cannot start: it sends Ticket, and `NET_SENDS_TICKET` is \
         `https://tickets`, not `sqs:URL`, `sqs-fifo:URL`, `sns:ARN`, \
         `events:BUS|SOURCE|TYPE` or `lambda:ARN`; it asks \
         GetPrice, and `NET_ASKS_GET_PRICE` is not set; the link `function.asks(&…)` sets it; it \
         calls Bank, and `NET_CALLS_BANK` is not set; the link `function.calls(&…)` sets it"
    );
}

/// Does with the context whatever a test wants.
struct Does<F>(F);

impl<F> Handler<Kitchen> for Does<F>
where
    F: for<'c> Fn(
            &'c Context<Kitchen>,
        )
            -> std::pin::Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send + 'c>>
        + Send
        + Sync
        + 'static,
{
    async fn handle(&self, _: Order, context: &Context<Kitchen>) -> Result<(), BoxError> {
        (self.0)(context).await
    }
}

async fn with_kitchen<F>(memory: &Memory, work: F) -> Result<Value, BoxError>
where
    F: for<'c> Fn(
            &'c Context<Kitchen>,
        )
            -> std::pin::Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send + 'c>>
        + Send
        + Sync
        + 'static,
{
    let runtime = Runtime::<Kitchen>::new(memory.clone(), BINDINGS).expect("bound");
    runtime.invoke(&Does(work), json!({ "dish": "soup" })).await
}

fn stock(left: u64) -> Stock {
    Stock { dish: "soup".to_owned(), left }
}

#[tokio::test]
async fn a_table_is_read_and_written_under_conditions() {
    let memory = Memory::new();
    with_kitchen(&memory, |context| {
        Box::pin(async move {
            let table = context.table::<Stock>();
            assert_eq!(table.get("soup").await?, None);
            assert!(table.put_new(&stock(3)).await?, "nobody was there before");
            assert!(!table.put_new(&stock(9)).await?, "only the first of two is told so");
            assert_eq!(table.get("soup").await?, Some(stock(3)));

            let three = || Condition::equals("left", 3);
            let update = || Update::set("left", 2);
            assert_eq!(table.update_if("soup", update(), three()).await?, Some(stock(2)));
            assert_eq!(table.update_if("soup", update(), three()).await?, None, "it has changed");
            assert!(
                table.put_if(&stock(8), Condition::below("left", 3).and(Condition::Exists)).await?
            );
            assert!(!table.delete_if("soup", three()).await?);
            assert_eq!(table.scan().await?, [stock(8)]);
            assert_eq!(table.query("soup").await?, [stock(8)]);
            table.delete("soup").await?;
            assert_eq!(table.scan().await?, []);
            Ok(())
        })
    })
    .await
    .expect("the table works");
}

#[tokio::test]
async fn another_function_is_asked_and_answers() {
    let memory = Memory::new();
    memory.set_function(
        "pricing",
        |request| json!({ "cents": request["dish"].as_str().map(str::len) }),
    );
    with_kitchen(&memory, |context| {
        Box::pin(async move {
            let price = context.ask(&GetPrice { dish: "soup".to_owned() }).await?;
            assert_eq!(price.cents, 4);
            Ok(())
        })
    })
    .await
    .expect("it answers");
    memory.set_function("pricing", |_| json!("dear"));
    let error = with_kitchen(&memory, |context| {
        Box::pin(async move {
            context.ask(&GetPrice { dish: "soup".to_owned() }).await?;
            Ok(())
        })
    })
    .await
    .expect_err("that is no price");
    assert!(error.to_string().starts_with("this is no `Price`"), "{error}");
}

#[tokio::test]
async fn a_secret_is_fetched_once_and_never_shown() {
    let memory = Memory::new();
    memory.set_secret("arn:secret", "swordfish");
    with_kitchen(&memory.clone(), move |context| {
        let memory = memory.clone();
        Box::pin(async move {
            use net_runtime::ExposeSecret;
            let bank = context.call::<Bank>();
            let secret = bank.secret().await?;
            assert_eq!(secret.expose_secret(), "swordfish");
            assert!(!format!("{secret:?} {bank:?} {context:?}").contains("swordfish"));
            memory.set_failing("arn:secret", true);
            assert_eq!(context.call::<Bank>().secret().await?.expose_secret(), "swordfish");
            assert_eq!(bank.base_url(), "https://bank.example.com");
            Ok(())
        })
    })
    .await
    .expect("the secret is there");
}

#[tokio::test(start_paused = true)]
async fn what_fails_for_the_moment_is_tried_again_for_as_long_as_there_is_time() {
    let memory = Memory::new();
    memory.set_failing("sqs-fifo:tickets", true);
    let healing = memory.clone();
    let sent = with_kitchen(&memory, move |context| {
        let healing = healing.clone();
        Box::pin(async move {
            let heal = async {
                tokio::time::sleep(Duration::from_millis(60)).await;
                healing.set_failing("sqs-fifo:tickets", false);
            };
            let ticket = Ticket { dish: "soup".to_owned() };
            let (sent, ()) = tokio::join!(context.send(&ticket), heal);
            Ok(sent?)
        })
    })
    .await;
    assert!(sent.is_ok(), "{sent:?}");
    assert_eq!(dishes(&memory), ["soup"]);

    memory.set_failing("sqs-fifo:tickets", true);
    let error = with_kitchen(&memory, |context| {
        Box::pin(async move {
            let ticket = Ticket { dish: "soup".to_owned() };
            let failure = context.send(&ticket).await.expect_err("it fails for good");
            assert!(failure.is_temporary());
            Err(failure.into())
        })
    })
    .await;
    assert!(error.is_err());
}

#[tokio::test]
async fn time_is_what_the_deadline_and_the_run_leave() {
    let memory = Memory::new();
    let clock = memory.clone();
    with_kitchen(&memory, move |context| {
        let clock = clock.clone();
        Box::pin(async move {
            assert!(context.remaining() > Duration::from_secs(29), "a run has 30 s here");
            let due = context.due(context.now_milliseconds() + 6_000);
            assert!(
                due.remaining() <= Duration::from_secs(6)
                    && due.remaining() > Duration::from_secs(5)
            );
            clock.advance(Duration::from_secs(7));
            assert!(due.remaining().is_zero());
            due.send(&Ticket { dish: "late".to_owned() }).await?;
            clock.advance(Duration::from_secs(60));
            let failure = due.send(&Ticket { dish: "too late".to_owned() }).await;
            assert!(matches!(failure, Err(Failure::TooLate)));
            Ok(())
        })
    })
    .await
    .expect("late is better than never");
    assert_eq!(dishes(&memory), ["late"]);
}

struct Prices;

impl Handler<Pricing> for Prices {
    async fn handle(&self, request: GetPrice, _: &Context<Pricing>) -> Result<Price, BoxError> {
        Ok(Price { cents: request.dish.len() as u64 })
    }
}

#[tokio::test]
async fn who_asks_gets_the_output_itself() {
    let runtime = Runtime::<Pricing>::new(Memory::new(), [("", ""); 0]).expect("nothing to bind");
    let answer = runtime.invoke(&Prices, json!({ "dish": "soup" })).await.expect("a price");
    assert_eq!(answer, json!({ "cents": 4 }));
    let error = runtime.invoke(&Prices, json!({ "dish": 7 })).await.expect_err("no request");
    assert!(error.to_string().starts_with("this is no `GetPrice`"), "{error}");
}

fn any_json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just("aws:sqs"),
        Just("aws:sns"),
        Just("aws:dynamodb"),
        Just("2.0"),
        Just("soup"),
        Just("{}"),
        Just("x.fifo"),
        Just("burnt"),
        Just("fire"),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        word.prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
    ];
    let key = prop_oneof![
        Just("Records"),
        Just("eventSource"),
        Just("EventSource"),
        Just("eventSourceARN"),
        Just("body"),
        Just("Sns"),
        Just("Message"),
        Just("dynamodb"),
        Just("NewImage"),
        Just("S"),
        Just("version"),
        Just("requestContext"),
        Just("http"),
        Just("isBase64Encoded"),
        Just("$net"),
        Just("message"),
        Just("dish"),
        Just("messageAttributes"),
        Just("net-deadline"),
        Just("stringValue"),
        Just("messageId"),
    ];
    leaf.prop_recursive(5, 48, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..6).prop_map(|entries| {
                entries
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect::<serde_json::Map<_, _>>()
                    .into()
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..Default::default() })]

    /// Whatever arrives is answered or refused, whoever it was meant for.
    #[test]
    fn any_event_is_answered_or_refused(event in any_json()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("tokio");
        runtime.block_on(async {
            let (_, kitchen) = kitchen();
            let _ = kitchen.invoke(&Cook, event.clone()).await;
            let door = Runtime::<Door>::new(Memory::new(), [("", ""); 0]).expect("nothing to bind");
            if let Ok(answer) = door.invoke(&Doorman, event.clone()).await
                && event["version"] == "2.0" && event["requestContext"]["http"].is_object()
            {
                assert!(answer["statusCode"].is_u64());
            }
            let watch = Runtime::<Watch>::new(Memory::new(), [BINDINGS[0]]).expect("bound");
            let _ = watch.invoke(&Watcher, event).await;
        });
    }
}
