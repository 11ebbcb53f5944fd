//! Tables, as far as a contract allows.

mod access;
#[cfg(feature = "aws")]
mod aws;
mod compare;
mod condition;
pub(crate) mod item;
pub(crate) mod memory;
mod port;
mod rules;

pub use access::{KeyValue, KeyValues, TableAccess};
pub use condition::{Condition, Operand, Update};
pub use item::{AttributeValue, Attributes};
pub use port::{Act, Page, Read, Schema, Tables, Write, Written};
