//! Services outside the network that functions call over HTTP.

use super::{
    Descriptor, Handle, Holds, Kind, Shape, Starts, by_message, handle_impls, no_time, typed,
};
use crate::{
    Name, Service, Verb,
    contract::check_name,
    facts::{Attribute, Facts},
    given::{GivenName, given},
    link::Callee,
};
use smol_str::SmolStr;
use std::marker::PhantomData;
use typed_builder::TypedBuilder;

/// The base URL a deployment uses unless it is given another.
pub const BASE_URL: Attribute<SmolStr> = Attribute::new("base-url");
/// Whether calls need a secret.
pub const SECRET: Attribute<bool> = Attribute::new("secret");

/// What the kind is.
pub(super) const DESCRIPTOR: Descriptor = Descriptor {
    word: "external service",
    article: "an external service",
    suffixes: &["BaseUrl", "CredentialsArn"],
    shape: Shape::Parallelogram,
    holds: Holds::Nothing,
    starts: Starts::Never,
    permitted: false,
    unattended: false,
    provides: &[Verb::Calls],
    is_typed: by_message,
    unlinked: None,
    time: no_time,
};

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
    #[builder(setter(transform = |name: impl GivenName| name.given()))]
    name: Name,
    /// The base URL unless a deployment gives another; it must give one if this is unset.
    #[builder(default, setter(transform = |base_url: impl GivenUrl| Some(base_url.given())))]
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
        const { check_name(S::NAME) };
        typed::<S>(Kind::ExternalService, &self.name, S::NAME)
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

    /// The URL as text.
    pub fn as_str(&self) -> &str {
        &self.0
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
    ($url:expr $(,)?) => {{
        // Without a name, so that none of the user's is hidden.
        const _: $crate::entity::external_service::Url =
            $crate::entity::external_service::Url::literal($url);
        $crate::entity::external_service::Url::literal($url)
    }};
    ($($wrong:tt)*) => {
        ::core::compile_error!(
            "`url!` takes one text, as in `url!(\"https://devices.example.com\")`"
        )
    };
}

const fn fault(url: &str) -> Option<&'static str> {
    const HOST: &str = "a base URL names a host, as in `https://devices.example.com`";
    let bytes = url.as_bytes();
    let (start, secure) = match bytes {
        [b'h', b't', b't', b'p', b's', b':', b'/', b'/', ..] => (8, true),
        [b'h', b't', b't', b'p', b':', b'/', b'/', ..] => (7, false),
        _ => {
            return Some(
                "a base URL starts with `https://`; `http://` is for 127.0.0.1 and localhost",
            );
        }
    };
    if bytes.len() > 2_048 {
        return Some("a base URL is at most 2048 characters long");
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
    let mut end = start;
    while end < bytes.len() && !matches!(bytes[end], b':' | b'/') {
        end += 1;
    }
    if !is_host(bytes, start, end) {
        return Some(HOST);
    }
    if !secure && !matches!(between(bytes, start, end), b"127.0.0.1" | b"localhost") {
        return Some("a base URL starts with `https://`; `http://` is for 127.0.0.1 and localhost");
    }
    if end < bytes.len() && bytes[end] == b':' {
        let (mut port, first) = (0, end + 1);
        end = first;
        while end < bytes.len() && bytes[end].is_ascii_digit() && end - first < 5 {
            port = port * 10 + (bytes[end] - b'0') as u32;
            end += 1;
        }
        if port == 0 || port > 65_535 || (end < bytes.len() && bytes[end] != b'/') {
            return Some("the port of a base URL is 1 to 65535, as in `https://example.com:8443`");
        }
    }
    if bytes[bytes.len() - 1] == b'/' {
        return Some("a base URL does not end in `/`");
    }
    None
}

/// Parts of letters, digits and hyphens with a dot between them (RFC 1123, section 2.1).
const fn is_host(bytes: &[u8], start: usize, end: usize) -> bool {
    let (mut i, mut part) = (start, start);
    while i <= end {
        if i == end || bytes[i] == b'.' {
            if i == part || bytes[part] == b'-' || bytes[i - 1] == b'-' || i - part > 63 {
                return false;
            }
            part = i + 1;
        } else if !bytes[i].is_ascii_alphanumeric() && bytes[i] != b'-' {
            return false;
        }
        i += 1;
    }
    end - start <= 253
}

const fn between(bytes: &[u8], start: usize, end: usize) -> &[u8] {
    bytes.split_at(end).0.split_at(start).1
}

given! {
    /// The base URL of a service.
    GivenUrl for Url:
        "`{Self}` is not a base URL",
        "a base URL is written `url!(\"https://…\")`",
        "the macro checks it while compiling; one known only at run time is `Url::new(…)?`";
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn a_base_url_has_a_host() {
        for url in [
            "https://example.com",
            "https://example.com:8443",
            "https://api.example.com/v1/devices",
            "https://10.0.0.7:443/x",
            "http://127.0.0.1",
            "http://localhost:3000/x",
            "https://a",
        ] {
            assert_eq!(fault(url), None, "{url}");
        }
        for url in [
            "",
            "https",
            "https:",
            "https:/",
            "https://",
            "https:///",
            "https:///x",
            "https://:443",
            "https://.",
            "https://a..b",
            "https://.a",
            "https://a.",
            "https://-a",
            "https://a-",
            "https://a_b",
            "https://a:",
            "https://a:0",
            "https://a:65536",
            "https://a:123456",
            "https://a:x",
            "https://a:80x",
            "https://a/",
            "https://a?b",
            "https://a#b",
            "https://u@a",
            "https://a b",
            "https://ü",
            "http://a",
            "http://",
            "http://localhost.a",
            "http://127.0.0.12",
            "http://127.0.0.1.a",
            "http://localhosts",
            "ftp://a",
            "HTTPS://a",
            "https://a\\b",
        ] {
            assert!(fault(url).is_some(), "{url}");
        }
    }
}
