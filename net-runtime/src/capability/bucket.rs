//! Buckets, as far as a contract allows.

mod access;
#[cfg(feature = "aws")]
mod aws;
pub(crate) mod event;
pub(crate) mod memory;
mod port;
mod rules;

pub use access::{BucketAccess, WrittenAs};
pub use port::{Buckets, Listed, ObjectBody, ObjectInfo, Presign, PresignedMethod};
