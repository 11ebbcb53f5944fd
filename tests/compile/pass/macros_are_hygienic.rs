//! Whatever a program calls its own things, the macros mean the language's.

#![allow(dead_code, non_camel_case_types, unused_macros)]

mod std {}
mod core {}

use net_dsl::{brick, prelude as dsl};

pub struct Network;
pub enum Result {}
pub enum Option {}
pub struct String;
pub struct Vec;
pub struct PhantomData;
pub struct str;
pub trait Clone {}
pub trait Copy {}
pub trait Debug {}
pub trait Message {}
pub trait Contract {}
pub trait Group {
    fn group(&self) -> u8 {
        1
    }
}
impl<T> Group for T {}

macro_rules! stringify {
    () => {};
}
macro_rules! concat {
    () => {};
}
macro_rules! file {
    () => {};
}
macro_rules! line {
    () => {};
}
macro_rules! column {
    () => {};
}
macro_rules! assert {
    () => {};
}

pub struct Order;
dsl::messages! { Order }
impl dsl::Grouped for Order {
    fn group(&self) -> ::std::string::String {
        ::std::string::String::new()
    }
}
dsl::services! { pub Bank }
dsl::contract! {
    /// Takes orders.
    pub Till: Order => () { sends Order, calls Bank }
    pub Task: dsl::Tick => () {}
    pub Desk: dsl::HttpRequest<Order> => dsl::HttpResponse {}
}

const NAME: &'static ::core::primitive::str = "till";
const BINARY: &'static ::core::primitive::str = "till";
const CRON: &'static ::core::primitive::str = "0 3 * * ? *";
const URL: &'static ::core::primitive::str = "https://bank.example.com";
const FOLDER: &'static ::core::primitive::str = "functions/task";
const RESOURCE_TYPE: &'static ::core::primitive::str = "AWS::S3::Bucket";
const PATH: &'static ::core::primitive::str = "cook.handle";
const SECONDS: u64 = 30;

fn main() {
    use dsl::Links as _;
    let till = dsl::Function::<Till>::builder()
        .name(dsl::name!(NAME))
        .code(dsl::binary!(BINARY))
        .timeout(dsl::seconds!(SECONDS))
        .environment([dsl::variable!("LOG_LEVEL", "info")])
        .build();
    let night = dsl::Schedule::builder().name(dsl::name!("night")).cron(dsl::cron!(CRON)).build();
    let bank = dsl::ExternalService::<Bank>::builder()
        .name(dsl::name!("bank"))
        .base_url(dsl::url!(URL))
        .build();
    let code = dsl::folder!(FOLDER, handler = PATH, runtime = dsl::runtime!("python3.13"));
    let task = dsl::Function::<Task>::builder().name(dsl::name!("task")).code(code).build();
    let bucket = dsl::Raw::builder()
        .name(dsl::name!("bucket"))
        .resource_type(dsl::resource_type!(RESOURCE_TYPE))
        .build();
    let orders = dsl::Queue::<Order>::builder().name(dsl::name!("orders")).build();
    let api = dsl::HttpApi::builder().name(dsl::name!("api")).build();
    let desk = dsl::Function::<Desk>::builder().name(dsl::name!("desk")).build();
    let _network = brick(
        dsl::name!("all"),
        orders.triggers(&till)
            + till.sends_to(&orders)
            + till.calls(&bank)
            + night.triggers(&task)
            + api.routes(dsl::route!(POST "/orders" => Order), &desk)
            + &bucket,
    );
}
