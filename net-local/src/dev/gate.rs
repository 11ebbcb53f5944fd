//! Who may ask a server of this machine: nobody who came by a page of somebody else's.
//!
//! A page that a browser shows can send requests to any address of this machine, under names of its own that
//! resolve to it (DNS rebinding). So a request's `Host` has to be this machine by its own name, and its
//! `Origin`, which browsers send with what pages ask, too.

use axum::http::{HeaderMap, StatusCode, header};

/// Whether a name, with or without a port, is this machine's own.
fn is_this_machine(authority: &str) -> bool {
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).map(|value| value.to_str().unwrap_or_default())
}

/// Lets a request to an HTTP API pass: pages that are served from this machine may ask, too.
///
/// # Errors
/// The status and the reason for whoever may not.
pub(crate) fn api(headers: &HeaderMap) -> Result<(), (StatusCode, &'static str)> {
    if !text(headers, header::HOST).is_some_and(is_this_machine) {
        return Err((StatusCode::MISDIRECTED_REQUEST, "this server answers as 127.0.0.1 alone\n"));
    }
    let origin = text(headers, header::ORIGIN);
    let is_own = |origin: &str| {
        let authority = origin.strip_prefix("http://").or(origin.strip_prefix("https://"));
        authority.is_some_and(is_this_machine)
    };
    if !origin.is_none_or(is_own) {
        return Err((StatusCode::FORBIDDEN, "pages of other origins may not ask this server\n"));
    }
    Ok(())
}

/// Lets a request to the console pass: its own page's alone.
///
/// # Errors
/// The status and the reason for whoever may not.
pub(crate) fn console(headers: &HeaderMap, own: &str) -> Result<(), (StatusCode, &'static str)> {
    api(headers)?;
    let host = text(headers, header::HOST).unwrap_or_default();
    if host != own {
        return Err((StatusCode::MISDIRECTED_REQUEST, "the console answers at its own address\n"));
    }
    match text(headers, header::ORIGIN) {
        None => Ok(()),
        Some(origin) if origin.strip_prefix("http://") == Some(own) => Ok(()),
        Some(_) => Err((StatusCode::FORBIDDEN, "the console answers its own page alone\n")),
    }
}

/// A token that nobody guesses: 244 random bits, as text.
pub(crate) fn token() -> String {
    let half = || uuid::Uuid::new_v4().simple().to_string();
    half() + &half()
}

/// Whether two texts are the same, in a time that does not tell where they differ.
pub(crate) fn same(one: &str, other: &str) -> bool {
    let differs = one.bytes().zip(other.bytes()).fold(0, |sum, (one, other)| sum | (one ^ other));
    one.len() == other.len() && differs == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(host: Option<&str>, origin: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in [(header::HOST, host), (header::ORIGIN, origin)] {
            if let Some(value) = value {
                headers.insert(name, value.parse().expect("a value"));
            }
        }
        headers
    }

    #[test]
    fn only_this_machine_by_its_own_name_is_answered() {
        for (host, origin) in [
            (Some("127.0.0.1:8401"), None),
            (Some("localhost:8401"), Some("http://localhost:5173")),
            (Some("[::1]:8401"), Some("http://127.0.0.1:8401")),
            (Some("localhost"), None),
        ] {
            assert_eq!(api(&headers(host, origin)), Ok(()), "{host:?} {origin:?}");
        }
        for (host, origin) in [
            (None, None),
            (Some("evil.example:8401"), None),
            (Some("localhost.evil.example"), None),
            (Some("127.0.0.1.evil.example:8401"), None),
            (Some("127.0.0.1:8401@evil.example"), None),
            (Some("127.0.0.1:8401"), Some("https://evil.example")),
            (Some("127.0.0.1:8401"), Some("http://localhost.evil.example")),
            (Some("127.0.0.1:8401"), Some("null")),
        ] {
            assert!(api(&headers(host, origin)).is_err(), "{host:?} {origin:?}");
        }
    }

    #[test]
    fn the_console_answers_its_own_page_alone() {
        let own = "127.0.0.1:8400";
        let ask = |host, origin| console(&headers(Some(host), origin), own).is_ok();
        assert!(ask(own, None) && ask(own, Some("http://127.0.0.1:8400")));
        assert!(!ask("localhost:8400", None) && !ask(own, Some("http://127.0.0.1:5173")));
        assert!(!ask(own, Some("https://127.0.0.1:8400")));
    }

    #[test]
    fn tokens_differ_and_are_compared_whole() {
        let (one, other) = (token(), token());
        assert!(one.len() == 64 && one != other);
        assert!(same(&one, &one) && !same(&one, &other) && !same(&one, &one[1..]));
    }
}
