//! What macros declare inside collides with no constant of the program.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

const NAME: &str = "orders";
const TEXT: &str = "others";

fn main() {
    let (orders, others) = (name!(NAME), name!(TEXT));
    assert_eq!((orders.to_string(), others.to_string()), (NAME.to_owned(), TEXT.to_owned()));
    assert_eq!(orders.origin().line(), 12);
}
