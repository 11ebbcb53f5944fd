//! Names and numbers that only the run knows are checked by the run.

use net_dsl::{Bounded, prelude::*};

pub struct Order;
messages! { Order }
contract! { pub Kitchen: Order => () {} }

fn station(number: u64) -> Result<Network, Box<dyn std::error::Error>> {
    let orders = Queue::<Order>::builder()
        .name(Name::new(&format!("orders-{number}"))?)
        .delay(Bounded::new(number)?)
        .build();
    let kitchen =
        Function::<Kitchen>::builder().name(Name::new(&format!("kitchen-{number}"))?).build();
    Ok(orders.triggers(&kitchen).batch_size(Bounded::new(number)?).into())
}

fn main() {
    let network: Network = (1..=3).map(|number| station(number).unwrap()).collect();
    assert_eq!(network.len(), 6);
    assert!(station(901).is_err());
}
