//! `+`, `+=`, `sum` and `collect`, of links, handles and networks.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! {
    pub Till: Tick => () { sends Order }
    pub Kitchen: Order => () {}
}

fn main() {
    let till = Function::<Till>::builder().name(name!("till")).build();
    let orders = Queue::<Order>::builder().name(name!("orders")).build();
    let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();

    let added = till.sends_to(&orders) + orders.triggers(&kitchen) + &kitchen + Network::empty();

    let mut grown = Network::empty();
    grown += &till;
    grown += added.clone();
    grown += [&orders].into_iter().sum::<Network>();

    let summed: Network = [added.clone(), Network::empty(), grown].into_iter().sum();
    let collected: Network = vec![added.clone(), Network::from(&orders)].into_iter().collect();
    let handles: Network = [&till, &till].into_iter().collect();

    assert_eq!(added, summed);
    assert_eq!(added, collected);
    assert!(added.contains(&handles));

    let links: Network = [till.sends_to(&orders)].into_iter().sum();
    assert_eq!(links.len(), 2);

    // A sum may start with an entity.
    assert_eq!(&till + &kitchen, Network::from(&till) + &kitchen);
    assert_eq!(&kitchen + links.clone(), links.clone() + &kitchen);
    let nightly = Schedule::builder().name(name!("nightly")).cron(cron!("0 3 * * ? *")).build();
    assert_eq!((&nightly + &till).len(), 2);

    // By reference, perhaps, and several at once.
    assert_eq!(added.clone() + &added, added);
    assert_eq!(&added + &added, added);
    assert_eq!(added.clone() + Some(&till), added);
    assert_eq!(added.clone() + None::<Network>, added);
    let again = added.clone() + true.then(|| till.sends_to(&orders));
    assert!(again.is_equivalent(&added));
    assert_eq!(
        added.clone() + (&till, links.clone(), Some(&orders)),
        added.clone() + links.clone()
    );
    assert_eq!(added.clone() + (&till,) + [&orders, &orders] + vec![links.clone()], added + links);
}
