//! How often a topic tries again, a network does not say.

use net_dsl::prelude::*;

pub struct Placed;
events! { Placed from "my.shop" }
contract! { pub Thanks: Placed => () {} }

fn main() {
    let topic = Topic::<Placed>::builder().name(name!("placed")).build();
    let thanks = Function::<Thanks>::builder().name(name!("thanks")).build();
    topic.triggers(&thanks).retries(count!(3));
}
