//! Acme's cloud, as `alexa_handlers::acme` documents it.

mod device;

pub use device::Device;

use crate::{
    Clock, Exchange,
    server::{Answer, Server, a_double},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
    mem,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak},
    time::Duration,
};

/// Acme's cloud: accounts, their tokens, their devices.
///
/// It carries out what it is asked at once and answers with the state, or accepts it and does it
/// later, as [`Pace`] says; and it pushes what has changed, if [`Pushes`] says where to. An
/// `Idempotency-Key` that comes again is answered as the first time, and nothing is done again.
#[derive(Clone)]
pub struct Acme {
    server: Arc<Server>,
    state: Arc<State>,
}

a_double!(Acme);

/// When a device does what it is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// Before the answer: 200 and the state.
    #[default]
    AtOnce,
    /// After the answer, which is 202 and a request's id.
    After(Duration),
    /// The same, but not before [`Acme::carry_out`].
    WhenTold,
}

/// How what has changed is pushed.
#[derive(Clone, Debug)]
pub struct Pushes {
    url: String,
    times: usize,
    early: bool,
    named: bool,
}

impl Pushes {
    /// Each change once to an address.
    pub fn to(url: impl Into<String>) -> Pushes {
        Pushes { url: url.into(), times: 1, early: false, named: true }
    }

    /// Each change so many times, at once.
    #[must_use]
    pub fn times(mut self, times: usize) -> Pushes {
        self.times = times;
        self
    }

    /// What is accepted is carried out and pushed, and only then answered with 202.
    #[must_use]
    pub fn before_the_answer(mut self) -> Pushes {
        self.early = true;
        self
    }

    /// Without the request's id.
    #[must_use]
    pub fn unnamed(mut self) -> Pushes {
        self.named = false;
        self
    }
}

struct State {
    clock: Clock,
    /// Made when it is needed: it reads the system's certificates.
    client: OnceLock<reqwest::Client>,
    world: Mutex<World>,
    this: Weak<State>,
}

/// An account, and by which link a token is good for it.
#[derive(Clone, Debug, Default, PartialEq)]
struct Link {
    account: String,
    link: String,
}

#[derive(Default)]
struct World {
    /// How many keys there were before these.
    keys_before: usize,
    /// What tokens are good for.
    tokens: HashMap<String, Link>,
    accounts: BTreeMap<String, BTreeMap<String, Device>>,
    pace: Pace,
    pushes: Option<Pushes>,
    accepted: Vec<Accepted>,
    /// What was answered to which key.
    keys: HashMap<String, Answer>,
    acts: Vec<(String, Value)>,
    pushed: Vec<u16>,
}

/// What is still to be carried out.
#[derive(Clone)]
struct Accepted {
    request: String,
    account: String,
    device: String,
    wanted: Value,
}

impl Acme {
    /// Starts one.
    ///
    /// # Panics
    /// If the machine has no port left.
    pub async fn start() -> Acme {
        let state = State::new();
        let serving = state.clone();
        let server = Server::start(move |exchange| {
            let state = serving.clone();
            async move { state.answer(&exchange).await }
        });
        Acme { server: Arc::new(server.await), state }
    }

    /// One that listens nowhere: it is asked by [`Acme::answer`], and its pushes are made by
    /// [`Acme::push_of`].
    pub fn here() -> Acme {
        Acme { server: Arc::new(Server::here()), state: State::new() }
    }

    /// The secret by which the skill is known here: `{"api_key": …, "push_key": …}`.
    pub fn secret(&self) -> String {
        let world = self.state.world();
        json!({ "api_key": world.api_key(), "push_key": world.push_key() }).to_string()
    }

    /// Gives the skill other keys: from now on the old ones are refused, and pushes are signed by the new.
    pub fn rotate_keys(&self) {
        self.state.world().keys_before += 1;
    }

    /// Gives an account a token and devices. Each token is a link of its own: of somebody else who has
    /// linked the account.
    pub fn add<I: Into<String>>(
        &self,
        account: &str,
        token: &str,
        devices: impl IntoIterator<Item = (I, Device)>,
    ) {
        let mut world = self.state.world();
        let link = format!("l-{}", world.tokens.len() + 1);
        let known = world.tokens.entry(token.to_owned()).or_default();
        if known.account != account {
            *known = Link { account: account.to_owned(), link };
        }
        let account = world.accounts.entry(account.to_owned()).or_default();
        account.extend(devices.into_iter().map(|(id, device)| (id.into(), device)));
    }

    /// Gives who has a token another one, as when it is refreshed: it is the same link. The old one is no
    /// good any more.
    pub fn refresh(&self, token: &str, new: &str) {
        let mut world = self.state.world();
        if let Some(link) = world.tokens.remove(token) {
            world.tokens.insert(new.to_owned(), link);
        }
    }

