//! AWS: SQS, SNS, Lambda, DynamoDB and Secrets Manager.

use crate::Failure;
use aws_config::{BehaviorVersion, SdkConfig, timeout::TimeoutConfig};
use aws_sdk_dynamodb::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};
use std::time::Duration;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(2);
/// How long one attempt may take: longer than the slowest of these services takes for what is small, and
/// short enough for a second attempt in the 30 seconds that a function has if nothing else is said.
const ATTEMPT: Duration = Duration::from_secs(5);
/// How long one attempt may take that moves an object.
#[cfg(feature = "s3")]
const TRANSFER: Duration = Duration::from_secs(60);

/// AWS, as the standard configuration finds it: on Lambda, by the function's own role.
///
/// Clients are made once and keep their connections. A connection is waited for 2 seconds and an answer
/// 5 seconds, three times at the most; another function's answer for as long as the run has time.
#[derive(Clone, Debug)]
pub struct Aws {
    pub(crate) sqs: aws_sdk_sqs::Client,
    pub(crate) sns: aws_sdk_sns::Client,
    pub(crate) lambda: aws_sdk_lambda::Client,
    pub(crate) dynamodb: aws_sdk_dynamodb::Client,
    pub(crate) secrets: aws_sdk_secretsmanager::Client,
    /// For what is called without an SDK.
    pub(crate) config: SdkConfig,
    pub(crate) http: reqwest::Client,
    #[cfg(feature = "s3")]
    pub(crate) s3: aws_sdk_s3::Client,
}

impl Aws {
    /// Reads the standard configuration of the environment.
    pub async fn from_environment() -> Aws {
        Aws::new(&aws_config::defaults(BehaviorVersion::latest()).load().await)
    }

    /// With a configuration of one's own, for tests; its timeouts are replaced.
    pub fn new(config: &SdkConfig) -> Aws {
        // One connection that hangs does not take the time of the whole run: a request that is not
        // answered is tried on another one.
        let times = TimeoutConfig::builder().connect_timeout(CONNECT);
        let answered = times.clone().operation_attempt_timeout(ATTEMPT).build();
        let config = config.to_builder().timeout_config(answered).build();
        // An object takes as long as its bytes take.
        #[cfg(feature = "s3")]
        let s3 = {
            let moved = times.clone().operation_attempt_timeout(TRANSFER).build();
            let s3 = aws_sdk_s3::config::Builder::from(&config).timeout_config(moved);
            // Engines on one machine have no host for each bucket.
            let by_path = config.endpoint_url().is_some();
            aws_sdk_s3::Client::from_conf(s3.force_path_style(by_path).build())
        };
        // A function that is asked answers when it is done, which may take as long as the run has.
        let asked = aws_sdk_lambda::config::Builder::from(&config);
        let asked = asked.timeout_config(times.build()).build();
        let http = reqwest::Client::builder().connect_timeout(CONNECT).timeout(ATTEMPT).build();
        Aws {
            http: http.unwrap_or_default(),
            sqs: aws_sdk_sqs::Client::new(&config),
            sns: aws_sdk_sns::Client::new(&config),
            lambda: aws_sdk_lambda::Client::from_conf(asked),
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            secrets: aws_sdk_secretsmanager::Client::new(&config),
            #[cfg(feature = "s3")]
            s3,
            config,
        }
    }
}

/// Refused requests do not get better by trying again; everything else may.
pub(crate) fn failure<E>(error: SdkError<E, HttpResponse>) -> Failure
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let code = error.code().unwrap_or_default();
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    let refused = matches!(error, SdkError::ServiceError(_) | SdkError::ConstructionFailure(_))
        && status < 500
        && status != 429
        && !code.contains("Throttl")
        && !code.contains("Exceeded")
        && !code.contains("TransactionConflict")
        && !code.contains("TransactionInProgress")
        && !code.contains("TooManyRequests")
        && !code.contains("Internal")
        && !code.contains("Unavailable");
    let text = match error.message() {
        Some(message) => format!("{code}: {message}"),
        None => error.to_string(),
    };
    if refused { Failure::Permanent(text.into()) } else { Failure::Temporary(text.into()) }
}
