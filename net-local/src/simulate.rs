//! A network under faults, seed by seed.

mod report;

pub use report::{Counterexample, Report};

use crate::{
    Local,
    engine::{
        Engine, Watch,
        log::{Happening, What},
        wiring::Wiring,
    },
    fault::{Faults, Injected, Injector},
    service::queue,
    story,
};
use net_dsl::Network;
use std::{
    any::Any,
    cell::Cell,
    collections::BTreeMap,
    panic::{self, AssertUnwindSafe},
    sync::{
        Arc, Mutex, Once, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Instant, SystemTime},
};

type Prepare = Arc<dyn Fn(Local) -> Local + Send + Sync>;
type Look = Arc<dyn Fn(&Local) -> Result<(), String> + Send + Sync>;

/// A simulation of a network in the making: [`simulate`] begins one.
pub struct Simulation {
    wiring: Arc<Wiring>,
    prepare: Prepare,
    play: Arc<dyn Fn(&Local) + Send + Sync>,
    faults: Faults,
    seeds: u64,
    threads: usize,
    always: Vec<Watch>,
    finally: Vec<Look>,
    repeated: Option<(u64, Vec<Injected>)>,
}

impl std::fmt::Debug for Simulation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Simulation").field("seeds", &self.seeds).finish_non_exhaustive()
    }
}

/// A network that is played again and again, each time under another seed: other delays, another order,
/// and faults.
///
/// The same seed gives the same run, to the byte. What fails is repeated with fewer faults until each that
/// is left is needed, and told with the path of what was on its way.
///
/// ```
/// use net_dsl::prelude::*;
/// use net_local::{Faults, simulate};
/// use net_runtime::{BoxError, Context, Handler};
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Serialize, Deserialize)] pub struct Order { id: String }
/// # #[derive(Serialize, Deserialize)] pub struct Ticket { id: String }
/// # messages! { Order, Ticket }
///
/// contract! { pub Kitchen: Order => () { sends Ticket } }
///
/// /// It forgets that messages come at least once.
/// struct Cook;
/// impl Handler<Kitchen> for Cook {
///     async fn handle(&self, order: Order, context: &Context<Kitchen>) -> Result<(), BoxError> {
///         Ok(context.send(&Ticket { id: order.id }).await?)
///     }
/// }
///
/// fn orders() -> Queue<Order> { Queue::builder().name(name!("orders")).build() }
/// fn tickets() -> Queue<Ticket> { Queue::builder().name(name!("tickets")).build() }
///
/// let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
/// let network = Network::from(orders().triggers(&kitchen) + kitchen.sends_to(&tickets()));
/// let found = simulate(network)
///     .handlers(|here| here.handler::<Kitchen>(Cook))
///     .play(|here| here.send(&orders(), &Order { id: "t-1".to_owned() }))
///     .faults(Faults::all())
///     .seeds(1_000)
///     .finally(|here| match here.queue(&tickets()).len() {
///         1 => Ok(()),
///         count => Err(format!("one order has made {count} tickets")),
///     })
///     .run()
///     .expect_err("it cooks twice");
/// assert!(found.to_string().contains("one order has made 2 tickets"), "{found}");
/// ```
pub fn simulate(network: impl Into<Network>) -> Simulation {
    Simulation {
        wiring: Arc::new(Wiring::of(&network.into())),
        prepare: Arc::new(|here| here),
        play: Arc::new(|_| {}),
        faults: Faults::all(),
        seeds: 1_000,
        threads: thread::available_parallelism().map_or(1, std::num::NonZero::get),
        always: Vec::new(),
        finally: Vec::new(),
        repeated: None,
    }
}

impl Simulation {
    /// What every seed begins with: handlers, doubles, secrets, and what is to be looked at later
    /// ([`Local::keep`]).
    #[must_use]
    pub fn handlers(
        mut self,
        prepare: impl Fn(Local) -> Local + Send + Sync + 'static,
    ) -> Simulation {
        self.prepare = Arc::new(prepare);
        self
    }

    /// What happens: requests, messages, ticks. Once it has returned, everything on its way is waited for.
    #[must_use]
    pub fn play(mut self, play: impl Fn(&Local) + Send + Sync + 'static) -> Simulation {
        self.play = Arc::new(play);
        self
    }

