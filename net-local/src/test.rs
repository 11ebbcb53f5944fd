//! A network that runs inside a test.

mod request;
mod setup;
mod view;

pub use request::Request;
pub use setup::{Local, StartError, start};
pub use view::{DeadLetter, QueueView, TableView};
