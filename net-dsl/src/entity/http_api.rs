//! HTTP APIs: routes that hand requests to functions.

use super::{DEADLINE, Handle, Kind, facts};
use crate::{
    Bounded, Message, Name, Service,
    facts::Facts,
    link::{Callee, Front, Gate},
    range,
};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::{collections::BTreeMap, error, fmt, marker::PhantomData, str::FromStr};
use typed_builder::TypedBuilder;

/// An HTTP front, deployed as an API Gateway HTTP API with a default stage.
///
/// ```
/// use net_dsl::prelude::*;
///
/// # pub struct Order; messages! { Order }
/// contract! { pub Till: HttpRequest<Order> => HttpResponse {} }
/// let shop = HttpApi::builder().name(name!("shop")).build();
/// let till = Function::<Till>::builder().name(name!("till")).build();
/// let network = Network::from(shop.routes(route!(POST "/orders" => Order), &till));
/// ```
#[derive(Clone, Debug, TypedBuilder)]
pub struct HttpApi {
    name: Name,
    /// How soon a request must be done with, along every path it starts.
    #[builder(default, setter(strip_option))]
    deadline: Option<Bounded<range::Deadline>>,
}

impl HttpApi {
    /// The API as a service that functions of the network call, or whose address they hand out.
    ///
    /// ```
    /// use net_dsl::prelude::*;
    ///
    /// services! { pub Webhooks }
    /// contract! { pub Requester: Tick => () { calls Webhooks } }
    /// let gateway = HttpApi::builder().name(name!("gateway")).build();
    /// let requester = Function::<Requester>::builder().name(name!("requester")).build();
    /// let network = Network::from(requester.calls(&gateway.serves::<Webhooks>()));
    /// ```
    pub fn serves<S: Service>(&self) -> ServedApi<S> {
        ServedApi { api: self.clone(), service: PhantomData }
    }
}

impl Handle for HttpApi {
    fn name(&self) -> &Name {
        &self.name
    }

    fn facts(&self) -> Facts {
        facts(Kind::HttpApi, &self.name).maybe(DEADLINE, self.deadline)
    }
}

impl Front for HttpApi {
    type Gate = Gate;
}

/// An API under the name of the service it provides, made by [`HttpApi::serves`].
#[derive(Clone, Debug)]
pub struct ServedApi<S: Service> {
    api: HttpApi,
    service: PhantomData<fn() -> S>,
}

impl<S: Service> Handle for ServedApi<S> {
    fn name(&self) -> &Name {
        self.api.name()
    }

    fn facts(&self) -> Facts {
        self.api.facts()
    }
}

impl<S: Service> Callee for ServedApi<S> {
    type Service = S;
}

/// What a function takes that a route starts: a request whose body is a `B`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpRequest<B> {
    /// The values of the route's `{placeholders}`.
    pub path: BTreeMap<String, String>,
    /// The query's parameters; the last of several with one name.
    pub query: BTreeMap<String, String>,
    /// The headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: B,
}

impl<B> HttpRequest<B> {
    /// The value of one of the route's `{placeholders}`, parsed.
    ///
    /// # Errors
    /// [`InvalidRequest`], if there is no such placeholder or its value is something else. A handler
    /// that hands it on with `?` answers the request with status 400.
    ///
    /// ```
    /// # use net_dsl::HttpRequest;
    /// # let path = [("table".to_owned(), "7".to_owned())].into();
    /// # let query = [("page".to_owned(), "two".to_owned())].into();
    /// # let request = HttpRequest { path, query, headers: Default::default(), body: () };
    /// let table: u32 = request.path_value("table")?;
    /// assert_eq!(table, 7);
    /// let sort: Option<u32> = request.query_value("sort")?;
    /// assert_eq!(sort, None);
    /// let page = request.query_value::<u32>("page");
    /// assert_eq!(page.unwrap_err().to_string(), "`page` cannot be `two`: invalid digit found in string");
    /// # Ok::<(), net_dsl::InvalidRequest>(())
    /// ```
    pub fn path_value<T>(&self, name: &str) -> Result<T, InvalidRequest>
    where
        T: FromStr<Err: fmt::Display>,
    {
        let text = self.path.get(name);
        parse(name, text.ok_or_else(|| InvalidRequest(format!("the path has no `{name}`")))?)
    }

    /// The value of a parameter of the query, parsed; none if it is not there.
    ///
    /// # Errors
    /// [`InvalidRequest`], if its value is something else, as in [`HttpRequest::path_value`].
    pub fn query_value<T>(&self, name: &str) -> Result<Option<T>, InvalidRequest>
    where
        T: FromStr<Err: fmt::Display>,
    {
        self.query.get(name).map(|text| parse(name, text)).transpose()
    }
}

fn parse<T: FromStr<Err: fmt::Display>>(name: &str, text: &str) -> Result<T, InvalidRequest> {
    text.parse().map_err(|error| {
        let shown: String = text.chars().take(60).collect();
        InvalidRequest(format!("`{name}` cannot be `{}`: {error}", shown.escape_debug()))
    })
}

/// A request whose path or query is not what the code takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidRequest(String);

impl fmt::Display for InvalidRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl error::Error for InvalidRequest {}

impl<B: Message> Message for HttpRequest<B> {
    const NAME: &'static str = "HttpRequest";
}

/// What a function answers to a request.
///
/// ```
/// use net_dsl::HttpResponse;
///
/// let made = HttpResponse::json(201, &["soup"])?.with_header("location", "/orders/7");
/// assert_eq!((made.status, made.body.as_str()), (201, r#"["soup"]"#));
/// assert_eq!(made.headers["content-type"], "application/json");
/// assert_eq!(HttpResponse::new(204).body, "");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: String,
}

