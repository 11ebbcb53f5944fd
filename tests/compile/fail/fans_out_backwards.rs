//! The arrow is the wrong way round: the topic fans out to the queue.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

fn main() {
    let placed = Topic::<Order>::builder().name(name!("placed")).build();
    let archive = Queue::<Order>::builder().name(name!("archive")).build();
    archive.fans_out_to(&placed);
}
