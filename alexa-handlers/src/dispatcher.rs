//! Takes events to Alexa, authorised.

use crate::{
    answer::{context_for, is_late, late},
    gateway::{self, Verdict},
    grants::{AtHome, InTable, Keeper},
    login::{self, Grounds, LoginError},
};
use alexa_patterns::{
    contract,
    message::{
        AlexaGateway, Answer, Asked, Event, EventBody, Grant, LoginWithAmazon, PropertyName, State,
    },
};
use futures_util::future::join_all;
use net_dsl::{CallsService, Contract, Once, WritesItem};
use net_runtime::{BoxError, Context, Handler};
use std::time::Duration;

/// Takes events to Alexa's event gateway, with the user's token, which it refreshes in time.
///
/// An answer goes to the customer who has asked, a report to everybody who has linked the account. To the
/// others who have linked it, what somebody has changed by voice is a report. An answer that comes too late
/// is reported as a change instead, or not at all if there is none.
///
/// The gateway is told of an event once for each customer, however often the queue brings it: again only
/// where nobody knows whether it has taken it.
///
/// What the gateway refuses for good at the moment – the skill is disabled, a fresh token is no good –
/// ends reports for ten minutes, and nothing else: the next answer is tried, and if it is taken, reports
/// go on.
///
/// Grants are in the network's table, or on a hub in the user's home ([`contract::HomeDispatcher`]). Where a hub
/// is away nothing can be sent: the answer comes again, and late it is a report.
#[derive(Clone, Copy, Debug, Default)]
pub struct Dispatcher;

/// How long before it runs out a token is refreshed, in milliseconds: Amazon's own sample takes five
/// minutes.
const EARLY: u64 = 300_000;

/// How long it takes at the most, most of the time, to store tokens that were just received.
const A_MOMENT: Duration = Duration::from_secs(1);

/// How often an event is sent again that the gateway does not take for the moment.
const RESENDS: u32 = 3;

/// For how long nothing is reported to a customer whose events the gateway refuses.
const QUIET: Duration = Duration::from_secs(600);

impl Handler<contract::Dispatcher> for Dispatcher {
    async fn handle(
        &self,
        answer: Answer,
        context: &Context<contract::Dispatcher>,
    ) -> Result<(), BoxError> {
        dispatch::<InTable, _>(answer, context).await
    }
}

impl Handler<contract::HomeDispatcher> for Dispatcher {
    async fn handle(
        &self,
        answer: Answer,
        context: &Context<contract::HomeDispatcher>,
    ) -> Result<(), BoxError> {
        dispatch::<AtHome, _>(answer, context).await
    }
}

/// Whoever takes events to Alexa.
trait Dispatches:
    CallsService<LoginWithAmazon> + CallsService<AlexaGateway> + WritesItem<Once>
{
}

impl<C: CallsService<LoginWithAmazon> + CallsService<AlexaGateway> + WritesItem<Once>> Dispatches
    for C
{
}

async fn dispatch<K, C>(answer: Answer, context: &Context<C>) -> Result<(), BoxError>
where
    K: Keeper<C>,
    C: Dispatches,
{
    let Answer { event, user, asked } = answer;
    let asked = asked.as_ref();
    let Some(event) = still_worth_sending(event, asked, context) else { return Ok(()) };
    let told = {
        // What nobody waits for may take its time.
        let context = &context_for(&event.body, context);
        told::<K, C>(&user, asked, event, context).await?
    };
    if told.is_empty() {
        tracing::warn!("nobody has given permission to send this event, or wants it now");
    }
    let deliveries =
        told.into_iter().map(|(grant, event)| deliver_as::<K, C>(grant, event, asked, context));
    // One customer's trouble keeps nothing from the others.
    join_all(deliveries).await.into_iter().collect()
}

/// Who is told what of an event: who has asked the answer, and everybody else who has linked the account
/// and takes reports at the moment what has changed.
async fn told<K: Keeper<C>, C: Dispatches>(
    user: &str,
    asked: Option<&Asked>,
    event: Event,
    context: &Context<C>,
) -> Result<Vec<(Grant, Event)>, BoxError> {
    let grants = K::of_user(context, user).await?.into_iter();
    let now = context.now_milliseconds();
    let takes_reports = |grant: &Grant| grant.quiet_until <= now;
    if event.body.correlation().is_none() {
        return Ok(grants.filter(takes_reports).map(|grant| (grant, event.clone())).collect());
    }
    let Some(asked) = asked else { return Err("an answer does not say who has asked".into()) };
    let report = report_of(&event, asked);
    let told = grants.filter_map(|grant| {
        if grant.customer == asked.customer {
            return Some((grant, event.clone()));
        }
        let report = report.clone().filter(|_| takes_reports(&grant))?;
        Some((grant, report))
    });
    Ok(told.collect())
}

