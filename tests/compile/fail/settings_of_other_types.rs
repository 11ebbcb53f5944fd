//! What a setting does not take is answered with how it is written.

use net_dsl::prelude::*;
use std::time::Duration;

pub struct Order;
messages! { Order }
services! { Bank }
contract! { pub Cook: Order => () {} }
contract! { pub Till: HttpRequest<Order> => HttpResponse {} }

pub struct Dish;
impl Item for Dish {
    const NAME: &'static str = "Dish";
    const PARTITION: Key = Key::text("name");
}

fn main() {
    let function = Function::<Cook>::builder;
    function().name(String::from("cook"));
    function().timeout(Duration::from_secs(30));
    function().memory(256);
    function().reserved_concurrency(10);
    function().log_retention("30 days");
    function().architecture("arm64");
    function().code("cook");
    function().environment([("LOG_LEVEL", "info")]);

    let queue = Queue::<Order>::builder;
    queue().visibility_timeout(30);
    queue().retention(30u64);
    queue().delay(1.5);
    queue().max_receives(5);
    queue().deadline(Some(seconds!(30)));

    Table::<Dish>::builder().removal("retain");
    Schedule::builder().name(name!("night")).cron("0 3 * * ? *");
    Schedule::builder().name(name!("clock")).rate(60);
    ExternalService::<Bank>::builder().base_url("https://bank.example.com");
    Raw::builder().resource_type("AWS::S3::Bucket");

    let orders = queue().name(name!("orders")).build();
    let cook = function().name(name!("cook")).build();
    let _ = orders.triggers(&cook).batch_size(10);
    let _ = orders.triggers(&cook).batch_window(10);
    let _ = orders.triggers(&cook).max_concurrency(10);

    let api = HttpApi::builder().name(name!("api")).build();
    let till = Function::<Till>::builder().name(name!("till")).build();
    let _ = api.routes("POST /orders", &till);
}
