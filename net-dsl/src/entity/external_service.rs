//! Services outside the network that functions call over HTTP.

use super::{Handle, Kind, MESSAGE, facts, handle_impls};
use crate::{
    Name, Service,
    facts::{Attribute, Facts},
    link::Callee,
};
use smol_str::SmolStr;
use std::marker::PhantomData;
use typed_builder::TypedBuilder;

/// The base URL a deployment uses unless it is given another.
pub const BASE_URL: Attribute<SmolStr> = Attribute::new("base-url");
/// Whether calls need a secret.
pub const SECRET: Attribute<bool> = Attribute::new("secret");

/// A service outside the network. Its base URL is a parameter of the deployment, and so is the ARN
/// of the Secrets Manager secret that calls need, if any.
///
/// ```
/// use net_dsl::prelude::*;
///
/// services! { pub DeviceCloud }
/// let cloud = ExternalService::<DeviceCloud>::builder()
///     .name(name!("device-cloud"))
///     .base_url(url!("https://devices.example.com"))
///     .secret()
///     .build();
/// # let _ = cloud;
/// ```
#[derive(TypedBuilder)]
pub struct ExternalService<S: Service> {
    name: Name,
    /// The base URL unless a deployment gives another; it must give one if this is unset.
    #[builder(default, setter(strip_option))]
    base_url: Option<Url>,
    /// Calls need a secret, which lives in Secrets Manager.
    #[builder(setter(strip_bool))]
    secret: bool,
    #[builder(default, setter(skip))]
    typed: PhantomData<fn() -> S>,
}

handle_impls!(ExternalService<S: Service> { name, base_url, secret });

impl<S: Service> Handle for ExternalService<S> {
    fn name(&self) -> &Name {
        &self.name
    }

    fn facts(&self) -> Facts {
        facts(Kind::ExternalService, &self.name)
            .with(MESSAGE, SmolStr::new_static(S::NAME))
            .maybe(BASE_URL, self.base_url.clone().map(|url| url.0))
            .maybe(SECRET, self.secret.then_some(true))
    }
}

impl<S: Service> Callee for ExternalService<S> {
    type Service = S;
}

/// The base URL of a service; written with [`url!`](crate::url).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Url(SmolStr);

/// Why a text is not a base [`Url`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidUrl(&'static str);

impl std::fmt::Display for InvalidUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for InvalidUrl {}

impl Url {
    /// A base URL known only at run time.
    ///
    /// # Errors
    /// [`InvalidUrl`] says what is wrong with it.
    pub fn new(url: &str) -> Result<Url, InvalidUrl> {
        match fault(url) {
            None => Ok(Url(SmolStr::new(url))),
            Some(fault) => Err(InvalidUrl(fault)),
        }
    }

    #[doc(hidden)]
    #[track_caller]
    pub const fn literal(url: &'static str) -> Url {
        if let Some(fault) = fault(url) {
            panic!("{}", fault)
        }
        Url(SmolStr::new_static(url))
    }
}

/// A base URL checked while compiling: `https://` (or `http://` on loopback), a host, no trailing
/// `/`, no query.
#[macro_export]
macro_rules! url {
    ($url:expr) => {{
        const URL: $crate::entity::external_service::Url =
            $crate::entity::external_service::Url::literal($url);
        URL
    }};
}

const fn starts_with(bytes: &[u8], start: &[u8]) -> bool {
    matches!(bytes.split_at_checked(start.len()), Some((head, _)) if eq(head, start))
}

const fn eq(a: &[u8], b: &[u8]) -> bool {
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

const fn fault(url: &str) -> Option<&'static str> {
    let bytes = url.as_bytes();
    if !starts_with(bytes, b"https://")
        && !starts_with(bytes, b"http://127.0.0.1")
        && !starts_with(bytes, b"http://localhost")
    {
        return Some("a base URL starts with `https://`; `http://` is for 127.0.0.1 and localhost");
    }
    if bytes.len() > 2_048 {
        return Some("a base URL is at most 2048 characters long");
    }
    if bytes[bytes.len() - 1] == b'/' {
        return Some("a base URL names a host and does not end in `/`");
    }
    let mut i = 0;
    while i < bytes.len() {
        if !bytes[i].is_ascii_graphic()
            || matches!(bytes[i], b'?' | b'#' | b'"' | b'\\' | b'<' | b'>' | b'@')
        {
            return Some("a base URL has no spaces, credentials, query or fragment");
        }
        i += 1;
    }
    None
}
