//! Secrets in Secrets Manager.

use super::SecretStore;
use crate::{Answer, Aws, Failure, SecretString, backend::aws::failure};

impl SecretStore for Aws {
    fn secret<'a>(&'a self, arn: &'a str) -> Answer<'a, SecretString> {
        Box::pin(async move {
            let request = self.secrets.get_secret_value().secret_id(arn);
            match request.send().await.map_err(failure)?.secret_string {
                Some(text) => Ok(SecretString::from(text)),
                None => Err(Failure::Permanent("the secret is not a text".into())),
            }
        })
    }
}
