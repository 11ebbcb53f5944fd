//! Functions on Lambda.

use super::Invocations;
use crate::{Answer, Aws, Failure, Parcel, backend::aws::failure};
use aws_sdk_lambda::{primitives::Blob, types::InvocationType};
use serde_json::Value;

impl Aws {
    /// Invokes a function, and waits for its answer or only until Lambda has taken the payload.
    pub(crate) async fn invoke(
        &self,
        arn: &str,
        parcel: &Parcel,
        how: InvocationType,
    ) -> Result<Value, Failure> {
        let request = self.lambda.invoke().function_name(arn).invocation_type(how);
        let answer = request.payload(Blob::new(parcel.payload())).send().await.map_err(failure)?;
        let text = answer.payload.map(Blob::into_inner).unwrap_or_default();
        if answer.function_error.is_some() {
            let text = String::from_utf8_lossy(&text).chars().take(500).collect::<String>();
            return Err(Failure::Permanent(format!("the function failed: {text}").into()));
        }
        if text.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&text).map_err(|error| Failure::malformed("reply", error))
    }
}

impl Invocations for Aws {
    fn ask<'a>(&'a self, function: &'a str, parcel: Parcel) -> Answer<'a, Value> {
        Box::pin(
            async move { self.invoke(function, &parcel, InvocationType::RequestResponse).await },
        )
    }
}
