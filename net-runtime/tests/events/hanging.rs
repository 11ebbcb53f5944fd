//! What a run reports when something in it hangs, panics or takes too long.

use crate::support::{
    Desk, Does, Doing, Lamp, Order, QUEUE, Row, Switch, Watch, changed, failed, invocation, orders,
    published, queued, requested, runtime,
};
use net_dsl::{Change, HttpRequest, HttpResponse};
use net_runtime::{BoxError, Context, Handler, Memory};
use serde_json::{Value, json};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::time::Instant;

/// Does what an order says: hangs, takes a number of milliseconds, panics here or there, or succeeds.
#[derive(Clone, Default)]
struct Worker {
    at_once: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
    done: Arc<AtomicUsize>,
}

impl Worker {
    async fn work(&self, order: &str) -> Result<(), BoxError> {
        struct Gone<'w>(&'w Worker);
        impl Drop for Gone<'_> {
            fn drop(&mut self) {
                self.0.at_once.fetch_sub(1, Ordering::SeqCst);
            }
        }
        let now = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        let _gone = Gone(self);
        match order {
            "hang" => std::future::pending().await,
            "panic" => panic!("on purpose"),
            "panic later" => {
                tokio::task::yield_now().await;
                panic!("on purpose, later")
            }
            "task panics" => tokio::spawn(async { panic!("in a task") }).await?,
            "task hangs" => tokio::spawn(std::future::pending::<()>()).await?,
            "fail" => return Err("it failed".into()),
            time => tokio::time::sleep(Duration::from_millis(time.parse().unwrap_or(0))).await,
        }
        self.done.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

impl Handler<Lamp> for Worker {
    async fn handle(&self, order: Order, _: &Context<Lamp>) -> Result<(), BoxError> {
        self.work(&order.does).await
    }
}

impl Handler<Watch> for Worker {
    async fn handle(&self, change: Change<Row>, _: &Context<Watch>) -> Result<(), BoxError> {
        self.work(&change.after.expect("a new row").does).await
    }
}

impl Handler<Desk> for Worker {
    async fn handle(
        &self,
        request: HttpRequest<Order>,
        _: &Context<Desk>,
    ) -> Result<HttpResponse, BoxError> {
        self.work(&request.body.does).await?;
        Ok(HttpResponse::new(200))
    }
}

/// Handles an event in a run of ten seconds, and sees to it that the run ends in them.
async fn in_time<C>(worker: &Worker, event: Value) -> Result<Value, BoxError>
where
    C: net_dsl::Contract,
    C::Input: serde::de::DeserializeOwned + Send,
    C::Output: serde::Serialize + Send,
    Worker: Handler<C>,
{
    let (_, runtime) = runtime::<C>();
    let began = Instant::now();
    let answer =
        runtime.invoke_within(worker, event, &invocation("run-1", Duration::from_secs(10))).await;
    let took = began.elapsed();
    assert!(took <= Duration::from_millis(9_501), "it took {took:?}, and Lambda stops it at 10 s");
    answer
}

#[tokio::test(start_paused = true)]
async fn a_message_that_hangs_is_reported_and_no_other() {
    let event = orders("orders", &[("1", "0"), ("2", "hang"), ("3", "9000"), ("4", "task hangs")]);
    let answer = in_time::<Lamp>(&Worker::default(), event).await.expect("a batch is answered");
    assert_eq!(failed(&answer), ["2", "4"]);
}

#[tokio::test(start_paused = true)]
async fn a_group_is_left_from_the_message_on_that_hangs() {
    let event = orders(
        "orders.fifo",
        &[("a-1", "0"), ("a-2", "hang"), ("b-1", "0"), ("a-3", "0"), ("b-2", "0")],
    );
    let answer = in_time::<Lamp>(&Worker::default(), event).await.expect("a batch is answered");
    assert_eq!(failed(&answer), ["a-2", "a-3"]);
}

#[tokio::test(start_paused = true)]
async fn a_stream_goes_on_at_the_change_that_hangs() {
    let event = changed(&[("100", "0"), ("101", "hang"), ("102", "0")]);
    let worker = Worker::default();
    let answer = in_time::<Watch>(&worker, event).await.expect("a batch is answered");
    assert_eq!(failed(&answer), ["101"]);
    assert_eq!(worker.done.load(Ordering::SeqCst), 1, "what comes after it has to wait");
}

