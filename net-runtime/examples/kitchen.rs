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

messages! { Order, Ticket }

contract! {
    Kitchen: Order => () {
        sends Ticket,
        writes Once,
    }
}

struct Cook;

impl Handler<Kitchen> for Cook {
    async fn handle(&self, order: Order, context: &Context<Kitchen>) -> Result<(), BoxError> {
        // Messages come at least once; an order is cooked once.
        context
            .once(&order.id, async {
                if order.dish == "burnt" {
                    return Err("it is burnt".into());
                }
                context.send(&Ticket { dish: order.dish }).await?;
                Ok(())
            })
            .await
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    net_runtime::run::<Kitchen>(Cook).await
}
