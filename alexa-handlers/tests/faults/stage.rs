//! The networks on one machine: functions that are started by what their queues hold, redelivery,
//! and what becomes of an answer.

use crate::{
    injector::{Fault, Injector, Spoilt},
    support::{
        CHANGES, CORRELATION, DEFERRED, LOOKS, PROMISES, RESPONSES, World, accept_grant, directive,
        discover, http, milliseconds, name, queued,
    },
};
use alexa_doubles::{Pace, Trouble};
use alexa_handlers::{
    AdaptiveLookStarter, AdaptiveWatcher, Dispatcher, Entrypoint, LookStarter, OptimisticRequester,
    Poller, PromiseChecker, Receiver, Requester, Responder, SyncProcessor, Watcher, acme::Acme,
};
use alexa_patterns::{contract, message::Region};
use net_dsl::Contract;
use net_runtime::{Clock as _, Handler, Invocation, Parcel, Runtime};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Network {
    Sync,
    Push,
    Polling,
    /// The waiting poll.
    Waiting,
    /// The adaptive poll.
    Adaptive,
    /// The optimistic processor with the waiting poll.
    Optimistic,
}

impl Network {
    pub(crate) const ALL: [Network; 6] = [
        Network::Sync,
        Network::Push,
        Network::Polling,
        Network::Waiting,
        Network::Adaptive,
        Network::Optimistic,
    ];

    /// Whether a table's stream tells of new requests.
    fn looks(self) -> bool {
        match self {
            Network::Waiting | Network::Adaptive | Network::Optimistic => true,
            Network::Sync | Network::Push | Network::Polling => false,
        }
    }
}

/// What Alexa says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Said {
    /// A light has six seconds.
    TurnOn,
    /// A lock has twenty: what comes again may be in time.
    Unlock,
    AcceptGrant,
    Discover,
    ReportState,
}

impl Said {
    /// Whether Alexa is told to wait.
    pub(crate) fn is_deferred(self) -> bool {
        matches!(self, Said::TurnOn | Said::Unlock)
    }

    fn device(self) -> &'static str {
        if self == Said::Unlock { "door" } else { "lamp" }
    }

    fn directive(self, world: &World) -> Value {
        match self {
            Said::TurnOn => directive("lamp", "Alexa.PowerController", "TurnOn", json!({})),
            Said::Unlock => directive("door", "Alexa.LockController", "Unlock", json!({})),
            Said::AcceptGrant => accept_grant(&world.login.code("ann")),
            Said::Discover => discover(),
            Said::ReportState => directive("lamp", "Alexa", "ReportState", json!({})),
        }
    }
}

/// One call of one of the functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Site {
    /// Of AWS, of all functions together, by number.
    Backend(usize),
    /// Of a server, by number.
    Acme(usize),
    Login(usize),
    Gateway(usize),
}

/// What became of a directive.
#[derive(Clone, Debug, Default)]
pub(crate) struct End {
    /// What Alexa was told at once, if anything: an event's name.
    pub(crate) at_once: Option<String>,
    /// How often devices have done it.
    pub(crate) acts: usize,
    /// The ids of the answers that the gateway has taken, one for each time.
    pub(crate) answers: Vec<String>,
    /// The ids of the reports that it has taken of the device.
    pub(crate) reports: Vec<String>,
    /// What was delivered too often.
    pub(crate) dead_letters: Vec<String>,
    /// Whether there is a grant that is good.
    pub(crate) granted: bool,
    /// Whether the deadline had passed when the last run began that could have carried it out.
    pub(crate) expired: bool,
    /// What the gateway has found wrong.
    pub(crate) refused: Vec<String>,
    /// Every call that was made, by site.
    pub(crate) calls: BTreeMap<Site, String>,
}

/// How often a message is received before it is put aside, and for how long it is out of sight: as the
/// networks' plans have it (six times the functions' three seconds).
const MAX_RECEIVES: u32 = 5;
const VISIBILITY: u64 = 18_000;
/// For how long a promise is held back before it is looked after.
const PROMISE: u64 = 20_000;

struct Message {
    parcel: Parcel,
    visible: u64,
    received: u32,
}

struct Stage {
    world: World,
    network: Network,
    said: Said,
    injector: Injector,
    queues: BTreeMap<&'static str, Vec<Message>>,
    /// What Acme has still to push.
    pushes: Vec<(String, u32)>,
    /// What the stream of the table of requests has still to bring.
    streamed: Vec<(Value, u32)>,
    /// The requests that it has told of.
    known: BTreeSet<String>,
    end: End,
    functions: BTreeMap<Site, &'static str>,
}

