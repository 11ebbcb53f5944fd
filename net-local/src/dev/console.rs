//! The console: a page that shows what happens, and does what one wants to try.
//!
//! The page is static; everything that it shows it asks for with the token that its address had. What it is
//! made of is in `net-local/console`, and part of this binary.

mod act;
mod program;
mod view;

pub(crate) use program::Types;

use super::{Current, gate, mask::Mask, stats::Stats};
use act::Deed;
use axum::{
    Json, Router,
    body::Body,
    extract::{DefaultBodyLimit, Path, Request, State},
    http::{HeaderMap, StatusCode, Uri, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use futures_util::stream;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// The largest thing that the page sends: a message has 1 MiB at the most, an item 400 KB.
const LARGEST: usize = 2 * 1_024 * 1_024;
/// How often the page is told what is new.
const OFTEN: Duration = Duration::from_millis(250);
/// How many things that happened it is told at once: more than anybody reads.
const AT_ONCE: usize = 200;

/// What the page shows that does not change while a network runs.
#[derive(Clone, Default)]
pub(crate) struct Picture {
    pub(crate) name: String,
    /// The network, drawn.
    pub(crate) svg: String,
    pub(crate) types: Types,
    /// Where APIs are served.
    pub(crate) apis: BTreeMap<String, String>,
    /// How often there was another network: the page draws it anew.
    pub(crate) version: u64,
}

/// What the console knows.
pub(crate) struct Console {
    pub(crate) token: String,
    pub(crate) current: Current,
    pub(crate) stats: Stats,
    pub(crate) mask: Mask,
    pub(crate) picture: Arc<Mutex<Picture>>,
}

impl Console {
    fn picture(&self) -> Picture {
        self.picture.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[derive(Clone)]
struct At {
    console: Arc<Console>,
    /// Its own address, as a browser says it.
    own: Arc<str>,
}

/// The console's server at an address.
pub(crate) fn router(console: Arc<Console>, address: SocketAddr) -> Router {
    let at = At { console: console.clone(), own: address.to_string().into() };
    let asked = Router::new()
        .route("/network", get(network))
        .route("/events", get(events))
        .route("/log", get(log))
        .route("/paths", get(paths))
        .route("/path/{correlation}", get(path))
        .route("/messages/{name}", get(messages))
        .route("/items/{name}", get(items))
        .route("/test", get(test))
        .route("/do", post(deed))
        .layer(DefaultBodyLimit::max(LARGEST))
        .layer(middleware::from_fn_with_state(at.clone(), has_token))
        .with_state(console);
    Router::new()
        .route("/", get(page))
        .route("/{file}", get(file))
        .nest("/api", asked)
        .layer(middleware::from_fn_with_state(at.clone(), is_own))
        .with_state(at)
}

/// Lets the console's own page pass, and sees to it that its answers are used by nobody else.
async fn is_own(State(at): State<At>, request: Request, next: Next) -> Response {
    if let Err(refusal) = gate::console(request.headers(), &at.own) {
        return refusal.into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let policy = "default-src 'self'; img-src data:; style-src 'self' 'unsafe-inline'; \
                  frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // The address has the token.
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, header::HeaderValue::from_static(value));
    }
    headers.insert("cross-origin-resource-policy", header::HeaderValue::from_static("same-origin"));
    response
}

const NO_TOKEN: (StatusCode, &str) =
    (StatusCode::UNAUTHORIZED, "open the address that `synth dev` printed: it has a token\n");

/// Lets pass who has the token. It is in a header that no other page can send without being asked for it
/// first, which is refused.
async fn has_token(State(at): State<At>, request: Request, next: Next) -> Response {
    let given = request.headers().get(header::AUTHORIZATION);
    let given = given.and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    match given {
        Some(token) if gate::same(token, &at.console.token) => next.run(request).await,
        _ => NO_TOKEN.into_response(),
    }
}

/// A value of a request's query.
fn asked(uri: &Uri, name: &str) -> Option<String> {
    let mut values = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    values.find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
}

async fn page(State(at): State<At>, uri: Uri) -> Response {
    match asked(&uri, "token") {
        Some(token) if gate::same(&token, &at.console.token) => {
            ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], PAGE).into_response()
        }
        _ => NO_TOKEN.into_response(),
    }
}

const PAGE: &str = include_str!("../../console/index.html");

/// The files of the page, by name: none of them tells anything about the network.
const FILES: [(&str, &str, &str); 8] = [
    ("style.css", "text/css; charset=utf-8", include_str!("../../console/style.css")),
    ("main.js", SCRIPT, include_str!("../../console/built/main.js")),
    ("ask.js", SCRIPT, include_str!("../../console/built/ask.js")),
    ("dom.js", SCRIPT, include_str!("../../console/built/dom.js")),
    ("graph.js", SCRIPT, include_str!("../../console/built/graph.js")),
    ("entity.js", SCRIPT, include_str!("../../console/built/entity.js")),
    ("paths.js", SCRIPT, include_str!("../../console/built/paths.js")),
    ("time.js", SCRIPT, include_str!("../../console/built/time.js")),
];
const SCRIPT: &str = "text/javascript; charset=utf-8";

async fn file(Path(name): Path<String>) -> Response {
    match FILES.iter().find(|(known, ..)| *known == name) {
        Some((_, kind, text)) => ([(header::CONTENT_TYPE, *kind)], *text).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

type Known = State<Arc<Console>>;

async fn network(State(console): Known) -> Json<Value> {
    let picture = console.picture();
    let shared = console.current.engine().await;
    let mut network = shared.with(|engine| view::wiring(engine));
    network["name"] = picture.name.into();
    network["svg"] = picture.svg.into();
    network["types"] = json!(picture.types);
    network["apis"] = json!(picture.apis);
    network["version"] = picture.version.into();
    Json(network)
}

async fn log(State(console): Known, uri: Uri) -> Json<Value> {
    let number = |name| asked(&uri, name).and_then(|text| text.parse().ok()).unwrap_or_default();
    let (from, count): (usize, usize) = (number("from"), number("count"));
    let shared = console.current.engine().await;
    Json(shared.with(|engine| {
        json!({
            "length": engine.log.happenings.len(),
            "steps": view::stretch(engine, &console.stats, from, count, &console.mask),
        })
    }))
}

async fn paths(State(console): Known) -> Json<Value> {
    let shared = console.current.engine().await;
    Json(shared.with(|engine| view::paths(engine, &console.stats, AT_ONCE, &console.mask)))
}

async fn path(State(console): Known, Path(correlation): Path<String>) -> Json<Value> {
    let shared = console.current.engine().await;
    Json(shared.with(|engine| view::path(engine, &console.stats, &correlation, &console.mask)))
}

async fn messages(State(console): Known, Path(name): Path<String>) -> Json<Value> {
    let shared = console.current.engine().await;
    Json(shared.with(|engine| view::messages(engine, &name, &console.mask)))
}

async fn items(State(console): Known, Path(name): Path<String>) -> Json<Value> {
    let shared = console.current.engine().await;
    Json(shared.with(|engine| view::items(engine, &name, &console.mask)))
}

async fn test(State(console): Known) -> String {
    let picture = console.picture();
    let shared = console.current.engine().await;
    let program = shared
        .with(|engine| program::program(engine, &console.stats, &picture.types, &picture.name));
    console.mask.text(&program)
}

async fn deed(State(console): Known, headers: HeaderMap, body: String) -> Response {
    // A form of another page's has no such type.
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if kind != Some("application/json") {
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body is JSON\n").into_response();
    }
    let deed: Deed = match serde_json::from_str(&body) {
        Ok(deed) => deed,
        Err(error) => return (StatusCode::BAD_REQUEST, format!("{error}\n")).into_response(),
    };
    match act::act(deed, &console.current, &console.stats, &console.mask).await {
        Ok(answer) => Json(answer).into_response(),
        Err(why) => (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "why": why }))).into_response(),
    }
}

