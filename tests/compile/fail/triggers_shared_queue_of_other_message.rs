//! The same mistake with entities that are statics.

use net_dsl::prelude::*;
use once_cell::sync::Lazy;

pub struct Order;
pub struct Receipt;
messages! { Order, Receipt }
contract! { pub Kitchen: Order => () {} }

static RECEIPTS: Lazy<Queue<Receipt>> =
    Lazy::new(|| Queue::builder().name(name!("receipts")).build());
static KITCHEN: Lazy<Function<Kitchen>> =
    Lazy::new(|| Function::builder().name(name!("kitchen")).build());

fn main() {
    RECEIPTS.triggers(&KITCHEN);
}
