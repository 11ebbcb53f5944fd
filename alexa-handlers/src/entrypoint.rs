//! Answers Alexa at once, or defers.

use crate::{
    Account, DeviceCloud, Fault, User,
    answer::{new_id, time_for_the_cloud, with_connectivity},
    grants::{AtHome, InTable, Keeper, Unkept},
    login::{self, Grounds},
};
use alexa_patterns::{
    contract,
    message::{
        Command, Connectivity, DeferredDirective, DeviceCloud as Cloud, Devices, Directive,
        ErrorType, Event, EventBody, Grant, LoginWithAmazon, Property, Region, Request, State,
        Target, Timestamp, Token,
    },
};
use net_dsl::{CallsService, Sends};
use net_runtime::{BoxError, Context, Handler};
use std::{num::NonZeroU32, time::Duration};

/// Answers AcceptGrant, Discover and ReportState at once, and defers everything else.
///
/// It never fails and is never silent: what goes wrong or takes too long is an ErrorResponse, since Alexa
/// says nothing sensible of an error of Lambda's.
///
/// Grants are in the network's table, or on a hub in the user's home ([`contract::HomeEntrypoint`]). Where that
/// hub is away, a directive is refused with `BRIDGE_UNREACHABLE` instead of deferred, and a grant is not
/// accepted; what needs no grant is answered as ever.
#[derive(Clone, Debug)]
pub struct Entrypoint<D> {
    cloud: D,
    region: Option<Region>,
    reports_changes: bool,
}

/// How long Alexa waits for a lock, where it waits six seconds or so for a light (SinricPro and
/// Arcus say so; Alexa's documentation says that it is longer).
const LOCK_BUDGET: Duration = Duration::from_secs(20);

/// What is kept of the run for the answer itself: then it is given, whatever is still under way. What
/// goes well is answered before ([`time_for_the_cloud`]).
const MARGIN: Duration = Duration::from_millis(250);

/// Whoever answers Alexa.
trait Enters: CallsService<Cloud> + CallsService<LoginWithAmazon> + Sends<DeferredDirective> {}

impl<C: CallsService<Cloud> + CallsService<LoginWithAmazon> + Sends<DeferredDirective>> Enters
    for C
{
}

impl<D: DeviceCloud> Entrypoint<D> {
    /// The entrypoint of a skill for a manufacturer's devices. Grants that arrive here are of a region
    /// of the event gateway; of no region, they are of the gateway that the network is bound to.
    pub fn new(cloud: D, region: impl Into<Option<Region>>) -> Entrypoint<D> {
        Entrypoint { cloud, region: region.into(), reports_changes: false }
    }

    /// Whether the network takes the manufacturer's reports of changes to Alexa: what discovery says.
    #[must_use]
    pub fn reporting_changes(self, reports_changes: bool) -> Entrypoint<D> {
        Entrypoint { reports_changes, ..self }
    }

    async fn account<C: Enters>(
        &self,
        token: &Token,
        context: &Context<C>,
    ) -> Result<Account, Fault> {
        let api = context.call::<Cloud>();
        let time = time_for_the_cloud(context);
        context.retry_within(time, || self.cloud.account(token, &api)).await
    }

    async fn accept_grant<K: Keeper<C>, C: Enters>(
        &self,
        code: &Token,
        grantee: &Token,
        context: &Context<C>,
    ) -> EventBody {
        let granted = async {
            let account = self.account(grantee, context).await?;
            // Before the code is used up.
            K::is_there(context, &account.id).await?;
            let login = context.call::<LoginWithAmazon>();
            let time = time_for_the_cloud(context);
            let tokens =
                context.retry_within(time, || login::tokens(&login, Grounds::Code(code))).await?;
            let refresh_token =
                tokens.refresh.ok_or("Login with Amazon gave no refresh token for the code")?;
            let grant = Grant {
                user: account.id,
                customer: account.link,
                access_token: tokens.access,
                refresh_token,
                expires_at: tokens.expires_at,
                region: self.region,
                quiet_until: 0,
            };
            // The code is used up: if the grant is not stored, it is lost.
            K::put(context, &grant, time_for_the_cloud(context)).await?;
            Ok::<(), BoxError>(())
        };
        match granted.await {
            Ok(()) => EventBody::AcceptGrantResponse,
            Err(error) => {
                tracing::error!(error = %error, "a grant could not be accepted");
                EventBody::AcceptGrantFailed { message: error.to_string() }
            }
        }
    }

