//! What AWS refuses and how it orders, for whoever stands in for it: the memory side's own rules.

pub use crate::capability::{
    bucket::{event::events as bucket_events, memory::Objects},
    message::rules::check as message,
    table::{
        item::{attributes, json, load},
        memory::Rows,
    },
};
