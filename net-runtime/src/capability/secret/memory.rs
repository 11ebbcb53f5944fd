//! Secrets in memory.

use super::SecretStore;
use crate::{Answer, Failure, Memory, SecretString};
use std::collections::HashMap;

/// Secrets by ARN.
#[derive(Default)]
pub(crate) struct Values(HashMap<String, String>);

impl Memory {
    /// Gives a secret a value.
    pub fn set_secret(&self, arn: &str, value: &str) {
        self.state().secrets.0.insert(arn.to_owned(), value.to_owned());
    }
}

impl SecretStore for Memory {
    fn secret<'a>(&'a self, arn: &'a str) -> Answer<'a, SecretString> {
        self.answer(arn, |state| match state.secrets.0.get(arn) {
            Some(secret) => Ok(SecretString::from(secret.clone())),
            None => Err(Failure::Permanent("there is no such secret".into())),
        })
    }
}
