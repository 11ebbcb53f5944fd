//! HTTP APIs, served on this machine: each has an address of its own.

use super::{
    Current, gate,
    stats::{Input, Stats},
};
use crate::{
    engine::Engine,
    service::http_api::{self, Request},
};
use axum::{
    body::to_bytes,
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use net_dsl::HttpResponse;
use tokio::sync::oneshot;

/// The largest body, in bytes: what the engine refuses has to be read first.
const LARGEST: usize = 10 * 1_024 * 1_024 + 1;

/// An API that is served.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) name: String,
    pub(crate) current: Current,
    pub(crate) stats: Stats,
}

/// Has the network answer a request.
pub(crate) async fn answer(State(api): State<Api>, request: axum::extract::Request) -> Response {
    let (parts, body) = request.into_parts();
    if let Err(refusal) = gate::api(&parts.headers) {
        return refusal.into_response();
    }
    let Ok(body) = to_bytes(body, LARGEST).await else {
        let refusal = r#"{"message":"Request Entity Too Large"}"#;
        return (StatusCode::PAYLOAD_TOO_LARGE, refusal).into_response();
    };
    let is_told = |name: &&HeaderName| **name != header::HOST;
    let headers = parts.headers.keys().filter(is_told).flat_map(|name| {
        let values = parts.headers.get_all(name).iter();
        values
            .map(|value| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
    });
    let request = Request {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: headers.collect(),
        body: body.to_vec(),
    };
    api.stats.remember(Input::of_request(&api.name, &request));
    match ask(&api.current, &api.name, request).await {
        Some(response) => shown(response),
        None => (StatusCode::SERVICE_UNAVAILABLE, "the network has no such API any more\n")
            .into_response(),
    }
}

/// What an API of the network that runs now answers; nothing, if there is none of that name.
pub(crate) async fn ask(current: &Current, name: &str, request: Request) -> Option<HttpResponse> {
    let shared = current.engine().await;
    let (tell, told) = oneshot::channel();
    shared.with(|engine| {
        let wiring = engine.wiring.clone();
        let found = wiring.apis.iter().position(|api| wiring.name(api.entity) == name)?;
        // Who does not wait any more has gone.
        let reply = Box::new(move |_: &mut Engine, response| drop(tell.send(response)));
        Some(http_api::request(engine, found, request, reply))
    })?;
    told.await.ok()
}

fn shown(response: HttpResponse) -> Response {
    let status = StatusCode::from_u16(response.status).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut shown = (status, response.body.into_bytes()).into_response();
    let headers = shown.headers_mut();
    // The function says what its body is, or nobody does.
    headers.remove(header::CONTENT_TYPE);
    let own = response.headers.iter().map(|(name, value)| (name.as_str(), value));
    let cookies = response.cookies.iter().map(|cookie| ("set-cookie", cookie));
    for (name, value) in own.chain(cookies) {
        let parsed = (name.parse::<HeaderName>(), HeaderValue::from_str(value));
        // The length is counted here.
        if let (Ok(name), Ok(value)) = parsed
            && name != header::CONTENT_LENGTH
        {
            headers.append(name, value);
        }
    }
    shown
}
