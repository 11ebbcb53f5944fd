//! Where the customers' grants are kept: in a table, or on a hub in the user's home.

use crate::http::{SMALL, escape, read_json};
use alexa_patterns::message::{Grant, GrantHub, Token};
use futures_util::future::BoxFuture;
use net_dsl::{CallsService, ReadsItem, WritesItem};
use net_runtime::{
    CallError, Condition, Context, ExposeSecret as _, Failure, Retry, SecretString, ServiceRequest,
    Update,
};
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::{error, fmt, time::Duration};

/// Why grants cannot be had.
#[derive(Debug)]
pub(crate) enum Unkept {
    /// The hub in the user's home, or the way there, does not answer.
    Away(String),
    /// It is for us to mend, or may work again later.
    Failed(Failure),
}

impl fmt::Display for Unkept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unkept::Away(why) => write!(f, "the hub at home cannot be reached: {why}"),
            Unkept::Failed(failure) => failure.fmt(f),
        }
    }
}

impl error::Error for Unkept {}

impl From<Failure> for Unkept {
    fn from(failure: Failure) -> Unkept {
        Unkept::Failed(failure)
    }
}

/// A place for grants, for code under contract `C`.
///
/// What is changed is changed only if nobody has since it was read: an access token comes once.
pub(crate) trait Keeper<C>: Send + Sync + 'static {
    /// That grants can be had at all: asked before something is done that cannot be done again.
    fn is_there(context: &Context<C>, user: &str) -> impl Future<Output = Kept<()>> + Send;

    /// The grants of everybody who has linked an account.
    fn of_user(context: &Context<C>, user: &str) -> impl Future<Output = Kept<Vec<Grant>>> + Send;

    /// The grant of one of them.
    fn of_customer(
        context: &Context<C>,
        user: &str,
        customer: &str,
    ) -> impl Future<Output = Kept<Option<Grant>>> + Send;

    /// Keeps a grant, in place of an older one, within a while.
    fn put(
        context: &Context<C>,
        grant: &Grant,
        time: Duration,
    ) -> impl Future<Output = Kept<()>> + Send;

    /// Keeps a grant, if there is none; whether it did.
    fn put_new(context: &Context<C>, grant: &Grant) -> impl Future<Output = Kept<bool>> + Send;

    /// Keeps new tokens of a grant; what is kept now, if nobody else was faster.
    fn refresh(
        context: &Context<C>,
        old: &Grant,
        new: &Grant,
    ) -> impl Future<Output = Kept<Option<Grant>>> + Send;

    /// Keeps until when nothing is reported.
    fn silence(
        context: &Context<C>,
        grant: &Grant,
        until: u64,
    ) -> impl Future<Output = Kept<()>> + Send;

    /// Forgets a grant; whether it did.
    fn remove(context: &Context<C>, old: &Grant) -> impl Future<Output = Kept<bool>> + Send;
}

pub(crate) type Kept<T> = Result<T, Unkept>;

/// In the network's table.
pub(crate) enum InTable {}

fn place_in_table(grant: &Grant) -> (&str, &str) {
    (grant.user.as_str(), grant.customer.as_str())
}

/// That nobody has changed a grant since it was read.
fn unchanged(grant: &Grant) -> Condition {
    Condition::equals("access_token", grant.access_token.expose())
}

impl<C> Keeper<C> for InTable
where
    C: ReadsItem<Grant> + WritesItem<Grant>,
{
    async fn is_there(_: &Context<C>, _: &str) -> Kept<()> {
        Ok(())
    }

    async fn of_user(context: &Context<C>, user: &str) -> Kept<Vec<Grant>> {
        Ok(context.table::<Grant>().query(user).await?)
    }

    async fn of_customer(context: &Context<C>, user: &str, customer: &str) -> Kept<Option<Grant>> {
        Ok(context.table::<Grant>().get((user, customer)).await?)
    }

    async fn put(context: &Context<C>, grant: &Grant, time: Duration) -> Kept<()> {
        let table = context.table::<Grant>();
        Ok(context.retry_within(time, || table.put(grant)).await?)
    }

    async fn put_new(context: &Context<C>, grant: &Grant) -> Kept<bool> {
        Ok(context.table::<Grant>().put_new(grant).await?)
    }

    async fn refresh(context: &Context<C>, old: &Grant, new: &Grant) -> Kept<Option<Grant>> {
        let update = Update::set("access_token", new.access_token.expose())
            .and_set("refresh_token", new.refresh_token.expose())
            .and_set("expires_at", new.expires_at);
        Ok(context.table::<Grant>().update_if(place_in_table(old), update, unchanged(old)).await?)
    }

    async fn silence(context: &Context<C>, grant: &Grant, until: u64) -> Kept<()> {
        let quiet = Update::set("quiet_until", until);
        context.table::<Grant>().update_if(place_in_table(grant), quiet, unchanged(grant)).await?;
        Ok(())
    }

    async fn remove(context: &Context<C>, old: &Grant) -> Kept<bool> {
        Ok(context.table::<Grant>().delete_if(place_in_table(old), unchanged(old)).await?)
    }
}

