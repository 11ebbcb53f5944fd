//! The hubs in the users' homes, and the way to them.

use crate::{
    Clock, Exchange,
    server::{Answer, Server, a_double},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The hubs in the users' homes behind one address, as a relay offers them that they hold a connection to:
/// `/homes/{user}/grants`. Each keeps the grants of its household, and nothing else does.
///
/// A grant is changed under `If-Match` with the SHA-256 of its access token, in hexadecimal and quotes, or under
/// `If-None-Match: *`. A hub that is [away](Hub::set_away) is answered for with 503.
#[derive(Clone)]
pub struct Hub {
    server: Arc<Server>,
    state: Arc<State>,
}

a_double!(Hub);

#[derive(Default)]
struct State {
    clock: Clock,
    homes: Mutex<Homes>,
}

#[derive(Default)]
struct Homes {
    away: BTreeSet<String>,
    grants: BTreeMap<String, BTreeMap<String, Value>>,
}

const KEY: &str = "hush-hub-key";

impl Hub {
    /// Starts one without homes.
    ///
    /// # Panics
    /// If the machine has no port left.
    pub async fn start() -> Hub {
        let state = Arc::new(State::default());
        let serving = state.clone();
        let server = Server::start(move |exchange| {
            let state = serving.clone();
            async move { state.answer(&exchange).await }
        });
        Hub { server: Arc::new(server.await), state }
    }

    /// The secret by which the skill is known here: `{"hub_key": …}`.
    pub fn secret(&self) -> String {
        json!({ "hub_key": KEY }).to_string()
    }

    /// Puts a hub into a user's home.
    pub fn install(&self, user: &str) {
        self.state.homes().grants.entry(user.to_owned()).or_default();
    }

    /// Says whether a user's hub is away, as when the home's connection is down.
    pub fn set_away(&self, user: &str, away: bool) {
        let mut homes = self.state.homes();
        if away {
            homes.away.insert(user.to_owned());
        } else {
            homes.away.remove(user);
        }
    }

    /// The grants that a user's hub keeps, in order of customer.
    pub fn grants(&self, user: &str) -> Vec<Value> {
        let homes = self.state.homes();
        homes.grants.get(user).into_iter().flat_map(BTreeMap::values).cloned().collect()
    }

    /// Has a user's hub keep a grant, which says its `customer`.
    pub fn store(&self, user: &str, grant: Value) {
        let customer = grant["customer"].as_str().unwrap_or_default().to_owned();
        self.state.homes().grants.entry(user.to_owned()).or_default().insert(customer, grant);
    }
}

fn tag(grant: &Value) -> String {
    let digest = Sha256::digest(grant["access_token"].as_str().unwrap_or_default());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

impl State {
    fn homes(&self) -> MutexGuard<'_, Homes> {
        self.homes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, exchange: &Exchange) -> Answer {
        if exchange.bearer() != Some(KEY) {
            return (401, Value::Null);
        }
        let segments = exchange.segments();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let (user, customer) = match segments.as_slice() {
            ["homes", user, "grants"] => (*user, None),
            ["homes", user, "grants", customer] => (*user, Some(*customer)),
            _ => return (404, Value::Null),
        };
        let mut homes = self.homes();
        if homes.away.contains(user) {
            return (503, json!({ "code": "away" }));
        }
        let Some(grants) = homes.grants.get_mut(user) else { return (404, Value::Null) };
        let header = |name: &str| exchange.headers.get(name).map(String::as_str);
        let known = customer.and_then(|customer| grants.get(customer)).cloned();
        if header("if-none-match") == Some("*") && known.is_some() {
            return (412, Value::Null);
        }
        let is_another = header("if-match")
            .is_some_and(|wanted| known.as_ref().is_none_or(|known| tag(known) != wanted));
        if is_another {
            return (412, Value::Null);
        }
        match (exchange.method.as_str(), customer) {
            ("GET", None) => (200, grants.values().cloned().collect()),
            ("PUT", Some(customer)) => {
                grants.insert(customer.to_owned(), exchange.json());
                (204, Value::Null)
            }
            ("PATCH", Some(customer)) => {
                let Some(mut grant) = known else { return (404, Value::Null) };
                for (name, value) in exchange.json().as_object().into_iter().flatten() {
                    grant[name] = value.clone();
                }
                grants.insert(customer.to_owned(), grant.clone());
                (200, grant)
            }
            ("DELETE", Some(customer)) => {
                grants.remove(customer);
                (204, Value::Null)
            }
            _ => (405, Value::Null),
        }
    }
}