    async fn discover<C: Enters>(&self, token: &Token, context: &Context<C>) -> EventBody {
        let discovered = async {
            let account = self.account(token, context).await?;
            let user = User { account: &account.id, token: Some(token) };
            let api = context.call::<Cloud>();
            let time = time_for_the_cloud(context);
            context.retry_within(time, || self.cloud.discover(user, &api)).await
        };
        match discovered.await {
            Ok(found) => {
                let number = found.len();
                let devices: Devices =
                    found.into_iter().map(|device| device.reported(self.reports_changes)).collect();
                if devices.len() < number {
                    tracing::warn!(
                        found = number,
                        told = devices.len(),
                        "Alexa is told each device once, and of {} at the most",
                        Devices::MOST
                    );
                }
                EventBody::DiscoverResponse { devices }
            }
            Err(fault) => failed(None, fault.error(), fault.message()),
        }
    }

    async fn report_state<C: Enters>(&self, target: &Target, context: &Context<C>) -> EventBody {
        let reported = async {
            let account = self.account(&target.token, context).await?;
            let user = User { account: &account.id, token: Some(&target.token) };
            let api = context.call::<Cloud>();
            let time = time_for_the_cloud(context);
            context.retry_within(time, || self.cloud.state(user, &target.endpoint, &api)).await
        };
        let now = context.now();
        let state = match reported.await {
            Ok(state) => with_connectivity(state, now),
            // Alexa would rather hear that a device is out of reach than that something went wrong.
            Err(fault) if fault.error() == ErrorType::EndpointUnreachable => {
                State::at(now.into(), [Property::Connectivity(Connectivity::Unreachable)])
            }
            Err(fault) => return failed(Some(target), fault.error(), fault.message()),
        };
        EventBody::StateReport {
            correlation: target.correlation.clone(),
            endpoint: target.endpoint.clone(),
            state,
        }
    }

    /// Sends first and answers afterwards: what Alexa is told will be done is on its way.
    async fn defer<K: Keeper<C>, C: Enters>(
        &self,
        message_id: &str,
        target: &Target,
        command: Command,
        context: &Context<C>,
    ) -> EventBody {
        let account = match self.account(&target.token, context).await {
            Ok(account) => account,
            Err(fault) => return failed(Some(target), fault.error(), fault.message()),
        };
        match K::of_customer(context, &account.id, &account.link).await {
            // A directive proves that the skill is enabled, whatever the gateway has said before.
            Ok(Some(_)) => {}
            Ok(None) => {
                let why =
                    "the customer has given no permission to send events: enable the skill again";
                return failed(Some(target), ErrorType::InsufficientPermissions, why);
            }
            Err(Unkept::Away(why)) => {
                tracing::warn!(why, "a hub is away, and nothing could be answered later");
                let why = "the hub in the user's home cannot be reached";
                return failed(Some(target), ErrorType::BridgeUnreachable, why);
            }
            Err(Unkept::Failed(error)) => {
                tracing::error!(error = %error, "the grants cannot be read");
                return failed(Some(target), ErrorType::InternalError, error.to_string());
            }
        }
        let due = command.is_slow().then(|| {
            let started = Timestamp::from(context.started()).milliseconds();
            context.due(started + LOCK_BUDGET.as_millis() as u64)
        });
        let deferred = DeferredDirective {
            message_id: message_id.to_owned(),
            target: target.clone(),
            command: command.clone(),
            user: account.id,
            customer: account.link,
        };
        if let Err(error) = due.as_ref().unwrap_or(context).send(&deferred).await {
            tracing::error!(error = %error, "a directive could not be deferred");
            return failed(Some(target), ErrorType::InternalError, error.to_string());
        }
        let most = budget(&command, context).map_or(u64::MAX, |budget| budget.as_secs().max(1));
        let seconds = self.cloud.latency(&command).as_millis().div_ceil(1_000);
        let seconds = u64::try_from(seconds).unwrap_or(u64::MAX).clamp(1, most);
        EventBody::DeferredResponse {
            correlation: target.correlation.clone(),
            seconds: u32::try_from(seconds).ok().and_then(NonZeroU32::new),
        }
    }

