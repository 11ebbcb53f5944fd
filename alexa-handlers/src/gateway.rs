//! Alexa's event gateway, and what its answers mean.

use crate::http::{SMALL, read_json};
use alexa_patterns::message::Token;
use net_runtime::ServiceClient;
use reqwest::header::HeaderMap;
use serde_json::Value;
use std::time::Duration;

/// What the gateway makes of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// 202: it is taken, which does not mean that Alexa has said it.
    Taken,
    /// 400: it is malformed; the same again will not do.
    Malformed(String),
    /// 401: the token is no good.
    TokenRefused,
    /// 403: the customer has disabled the skill, or had a moment ago.
    SkillDisabled,
    /// 403 and 404: the skill may not send events, or is not known.
    SkillMisconfigured(String),
    /// 403 for no known reason: perhaps the token, perhaps the region.
    Forbidden,
    /// 413: it is too large.
    TooLarge,
    /// 429, 500, 503, or no answer: why, and the `Retry-After` if there was one. It can be sent again.
    Later(String, Option<Duration>),
}

/// Posts an event (Alexa, "Send Events to the Alexa Event Gateway").
pub(crate) async fn post(gateway: &ServiceClient<'_>, token: &Token, event: &Value) -> Verdict {
    let request = gateway.post("/v3/events").bearer_auth(token.expose()).json(event);
    match request.send().await {
        Ok(answer) => {
            let status = answer.status().as_u16();
            let after = retry_after(answer.headers());
            match verdict(status, &read_json(answer, SMALL).await.unwrap_or_default()) {
                Verdict::Later(why, _) => Verdict::Later(why, after),
                verdict => verdict,
            }
        }
        Err(error) => Verdict::Later(error.to_string(), None),
    }
}

/// In how many seconds to try again (RFC 9110, `Retry-After`). A date is not read: the clocks may differ.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get("retry-after")?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// What an answer means, by the documented codes and what operators have seen besides.
fn verdict(status: u16, body: &Value) -> Verdict {
    let payload = &body["payload"];
    let code = payload["code"].as_str().or(payload["type"].as_str()).unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match (status, code) {
        (200..=299, _) => Verdict::Taken,
        (_, "SKILL_DISABLED_EXCEPTION") => Verdict::SkillDisabled,
        (403, _) if body["error"] == "skill_not_enabled" => Verdict::SkillDisabled,
        (500, _) if text(&body["message"]).contains("SkillIdentifier") => Verdict::SkillDisabled,
        (401, _) => Verdict::TokenRefused,
        (403, "INSUFFICIENT_PERMISSION_EXCEPTION") | (404, _) => {
            Verdict::SkillMisconfigured(known(status, code))
        }
        (403, _) => Verdict::Forbidden,
        (413, _) => Verdict::TooLarge,
        (408 | 429 | 500.., _) => Verdict::Later(known(status, code), None),
        _ => Verdict::Malformed(known(status, code)),
    }
}

/// A status and a code, as far as it looks like one: other people's texts stay out of the log.
fn known(status: u16, code: &str) -> String {
    let is_code =
        |code: &str| code.len() <= 60 && code.chars().all(|c| c == '_' || c.is_ascii_uppercase());
    if !code.is_empty() && is_code(code) {
        format!("status {status}, {code}")
    } else {
        format!("status {status}")
    }
}
