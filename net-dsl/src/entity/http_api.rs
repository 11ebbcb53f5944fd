//! HTTP APIs: routes that hand requests to functions.

mod raw_body;
mod request;
mod response;

pub use raw_body::RawBody;
pub use request::{HttpRequest, InvalidRequest, RequestContext};
pub use response::HttpResponse;

use super::{DEADLINE, Handle, Kind, facts};
use crate::{
    Bounded, Message, Name, Service,
    facts::Facts,
    link::{Callee, Front, Gate},
    range,
};
use smol_str::SmolStr;
use std::marker::PhantomData;
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
