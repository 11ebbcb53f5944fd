//! An HTTP server that remembers what it was asked, and gives trouble.

use crate::trouble::{Kind, Trouble};
use futures_util::{
    StreamExt as _,
    stream::{self, BoxStream},
};
use http_body_util::{BodyExt as _, StreamBody};
use hyper::{
    Request, Response,
    body::{Bytes, Frame, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::{AbortHandle, JoinSet},
};

/// A request and what became of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exchange {
    /// As in `POST`.
    pub method: String,
    /// With its query.
    pub path: String,
    /// By their names in small letters.
    pub headers: BTreeMap<String, String>,
    /// The request's body.
    pub body: String,
    /// The status of the answer; none if the connection ended without one.
    pub status: Option<u16>,
    /// The answer's body.
    pub answer: String,
}

impl Exchange {
    /// The request's body as JSON; null if it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// What the request is authorised by, without `Bearer`.
    pub fn bearer(&self) -> Option<&str> {
        self.headers.get("authorization")?.strip_prefix("Bearer ")
    }

    /// The parts of the path, their escapes resolved.
    pub(crate) fn segments(&self) -> Vec<String> {
        let path = self.path.split('?').next().unwrap_or_default();
        path.split('/').skip(1).map(unescaped).collect()
    }
}

fn unescaped(text: &str) -> String {
    // A `+` is itself in a path.
    let text = text.replace('+', "%2B");
    let mut pairs = form_urlencoded::parse(text.as_bytes());
    pairs.next().map(|(text, _)| text.into_owned()).unwrap_or_default()
}

/// What a double does: a status and a body for a request.
pub(crate) type Answer = (u16, Value);

/// A running server; it stops when it is dropped.
pub(crate) struct Server {
    url: String,
    shared: Arc<Shared>,
    accepting: Option<AbortHandle>,
}

#[derive(Default)]
struct Shared {
    exchanges: Mutex<Vec<Exchange>>,
    troubles: Mutex<Vec<Trouble>>,
    watchers: Mutex<Vec<UnboundedSender<Exchange>>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Server {
    /// Starts a server on a free port of this machine.
    ///
    /// # Panics
    /// If the machine has no port left.
    pub(crate) async fn start<F>(answer: impl Fn(Exchange) -> F + Send + Sync + 'static) -> Server
    where
        F: Future<Output = Answer> + Send,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port on loopback");
        let address = listener.local_addr().expect("a listener has an address");
        let shared = Arc::new(Shared::default());
        let (serving, answer) = (shared.clone(), Arc::new(answer));
        let accepting = tokio::spawn(async move {
            // Connections end with the listener: then the server cannot be reached at all.
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (shared, answer) = (serving.clone(), answer.clone());
                let service = service_fn(move |request| {
                    let (shared, answer) = (shared.clone(), answer.clone());
                    async move { shared.serve(request, &*answer).await }
                });
                connections.spawn(async move {
                    let connection = http1::Builder::new();
                    // Who has hung up knows.
                    let _ = connection.serve_connection(TokioIo::new(stream), service).await;
                });
                while connections.try_join_next().is_some() {}
            }
        });
        Server {
            url: format!("http://{address}"),
            shared,
            accepting: Some(accepting.abort_handle()),
        }
    }

    /// One that listens nowhere: it is asked in this process.
    pub(crate) fn here() -> Server {
        Server { url: String::new(), shared: Arc::default(), accepting: None }
    }

    /// Remembers a request that was answered in this process.
    pub(crate) fn answered(&self, mut exchange: Exchange, answer: &Answer) {
        exchange.status = Some(answer.0);
        exchange.answer = text_of(&answer.1);
        let number = self.shared.remember(&exchange);
        self.shared.settle(number, &exchange);
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn stop(&self) {
        if let Some(accepting) = &self.accepting {
            accepting.abort();
        }
    }

    pub(crate) fn give(&self, trouble: Trouble) {
        lock(&self.shared.troubles).push(trouble);
    }

    pub(crate) fn relent(&self) {
        lock(&self.shared.troubles).clear();
    }

    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        lock(&self.shared.exchanges).clone()
    }

    pub(crate) fn watch(&self) -> UnboundedReceiver<Exchange> {
        let (sender, receiver) = unbounded_channel();
        lock(&self.shared.watchers).push(sender);
        receiver
    }
}