/// What the page was told last.
struct Told {
    console: Arc<Console>,
    from: usize,
    version: u64,
    entities: BTreeMap<String, view::Now>,
    first: bool,
}

/// What is new, as server-sent events, for as long as the page listens.
async fn events(State(console): Known) -> Response {
    let (entities, version) = (BTreeMap::new(), u64::MAX);
    let told = Told { console, from: 0, version, entities, first: true };
    let events = stream::unfold(told, |mut told| async move {
        loop {
            if !std::mem::take(&mut told.first) {
                tokio::time::sleep(OFTEN).await;
            }
            if let Some(event) = news(&mut told).await {
                return Some((Ok::<_, Infallible>(format!("data: {event}\n\n")), told));
            }
        }
    });
    let kind = [(header::CONTENT_TYPE, "text/event-stream")];
    (kind, Body::from_stream(events)).into_response()
}

/// What is new since the page was told, which then it is.
async fn news(told: &mut Told) -> Option<Value> {
    let console = told.console.clone();
    let shared = console.current.engine().await;
    let version = console.picture().version;
    if version != told.version {
        // Another network has a log of its own.
        (told.from, told.version) = (0, version);
        told.entities.clear();
    }
    let (entities, steps, length, now, speed) = shared.with(|engine| {
        let length = engine.log.happenings.len();
        let entities = view::entities(engine, &console.stats, &console.mask);
        let steps = view::since(engine, &console.stats, told.from, AT_ONCE, &console.mask);
        (entities, steps, length, engine.now(), engine.speed())
    });
    let changed: BTreeMap<&String, &view::Now> =
        entities.iter().filter(|(name, now)| told.entities.get(*name) != Some(*now)).collect();
    let skipped = length.saturating_sub(told.from).saturating_sub(AT_ONCE);
    let event = json!({
        "version": version,
        "now": now,
        "speed": speed,
        "entities": changed,
        "steps": steps,
        "skipped": skipped,
        "length": length,
    });
    told.from = length;
    told.entities = entities;
    Some(event)
}
