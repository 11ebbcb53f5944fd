//! Requests to an HTTP API.

use crate::service::http_api;

/// A request with everything that it may have: headers, a query, a body of bytes.
///
/// ```
/// use net_local::Request;
///
/// let request = Request::new("PUT", "/menu?season=winter")
///     .header("content-type", "text/csv")
///     .body("soup,7");
/// # let _ = request;
/// ```
#[derive(Clone, Debug)]
pub struct Request(pub(crate) http_api::Request);

impl Request {
    /// A request by method and path, which may have a query.
    pub fn new(method: &str, path: &str) -> Request {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        Request(http_api::Request {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            ..http_api::Request::default()
        })
    }

    /// With a header; one of the same name is kept, too.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Request {
        self.0.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With a body, as it is.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Request {
        self.0.body = body.into();
        self
    }

    /// With a body as JSON.
    ///
    /// # Panics
    /// If the value is not one that JSON can say.
    #[must_use]
    pub fn json(self, body: &impl serde::Serialize) -> Request {
        let body = serde_json::to_vec(body).unwrap_or_else(|error| panic!("no JSON: {error}"));
        self.header("content-type", "application/json").body(body)
    }
}
