//! By which id a FIFO queue knows a message.

use crate::support::{
    Desk, Does, Doing, Lamp, Order, QUEUE, Row, Switch, Watch, changed, invocation, orders,
    published, requested, runtime,
};
use net_dsl::{Change, HttpRequest, HttpResponse};
use net_runtime::{BoxError, Context, Handler, Memory, Parcel, Runtime, SentUnder};
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};

/// Sends each of the words, in order.
async fn send_words<C>(words: &str, context: &Context<C>) -> Result<(), BoxError>
where
    C: net_dsl::Contract,
    Switch: SentUnder<C>,
{
    for to in words.split_whitespace() {
        context.send(&Switch { to: to.to_owned() }).await?;
    }
    Ok(())
}

/// Sends what it is told to.
struct Switches;

impl Handler<Lamp> for Switches {
    async fn handle(&self, order: Order, context: &Context<Lamp>) -> Result<(), BoxError> {
        send_words(&order.does, context).await
    }
}

impl Handler<Watch> for Switches {
    async fn handle(&self, change: Change<Row>, context: &Context<Watch>) -> Result<(), BoxError> {
        send_words(&change.after.expect("a new row").does, context).await
    }
}

impl Handler<Desk> for Switches {
    async fn handle(
        &self,
        request: HttpRequest<Order>,
        context: &Context<Desk>,
    ) -> Result<HttpResponse, BoxError> {
        send_words(&request.body.does, context).await?;
        Ok(HttpResponse::new(202))
    }
}

fn ids(memory: &Memory) -> Vec<String> {
    memory.parcels(QUEUE).into_iter().map(|parcel| parcel.id).collect()
}

fn distinct(ids: &[String]) -> usize {
    ids.iter().collect::<BTreeSet<_>>().len()
}

/// The ids of what is sent when an event is handled.
async fn sent<C>(event: Value, request_id: &str) -> Vec<String>
where
    C: net_dsl::Contract,
    C::Input: serde::de::DeserializeOwned + Send,
    C::Output: serde::Serialize + Send,
    Switches: Handler<C>,
{
    let (memory, runtime) = runtime::<C>();
    let invocation = invocation(request_id, Duration::from_secs(30));
    runtime.invoke_within(&Switches, event, &invocation).await.expect("an answer");
    ids(&memory)
}

#[tokio::test]
async fn each_message_of_a_run_has_its_id_and_a_repeated_run_makes_the_same() {
    const WORDS: &str = "on off on";
    let body = json!({ "does": WORDS }).to_string();
    let one = [
        sent::<Lamp>(orders("orders", &[("m-1", WORDS)]), "run-1").await,
        sent::<Watch>(changed(&[("1", WORDS)]), "run-1").await,
        sent::<Lamp>(published("m-1", WORDS), "run-1").await,
        sent::<Lamp>(json!({ "does": WORDS }), "run-1").await,
        sent::<Desk>(requested("r-1", &body), "run-1").await,
    ];
    // Lambda invokes a function asynchronously under one request id, however often it tries; batches
    // come again under other ones.
    let again = [
        sent::<Lamp>(orders("orders", &[("m-1", WORDS)]), "run-2").await,
        sent::<Watch>(changed(&[("1", WORDS)]), "run-2").await,
        sent::<Lamp>(published("m-1", WORDS), "run-2").await,
        sent::<Lamp>(json!({ "does": WORDS }), "run-1").await,
        sent::<Desk>(requested("r-1", &body), "run-2").await,
    ];
    assert_eq!(one, again);
    let other = [
        sent::<Lamp>(orders("orders", &[("m-2", WORDS)]), "run-1").await,
        sent::<Lamp>(orders("orders-too", &[("m-1", WORDS)]), "run-1").await,
        sent::<Watch>(changed(&[("2", WORDS)]), "run-1").await,
        sent::<Lamp>(published("m-2", WORDS), "run-1").await,
        sent::<Lamp>(json!({ "does": WORDS }), "run-2").await,
        sent::<Desk>(requested("r-2", &body), "run-1").await,
    ];
    let all: Vec<String> = one.into_iter().chain(other).flatten().collect();
    assert_eq!((all.len(), distinct(&all)), (33, 33), "each is a message of its own");
    // Amazon SQS API Reference, "SendMessage": up to 128 letters, digits and punctuation marks.
    assert!(all.iter().all(|id| id.len() <= 128 && id.bytes().all(|b| b.is_ascii_alphanumeric())));
}

