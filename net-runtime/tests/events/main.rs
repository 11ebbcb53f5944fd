//! What a function makes of Lambda's events: which messages it sends, what it reports when something
//! hangs or fails, what of a request reaches its code.

mod buckets;
mod buses;
mod deduplication;
mod hanging;
mod http;
mod services;
mod support;
