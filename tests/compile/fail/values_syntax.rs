//! The macros of values say what they take.

use net_dsl::prelude::*;

pub struct Order;
messages! { Order }

fn main() {
    name!();
    name!("front", "back");
    binary!();
    folder!("functions/cook");
    folder!("functions/cook", handler = "cook.handle");
    folder!("functions/cook", Runtime::PYTHON_3_13, "cook.handle");
    runtime!("python", "3.13");
    url!();
    cron!("0", "3", "*", "*", "?", "*");
    resource_type!("AWS", "S3", "Bucket");
    variable!("LOG_LEVEL");
    variable!("LOG_LEVEL" => "info");
    seconds!();
    minutes!(5 minutes);
    hours!(1, 2);
    days!(one two);
    mebibytes!(256 MiB);
    count!();
    route!(GET, "/orders");
    route!("GET /orders");
    route!("GET" "/orders");
    route!(POST "/orders" -> Order);
    route!(POST "/orders", Order);
    route!(GET);
}
