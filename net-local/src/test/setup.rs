//! A network and its handlers, and what is wrong if they do not fit.

use crate::{
    engine::{
        Driven, Engine, Settings, Shared, Watch,
        code::{Code, code},
        wiring::Wiring,
    },
    fault::Injector,
    service::{external_service::Double, function},
};
use net_dsl::{Contract, Handle, HttpRequest, HttpResponse, Network, RawBody, Service, link::Runs};
use net_runtime::{Backend, Handler};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    any::{Any, TypeId, type_name},
    cell::OnceCell,
    collections::HashMap,
    error, fmt,
    panic::Location,
    sync::Arc,
    time::{Duration, SystemTime},
};
use tokio::runtime::Runtime;

/// A network that runs here, in virtual time: made by [`start`].
///
/// It begins at the first thing that is asked of it. Time stands still but where something waits for it:
/// [`Local::settle`] lets it pass until nothing is on its way, [`Local::advance`] for a while. A test is a
/// plain function; nothing in it is async.
pub struct Local {
    pub(crate) wiring: Arc<Wiring>,
    handlers: Vec<Given>,
    secrets: Vec<(String, String)>,
    doubles: Vec<(&'static str, Double)>,
    epoch: u64,
    pub(crate) seed: u64,
    pub(crate) faults: Injector,
    pub(crate) watch: Vec<Watch>,
    kept: HashMap<TypeId, Box<dyn Any>>,
    running: OnceCell<Running>,
}

struct Running {
    /// None while it is dropped.
    runtime: Option<Runtime>,
    shared: Arc<Shared>,
}

impl Running {
    fn runtime(&self) -> &Runtime {
        match &self.runtime {
            Some(runtime) => runtime,
            None => unreachable!("it is there until it is dropped"),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Tasks first: they hold the engine.
        drop(self.runtime.take());
        self.shared.end();
    }
}

/// A handler, and who has given it where.
#[derive(Clone)]
struct Given {
    contract: &'static str,
    contract_type: &'static str,
    /// The one function that it is for, if it is not for all under its contract.
    function: Option<String>,
    code: Code,
    place: &'static Location<'static>,
}

/// 1 January 2026, a Thursday.
const EPOCH: u64 = 1_767_225_600_000;

/// A network that will run here; handlers follow.
///
/// What is bound to what is what the network's plan says, as on AWS.
///
/// ```
/// use net_dsl::prelude::*;
/// use net_local as local;
/// use net_runtime::{BoxError, Context, Handler};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// pub struct Order { dish: String }
/// #[derive(Serialize, Deserialize, Debug, PartialEq)]
/// pub struct Ticket { dish: String }
/// messages! { Order, Ticket }
/// contract! { pub Kitchen: Order => () { sends Ticket } }
///
/// struct Cook;
///
/// impl Handler<Kitchen> for Cook {
///     async fn handle(&self, order: Order, context: &Context<Kitchen>) -> Result<(), BoxError> {
///         Ok(context.send(&Ticket { dish: order.dish }).await?)
///     }
/// }
///
/// let orders = Queue::<Order>::builder().name(name!("orders")).build();
/// let tickets = Queue::<Ticket>::builder().name(name!("tickets")).build();
/// let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
/// let network = Network::from(orders.triggers(&kitchen) + kitchen.sends_to(&tickets));
///
/// let here = local::start(network).handler::<Kitchen>(Cook);
/// here.send(&orders, &Order { dish: "soup".to_owned() });
/// here.settle();
/// assert_eq!(here.queue(&tickets).messages(), [Ticket { dish: "soup".to_owned() }]);
/// ```
pub fn start(network: impl Into<Network>) -> Local {
    Local::of(Arc::new(Wiring::of(&network.into())))
}

/// Why a network cannot run here: everything that is wrong with it and its handlers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartError {
    problems: Vec<String>,
}

impl StartError {
    #[cfg(feature = "dev")]
    pub(crate) fn new(problems: Vec<String>) -> StartError {
        StartError { problems }
    }

