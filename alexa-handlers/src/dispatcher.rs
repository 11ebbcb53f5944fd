//! Takes events to Alexa, authorised.

use crate::{
    answer::{context_for, is_late, report},
    gateway::{self, Verdict},
    login::{self, Grounds, LoginError},
};
use alexa_patterns::{
    contract,
    message::{AlexaGateway, Answer, Cause, Event, EventBody, Grant, LoginWithAmazon, State},
};
use net_runtime::{BoxError, Condition, Context, Handler, Update};
use std::time::Duration;

type Ctx = Context<contract::Dispatcher>;

/// Takes events to Alexa's event gateway, with the user's token, which it refreshes in time.
///
/// An answer that comes too late is reported as a change instead, or not at all if there is none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Dispatcher;

/// How long before it runs out a token is refreshed, in milliseconds: Amazon's own sample takes five
/// minutes.
const EARLY: u64 = 300_000;

/// How long it takes at the most, most of the time, to store tokens that were just received.
const A_MOMENT: Duration = Duration::from_secs(1);

/// How often an event is sent again that the gateway does not take for the moment.
const RESENDS: u32 = 3;

impl Handler<contract::Dispatcher> for Dispatcher {
    async fn handle(&self, answer: Answer, context: &Ctx) -> Result<(), BoxError> {
        let Some(event) = still_worth_sending(answer.event, context) else { return Ok(()) };
        let context = &context_for(&event.body, context);
        let grant = match context.table::<Grant>().get(&answer.user).await? {
            Some(grant) if !grant.refused => grant,
            _ => {
                tracing::warn!("there is no leave to send a user's events");
                return Ok(());
            }
        };
        let Some(grant) = fresh(grant, context).await? else { return Ok(()) };
        deliver(event, grant, context).await
    }
}

/// What to send of an event: after its deadline nobody waits for an answer.
fn still_worth_sending(event: Event, context: &Ctx) -> Option<Event> {
    let Event { id, body } = event;
    if body.correlation().is_none() || !is_late(context) {
        return Some(Event { id, body });
    }
    match body {
        EventBody::Response { endpoint, state, .. } => {
            Some(Event { id, body: report(endpoint, Cause::VoiceInteraction, state) })
        }
        _ => {
            tracing::warn!("an answer comes after its deadline and is not sent");
            None
        }
    }
}

/// The grant with a token that is good for a while; none if the user has taken it back.
async fn fresh(grant: Grant, context: &Ctx) -> Result<Option<Grant>, BoxError> {
    if grant.expires_at > context.now_milliseconds().saturating_add(EARLY) {
        return Ok(Some(grant));
    }
    refresh(grant, context).await
}

/// Has the tokens refreshed, and stores them; if another dispatcher was faster, its tokens.
async fn refresh(grant: Grant, context: &Ctx) -> Result<Option<Grant>, BoxError> {
    let login = context.call::<LoginWithAmazon>();
    let grounds = || Grounds::RefreshToken(&grant.refresh_token);
    let tokens = context.retry(|| login::tokens(&login, grounds())).await;
    let table = context.table::<Grant>();
    match tokens {
        Ok(tokens) => {
            let refresh_token = tokens.refresh.unwrap_or_else(|| grant.refresh_token.clone());
            let update = Update::set("access_token", tokens.access.expose())
                .and_set("refresh_token", refresh_token.expose())
                .and_set("expires_at", tokens.expires_at);
            if let Some(grant) = table.update_if(&grant.user, update, unchanged(&grant)).await? {
                return Ok(Some(grant));
            }
            // If there is none, it was taken for revoked by who was refused the same token.
            let refreshed = Grant {
                access_token: tokens.access,
                refresh_token,
                expires_at: tokens.expires_at,
                ..grant
            };
            table.put_new(&refreshed).await?;
            Ok(table.get(&refreshed.user).await?)
        }
        Err(LoginError::InvalidGrant) => {
            // Unless the token was good for one use, and who has used it is about to say so.
            tokio::time::sleep(A_MOMENT).await;
            if table.delete_if(&grant.user, unchanged(&grant)).await? {
                tracing::warn!("a user has taken back the leave to send events");
                Ok(None)
            } else {
                Ok(table.get(&grant.user).await?)
            }
        }
        Err(error) => {
            tracing::error!(error = %error, "a token could not be refreshed");
            Err(error.into())
        }
    }
}

/// That nobody has changed a grant since it was read: an access token comes once.
fn unchanged(grant: &Grant) -> Condition {
    Condition::equals("access_token", grant.access_token.expose())
}

async fn deliver(mut event: Event, mut grant: Grant, context: &Ctx) -> Result<(), BoxError> {
    let bound = context.call::<AlexaGateway>();
    let base_url = grant.region.gateway_for(bound.base_url());
    let gateway = bound.at(base_url);
    let (mut refreshed, mut resent) = (false, 0);
    loop {
        // The deadline may have passed on the way here.
        let Some(worth) = still_worth_sending(event, context) else { return Ok(()) };
        event = worth;
        let verdict =
            gateway::post(&gateway, &grant.access_token, &event.authorised(&grant.access_token))
                .await;
        match verdict {
            Verdict::Taken => return Ok(()),
            Verdict::TokenRefused | Verdict::Forbidden if !refreshed => {
                let Some(again) = refresh(grant, context).await? else { return Ok(()) };
                grant = again;
                refreshed = true;
            }
            Verdict::TokenRefused => {
                tracing::error!("the event gateway refuses a fresh token: only a new grant helps");
                let refused = Update::set("refused", true);
                let table = context.table::<Grant>();
                table.update_if(&grant.user, refused, unchanged(&grant)).await?;
                return Ok(());
            }
            Verdict::SkillDisabled => {
                tracing::info!("a user has disabled the skill");
                context.table::<Grant>().delete_if(&grant.user, unchanged(&grant)).await?;
                return Ok(());
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
            Verdict::Later(why) => {
                let pause = pause(resent);
                if resent == RESENDS || context.remaining() <= pause {
                    return Err(format!("the event gateway did not take an event: {why}").into());
                }
                tokio::time::sleep(pause).await;
                resent += 1;
            }
        }
    }
}

/// A second, two, four: Alexa wants a second at the least between attempts.
fn pause(resent: u32) -> Duration {
    Duration::from_millis(1_000 * 2_u64.pow(resent) + fastrand::u64(0..250))
}

/// Without what has not changed, which is there to be nice.
fn smaller(event: Event) -> Option<Event> {
    let Event { id, body } = event;
    match body {
        EventBody::ChangeReport { endpoint, cause, changed, unchanged }
            if !unchanged.is_empty() =>
        {
            let body =
                EventBody::ChangeReport { endpoint, cause, changed, unchanged: State::new() };
            Some(Event { id, body })
        }
        _ => None,
    }
}