    /// Which link a token is of.
    pub fn link(&self, token: &str) -> Option<String> {
        self.state.world().tokens.get(token).map(|link| link.link.clone())
    }

    /// Deletes an account and all its tokens.
    pub fn delete(&self, account: &str) {
        let mut world = self.state.world();
        world.tokens.retain(|_, of| of.account != account);
        world.accounts.remove(account);
    }

    /// Says when devices do what they are asked.
    pub fn set_pace(&self, pace: Pace) {
        self.state.world().pace = pace;
    }

    /// Says how what has changed is pushed.
    pub fn set_pushes(&self, pushes: Pushes) {
        self.state.world().pushes = Some(pushes);
    }

    /// A device's state.
    pub fn device(&self, account: &str, device: &str) -> Value {
        let world = self.state.world();
        world
            .accounts
            .get(account)
            .and_then(|devices| devices.get(device))
            .map_or(Value::Null, |device| Value::Object(device.state.clone()))
    }

    /// Changes a device's state by hand; nothing is pushed.
    pub fn touch(&self, account: &str, device: &str, changes: Value) {
        let mut world = self.state.world();
        if let Some(device) = world.device(account, device) {
            device.become_so(&changes);
            device
                .touched
                .extend(changes.as_object().into_iter().flatten().map(|(name, _)| name.clone()));
        }
    }

    /// What devices have done when asked, oldest first: device and what was wanted.
    pub fn acts(&self) -> Vec<(String, Value)> {
        self.state.world().acts.clone()
    }

    /// The requests that are accepted and not yet carried out.
    pub fn open_requests(&self) -> Vec<String> {
        self.state.world().accepted.iter().map(|accepted| accepted.request.clone()).collect()
    }

    /// Carries out what is accepted, and pushes it.
    pub async fn carry_out(&self) {
        let accepted = std::mem::take(&mut self.state.world().accepted);
        for accepted in accepted {
            self.state.carry_out(accepted).await;
        }
    }

    /// Pushes a device's state, as if somebody had touched it, and what of it [`Acme::touch`] has changed
    /// since the last time; the statuses it was answered with.
    pub async fn push(&self, account: &str, device: &str) -> Vec<u16> {
        let mut body = self.push_of(account, device, None);
        let touched =
            self.state.world().device(account, device).map(|it| mem::take(&mut it.touched));
        if let Some(touched) = touched.filter(|touched| !touched.is_empty()) {
            body["changed"] = json!(touched);
        }
        self.state.push(&body.to_string()).await
    }

    /// What a push of a device's state says, without sending it.
    pub fn push_of(&self, account: &str, device: &str, request: Option<&str>) -> Value {
        let mut push =
            json!({ "account": account, "device": device, "state": self.device(account, device) });
        if let Some(request) = request {
            push["request"] = request.into();
        }
        push
    }

    /// What a device is listed as.
    pub fn listed(&self, account: &str, device: &str) -> Value {
        let mut world = self.state.world();
        world.device(account, device).map_or(Value::Null, |found| found.listed(device))
    }

    /// Pushes that something has happened to a device that is no state of it: `rung`, `added`, `removed`.
    pub async fn push_happening(&self, account: &str, device: &str, happened: &str) -> Vec<u16> {
        let mut body = json!({ "account": account, "device": device, "happened": happened });
        body["listed"] = self.listed(account, device);
        self.state.push(&body.to_string()).await
    }

    /// What proves that a text is pushed by Acme: the header `acme-signature`.
    pub fn signature(&self, text: &str) -> String {
        self.state.signature(text)
    }

    /// The statuses that pushes were answered with so far; 0 where there was no answer.
    pub fn pushed(&self) -> Vec<u16> {
        self.state.world().pushed.clone()
    }
}

fn failed(status: u16, code: &str) -> Answer {
    (status, json!({ "code": code }))
}

impl State {
    fn new() -> Arc<State> {
        Arc::new_cyclic(|this| State {
            clock: Clock::default(),
            client: OnceLock::new(),
            world: Mutex::default(),
            this: this.clone(),
        })
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, exchange: &Exchange) -> Answer {
        let segments = exchange.segments();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let bearer = exchange.bearer().unwrap_or_default();
        if let ("GET", ["me"]) = (exchange.method.as_str(), segments.as_slice()) {
            return match self.world().tokens.get(bearer) {
                Some(Link { account, link }) => (200, json!({ "account": account, "link": link })),
                None => (401, Value::Null),
            };
        }
        if bearer != self.world().api_key() {
            return (401, Value::Null);
        }
        match (exchange.method.as_str(), segments.as_slice()) {
            ("GET", ["accounts", account, "devices"]) => {
                let world = self.world();
                let Some(devices) = world.accounts.get(*account) else { return (404, Value::Null) };
                (200, devices.iter().map(|(id, device)| device.listed(id)).collect())
            }
            ("GET", ["accounts", account, "devices", device]) => {
                match self.world().accounts.get(*account).and_then(|all| all.get(*device)) {
                    Some(device) => (200, Value::Object(device.state.clone())),
                    None => (404, Value::Null),
                }
            }
            ("PATCH", ["accounts", account, "devices", device]) => {
                self.command(account, device, exchange).await
            }
            _ => (404, Value::Null),
        }
    }

