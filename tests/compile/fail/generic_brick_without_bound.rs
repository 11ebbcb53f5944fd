//! A brick for any message and any contract says that the contract takes the message.

use net_dsl::prelude::*;

fn worker<M: Message, C: Contract>(name: Name, queue: &Queue<M>) -> Network {
    let worker = Function::<C>::builder().name(name).build();
    queue.triggers(&worker).into()
}

fn main() {}
