//! What a back end does with a request to another function.

use crate::{Answer, Parcel};
use serde_json::Value;

/// Functions that answer.
pub trait Invocations {
    /// Invokes a function and waits for what it answers, as JSON.
    fn ask<'a>(&'a self, function: &'a str, parcel: Parcel) -> Answer<'a, Value>;
}