/// On the hub in the user's home.
///
/// | request to the way to the hubs, with the key of the service's secret (`{"hub_key": "…"}`) as bearer token | answer |
/// |---|---|
/// | `GET /homes/{user}/grants` | 200 and a list of grants |
/// | `PUT /homes/{user}/grants/{customer}` and a grant, with `If-None-Match: *` only if there is none | 204; 412 if there is one |
/// | `PATCH /homes/{user}/grants/{customer}` and what changes, with `If-Match` | 200 and the grant; 412 if it is another one |
/// | `DELETE /homes/{user}/grants/{customer}`, with `If-Match` | 204; 412 if it is another one or none |
///
/// A grant's tag is the SHA-256 of its access token, in hexadecimal and quotes. Where the home has no hub the
/// answer is 404, where it is away 503, or 504 if it did not answer in time.
pub(crate) enum AtHome {}

#[derive(Deserialize)]
struct Keys {
    hub_key: Token,
}

/// A condition that is a header.
enum If<'g> {
    Always,
    New,
    Unchanged(&'g Grant),
}

/// What a hub has said.
struct Said {
    status: StatusCode,
    body: Value,
}

/// Why a request to a hub was of no use.
struct Lost {
    unkept: Unkept,
    temporary: bool,
}

impl Retry for Lost {
    fn is_temporary(&self) -> bool {
        self.temporary
    }

    fn too_late() -> Lost {
        Lost { unkept: Unkept::Away("it did not answer in time".to_owned()), temporary: false }
    }
}

impl From<Failure> for Lost {
    fn from(failure: Failure) -> Lost {
        Lost { temporary: failure.is_temporary(), unkept: Unkept::Failed(failure) }
    }
}

impl From<CallError> for Lost {
    fn from(error: CallError) -> Lost {
        Lost { unkept: Unkept::Away(error.to_string()), temporary: true }
    }
}