/// What an answer says to those who have not asked; none if nothing has changed.
fn report_of(answer: &Event, asked: &Asked) -> Option<Event> {
    let (EventBody::Response { endpoint, state, .. } | EventBody::Replied { endpoint, state, .. }) =
        &answer.body
    else {
        return None;
    };
    let body = late(endpoint.clone(), &asked.command, state.clone())?;
    Some(Event { id: answer.id.clone(), body })
}

async fn deliver_as<K: Keeper<C>, C: Dispatches>(
    grant: Grant,
    event: Event,
    asked: Option<&Asked>,
    context: &Context<C>,
) -> Result<(), BoxError> {
    let context = &context_for(&event.body, context);
    let sent = format!("{}/{}", event.id.as_str(), grant.customer);
    let delivery = async {
        match fresh::<K, C>(grant, context).await? {
            Some(grant) => deliver::<K, C>(event, asked, grant, context).await,
            None => Ok(()),
        }
    };
    context.once(sent, delivery).await
}

/// What to send of an event: after its deadline nobody waits for an answer.
fn still_worth_sending<C: Contract>(
    event: Event,
    asked: Option<&Asked>,
    context: &Context<C>,
) -> Option<Event> {
    let Event { id, body } = event;
    if body.correlation().is_none() || !is_late(context) {
        return Some(Event { id, body });
    }
    match (body, asked) {
        (
            EventBody::Response { endpoint, state, .. }
            | EventBody::Replied { endpoint, state, .. },
            Some(asked),
        ) => late(endpoint, &asked.command, state).map(|body| Event { id, body }),
        _ => {
            tracing::warn!("an answer comes after its deadline and is not sent");
            None
        }
    }
}

const CONNECTIVITY: PropertyName = PropertyName::new("Alexa.EndpointHealth", "connectivity");

/// The grant with a token that is good for a while; none if the user has taken it back.
async fn fresh<K: Keeper<C>, C: Dispatches>(
    grant: Grant,
    context: &Context<C>,
) -> Result<Option<Grant>, BoxError> {
    if grant.expires_at > context.now_milliseconds().saturating_add(EARLY) {
        return Ok(Some(grant));
    }
    refresh::<K, C>(grant, context).await
}

/// Has the tokens refreshed, and stores them; if another dispatcher was faster, its tokens.
async fn refresh<K: Keeper<C>, C: Dispatches>(
    grant: Grant,
    context: &Context<C>,
) -> Result<Option<Grant>, BoxError> {
    let login = context.call::<LoginWithAmazon>();
    let grounds = || Grounds::RefreshToken(&grant.refresh_token);
    let tokens = context.retry(|| login::tokens(&login, grounds())).await;
    let (user, customer) = (grant.user.as_str(), grant.customer.as_str());
    match tokens {
        Ok(tokens) => {
            let refresh_token = tokens.refresh.unwrap_or_else(|| grant.refresh_token.clone());
            let refreshed = Grant {
                access_token: tokens.access,
                refresh_token,
                expires_at: tokens.expires_at,
                ..grant.clone()
            };
            if let Some(grant) = K::refresh(context, &grant, &refreshed).await? {
                return Ok(Some(grant));
            }
            // If there is none, it was taken for revoked by who was refused the same token.
            K::put_new(context, &refreshed).await?;
            Ok(K::of_customer(context, user, customer).await?)
        }
        Err(LoginError::InvalidGrant) => {
            // Unless the token was good for one use, and who has used it is about to say so.
            tokio::time::sleep(A_MOMENT).await;
            if K::remove(context, &grant).await? {
                tracing::warn!("a customer has taken back the permission to send events");
                Ok(None)
            } else {
                Ok(K::of_customer(context, user, customer).await?)
            }
        }
        Err(error) => {
            tracing::error!(error = %error, "a token could not be refreshed");
            Err(error.into())
        }
    }
}

