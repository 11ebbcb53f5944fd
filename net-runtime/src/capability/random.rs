//! Random numbers.

#[cfg(feature = "aws")]
use crate::Aws;
use crate::Memory;

/// Where random numbers come from.
pub trait Randomness {
    /// A random number.
    fn random(&self) -> u64 {
        uuid::Uuid::new_v4().as_u64_pair().1
    }
}

#[cfg(feature = "aws")]
impl Randomness for Aws {}

impl Randomness for Memory {}

/// An id that nobody else makes: a UUID of version 4.
pub(crate) fn unique(random: &(impl Randomness + ?Sized)) -> String {
    let bytes = [random.random(), random.random()].map(u64::to_be_bytes).concat();
    let bytes = <[u8; 16]>::try_from(bytes).unwrap_or_default();
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}
