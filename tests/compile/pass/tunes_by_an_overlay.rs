//! A builder with only a name and what is to be tuned.

use net_dsl::{entity::function::MEMORY, prelude::*};

pub struct Order;
messages! { Order }
contract! { pub Kitchen: Order => () {} }

fn kitchen() -> Network {
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
    orders.triggers(&kitchen) + Network::empty()
}

fn main() {
    let tuning =
        Function::<Kitchen>::builder().name(name!("kitchen")).memory(mebibytes!(1_024)).build();
    let network = kitchen() + &tuning;
    assert_eq!(network.get(&tuning).unwrap().setting(MEMORY), Some(1_024));
}