impl Shared {
    async fn serve<F>(
        &self,
        request: Request<Incoming>,
        answer: &(impl Fn(Exchange) -> F + Send + Sync),
    ) -> Result<Response<Body>, io::Error>
    where
        F: Future<Output = Answer> + Send,
    {
        let mut exchange = read(request).await?;
        let trouble = self.trouble(&exchange.method);
        // Before the answer: who has the answer can rely on the request being remembered.
        let number = self.remember(&exchange);
        let done = match &trouble {
            Some(Trouble { kind: Kind::Answer(..) | Kind::HangUp, does: false, .. }) => None,
            Some(Trouble { kind: Kind::Twice, .. }) => {
                answer(exchange.clone()).await;
                Some(answer(exchange.clone()).await)
            }
            _ => Some(answer(exchange.clone()).await),
        };
        let cut = matches!(&trouble, Some(Trouble { kind: Kind::CutBody, .. }));
        if let Some(trouble) = &trouble {
            tokio::time::sleep(trouble.delay).await;
        }
        let retry_after = trouble.as_ref().and_then(|trouble| trouble.retry_after);
        let answer = match trouble.map(|trouble| trouble.kind) {
            Some(Kind::HangUp) => None,
            Some(Kind::Answer(status, body)) => Some((status, body)),
            Some(Kind::Slow | Kind::CutBody | Kind::Twice) | None => done,
        };
        if let Some((status, body)) = answer {
            exchange.status = Some(status);
            exchange.answer = text_of(&body);
        }
        self.settle(number, &exchange);
        let status = exchange.status.ok_or_else(|| io::Error::other("told to hang up"))?;
        let mut response =
            Response::builder().status(status).header("content-type", "application/json");
        if let Some(seconds) = retry_after {
            response = response.header("retry-after", seconds);
        }
        if cut {
            response = response.header("content-length", exchange.answer.len().max(1));
        }
        response.body(body(exchange.answer, cut)).map_err(io::Error::other)
    }

    /// The first trouble there is for a method; it is one fewer afterwards.
    fn trouble(&self, method: &str) -> Option<Trouble> {
        let mut troubles = lock(&self.troubles);
        troubles.retain(|trouble| trouble.times > 0);
        let trouble =
            troubles.iter_mut().find(|trouble| trouble.on.is_none_or(|on| on == method))?;
        if trouble.skips > 0 {
            trouble.skips -= 1;
            return None;
        }
        if trouble.times != usize::MAX {
            trouble.times -= 1;
        }
        Some(trouble.clone())
    }

    fn remember(&self, exchange: &Exchange) -> usize {
        let mut exchanges = lock(&self.exchanges);
        exchanges.push(exchange.clone());
        exchanges.len() - 1
    }

    fn settle(&self, number: usize, exchange: &Exchange) {
        if let Some(known) = lock(&self.exchanges).get_mut(number) {
            *known = exchange.clone();
        }
        lock(&self.watchers).retain(|watcher| watcher.send(exchange.clone()).is_ok());
    }
}

type Body = StreamBody<BoxStream<'static, Result<Frame<Bytes>, io::Error>>>;

/// Long enough for half an answer to be on its way.
const BEFORE_THE_CUT: Duration = Duration::from_millis(20);

/// A body, or half of one.
fn body(text: String, cut: bool) -> Body {
    let bytes = Bytes::from(text);
    let frames = if cut {
        let half = bytes.slice(..bytes.len() / 2);
        vec![Ok(Frame::data(half)), Err(io::Error::other("told to cut the body"))]
    } else if bytes.is_empty() {
        Vec::new()
    } else {
        vec![Ok(Frame::data(bytes))]
    };
    let frames = stream::iter(frames).then(async |frame| {
        if frame.is_err() {
            // What comes before the cut is sent first: an error drops what has not been sent.
            tokio::time::sleep(BEFORE_THE_CUT).await;
        }
        frame
    });
    StreamBody::new(frames.boxed())
}

async fn read(request: Request<Incoming>) -> Result<Exchange, io::Error> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let headers = head.headers.iter().map(|(name, value)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    });
    Ok(Exchange {
        method: head.method.to_string(),
        path: head.uri.to_string(),
        headers: headers.collect(),
        body: String::from_utf8_lossy(&body).into_owned(),
        ..Exchange::default()
    })
}

fn text_of(body: &Value) -> String {
    match body {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        json => json.to_string(),
    }
}

/// What every double has.
macro_rules! a_double {
    ($name:ident) => {
        impl $name {
            /// Where it is, without a slash at the end.
            pub fn url(&self) -> &str {
                self.server.url()
            }

            /// What it was asked so far, oldest first.
            pub fn exchanges(&self) -> Vec<$crate::Exchange> {
                self.server.exchanges()
            }

            /// What it will have been asked, once it is answered.
            pub fn watch(&self) -> tokio::sync::mpsc::UnboundedReceiver<$crate::Exchange> {
                self.server.watch()
            }

            /// Has something go wrong. Troubles come in the order in which they are given.
            pub fn give(&self, trouble: $crate::Trouble) {
                self.server.give(trouble);
            }

            /// Has nothing go wrong any more.
            pub fn relent(&self) {
                self.server.relent();
            }

            /// Makes it unreachable for good: who connects is refused.
            pub fn stop(&self) {
                self.server.stop();
            }

            /// Answers a request in this process, without a connection: what a test gives an engine in
            /// the service's place. Troubles are none of its.
            pub async fn answer(&self, exchange: $crate::Exchange) -> (u16, serde_json::Value) {
                let answer = self.state.answer(&exchange).await;
                self.server.answered(exchange, &answer);
                answer
            }

            /// What time it is for it.
            pub fn clock(&self) -> &$crate::Clock {
                &self.state.clock
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.url())
            }
        }
    };
}
pub(crate) use a_double;