/// How a run ended.
enum Ran {
    Answered(Value),
    Failed,
}

/// Says something to a network in which one call goes wrong, and waits until nothing is left to do.
pub(crate) async fn play(network: Network, said: Said, spoilt: Option<(Site, Fault)>) -> End {
    let world = World::start().await;
    if network != Network::Sync {
        world.acme.set_pace(Pace::WhenTold);
    }
    if said != Said::AcceptGrant {
        world.grant().await;
        // Its token has to be refreshed on the way.
        let mut stale = world.grants().remove(0);
        stale.expires_at = milliseconds(world.memory.now()) + 60_000;
        world.store(&stale).await;
    }
    let injector = Injector::default();
    if let Some((site, fault)) = spoilt {
        match site {
            Site::Backend(call) => injector.spoil(call, fault),
            Site::Acme(call) => give(|trouble| world.acme.give(trouble), call, fault),
            Site::Login(call) => give(|trouble| world.login.give(trouble), call, fault),
            Site::Gateway(call) => give(|trouble| world.gateway.give(trouble), call, fault),
        }
    }
    let queues = [DEFERRED, CHANGES, RESPONSES, LOOKS, PROMISES];
    let queues = queues.map(|queue| (queue, Vec::new())).into();
    let mut stage = Stage {
        world,
        network,
        said,
        injector,
        queues,
        pushes: Vec::new(),
        streamed: Vec::new(),
        known: BTreeSet::new(),
        end: End::default(),
        functions: BTreeMap::new(),
    };
    stage.play(spoilt).await;
    stage.end
}

fn give(give: impl Fn(Trouble), call: usize, fault: Fault) {
    // Longer than any run.
    let long = Duration::from_secs(60);
    give(
        match fault {
            Fault::ReplyLost => Trouble::hang_up().after_doing(),
            Fault::Reset => Trouble::hang_up(),
            Fault::Status500 => Trouble::status(500),
            Fault::CutBody => Trouble::cut_body(),
            Fault::Throttled => Trouble::status(429),
            Fault::Slow | Fault::KilledAfter => Trouble::slow(long),
            Fault::KilledBefore => Trouble::hang_up().later(long),
            Fault::Twice => Trouble::twice(),
        }
        .after(call),
    );
}

impl Stage {
    async fn play(&mut self, spoilt: Option<(Site, Fault)>) {
        let directive = self.said.directive(&self.world);
        let entrypoint = Entrypoint::new(Acme, Region::Europe).reporting_changes(true);
        let ran =
            self.run::<contract::Entrypoint>("entrypoint", 8, &entrypoint, directive, spoilt).await;
        if let Ran::Answered(answer) = ran {
            self.end.at_once = Some(name(&answer).1.to_owned());
        }
        let mut ticks = 0;
        for _ in 0..100 {
            self.receive();
            if let Some(queue) = self.visible() {
                self.deliver(queue, spoilt).await;
            } else if let Some((body, tries)) = self.pushes.pop() {
                self.push(body, tries, spoilt).await;
            } else if let Some((changes, tries)) = self.streamed.pop() {
                self.start_looks(changes, tries, spoilt).await;
            } else if self.network == Network::Polling && self.waits() && ticks < 3 {
                ticks += 1;
                self.tick(spoilt).await;
                self.receive();
                if self.waits() && self.queues[CHANGES].is_empty() {
                    self.world.memory.advance(Duration::from_secs(60));
                }
            } else if let Some(next) = self.next_visible() {
                let now = self.now();
                self.world.memory.advance(Duration::from_millis(next.saturating_sub(now) + 1));
            } else {
                break;
            }
            self.carry_out().await;
        }
        self.conclude();
    }

    fn now(&self) -> u64 {
        milliseconds(self.world.memory.now())
    }

    /// Whether a request waits for its end.
    fn waits(&self) -> bool {
        use alexa_patterns::message::PendingStatus::Done;
        self.world.pending().iter().any(|pending| pending.status != Done)
    }

    /// What functions have sent since last looked at.
    fn receive(&mut self) {
        let now = self.now();
        for (queue, messages) in &mut self.queues {
            let new = self.world.take(queue).into_iter();
            messages.extend(new.map(|parcel| {
                let held =
                    if *queue == PROMISES { PROMISE } else { u64::from(parcel.delay) * 1_000 };
                let visible = if held == 0 { 0 } else { now + held };
                Message { parcel, visible, received: 0 }
            }));
        }
        if self.network.looks() {
            for pending in self.world.pending() {
                if self.known.insert(pending.message.clone()) {
                    self.streamed.push((self.world.inserted(&pending.message), 0));
                }
            }
        }
    }

