//! What is declared how often is ordinary Rust.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Kitchen: Order => () {} }

fn kitchens(count: u32, archived: bool) -> Network {
    let placed = Topic::<Order>::builder().name(name!("placed")).build();
    let mut network = Network::from(&placed);
    for number in 0..count {
        let name = Name::new(&format!("kitchen-{number}")).expect("digits behind a hyphen");
        network += placed.triggers(&Function::<Kitchen>::builder().name(name).build());
    }
    if archived {
        network += placed.fans_out_to(&Queue::builder().name(name!("archive")).build());
    }
    network
}

fn main() {
    assert_eq!(kitchens(3, false).len(), 4);
    assert_eq!(kitchens(3, true).len(), 5);
}
