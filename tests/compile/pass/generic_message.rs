//! A message with a parameter: its `impl` is written out.

use net_dsl::prelude::*;

pub struct Envelope<T>(pub T);
impl<T: Message> Message for Envelope<T> {
    const NAME: &'static str = "Envelope";
}

pub struct Order;
messages! { Order }
contract! {
    pub Till: Tick => () { sends Envelope<Order> }
    pub Kitchen: Envelope<Order> => () {}
}

fn main() {
    let envelopes = Queue::<Envelope<Order>>::builder().name(name!("envelopes")).build();
    let till = Function::<Till>::builder().name(name!("till")).build();
    let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
    let _network = till.sends_to(&envelopes) + envelopes.triggers(&kitchen);
}
