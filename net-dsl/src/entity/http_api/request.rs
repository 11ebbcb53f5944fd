//! What a request hands a function.

use super::{Body, RawBody};
use crate::Payload;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, error, fmt, str::FromStr};

/// What a function takes that a route starts: a request whose body is a `B`.
///
/// It is all that API Gateway hands over of a request (HTTP API, "AWS Lambda proxy integrations",
/// payload format 2.0). The body is read by what `B` asks for:
///
/// | `B` | takes |
/// |---|---|
/// | a type that serde reads from a struct, a map, a list, a number, … | JSON; no body at all is read as `{}` or `null` |
/// | a text, such as `pub struct Note(String)` | the text as it came, quotation marks and all |
/// | what takes JSON and text alike, such as an untagged enum | JSON if it is, otherwise the text |
/// | `()` | anything; nothing of it is looked at |
/// | [`RawBody`] | the exact bytes, such as a signature covers |
///
/// A request that `B` cannot be read from is answered with status 400 and
/// `{"message": "…", "field": "items[1].price"}`; the code never sees it.
///
/// ```
/// use net_dsl::HttpRequest;
///
/// let mut request = HttpRequest::new(());
/// request.headers.insert("accept".to_owned(), "text/plain".to_owned());
/// request.cookies = vec!["session=7".to_owned(), "theme=dark".to_owned()];
/// assert_eq!(request.header("Accept"), Some("text/plain"));
/// assert_eq!(request.cookie("theme"), Some("dark"));
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HttpRequest<B> {
    /// The method, such as `GET`.
    #[serde(default)]
    pub method: String,
    /// The key of the route that the request took, as in `POST /orders/{order}`.
    #[serde(default)]
    pub route: String,
    /// The whole path that was asked for.
    #[serde(default)]
    pub raw_path: String,
    /// The values of the route's `{placeholders}`.
    #[serde(default)]
    pub path: BTreeMap<String, String>,
    /// The query as it was written, without its `?`.
    #[serde(default)]
    pub raw_query: String,
    /// The query's parameters, decoded, in the order in which they came; one name may come several
    /// times.
    #[serde(default)]
    pub query: Vec<(String, String)>,
    /// The headers, names in lower case; several of one name are joined by commas.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The cookies, each as in `session=7`.
    #[serde(default)]
    pub cookies: Vec<String>,
    /// Who asked, when, and under which id.
    #[serde(default)]
    pub context: RequestContext,
    /// The body.
    pub body: B,
}

/// What API Gateway says of a request beside the request itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct RequestContext {
    /// By which API Gateway knows the request; it is in its access log.
    pub request_id: String,
    /// The address of whoever asked, as API Gateway sees it: a proxy's, if one is between.
    pub source_ip: String,
    /// The header `user-agent`.
    pub user_agent: String,
    /// When the request came, in milliseconds since 1970.
    pub time: u64,
    /// The protocol, such as `HTTP/1.1`.
    pub protocol: String,
    /// The host that was asked.
    pub domain: String,
    /// The API's id.
    pub api: String,
    /// The stage, such as `$default`.
    pub stage: String,
    /// The number of the API's AWS account.
    pub account: String,
}

impl<B> HttpRequest<B> {
    /// A request with a body and nothing else, for tests of handlers.
    pub fn new(body: B) -> HttpRequest<B> {
        HttpRequest {
            method: String::new(),
            route: String::new(),
            raw_path: String::new(),
            path: BTreeMap::new(),
            raw_query: String::new(),
            query: Vec::new(),
            headers: BTreeMap::new(),
            cookies: Vec::new(),
            context: RequestContext::default(),
            body,
        }
    }

    /// The value of one of the route's `{placeholders}`, parsed.
    ///
    /// # Errors
    /// [`InvalidRequest`], if there is no such placeholder or its value is something else. A handler
    /// that hands it on with `?` answers the request with status 400.
    ///
    /// ```
    /// # use net_dsl::HttpRequest;
    /// let mut request = HttpRequest::new(());
    /// request.path = [("table".to_owned(), "7".to_owned())].into();
    /// let table: u32 = request.path_value("table")?;
    /// assert_eq!(table, 7);
    /// # Ok::<(), net_dsl::InvalidRequest>(())
    /// ```
    pub fn path_value<T>(&self, name: &str) -> Result<T, InvalidRequest>
    where
        T: FromStr<Err: fmt::Display>,
    {
        let missing = || InvalidRequest::new(name, format!("the path has no `{name}`"));
        parse(name, self.path.get(name).ok_or_else(missing)?)
    }