#[tokio::test]
async fn records_of_one_batch_send_apart_and_in_any_company() {
    let together = sent::<Lamp>(orders("orders", &[("m-1", "on"), ("m-2", "on")]), "run-1").await;
    let alone = sent::<Lamp>(orders("orders", &[("m-2", "on")]), "run-2").await;
    assert_eq!(distinct(&together), 2);
    assert!(together.contains(&alone[0]), "{together:?} has no {alone:?}");
}

#[tokio::test]
async fn two_functions_started_by_one_message_send_two() {
    let mut all = Vec::new();
    for function in ["hall", "kitchen"] {
        let memory = Memory::new();
        let bindings = [("NET_SENDS_SWITCH", QUEUE), ("AWS_LAMBDA_FUNCTION_NAME", function)];
        let runtime = Runtime::<Lamp>::new(memory.clone(), bindings).expect("bound");
        runtime.invoke(&Switches, published("m-1", "on")).await.expect("it is switched");
        all.extend(ids(&memory));
    }
    assert_eq!(distinct(&all), 2);
}

#[tokio::test]
async fn a_run_that_skips_what_is_done_loses_nothing() {
    let first = sent::<Lamp>(orders("orders", &[("m-1", "on off")]), "run-1").await;
    // It finds that the lamp is on.
    let again = sent::<Lamp>(orders("orders", &[("m-1", "off")]), "run-2").await;
    assert_eq!(again, first[1..], "it is the second message, and no second first one");
}

#[tokio::test]
async fn messages_sent_at_once_have_ids_of_their_own() {
    fn at_once(turn: String, context: &Context<Lamp>) -> Doing<'_> {
        Box::pin(async move {
            let send = |to: &'static str, late: bool| async move {
                if late {
                    tokio::task::yield_now().await;
                }
                // Through a context of its own, too.
                context.without_deadline().send(&Switch { to: to.to_owned() }).await
            };
            let late = turn == "late";
            let (on, off, on_again) =
                tokio::join!(send("on", late), send("off", false), send("on", late));
            on?;
            off?;
            Ok(on_again?)
        })
    }
    let mut runs = Vec::new();
    for turn in ["soon", "late"] {
        let (memory, runtime) = runtime::<Lamp>();
        // The same message; what else the handler waits for takes longer.
        let event = orders("orders", &[("m-1", turn)]);
        runtime.invoke(&Does(at_once), event).await.expect("an answer");
        let sent = ids(&memory);
        assert_eq!(distinct(&sent), 3);
        runs.push(sent.into_iter().collect::<BTreeSet<_>>());
    }
    assert_eq!(runs[0], runs[1], "order is not what tells them apart");
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_tried_again_keeps_its_id() {
    let wanted = sent::<Lamp>(orders("orders", &[("m-1", "on off")]), "run-1").await;
    let (memory, runtime) = runtime::<Lamp>();
    memory.set_failing(QUEUE, true);
    let heal = async {
        tokio::time::sleep(Duration::from_millis(60)).await;
        memory.set_failing(QUEUE, false);
    };
    let event = orders("orders", &[("m-1", "on off")]);
    let (answer, ()) = tokio::join!(runtime.invoke(&Switches, event), heal);
    answer.expect("an answer");
    assert_eq!(ids(&memory), wanted);
}

#[tokio::test]
async fn an_invocation_carries_the_id_of_its_message() {
    let parcel =
        Parcel { body: r#"{"does":"on"}"#.to_owned(), id: "i-1".to_owned(), ..Parcel::default() };
    let event = |parcel: &Parcel| serde_json::from_str::<Value>(&parcel.payload()).expect("JSON");
    let one = sent::<Lamp>(event(&parcel), "run-1").await;
    // Whoever sent it did not hear that it had arrived, and sent it again.
    assert_eq!(sent::<Lamp>(event(&parcel), "run-2").await, one);
    let other = Parcel { id: "i-2".to_owned(), ..parcel };
    assert_ne!(sent::<Lamp>(event(&other), "run-3").await, one);
}

#[tokio::test]
async fn a_message_may_have_an_id_of_the_codes_own() {
    fn send(now: String, context: &Context<Lamp>) -> Doing<'_> {
        Box::pin(async move {
            context.send_as("order-7", &Switch { to: now.clone() }).await?;
            Ok(context.send_as("order-8", &Switch { to: now }).await?)
        })
    }
    let mut runs = Vec::new();
    for (id, now) in [("m-1", "12:00"), ("m-1", "12:01"), ("m-2", "12:02")] {
        let (memory, runtime) = runtime::<Lamp>();
        runtime.invoke(&Does(send), orders("orders", &[(id, now)])).await.expect("an answer");
        runs.push(ids(&memory));
    }
    assert_eq!(distinct(&runs[0]), 2);
    assert!(runs.iter().all(|run| *run == runs[0]), "{runs:?}");
}