fn tag(grant: &Grant) -> String {
    let digest = Sha256::digest(grant.access_token.expose());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

/// Asks a hub until it answers, for as long as there is time. Each request may be sent again: what it changes
/// it changes under a condition, or to the same.
async fn ask<C>(
    context: &Context<C>,
    time: Duration,
    method: Method,
    path: &str,
    condition: If<'_>,
    body: Option<Value>,
) -> Kept<Said>
where
    C: CallsService<GrantHub>,
{
    let hub = context.call::<GrantHub>();
    let asking = |secret: &SecretString| {
        let request = hub.request(method.clone(), path).bearer_auth(key(secret)?.expose());
        let request = with(request, &condition);
        Ok(match &body {
            Some(body) => request.json(body),
            None => request,
        })
    };
    let once = || async {
        let answer = hub.send_with_secret::<Lost>(asking).await?;
        let status = answer.status();
        let body = read_json(answer, SMALL).await;
        match status.as_u16() {
            200..=299 => Ok(Said { status, body: body? }),
            412 => Ok(Said { status, body: Value::Null }),
            404 => Err(Lost {
                unkept: Unkept::Away("the account has no hub".to_owned()),
                temporary: false,
            }),
            // It says that the hub is away: another request would find it so.
            503 => Err(Lost { unkept: Unkept::Away("it is away".to_owned()), temporary: false }),
            429 | 500.. => {
                Err(Lost { unkept: Unkept::Away(format!("status {status}")), temporary: true })
            }
            _ => {
                let why = format!("the way to the hubs does not take our request: status {status}");
                Err(Lost::from(Failure::Permanent(why.into())))
            }
        }
    };
    // Behind a pointer, since the compiler would otherwise give up on how deep it is.
    let asked: BoxFuture<'_, Result<Said, Lost>> = Box::pin(context.retry_within(time, once));
    asked.await.map_err(|lost| lost.unkept)
}

fn key(secret: &SecretString) -> Result<Token, Lost> {
    let keys: Keys = serde_json::from_str(secret.expose_secret()).map_err(|_| {
        Failure::Permanent(r#"the secret of the way to the hubs is not `{"hub_key":"…"}`"#.into())
    })?;
    Ok(keys.hub_key)
}

fn with<'c>(request: ServiceRequest<'c>, condition: &If<'_>) -> ServiceRequest<'c> {
    match condition {
        If::Always => request,
        If::New => request.header("if-none-match", "*"),
        If::Unchanged(grant) => request.header("if-match", tag(grant)),
    }
}

fn home(user: &str) -> String {
    format!("/homes/{}/grants", escape(user))
}

fn place(grant: &Grant) -> String {
    format!("{}/{}", home(&grant.user), escape(&grant.customer))
}

/// It does not say what was found instead: that may be a token.
fn odd() -> Unkept {
    Unkept::Failed(Failure::Permanent("a hub's grants are not as documented".into()))
}

/// How long a hub may take, where nothing else is said: long enough for a home's connection, and short enough
/// to answer while Alexa waits.
const HOME: Duration = Duration::from_secs(2);

impl<C> Keeper<C> for AtHome
where
    C: CallsService<GrantHub>,
{
    async fn is_there(context: &Context<C>, user: &str) -> Kept<()> {
        ask(context, HOME, Method::GET, &home(user), If::Always, None).await.map(|_| ())
    }

    async fn of_user(context: &Context<C>, user: &str) -> Kept<Vec<Grant>> {
        let said = ask(context, HOME, Method::GET, &home(user), If::Always, None).await?;
        let grants: Vec<Grant> = serde_json::from_value(said.body).map_err(|_| odd())?;
        // Nobody's hub speaks for others.
        if grants.iter().any(|grant| grant.user != user) {
            return Err(odd());
        }
        Ok(grants)
    }

    async fn of_customer(context: &Context<C>, user: &str, customer: &str) -> Kept<Option<Grant>> {
        let grants = <AtHome as Keeper<C>>::of_user(context, user).await?;
        Ok(grants.into_iter().find(|grant| grant.customer == customer))
    }

    async fn put(context: &Context<C>, grant: &Grant, time: Duration) -> Kept<()> {
        let body = Some(json!(grant));
        ask(context, time, Method::PUT, &place(grant), If::Always, body).await.map(|_| ())
    }

    async fn put_new(context: &Context<C>, grant: &Grant) -> Kept<bool> {
        let body = Some(json!(grant));
        let said = ask(context, HOME, Method::PUT, &place(grant), If::New, body).await?;
        Ok(said.status.is_success())
    }

    async fn refresh(context: &Context<C>, old: &Grant, new: &Grant) -> Kept<Option<Grant>> {
        let tokens = json!({
            "access_token": new.access_token,
            "refresh_token": new.refresh_token,
            "expires_at": new.expires_at,
        });
        let condition = If::Unchanged(old);
        let said = ask(context, HOME, Method::PATCH, &place(old), condition, Some(tokens)).await?;
        if !said.status.is_success() {
            return Ok(None);
        }
        serde_json::from_value(said.body).map(Some).map_err(|_| odd())
    }

    async fn silence(context: &Context<C>, grant: &Grant, until: u64) -> Kept<()> {
        let quiet = Some(json!({ "quiet_until": until }));
        let condition = If::Unchanged(grant);
        ask(context, HOME, Method::PATCH, &place(grant), condition, quiet).await.map(|_| ())
    }

    async fn remove(context: &Context<C>, old: &Grant) -> Kept<bool> {
        let condition = If::Unchanged(old);
        let said = ask(context, HOME, Method::DELETE, &place(old), condition, None).await?;
        Ok(said.status.is_success())
    }
}
