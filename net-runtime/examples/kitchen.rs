//! A function's binary as it runs on Lambda: one contract, one handler, one line of `main`.

use net_dsl::prelude::*;
use net_runtime::{BoxError, Context, Handler};
use serde::{Deserialize, Serialize};
use std::process::ExitCode;

#[derive(Deserialize)]
struct Order {
    id: String,
    dish: String,
}

#[derive(Serialize)]
struct Ticket {
    dish: String,
}

/// An order that was seen, so that it is cooked once however often it comes.
#[derive(Serialize, Deserialize)]
struct Seen {
    id: String,
}

messages! { Order, Ticket }

impl Item for Seen {
    const NAME: &'static str = "Seen";
    const PARTITION: Key = Key::text("id");
}

contract! {
    Kitchen: Order => () {
        sends Ticket,
        writes Seen,
    }
}

struct Cook;

impl Handler<Kitchen> for Cook {
    async fn handle(&self, order: Order, context: &Context<Kitchen>) -> Result<(), BoxError> {
        if order.dish == "burnt" {
            return Err("it is burnt".into());
        }
        if context.table::<Seen>().put_new(&Seen { id: order.id }).await? {
            context.send(&Ticket { dish: order.dish }).await?;
        }
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    net_runtime::run::<Kitchen>(Cook).await
}
