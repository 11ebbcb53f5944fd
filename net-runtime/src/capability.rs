//! What code can do, by kind: the port that a back end implements, and its AWS and its memory side.

pub(crate) mod bucket;
pub(crate) mod clock;
pub(crate) mod http;
pub(crate) mod invocation;
pub(crate) mod message;
pub(crate) mod random;
pub(crate) mod secret;
pub(crate) mod table;
