//! Inputs read from JSON, and what is wrong with those that are none.

use crate::{Failure, error::told};
use serde::de::DeserializeOwned;
use serde_json::{Value, error::Category};
use serde_path_to_error::{Path, Segment};
use std::fmt;

/// Why something is not the input that it should be: where, and not what is there, which may be
/// anything, even a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flaw {
    /// Which field it is, as in `items[1].price`; empty if it is the whole.
    pub(crate) field: String,
    pub(crate) why: String,
}

impl Flaw {
    pub(crate) fn of(error: &serde_path_to_error::Error<serde_json::Error>) -> Flaw {
        let why = error.inner().to_string();
        let mut field = field(error.path());
        if matches!(error.inner().classify(), Category::Syntax | Category::Eof) {
            return Flaw { field, why: format!("it is no JSON: {why}") };
        }
        // Serde knows the object that lacks it.
        if let Some((name, _)) =
            why.strip_prefix("missing field `").and_then(|rest| rest.split_once('`'))
        {
            push_name(&mut field, name);
        }
        Flaw { field, why: told(&why) }
    }

    pub(crate) fn whole(why: impl Into<String>) -> Flaw {
        Flaw { field: String::new(), why: why.into() }
    }

    pub(crate) fn failure(self, expected: &'static str) -> Failure {
        Failure::Malformed { expected, why: self.to_string() }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field.as_str() {
            "" => f.write_str(&self.why),
            field => write!(f, "`{field}`: {}", self.why),
        }
    }
}

/// Reads an input.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn read<T: DeserializeOwned>(value: Value) -> Result<T, Flaw> {
    serde_path_to_error::deserialize(value).map_err(|error| Flaw::of(&error))
}

fn field(path: &Path) -> String {
    let mut field = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => field.push_str(&format!("[{index}]")),
            Segment::Map { key } => push_name(&mut field, key),
            Segment::Enum { variant } => push_name(&mut field, variant),
            Segment::Unknown => {}
        }
    }
    field
}

/// A map's keys are the sender's: they are cut and escaped.
fn push_name(field: &mut String, name: &str) {
    if !field.is_empty() {
        field.push('.');
    }
    for c in name.chars().take(60) {
        if c.is_control() {
            field.extend(c.escape_default());
        } else {
            field.push(c);
        }
    }
}
