//! Alexa's event gateway.

use crate::{
    Clock, Exchange, Login, schema,
    server::{Answer, Server, a_double},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

/// Alexa's event gateway: `POST /v3/events`.
///
/// It takes an event that is authorised twice, in its header and in its body, by a token that
/// [`Login`] has given and that is still good, and that [`schema::proactive`] finds nothing wrong
/// with. What it does not take it answers as Alexa does, and remembers why.
#[derive(Clone)]
pub struct Gateway {
    server: Arc<Server>,
    state: Arc<State>,
}

a_double!(Gateway);

struct State {
    clock: Clock,
    login: Login,
    disabled: Mutex<BTreeSet<String>>,
    taken: Mutex<Vec<Taken>>,
    refused: Mutex<Vec<String>>,
}

/// An event that the gateway has taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    /// Whose token authorised it.
    pub user: String,
    /// The event.
    pub event: Value,
}

impl Taken {
    /// The event's name, as in `ChangeReport`.
    pub fn name(&self) -> &str {
        self.event["event"]["header"]["name"].as_str().unwrap_or_default()
    }
}

impl Gateway {
    /// Starts one that takes what a login authorises.
    ///
    /// # Panics
    /// If the machine has no port left.
    pub async fn start(login: &Login) -> Gateway {
        let state = State::trusting(login);
        let serving = state.clone();
        let server = Server::start(move |exchange| {
            let state = serving.clone();
            async move { state.answer(&exchange).await }
        });
        Gateway { server: Arc::new(server.await), state }
    }

    /// One that listens nowhere: it is asked by [`Gateway::answer`].
    pub fn here(login: &Login) -> Gateway {
        Gateway { server: Arc::new(Server::here()), state: State::trusting(login) }
    }

    /// A user disables the skill: from now on their events are refused.
    pub fn disable(&self, user: &str) {
        let mut disabled = self.state.disabled.lock().unwrap_or_else(PoisonError::into_inner);
        disabled.insert(user.to_owned());
    }

    /// What it has taken so far, oldest first.
    pub fn taken(&self) -> Vec<Taken> {
        self.state.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What it has taken that answers the directive with a correlation token: more than one is one
    /// too many.
    pub fn answers(&self, correlation: &str) -> Vec<Taken> {
        let mut taken = self.taken();
        taken.retain(|taken| taken.event["event"]["header"]["correlationToken"] == correlation);
        taken
    }

    /// Why it has not taken what is not as the schema wants it.
    pub fn refused(&self) -> Vec<String> {
        self.state.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn exception(status: u16, code: &str) -> Answer {
    let header = json!({ "namespace": "System", "name": "Exception", "messageId": "1" });
    (status, json!({ "header": header, "payload": { "code": code, "description": "…" } }))
}

impl State {
    fn trusting(login: &Login) -> Arc<State> {
        Arc::new(State {
            clock: login.clock().clone(),
            login: login.clone(),
            disabled: Mutex::default(),
            taken: Mutex::default(),
            refused: Mutex::default(),
        })
    }

    async fn answer(&self, exchange: &Exchange) -> Answer {
        if (exchange.method.as_str(), exchange.path.as_str()) != ("POST", "/v3/events") {
            return (404, Value::Null);
        }
        let bearer = exchange.bearer().unwrap_or_default();
        let Some(user) = self.login.user(bearer) else {
            return exception(401, "INVALID_ACCESS_TOKEN_EXCEPTION");
        };
        if self.disabled.lock().unwrap_or_else(PoisonError::into_inner).contains(&user) {
            return exception(403, "SKILL_DISABLED_EXCEPTION");
        }
        let event = exchange.json();
        if let Err(why) = check(exchange, bearer, &event) {
            self.refused.lock().unwrap_or_else(PoisonError::into_inner).push(why);
            return exception(400, "INVALID_REQUEST_EXCEPTION");
        }
        let taken = Taken { user, event };
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).push(taken);
        (202, Value::Null)
    }
}

fn check(exchange: &Exchange, bearer: &str, event: &Value) -> Result<(), String> {
    let kind = exchange.headers.get("content-type").map_or("", String::as_str);
    if kind.split(';').next().map(str::trim) != Some("application/json") {
        return Err("its content type is not JSON".to_owned());
    }
    schema::proactive(event)?;
    let event = &event["event"];
    // What is about all devices names who has them in its payload.
    let holder = if event["endpoint"].is_object() { "endpoint" } else { "payload" };
    if event[holder]["scope"]["token"] != bearer {
        return Err("its scope has another token than its header".to_owned());
    }
    Ok(())
}
