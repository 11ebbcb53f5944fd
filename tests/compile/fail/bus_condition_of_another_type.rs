//! A number is no text, and an object is no single value.

use net_dsl::prelude::*;

pub struct Customer {
    pub country: String,
}
pub struct Placed {
    pub total: u32,
    pub customer: Customer,
}
events! { Placed from "my.shop" }

fn main() {
    let _ = field!(Placed, total).is(["100"]);
    let _ = field!(Placed, customer.country).at_least(100);
    let _ = field!(Placed, customer).exists();
}
