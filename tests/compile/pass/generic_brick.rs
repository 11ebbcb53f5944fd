//! A brick for any message and any contract that takes it.

use net_dsl::{Takes, brick, prelude::*};

pub struct Order;
pub struct Receipt;
messages! { Order, Receipt }
contract! {
    pub Kitchen: Order => () {}
    pub Printer: Receipt => () {}
}

fn worker<M: Message, C: Takes<M>>(name: Name, queue: &Queue<M>) -> Network {
    let worker = Function::<C>::builder().name(name).timeout(seconds!(10)).build();
    brick(name!("worker"), queue.triggers(&worker).batch_size(count!(1)))
}

fn main() {
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    let receipts = Queue::<Receipt>::builder().name(name!("receipts")).build();
    let network = worker::<_, Kitchen>(name!("kitchen"), &orders)
        + worker::<_, Printer>(name!("printer"), &receipts);
    assert_eq!(network.len(), 4);
}