#[tokio::test(start_paused = true)]
async fn who_waits_is_told_that_time_was_over() {
    let worker = Worker::default();
    for event in [json!({ "does": "hang" }), published("1", "hang")] {
        let error = in_time::<Lamp>(&worker, event).await.expect_err("it hangs");
        assert!(error.to_string().contains("raise the function's timeout"), "{error}");
    }
    let answer = in_time::<Desk>(&worker, requested("r-1", r#"{"does":"hang"}"#)).await;
    let answer = answer.expect("an answer");
    assert_eq!(answer["statusCode"], 504);
    let body: Value = serde_json::from_str(answer["body"].as_str().expect("text")).expect("JSON");
    assert_eq!(body["message"], "the request was not answered in time");
}

#[tokio::test(start_paused = true)]
async fn a_panic_fails_its_message_wherever_it_is() {
    let event = orders(
        "orders",
        &[("1", "panic"), ("2", "0"), ("3", "panic later"), ("4", "task panics"), ("5", "fail")],
    );
    let answer = in_time::<Lamp>(&Worker::default(), event).await.expect("a batch is answered");
    assert_eq!(failed(&answer), ["1", "3", "4", "5"]);
}

/// Panics before there is a future.
struct Eager;

impl Handler<Lamp> for Eager {
    fn handle(
        &self,
        order: Order,
        _: &Context<Lamp>,
    ) -> impl Future<Output = Result<(), BoxError>> + Send {
        assert_ne!(order.does, "panic", "on purpose");
        async { Ok(()) }
    }
}

#[tokio::test]
async fn a_panic_before_the_future_fails_its_message_alone() {
    let (_, runtime) = runtime::<Lamp>();
    let event = orders("orders", &[("1", "0"), ("2", "panic"), ("3", "0")]);
    let answer = runtime.invoke(&Eager, event).await.expect("a batch is answered");
    assert_eq!(failed(&answer), ["2"]);
}

#[tokio::test]
async fn a_malformed_record_fails_alone_and_says_which_field() {
    let event =
        queued("orders", &[("1", r#"{"does":"0"}"#), ("2", r#"{"does":7}"#), ("3", "\u{0}")]);
    let answer = in_time::<Lamp>(&Worker::default(), event).await.expect("a batch is answered");
    assert_eq!(failed(&answer), ["2", "3"]);
    let error =
        in_time::<Lamp>(&Worker::default(), json!({ "does": 7 })).await.expect_err("no text");
    assert_eq!(error.to_string(), "this is no `Order`: `does`: expected a string");
}

#[tokio::test(start_paused = true)]
async fn a_large_batch_is_handled_some_at_a_time() {
    let ids: Vec<String> = (0..10_000).map(|id| format!("m-{id}")).collect();
    let batch: Vec<(&str, &str)> = ids.iter().map(|id| (id.as_str(), "10")).collect();
    let worker = Worker::default();
    let answer = in_time::<Lamp>(&worker, orders("orders", &batch)).await.expect("an answer");
    assert_eq!(failed(&answer), [""; 0]);
    assert_eq!(worker.done.load(Ordering::SeqCst), 10_000);
    assert!(worker.most.load(Ordering::SeqCst) <= 100, "{:?} at once", worker.most);
}

#[tokio::test(start_paused = true)]
async fn messages_that_hang_let_the_rest_of_a_large_batch_pass() {
    let ids: Vec<String> = (0..2_000).map(|id| format!("m-{id}")).collect();
    // More than are handled at once.
    let hangs = |id: usize| id.is_multiple_of(2_000 / 80);
    let does = |id| if hangs(id) { "hang" } else { "10" };
    let batch: Vec<(&str, &str)> =
        ids.iter().enumerate().map(|(at, id)| (id.as_str(), does(at))).collect();
    let worker = Worker::default();
    let answer = in_time::<Lamp>(&worker, orders("orders", &batch)).await.expect("an answer");
    let hanging: Vec<&str> =
        ids.iter().enumerate().filter(|(at, _)| hangs(*at)).map(|(_, id)| id.as_str()).collect();
    assert_eq!(failed(&answer), hanging);
    assert!(worker.most.load(Ordering::SeqCst) <= 100, "{:?} at once", worker.most);
}

#[tokio::test(start_paused = true)]
async fn what_had_no_turn_comes_again() {
    let ids: Vec<String> = (0..300).map(|id| format!("m-{id}")).collect();
    let batch: Vec<(&str, &str)> = ids.iter().map(|id| (id.as_str(), "hang")).collect();
    let answer = in_time::<Lamp>(&Worker::default(), orders("orders", &batch)).await;
    assert_eq!(failed(&answer.expect("an answer")), ids);
}

#[tokio::test(start_paused = true)]
async fn a_run_of_one_second_has_time_to_answer() {
    let (_, runtime) = runtime::<Lamp>();
    let began = Instant::now();
    let event = orders("orders", &[("1", "hang")]);
    let run = invocation("run-1", Duration::from_secs(1));
    let answer = runtime.invoke_within(&Worker::default(), event, &run).await.expect("an answer");
    assert_eq!(failed(&answer), ["1"]);
    assert!(began.elapsed() <= Duration::from_millis(901));
}

#[tokio::test(start_paused = true)]
async fn what_a_context_waits_for_ends_with_the_run() {
    fn send(_: String, context: &Context<Lamp>) -> Doing<'_> {
        Box::pin(async move {
            assert!(context.remaining() <= Duration::from_millis(9_500), "what the run leaves");
            Ok(context.send(&Switch { to: "on".to_owned() }).await?)
        })
    }
    let (memory, runtime): (Memory, _) = runtime::<Lamp>();
    memory.set_failing(QUEUE, true);
    let run = invocation("run-1", Duration::from_secs(10));
    let answer = runtime.invoke_within(&Does(send), orders("orders", &[("1", "")]), &run).await;
    assert_eq!(failed(&answer.expect("an answer")), ["1"]);
}
