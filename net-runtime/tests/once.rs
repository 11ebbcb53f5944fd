//! Work that is done once: what is guaranteed when runs fail, die, meet, and when replies are lost.

use net_dsl::prelude::*;
use net_runtime::{BoxError, Context, Handler, InProgress, Invocation, Memory, Runtime};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::sync::Notify;

#[derive(Serialize, Deserialize)]
struct Order {
    id: String,
    #[serde(default)]
    how: String,
}

#[derive(Serialize, Deserialize)]
struct Ticket {
    id: String,
}

messages! { Order, Ticket }

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Receipt {
    number: usize,
}

impl Message for Receipt {
    const NAME: &'static str = "Receipt";
}

contract! { Kitchen: Order => Receipt { sends Ticket, writes Once } }

/// Cooks an order once: sends its ticket, and gives the number of times that it cooked.
#[derive(Clone, Default)]
struct Cook {
    cooked: Arc<AtomicUsize>,
    /// What a slow run waits for, in the middle of its work.
    go_on: Arc<Notify>,
}

impl Handler<Kitchen> for Cook {
    async fn handle(&self, order: Order, context: &Context<Kitchen>) -> Result<Receipt, BoxError> {
        let key = if order.how == "without a key" { "" } else { &order.id };
        context
            .once(key, async {
                let number = self.cooked.fetch_add(1, Ordering::SeqCst) + 1;
                match order.how.as_str() {
                    "burnt" if number == 1 => return Err("it is burnt".into()),
                    "slow" if number == 1 => self.go_on.notified().await,
                    _ => {}
                }
                context.send(&Ticket { id: order.id.clone() }).await?;
                Ok(Receipt { number })
            })
            .await
    }
}

const BINDINGS: [(&str, &str); 2] =
    [("NET_SENDS_TICKET", "sqs:tickets"), ("NET_TABLE_ONCE", "once")];

fn runtime(memory: &Memory) -> Runtime<Kitchen> {
    Runtime::new(memory.clone(), BINDINGS).expect("bound")
}

async fn order(memory: &Memory, cook: &Cook, how: &str) -> Result<Value, BoxError> {
    runtime(memory).invoke(cook, json!({ "id": "1", "how": how })).await
}

fn tickets(memory: &Memory) -> usize {
    memory.sent("sqs:tickets").len()
}

#[tokio::test]
async fn work_that_is_done_is_not_done_again_and_gives_what_it_gave() {
    let (memory, cook) = (Memory::new(), Cook::default());
    for _ in 0..3 {
        let receipt = order(&memory, &cook, "").await.expect("it is cooked");
        assert_eq!(receipt, json!({ "number": 1 }));
    }
    assert_eq!(tickets(&memory), 1);
    let other = runtime(&memory).invoke(&cook, json!({ "id": "2" })).await;
    assert_eq!(other.expect("it is cooked"), json!({ "number": 2 }), "another order");
}

#[tokio::test(start_paused = true)]
async fn a_message_whose_send_fails_once_is_not_lost() {
    let (memory, cook) = (Memory::new(), Cook::default());
    memory.set_failing("sqs:tickets", true);
    assert!(order(&memory, &cook, "").await.is_err());
    memory.set_failing("sqs:tickets", false);
    order(&memory, &cook, "").await.expect("the redelivery does it");
    assert_eq!(tickets(&memory), 1);
}

#[tokio::test]
async fn work_that_fails_is_free_at_once() {
    let (memory, cook) = (Memory::new(), Cook::default());
    let error = order(&memory, &cook, "burnt").await.expect_err("it is burnt");
    assert_eq!(error.to_string(), "it is burnt");
    order(&memory, &cook, "burnt").await.expect("the second is not");
    assert_eq!(tickets(&memory), 1);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_dies_in_the_middle_is_followed_when_it_must_have_ended() {
    let (memory, cook) = (Memory::new(), Cook::default());
    let invoked = tokio::time::timeout(Duration::from_secs(1), order(&memory, &cook, "slow"));
    assert!(invoked.await.is_err(), "it is cut off");
    assert_eq!(tickets(&memory), 0);
    // The run had 30 seconds: one that comes meanwhile, and has no time to wait, fails.
    let ends = std::time::SystemTime::now() + Duration::from_millis(4_300);
    let short = Invocation { request_id: "2".to_owned(), ends };
    let event = json!({ "id": "1" });
    memory.advance(Duration::from_secs(4));
    let error = runtime(&memory).invoke_within(&cook, event, &short).await.expect_err("too early");
    assert!(error.is::<InProgress>(), "{error}");
    assert_eq!(
        error.to_string(),
        "another run is at work on `Kitchen/1`, and this one has no time left to wait"
    );
    memory.advance(Duration::from_secs(28));
    let receipt = order(&memory, &cook, "").await.expect("it is taken over");
    assert_eq!((receipt, tickets(&memory)), (json!({ "number": 2 }), 1));
}

#[tokio::test]
async fn two_runs_are_not_at_it_at_the_same_time() {
    let (memory, cook) = (Memory::new(), Cook::default());
    let slow = tokio::spawn({
        let (memory, cook) = (memory.clone(), cook.clone());
        async move { order(&memory, &cook, "slow").await }
    });
    while cook.cooked.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    let second = order(&memory, &cook, "slow");
    let go_on = async {
        tokio::time::sleep(Duration::from_millis(150)).await;
        cook.go_on.notify_one();
    };
    let (second, ()) = tokio::join!(second, go_on);
    let first = slow.await.expect("no panic").expect("it is cooked");
    assert_eq!(
        (first, second.expect("it waits")),
        (json!({ "number": 1 }), json!({ "number": 1 }))
    );
    assert_eq!(tickets(&memory), 1);
}

#[tokio::test(start_paused = true)]
async fn lost_replies_do_not_cost_the_work() {
    for lost in 0..4 {
        let (memory, cook) = (Memory::new(), Cook::default());
        memory.lose_replies("once", lost);
        order(&memory, &cook, "").await.expect("it is cooked");
        order(&memory, &cook, "").await.expect("it was");
        assert_eq!(tickets(&memory), 1, "{lost} lost");
    }
}

#[tokio::test]
async fn what_one_function_has_done_another_has_not() {
    let (memory, cook) = (Memory::new(), Cook::default());
    for (name, number) in [("kitchen", 1), ("bakery", 2), ("kitchen", 1)] {
        let bindings = BINDINGS.into_iter().chain([("AWS_LAMBDA_FUNCTION_NAME", name)]);
        let runtime = Runtime::<Kitchen>::new(memory.clone(), bindings).expect("bound");
        let receipt = runtime.invoke(&cook, json!({ "id": "1" })).await.expect("it is cooked");
        assert_eq!(receipt, json!({ "number": number }), "{name}");
    }
}

#[tokio::test]
async fn an_empty_key_is_no_key() {
    let error = order(&Memory::new(), &Cook::default(), "without a key").await.expect_err("no key");
    assert_eq!(error.to_string(), "work that is done once needs a key, and this one is empty");
}

#[tokio::test]
async fn it_is_forgotten_after_two_weeks() {
    let memory = Memory::new();
    order(&memory, &Cook::default(), "").await.expect("it is cooked");
    let [record] = <[_; 1]>::try_from(memory.items("once")).expect("one record");
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let days =
        (record["expires"].as_u64().expect("seconds") - now.expect("1970").as_secs()) / 86_400;
    assert!((13..=14).contains(&days), "{record}");
}