    /// What is wrong, one by one.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the network cannot run here:")?;
        for problem in &self.problems {
            write!(f, "\n  - {problem}")?;
        }
        Ok(())
    }
}

impl error::Error for StartError {}

impl fmt::Debug for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Local").field("seed", &self.seed).finish_non_exhaustive()
    }
}

impl Local {
    pub(crate) fn of(wiring: Arc<Wiring>) -> Local {
        Local {
            wiring,
            handlers: Vec::new(),
            secrets: Vec::new(),
            doubles: Vec::new(),
            epoch: EPOCH,
            seed: 0,
            faults: Injector::none(),
            watch: Vec::new(),
            kept: HashMap::new(),
            running: OnceCell::new(),
        }
    }

    /// The code of every function under contract `C`.
    ///
    /// One value serves all instances of the function, so what it remembers it remembers across them; what
    /// a handler must not forget belongs into a table.
    #[must_use]
    #[track_caller]
    pub fn handler<C>(self, handler: impl Handler<C>) -> Local
    where
        C: Contract,
        C::Input: DeserializeOwned + Send,
        C::Output: Serialize + Send,
    {
        self.given::<C>(None, code::<C>(handler), Location::caller())
    }

    /// The code of one function, where several are under one contract.
    #[must_use]
    #[track_caller]
    pub fn handler_of<F>(self, function: &F, handler: impl Handler<F::Contract>) -> Local
    where
        F: Runs,
        <F::Contract as Contract>::Input: DeserializeOwned + Send,
        <F::Contract as Contract>::Output: Serialize + Send,
    {
        let name = function.name().to_string();
        let code = code::<F::Contract>(handler);
        self.given::<F::Contract>(Some(name), code, Location::caller())
    }

    fn given<C: Contract>(
        mut self,
        function: Option<String>,
        code: Code,
        place: &'static Location<'static>,
    ) -> Local {
        self.is_not_running();
        let (contract, contract_type) = (C::NAME, type_name::<C>());
        self.handlers.push(Given { contract, contract_type, function, code, place });
        self
    }

    /// The value of the secret of service `S`.
    #[must_use]
    pub fn secret<S: Service>(mut self, value: &str) -> Local {
        self.is_not_running();
        self.secrets.push((S::NAME.to_owned(), value.to_owned()));
        self
    }

    /// Who answers for service `S`: a function of requests, in this process and in the network's time, which
    /// is in the request's `context.time`.
    ///
    /// ```
    /// # use net_dsl::prelude::*;
    /// # use net_local as local;
    /// # use net_runtime::{BoxError, Context, Handler};
    /// services! { pub Bank }
    /// contract! { pub Teller: Tick => () { calls Bank } }
    /// # struct Ask;
    /// # impl Handler<Teller> for Ask {
    /// #     async fn handle(&self, _: Tick, context: &Context<Teller>) -> Result<(), BoxError> {
    /// #         context.call::<Bank>().get("/balance").send().await?;
    /// #         Ok(())
    /// #     }
    /// # }
    /// # let bank = ExternalService::<Bank>::builder().name(name!("bank")).build();
    /// # let teller = Function::<Teller>::builder().name(name!("teller")).build();
    /// # let noon = Schedule::builder().name(name!("noon")).cron(cron!("0 12 * * ? *")).build();
    /// # let network = Network::from(noon.triggers(&teller) + teller.calls(&bank));
    /// let here = local::start(network)
    ///     .handler::<Teller>(Ask)
    ///     .service::<Bank>(|request| HttpResponse::text(200, format!("{} is 7", request.raw_path)));
    /// here.tick(&noon);
    /// here.settle();
    /// assert!(here.story_of("/balance").to_string().contains("`Bank` called"));
    /// ```
    #[must_use]
    pub fn service<S: Service>(
        self,
        double: impl Fn(HttpRequest<RawBody>) -> HttpResponse + Send + Sync + 'static,
    ) -> Local {
        self.service_async::<S, _>(move |request| std::future::ready(double(request)))
    }

