//! A network that runs inside a test.

mod bucket;
mod request;
mod setup;
mod view;

pub use bucket::BucketView;
pub use request::Request;
pub use setup::{Local, StartError, start};
pub use view::{DeadLetter, QueueView, TableView};
