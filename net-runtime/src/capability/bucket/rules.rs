//! What S3 refuses, in its words: the rules of the memory side.

use super::{ObjectBody, Presign};
use crate::Failure;

/// A key in bytes of UTF-8 ("Naming Amazon S3 objects").
const KEY: usize = 1_024;
/// What one request writes ("PutObject": 5 GB).
const BODY: u64 = 5 * 1_024 * 1_024 * 1_024;
/// A URL's life in seconds ("Authenticating requests: using query parameters", `X-Amz-Expires`).
const EXPIRES: u64 = 604_800;
/// Objects of one page ("ListObjectsV2").
pub(super) const PAGE: usize = 1_000;

/// Whether a key can be one.
///
/// # Errors
/// What S3 answers if it cannot.
pub(super) fn key(key: &str) -> Result<(), Failure> {
    if key.len() > KEY {
        return Err(refused("KeyTooLongError: Your key is too long"));
    }
    Ok(())
}

/// Whether one request may write so much.
///
/// # Errors
/// What S3 answers if not.
pub(super) fn body(body: &ObjectBody) -> Result<(), Failure> {
    size(body.bytes.len() as u64)
}

fn size(bytes: u64) -> Result<(), Failure> {
    if bytes > BODY {
        return Err(refused(
            "EntityTooLarge: Your proposed upload exceeds the maximum allowed size",
        ));
    }
    Ok(())
}

/// Whether a URL may live so long.
///
/// # Errors
/// What S3 answers whoever uses it if not.
pub(super) fn presign(presign: &Presign) -> Result<(), Failure> {
    if presign.expires.as_secs() > EXPIRES {
        return Err(refused(
            "AuthorizationQueryParametersError: X-Amz-Expires must be less than a week (in seconds); that \
             is, the given X-Amz-Expires must be less than 604800 seconds",
        ));
    }
    Ok(())
}

fn refused(text: &'static str) -> Failure {
    Failure::Permanent(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_request_writes_five_gigabytes() {
        assert!(size(BODY).is_ok());
        assert!(size(BODY + 1).is_err());
    }
}