    /// [`Local::service`] for a double that takes its time, on the network's clock
    /// (`tokio::time::sleep`).
    #[must_use]
    pub fn service_async<S: Service, F>(
        mut self,
        double: impl Fn(HttpRequest<RawBody>) -> F + Send + Sync + 'static,
    ) -> Local
    where
        F: Future<Output = HttpResponse> + Send + 'static,
    {
        self.is_not_running();
        let double: Double = Arc::new(move |request| Box::pin(double(request)));
        self.doubles.push((S::NAME, double));
        self
    }

    /// Keeps something that the test wants to see later, by its type: a double's memory.
    ///
    /// ```
    /// # use net_dsl::Network;
    /// # use net_local as local;
    /// struct Asked(u32);
    /// let here = local::start(Network::empty()).keep(Asked(7));
    /// assert_eq!(here.kept::<Asked>().0, 7);
    /// ```
    #[must_use]
    pub fn keep<T: Any>(mut self, value: T) -> Local {
        self.kept.insert(TypeId::of::<T>(), Box::new(value));
        self
    }

    /// What is kept of a type.
    ///
    /// # Panics
    /// If nothing is.
    #[track_caller]
    pub fn kept<T: Any>(&self) -> &T {
        let kept = self.kept.get(&TypeId::of::<T>()).and_then(|kept| kept.downcast_ref());
        kept.unwrap_or_else(|| panic!("nothing is kept of type `{}`", type_name::<T>()))
    }

    /// When it begins; 1 January 2026, if nothing is said.
    #[must_use]
    pub fn starting_at(mut self, time: SystemTime) -> Local {
        self.is_not_running();
        let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        self.epoch = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
        self
    }

    fn is_not_running(&self) {
        assert!(self.running.get().is_none(), "handlers are given before anything is asked");
    }

    /// Whether the network can run with these handlers.
    ///
    /// Everything else asks this first, and panics with the error.
    ///
    /// # Errors
    /// [`StartError`] names every function without a handler, every handler that was given twice or for no
    /// function, every need that nothing binds, and every setting that is not carried out here, with their
    /// places.
    pub fn check(&self) -> Result<(), StartError> {
        match self.running.get() {
            Some(_) => Ok(()),
            None => self.begin().map(|running| {
                // It is begun already if somebody else was first, who has found the same.
                let _ = self.running.set(running);
            }),
        }
    }

    fn begin(&self) -> Result<Running, StartError> {
        let mut problems = self.wiring.problems.clone();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap_or_else(|error| panic!("the system has nothing left to run on: {error}"));
        // Its clock stands still; this machine's goes on.
        let here = runtime.enter();
        let (faults, watch) = (self.faults.clone(), self.watch.clone());
        let settings = Settings { seed: self.seed, epoch: self.epoch, faults, watch };
        let shared = Shared::new(self.wiring.clone(), settings);
        self.place_handlers(&shared, &mut problems);
        self.place_doubles(&shared, &mut problems);
        if problems.is_empty() {
            problems.extend(unbound(&shared));
        }
        drop(here);
        let running = Running { runtime: Some(runtime), shared };
        if problems.is_empty() { Ok(running) } else { Err(StartError { problems }) }
    }

