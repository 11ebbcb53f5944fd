//! A handler uses all that its contract declares.

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

contract! { pub Kitchen: Order => () { sends Ticket, asks GetPrice, reads Dish, writes Dish, calls Bank } }

struct Cook;

impl Handler<Kitchen> for Cook {
    async fn handle(&self, _: Order, context: &Context<Kitchen>) -> Result<(), BoxError> {
        context.send(&Ticket).await?;
        let _: Price = context.ask(&GetPrice).await?;
        let table = context.table::<Dish>();
        if table.get("soup").await?.is_none() {
            table.put_new(&Dish).await?;
        }
        context.call::<Bank>().get("/").send().await?;
        Ok(())
    }
}

fn main() {}
