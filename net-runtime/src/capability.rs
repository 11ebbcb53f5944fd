//! What code can do, by kind: the port, and its AWS and its memory side.

pub(crate) mod message;
pub(crate) mod table;
