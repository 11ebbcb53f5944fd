//! Services: which secret they are sent, and where requests do not go.

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use net_dsl::prelude::*;
use net_runtime::{
    Answer, BoxError, Buckets, Clock, Context, ExposeSecret as _, Handler, Invocations, Memory,
    Messages, Page, Parcel, Randomness, Read, Runtime, Schema, SecretStore, SecretString, Services,
    Tables, Write, Written,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};
use tokio::net::TcpListener;

#[derive(Debug, Serialize, Deserialize)]
struct Order {}

messages! { Order }
services! { Bank }
contract! { Teller: Order => () { calls Bank } }

type Doing<'c> = Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send + 'c>>;

struct Does<F>(F);

impl<F> Handler<Teller> for Does<F>
where
    F: for<'c> Fn(&'c Context<Teller>) -> Doing<'c> + Send + Sync + 'static,
{
    async fn handle(&self, _: Order, context: &Context<Teller>) -> Result<(), BoxError> {
        (self.0)(context).await
    }
}

/// Secrets that can be counted, slow and rotated.
#[derive(Clone, Default)]
struct Vault {
    memory: Memory,
    reads: Arc<AtomicU64>,
    /// How long a read takes, in milliseconds.
    takes: Arc<AtomicU64>,
}

impl Vault {
    fn new(secret: &str) -> Vault {
        let vault = Vault::default();
        vault.memory.set_secret("arn:bank", secret);
        vault
    }

    fn reads(&self) -> u64 {
        self.reads.swap(0, Ordering::SeqCst)
    }
}

impl Buckets for Vault {}

impl Messages for Vault {
    fn send<'a>(&'a self, to: &'a net_dsl::binding::Address, parcel: Parcel) -> Answer<'a, ()> {
        self.memory.send(to, parcel)
    }
}

impl Invocations for Vault {
    fn ask<'a>(&'a self, function: &'a str, parcel: Parcel) -> Answer<'a, Value> {
        self.memory.ask(function, parcel)
    }
}

impl Tables for Vault {
    fn read<'a>(&'a self, table: &'a str, schema: Schema, read: Read) -> Answer<'a, Page> {
        self.memory.read(table, schema, read)
    }

    fn write<'a>(&'a self, table: &'a str, schema: Schema, write: Write) -> Answer<'a, Written> {
        self.memory.write(table, schema, write)
    }
}

impl SecretStore for Vault {
    fn secret<'a>(&'a self, arn: &'a str) -> Answer<'a, SecretString> {
        Box::pin(async move {
            self.reads.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(self.takes.load(Ordering::SeqCst))).await;
            self.memory.secret(arn).await
        })
    }
}

impl Randomness for Vault {}

impl Services for Vault {}

impl Clock for Vault {
    fn now(&self) -> SystemTime {
        self.memory.now()
    }
}

fn teller(vault: &Vault, base_url: &str) -> Runtime<Teller> {
    let bindings = [("NET_CALLS_BANK", base_url), ("NET_SECRET_BANK", "arn:bank")];
    Runtime::new(vault.clone(), bindings).expect("bound")
}

async fn run<F>(runtime: &Runtime<Teller>, work: F) -> Result<(), BoxError>
where
    F: for<'c> Fn(&'c Context<Teller>) -> Doing<'c> + Send + Sync + 'static,
{
    runtime.invoke(&Does(work), json!({})).await.map(|_| ())
}

/// The secret, as a run gets it.
async fn secret(runtime: &Runtime<Teller>) -> Result<String, BoxError> {
    let got = Arc::new(Mutex::new(String::new()));
    let into = got.clone();
    run(runtime, move |context| {
        let into = into.clone();
        Box::pin(async move {
            let secret = context.call::<Bank>().secret().await?;
            *into.lock().expect("no panic") = secret.expose_secret().to_owned();
            Ok(())
        })
    })
    .await?;
    Ok(got.lock().expect("no panic").clone())
}

const BANK: &str = "https://bank.example.com";

