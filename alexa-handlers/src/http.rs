//! Answers of other people's servers, read within bounds.

use net_runtime::CallError;
use reqwest::Response;
use serde_json::Value;

/// The body of an answer as JSON; null if it is none, or longer than a number of bytes.
///
/// # Errors
/// [`CallError`], if the body breaks off.
pub async fn read_json(mut response: Response, most: usize) -> Result<Value, CallError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > most {
            return Ok(Value::Null);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(serde_json::from_slice(&body).unwrap_or_default())
}

/// What is enough for a token and for an error.
pub(crate) const SMALL: usize = 64 * 1024;

/// A part of a path, of whatever text others have chosen.
pub(crate) fn escape(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
