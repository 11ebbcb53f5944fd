//! A request over HTTP starts a run, and is not sent on.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }
contract! { pub Till: HttpRequest<Order> => HttpResponse { sends HttpRequest<Order> } }

fn main() {}
