//! A function that a route starts takes no messages.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! {
    pub Till: HttpRequest<Order> => HttpResponse {}
    pub Task: Tick => () { sends Order }
}

fn main() {
    let till = Function::<Till>::builder().name(name!("till")).build();
    let task = Function::<Task>::builder().name(name!("task")).build();
    let _ = task.sends_to(&till);
}
