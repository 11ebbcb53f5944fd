//! The networks on the engine, with Acme, Login with Amazon and the event gateway in this process.

use alexa_doubles::{Acme, Device, Exchange, Gateway, Login, Pace, directive};
use alexa_handlers::{
    AdaptiveLookStarter, AdaptiveWatcher, Dispatcher, Entrypoint, LookStarter, OptimisticRequester,
    Poller, PromiseChecker, Receiver, Requester, Responder, SyncProcessor, Watcher, acme,
};
use alexa_patterns::{
    adaptive_poll, async_processor,
    contract::{self, Poller as PollerContract},
    dispatcher, entrypoint,
    message::{AlexaGateway, DeviceCloud, Grant, LoginWithAmazon, Region, Token},
    optimistic_processor, polling_event_processor, push_gateway,
    shared::{DEFERRED, GRANTS, RESPONSES},
    sync_processor, waiting_poll,
};
use futures_util::FutureExt as _;
use net_dsl::{HttpRequest, HttpResponse, RawBody, prelude::*};
use net_local::{Faults, Local, Request, Simulation, simulate};
use serde_json::Value;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

const TOKEN: &str = "hush-token-of-ann";
const CORRELATION: &str = "hush-correlation";

/// How the manufacturer's news come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// With the answer.
    Sync,
    /// Pushed.
    Push,
    /// When asked for, by a clock.
    Polling,
    /// When asked for, while somebody waits.
    Waiting,
    /// When asked for, at the times at which a device is usually done.
    Adaptive,
    /// As with the waiting poll, but what may be believed early is answered before.
    Optimistic,
}

/// What a user says: a light has six seconds, a lock twenty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    TurnOn,
    Unlock,
}

impl Said {
    fn directive(self) -> Value {
        let (namespace, name) = match self {
            Said::TurnOn => ("Alexa.PowerController", "TurnOn"),
            Said::Unlock => ("Alexa.LockController", "Unlock"),
        };
        directive::to_device(namespace, name, self.device(), TOKEN, CORRELATION)
    }

    fn device(self) -> &'static str {
        match self {
            Said::TurnOn => "lamp",
            Said::Unlock => "door",
        }
    }
}

/// What became of the directives of all seeds.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) answered: AtomicUsize,
    pub(crate) reported: AtomicUsize,
    pub(crate) not_done: AtomicUsize,
    /// The same answer was taken twice.
    pub(crate) twice: AtomicUsize,
    /// From directive to answer, in milliseconds.
    pub(crate) times: std::sync::Mutex<Vec<u64>>,
}

/// What is outside of the network.
struct World {
    acme: Acme,
    gateway: Gateway,
    /// What the network's clock says, as far as anybody outside has heard.
    now: Arc<AtomicU64>,
    /// What Alexa was told at once.
    at_once: std::sync::Mutex<Option<String>>,
    /// When the gateway took the first answer.
    answered_at: Arc<AtomicU64>,
}

fn network(how: How) -> Network {
    match how {
        How::Sync => entrypoint() + sync_processor() + dispatcher(),
        How::Push => entrypoint() + async_processor() + push_gateway() + dispatcher(),
        How::Polling => entrypoint() + async_processor() + polling_event_processor() + dispatcher(),
        How::Waiting => entrypoint() + async_processor() + waiting_poll() + dispatcher(),
        How::Adaptive => entrypoint() + async_processor() + adaptive_poll() + dispatcher(),
        How::Optimistic => entrypoint() + optimistic_processor() + waiting_poll() + dispatcher(),
    }
}

fn exchange(request: HttpRequest<RawBody>) -> Exchange {
    let query = if request.raw_query.is_empty() { "" } else { "?" };
    Exchange {
        method: request.method,
        path: format!("{}{query}{}", request.raw_path, request.raw_query),
        headers: request.headers,
        body: String::from_utf8_lossy(request.body.as_bytes()).into_owned(),
        ..Exchange::default()
    }
}

fn response((status, body): (u16, Value)) -> HttpResponse {
    match body {
        Value::Null => HttpResponse::new(status),
        body => HttpResponse::bytes(status, "application/json", body.to_string()),
    }
}

fn milliseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

