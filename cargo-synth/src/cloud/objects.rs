//! The bucket with the packages, and what is in it.

use super::{Cloud, Pause, SILENCE, WORKED_OUT, refused};
use crate::error::{Error, Result};
use aws_sdk_cloudformation::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::{
    config::Builder,
    primitives::ByteStream,
    types::{BucketLocationConstraint, ChecksumMode, CreateBucketConfiguration},
};
use aws_smithy_types::{base64, timeout::TimeoutConfig};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::time::{Duration, Instant};

/// What became of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Uploaded {
    /// It was there, byte by byte.
    Already,
    /// It was not there.
    New,
    /// Something else was there under its name.
    Instead,
}

/// How a bucket takes requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    /// By TLS alone.
    Tls,
    /// Without TLS too, as far as its policy says.
    Any,
}

/// The slowest line that an upload is waited for on, in bytes a second.
const SLOWEST: u64 = 20_000;

impl Cloud {
    /// Makes a bucket, unless this account has it; whether it was made.
    pub(crate) async fn ensure_bucket(&self, bucket: &str) -> Result<bool> {
        let (start, mut pause) = (Instant::now(), Pause::new());
        loop {
            match self.try_bucket(bucket).await? {
                Some(is_made) => return Ok(is_made),
                None if start.elapsed() < WORKED_OUT => pause.wait().await,
                None => {
                    return Err(Error::new(format!("the bucket `{bucket}` does not come to be"))
                        .why("somebody else has made or deleted it all the while")
                        .help("choose another: `--bucket NAME`"));
                }
            }
        }
    }

    /// The same; none where somebody else makes or deletes it just now.
    async fn try_bucket(&self, bucket: &str) -> Result<Option<bool>> {
        let asked =
            self.s3.head_bucket().bucket(bucket).expected_bucket_owner(&self.account).send().await;
        let error = match asked {
            Ok(_) => return Ok(Some(false)),
            Err(error) => error,
        };
        let why = match error.raw_response().map(|response| response.status().as_u16()) {
            Some(404) => None,
            Some(301) => Some("it is in another region, and Lambda fetches code from its own"),
            _ => Some("it belongs to somebody else, or you may not read it"),
        };
        if let Some(why) = why {
            return Err(refused(&format!("the bucket `{bucket}` cannot be used"), &error)
                .why(why)
                .help("choose another: `--bucket NAME`"));
        }
        let place = (self.region != "us-east-1").then(|| {
            CreateBucketConfiguration::builder()
                .location_constraint(BucketLocationConstraint::from(self.region.as_str()))
                .build()
        });
        let request = self.s3.create_bucket().bucket(bucket).set_create_bucket_configuration(place);
        match request.send().await {
            Ok(_) => Ok(Some(true)),
            // Another deployment was faster, or this one, and its answer was lost.
            Err(error) if error.code() == Some("BucketAlreadyOwnedByYou") => Ok(Some(true)),
            // "A conflicting conditional operation is currently in progress against this resource" (S3 API
            // reference, error responses).
            Err(error) if error.code() == Some("OperationAborted") => Ok(None),
            Err(error) => Err(refused(&format!("the bucket `{bucket}` could not be made"), &error)),
        }
    }

    /// Has a bucket take requests by TLS alone, if it has no policy yet and is ours to give one; how
    /// it takes them then. A policy that is there is left as it is.
    pub(crate) async fn ensure_tls(&self, bucket: &str, is_ours: bool) -> Result<Transport> {
        let policy = self.s3.get_bucket_policy().bucket(bucket);
        let policy = match policy.expected_bucket_owner(&self.account).send().await {
            Ok(found) => found.policy.unwrap_or_default(),
            Err(error) if error.code() == Some("NoSuchBucketPolicy") => String::new(),
            // Who may upload may not look at policies, perhaps.
            Err(SdkError::ServiceError(_)) => return Ok(Transport::Any),
            Err(error) => {
                return Err(refused(
                    &format!("the policy of the bucket `{bucket}` cannot be read"),
                    &error,
                ));
            }
        };
        if !policy.is_empty() {
            return Ok(if denies_plain(&policy) { Transport::Tls } else { Transport::Any });
        }
        if !is_ours {
            return Ok(Transport::Any);
        }
        let request = self.s3.put_bucket_policy().bucket(bucket);
        let request = request.policy(tls_alone(&self.partition, bucket));
        match request.expected_bucket_owner(&self.account).send().await {
            Ok(_) => Ok(Transport::Tls),
            Err(SdkError::ServiceError(_)) => Ok(Transport::Any),
            Err(error) => Err(refused(
                &format!("the policy of the bucket `{bucket}` could not be written"),
                &error,
            )),
        }
    }

