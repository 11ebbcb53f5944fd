//! A write is applied and its reply does not arrive: on the memory side, and on a DynamoDB that cuts the
//! connection once it has done what it was asked.

use aws_sdk_dynamodb::config::Credentials;
use net_dsl::{binding::Address, prelude::*};
use net_runtime::{
    Aws, Backend, BoxError, Condition, Context, Failure, Handler, Memory, Messages as _, Parcel,
    Runtime, Update,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Stock {
    dish: String,
    left: u64,
}

impl Item for Stock {
    const NAME: &'static str = "Stock";
    const PARTITION: Key = Key::text("dish");
}

contract! { Kitchen: Tick => () { reads Stock, writes Stock } }

type Work = for<'c> fn(&'c Context<Kitchen>) -> Done<'c>;
type Done<'c> = std::pin::Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send + 'c>>;

struct Does(Work);

impl Handler<Kitchen> for Does {
    async fn handle(&self, _: Tick, context: &Context<Kitchen>) -> Result<(), BoxError> {
        (self.0)(context).await
    }
}

async fn run(backend: impl Backend, work: Work) -> Result<Value, BoxError> {
    let runtime = Runtime::<Kitchen>::new(backend, [("NET_TABLE_STOCK", "stock")]).expect("bound");
    let tick = json!({ "scheduled_at": "2026-11-25T00:00:00Z" });
    runtime.invoke(&Does(work), tick).await
}

fn stock(left: u64) -> Stock {
    Stock { dish: "soup".to_owned(), left }
}

fn is(left: u64) -> Condition {
    Condition::equals("left", left)
}

/// Every conditional write, and what it says when it is applied to a stock of 3, or of none.
const WRITES: [(&str, Work); 4] = [
    ("put_new", |context| {
        Box::pin(async move {
            let table = context.table::<Stock>();
            assert!(table.put_new(&Stock { dish: "rice".to_owned(), left: 1 }).await?);
            Ok(())
        })
    }),
    ("put_if", |context| {
        Box::pin(async move {
            assert!(context.table::<Stock>().put_if(&stock(2), is(3)).await?);
            Ok(())
        })
    }),
    ("update_if", |context| {
        Box::pin(async move {
            let table = context.table::<Stock>();
            let updated = table.update_if("soup", Update::set("left", 2), is(3));
            assert_eq!(updated.await?, Some(stock(2)));
            Ok(())
        })
    }),
    ("delete_if", |context| {
        Box::pin(async move {
            assert!(context.table::<Stock>().delete_if("soup", is(3)).await?);
            Ok(())
        })
    }),
];

#[tokio::test(start_paused = true)]
async fn a_write_knows_its_own_hand_however_often_its_reply_is_lost() {
    for (name, write) in WRITES {
        for lost in 0..4 {
            let memory = Memory::new();
            memory.store("stock", &stock(3)).expect("it is stored");
            memory.lose_replies("stock", lost);
            let done = run(memory.clone(), write).await;
            assert!(done.is_ok(), "{name}, {lost} lost: {done:?}");
        }
    }
}

#[tokio::test]
async fn who_wrote_is_nobody_elses_business() {
    let memory = Memory::new();
    let done = run(memory.clone(), |context| {
        Box::pin(async move {
            let table = context.table::<Stock>();
            assert!(table.put_new(&stock(3)).await?);
            assert!(table.update_if("soup", Update::set("left", 2), is(3)).await?.is_some());
            Ok(())
        })
    });
    done.await.expect("it is stored");
    assert_eq!(memory.items("stock"), [json!({ "dish": "soup", "left": 2 })]);
}

#[tokio::test(start_paused = true)]
async fn anothers_success_is_still_no() {
    for lost in 0..2 {
        let memory = Memory::new();
        memory.store("stock", &stock(3)).expect("it is stored");
        memory.lose_replies("stock", lost);
        let done = run(memory, |context| {
            Box::pin(async move {
                assert!(!context.table::<Stock>().put_new(&stock(9)).await?);
                assert!(!context.table::<Stock>().delete_if("soup", is(9)).await?);
                Ok(())
            })
        });
        done.await.expect("no is an answer");
    }
}