async fn deliver<K: Keeper<C>, C: Dispatches>(
    mut event: Event,
    asked: Option<&Asked>,
    mut grant: Grant,
    context: &Context<C>,
) -> Result<(), BoxError> {
    let bound = context.call::<AlexaGateway>();
    let base_url = bound.base_url();
    let base_url = grant.region.map_or(base_url, |region| region.gateway_for(base_url));
    let gateway = bound.at(base_url);
    let (mut refreshed, mut resent) = (false, 0);
    loop {
        // The deadline may have passed on the way here.
        let Some(worth) = still_worth_sending(event, asked, context) else { return Ok(()) };
        event = worth;
        let verdict =
            gateway::post(&gateway, &grant.access_token, &event.authorised(&grant.access_token))
                .await;
        match verdict {
            Verdict::Taken => {
                if grant.quiet_until > 0 {
                    be_quiet_until::<K, C>(0, &grant, context).await;
                }
                return Ok(());
            }
            Verdict::TokenRefused | Verdict::Forbidden if !refreshed => {
                let Some(again) = refresh::<K, C>(grant, context).await? else { return Ok(()) };
                grant = again;
                refreshed = true;
            }
            Verdict::TokenRefused | Verdict::SkillDisabled => {
                let disabled = verdict == Verdict::SkillDisabled;
                tracing::warn!(disabled, "the event gateway takes none of a customer's events");
                let until = context.now_milliseconds().saturating_add(milliseconds(QUIET));
                be_quiet_until::<K, C>(until, &grant, context).await;
                if event.body.correlation().is_none() {
                    return Ok(());
                }
                // Its directive proves that the skill is enabled.
                return Err("the event gateway refuses an answer: to be tried again".into());
            }
            Verdict::SkillMisconfigured(why) => {
                tracing::error!(why, "the skill may not send events: see its permissions");
                return Ok(());
            }
            Verdict::TooLarge => match smaller(event) {
                Some(small) => event = small,
                None => return Err("the event gateway finds an event too large".into()),
            },
            Verdict::Malformed(why) => {
                return Err(format!("the event gateway does not take an event: {why}").into());
            }
            Verdict::Forbidden => return Err("the event gateway forbids an event".into()),
            Verdict::Later(why, after) => {
                let pause = pause(resent, context.random()).max(after.unwrap_or_default());
                if resent == RESENDS || context.remaining() <= pause {
                    return Err(format!("the event gateway did not take an event: {why}").into());
                }
                tokio::time::sleep(pause).await;
                resent += 1;
            }
        }
    }
}

/// Until when nothing is reported to a customer. It lapses by itself, so that no answer of the gateway's
/// silences anybody for good.
async fn be_quiet_until<K: Keeper<C>, C: Dispatches>(
    until: u64,
    grant: &Grant,
    context: &Context<C>,
) {
    if let Err(error) = K::silence(context, grant, until).await {
        // Whoever comes next finds out again.
        tracing::warn!(error = %error, "what the event gateway has said could not be written down");
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// A second, two, four: Alexa wants a second at the least between attempts.
fn pause(resent: u32, random: u64) -> Duration {
    Duration::from_millis(1_000 * 2_u64.pow(resent) + random % 250)
}

/// An event without what it can do without, if there is any: what has not changed, the state beside an
/// answer (Alexa takes an empty one, and asks for it), the end of a text for people.
fn smaller(event: Event) -> Option<Event> {
    const SHORT: usize = 100;
    let Event { id, body } = event;
    let body = match body {
        EventBody::ChangeReport { endpoint, cause, changed, unchanged }
            if !unchanged.is_empty() =>
        {
            let (kept, rest) = unchanged.split(&[CONNECTIVITY]);
            let unchanged = if rest.is_empty() { State::new() } else { kept };
            EventBody::ChangeReport { endpoint, cause, changed, unchanged }
        }
        EventBody::Response { correlation, endpoint, state } if !state.is_empty() => {
            EventBody::Response { correlation, endpoint, state: State::new() }
        }
        EventBody::Replied { correlation, endpoint, state, reply } if !state.is_empty() => {
            EventBody::Replied { correlation, endpoint, state: State::new(), reply }
        }
        EventBody::ErrorResponse { correlation, endpoint, error, message }
            if message.chars().count() > SHORT =>
        {
            let message = message.chars().take(SHORT).collect();
            EventBody::ErrorResponse { correlation, endpoint, error, message }
        }
        EventBody::ChangeReport { .. }
        | EventBody::Response { .. }
        | EventBody::Replied { .. }
        | EventBody::ErrorResponse { .. }
        | EventBody::StateReport { .. }
        | EventBody::DeferredResponse { .. }
        | EventBody::DiscoverResponse { .. }
        | EventBody::AddOrUpdateReport { .. }
        | EventBody::DeleteReport { .. }
        | EventBody::DoorbellPress { .. }
        | EventBody::AcceptGrantResponse
        | EventBody::AcceptGrantFailed { .. } => return None,
    };
    Some(Event { id, body })
}