    /// The stream brings again what fails.
    async fn start_looks(&mut self, changes: Value, tries: u32, spoilt: Option<(Site, Fault)>) {
        let event = changes.clone();
        let ran = if self.network == Network::Adaptive {
            let handler = AdaptiveLookStarter;
            self.run::<contract::AdaptiveLookStarter>("look-starter", 3, &handler, event, spoilt)
                .await
        } else {
            let handler = LookStarter;
            self.run::<contract::LookStarter>("look-starter", 3, &handler, event, spoilt).await
        };
        let done = matches!(&ran, Ran::Answered(done) if done["batchItemFailures"] == json!([]));
        if !done && tries < 5 {
            self.world.memory.advance(Duration::from_secs(1));
            self.streamed.push((changes, tries + 1));
        }
    }

    fn visible(&self) -> Option<&'static str> {
        let now = self.now();
        let ready = |messages: &Vec<Message>| messages.iter().any(|message| message.visible <= now);
        self.queues.iter().find(|(_, messages)| ready(messages)).map(|(queue, _)| *queue)
    }

    fn next_visible(&self) -> Option<u64> {
        self.queues.values().flatten().map(|message| message.visible).min()
    }

    async fn deliver(&mut self, queue: &'static str, spoilt: Option<(Site, Fault)>) {
        let now = self.now();
        let messages = self.queues.get_mut(queue).expect("a queue");
        let at = messages.iter().position(|message| message.visible <= now).expect("a message");
        let mut message = messages.remove(at);
        let event = queued(std::slice::from_ref(&message.parcel));
        let ran = match (queue, self.network) {
            (DEFERRED, network) => {
                self.end.expired = message.parcel.deadline.is_some_and(|deadline| deadline <= now);
                if network == Network::Sync {
                    let handler = SyncProcessor::new(Acme);
                    self.run::<contract::SyncProcessor>(
                        "sync-processor",
                        3,
                        &handler,
                        event,
                        spoilt,
                    )
                    .await
                } else if network == Network::Optimistic {
                    let handler = OptimisticRequester::new(Acme);
                    self.run::<contract::OptimisticRequester>(
                        "optimistic-requester",
                        3,
                        &handler,
                        event,
                        spoilt,
                    )
                    .await
                } else {
                    let handler = Requester::new(Acme);
                    self.run::<contract::Requester>("requester", 3, &handler, event, spoilt).await
                }
            }
            (LOOKS, Network::Adaptive) => {
                let handler = AdaptiveWatcher::new(Acme);
                self.run::<contract::AdaptiveWatcher>("watcher", 3, &handler, event, spoilt).await
            }
            (LOOKS, _) => {
                let handler = Watcher::new(Acme);
                self.run::<contract::Watcher>("watcher", 3, &handler, event, spoilt).await
            }
            (PROMISES, _) => {
                let handler = PromiseChecker::new(Acme);
                self.run::<contract::PromiseChecker>("promise-checker", 10, &handler, event, spoilt)
                    .await
            }
            (CHANGES, _) => {
                self.run::<contract::Responder>("responder", 3, &Responder, event, spoilt).await
            }
            _ => {
                self.run::<contract::Dispatcher>("dispatcher", 3, &Dispatcher, event, spoilt).await
            }
        };
        let done = matches!(&ran, Ran::Answered(done) if done["batchItemFailures"] == json!([]));
        if done {
            return;
        }
        message.received += 1;
        message.visible = now + VISIBILITY;
        if message.received < MAX_RECEIVES {
            self.queues.get_mut(queue).expect("a queue").push(message);
        } else {
            self.end.dead_letters.push(queue.to_owned());
        }
    }

    /// Acme does what it has accepted, and pushes it if that is how the network hears of it.
    async fn carry_out(&mut self) {
        for request in self.world.acme.open_requests() {
            self.world.acme.carry_out().await;
            if self.network == Network::Push {
                let body = self.world.acme.push_of("ann", self.said.device(), Some(&request));
                self.pushes.push((body.to_string(), 0));
            }
        }
    }

    /// Acme pushes again what is not taken.
    async fn push(&mut self, body: String, tries: u32, spoilt: Option<(Site, Fault)>) {
        let event = http(&body, &self.world.acme.signature(&body));
        let receiver = Receiver::new(Acme);
        let ran = self.run::<contract::Receiver>("receiver", 5, &receiver, event, spoilt).await;
        let taken = matches!(&ran, Ran::Answered(answer) if answer["statusCode"] == 202);
        if !taken && tries < 5 {
            self.world.memory.advance(Duration::from_secs(1));
            self.pushes.push((body, tries + 1));
        }
    }

    async fn tick(&mut self, spoilt: Option<(Site, Fault)>) {
        let tick = json!({ "scheduled_at": "2026-07-01T07:00:00Z" });
        self.run::<contract::Poller>("poller", 5, &Poller::new(Acme), tick, spoilt).await;
    }

    /// A run of a function, as Lambda has it: in a new process, and stopped when its time is over.
    async fn run<C>(
        &mut self,
        function: &'static str,
        timeout: u64,
        handler: &impl Handler<C>,
        event: Value,
        spoilt: Option<(Site, Fault)>,
    ) -> Ran
    where
        C: Contract,
        C::Input: DeserializeOwned + Send,
        C::Output: Serialize + Send,
    {
        let backend =
            Spoilt { function, memory: self.world.memory.clone(), injector: self.injector.clone() };
        let runtime: Runtime<C> =
            Runtime::new(backend, self.world.bindings()).expect("every need is bound");
        let time = Duration::from_secs(timeout);
        let invocation =
            Invocation { request_id: "run".to_owned(), ends: self.world.memory.now() + time };
        let ran = tokio::select! {
            ran = runtime.invoke_within(handler, event, &invocation) => ran.ok(),
            () = self.injector.killed() => None,
            () = killed_at_a_server(&self.world, spoilt) => None,
            () = tokio::time::sleep(time) => None,
        };
        self.note_servers(function);
        ran.map_or(Ran::Failed, Ran::Answered)
    }

    /// Which function has asked the servers since last noted.
    fn note_servers(&mut self, function: &'static str) {
        let asked = [
            (Site::Acme as fn(usize) -> Site, self.world.acme.exchanges().len()),
            (Site::Login, self.world.login.exchanges().len()),
            (Site::Gateway, self.world.gateway.exchanges().len()),
        ];
        for (site, count) in asked {
            for call in 0..count {
                self.functions.entry(site(call)).or_insert(function);
            }
        }
    }

    fn conclude(&mut self) {
        let correlation = format!("{CORRELATION}-m-1");
        let id = |event: &Value| {
            event["event"]["header"]["messageId"].as_str().unwrap_or_default().to_owned()
        };
        let gateway = &self.world.gateway;
        let end = &mut self.end;
        end.acts = self.world.acme.acts().len();
        end.answers = gateway.answers(&correlation).iter().map(|it| id(&it.event)).collect();
        let reports = gateway.taken().into_iter().filter(|it| {
            it.name() == "ChangeReport"
                && it.event["event"]["endpoint"]["endpointId"] == self.said.device()
        });
        end.reports = reports.map(|it| id(&it.event)).collect();
        end.refused = gateway.refused();
        let grants = self.world.grants();
        let good = |token: &str| self.world.login.user(token).is_some();
        end.granted = grants.iter().any(|grant| good(grant.access_token.expose()));
        let backend = self.injector.calls().into_iter().enumerate();
        end.calls = backend.map(|(number, call)| (Site::Backend(number), call)).collect();
        for (site, function) in &self.functions {
            let (server, method) = match *site {
                Site::Backend(_) => continue,
                Site::Acme(call) => ("acme", self.world.acme.exchanges()[call].method.clone()),
                Site::Login(call) => ("login", self.world.login.exchanges()[call].method.clone()),
                Site::Gateway(call) => {
                    ("gateway", self.world.gateway.exchanges()[call].method.clone())
                }
            };
            end.calls.insert(*site, format!("{function}: {method} {server}"));
        }
    }
}

/// Ends once a server has the request at which the run is to die.
async fn killed_at_a_server(world: &World, spoilt: Option<(Site, Fault)>) {
    let asked = || match spoilt {
        Some((site, Fault::KilledBefore | Fault::KilledAfter)) => match site {
            Site::Backend(_) => None,
            Site::Acme(call) => Some((call, world.acme.exchanges().len())),
            Site::Login(call) => Some((call, world.login.exchanges().len())),
            Site::Gateway(call) => Some((call, world.gateway.exchanges().len())),
        },
        _ => None,
    };
    let Some((call, before)) = asked() else { return std::future::pending().await };
    if before > call {
        // Another run has died of it.
        return std::future::pending().await;
    }
    while asked().is_some_and(|(call, asked)| asked <= call) {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    // So that it is done there.
    tokio::time::sleep(Duration::from_millis(20)).await;
}