/// What a DynamoDB of the test's own does with the requests that it gets, in order.
enum Step {
    /// Does as asked, and cuts the connection.
    Cut,
    /// Says that the condition does not hold, of the item that the first request left there.
    Refuse,
    /// The same, of an item that another has written since.
    RefuseForeign,
    Answer(u16, Value),
}

#[derive(Clone)]
struct Scripted {
    steps: Arc<Mutex<VecDeque<Step>>>,
    asked: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Scripted {
    async fn start(steps: impl IntoIterator<Item = Step>) -> (Scripted, Aws) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let scripted = Scripted {
            steps: Arc::new(Mutex::new(steps.into_iter().collect())),
            asked: Arc::default(),
        };
        let server = scripted.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                server.serve(stream).await;
            }
        });
        let config = aws_config::defaults(aws_config::BehaviorVersion::latest())
            .endpoint_url(format!("http://{address}"))
            .region(aws_config::Region::new("eu-west-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .load()
            .await;
        (scripted, Aws::new(&config))
    }

    /// Reads one request, and answers it or does not.
    async fn serve(&self, mut stream: TcpStream) {
        let mut bytes = Vec::new();
        let (head, length) = loop {
            if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
                return;
            }
            let text = String::from_utf8_lossy(&bytes).to_lowercase();
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let header = |name: &str| {
                let line = head.lines().find_map(|line| line.strip_prefix(name));
                line.unwrap_or_default().trim_start_matches(':').trim().to_owned()
            };
            let length: usize = header("content-length").parse().unwrap_or(0);
            if body.len() >= length {
                break (header("x-amz-target"), length);
            }
        };
        let body: Value = serde_json::from_slice(&bytes[bytes.len() - length..]).expect("JSON");
        self.asked.lock().expect("no panic").push((head, body));
        let step = self.steps.lock().expect("no panic").pop_front().expect("no more was expected");
        let (status, answer) = match step {
            Step::Cut => return,
            Step::Refuse => (400, self.refusal(true)),
            Step::RefuseForeign => (400, self.refusal(false)),
            Step::Answer(status, answer) => (status, answer),
        };
        let answer = answer.to_string();
        let head = format!(
            "HTTP/1.1 {status} -\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {}\r\n\
             connection: close\r\n\r\n",
            answer.len()
        );
        let _ = stream.write_all(format!("{head}{answer}").as_bytes()).await;
    }

    fn refusal(&self, own: bool) -> Value {
        let asked = self.asked.lock().expect("no panic");
        let (_, first) = &asked[0];
        let mut item = json!({ "dish": { "S": "soup" }, "left": { "N": "2" } });
        let names = first["ExpressionAttributeNames"].as_object();
        for (name, value) in first["Item"].as_object().into_iter().flatten() {
            item[name] = value.clone();
        }
        // `SET #n1 = :v2, …`, as far as a test needs it.
        for part in first["UpdateExpression"].as_str().unwrap_or_default().split([',', ' ']) {
            let Some(name) = names.and_then(|names| names.get(part)) else { continue };
            let expression = first["UpdateExpression"].as_str().unwrap_or_default();
            let value = expression.split_once(&format!("{part} = ")).map(|(_, rest)| rest);
            let value = value.and_then(|rest| rest.split([',', ' ']).next()).unwrap_or_default();
            item[name.as_str().expect("a name")] =
                first["ExpressionAttributeValues"][value].clone();
        }
        if !own {
            item["$net-put"] = json!({ "S": "another" });
            item["$net-update"] = json!({ "S": "another" });
        }
        json!({
            "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
            "message": "The conditional request failed",
            "Item": item,
        })
    }

    fn asked(&self) -> Vec<(String, Value)> {
        self.asked.lock().expect("no panic").clone()
    }
}

