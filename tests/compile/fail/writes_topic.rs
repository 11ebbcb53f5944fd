//! A message goes to a topic with `sends_to`.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Clerk: Tick => () { sends Order } }

fn main() {
    let clerk = Function::<Clerk>::builder().name(name!("clerk")).build();
    let placed = Topic::<Order>::builder().name(name!("placed")).build();
    clerk.writes(&placed);
}