    /// What goes wrong; everything that can, unless something else is said.
    #[must_use]
    pub fn faults(mut self, faults: Faults) -> Simulation {
        self.faults = faults;
        self
    }

    /// How many seeds are played, from 0 on; 1,000 unless something else is said.
    #[must_use]
    pub fn seeds(mut self, seeds: u64) -> Simulation {
        self.seeds = seeds;
        self
    }

    /// On how many threads; on as many as there are processors, unless something else is said.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Simulation {
        self.threads = threads.max(1);
        self
    }

    /// What must be so whatever happens; why it is not. It is asked after each thing that happens.
    #[must_use]
    pub fn always(
        mut self,
        rule: impl Fn(&Moment<'_>) -> Result<(), String> + Send + Sync + 'static,
    ) -> Simulation {
        self.always.push(Arc::new(move |engine: &Engine, happening: &Happening| {
            rule(&Moment { engine, happening })
        }));
        self
    }

    /// What must be so in the end, when nothing is on its way any more; why it is not.
    #[must_use]
    pub fn finally(
        mut self,
        look: impl Fn(&Local) -> Result<(), String> + Send + Sync + 'static,
    ) -> Simulation {
        self.finally.push(Arc::new(look));
        self
    }

    /// Plays one seed with exactly some faults, and nothing else: what a [`Counterexample`] tells to write.
    ///
    /// # Panics
    /// If one of the texts is no fault.
    #[must_use]
    #[track_caller]
    pub fn repeat<'f>(
        mut self,
        seed: u64,
        faults: impl IntoIterator<Item = &'f str>,
    ) -> Simulation {
        let faults = faults.into_iter().map(|text| match text.parse() {
            Ok(fault) => fault,
            Err(error) => panic!("{error}"),
        });
        self.repeated = Some((seed, faults.collect()));
        self
    }

    /// Plays all seeds.
    ///
    /// # Errors
    /// [`Counterexample`]: the first seed that fails, with the fewest faults; or one that does not do the
    /// same twice.
    pub fn run(self) -> Result<Report, Counterexample> {
        be_quiet_about_panics();
        if let Some((seed, faults)) = &self.repeated {
            let played = self.play_one(*seed, Injector::planned(*seed, faults));
            return match played.failure {
                Some(why) => Err(self.counterexample(*seed, why, faults.clone())),
                None => Ok(Report::of_one(played.injected)),
            };
        }
        for seed in 0..self.seeds.min(TWICE) {
            self.is_the_same_twice(seed)?;
        }
        let began = Instant::now();
        let next = AtomicU64::new(0);
        let first = AtomicU64::new(u64::MAX);
        let report = Mutex::new(Report::default());
        let failed: Mutex<BTreeMap<u64, (String, Vec<Injected>)>> = Mutex::default();
        thread::scope(|scope| {
            for _ in 0..self.threads {
                scope.spawn(|| {
                    let mut own = Report::default();
                    loop {
                        let seed = next.fetch_add(1, Ordering::Relaxed);
                        if seed >= self.seeds || seed > first.load(Ordering::Relaxed) {
                            break;
                        }
                        let played = self.play_one(seed, Injector::of(seed, &self.faults));
                        own.add(&played);
                        if let Some(why) = played.failure {
                            first.fetch_min(seed, Ordering::Relaxed);
                            lock(&failed).insert(seed, (why, played.injected));
                        }
                    }
                    lock(&report).join(own);
                });
            }
        });
        let mut failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
        match failed.pop_first() {
            Some((seed, (why, faults))) => {
                self.is_the_same_twice(seed)?;
                Err(self.shrunk(seed, why, faults))
            }
            None => {
                let mut report = report.into_inner().unwrap_or_else(PoisonError::into_inner);
                report.took = began.elapsed();
                Ok(report)
            }
        }
    }

    /// A number that differs if anything goes differently under a seed: what happens, when, in which order,
    /// with which contents. It is the same in every run of every process.
    #[must_use]
    pub fn trace(&self, seed: u64) -> u64 {
        let (here, _) = self.play_through(seed, Injector::of(seed, &self.faults));
        here.try_with(|engine| engine.log.hash())
    }

    /// Plays a network once.
    fn play_one(&self, seed: u64, faults: Injector) -> Played {
        let (here, failure) = self.play_through(seed, faults);
        let (injected, happened) =
            here.try_with(|engine| (engine.faults.injected.clone(), engine.log.happenings.len()));
        Played { failure, injected, happened }
    }

    fn play_through(&self, seed: u64, faults: Injector) -> (Local, Option<String>) {
        let mut here = Local::of(self.wiring.clone());
        (here.seed, here.faults, here.watch) = (seed, faults, self.always.clone());
        let here = (self.prepare)(here);
        if let Err(error) = here.check() {
            return (here, Some(error.to_string()));
        }
        QUIET.set(true);
        let played = panic::catch_unwind(AssertUnwindSafe(|| {
            (self.play)(&here);
            here.settle();
            self.finally.iter().try_for_each(|look| look(&here))
        }));
        QUIET.set(false);
        let stopped = here.try_with(|engine| engine.stopped.clone());
        let failure = match (stopped, played) {
            (Some(why), _) => Some(why),
            (None, Ok(seen)) => seen.err(),
            (None, Err(panic)) => Some(panic_text(&*panic)),
        };
        (here, failure)
    }

    /// # Errors
    /// That a seed does not do the same twice.
    fn is_the_same_twice(&self, seed: u64) -> Result<(), Counterexample> {
        if self.trace(seed) == self.trace(seed) {
            return Ok(());
        }
        let play = || self.play_through(seed, Injector::of(seed, &self.faults)).0;
        let (one, other) = (play(), play());
        let lines = |here: &Local| here.try_with(|engine| story::log_in_full(engine));
        Err(Counterexample::of_chance(seed, &lines(&one), &lines(&other)))
    }

    /// Fewer and fewer faults, as long as it still fails.
    fn shrunk(&self, seed: u64, mut why: String, mut faults: Vec<Injected>) -> Counterexample {
        let fails =
            |faults: &[Injected]| self.play_one(seed, Injector::planned(seed, faults)).failure;
        // Replayed, what was drawn is planned: it fails in the same way, or what is told is what was drawn.
        let Some(replayed) = fails(&faults) else { return self.counterexample(seed, why, faults) };
        why = replayed;
        loop {
            let mut smaller = None;
            for left_out in 0..faults.len() {
                let mut fewer = faults.clone();
                fewer.remove(left_out);
                if let Some(still) = fails(&fewer) {
                    smaller = Some((fewer, still));
                    break;
                }
            }
            match smaller {
                Some((fewer, still)) => (faults, why) = (fewer, still),
                None => return self.counterexample(seed, why, faults),
            }
        }
    }

    fn counterexample(&self, seed: u64, why: String, faults: Vec<Injected>) -> Counterexample {
        let (here, _) = self.play_through(seed, Injector::planned(seed, &faults));
        let log = here.try_with(|engine| story::log(engine));
        Counterexample::of_failure(seed, why, faults, log)
    }
}

