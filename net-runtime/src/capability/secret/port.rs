//! What a back end does with secrets.

use crate::{Answer, SecretString};

/// Where secrets are kept.
pub trait SecretStore {
    /// The value of the secret of an ARN.
    fn secret<'a>(&'a self, arn: &'a str) -> Answer<'a, SecretString>;
}