#[tokio::test(start_paused = true)]
async fn a_rotated_secret_is_used_within_minutes() {
    let vault = Vault::new("old");
    let runtime = teller(&vault, BANK);
    assert_eq!(secret(&runtime).await.expect("a secret"), "old");
    vault.memory.set_secret("arn:bank", "new");
    vault.memory.advance(Duration::from_secs(4 * 60));
    assert_eq!(secret(&runtime).await.expect("a secret"), "old");
    assert_eq!(vault.reads(), 1);
    vault.memory.advance(Duration::from_secs(61));
    assert_eq!(secret(&runtime).await.expect("a secret"), "new");
    assert_eq!(secret(&runtime).await.expect("a secret"), "new");
    assert_eq!(vault.reads(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_old_secret_serves_for_an_hour_while_none_can_be_read() {
    let vault = Vault::new("old");
    let runtime = teller(&vault, BANK);
    assert_eq!(secret(&runtime).await.expect("a secret"), "old");
    vault.memory.set_failing("arn:bank", true);
    vault.memory.advance(Duration::from_secs(6 * 60));
    vault.reads();
    for _ in 0..5 {
        assert_eq!(secret(&runtime).await.expect("a secret"), "old");
    }
    assert_eq!(vault.reads(), 1, "it is tried again after a pause");
    vault.memory.advance(Duration::from_secs(11));
    assert_eq!(secret(&runtime).await.expect("a secret"), "old");
    assert_eq!(vault.reads(), 1);
    // Who asks for it may never answer.
    vault.takes.store(3_600_000, Ordering::SeqCst);
    vault.memory.advance(Duration::from_secs(11));
    assert_eq!(secret(&runtime).await.expect("a secret"), "old");
    vault.takes.store(0, Ordering::SeqCst);
    vault.memory.advance(Duration::from_secs(54 * 60));
    let error = secret(&runtime).await.expect_err("it is too old");
    assert!(error.to_string().contains("told to fail"), "{error}");
    vault.memory.set_failing("arn:bank", false);
    assert_eq!(secret(&runtime).await.expect("a secret"), "old");
}

#[tokio::test(start_paused = true)]
async fn many_that_want_a_secret_read_it_once() {
    let vault = Vault::new("key");
    vault.takes.store(100, Ordering::SeqCst);
    let runtime = teller(&vault, BANK);
    let all = async || futures_util::future::join_all((0..50).map(|_| secret(&runtime))).await;
    assert!(all().await.into_iter().all(|secret| secret.is_ok_and(|secret| secret == "key")));
    assert_eq!(vault.reads(), 1);
    // When its time is over, one reads it, and the others go on.
    vault.memory.advance(Duration::from_secs(6 * 60));
    assert!(all().await.into_iter().all(|secret| secret.is_ok()));
    assert_eq!(vault.reads(), 1);
    // What the one hears, all hear.
    let vault = Vault::new("key");
    vault.takes.store(100, Ordering::SeqCst);
    vault.memory.set_failing("arn:bank", true);
    let runtime = teller(&vault, BANK);
    let all = futures_util::future::join_all((0..50).map(|_| secret(&runtime))).await;
    assert!(all.into_iter().all(|secret| secret.is_err()));
    assert_eq!(vault.reads(), 1);
    vault.memory.set_failing("arn:bank", false);
    assert_eq!(secret(&runtime).await.expect("it works again"), "key");
}

#[tokio::test(start_paused = true)]
async fn who_wants_a_secret_does_not_wait_longer_than_the_run() {
    let vault = Vault::new("key");
    vault.takes.store(3_600_000, Ordering::SeqCst);
    let runtime = teller(&vault, BANK);
    let began = tokio::time::Instant::now();
    assert!(secret(&runtime).await.is_err());
    assert!(began.elapsed() <= Duration::from_secs(30));
}

/// A service that takes one key, and counts what it is asked.
#[derive(Clone)]
struct Service {
    key: Arc<Mutex<&'static str>>,
    asked: Arc<AtomicU64>,
}

async fn serve(service: Service) -> String {
    async fn answer(State(service): State<Service>, headers: HeaderMap) -> StatusCode {
        service.asked.fetch_add(1, Ordering::SeqCst);
        let key = format!("Bearer {}", service.key.lock().expect("no panic"));
        let given = headers.get(header::AUTHORIZATION).and_then(|given| given.to_str().ok());
        if given == Some(&*key) { StatusCode::OK } else { StatusCode::UNAUTHORIZED }
    }
    listen(Router::new().fallback(answer).with_state(service)).await
}

async fn listen(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

fn call(context: &Context<Teller>) -> Doing<'_> {
    Box::pin(async move {
        let bank = context.call::<Bank>();
        let answer = bank
            .send_with_secret::<BoxError>(|key| {
                Ok(bank.get("/balance").bearer_auth(key.expose_secret()))
            })
            .await?;
        if answer.status() == StatusCode::OK { Ok(()) } else { Err("refused".into()) }
    })
}

#[tokio::test]
async fn a_refused_secret_is_read_again_at_once() {
    let vault = Vault::new("old");
    let service = Service { key: Arc::new(Mutex::new("old")), asked: Arc::default() };
    let runtime = teller(&vault, &serve(service.clone()).await);
    run(&runtime, call).await.expect("the key is good");
    // It is rotated: the service takes the new one, and there is a new one.
    *service.key.lock().expect("no panic") = "new";
    vault.memory.set_secret("arn:bank", "new");
    vault.reads();
    let all = futures_util::future::join_all((0..20).map(|_| run(&runtime, call))).await;
    assert!(all.iter().all(Result::is_ok), "{all:?}");
    assert_eq!(vault.reads(), 1, "one reads it for all");
    // It is revoked: there is no other one, and asking again and again does not bring one.
    *service.key.lock().expect("no panic") = "none";
    service.asked.store(0, Ordering::SeqCst);
    for _ in 0..5 {
        run(&runtime, call).await.expect_err("the key is bad");
    }
    assert_eq!((vault.reads(), service.asked.load(Ordering::SeqCst)), (1, 5));
    vault.memory.set_secret("arn:bank", "none");
    vault.memory.advance(Duration::from_secs(11));
    run(&runtime, call).await.expect("the key is good");
    // It cannot be read: what the service said stands.
    *service.key.lock().expect("no panic") = "other";
    vault.memory.set_failing("arn:bank", true);
    let error = run(&runtime, call).await.expect_err("the key is bad");
    assert_eq!(error.to_string(), "refused");
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let stolen = Arc::new(AtomicU64::new(0));
    let count = stolen.clone();
    let thief = listen(Router::new().fallback(move || async move {
        count.fetch_add(1, Ordering::SeqCst);
    }))
    .await;
    for status in [301, 302, 303, 307, 308] {
        let to = format!("{thief}/take");
        let redirects = move |_: Request| async move {
            let status = StatusCode::from_u16(status).expect("a status");
            (status, [(header::LOCATION, to)]).into_response() as Response
        };
        let runtime = teller(&Vault::new("key"), &listen(Router::new().fallback(redirects)).await);
        run(&runtime, |context| {
            Box::pin(async move {
                let bank = context.call::<Bank>();
                let form = [("client_secret", "swordfish")];
                for request in [bank.post("/token").form(&form), bank.get("/x").bearer_auth("key")]
                {
                    let status = request.send().await?.status();
                    assert!(status.is_redirection(), "{status}");
                }
                Ok(())
            })
        })
        .await
        .expect("an answer");
    }
    assert_eq!(stolen.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn plain_http_goes_nowhere_but_to_this_machine() {
    let bound = |base_url: &str| {
        Runtime::<Teller>::new(Memory::new(), [("NET_CALLS_BANK", base_url)])
            .map_err(|unbound| unbound.to_string())
    };
    for base_url in [
        "https://bank.example.com",
        "https://bank.example.com:8443/v1",
        "http://localhost:8080",
        "http://127.0.0.1:8080/v1",
        "http://127.1.2.3",
        "http://[::1]:8080",
    ] {
        bound(base_url).unwrap_or_else(|error| panic!("{base_url}: {error}"));
    }
    for base_url in [
        "http://bank.example.com",
        "http://localhost.example.com",
        "http://127.0.0.1@bank.example.com",
        "http://127.0.0.1.example.com",
        "http://10.0.0.1",
        "http://0.0.0.0",
        "http://[::2]",
        "ftp://bank.example.com",
        "https://",
        "bank.example.com",
    ] {
        let error = bound(base_url).expect_err(base_url);
        let wanted = "not a base URL: `https://…`, or `http://…` on this machine";
        assert!(error.contains(base_url) && error.contains(wanted), "{error}");
    }
    // An address that comes later is held to the same.
    run(&teller(&Vault::new("key"), BANK), |context| {
        Box::pin(async move {
            for elsewhere in ["http://192.0.2.1", "http://bank.example.com"] {
                let error = context.call::<Bank>().at(elsewhere).get("/").send().await;
                assert!(error.expect_err("it is plain HTTP").is_unsent(), "nothing was sent");
            }
            let request = context.call::<Bank>().get("@evil.example.com/").build()?;
            assert_eq!(request.url().host_str(), Some("bank.example.com"));
            Ok(())
        })
    })
    .await
    .expect("no request is sent");
}

#[tokio::test]
async fn a_service_that_does_not_answer_is_given_up_with_the_run() {
    let silent = listen(Router::new().fallback(std::future::pending::<StatusCode>)).await;
    let runtime = teller(&Vault::new("key"), &silent);
    let run_ends = net_runtime::Invocation {
        request_id: "run-1".to_owned(),
        ends: SystemTime::now() + Duration::from_millis(700),
    };
    let began = std::time::Instant::now();
    fn ask(context: &Context<Teller>) -> Doing<'_> {
        Box::pin(async move {
            let bank = context.call::<Bank>();
            // A client made early knows how late it is when it asks.
            tokio::time::sleep(Duration::from_millis(200)).await;
            bank.get("/").send().await?;
            Ok(())
        })
    }
    let error =
        runtime.invoke_within(&Does(ask), json!({}), &run_ends).await.expect_err("no answer");
    assert!(began.elapsed() < Duration::from_millis(690), "{:?}", began.elapsed());
    assert!(!error.to_string().contains("127.0.0.1"), "an error has no URL: {error}");
}
