//! Lambda's runtime API (AWS Lambda, "Using the Lambda runtime API"): a function asks for the next
//! event, and posts what it answers or how it failed.

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, SystemTime},
};
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

/// What an invocation ends with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The function's answer, as JSON.
    Response(String),
    /// The function failed, and says how, as JSON.
    Error(String),
    /// The function took too long and was stopped.
    TimedOut,
    /// The process has ended, or failed before it asked for an event.
    Crashed,
}

/// How large an answer may be: Lambda takes 6 MB ("Exceeded maximum allowed payload size (6291556
/// bytes)").
const LARGEST: usize = 6_291_556;

struct Event {
    id: String,
    payload: String,
    ends: SystemTime,
}

struct Shared {
    arn: String,
    events: tokio::sync::Mutex<mpsc::UnboundedReceiver<Event>>,
    waiting: Mutex<HashMap<String, oneshot::Sender<Answer>>>,
}

impl Shared {
    fn waiting(&self) -> MutexGuard<'_, HashMap<String, oneshot::Sender<Answer>>> {
        // Nothing panics while it holds the lock.
        self.waiting.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn answer(&self, id: &str, answer: Answer) -> StatusCode {
        match self.waiting().remove(id) {
            Some(waiting) => {
                // Who does not wait any more has been told that time was up.
                let _ = waiting.send(answer);
                StatusCode::ACCEPTED
            }
            None => StatusCode::BAD_REQUEST,
        }
    }
}

/// The server of one function's process.
pub(crate) struct RuntimeApi {
    address: SocketAddr,
    events: mpsc::UnboundedSender<Event>,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
    number: Mutex<u64>,
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl RuntimeApi {
    pub(crate) async fn start(function: &str) -> io::Result<RuntimeApi> {
        let (events, queue) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            arn: format!("arn:aws:lambda:local:000000000000:function:{function}"),
            events: tokio::sync::Mutex::new(queue),
            waiting: Mutex::default(),
        });
        let runtime = "/2018-06-01/runtime";
        let router = Router::new()
            .route(&format!("{runtime}/invocation/next"), get(next))
            .route(&format!("{runtime}/invocation/{{id}}/response"), post(response))
            .route(&format!("{runtime}/invocation/{{id}}/error"), post(error))
            .route(&format!("{runtime}/init/error"), post(|| async { StatusCode::ACCEPTED }))
            .layer(DefaultBodyLimit::max(LARGEST))
            .with_state(shared.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let server = tokio::spawn(async move {
            // It ends with the task.
            let _ = axum::serve(listener, router).await;
        });
        Ok(RuntimeApi { address, events, shared, server, number: Mutex::new(0) })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Puts an event in line, under a request id. The answer never comes if the function dies.
    pub(crate) fn put(
        &self,
        id: Option<&str>,
        payload: &str,
        time: Duration,
    ) -> (String, oneshot::Receiver<Answer>) {
        let number = {
            let mut number = self.number.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            *number += 1;
            *number
        };
        let numbered = || format!("00000000-0000-4000-8000-{number:012}");
        let id = id.map_or_else(numbered, str::to_owned);
        let (answer, answered) = oneshot::channel();
        self.shared.waiting().insert(id.clone(), answer);
        let ends = SystemTime::now() + time;
        let event = Event { id: id.clone(), payload: payload.to_owned(), ends };
        // The receiver lives as long as the server.
        let _ = self.events.send(event);
        (id, answered)
    }

    pub(crate) fn forget(&self, id: &str) {
        self.shared.waiting().remove(id);
    }
}

async fn next(State(shared): State<Arc<Shared>>) -> Response {
    let mut events = shared.events.lock().await;
    let event = loop {
        match events.recv().await {
            // Whoever put it there may not wait any more.
            Some(event) if shared.waiting().contains_key(&event.id) => break event,
            Some(_) => {}
            None => return StatusCode::GONE.into_response(),
        }
    };
    let ends = event.ends.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let headers = [
        ("lambda-runtime-aws-request-id", event.id),
        ("lambda-runtime-deadline-ms", ends.as_millis().to_string()),
        ("lambda-runtime-invoked-function-arn", shared.arn.clone()),
        ("content-type", "application/json".to_owned()),
    ];
    (headers, event.payload).into_response()
}

async fn response(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: Bytes,
) -> StatusCode {
    shared.answer(&id, Answer::Response(String::from_utf8_lossy(&body).into_owned()))
}

async fn error(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: Bytes,
) -> StatusCode {
    shared.answer(&id, Answer::Error(String::from_utf8_lossy(&body).into_owned()))
}