fn prepare(here: Local, how: How) -> Local {
    const START: u64 = 1_767_225_600_000;
    let (acme, login) = (Acme::here(), Login::here());
    let gateway = Gateway::here(&login);
    let now = Arc::new(AtomicU64::new(START));
    for clock in [acme.clock(), login.clock()] {
        let now = now.clone();
        clock.follow(move || {
            SystemTime::UNIX_EPOCH + Duration::from_millis(now.load(Ordering::Relaxed))
        });
    }
    acme.add("ann", TOKEN, [("lamp", Device::bulb()), ("door", Device::lock())]);
    if how != How::Sync {
        acme.set_pace(Pace::WhenTold);
    }
    let (access, refresh, _) = login.grant("ann");
    let grant = Grant {
        user: "ann".to_owned(),
        customer: acme.link(TOKEN).expect("Ann has linked the skill"),
        access_token: Token::new(access).expect("a token"),
        refresh_token: Token::new(refresh).expect("a token"),
        // It has to be refreshed on the way.
        expires_at: START + 60_000,
        region: Some(Region::Europe),
        quiet_until: 0,
    };
    let answered_at = Arc::new(AtomicU64::new(0));
    let (cloud, tokens, events) = (acme.clone(), login.clone(), gateway.clone());
    let (cloud_now, tokens_now, events_now) = (now.clone(), now.clone(), now.clone());
    let first = answered_at.clone();
    let secrets = (acme.secret(), login.secret());
    let here = here
        .handler::<contract::Entrypoint>(
            Entrypoint::new(acme::Acme, Region::Europe).reporting_changes(how == How::Push),
        )
        .handler::<contract::Dispatcher>(Dispatcher)
        .service_async::<DeviceCloud, _>(move |request| {
            cloud_now.fetch_max(request.context.time, Ordering::Relaxed);
            let cloud = cloud.clone();
            async move { response(cloud.answer(exchange(request)).await) }
        })
        .service_async::<LoginWithAmazon, _>(move |request| {
            tokens_now.fetch_max(request.context.time, Ordering::Relaxed);
            let tokens = tokens.clone();
            async move { response(tokens.answer(exchange(request)).await) }
        })
        .service_async::<AlexaGateway, _>(move |request| {
            events_now.fetch_max(request.context.time, Ordering::Relaxed);
            let (events, first, at) = (events.clone(), first.clone(), request.context.time);
            async move {
                let answer = events.answer(exchange(request)).await;
                if !events.answers(CORRELATION).is_empty() {
                    let _ = first.compare_exchange(0, at, Ordering::Relaxed, Ordering::Relaxed);
                }
                response(answer)
            }
        })
        .secret::<DeviceCloud>(&secrets.0)
        .secret::<LoginWithAmazon>(&secrets.1);
    let here = match how {
        How::Sync => here.handler::<contract::SyncProcessor>(SyncProcessor::new(acme::Acme)),
        How::Push => here
            .handler::<contract::Requester>(Requester::new(acme::Acme))
            .handler::<contract::Responder>(Responder)
            .handler::<contract::Receiver>(Receiver::new(acme::Acme)),
        How::Polling => here
            .handler::<contract::Requester>(Requester::new(acme::Acme))
            .handler::<contract::Responder>(Responder)
            .handler::<PollerContract>(Poller::new(acme::Acme)),
        How::Waiting => here
            .handler::<contract::Requester>(Requester::new(acme::Acme))
            .handler::<contract::Responder>(Responder)
            .handler::<contract::LookStarter>(LookStarter)
            .handler::<contract::Watcher>(Watcher::new(acme::Acme)),
        How::Adaptive => here
            .handler::<contract::Requester>(Requester::new(acme::Acme))
            .handler::<contract::Responder>(Responder)
            .handler::<contract::AdaptiveLookStarter>(AdaptiveLookStarter)
            .handler::<contract::AdaptiveWatcher>(AdaptiveWatcher::new(acme::Acme)),
        How::Optimistic => here
            .handler::<contract::OptimisticRequester>(OptimisticRequester::new(acme::Acme))
            .handler::<contract::PromiseChecker>(PromiseChecker::new(acme::Acme))
            .handler::<contract::Responder>(Responder)
            .handler::<contract::LookStarter>(LookStarter)
            .handler::<contract::Watcher>(Watcher::new(acme::Acme)),
    };
    here.keep(World { acme, gateway, now, at_once: Default::default(), answered_at }).keep(grant)
}

