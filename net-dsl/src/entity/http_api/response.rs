//! What a function answers to a request.

use super::RawBody;
use crate::Payload;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a function answers to a request.
///
/// Lambda takes answers of up to 6 MB, and those with bytes that are no text become a third longer on
/// their way: one that is too long is answered with status 500 and an error in the log that says so.
///
/// ```
/// use net_dsl::HttpResponse;
///
/// let made = HttpResponse::json(201, &["soup"])?.with_header("location", "/orders/7");
/// assert_eq!((made.status, made.body.as_str()), (201, Some(r#"["soup"]"#)));
/// assert_eq!(made.headers["content-type"], "application/json");
/// assert_eq!(HttpResponse::new(204).body, "");
/// let icon = HttpResponse::bytes(200, "image/png", b"\x89PNG".to_vec());
/// assert_eq!(icon.body.as_bytes(), b"\x89PNG");
/// let known = HttpResponse::new(204).with_cookie("session=7; Secure").with_cookie("theme=dark");
/// assert_eq!(known.cookies, ["session=7; Secure", "theme=dark"]);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HttpResponse {
    /// The status code: 100 to 599.
    pub status: u16,
    /// The headers. Each has one value; cookies are apart.
    pub headers: BTreeMap<String, String>,
    /// The values of headers `set-cookie`, one each.
    #[serde(default)]
    pub cookies: Vec<String>,
    /// The body.
    pub body: RawBody,
}

impl HttpResponse {
    /// A status code, and nothing else.
    pub fn new(status: u16) -> HttpResponse {
        HttpResponse {
            status,
            headers: BTreeMap::new(),
            cookies: Vec::new(),
            body: RawBody::default(),
        }
    }

    /// A text.
    pub fn text(status: u16, body: impl Into<String>) -> HttpResponse {
        HttpResponse::of(status, "text/plain; charset=utf-8", body.into().into())
    }

    /// Bytes of a media type.
    pub fn bytes(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> HttpResponse {
        HttpResponse::of(status, content_type, body.into().into())
    }

    /// A value as JSON.
    ///
    /// # Errors
    /// What `serde_json` says of a value that is not JSON, as a map whose keys are no texts.
    pub fn json(status: u16, body: &impl Serialize) -> Result<HttpResponse, serde_json::Error> {
        Ok(HttpResponse::of(status, "application/json", serde_json::to_string(body)?.into()))
    }

    fn of(status: u16, content_type: &str, body: RawBody) -> HttpResponse {
        let response = HttpResponse { body, ..HttpResponse::new(status) };
        response.with_header("content-type", content_type)
    }

    /// The same with a header, in the place of one of that name; names are in lower case. A header
    /// `set-cookie` is one more cookie.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> HttpResponse {
        let name = name.to_ascii_lowercase();
        if name == "set-cookie" {
            return self.with_cookie(value);
        }
        self.headers.insert(name, value.into());
        self
    }

    /// The same with one more cookie, as a header `set-cookie` has it: `session=7; Secure; HttpOnly`.
    #[must_use]
    pub fn with_cookie(mut self, cookie: impl Into<String>) -> HttpResponse {
        self.cookies.push(cookie.into());
        self
    }
}

impl Payload for HttpResponse {
    const NAME: &'static str = "HttpResponse";
}