    /// The value of a parameter of the query, parsed; none if it is not there, the last one if it is
    /// there several times.
    ///
    /// # Errors
    /// [`InvalidRequest`], if its value is something else, as in [`HttpRequest::path_value`].
    ///
    /// ```
    /// # use net_dsl::HttpRequest;
    /// # let mut request = HttpRequest::new(());
    /// request.query = vec![("page".to_owned(), "two".to_owned())];
    /// let sort: Option<u32> = request.query_value("sort")?;
    /// assert_eq!(sort, None);
    /// let page = request.query_value::<u32>("page");
    /// assert_eq!(page.unwrap_err().to_string(), "`page` cannot be `two`: invalid digit found in string");
    /// # Ok::<(), net_dsl::InvalidRequest>(())
    /// ```
    pub fn query_value<T>(&self, name: &str) -> Result<Option<T>, InvalidRequest>
    where
        T: FromStr<Err: fmt::Display>,
    {
        let last = self.query.iter().rev().find(|(known, _)| known == name);
        last.map(|(_, text)| parse(name, text)).transpose()
    }

    /// The values of a parameter of the query, parsed, in the order in which they came.
    ///
    /// # Errors
    /// [`InvalidRequest`], if one of them is something else, as in [`HttpRequest::path_value`].
    ///
    /// ```
    /// # use net_dsl::HttpRequest;
    /// # let mut request = HttpRequest::new(());
    /// request.query = [("id", "1"), ("id", "2")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    /// assert_eq!(request.query_values::<u32>("id")?, [1, 2]);
    /// # Ok::<(), net_dsl::InvalidRequest>(())
    /// ```
    pub fn query_values<T>(&self, name: &str) -> Result<Vec<T>, InvalidRequest>
    where
        T: FromStr<Err: fmt::Display>,
    {
        let values = self.query.iter().filter(|(known, _)| known == name);
        values.map(|(_, text)| parse(name, text)).collect()
    }

    /// The value of a header, whatever the case of its name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(&name.to_ascii_lowercase()).map(String::as_str)
    }

    /// The value of a cookie, as it came; of the first one, if there are several of the name.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find_map(|cookie| {
            cookie.split_once('=').filter(|(known, _)| *known == name).map(|(_, value)| value)
        })
    }
}

/// Where a request went, and not what is in it: headers, cookies, queries and bodies have secrets.
impl<B> fmt::Debug for HttpRequest<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("route", &self.route)
            .field("request_id", &self.context.request_id)
            .finish_non_exhaustive()
    }
}

fn parse<T: FromStr<Err: fmt::Display>>(name: &str, text: &str) -> Result<T, InvalidRequest> {
    text.parse().map_err(|error| {
        let shown: String = text.chars().take(60).collect();
        InvalidRequest::new(name, format!("`{name}` cannot be `{}`: {error}", shown.escape_debug()))
    })
}

/// A request that is not what the code takes. A handler that fails with it, or hands it on with `?`,
/// answers with status 400 and `{"message": "…", "field": "…"}`.
///
/// ```
/// use net_dsl::InvalidRequest;
///
/// let refused = InvalidRequest::new("guests", "a table has at most 12 seats");
/// assert_eq!(refused.field(), "guests");
/// assert_eq!(refused.to_string(), "a table has at most 12 seats");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidRequest {
    field: String,
    why: String,
}

impl InvalidRequest {
    /// A request that is refused because of a field: of a part of its body, of a parameter of its path
    /// or query. Whoever asked is told why.
    pub fn new(field: impl Into<String>, why: impl Into<String>) -> InvalidRequest {
        InvalidRequest { field: field.into(), why: why.into() }
    }

    /// Because of which field.
    pub fn field(&self) -> &str {
        &self.field
    }
}

impl fmt::Display for InvalidRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl error::Error for InvalidRequest {}

impl<B: Body> Payload for HttpRequest<B> {
    const NAME: &'static str = "HttpRequest";
}

impl HttpRequest<RawBody> {
    /// The body read as JSON, once its bytes are proven to be whose they should be.
    ///
    /// # Errors
    /// [`InvalidRequest`], if it is something else, as in [`HttpRequest::path_value`]. It says where,
    /// and not what is there.
    ///
    /// ```
    /// use net_dsl::{HttpRequest, RawBody};
    ///
    /// let request = HttpRequest::new(RawBody::from(r#"{"dish": 7}"#));
    /// // Here a signature of `request.body.as_bytes()` is looked at.
    /// #[derive(serde::Deserialize, Debug)]
    /// struct Order { dish: String }
    /// let refused = request.json::<Order>().unwrap_err();
    /// assert_eq!(refused.to_string(), "the body is not as expected at line 1, column 10");
    /// ```
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, InvalidRequest> {
        serde_json::from_slice(self.body.as_bytes()).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            let why = format!("the body is not as expected at line {line}, column {column}");
            InvalidRequest::new("body", why)
        })
    }
}
