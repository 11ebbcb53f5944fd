//! Handlers with a known mistake each: a simulation finds it, and tells the shortest way to it.

use net_dsl::prelude::*;
use net_local::{Counterexample, Fault, Faults, Happened, Moment, Simulation, simulate};
use net_runtime::{BoxError, Condition, Context, Handler, Update};
use serde::{Deserialize, Serialize};
use std::path::Path;

#[derive(Clone, Serialize, Deserialize)]
struct Order {
    id: String,
}
#[derive(Clone, Serialize, Deserialize)]
struct Receipt {
    id: String,
}
messages! { Order, Receipt }

#[derive(Clone, Serialize, Deserialize)]
struct Stock {
    id: String,
    count: u64,
}
impl Item for Stock {
    const NAME: &'static str = "Stock";
    const PARTITION: Key = Key::text("id");
}

contract! {
    Shop: Order => () { sends Receipt, reads Stock, writes Stock }
}

fn orders() -> Queue<Order> {
    Queue::builder().name(name!("orders")).deadline(seconds!(20)).build()
}

fn receipts() -> Queue<Receipt> {
    Queue::builder().name(name!("receipts")).build()
}

fn stock() -> Table<Stock> {
    Table::builder().name(name!("stock")).build()
}

/// One function between two queues, with a table.
fn network() -> Network {
    let shop = Function::<Shop>::builder().name(name!("shop")).timeout(seconds!(5)).build();
    orders().triggers(&shop)
        + shop.sends_to(&receipts())
        + shop.reads(&stock())
        + shop.writes(&stock())
}

fn order(id: &str) -> Order {
    Order { id: id.to_owned() }
}

/// A simulation of a handler that is given two orders.
fn selling(handler: impl Handler<Shop> + Clone) -> Simulation {
    simulate(network())
        .handlers(move |here| here.handler::<Shop>(handler.clone()))
        .play(|here| {
            here.table(&stock()).put(&Stock { id: "soup".to_owned(), count: 10 });
            here.send(&orders(), &order("t-1"));
            here.send(&orders(), &order("t-2"));
        })
        .faults(Faults::all())
        .seeds(1_000)
}

/// Compares what was found with its snapshot, `UPDATE_SNAPSHOTS=1` writes it.
fn is_as_told(name: &str, found: &Counterexample) {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/planted").join(format!("{name}.txt"));
    let told = format!("{found}\n");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, told).expect("a snapshot is written");
        return;
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(told, known, "UPDATE_SNAPSHOTS=1 writes {}", path.display());
}

/// Notes the order, and then sends its receipt: a run that dies in between leaves an order that counts as
/// done without a receipt.
#[derive(Clone)]
struct PutBeforeSend;

impl Handler<Shop> for PutBeforeSend {
    async fn handle(&self, order: Order, context: &Context<Shop>) -> Result<(), BoxError> {
        let done = Stock { id: order.id.clone(), count: 0 };
        if context.table::<Stock>().put_new(&done).await? {
            context.send(&Receipt { id: order.id }).await?;
        }
        Ok(())
    }
}

#[test]
fn a_put_before_its_send_is_found() {
    let found = selling(PutBeforeSend)
        .finally(|here| {
            let sent = here.messages(&receipts());
            for id in ["t-1", "t-2"] {
                if !sent.iter().any(|receipt| receipt.id == id) {
                    return Err(format!("{id} never got a receipt"));
                }
            }
            Ok(())
        })
        .run()
        .expect_err("a run may die in between");
    is_as_told("put_before_send", &found);
}

/// Sends a receipt for each delivery.
#[derive(Clone)]
struct NotIdempotent;

impl Handler<Shop> for NotIdempotent {
    async fn handle(&self, order: Order, context: &Context<Shop>) -> Result<(), BoxError> {
        Ok(context.send(&Receipt { id: order.id }).await?)
    }
}

#[test]
fn a_handler_that_is_not_idempotent_is_found() {
    let found = selling(NotIdempotent)
        // Not the ambiguity of SQS's send, which nobody can help.
        .faults(Faults::of([Fault::Duplicate, Fault::Delay, Fault::Slow, Fault::CrashAfter]))
        .finally(|here| {
            let sent = here.messages(&receipts()).len();
            if sent == 2 { Ok(()) } else { Err(format!("two orders have made {sent} receipts")) }
        })
        .run()
        .expect_err("messages come twice");
    is_as_told("not_idempotent", &found);
}

/// Never looks at the clock.
#[derive(Clone)]
struct Late;

impl Handler<Shop> for Late {
    async fn handle(&self, order: Order, context: &Context<Shop>) -> Result<(), BoxError> {
        context.table::<Stock>().get("soup").await?;
        Ok(context.send(&Receipt { id: order.id }).await?)
    }
}

fn no_receipt_after_its_deadline(moment: &Moment<'_>) -> Result<(), String> {
    match moment.what() {
        Happened::Sent { to: "receipts", deadline: Some(deadline), .. }
            if moment.now_milliseconds() > deadline =>
        {
            Err(format!("a receipt was sent {} ms late", moment.now_milliseconds() - deadline))
        }
        _ => Ok(()),
    }
}

#[test]
fn an_answer_after_its_deadline_is_found() {
    let found = selling(Late)
        .always(no_receipt_after_its_deadline)
        .run()
        .expect_err("a message may wait longer than its deadline");
    is_as_told("late", &found);
}

