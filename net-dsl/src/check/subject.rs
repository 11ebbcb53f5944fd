//! What a finding is about, written only if there is a finding.

use crate::{Id, Verb};
use std::fmt;

/// An entity or a link.
#[derive(Clone, Copy)]
pub(super) enum Subject<'a> {
    Entity(&'a Id),
    /// From an entity, by a verb, to another.
    Link(&'a Id, Verb, &'a Id),
}

impl fmt::Display for Subject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Entity(entity) => write!(f, "`{entity}`"),
            Subject::Link(from, verb, to) => write!(f, "the link `{from} {verb} {to}`"),
        }
    }
}