/// So many seeds are played twice, to see that they do the same.
const TWICE: u64 = 5;

/// What came of one seed.
pub(crate) struct Played {
    failure: Option<String>,
    pub(crate) injected: Vec<Injected>,
    pub(crate) happened: usize,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("it panicked").to_owned()
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// A panic of a seed is told with its seed, once; not each time that it is played with fewer faults.
fn be_quiet_about_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                others(info);
            }
        }));
    });
}

/// One thing that has happened, as [`Simulation::always`] sees it.
#[derive(Clone, Copy)]
pub struct Moment<'e> {
    engine: &'e Engine,
    happening: &'e Happening,
}

impl std::fmt::Debug for Moment<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Moment({self})")
    }
}

impl std::fmt::Display for Moment<'_> {
    /// As a story says it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&story::line(self.engine, self.happening))
    }
}

/// What has happened, as far as rules ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Happened<'e> {
    /// A message was handed to a queue, a topic, a bus or a function.
    Sent {
        /// To which entity; a dead-letter queue is `orders's dead-letter queue`.
        to: &'e str,
        /// The message as JSON.
        body: &'e str,
        /// When it is due, in milliseconds since 1970.
        deadline: Option<u64>,
    },
    /// A run was given a message.
    Given {
        /// Of which function.
        function: &'e str,
        /// The message as JSON.
        body: &'e str,
        /// When it is due, in milliseconds since 1970.
        deadline: Option<u64>,
        /// For the so-manieth time.
        times: u32,
    },
    /// A message has failed too often and was put aside.
    Dead {
        /// The message as JSON.
        body: &'e str,
        /// Why it failed the last time.
        why: &'e str,
    },
    /// A message is gone without having been handled.
    Lost {
        /// The message as JSON.
        body: &'e str,
        /// Why.
        why: &'e str,
    },
    /// A run has begun.
    Began {
        /// Of which function.
        function: &'e str,
    },
    /// A run has ended.
    Ended {
        /// Of which function.
        function: &'e str,
        /// Why it failed, if it did.
        failure: Option<&'e str>,
    },
    /// An item was written, or refused.
    Wrote {
        /// In which table.
        table: &'e str,
        /// What was written, as a story says it.
        text: &'e str,
        /// Whether it was.
        applied: bool,
    },
    /// An object was written or removed, or refused.
    Stored {
        /// In which bucket.
        bucket: &'e str,
        /// What was done, as a story says it.
        text: &'e str,
        /// Whether it was.
        applied: bool,
    },
    /// A service was called.
    Called {
        /// The service's marker.
        service: &'e str,
        /// Method, path and status.
        text: &'e str,
    },
    /// A request was answered.
    Responded {
        /// By which API.
        api: &'e str,
        /// With which status.
        status: u16,
    },
    /// Something else, which [`Moment`] shows.
    Other,
}