/// Counts by what it has read a while ago.
#[derive(Clone)]
struct StaleCopy;

impl Handler<Shop> for StaleCopy {
    async fn handle(&self, _: Order, context: &Context<Shop>) -> Result<(), BoxError> {
        let table = context.table::<Stock>();
        let stock = table.get("soup").await?.ok_or("there is no soup")?;
        let one_less = Update::set("count", stock.count - 1);
        table.update_if("soup", one_less, Condition::Exists).await?;
        Ok(())
    }
}

#[test]
fn a_stale_copy_is_found() {
    let found = selling(StaleCopy)
        .faults(Faults::none())
        .finally(|here| match here.table(&stock()).get("soup").map(|stock| stock.count) {
            Some(8) => Ok(()),
            other => Err(format!("of 10 portions, 2 were sold, and {other:?} are left")),
        })
        .run()
        .expect_err("two runs at once read the same");
    is_as_told("stale_copy", &found);
}

/// Takes a failure for a success.
#[derive(Clone)]
struct LosesFailure;

impl Handler<Shop> for LosesFailure {
    async fn handle(&self, order: Order, context: &Context<Shop>) -> Result<(), BoxError> {
        if context.send(&Receipt { id: order.id }).await.is_err() {
            tracing::warn!("no receipt could be sent");
        }
        Ok(())
    }
}

#[test]
fn a_failure_that_is_lost_is_found() {
    let found = selling(LosesFailure)
        .finally(|here| {
            let sent = here.messages(&receipts());
            let missing = ["t-1", "t-2"].into_iter().find(|id| !sent.iter().any(|it| it.id == *id));
            missing.map_or(Ok(()), |id| Err(format!("{id} never got a receipt")))
        })
        // Whose reply is lost, or slow, has sent its receipt.
        .faults(Faults::of([Fault::Outage]))
        .run()
        .expect_err("a send may fail");
    is_as_told("loses_failure", &found);
}

/// Reads a clock of its own.
#[derive(Clone)]
struct OwnClock;

impl Handler<Shop> for OwnClock {
    async fn handle(&self, _: Order, context: &Context<Shop>) -> Result<(), BoxError> {
        let now = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH)?;
        Ok(context.send(&Receipt { id: now.as_nanos().to_string() }).await?)
    }
}

#[test]
fn a_clock_past_the_context_is_found() {
    let found = selling(OwnClock).run().expect_err("it is never the same twice");
    let told = found.to_string();
    assert!(
        told.contains("context.now()") && told.contains("`shop`") || told.contains("receipts"),
        "{told}"
    );
    assert!(told.contains("two runs of one seed went differently"), "{told}");
}

/// Does everything right: once, in time, by conditions.
#[derive(Clone)]
struct Right;

impl Handler<Shop> for Right {
    async fn handle(&self, order: Order, context: &Context<Shop>) -> Result<(), BoxError> {
        let table = context.table::<Stock>();
        let note = Stock { id: order.id.clone(), count: 0 };
        table.put_new(&note).await?;
        let noted = table.get(&order.id).await?.ok_or("a note is gone")?;
        if noted.count == 0 {
            context.send(&Receipt { id: order.id.clone() }).await?;
            table.update_if(&order.id, Update::set("count", 1), Condition::Exists).await?;
        }
        Ok(())
    }
}

fn right() -> Simulation {
    selling(Right).finally(|here| {
        let sent = here.messages(&receipts());
        let dead = here.dead_letters(&orders());
        for id in ["t-1", "t-2"] {
            let is_sent = sent.iter().any(|receipt| receipt.id == id);
            if !is_sent && !dead.iter().any(|dead| dead.message::<Order>().id == id) {
                return Err(format!("{id} got no receipt, and is no dead letter"));
            }
        }
        Ok(())
    })
}

#[test]
fn what_is_right_passes_and_every_fault_is_tried() {
    let report = right().seeds(500).run().unwrap();
    assert_eq!(report.seeds(), 500);
    let tried: Vec<Fault> = report.faults().keys().copied().collect();
    assert_eq!(tried, Fault::ALL, "{report:?}");
}

#[test]
fn one_seed_is_the_same_every_time() {
    for seed in [0, 7, 99] {
        let one = right().seeds(seed + 1).threads(1).run().unwrap();
        let other = right().seeds(seed + 1).threads(2).run().unwrap();
        assert_eq!((one.happened(), one.faults()), (other.happened(), other.faults()));
    }
}

#[test]
fn a_counterexample_is_repeated_by_what_it_says() {
    let simulation = || {
        selling(NotIdempotent).finally(|here| match here.messages(&receipts()).len() {
            2 => Ok(()),
            sent => Err(format!("{sent} receipts")),
        })
    };
    let found = simulation().run().expect_err("messages come twice");
    let faults: Vec<String> = found.faults().iter().map(ToString::to_string).collect();
    let again = simulation()
        .repeat(found.seed(), faults.iter().map(String::as_str))
        .run()
        .expect_err("the same again");
    assert_eq!(again.to_string(), found.to_string());
    for left_out in 0..faults.len() {
        let mut fewer = faults.clone();
        fewer.remove(left_out);
        let fewer = fewer.iter().map(String::as_str);
        simulation().repeat(found.seed(), fewer).run().expect("each fault is needed");
    }
}
