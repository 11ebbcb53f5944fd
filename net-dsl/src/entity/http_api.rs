//! HTTP APIs: routes that hand requests to functions.

mod raw_body;
mod request;
mod response;

pub use raw_body::{Body, RawBody};
pub use request::{HttpRequest, InvalidRequest, RequestContext};
pub use response::HttpResponse;

use super::{
    DEADLINE, Descriptor, Handle, Holds, Kind, Shape, Starts, Unlinked, by_message, facts, no_time,
};
use crate::{
    Bounded, Name, Service,
    facts::Facts,
    given::{GivenName, GivenSeconds, given},
    link::{Callee, Front, Gate},
    property::{self, Makes},
    range,
    reference::Refers,
};
use smol_str::SmolStr;
use std::marker::PhantomData;
use typed_builder::TypedBuilder;

/// What the kind is.
pub(super) const DESCRIPTOR: Descriptor = Descriptor {
    word: "HTTP API",
    article: "an HTTP API",
    suffixes: &["Api", "Stage"],
    shape: Shape::Hexagon,
    holds: Holds::Nothing,
    starts: Starts::Outside,
    permitted: true,
    unattended: false,
    provides: &[],
    is_typed: by_message,
    unlinked: Some(Unlinked::Source { help: "link it: `api.routes(route!(…), &function)`" }),
    time: no_time,
};

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
#[derive(Clone, Debug, PartialEq, Eq, Hash, TypedBuilder)]
pub struct HttpApi {
    #[builder(setter(transform = |name: impl GivenName| name.given()))]
    name: Name,
    /// How soon a request must be done with, along every path it starts.
    #[builder(default, setter(transform = |deadline: impl GivenSeconds<range::Deadline>| Some(deadline.given())))]
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

super::starts_a_sum!(HttpApi);

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

/// A route whose requests carry a `B`; written with [`route!`](crate::route).
pub struct Route<B> {
    key: SmolStr,
    body: PhantomData<fn() -> B>,
}

impl<B: Body> Route<B> {
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
    ($method:ident $path:literal $(,)?) => {
        $crate::route!($method $path => ())
    };
    ($method:ident $path:literal => $body:ty $(,)?) => {{
        const _: () =
            $crate::entity::http_api::Route::<()>::check(::core::stringify!($method), $path);
        $crate::entity::http_api::Route::<$body>::literal(::core::concat!(
            ::core::stringify!($method), " ", $path
        ))
    }};
    ($method:ident $path:literal -> $($body:tt)*) => {
        $crate::__wrong_route!("`=>`, not `->`, stands between a route's path and what its requests carry")
    };
    ($method:ident $path:literal, $($body:tt)*) => {
        $crate::__wrong_route!("`=>` stands between a route's path and what its requests carry")
    };
    ($method:ident, $($path:tt)*) => {
        $crate::__wrong_route!("no `,` stands between a route's method and its path")
    };
    ($method:literal $($path:tt)*) => {
        $crate::__wrong_route!("a route's method stands without quotes, its path in quotes")
    };
    ($($wrong:tt)*) => {
        $crate::__wrong_route!("a route is a method, a path in quotes and perhaps what its requests carry")
    };
}

/// What is wrong with a route, and how it is written.
#[doc(hidden)]
#[macro_export]
macro_rules! __wrong_route {
    ($what:literal) => {
        ::core::compile_error!(::core::concat!(
            $what,
            ", as in `route!(GET \"/orders/{order}\")` or `route!(POST \"/orders\" => Order)`"
        ))
    };
}

const fn fault(method: &str, path: &str) -> Option<&'static str> {
    if !matches!(
        method.as_bytes(),
        b"GET" | b"POST" | b"PUT" | b"PATCH" | b"DELETE" | b"HEAD" | b"OPTIONS" | b"ANY"
    ) {
        return Some("a route's method is GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS or ANY");
    }
    let path = path.as_bytes();
    if path.is_empty() || path[0] != b'/' {
        return Some("a route's path starts with `/`");
    }
    if path.len() > 512 {
        return Some("a route's path is at most 512 characters long");
    }
    let mut start = 1;
    while start < path.len() || (start == path.len() && start > 1) {
        let end = part_end(path, start);
        if let Some(fault) = part_fault(path, start, end) {
            return Some(fault);
        }
        start = end + 1;
    }
    None
}

const fn part_end(path: &[u8], start: usize) -> usize {
    let mut end = start;
    while end < path.len() && path[end] != b'/' {
        end += 1;
    }
    end
}