impl<'e> Moment<'e> {
    /// What time it is.
    pub fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + std::time::Duration::from_millis(self.happening.at)
    }

    /// The same in milliseconds since 1970, as deadlines are written.
    pub fn now_milliseconds(&self) -> u64 {
        self.happening.at
    }

    /// What it is part of; empty if of nothing.
    pub fn correlation(&self) -> &'e str {
        self.engine.log.correlations.text(self.happening.correlation)
    }

    /// What has happened.
    pub fn what(&self) -> Happened<'e> {
        let (engine, wiring) = (self.engine, &self.engine.wiring);
        let parcel = |letter: u32| &*engine.log.of(letter).parcel;
        match &self.happening.what {
            What::Sent { letter, to } => {
                let parcel = parcel(*letter);
                let to = story::entity(wiring, *to);
                Happened::Sent { to, body: &parcel.body, deadline: parcel.deadline }
            }
            What::Given { letter, to, times } => {
                let parcel = parcel(*letter);
                let (body, deadline) = (parcel.body.as_str(), parcel.deadline);
                let function = story::function(wiring, *to);
                Happened::Given { function, body, deadline, times: *times }
            }
            What::Dead { letter, why, .. } => Happened::Dead { body: &parcel(*letter).body, why },
            What::Lost { letter, why } => Happened::Lost { body: &parcel(*letter).body, why },
            What::Began { function, .. } => {
                Happened::Began { function: story::function(wiring, *function) }
            }
            What::Ended { function, failure } => Happened::Ended {
                function: story::function(wiring, *function),
                failure: failure.as_deref(),
            },
            What::Wrote { table, text, applied } => {
                let table = wiring.name(wiring.tables[*table as usize].entity);
                Happened::Wrote { table, text, applied: *applied }
            }
            What::Stored { bucket, text, applied } => {
                let bucket = wiring.name(wiring.buckets[*bucket as usize].entity);
                Happened::Stored { bucket, text, applied: *applied }
            }
            What::Called { service, text } => Happened::Called { service, text },
            What::Responded { api, status } => {
                let api = wiring.name(wiring.apis[*api as usize].entity);
                Happened::Responded { api, status: *status }
            }
            What::Deduplicated { .. }
            | What::Filtered { .. }
            | What::Handled { .. }
            | What::Returned { .. }
            | What::Throttled { .. }
            | What::Said { .. }
            | What::Requested { .. }
            | What::Read { .. }
            | What::Fetched { .. }
            | What::Streamed { .. }
            | What::Asked { .. }
            | What::Ticked { .. }
            | What::Faulted { .. } => Happened::Other,
        }
    }

    /// How many messages are in a queue: those that wait and those being handled.
    pub fn depth(&self, queue: &str) -> usize {
        let wiring = &self.engine.wiring;
        let found = wiring
            .queues
            .iter()
            .position(|it: &queue::Settings| it.part == "queue" && wiring.name(it.entity) == queue);
        found.map_or(0, |queue| self.engine.services.queues[queue].items().count())
    }
}
