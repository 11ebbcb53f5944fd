//! What a handler takes is read from JSON, what it answers, sends and asks is written.

use net_dsl::prelude::*;
use net_runtime::{BoxError, Context, Handler};

pub struct Order;
pub struct Receipt;
pub struct Ticket;
messages! { Order, Receipt, Ticket }
contract! { pub Till: Order => Receipt { sends Ticket } }

struct Clerk;

impl Handler<Till> for Clerk {
    async fn handle(&self, _: Order, context: &Context<Till>) -> Result<Receipt, BoxError> {
        context.send(&Ticket).await?;
        Ok(Receipt)
    }
}

fn main() {}