    fn place_handlers(&self, shared: &Arc<Shared>, problems: &mut Vec<String>) {
        let functions = &self.wiring.functions;
        for (number, function) in functions.iter().enumerate() {
            let entity = &self.wiring.entities[function.entity];
            let is_meant = |given: &&Given| {
                let is_under = given.contract == function.contract
                    && given.contract_type == function.contract_type;
                is_under && given.function.as_ref().is_none_or(|name| *name == entity.name)
            };
            // What is for one function alone comes before what is for all.
            let (own, shared_ones): (Vec<&Given>, Vec<&Given>) =
                self.handlers.iter().filter(is_meant).partition(|given| given.function.is_some());
            let found = if own.is_empty() { shared_ones } else { own };
            match found.as_slice() {
                [] => problems.push(format!(
                    "`{}` ({}) has no handler: give it one with `.handler::<{}>(…)`",
                    entity.name, entity.place, function.contract
                )),
                [given] => shared.with(|engine| {
                    engine.services.functions[number].code = Some(given.code.clone());
                }),
                [first, second, ..] => problems.push(format!(
                    "`{}` ({}) has two handlers: one given at {}, another at {}",
                    entity.name, entity.place, first.place, second.place
                )),
            }
        }
        for given in &self.handlers {
            let is_of = |function: &function::Settings| {
                given.contract_type == function.contract_type
                    && given
                        .function
                        .as_ref()
                        .is_none_or(|name| *name == self.wiring.entities[function.entity].name)
            };
            if !functions.iter().any(is_of) {
                let function = given.function.as_ref().map(|name| format!(" called `{name}`"));
                problems.push(format!(
                    "the handler given at {} is for contract `{}`, and the network has no function under it{}",
                    given.place,
                    given.contract,
                    function.unwrap_or_default()
                ));
            }
        }
    }

    fn place_doubles(&self, shared: &Arc<Shared>, problems: &mut Vec<String>) {
        for service in self.wiring.services.iter().filter(|service| service.is_called) {
            let entity = &self.wiring.entities[service.entity];
            if !self.doubles.iter().any(|(name, _)| *name == service.name) {
                problems.push(format!(
                    "`{}` ({}) is called, and nothing answers for it: give it a double with \
                     `.service::<{}>(|request| …)`",
                    entity.name, entity.place, service.name
                ));
            }
            let has_secret = self.secrets.iter().any(|(name, _)| *name == service.name);
            if service.secret.is_some() && !has_secret {
                problems.push(format!(
                    "`{}` ({}) has a secret: give it a value with `.secret::<{}>(\"…\")`",
                    entity.name, entity.place, service.name
                ));
            }
        }
        for (service, double) in &self.doubles {
            if self.wiring.services.iter().any(|known| known.name == *service) {
                let double = double.clone();
                shared.with(|engine| {
                    engine.services.doubles.insert((*service).to_owned(), double);
                });
            } else {
                problems.push(format!(
                    "a double is given for `{service}`, and the network has no such service"
                ));
            }
        }
        for (service, value) in &self.secrets {
            let found = self.wiring.services.iter().find(|known| known.name == service.as_str());
            match found.and_then(|found| found.secret.clone()) {
                Some(arn) => shared.with(|engine| {
                    engine.services.secrets.insert(arn, value.clone());
                }),
                None => problems.push(format!(
                    "a secret is given for `{service}`, and the network has no such service with a secret"
                )),
            }
        }
    }

    #[track_caller]
    fn running(&self) -> &Running {
        if let Some(running) = self.running.get() {
            return running;
        }
        if let Err(error) = self.check() {
            panic!("{error}");
        }
        match self.running.get() {
            Some(running) => running,
            None => unreachable!("it was begun a moment ago"),
        }
    }