    /// Uploads what is named by its content, unless just that is there. S3 checks what it is sent, and
    /// says the hash of what it has.
    pub(crate) async fn upload(&self, bucket: &str, key: &str, bytes: Vec<u8>) -> Result<Uploaded> {
        let sha256 = base64::encode(Sha256::digest(&bytes));
        let object = self.s3.head_object().bucket(bucket).key(key);
        let object = object.checksum_mode(ChecksumMode::Enabled);
        let done = match object.expected_bucket_owner(&self.account).send().await {
            Ok(found) if found.checksum_sha256.as_deref() == Some(&sha256) => {
                return Ok(Uploaded::Already);
            }
            Ok(found) => {
                let length = u64::try_from(found.content_length.unwrap_or_default()).ok();
                if length == Some(bytes.len() as u64) && self.has(bucket, key, &sha256).await? {
                    return Ok(Uploaded::Already);
                }
                Uploaded::Instead
            }
            Err(SdkError::ServiceError(error)) if error.err().is_not_found() => Uploaded::New,
            Err(error) => {
                return Err(refused(&format!("`{key}` in `{bucket}` cannot be looked at"), &error));
            }
        };
        let patience = SILENCE + Duration::from_secs(bytes.len() as u64 / SLOWEST);
        let patience = TimeoutConfig::builder().read_timeout(patience).build();
        let object = self.s3.put_object().bucket(bucket).key(key).body(ByteStream::from(bytes));
        let object = object.checksum_sha256(sha256).expected_bucket_owner(&self.account);
        let object = object.customize().config_override(Builder::new().timeout_config(patience));
        object.send().await.map_err(|error| {
            refused(&format!("`{key}` could not be uploaded to `{bucket}`"), &error)
        })?;
        Ok(done)
    }

    /// Whether an object is what it should be, as its bytes say: S3 has no SHA-256 of it.
    async fn has(&self, bucket: &str, key: &str, sha256: &str) -> Result<bool> {
        let unreadable = || format!("`{key}` in `{bucket}` cannot be read");
        let object = self.s3.get_object().bucket(bucket).key(key);
        let found = object.expected_bucket_owner(&self.account).send().await;
        let found = found.map_err(|error| refused(&unreadable(), &error))?;
        let bytes = found.body.collect().await;
        let bytes = bytes.map_err(|error| Error::new(unreadable()).why(error.to_string()))?;
        Ok(base64::encode(Sha256::digest(bytes.into_bytes())) == sha256)
    }
}

/// A policy that takes requests by TLS alone (S3 user guide, "Managing access to only HTTPS").
fn tls_alone(partition: &str, bucket: &str) -> String {
    let arn = format!("arn:{partition}:s3:::{bucket}");
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [arn, format!("{arn}/*")],
            "Condition": { "Bool": { "aws:SecureTransport": "false" } },
        }],
    })
    .to_string()
}

/// Whether a policy denies what comes without TLS to everybody.
fn denies_plain(policy: &str) -> bool {
    let policy: Value = serde_json::from_str(policy).unwrap_or_default();
    let statements = match &policy["Statement"] {
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    statements.iter().any(|statement| {
        let plain = &statement["Condition"]["Bool"]["aws:SecureTransport"];
        let principal = &statement["Principal"];
        let is_everybody = principal == "*" || principal["AWS"] == "*";
        statement["Effect"] == "Deny"
            && is_everybody
            && (plain == "false" || *plain == Value::Bool(false))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_denies_plain_requests_is_known() {
        assert!(denies_plain(&tls_alone("aws", "packages")));
        let one = tls_alone("aws", "packages").replace(['[', ']'], "");
        assert!(!denies_plain(&one), "it is no JSON");
        assert!(!denies_plain("{}"));
        assert!(!denies_plain(&tls_alone("aws", "packages").replace("Deny", "Allow")));
    }
}
