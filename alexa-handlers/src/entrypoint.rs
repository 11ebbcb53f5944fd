//! Answers Alexa at once, or defers.

use crate::{
    DeviceCloud, Fault, User,
    answer::{event, time_for_the_cloud, with_connectivity},
    login::{self, Grounds},
};
use alexa_patterns::{
    contract,
    message::{
        Command, Connectivity, CorrelationToken, DeferredDirective, DeviceCloud as Cloud,
        Directive, DiscoveredDevice, EndpointId, ErrorType, Event, EventBody, Grant,
        LoginWithAmazon, Property, Region, Request, State, Target, Timestamp, Token,
    },
};
use net_runtime::{BoxError, Context, Handler};
use std::{collections::BTreeSet, time::Duration};

type Ctx = Context<contract::Entrypoint>;

/// Answers AcceptGrant, Discover and ReportState at once, and defers everything else.
///
/// It never fails: what goes wrong is an ErrorResponse, since Alexa says nothing sensible of an error
/// of Lambda's.
#[derive(Clone, Debug)]
pub struct Entrypoint<D> {
    cloud: D,
    region: Region,
}

/// How long Alexa waits for a lock, where it waits six seconds or so for a light (SinricPro and
/// Arcus say so; Alexa's documentation says that it is longer).
const LOCK_BUDGET: Duration = Duration::from_secs(20);

/// How many devices Alexa takes of one user ("Alexa.Discovery").
const MOST_DEVICES: usize = 300;

impl<D: DeviceCloud> Entrypoint<D> {
    /// The entrypoint of a skill for a manufacturer's devices. Grants that arrive here are of a region
    /// of the event gateway.
    pub fn new(cloud: D, region: Region) -> Entrypoint<D> {
        Entrypoint { cloud, region }
    }

    async fn account(&self, token: &Token, context: &Ctx) -> Result<String, Fault> {
        let api = context.call::<Cloud>();
        let time = time_for_the_cloud(context);
        context.retry_within(time, || self.cloud.account(token, &api)).await
    }

    async fn accept_grant(&self, code: &Token, grantee: &Token, context: &Ctx) -> EventBody {
        let granted = async {
            let user = self.account(grantee, context).await?;
            let login = context.call::<LoginWithAmazon>();
            let tokens = context.retry(|| login::tokens(&login, Grounds::Code(code))).await?;
            let refresh_token =
                tokens.refresh.ok_or("Login with Amazon gave no refresh token for the code")?;
            let grant = Grant {
                user,
                access_token: tokens.access,
                refresh_token,
                expires_at: tokens.expires_at,
                region: self.region,
                refused: false,
            };
            Ok::<(), BoxError>(context.table::<Grant>().put(&grant).await?)
        };
        match granted.await {
            Ok(()) => EventBody::AcceptGrantResponse,
            Err(error) => {
                tracing::error!(error = %error, "a grant could not be accepted");
                failed(None, ErrorType::AcceptGrantFailed, error.to_string())
            }
        }
    }

    async fn discover(&self, token: &Token, context: &Ctx) -> EventBody {
        let discovered = async {
            let account = self.account(token, context).await?;
            let user = User { account: &account, token: Some(token) };
            let api = context.call::<Cloud>();
            let time = time_for_the_cloud(context);
            context.retry_within(time, || self.cloud.discover(user, &api)).await
        };
        match discovered.await {
            Ok(devices) => EventBody::DiscoverResponse { devices: what_alexa_takes(devices) },
            Err(fault) => failed(None, fault.error(), fault.message()),
        }
    }

    async fn report_state(&self, target: &Target, context: &Ctx) -> EventBody {
        let reported = async {
            let account = self.account(&target.token, context).await?;
            let user = User { account: &account, token: Some(&target.token) };
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
    async fn defer(
        &self,
        message_id: &str,
        target: &Target,
        command: Command,
        context: &Ctx,
    ) -> EventBody {
        let user = match self.account(&target.token, context).await {
            Ok(user) => user,
            Err(fault) => return failed(Some(target), fault.error(), fault.message()),
        };
        match context.table::<Grant>().get(&user).await {
            Ok(Some(grant)) if !grant.refused => {}
            Ok(_) => {
                let why = "the user has given no leave to send events: enable the skill again";
                return failed(Some(target), ErrorType::InsufficientPermissions, why);
            }
            Err(error) => {
                tracing::error!(error = %error, "the grants cannot be read");
                return failed(Some(target), ErrorType::InternalError, error.to_string());
            }
        }
        let budget = if command.is_lock() {
            Some(LOCK_BUDGET)
        } else {
            context.budget::<DeferredDirective>()
        };
        let due = command.is_lock().then(|| {
            let started = Timestamp::from(context.started()).milliseconds();
            context.due(started + LOCK_BUDGET.as_millis() as u64)
        });
        let deferred = DeferredDirective {
            message_id: message_id.to_owned(),
            target: target.clone(),
            command,
            user,
        };
        if let Err(error) = due.as_ref().unwrap_or(context).send(&deferred).await {
            tracing::error!(error = %error, "a directive could not be deferred");
            return failed(Some(target), ErrorType::InternalError, error.to_string());
        }
        let most = budget.map_or(u64::MAX, |budget| budget.as_secs().max(1));
        let seconds = self.cloud.latency(&command).as_millis().div_ceil(1_000);
        let seconds = u64::try_from(seconds).unwrap_or(u64::MAX).clamp(1, most);
        EventBody::DeferredResponse {
            correlation: target.correlation.clone(),
            seconds: u32::try_from(seconds).ok(),
        }
    }
}

/// Each device once, and no more than Alexa knows.
fn what_alexa_takes(mut devices: Vec<DiscoveredDevice>) -> Vec<DiscoveredDevice> {
    let mut known = BTreeSet::new();
    devices.retain(|device| known.insert(device.endpoint().clone()));
    if devices.len() > MOST_DEVICES {
        tracing::warn!(devices = devices.len(), "Alexa takes {MOST_DEVICES}, the first ones");
        devices.truncate(MOST_DEVICES);
    }
    devices
}

fn failed(target: Option<&Target>, error: ErrorType, message: impl Into<String>) -> EventBody {
    error_response(
        target.map(|target| target.correlation.clone()),
        target.map(|target| target.endpoint.clone()),
        error,
        message,
    )
}

fn error_response(
    correlation: Option<CorrelationToken>,
    endpoint: Option<EndpointId>,
    error: ErrorType,
    message: impl Into<String>,
) -> EventBody {
    EventBody::ErrorResponse { correlation, endpoint, error, message: message.into() }
}

impl<D: DeviceCloud> Handler<contract::Entrypoint> for Entrypoint<D> {
    async fn handle(&self, directive: Directive, context: &Ctx) -> Result<Event, BoxError> {
        Ok(event(match directive.request {
            Request::AcceptGrant { code, grantee } => {
                self.accept_grant(&code, &grantee, context).await
            }
            Request::Discover { token } => self.discover(&token, context).await,
            Request::ReportState(target) => self.report_state(&target, context).await,
            Request::Control(target, command) => {
                self.defer(&directive.message_id, &target, command, context).await
            }
            Request::Invalid(invalid) => {
                tracing::warn!(why = invalid.why, "an invalid directive");
                error_response(invalid.correlation, invalid.endpoint, invalid.error, invalid.why)
            }
        }))
    }
}
