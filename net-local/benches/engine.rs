//! What the engine does in a second: messages through functions that do nothing, in virtual time, on one
//! core.
//!
//! ```console
//! $ cargo bench --bench engine
//! ```
//!
//! An event is one thing that the engine writes down: a message sent, given to a run, handled; a run begun
//! and ended. Each message is sent by the test, waits in a queue, and is handled in a batch of ten at the
//! most by a function under the whole of `net-runtime`.

use net_dsl::{Name, prelude::*};
use net_local as local;
use net_runtime::{BoxError, Context, Handler};
use serde::{Deserialize, Serialize};
use std::time::Instant;

/// What is sent.
#[derive(Serialize, Deserialize)]
pub struct Order {
    number: u32,
}
messages! { Order }
contract! {
    /// Does nothing.
    pub Nothing: Order => () {}
}

struct Idle;

impl Handler<Nothing> for Idle {
    async fn handle(&self, _: Order, _: &Context<Nothing>) -> Result<(), BoxError> {
        Ok(())
    }
}

#[expect(clippy::print_stdout, reason = "figures are what it is for")]
fn main() {
    println!("| functions | messages | events | time | events a second | peak memory |");
    println!("|---:|---:|---:|---:|---:|---:|");
    for (functions, messages) in [(1, 100_000), (170, 100_000), (170, 300_000), (170, 1_000_000)] {
        let name =
            |kind: &str, number: usize| Name::new(&format!("{kind}-{number}")).expect("a name");
        let queues: Vec<Queue<Order>> = (0..functions)
            .map(|number| Queue::builder().name(name("orders", number)).build())
            .collect();
        let network: Network = queues
            .iter()
            .enumerate()
            .map(|(number, queue)| {
                let function = Function::<Nothing>::builder().name(name("idle", number)).build();
                Network::from(queue.triggers(&function))
            })
            .sum();
        let here = local::start(network).handler::<Nothing>(Idle);
        let began = Instant::now();
        for number in 0..messages {
            here.send(&queues[number as usize % functions], &Order { number });
        }
        here.settle();
        let (time, events) = (began.elapsed().as_secs_f64(), here.happened());
        println!(
            "| {functions} | {messages} | {events} | {time:.2} s | {:.0} | {:.0} MiB |",
            events as f64 / time,
            peak_memory()
        );
    }
}

/// The most memory that this process has had so far, in MiB, where the machine says it (`VmHWM` of Linux): the
/// cases grow.
fn peak_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kibibytes.unwrap_or(f64::NAN) / 1_024.0
}