impl HttpResponse {
    /// A status code, and nothing else.
    pub fn new(status: u16) -> HttpResponse {
        HttpResponse { status, headers: BTreeMap::new(), body: String::new() }
    }

    /// A text.
    pub fn text(status: u16, body: impl Into<String>) -> HttpResponse {
        let response = HttpResponse { body: body.into(), ..HttpResponse::new(status) };
        response.with_header("content-type", "text/plain; charset=utf-8")
    }

    /// A value as JSON.
    ///
    /// # Errors
    /// What `serde_json` says of a value that is not JSON, as a map whose keys are no texts.
    pub fn json(status: u16, body: &impl Serialize) -> Result<HttpResponse, serde_json::Error> {
        let body = serde_json::to_string(body)?;
        let response = HttpResponse { body, ..HttpResponse::new(status) };
        Ok(response.with_header("content-type", "application/json"))
    }

    /// The same with a header, in the place of one of that name; names are in lower case.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> HttpResponse {
        self.headers.insert(name.to_ascii_lowercase(), value.into());
        self
    }
}

impl Message for HttpResponse {
    const NAME: &'static str = "HttpResponse";
}

/// A route whose requests carry a `B`; written with [`route!`](crate::route).
pub struct Route<B> {
    key: SmolStr,
    body: PhantomData<fn() -> B>,
}

impl<B: Message> Route<B> {
    #[doc(hidden)]
    #[track_caller]
    pub const fn check(method: &str, path: &str) {
        if let Some(fault) = fault(method, path) {
            panic!("{}", fault)
        }
    }

    #[doc(hidden)]
    pub const fn literal(key: &'static str) -> Route<B> {
        Route { key: SmolStr::new_static(key), body: PhantomData }
    }

    /// A route known only at run time, such as `Route::<Order>::new("POST", "/orders")`.
    ///
    /// # Errors
    /// [`InvalidRoute`] says what is wrong with the method or the path.
    pub fn new(method: &str, path: &str) -> Result<Route<B>, InvalidRoute> {
        match fault(method, path) {
            None => {
                Ok(Route { key: smol_str::format_smolstr!("{method} {path}"), body: PhantomData })
            }
            Some(fault) => Err(InvalidRoute(fault)),
        }
    }

    /// Method and path, as in `POST /orders`.
    pub fn key(&self) -> &SmolStr {
        &self.key
    }
}

impl<B> std::fmt::Debug for Route<B> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Route({})", self.key)
    }
}

/// Why a method and a path are not a [`Route`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidRoute(&'static str);

impl std::fmt::Display for InvalidRoute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for InvalidRoute {}

/// A route, checked while compiling: method, path and the message its requests carry; `()` where none
/// is said.
///
/// ```
/// # use net_dsl::prelude::*;
/// # pub struct Order; messages! { Order }
/// let route = route!(PUT "/orders/{order}" => Order);
/// assert_eq!(route.key(), "PUT /orders/{order}");
/// let _: net_dsl::Route<()> = route!(GET "/menu");
/// ```
///
/// ```compile_fail
/// # use net_dsl::prelude::*;
/// # pub struct Order; messages! { Order }
/// let route = route!(PUT "orders" => Order);
/// ```
#[macro_export]
macro_rules! route {
    ($method:ident $path:literal) => {
        $crate::route!($method $path => ())
    };
    ($method:ident $path:literal => $body:ty) => {{
        const _: () = $crate::entity::http_api::Route::<()>::check(stringify!($method), $path);
        $crate::entity::http_api::Route::<$body>::literal(concat!(stringify!($method), " ", $path))
    }};
}

const fn fault(method: &str, path: &str) -> Option<&'static str> {
    if !matches!(
        method.as_bytes(),
        b"GET" | b"POST" | b"PUT" | b"PATCH" | b"DELETE" | b"HEAD" | b"OPTIONS" | b"ANY"
    ) {
        return Some("a route's method is GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS or ANY");
    }
    let bytes = path.as_bytes();
    if bytes.is_empty() || bytes[0] != b'/' {
        return Some("a route's path starts with `/`");
    }
    if bytes.len() > 512 {
        return Some("a route's path is at most 512 characters long");
    }
    let (mut i, mut open) = (0, false);
    while i < bytes.len() {
        match bytes[i] {
            b'{' if open
                || i + 1 == bytes.len()
                || bytes[i + 1] == b'}'
                || bytes[i - 1] != b'/' =>
            {
                return Some(
                    "a placeholder in a route's path is one whole part, as in `/orders/{order}`",
                );
            }
            b'{' => open = true,
            b'}' if !open || (i + 1 < bytes.len() && bytes[i + 1] != b'/') => {
                return Some(
                    "a placeholder in a route's path is one whole part, as in `/orders/{order}`",
                );
            }
            b'}' => open = false,
            b'/' if open => {
                return Some(
                    "a placeholder in a route's path is one whole part, as in `/orders/{order}`",
                );
            }
            b'+' if open && i + 1 < bytes.len() && bytes[i + 1] == b'}' && i + 2 == bytes.len() => {
            }
            b'/' | b'-' | b'_' | b'.' | b'~' | b'$' => {}
            byte if byte.is_ascii_alphanumeric() => {}
            _ => {
                return Some(
                    "a route's path is made of letters, digits, `-`, `_`, `.`, `~`, `$` and `{placeholders}`",
                );
            }
        }
        i += 1;
    }
    if open {
        return Some("a placeholder in a route's path is one whole part, as in `/orders/{order}`");
    }
    None
}