    async fn answer<K: Keeper<C>, C: Enters>(
        &self,
        message_id: &str,
        request: Request,
        context: &Context<C>,
    ) -> EventBody {
        match request {
            Request::AcceptGrant { code, grantee } => {
                self.accept_grant::<K, C>(&code, &grantee, context).await
            }
            Request::Discover { token } => self.discover(&token, context).await,
            Request::ReportState(target) => self.report_state(&target, context).await,
            Request::Control(target, command) => {
                self.defer::<K, C>(message_id, &target, command, context).await
            }
            Request::Invalid(invalid) => {
                tracing::warn!(why = invalid.why, "an invalid directive");
                invalid.answer()
            }
        }
    }
}

/// How long there is for a directive that is deferred, from when it came.
fn budget<C: Enters>(command: &Command, context: &Context<C>) -> Option<Duration> {
    if command.is_slow() { Some(LOCK_BUDGET) } else { context.budget::<DeferredDirective>() }
}

/// How long a request may take here. What is deferred leaves half of its time to whoever carries it
/// out: what comes there after its deadline is answered by nobody.
fn time_for<C: Enters>(request: &Request, context: &Context<C>) -> Duration {
    let time = context.remaining().saturating_sub(MARGIN);
    match request {
        Request::Control(_, command) => {
            budget(command, context).map_or(time, |budget| time.min(budget / 2))
        }
        Request::AcceptGrant { .. }
        | Request::Discover { .. }
        | Request::ReportState(_)
        | Request::Invalid(_) => time,
    }
}

/// What a request is answered with that took too long: whatever is slow, Alexa hears of it while it
/// waits.
fn too_slow(request: &Request) -> EventBody {
    let why = "the skill did not get through in time";
    match request {
        Request::AcceptGrant { .. } => EventBody::AcceptGrantFailed { message: why.to_owned() },
        Request::ReportState(target) | Request::Control(target, _) => {
            failed(Some(target), ErrorType::EndpointUnreachable, why)
        }
        Request::Discover { .. } => failed(None, ErrorType::InternalError, why),
        Request::Invalid(invalid) => invalid.clone().answer(),
    }
}

fn failed(target: Option<&Target>, error: ErrorType, message: impl Into<String>) -> EventBody {
    EventBody::ErrorResponse {
        correlation: target.map(|target| target.correlation.clone()),
        endpoint: target.map(|target| target.endpoint.clone()),
        error,
        message: message.into(),
    }
}

impl<D: DeviceCloud> Entrypoint<D> {
    async fn enter<K: Keeper<C>, C: Enters>(
        &self,
        directive: Directive,
        context: &Context<C>,
    ) -> Event {
        let Directive { message_id, request } = directive;
        let (time, too_slow) = (time_for(&request, context), too_slow(&request));
        let answer = self.answer::<K, C>(&message_id, request, context);
        let body = tokio::time::timeout(time, answer).await.unwrap_or_else(|_| {
            tracing::error!("a directive could not be answered in time");
            too_slow
        });
        Event { id: new_id(context), body }
    }
}

impl<D: DeviceCloud> Handler<contract::Entrypoint> for Entrypoint<D> {
    async fn handle(
        &self,
        directive: Directive,
        context: &Context<contract::Entrypoint>,
    ) -> Result<Event, BoxError> {
        Ok(self.enter::<InTable, _>(directive, context).await)
    }
}

impl<D: DeviceCloud> Handler<contract::HomeEntrypoint> for Entrypoint<D> {
    async fn handle(
        &self,
        directive: Directive,
        context: &Context<contract::HomeEntrypoint>,
    ) -> Result<Event, BoxError> {
        Ok(self.enter::<AtHome, _>(directive, context).await)
    }
}
