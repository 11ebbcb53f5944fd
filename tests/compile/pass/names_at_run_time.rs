//! Names and numbers that only the run knows are checked by the run.

use net_dsl::{
    Bounded,
    entity::function::{Binary, Variable},
    prelude::*,
};

pub struct Order;
messages! { Order }
contract! { pub Kitchen: Order => () {} }

fn station(number: u64) -> Result<Network, Box<dyn std::error::Error>> {
    let orders = Queue::<Order>::builder()
        .name(Name::new(&format!("orders-{number}"))?)
        .delay(Bounded::new(number)?)
        .build();
    let kitchen = Function::<Kitchen>::builder()
        .name(Name::new(&format!("kitchen-{number}"))?)
        .code(Binary::new(&format!("kitchen-{number}"))?)
        .environment([Variable::new(&format!("STATION_{number}"), number.to_string())?])
        .build();
    Ok(orders.triggers(&kitchen).batch_size(Bounded::new(number)?).into())
}

fn main() {
    let network: Network = (1..=3).map(|number| station(number).unwrap()).collect();
    assert_eq!(network.len(), 6);
    assert!(station(901).is_err());
    assert!(Binary::new("no/binary").is_err() && Variable::new("NO-VARIABLE", "").is_err());
}
