//! The engine: acts in order of time, runs between them, and a log of everything that happened.
//!
//! What is due is a heap of acts ordered by time and then by number, so that what is due at once happens in
//! the order in which it was put there. Code runs as tasks of one thread, on tokio's clock. The same loop
//! serves two clocks: a paused one, which jumps to the next act or timer as soon as nothing is left to do,
//! and the real one.

pub(crate) mod code;
pub(crate) mod log;
pub(crate) mod pattern;
pub(crate) mod port;
pub(crate) mod random;
pub(crate) mod trace;
pub(crate) mod wiring;

use crate::{
    fault::{Fault, Injector},
    service,
};
use log::{Happening, Log, What};
use random::Random;
use std::{
    cmp::Ordering,
    collections::{BinaryHeap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::{Duration, SystemTime},
};
use tokio::{sync::Notify, time::Instant};
use wiring::Wiring;

/// What happens at a time.
pub(crate) type Act = Box<dyn FnOnce(&mut Engine) + Send>;

struct Due {
    at: u64,
    number: u64,
    act: Act,
}

impl PartialEq for Due {
    fn eq(&self, other: &Due) -> bool {
        self.number == other.number
    }
}

impl Eq for Due {}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Due) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Due {
    /// The heap gives the greatest: the earliest.
    fn cmp(&self, other: &Due) -> Ordering {
        (other.at, other.number).cmp(&(self.at, self.number))
    }
}

/// An engine that tasks share.
pub(crate) struct Shared {
    engine: Mutex<Engine>,
    /// Something has become due, or a run has ended.
    woken: Notify,
}

/// Nothing more will happen: what is held by what will not happen is let go, since it holds the engine.
impl Shared {
    pub(crate) fn end(&self) {
        let mut engine = self.lock();
        let heap = std::mem::take(&mut engine.heap);
        let runs = std::mem::take(&mut engine.services.runs);
        let functions = std::mem::take(&mut engine.services.functions);
        drop(engine);
        drop((heap, runs, functions));
    }
}

/// How far [`Shared::drive`] came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Driven {
    /// What was waited for is so.
    Done,
    /// Nothing will ever happen again, and it is not so.
    Idle,
    /// So many acts have happened that it is not going to be so.
    Endless,
}

/// Acts without an end in sight: a loop.
const MOST_ACTS: u64 = 200_000_000;

