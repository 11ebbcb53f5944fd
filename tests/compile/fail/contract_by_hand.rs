//! Contracts are declared by `contract!`, and so are their needs.

use net_dsl::{Contract, Need, ReadsItem, Sends, Takes, prelude::*};

pub struct Order;
pub struct Receipt;
messages! { Order, Receipt }
pub struct Dish;
impl Item for Dish {
    const NAME: &'static str = "Dish";
    const PARTITION: Key = Key::text("name");
}
contract! { pub Till: Order => () {} }

impl Sends<Receipt> for Till {}
impl ReadsItem<Dish> for Till {}
impl Takes<Receipt> for Till {}

pub enum Mine {}
impl Contract for Mine {
    type Input = Order;
    type Output = ();
    const NAME: &'static str = "Mine";
    const NEEDS: &'static [Need] = &[];
}

fn main() {}
