//! Which events of a source a link hands over.

use crate::facts::Value;
use smol_str::SmolStr;

/// Which events of a source a link hands over: all, unless the source has more than one kind of them.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// What tells the link from others between the same two entities, and what diagrams call it.
    pub(crate) label: SmolStr,
    /// The same as attributes.
    pub(crate) facts: Vec<(&'static str, Value)>,
}
