//! What a skill's author writes.

use crate::{Fault, answer::time_for_the_cloud};
use alexa_patterns::message::{
    Command, DeferredDirective, DeviceCloud as Service, DevicePush, DiscoveredDevice, EndpointId,
    Property, Reply, State, StateChange, Token,
};
use net_dsl::{CallsService, HttpRequest};
use net_runtime::{Context, ServiceClient};
use std::{collections::BTreeMap, error, fmt, time::Duration};

/// The manufacturer's API: its base URL and secret as the network binds them, and an HTTP client.
pub type Api<'c> = ServiceClient<'c>;

/// How Alexa's directives map to a manufacturer's HTTP API.
///
/// Functions are stateless and may run many times at once, so an implementation holds no state that
/// matters. A call is given up when its time is over, and a [`Fault`] that is temporary is tried
/// again while there is time.
///
/// ```
/// use alexa_handlers::*;
/// use alexa_patterns::message::*;
/// use net_dsl::HttpRequest;
///
/// /// One lamp for everybody, which is on.
/// struct OneLamp;
///
/// impl DeviceCloud for OneLamp {
///     async fn account(&self, token: &Token, api: &Api<'_>) -> Result<Account, Fault> {
///         let answer = api.get("/me").bearer_auth(token.expose()).send().await?;
///         match answer.status().as_u16() {
///             200 => {
///                 let me = read_json(answer, 1_000).await?;
///                 Ok(Account::new(me["account"].to_string(), me["session"].to_string()))
///             }
///             status => Err(Fault::of_status(status)),
///         }
///     }
///
///     async fn discover(&self, _: User<'_>, _: &Api<'_>) -> Result<Vec<DiscoveredDevice>, Fault> {
///         Ok(Vec::new())
///     }
///
///     async fn state(&self, _: User<'_>, _: &EndpointId, api: &Api<'_>) -> Result<State, Fault> {
///         Ok(State::at(api.now().into(), [Property::Power(Power::On)]))
///     }
///
///     async fn command(&self, _: User<'_>, order: Order<'_>, _: &Api<'_>) -> Result<Outcome, Fault> {
///         Ok(Outcome::Accepted { request: order.id.to_owned(), expected: order.command.expected() })
///     }
///
///     async fn push(
///         &self,
///         _: &HttpRequest<DevicePush>,
///         _: &Api<'_>,
///     ) -> Result<Vec<StateChange>, PushRefused> {
///         Err(PushRefused::NotAuthentic)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no device cloud",
    label = "nothing says how directives reach these devices",
    note = "write `impl DeviceCloud for {Self}`: which account a token is of, its devices, their state, commands, pushes"
)]
pub trait DeviceCloud: Send + Sync + 'static {
    /// The account that a token of account linking belongs to, and by which link: [`Account`]. Grants
    /// are kept by both, so they never change for a user, while tokens do.
    ///
    /// It has half of a directive's time: there has to be time left to carry it out.
    ///
    /// # Errors
    /// [`Fault`]; of a token that is no good, `INVALID_` or `EXPIRED_AUTHORIZATION_CREDENTIAL`.
    fn account(
        &self,
        token: &Token,
        api: &Api<'_>,
    ) -> impl Future<Output = Result<Account, Fault>> + Send;

    /// The devices of a user; Alexa takes 300.
    ///
    /// # Errors
    /// [`Fault`].
    fn discover(
        &self,
        user: User<'_>,
        api: &Api<'_>,
    ) -> impl Future<Output = Result<Vec<DiscoveredDevice>, Fault>> + Send;

    /// The state of a device. Without connectivity it counts as reachable.
    ///
    /// # Errors
    /// [`Fault`]; of a device out of reach, `ENDPOINT_UNREACHABLE`, or better its last state with
    /// [`Connectivity::Unreachable`](alexa_patterns::message::Connectivity::Unreachable).
    fn state(
        &self,
        user: User<'_>,
        endpoint: &EndpointId,
        api: &Api<'_>,
    ) -> impl Future<Output = Result<State, Fault>> + Send;

    /// Has a device do something.
    ///
    /// # Errors
    /// [`Fault`]; a temporary one only if the manufacturer has done nothing, or knows the order again
    /// by its id.
    fn command(
        &self,
        user: User<'_>,
        order: Order<'_>,
        api: &Api<'_>,
    ) -> impl Future<Output = Result<Outcome, Fault>> + Send;

    /// What a push says, once it is proven to come from the manufacturer. It is called before
    /// anything else is done with a push.
    ///
    /// # Errors
    /// [`PushRefused`].
    fn push(
        &self,
        push: &HttpRequest<DevicePush>,
        api: &Api<'_>,
    ) -> impl Future<Output = Result<Vec<StateChange>, PushRefused>> + Send;

    /// Whether a device may be said to have done a command before it has, by a network with
    /// [`optimistic_processor`](alexa_patterns::optimistic_processor): yes, unless somebody relies on it, as on
    /// a plug that opens a garage. Of what must not be believed early it is not asked, such as a lock
    /// ([`Promise`](alexa_patterns::message::Promise)).
    fn may_be_expected(&self, endpoint: &EndpointId, command: &Command) -> bool {
        let _ = (endpoint, command);
        true
    }

    /// How long a command takes until the device has done it, about: what Alexa is told when it is
    /// asked to wait.
    fn latency(&self, command: &Command) -> Duration {
        let _ = command;
        Duration::from_secs(3)
    }
}

