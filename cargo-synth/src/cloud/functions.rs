//! The code of functions, as it is deployed.

use super::{Cloud, Pause, WORKED_OUT, refused};
use crate::error::{Error, Result};
use aws_sdk_lambda::{
    error::ProvideErrorMetadata as _,
    operation::get_function_configuration::GetFunctionConfigurationOutput,
    types::{Architecture, LastUpdateStatus},
};
use aws_smithy_types::base64;
use sha2::{Digest as _, Sha256};
use std::time::Instant;

/// A package's hash as Lambda writes it.
pub(crate) fn code_sha256(package: &[u8]) -> String {
    base64::encode(Sha256::digest(package))
}

impl Cloud {
    /// The hash of a function's code, once no update of the function goes on; none if the last failed.
    pub(crate) async fn code_of(&self, function: &str) -> Result<Option<String>> {
        let found = self.settled_function(function).await?;
        let failed = found.last_update_status == Some(LastUpdateStatus::Failed);
        Ok(found.code_sha256.filter(|_| !failed))
    }

    async fn settled_function(&self, function: &str) -> Result<GetFunctionConfigurationOutput> {
        let (start, mut pause) = (Instant::now(), Pause::new());
        loop {
            let request = self.lambda.get_function_configuration().function_name(function);
            let found = request.send().await.map_err(|error| {
                refused(&format!("the function `{function}` cannot be looked at"), &error)
            })?;
            match found.last_update_status {
                Some(LastUpdateStatus::InProgress) if start.elapsed() < WORKED_OUT => {
                    pause.wait().await;
                }
                _ => return Ok(found),
            }
        }
    }

    /// Starts to give a function its code from a bucket.
    pub(crate) async fn update_code(
        &self,
        function: &str,
        bucket: &str,
        key: &str,
        architecture: Option<&str>,
    ) -> Result<()> {
        let (start, mut pause) = (Instant::now(), Pause::new());
        let architectures = architecture.map(|name| vec![Architecture::from(name)]);
        loop {
            let request = self.lambda.update_function_code().function_name(function);
            let request = request.s3_bucket(bucket).s3_key(key);
            match request.set_architectures(architectures.clone()).send().await {
                Ok(_) => return Ok(()),
                // An update goes on: this one, where its answer was lost and it was sent once more, or
                // somebody else's. The same code twice is the same code.
                Err(error)
                    if error.code() == Some("ResourceConflictException")
                        && start.elapsed() < WORKED_OUT =>
                {
                    pause.wait().await;
                }
                Err(error) => {
                    let what = format!("the code of `{function}` could not be updated");
                    return Err(refused(&what, &error));
                }
            }
        }
    }

    /// Waits until a function has the code that it was given.
    pub(crate) async fn code_updated(&self, function: &str, sha256: &str) -> Result<()> {
        let found = self.settled_function(function).await?;
        let failed = found.last_update_status == Some(LastUpdateStatus::Failed);
        if found.code_sha256.as_deref() == Some(sha256) && !failed {
            return Ok(());
        }
        let reason = found.last_update_status_reason.unwrap_or("AWS gives no reason".to_owned());
        Err(Error::new(format!("the function `{function}` did not take its code"))
            .why(reason)
            .help("run `synth deploy` again: it gives each function the code it should have"))
    }
}