impl Shared {
    pub(crate) fn new(wiring: Arc<Wiring>, settings: Settings) -> Arc<Shared> {
        Arc::new_cyclic(|me| Shared {
            engine: Mutex::new(Engine::new(me.clone(), wiring, settings)),
            woken: Notify::new(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Engine> {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something with the engine, now.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Engine) -> T) -> T {
        let mut engine = self.lock();
        engine.look();
        let done = work(&mut engine);
        if std::mem::take(&mut engine.changed) {
            self.woken.notify_one();
        }
        done
    }

    /// Waits until something is due.
    pub(crate) async fn woken(&self) {
        self.woken.notified().await;
    }

    /// Lets time pass until something is so.
    pub(crate) async fn drive(&self, until: impl Fn(&Engine) -> bool) -> Driven {
        let mut acts = 0;
        loop {
            let next = {
                let mut engine = self.lock();
                engine.look();
                loop {
                    if until(&engine) {
                        return Driven::Done;
                    }
                    let Some(act) = engine.due() else { break };
                    acts += 1;
                    act(&mut engine);
                }
                engine.changed = false;
                if acts > MOST_ACTS || engine.stopped.is_some() {
                    return Driven::Endless;
                }
                match engine.heap.peek() {
                    Some(_) if engine.clock.speed == 0 => None,
                    Some(due) => Some(engine.instant(due.at)),
                    None if engine.running() == 0 => return Driven::Idle,
                    None => None,
                }
            };
            match next {
                Some(at) => {
                    tokio::select! {
                        biased;
                        () = self.woken.notified() => {}
                        () = tokio::time::sleep_until(at) => {}
                    }
                }
                None => self.woken.notified().await,
            }
        }
    }
}

/// How an engine is to run.
#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) seed: u64,
    /// When it starts, in milliseconds since 1970.
    pub(crate) epoch: u64,
    pub(crate) faults: Injector,
    pub(crate) watch: Vec<Watch>,
}

/// How a network's time follows this machine's.
#[derive(Clone, Copy)]
struct Clock {
    /// What time it was in the network, in milliseconds since 1970, and on this machine.
    base: u64,
    since: Instant,
    /// How many times as fast it goes as this machine's.
    speed: u64,
}

/// Everything that there is at one time.
pub(crate) struct Engine {
    me: Weak<Shared>,
    pub(crate) wiring: Arc<Wiring>,
    epoch: u64,
    clock: Clock,
    now: u64,
    heap: BinaryHeap<Due>,
    number: u64,
    changed: bool,
    /// How much is on its way: what somebody is still going to handle.
    pub(crate) on_the_way: usize,
    pub(crate) log: Log,
    pub(crate) seed: u64,
    randoms: HashMap<(&'static str, usize), Random>,
    pub(crate) faults: Injector,
    /// Why it goes on no more: somebody watches, and has seen enough.
    pub(crate) stopped: Option<String>,
    pub(crate) watch: Vec<Watch>,
    /// What fails, until when.
    outages: HashMap<String, u64>,
    pub(crate) services: service::Services,
}

/// What is looked at after each thing that happens; why it should not have.
pub(crate) type Watch = Arc<dyn Fn(&Engine, &Happening) -> Result<(), String> + Send + Sync>;

impl Engine {
    fn new(me: Weak<Shared>, wiring: Arc<Wiring>, settings: Settings) -> Engine {
        let mut engine = Engine {
            me,
            services: service::Services::new(&wiring),
            wiring,
            epoch: settings.epoch,
            clock: Clock { base: settings.epoch, since: Instant::now(), speed: 1 },
            now: settings.epoch,
            heap: BinaryHeap::new(),
            number: 0,
            changed: false,
            on_the_way: 0,
            log: Log::default(),
            seed: settings.seed,
            randoms: HashMap::new(),
            faults: settings.faults,
            stopped: None,
            watch: settings.watch,
            outages: HashMap::new(),
        };
        service::begin(&mut engine);
        engine
    }

    /// Looks at the clock.
    fn look(&mut self) {
        let Clock { base, since, speed } = self.clock;
        let elapsed = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.now = base.saturating_add(elapsed.saturating_mul(speed));
    }

    fn instant(&self, at: u64) -> Instant {
        let Clock { base, since, speed } = self.clock;
        since + Duration::from_millis(at.saturating_sub(base).div_ceil(speed.max(1)))
    }

    /// Lets time go so many times as fast as it does; 0 stops it, and nothing begins until it goes on.
    #[cfg(feature = "dev")]
    pub(crate) fn set_speed(&mut self, speed: u64) {
        self.look();
        self.clock = Clock { base: self.now, since: Instant::now(), speed };
        self.changed = true;
    }

    #[cfg(feature = "dev")]
    pub(crate) fn speed(&self) -> u64 {
        self.clock.speed
    }

    /// Does what is due next, and lets the time until then be over; whether there is anything.
    #[cfg(feature = "dev")]
    pub(crate) fn step(&mut self) -> bool {
        let Some(due) = self.heap.pop() else { return false };
        if due.at > self.now {
            self.clock = Clock { base: due.at, since: Instant::now(), ..self.clock };
            self.now = due.at;
        }
        (due.act)(self);
        true
    }

    /// How long something lasts by the network's clock that lasts so long by this machine's: what code does
    /// takes as long as it takes.
    pub(crate) fn real(&self, milliseconds: u64) -> u64 {
        milliseconds.saturating_mul(self.clock.speed.max(1))
    }

    fn due(&mut self) -> Option<Act> {
        if self.heap.peek()?.at > self.now || self.clock.speed == 0 {
            return None;
        }
        self.heap.pop().map(|due| due.act)
    }

    /// What time it is, in milliseconds since 1970.
    pub(crate) fn now(&self) -> u64 {
        self.now
    }

    /// What time it is.
    pub(crate) fn time(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_millis(self.now)
    }

    /// Whoever waits for something to be so looks again.
    pub(crate) fn wake(&mut self) {
        self.changed = true;
    }

    /// Has something happen in some milliseconds, after everything that was said earlier to happen then.
    pub(crate) fn later(&mut self, delay: u64, act: impl FnOnce(&mut Engine) + Send + 'static) {
        let at = self.now.saturating_add(delay);
        let number = self.number;
        self.number += 1;
        self.changed = true;
        self.heap.push(Due { at, number, act: Box::new(act) });
    }

    pub(crate) fn shared(&self) -> Arc<Shared> {
        // Who holds an engine holds what it is in.
        self.me.upgrade().unwrap_or_else(|| unreachable!("an engine is in what tasks share"))
    }

    /// What grows when anything happens.
    pub(crate) fn progress(&self) -> (u64, usize) {
        (self.number, self.log.happenings.len())
    }

    /// Whether something is to happen now.
    pub(crate) fn is_due(&self) -> bool {
        self.heap.peek().is_some_and(|due| due.at <= self.now)
    }

    /// When it began, in milliseconds since 1970.
    pub(crate) fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Whether nothing is on its way any more.
    pub(crate) fn is_settled(&self) -> bool {
        self.on_the_way == 0 && self.running() == 0
    }

    fn running(&self) -> usize {
        self.services.runs.len()
    }

    /// What goes wrong at a place, of what can; it is written down.
    pub(crate) fn fault(
        &mut self,
        run: u32,
        place: impl FnOnce(&Engine) -> String,
        among: &[Fault],
    ) -> Option<Fault> {
        if self.faults.is_idle() {
            return None;
        }
        let place = place(self);
        let injected = self.faults.at(place, among)?;
        self.tell(0, run, What::Faulted { text: injected.to_string().into() });
        Some(injected.fault)
    }

    /// Whether something that is called is out of order.
    pub(crate) fn is_out(&self, what: &str) -> bool {
        self.outages.get(what).is_some_and(|until| self.now < *until)
    }

    /// Something that is called is out of order from now on, for some seconds.
    pub(crate) fn begin_outage(&mut self, what: &str, function: usize) {
        let until = self.now + 2_000 + self.random("outage", function).up_to(10_000);
        self.outages.insert(what.to_owned(), until);
    }

    /// What an entity draws for one purpose: what others draw changes nothing for it.
    pub(crate) fn random(&mut self, purpose: &'static str, number: usize) -> &mut Random {
        let seed = self.seed;
        let drawn = self.randoms.entry((purpose, number));
        drawn.or_insert_with(|| Random::of(seed, &format!("{purpose} {number}")))
    }

    /// How long a call of a function takes, in milliseconds: nothing, unless seeds are to make a difference.
    pub(crate) fn latency(&mut self, function: usize) -> u64 {
        if self.faults.jitters { 1 + self.random("call", function).up_to(7) } else { 0 }
    }

    /// How long something waits for its turn, in milliseconds.
    pub(crate) fn pause(&mut self, purpose: &'static str, number: usize) -> u64 {
        if self.faults.jitters { self.random(purpose, number).up_to(50) } else { 0 }
    }

    /// How long an instance takes to start, in milliseconds.
    pub(crate) fn cold_start(&mut self, function: usize) -> u64 {
        if self.faults.jitters { 50 + self.random("start", function).up_to(950) } else { 0 }
    }

    /// Writes down what has happened, as part of the run and of what is handled now.
    pub(crate) fn tell(&mut self, correlation: u32, run: u32, what: What) {
        let happening = Happening { at: self.now, correlation, run, what };
        if !self.watch.is_empty() && self.stopped.is_none() {
            let watch = std::mem::take(&mut self.watch);
            for watch in &watch {
                if let Err(why) = watch(self, &happening) {
                    self.stopped.get_or_insert(why);
                    self.changed = true;
                }
            }
            self.watch = watch;
        }
        self.log.push(happening);
    }
}

/// Texts by number, so that what is written down a million times is small.
#[derive(Default)]
pub(crate) struct Texts {
    numbers: HashMap<Arc<str>, u32>,
    texts: Vec<Arc<str>>,
}

impl Texts {
    /// The number of a text; from 1.
    pub(crate) fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let text: Arc<str> = text.into();
        self.texts.push(text.clone());
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.numbers.insert(text, number);
        number
    }

    pub(crate) fn text(&self, number: u32) -> &str {
        let at = (number as usize).wrapping_sub(1);
        self.texts.get(at).map_or("", |text| text)
    }
}