    async fn command(&self, account: &str, device: &str, exchange: &Exchange) -> Answer {
        let Some(key) = exchange.headers.get("idempotency-key") else {
            return failed(400, "no_idempotency_key");
        };
        let (answer, accepted, pace, early) = {
            let mut world = self.world();
            if let Some(known) = world.keys.get(key) {
                return known.clone();
            }
            let wanted = exchange.json();
            let found = world.accounts.get_mut(account).and_then(|all| all.get_mut(device));
            let Some(found) = found else { return (404, Value::Null) };
            if let Err(answer) = found.refuses(&wanted) {
                return answer;
            }
            let request = format!("r-{}", world.keys.len() + 1);
            let accepted = Accepted {
                request: request.clone(),
                account: account.to_owned(),
                device: device.to_owned(),
                wanted,
            };
            let early = world.pushes.as_ref().is_some_and(|pushes| pushes.early);
            let answer = if world.pace == Pace::AtOnce {
                world.act(&accepted)
            } else {
                (202, json!({ "request": request }))
            };
            world.keys.insert(key.clone(), answer.clone());
            (answer, accepted, world.pace, early)
        };
        match pace {
            Pace::AtOnce => {}
            Pace::After(_) | Pace::WhenTold if early => self.carry_out(accepted).await,
            Pace::WhenTold => self.world().accepted.push(accepted),
            Pace::After(delay) => {
                let this = self.this.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(delay).await;
                    if let Some(this) = this.upgrade() {
                        this.carry_out(accepted).await;
                    }
                });
            }
        }
        answer
    }

    async fn carry_out(&self, accepted: Accepted) {
        let Accepted { account, device, request, .. } = &accepted;
        let ((status, answer), pushes) = {
            let mut world = self.world();
            (world.act(&accepted), world.pushes.clone())
        };
        let Some(pushes) = pushes else { return };
        let mut push = json!({ "account": account, "device": device });
        if status == 200 {
            let names = accepted.wanted.as_object().into_iter().flatten().map(|(name, _)| name);
            push["changed"] = names.map(String::as_str).collect();
            push["state"] = answer;
        } else {
            push["changed"] = json!(["lock"]);
            push["failed"] = answer;
            let mut world = self.world();
            push["state"] = world.device(account, device).map_or(Value::Null, |it| json!(it.state));
        }
        if pushes.named {
            push["request"] = request.as_str().into();
        }
        self.push(&push.to_string()).await;
    }

    async fn push(&self, body: &str) -> Vec<u16> {
        let Some(Pushes { url, times, .. }) = self.world().pushes.clone() else {
            return Vec::new();
        };
        let mut statuses = Vec::new();
        for _ in 0..times {
            let request = self
                .client
                .get_or_init(reqwest::Client::new)
                .post(&url)
                .header("content-type", "application/json")
                .header("acme-signature", self.signature(body))
                .body(body.to_owned());
            statuses.push(request.send().await.map_or(0, |answer| answer.status().as_u16()));
        }
        self.world().pushed.extend(&statuses);
        statuses
    }

    fn signature(&self, text: &str) -> String {
        let seconds = self.clock.seconds();
        let key = self.world().push_key();
        let mut mac =
            Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("a key may have any length");
        mac.update(format!("{seconds}.{text}").as_bytes());
        let mut signature = format!("t={seconds},v1=");
        for byte in mac.finalize().into_bytes() {
            let _ = write!(signature, "{byte:02x}");
        }
        signature
    }
}

impl World {
    fn api_key(&self) -> String {
        format!("hush-api-key-{}", self.keys_before)
    }

    fn push_key(&self) -> String {
        format!("hush-push-key-{}", self.keys_before)
    }

    fn device(&mut self, account: &str, device: &str) -> Option<&mut Device> {
        self.accounts.get_mut(account)?.get_mut(device)
    }

    /// Has a device do what is wanted of it; its state then, or why it has failed.
    fn act(&mut self, accepted: &Accepted) -> Answer {
        let Accepted { account, device, wanted, .. } = accepted;
        let Some(found) = self.device(account, device) else { return (404, Value::Null) };
        if found.jams && wanted.get("lock").is_some() {
            found.become_so(&json!({ "lock": "JAMMED" }));
            return failed(409, "jammed");
        }
        found.become_so(wanted);
        let mut state = Value::Object(found.state.clone());
        if let Some((name, value)) = found.beside(wanted) {
            state[name] = value;
        }
        self.acts.push((device.clone(), wanted.clone()));
        (200, state)
    }
}
