//! Serverless networks as typed values.
//!
//! A [`Network`] is a set of named entities (functions, queues, tables, …) and links between them.
//! Networks add up with `+`, which overlays entities of the same name; whatever is wrong with one
//! end of a link is wrong for the compiler already.
//!
//! ```
//! use net_dsl::{brick, prelude::*};
//!
//! pub struct Order { pub dish: String }
//! messages! { Order }
//!
//! contract! {
//!     /// Takes orders at a till.
//!     pub Till: Tick => () { sends Order }
//!     /// Cooks what was ordered.
//!     pub Kitchen: Order => () {}
//! }
//!
//! fn orders() -> Queue<Order> {
//!     Queue::builder().name(name!("orders")).build()
//! }
//!
//! fn front() -> Network {
//!     let till = Function::<Till>::builder().name(name!("till")).build();
//!     brick(name!("front"), till.sends_to(&orders()))
//! }
//!
//! fn back() -> Network {
//!     let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
//!     brick(name!("back"), orders().triggers(&kitchen))
//! }
//!
//! let restaurant = front() + back();
//! assert_eq!(restaurant.len(), 3);
//! ```
//!
//! This crate is the language: pure data, no input or output, no AWS. `net-synth` turns a network
//! into templates.

// Where a match depends on a kind or a verb, a new one has to be answered before it compiles.
#![deny(clippy::wildcard_enum_match_arm)]

pub mod binding;
mod bounded;
pub mod check;
mod contract;
pub mod entity;
pub mod facts;
mod file;
pub mod given;
pub mod link;
pub mod logical;
mod name;
mod network;
mod number;
mod once;
mod origin;
pub mod property;
pub mod reference;
mod setting;
pub mod text;
mod verb;

pub use bounded::{Bounded, InMebibytes, InSeconds, InUnits, OutOfRange, Range, range};
pub use contract::{
    Answers, Asks, CallsService, Contract, Grouped, Item, Key, KeyType, Message, Need, Payload,
    ReadsItem, Request, Sends, Service, Takes, WritesItem,
};
#[doc(hidden)]
pub use contract::{GroupOfAny, GroupOfGrouped, GroupProbe, IsAny, IsGrouped};
pub use entity::{
    Handle, Kind, Removal,
    alexa_skill::AlexaSkill,
    bucket::{Bucket, BucketEvents, Created, Object, Removed},
    event_bus::{BusEvents, Event, EventBus},
    external_service::ExternalService,
    fifo_queue::FifoQueue,
    function::{Architecture, Function, FunctionCode, Runtime, set_variable},
    http_api::{
        Body, HttpApi, HttpRequest, HttpResponse, InvalidRequest, RawBody, RequestContext, Route,
    },
    queue::Queue,
    raw::Raw,
    schedule::{Schedule, Tick},
    table::{Change, Table, TableStream},
    topic::Topic,
};
pub use facts::Facts;
pub use link::{Linked, Links};
pub use name::{Id, InvalidName, Name, Named};
pub use network::{
    FORMAT, Flow, Graph, GraphNode, Link, Mention, Network, OpenEnd, ReadError, Summand, VERSION,
    brick,
};
pub use number::{InvalidNumber, Number, NumberSet};
#[doc(hidden)]
pub use number::{NUMBER, NUMBERS};
pub use once::Once;
pub use origin::Origin;
pub use property::accept;
pub use reference::{HasArn, Reference, Refers, arn_of, attribute_of, ref_of};
pub use setting::Setting;
pub use verb::{NeedWords, Verb, VerbDescriptor};

/// What a file that declares networks needs in scope.
pub mod prelude {
    pub use crate::{
        AlexaSkill, Architecture, Bucket, Change, Contract, Created, Event, EventBus,
        ExternalService, FifoQueue, Function, Grouped, Handle, HttpApi, HttpRequest, HttpResponse,
        Item, Key, Links, Message, Name, Network, Object, Once, Queue, Raw, RawBody, Removal,
        Removed, Request, Runtime, Schedule, Service, Table, Tick, Topic, arn_of, attribute_of,
        binary, contract, count, cron, days, events, field, folder, hours, key_part, mebibytes,
        messages, minutes, name, objects, ref_of, resource_type, route, runtime, seconds, services,
        url, variable,
    };
}