/// A user says something, and the manufacturer does it a second later.
fn play(here: &Local, how: How, said: Said) {
    let world = here.kept::<World>();
    here.table(&*GRANTS).put(here.kept::<Grant>());
    let entrypoint = Function::<contract::Entrypoint>::builder().name(name!("entrypoint")).build();
    if let Ok(answer) = here.invoke_with(&entrypoint, said.directive()) {
        let name = answer["event"]["header"]["name"].as_str().unwrap_or_default().to_owned();
        *world.at_once.lock().expect("no panic") = Some(name);
    }
    if how == How::Sync {
        return;
    }
    // What is accepted late, after a fault, is carried out late.
    for _ in 0..40 {
        here.advance(Duration::from_secs(1));
        world.now.fetch_max(milliseconds(here.now()), Ordering::Relaxed);
        let requests = world.acme.open_requests();
        world.acme.carry_out().now_or_never().expect("nothing is pushed by the double");
        for request in requests.iter().filter(|_| how == How::Push) {
            push(here, world, said, request);
        }
    }
    match how {
        How::Sync | How::Push => {}
        // Until the last clock has ticked, the last look was taken, the last promise was looked after.
        How::Polling | How::Waiting | How::Adaptive | How::Optimistic => {
            here.advance(Duration::from_secs(180));
        }
    }
}

/// Acme pushes what it has done, and again until it is taken.
fn push(here: &Local, world: &World, said: Said, request: &str) {
    let api = HttpApi::builder().name(name!("push-gateway")).build();
    for _ in 0..6 {
        world.now.fetch_max(milliseconds(here.now()), Ordering::Relaxed);
        let body = world.acme.push_of("ann", said.device(), Some(request)).to_string();
        let signed = Request::new("POST", "/push")
            .header("content-type", "application/json")
            .header("acme-signature", &world.acme.signature(&body))
            .body(body);
        if here.request_to(&api, signed).status == 202 {
            return;
        }
        here.advance(Duration::from_secs(1));
    }
}

/// Answered once, or reported late, or not done and nobody told otherwise; never lost.
fn judge(here: &Local, how: How, counts: &Counts) -> Result<(), String> {
    let world = here.kept::<World>();
    let taken = world.gateway.answers(CORRELATION);
    let mut ids: Vec<String> =
        taken.iter().map(|it| it.event["event"]["header"]["messageId"].to_string()).collect();
    ids.sort();
    ids.dedup();
    let acts = world.acme.acts().len();
    let reports = world.gateway.taken().iter().filter(|it| it.name() == "ChangeReport").count();
    let refused = world.gateway.refused();
    let at_once = world.at_once.lock().expect("no panic").clone();
    if !refused.is_empty() {
        return Err(format!("the event gateway finds something wrong: {refused:?}"));
    }
    if acts > 1 {
        return Err(format!("the device has done it {acts} times"));
    }
    if ids.len() > 1 {
        return Err(format!("one directive has {} answers", ids.len()));
    }
    if here.table(&*GRANTS).items().len() != 1 {
        return Err("the grant is lost".to_owned());
    }
    let dead = here.dead_letters(&*DEFERRED).len() + here.dead_letters(&*RESPONSES).len();
    let count = |of: &AtomicUsize| {
        of.fetch_add(1, Ordering::Relaxed);
        Ok(())
    };
    if how == How::Optimistic && !taken.is_empty() && acts == 0 && reports == 0 {
        return Err("what was answered early was not done, and nobody has corrected it".to_owned());
    }
    if taken.len() > 1 {
        let _: Result<(), String> = count(&counts.twice);
    }
    if !taken.is_empty() {
        let time = world.answered_at.load(Ordering::Relaxed).saturating_sub(1_767_225_600_000);
        counts.times.lock().expect("no panic").push(time);
        return count(&counts.answered);
    }
    match at_once.as_deref() {
        _ if reports > 0 => count(&counts.reported),
        // Nobody has done anything, and Alexa says so by itself.
        _ if acts == 0 => count(&counts.not_done),
        _ if dead > 0 => count(&counts.not_done),
        _ => Err("the device has done it, and nobody was told".to_owned()),
    }
}

/// A network under faults, with what became of the directives.
pub(crate) fn simulation(how: How, said: Said, counts: &Arc<Counts>) -> Simulation {
    let counts = counts.clone();
    simulate(network(how))
        .handlers(move |here| prepare(here, how))
        .play(move |here| play(here, how, said))
        .finally(move |here| judge(here, how, &counts))
        .faults(Faults::all())
}
