//! Login with Amazon, as far as its token endpoint goes.

use crate::{
    Clock, Exchange,
    server::{Answer, Server, a_double},
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Login with Amazon: `POST /auth/o2/token` turns codes and refresh tokens into access tokens.
///
/// A code is good for one exchange within five minutes, an access token for an hour, a refresh token
/// until it is revoked, or as [`Rotation`] says.
#[derive(Clone)]
pub struct Login {
    server: Arc<Server>,
    pub(crate) state: Arc<State>,
}

a_double!(Login);

/// What becomes of a refresh token that is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rotation {
    /// It stays, and the answer has none.
    #[default]
    None,
    /// There is a new one in the answer, and the old one stays good.
    New,
    /// There is a new one in the answer, and the old one is no good any more.
    SingleUse,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) clock: Clock,
    tokens: Mutex<Tokens>,
}

#[derive(Default)]
struct Tokens {
    number: usize,
    /// How many client secrets there were before this one.
    secrets: usize,
    rotation: Rotation,
    lasts: Option<u64>,
    /// User and when it runs out, in seconds.
    codes: HashMap<String, (String, u64)>,
    refresh: BTreeMap<String, String>,
    access: BTreeMap<String, (String, u64)>,
}

/// The client that the double knows.
const CLIENT: &str = "client-1";

/// How long a code is good, in seconds.
const CODE_LASTS: u64 = 300;

impl Login {
    /// Starts one.
    ///
    /// # Panics
    /// If the machine has no port left.
    pub async fn start() -> Login {
        let state = Arc::new(State::default());
        let serving = state.clone();
        let server = Server::start(move |exchange| {
            let state = serving.clone();
            async move { state.answer(&exchange).await }
        });
        Login { server: Arc::new(server.await), state }
    }

    /// One that listens nowhere: it is asked by [`Login::answer`].
    pub fn here() -> Login {
        Login { server: Arc::new(Server::here()), state: Arc::default() }
    }

    /// The secret by which the skill is known here: `{"client_id": …, "client_secret": …}`.
    pub fn secret(&self) -> String {
        let secret = self.state.tokens().secret();
        json!({ "client_id": CLIENT, "client_secret": secret }).to_string()
    }

    /// Gives the skill another client secret: from now on the old one is refused.
    pub fn rotate_secret(&self) {
        self.state.tokens().secrets += 1;
    }

    /// A code that may be exchanged once, as Alexa has it for AcceptGrant.
    pub fn code(&self, user: &str) -> String {
        let expires = self.state.clock.seconds() + CODE_LASTS;
        let mut tokens = self.state.tokens();
        let code = tokens.name("code", user);
        tokens.codes.insert(code.clone(), (user.to_owned(), expires));
        code
    }

    /// Tokens as if a code had been exchanged: access token, refresh token, and when the former runs
    /// out, in milliseconds since 1970.
    pub fn grant(&self, user: &str) -> (String, String, u64) {
        let now = self.state.clock.seconds();
        let mut tokens = self.state.tokens();
        let (access, lasts) = tokens.access(user, now);
        (access, tokens.refresh(user), (now + lasts) * 1_000)
    }

    /// Says what becomes of refresh tokens that are used.
    pub fn set_rotation(&self, rotation: Rotation) {
        self.state.tokens().rotation = rotation;
    }

    /// Says how long access tokens last, in seconds; an hour if nobody says.
    pub fn set_lasting(&self, seconds: u64) {
        self.state.tokens().lasts = Some(seconds);
    }

    /// A user takes back the permission: no token of theirs is good any more.
    pub fn revoke(&self, user: &str) {
        let mut tokens = self.state.tokens();
        tokens.refresh.retain(|_, of| of != user);
        tokens.access.retain(|_, (of, _)| of != user);
    }

    /// Whose an access token is, if it is good.
    pub fn user(&self, access: &str) -> Option<String> {
        let now = self.state.clock.seconds();
        let tokens = self.state.tokens();
        tokens
            .access
            .get(access)
            .filter(|(_, expires)| *expires > now)
            .map(|(user, _)| user.clone())
    }
}

impl Tokens {
    /// A new name; `hush` is what a test searches logs for.
    fn name(&mut self, kind: &str, user: &str) -> String {
        self.number += 1;
        format!("Atz|hush-{kind}-{}-{user}", self.number)
    }

    fn secret(&self) -> String {
        format!("hush-client-secret-{}", self.secrets)
    }

    fn access(&mut self, user: &str, now: u64) -> (String, u64) {
        let lasts = self.lasts.unwrap_or(3_600);
        let access = self.name("access", user);
        self.access.insert(access.clone(), (user.to_owned(), now + lasts));
        (access, lasts)
    }

    fn refresh(&mut self, user: &str) -> String {
        let refresh = self.name("refresh", user);
        self.refresh.insert(refresh.clone(), user.to_owned());
        refresh
    }
}

fn refused(status: u16, error: &str) -> Answer {
    (status, json!({ "error": error, "error_description": "…", "request_id": "1" }))
}

impl State {
    fn tokens(&self) -> MutexGuard<'_, Tokens> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, exchange: &Exchange) -> Answer {
        if exchange.path != "/auth/o2/token" {
            return (404, Value::Null);
        }
        let kind = exchange.headers.get("content-type").map_or("", String::as_str);
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if exchange.method != "POST" || kind != "application/x-www-form-urlencoded" {
            return refused(400, "invalid_request");
        }
        let form: HashMap<String, String> =
            form_urlencoded::parse(exchange.body.as_bytes()).into_owned().collect();
        let field = |name: &str| form.get(name).map_or("", String::as_str);
        if field("client_id") != CLIENT || field("client_secret") != self.tokens().secret() {
            return refused(401, "invalid_client");
        }
        match field("grant_type") {
            "authorization_code" if field("code").is_empty() => refused(400, "invalid_request"),
            "authorization_code" => self.exchange(field("code")),
            "refresh_token" if field("refresh_token").is_empty() => refused(400, "invalid_request"),
            "refresh_token" => self.refresh(field("refresh_token")),
            "" => refused(400, "invalid_request"),
            _ => refused(400, "unsupported_grant_type"),
        }
    }

    fn exchange(&self, code: &str) -> Answer {
        let now = self.clock.seconds();
        let mut tokens = self.tokens();
        match tokens.codes.remove(code) {
            Some((user, expires)) if expires > now => {
                let refresh = tokens.refresh(&user);
                answer(tokens.access(&user, now), Some(refresh))
            }
            _ => refused(400, "invalid_grant"),
        }
    }

    fn refresh(&self, refresh: &str) -> Answer {
        let now = self.clock.seconds();
        let mut tokens = self.tokens();
        let Some(user) = tokens.refresh.get(refresh).cloned() else {
            return refused(400, "invalid_grant");
        };
        if tokens.rotation == Rotation::SingleUse {
            tokens.refresh.remove(refresh);
        }
        let new = (tokens.rotation != Rotation::None).then(|| tokens.refresh(&user));
        answer(tokens.access(&user, now), new)
    }
}

fn answer((access, lasts): (String, u64), refresh: Option<String>) -> Answer {
    let mut answer = json!({ "access_token": access, "token_type": "bearer", "expires_in": lasts });
    if let Some(refresh) = refresh {
        answer["refresh_token"] = refresh.into();
    }
    (200, answer)
}
