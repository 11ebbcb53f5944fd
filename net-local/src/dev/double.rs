//! Doubles of services that are outside of the network: answers that somebody has written down.

use super::Current;
use crate::engine::log::What;
use axum::{
    body::to_bytes,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use serde_json::Value;
use std::{collections::BTreeMap, sync::Arc};

/// What a double answers, by method and path, as in `GET /balance`; `*` is for every other request.
///
/// A path that ends in `*` is for all that begin so. Without any, every request is answered by 200 and `{}`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Answers(BTreeMap<String, Written>);

/// One answer.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default = "ok")]
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// A text, or what is sent as JSON.
    #[serde(default)]
    body: Value,
}

fn ok() -> u16 {
    200
}

impl Answers {
    /// Reads what somebody has written down, as JSON: `{"GET /balance": {"status": 200, "body": {"cents": 7}}}`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Answers, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    /// The answer to a request: the closest.
    fn find(&self, method: &str, path: &str) -> Option<&Written> {
        let asked = format!("{method} {path}");
        let closest = |key: &&String| {
            key.strip_suffix('*').map_or(asked == **key, |start| asked.starts_with(start))
        };
        let mut known: Vec<&String> = self.0.keys().filter(closest).collect();
        known.sort_by_key(|key| (!key.ends_with('*'), key.len()));
        self.0.get(*known.last()?)
    }
}

/// A double that is served.
#[derive(Clone)]
pub(crate) struct Double {
    pub(crate) service: String,
    pub(crate) answers: Arc<Answers>,
    pub(crate) current: Current,
}

/// Answers a request, and has it written down.
pub(crate) async fn answer(State(double): State<Double>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    // It is read so that the caller can go on; nothing looks at it.
    let _ = to_bytes(body, 10 * 1_024 * 1_024).await;
    let (method, path) = (parts.method.as_str(), parts.uri.path());
    let response = match double.answers.find(method, path) {
        Some(written) => {
            let (kind, text) = match &written.body {
                Value::Null => (None, String::new()),
                Value::String(text) => (None, text.clone()),
                other => (Some(("content-type", "application/json")), other.to_string()),
            };
            let status = StatusCode::from_u16(written.status).unwrap_or(StatusCode::BAD_GATEWAY);
            let mut response = (status, text).into_response();
            let own = written.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            for (name, value) in kind.into_iter().chain(own) {
                let parsed = (name.parse::<HeaderName>(), HeaderValue::from_str(value));
                if let (Ok(name), Ok(value)) = parsed {
                    response.headers_mut().insert(name, value);
                }
            }
            response
        }
        None if double.answers.0.is_empty() => {
            ([("content-type", "application/json")], "{}").into_response()
        }
        None => (StatusCode::NOT_FOUND, "this double has no answer to that\n").into_response(),
    };
    let text = format!("{method} {path} answered: {} (by a double)", response.status().as_u16());
    let service = double.service.as_str().into();
    // A run that is to end before another network begins must not wait for that network.
    if let Some(shared) = double.current.held() {
        shared.with(|engine| engine.tell(0, 0, What::Called { service, text: text.into() }));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_answer_is_given() {
        let answers = Answers::parse(
            r#"{
                "GET /balance": { "body": { "cents": 7 } },
                "GET /accounts/*": { "status": 404 },
                "*": { "status": 500, "body": "no" }
            }"#,
        )
        .expect("answers");
        let status = |method, path| answers.find(method, path).map(|it| it.status);
        assert_eq!(status("GET", "/balance"), Some(200));
        assert_eq!(status("GET", "/accounts/ann"), Some(404));
        assert_eq!(status("POST", "/balance"), Some(500));
        assert!(Answers::default().find("GET", "/").is_none());
        assert!(Answers::parse(r#"{ "GET /": { "code": 200 } }"#).is_err(), "a typing mistake");
    }
}
