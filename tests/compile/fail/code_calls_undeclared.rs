//! The code calls a service that its contract does not declare.

use net_dsl::prelude::*;
use net_runtime::{BoxError, Context, Handler};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub struct Order;
#[derive(Serialize, Deserialize)]
pub struct Ticket;
#[derive(Serialize, Deserialize)]
pub struct GetPrice;
#[derive(Serialize, Deserialize)]
pub struct Price;
messages! { Order, Ticket, GetPrice, Price }

impl Request for GetPrice {
    type Reply = Price;
}

#[derive(Serialize, Deserialize)]
pub struct Dish;

impl Item for Dish {
    const NAME: &'static str = "Dish";
    const PARTITION: Key = Key::text("name");
}

services! { pub Bank }

contract! { pub Kitchen: Order => () { sends Ticket } }

struct Cook;

impl Handler<Kitchen> for Cook {
    async fn handle(&self, _: Order, context: &Context<Kitchen>) -> Result<(), BoxError> {
        context.call::<Bank>().get("/").send().await?;
        Ok(())
    }
}

fn main() {}
