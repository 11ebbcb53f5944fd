//! A base URL has a host.

use net_dsl::prelude::*;

fn main() {
    url!("https://");
    url!("https://:443");
    url!("https:///devices");
    url!("https://?");
    url!("http://localhost.example.com");
    url!("http://127.0.0.100.example.com");
    url!("https://example.com:port");
    url!("https://example..com");
    url!("https://-.com");
}