const fn part_fault(path: &[u8], start: usize, end: usize) -> Option<&'static str> {
    const WHOLE: &str =
        "a placeholder in a route's path is one whole part, as in `/orders/{order}`";
    if start == end {
        return Some(
            "a route's path has one `/` between two parts and none at its end, as in `/orders/{order}`",
        );
    }
    if path[start] == b'.' && (end - start == 1 || (end - start == 2 && path[start + 1] == b'.')) {
        return Some("a route's path has no part `.` or `..`: clients leave them out");
    }
    let Some((name_start, name_end)) = placeholder(path, start, end) else {
        let mut i = start;
        while i < end {
            match path[i] {
                b'{' | b'}' => return Some(WHOLE),
                b'-' | b'_' | b'.' | b'~' | b'$' => {}
                byte if byte.is_ascii_alphanumeric() => {}
                _ => {
                    return Some(
                        "a route's path is made of letters, digits, `-`, `_`, `.`, `~`, `$` and `{placeholders}`",
                    );
                }
            }
            i += 1;
        }
        return None;
    };
    if name_end + 1 < end && end != path.len() {
        return Some("a placeholder for the rest of a path, as `{rest+}`, is its last part");
    }
    if name_start == name_end {
        return Some(WHOLE);
    }
    let mut i = name_start;
    while i < name_end {
        if !path[i].is_ascii_alphanumeric() && !matches!(path[i], b'-' | b'_' | b'.') {
            return Some("a placeholder's name is made of letters, digits, `-`, `_` and `.`");
        }
        i += 1;
    }
    let mut before = 1;
    while before < start {
        let before_end = part_end(path, before);
        if let Some(other) = placeholder(path, before, before_end)
            && is_same(path, (name_start, name_end), other)
        {
            return Some("the placeholders of a route's path have different names");
        }
        before = before_end + 1;
    }
    None
}

/// Where the name in a part like `{name}` or `{name+}` starts and ends.
const fn placeholder(path: &[u8], start: usize, end: usize) -> Option<(usize, usize)> {
    if end - start < 2 || path[start] != b'{' || path[end - 1] != b'}' {
        return None;
    }
    let greedy = path[end - 2] == b'+';
    Some((start + 1, if greedy { end - 2 } else { end - 1 }))
}

const fn is_same(path: &[u8], one: (usize, usize), other: (usize, usize)) -> bool {
    let length = one.1 - one.0;
    if length != other.1 - other.0 {
        return false;
    }
    let mut i = 0;
    while i < length {
        if path[one.0 + i] != path[other.0 + i] {
            return false;
        }
        i += 1;
    }
    true
}

/// What API Gateway tells routes apart by: the key with the names of its placeholders left out.
pub(crate) fn identity(key: &str) -> String {
    let parts = key.split('/').map(|part| match part.strip_prefix('{') {
        Some(name) if name.ends_with("+}") => "{+}",
        Some(_) => "{}",
        None => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

impl Makes<property::apigatewayv2::Api> for HttpApi {
    const PART: &'static str = "api";
}

impl Makes<property::apigatewayv2::Stage> for HttpApi {
    const PART: &'static str = "stage";
}

impl Refers for HttpApi {}

given! {
    /// A route whose requests carry a `B`.
    GivenRoute[B] for Route<B>:
        "`{Self}` is not a route",
        "a route is written `route!(GET \"/orders/{{order}}\")` or `route!(POST \"/orders\" => Order)`",
        "the macro checks it while compiling; one known only at run time is `Route::<Order>::new(…)?`";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_api_gateway_takes_are_taken() {
        for path in [
            "/",
            "/things",
            "/things/{thing}",
            "/things/{thing}/parts/{part}",
            "/{all+}",
            "/a/{b}/{rest+}",
            "/a-b_c.d~e$f",
            "/.well-known/x",
            "/{a.b-c_d}",
        ] {
            assert_eq!(fault("GET", path), None, "{path}");
        }
    }

    #[test]
    fn what_is_no_path_is_refused() {
        for path in [
            "",
            "things",
            "//",
            "/things/",
            "/a//b",
            "//a",
            "/{x}/",
            "/{x+}/",
            "/a/{x}/b/{x}",
            "/{x}/{x+}",
            "/{x+}/a",
            "/{x+}/{y}",
            "/{}",
            "/{+}",
            "/a{x}",
            "/{x}a",
            "/{x",
            "/x}",
            "/{x}{y}",
            "/{x/y}",
            "/{{x}}",
            "/{x++}",
            "/{x y}",
            "/{x$}",
            "/a b",
            "/a?b",
            "/a%20b",
            "/ü",
            "/.",
            "/a/..",
        ] {
            assert!(fault("GET", path).is_some(), "{path}");
            assert!(Route::<()>::new("GET", path).is_err(), "{path}");
        }
        assert_eq!(fault("GET", &format!("/{}", "a".repeat(511))), None);
        assert!(fault("GET", &format!("/{}", "a".repeat(512))).is_some());
        assert!(fault("get", "/").is_some());
    }
}
