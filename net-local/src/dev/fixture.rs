//! A small network for the tests of this module, and engines that run it.

use crate::{
    engine::{self, Engine, Shared, wiring::Wiring},
    fault::Injector,
};
use net_dsl::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) id: String,
}
messages! { Order }

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Ticket {
    order: String,
}

impl Item for Ticket {
    const NAME: &'static str = "Ticket";
    const PARTITION: Key = Key::text("order");
}

contract! {
    pub(crate) Cook: Order => () { reads Ticket, writes Ticket, sends Order }
}

/// Orders come in by a queue, if there is one, and tickets are kept.
pub(crate) fn kitchen(has_queue: bool) -> Network {
    let cook = Function::<Cook>::builder().name(name!("cook")).build();
    let tickets = Table::<Ticket>::builder().name(name!("tickets")).build();
    let done = Queue::<Order>::builder().name(name!("done")).build();
    let kept = cook.reads(&tickets) + cook.writes(&tickets) + cook.sends_to(&done);
    match has_queue {
        true => {
            let orders = Queue::<Order>::builder().name(name!("orders")).build();
            kept + orders.triggers(&cook)
        }
        false => kept,
    }
}

/// An engine that nobody drives.
pub(crate) fn engine(network: &Network) -> Arc<Shared> {
    let (faults, watch) = (Injector::none(), Vec::new());
    let settings = engine::Settings { seed: 0, epoch: 1_767_225_600_000, faults, watch };
    Shared::new(Arc::new(Wiring::of(network)), settings)
}

/// The number of an entity's queue, or of the one with its dead letters.
pub(crate) fn queue(engine: &Engine, name: &str, part: &str) -> usize {
    let queues = &engine.wiring.queues;
    let is_it = |queue: &crate::service::queue::Settings| {
        engine.wiring.name(queue.entity) == name && queue.part == part
    };
    queues.iter().position(is_it).expect("a queue")
}