#[tokio::test]
async fn a_connection_that_is_cut_does_not_cost_a_success() {
    for (name, write) in WRITES {
        let second = match name {
            // A transaction with one token answers alike.
            "delete_if" => Step::Answer(200, json!({})),
            _ => Step::Refuse,
        };
        let (dynamodb, aws) = Scripted::start([Step::Cut, second]).await;
        let done = run(aws, write).await;
        assert!(done.is_ok(), "{name}: {done:?}");
        let [(first, one), (second, other)] =
            <[_; 2]>::try_from(dynamodb.asked()).expect("it is asked twice");
        assert_eq!((first, &one), (second, &other), "{name}: the same write by the same hand");
        if name == "delete_if" {
            let token = one["ClientRequestToken"].as_str().expect("a token");
            assert!((1..=36).contains(&token.len()), "{token}");
        } else {
            assert_eq!(one["ReturnValuesOnConditionCheckFailure"], "ALL_OLD", "{name}");
        }
    }
}

#[tokio::test]
async fn a_server_that_fails_may_have_written() {
    let broken = || Step::Answer(500, json!({ "__type": "InternalServerError" }));
    let (_, aws) = Scripted::start([broken(), Step::Refuse]).await;
    let (_, write) = WRITES[2];
    run(aws, write).await.expect("it was written");
}

#[tokio::test]
async fn what_cannot_be_known_is_said() {
    let (_, write) = WRITES[2];
    let (_, aws) = Scripted::start([Step::Cut, Step::RefuseForeign]).await;
    let error = run(aws, write).await.expect_err("nobody knows");
    assert!(matches!(error.downcast_ref(), Some(Failure::Unknown(_))), "{error}");
    assert_eq!(
        error.to_string(),
        "whether it was done is not known: a reply of table `stock` was lost, and an item `Stock` was \
         written by others since"
    );
    // Nothing was lost: then it was another.
    let (_, aws) = Scripted::start([Step::RefuseForeign]).await;
    let work: Work = |context| {
        Box::pin(async move {
            let table = context.table::<Stock>();
            let updated = table.update_if("soup", Update::set("left", 2), is(3));
            assert_eq!(updated.await?, None);
            Ok(())
        })
    };
    run(aws, work).await.expect("no is an answer");
}

#[tokio::test]
async fn a_transaction_that_meets_another_is_tried_again() {
    let cancelled = |code: &str| {
        json!({
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Message": "Transaction cancelled",
            "CancellationReasons": [{ "Code": code, "Message": "…" }],
        })
    };
    let (dynamodb, aws) = Scripted::start([
        Step::Answer(400, cancelled("TransactionConflict")),
        Step::Answer(400, cancelled("ConditionalCheckFailed")),
    ])
    .await;
    let work: Work = |context| {
        Box::pin(async move {
            assert!(!context.table::<Stock>().delete_if("soup", is(3)).await?);
            Ok(())
        })
    };
    run(aws, work).await.expect("no is an answer");
    assert_eq!(dynamodb.asked().len(), 2);
}

#[tokio::test]
async fn sqs_is_told_how_long_to_hold_a_message_back() {
    for delay in [0, 2, 900] {
        let taken = Step::Answer(200, json!({ "MessageId": "1", "MD5OfMessageBody": "" }));
        let (sqs, aws) = Scripted::start([taken]).await;
        let queue = Address::Queue("https://sqs.eu-west-1.amazonaws.com/1/looks".to_owned());
        let parcel = Parcel { body: "{}".to_owned(), delay, ..Parcel::default() };
        aws.send(&queue, parcel).await.expect("it is taken");
        let [(_, asked)] = <[_; 1]>::try_from(sqs.asked()).expect("one request");
        let told = asked.get("DelaySeconds").and_then(Value::as_u64);
        assert_eq!(told, (delay > 0).then_some(delay.into()), "{asked}");
    }
}
