//! Secrets Manager as functions call it ("GetSecretValue").

use super::Refusal;
use crate::engine::port::Port;
use net_runtime::{ExposeSecret as _, SecretStore as _};
use serde_json::{Value, json};

pub(super) async fn answer(
    port: &Port,
    operation: &str,
    request: &Value,
) -> Result<Value, Refusal> {
    if operation != "GetSecretValue" {
        return Err(Refusal::unknown(&format!("secretsmanager.{operation}")));
    }
    let arn = request["SecretId"].as_str().unwrap_or_default();
    let secret = port.secret(arn).await?;
    let name = arn.rsplit(':').next().unwrap_or_default();
    Ok(json!({
        "ARN": arn,
        "Name": name,
        "SecretString": secret.expose_secret(),
        "VersionId": "00000000-0000-4000-8000-000000000000",
    }))
}