/// Whose a token of account linking is.
///
/// ```
/// use alexa_handlers::Account;
///
/// let (ann, bob) = (Account::new("household-7", "link-1"), Account::new("household-7", "link-2"));
/// assert_eq!(ann.id, bob.id);
/// assert_ne!(ann.link, bob.link);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The account's stable id, by which the manufacturer pushes what has changed.
    pub id: String,
    /// Which of the account's links to Alexa the token was given for: one for each Amazon customer who
    /// has linked it, and the same when the token is refreshed. OAuth servers know it as the
    /// authorization, grant or session that they issue tokens under.
    pub link: String,
}

impl Account {
    /// An account, and one of its links.
    pub fn new(id: impl Into<String>, link: impl Into<String>) -> Account {
        Account { id: id.into(), link: link.into() }
    }

    /// An account of a manufacturer that allows one link an account: a second customer takes the place
    /// of the first.
    pub fn with_one_link(id: impl Into<String>) -> Account {
        let id = id.into();
        Account { link: id.clone(), id }
    }
}

/// On whose behalf.
#[derive(Clone, Copy, Debug)]
pub struct User<'a> {
    /// The account's stable id.
    pub account: &'a str,
    /// The token of account linking, where a directive is at hand: who polls has none, and works with
    /// the API's own secret.
    pub token: Option<&'a Token>,
}

/// A command on its way to a device.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// The same each time the same order is given, as messages come at least once: an idempotency
    /// key.
    pub id: &'a str,
    /// The device.
    pub endpoint: &'a EndpointId,
    /// What it is to do.
    pub command: &'a Command,
    /// What discovery asked to have sent along.
    pub cookie: &'a BTreeMap<String, String>,
}

/// Has a deferred directive carried out, tried again while there is time left to answer.
pub(crate) async fn carry_out<C>(
    cloud: &impl DeviceCloud,
    deferred: &DeferredDirective,
    context: &Context<C>,
) -> Result<Outcome, Fault>
where
    C: CallsService<Service>,
{
    let target = &deferred.target;
    let user = User { account: &deferred.user, token: Some(&target.token) };
    let order = Order {
        id: &deferred.message_id,
        endpoint: &target.endpoint,
        command: &deferred.command,
        cookie: &target.cookie,
    };
    let api = context.call::<Service>();
    let time = time_for_the_cloud(context);
    context.retry_within(time, || cloud.command(user, order, &api)).await
}

/// What became of a command.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The device has been asked, and this is its state now. One that shows that it has not done it,
    /// such as a jammed lock, is told as a failure.
    Done(State),
    /// The same, with a reply of the interface's own, where only the manufacturer knows its contents: a camera's
    /// answer, the exit delay of an alarm system. Otherwise
    /// [`Command::reply`](alexa_patterns::message::Command::reply) makes it.
    Replied(State, Reply),
    /// The manufacturer has accepted it, and the device will do it.
    Accepted {
        /// By which the manufacturer knows it, for instance in a push.
        request: String,
        /// What the device will be like then; none leaves it to
        /// [`Command::expected`](alexa_patterns::message::Command::expected).
        expected: Vec<Property>,
    },
}

/// Why a push is not handed on.
#[derive(Debug)]
pub enum PushRefused {
    /// Nothing proves that the manufacturer has sent it, or it is too old: status 401.
    NotAuthentic,
    /// It says nothing that can be understood: status 400.
    Malformed(String),
    /// It could not be looked at; the manufacturer may push again: status 503.
    Unavailable(Fault),
}

impl fmt::Display for PushRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PushRefused::NotAuthentic => f.write_str("a push does not prove where it comes from"),
            PushRefused::Malformed(why) => write!(f, "a push cannot be understood: {why}"),
            PushRefused::Unavailable(fault) => write!(f, "a push could not be looked at: {fault}"),
        }
    }
}

impl error::Error for PushRefused {}
