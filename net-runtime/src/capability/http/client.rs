//! The HTTP clients of a process.

use once_cell::sync::OnceCell;
use reqwest::{Url, redirect};
use std::{net::IpAddr, time::Duration};

/// Whether a URL is one of HTTP on this machine.
pub(crate) fn is_local(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    url.scheme() == "http"
        && (host == "localhost" || address.is_ok_and(|address| address.is_loopback()))
}

/// One client for the whole process, which keeps connections open between runs; another one for this
/// machine, whose requests go through no proxy.
pub(crate) fn client(base_url: &str) -> &'static reqwest::Client {
    static ELSEWHERE: OnceCell<reqwest::Client> = OnceCell::new();
    static HERE: OnceCell<reqwest::Client> = OnceCell::new();
    let (client, here) = if is_local(base_url) { (&HERE, true) } else { (&ELSEWHERE, false) };
    client.get_or_init(|| {
        let settings = reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .connect_timeout(Duration::from_secs(5))
            .pool_max_idle_per_host(50);
        let settings = if here { settings.no_proxy() } else { settings.https_only(true) };
        // As `Client::new` does: without TLS there is nothing to go on with.
        settings.build().unwrap_or_else(|error| panic!("there is no HTTP client: {error}"))
    })
}