    /// Does something with the engine, now.
    #[track_caller]
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Engine) -> T) -> T {
        let running = self.running();
        let _here = running.runtime().enter();
        running.shared.with(work)
    }

    /// Looks at the engine, if it has begun; nothing, if it cannot.
    pub(crate) fn try_with<T: Default>(&self, work: impl FnOnce(&mut Engine) -> T) -> T {
        match self.running.get() {
            Some(running) => {
                let _here = running.runtime().enter();
                running.shared.with(work)
            }
            None => T::default(),
        }
    }

    /// Lets time pass until something is so.
    #[track_caller]
    pub(crate) fn drive(&self, until: impl Fn(&Engine) -> bool) -> Driven {
        let running = self.running();
        assert!(
            tokio::runtime::Handle::try_current().is_err(),
            "a network runs on a clock of its own, so this cannot be called from async code: make the test \
             a plain `#[test]` function"
        );
        running.runtime().block_on(running.shared.drive(until))
    }

    /// Lets a while pass, with everything that happens in it.
    #[track_caller]
    pub fn advance(&self, time: Duration) {
        let until = self.with(|engine| {
            let milliseconds = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
            engine.later(milliseconds, |_| {});
            engine.now().saturating_add(milliseconds)
        });
        self.drive(|engine| engine.now() >= until && !engine.is_due());
        self.finish_turn();
    }

    /// Lets what is possible now happen, without time passing.
    fn finish_turn(&self) {
        let running = self.running();
        loop {
            let before = self.with(|engine| engine.progress());
            // Whoever yields is never idle, so the clock stands still.
            running.runtime().block_on(async {
                for _ in 0..3 {
                    tokio::task::yield_now().await;
                }
            });
            self.drive(|engine| !engine.is_due());
            if self.with(|engine| engine.progress()) == before {
                return;
            }
        }
    }

    /// Lets time pass until nothing is on its way: no run, no message that something consumes, no event
    /// that is to be tried again, no change that a stream's reader has not handled. Schedules go on
    /// ticking meanwhile; what they will start later is not on its way.
    ///
    /// # Panics
    /// If there is no end to it: a day passes, and something is still on its way.
    #[track_caller]
    pub fn settle(&self) {
        const LONGEST: u64 = 24 * 60 * 60 * 1_000;
        let until = self.with(|engine| {
            // Something to wake up for.
            engine.later(LONGEST, |_| {});
            engine.now() + LONGEST
        });
        let driven = self.drive(|engine| {
            engine.is_settled() || engine.now() >= until || engine.stopped.is_some()
        });
        let (is_settled, is_stopped) =
            self.with(|engine| (engine.is_settled(), engine.stopped.is_some()));
        if driven != Driven::Done || !(is_settled || is_stopped) {
            let last = self.log();
            let last = last[last.len().saturating_sub(20)..].join("\n  ");
            panic!(
                "a day has passed, and something is still on its way; the last that happened:\n  {last}"
            );
        }
    }

    /// Runs something async on the network's clock, and lets time pass for it: code that is handed
    /// [`Local::backend_of`] a function, or that sleeps by `tokio::time`.
    #[track_caller]
    pub fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        let running = self.running();
        running.runtime().block_on(async {
            let mut work = std::pin::pin!(work);
            loop {
                tokio::select! {
                    biased;
                    done = &mut work => return done,
                    _ = running.shared.drive(|_| false) => {}
                }
                // Nothing is due, and the work goes on by its own timers until it does something.
                tokio::select! {
                    biased;
                    done = &mut work => return done,
                    () = running.shared.woken() => {}
                }
            }
        })
    }

    /// What the code of a function reaches: queues, topics, tables, functions, services, secrets.
    #[track_caller]
    pub fn backend_of(&self, function: &impl Handle) -> impl Backend {
        let name = function.name();
        let entity = self.wiring.entity(name.id().as_str());
        let functions = &self.wiring.functions;
        let found = functions.iter().position(|function| Some(function.entity) == entity);
        let Some(number) = found else { panic!("`{name}` is no function of the network") };
        self.with(|engine| function::port(engine, number))
    }

    /// What time it is in the network.
    #[track_caller]
    pub fn now(&self) -> SystemTime {
        self.with(|engine| engine.time())
    }
}

/// Needs that no link serves.
fn unbound(shared: &Arc<Shared>) -> Vec<String> {
    let count = shared.with(|engine| engine.services.functions.len());
    (0..count)
        .filter_map(|number| shared.with(|engine| function::try_out(engine, number).err()))
        .collect()
}
