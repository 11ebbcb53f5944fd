//! A network on the desk: in real time, its functions as processes, its HTTP APIs on this machine.
//!
//! The engine is the one that tests run on, on the real clock. Handlers' binaries are those of Lambda,
//! unchanged: they take events from a runtime API of this process, and what they call of AWS this process
//! answers.

mod api;
mod aws;
mod console;
mod double;
#[cfg(test)]
mod fixture;
mod gate;
mod journal;
mod mask;
mod process;
mod saved;
mod stats;

pub use double::Answers;
pub use journal::Entry;
pub use process::Program;

use crate::{
    StartError,
    engine::{
        self, Shared,
        code::Code,
        wiring::{REGION, Wiring},
    },
    fault::Injector,
    service::function,
};
use aws::Callers;
use axum::Router;
use console::{Console, Picture};
use journal::Tell;
use mask::Mask;
use net_dsl::{Graph, Key, Network, Verb, binding, entity};
use net_runtime::Schema;
use process::House;
use saved::{Keeper, Saved};
use stats::Stats;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fs::{self, File},
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle, time::Instant};

/// How a network is to run.
pub struct Settings {
    /// What the network is called.
    pub name: String,
    /// Where its data are kept.
    pub folder: PathBuf,
    /// Whether it begins with nothing, whatever is kept.
    pub fresh: bool,
    /// The port of the console; HTTP APIs are served on those that follow, in order of name. Any free ones, if
    /// it is 0.
    pub port: u16,
    /// Who answers for services outside of the network, by the name of the entity.
    pub services: BTreeMap<String, Service>,
    /// The values of services' secrets, by the name of the entity.
    pub secrets: BTreeMap<String, String>,
    /// Who is told of each run, and of what goes wrong.
    pub log: Box<dyn Fn(Entry) + Send + Sync>,
}

/// Who answers for a service.
#[derive(Clone, Debug, PartialEq)]
pub enum Service {
    /// Somebody at a URL.
    Url(String),
    /// Written answers, served by this process.
    Double(Answers),
}

/// What each function runs, by the name of the entity, or why it cannot run here.
pub type Programs = BTreeMap<String, Result<Program, String>>;

/// What was different in a network that was loaded again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reloaded {
    /// Nothing.
    Nothing,
    /// The code of functions.
    Code(Vec<String>),
    /// The network itself.
    Network,
}

/// The engine that has everything, and whether another takes its place: then its runs end, and nothing begins.
#[derive(Clone, Default)]
struct Held {
    engine: Option<Arc<Shared>>,
    leaves: bool,
}

/// The network that runs now.
#[derive(Clone)]
pub(crate) struct Current(watch::Receiver<Held>);

impl Current {
    /// The engine for whoever begins something, as soon as there is one that does not leave.
    pub(crate) async fn engine(&self) -> Arc<Shared> {
        let mut receiver = self.0.clone();
        let found = receiver.wait_for(|held| held.engine.is_some() && !held.leaves).await;
        match found.ok().and_then(|held| held.engine.clone()) {
            Some(shared) => shared,
            // The server is gone, and so is whoever asks.
            None => std::future::pending().await,
        }
    }

    /// The engine for what was begun before, which must end for another engine to come.
    pub(crate) fn held(&self) -> Option<Arc<Shared>> {
        self.0.borrow().engine.clone()
    }
}

/// The keys of a table, from what its resource declares: names and types, the partition key first.
pub(crate) fn schema(keys: &[(String, String)]) -> Option<Schema> {
    let key = |(name, letter): &(String, String)| {
        let name = lasting(name);
        match letter.as_str() {
            "S" => Some(Key::text(name)),
            "N" => Some(Key::number(name)),
            "B" => Some(Key::binary(name)),
            _ => None,
        }
    };
    let sort = keys.get(1).and_then(key);
    Some(Schema { partition: key(keys.first()?)?, sort })
}

/// The same text for as long as the process lasts; kept once.
fn lasting(text: &str) -> &'static str {
    static KNOWN: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_default();
    match known.get(text) {
        Some(text) => text,
        None => {
            let text: &'static str = String::leak(text.to_owned());
            known.insert(text);
            text
        }
    }
}

/// A server of this machine; it ends when this is dropped.
struct Served {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Served {
    /// Serves on a port of this machine alone; on any free one, if it is 0 or taken.
    async fn start(port: u16, router: Router) -> io::Result<Served> {
        Served::start_at(port, |_| router).await
    }

    /// The same, for what has to know its address.
    async fn start_at(port: u16, router: impl FnOnce(SocketAddr) -> Router) -> io::Result<Served> {
        let listener = match TcpListener::bind(("127.0.0.1", port)).await {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && port != 0 => {
                TcpListener::bind(("127.0.0.1", 0)).await?
            }
            bound => bound?,
        };
        let address = listener.local_addr()?;
        let router = router(address);
        let task = tokio::spawn(async move {
            // It ends with the task.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Served { address, task })
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// What is different from one network to the next, and what stays.
struct State {
    network: String,
    programs: Programs,
    apis: BTreeMap<String, Served>,
    doubles: BTreeMap<String, Served>,
    driver: JoinHandle<()>,
    homeless: Saved,
}

/// A network that runs on this machine until it is dropped; its data are kept.
pub struct Server {
    settings: Settings,
    tell: Tell,
    callers: Arc<Callers>,
    aws: Served,
    console: Served,
    token: String,
    stats: Stats,
    picture: Arc<Mutex<Picture>>,
    current: watch::Sender<Held>,
    state: Mutex<State>,
    keeper: Arc<Keeper>,
    saver: JoinHandle<()>,
    // Nobody else writes into the folder while this is open.
    _lock: File,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("folder", &self.settings.folder).finish_non_exhaustive()
    }
}

/// How long runs may go on when another network takes the place of theirs.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often what has changed is written into the file.
const SAVED: Duration = Duration::from_millis(200);

impl Server {
    /// Starts a network, with what is kept of an earlier one in the same folder.
    ///
    /// Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// [`StartError`], with everything that cannot run here, or what the system refuses.
    pub async fn start(
        network: &Network,
        programs: Programs,
        mut settings: Settings,
    ) -> Result<Arc<Server>, StartError> {
        let failed =
            |what: &str, error: io::Error| StartError::new(vec![format!("{what}: {error}")]);
        let folder = settings.folder.clone();
        let shown = folder.display();
        fs::create_dir_all(&folder).map_err(|error| failed(&format!("`{shown}`"), error))?;
        let lock = lock(&folder).map_err(|error| failed(&format!("`{shown}`"), error))?;
        let file = folder.join(FILE);
        let keeper = Arc::new(Keeper::new(file.clone()));
        let kept = match settings.fresh {
            true => Saved::default(),
            false => Saved::read(&file).map_err(|error| {
                let what =
                    format!("`{}` cannot be read (`--fresh` begins without it)", file.display());
                failed(&what, error)
            })?,
        };
        let log = std::mem::replace(&mut settings.log, Box::new(|_| {}));
        let mask = Mask::new(settings.secrets.values());
        let hidden = mask.clone();
        let tell: Tell = Arc::new(move |entry| log(hidden.entry(entry)));
        let callers: Arc<Callers> = Arc::default();
        let router = Router::new().fallback(aws::answer).with_state(callers.clone());
        let aws = Served::start(0, router).await.map_err(|error| failed("no free port", error))?;
        let (current, receiver) = watch::channel(Held::default());
        let (token, stats) = (gate::token(), Stats::default());
        let picture: Arc<Mutex<Picture>> = Arc::default();
        let console = Arc::new(Console {
            token: token.clone(),
            current: Current(receiver.clone()),
            stats: stats.clone(),
            mask,
            picture: picture.clone(),
        });
        let router = |address| console::router(console, address);
        let console = Served::start_at(settings.port, router).await;
        let console = console.map_err(|error| failed("no free port", error))?;
        let state = Mutex::new(State {
            network: String::new(),
            programs: Programs::new(),
            apis: BTreeMap::new(),
            doubles: BTreeMap::new(),
            driver: tokio::spawn(async {}),
            homeless: Saved::default(),
        });
        let saver = tokio::spawn(async {});
        let mut server = Server {
            settings,
            tell,
            callers,
            aws,
            console,
            token,
            stats,
            picture,
            current,
            state,
            keeper,
            saver,
            _lock: lock,
        };
        let wiring = server.prepare(network, &programs).await?;
        server.begin(network, wiring, programs, kept);
        let server = Arc::new_cyclic(|me: &std::sync::Weak<Server>| {
            let me = me.clone();
            server.saver = tokio::spawn(async move {
                let mut last = None;
                loop {
                    tokio::time::sleep(SAVED).await;
                    let Some(server) = me.upgrade() else { return };
                    last = server.save_if_changed(last).await;
                }
            });
            server
        });
        Ok(server)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn current(&self) -> Current {
        Current(self.current.subscribe())
    }

    fn held(&self) -> Option<Arc<Shared>> {
        self.current().held()
    }

    /// Where the console is; the address has the token that it asks for.
    pub fn console(&self) -> String {
        format!("{}/?token={}", self.console.url(), self.token)
    }

    /// The HTTP APIs and where they are served, by name.
    pub fn apis(&self) -> Vec<(String, String)> {
        self.state().apis.iter().map(|(name, served)| (name.clone(), served.url())).collect()
    }

    /// Goes on with what may be another network or other code. What is on its way stays on its way.
    ///
    /// # Errors
    /// [`StartError`], with everything that cannot run here: then what ran before goes on.
    pub async fn reload(
        &self,
        network: &Network,
        programs: Programs,
    ) -> Result<Reloaded, StartError> {
        let leaves = self.current.borrow().leaves;
        if !leaves && self.state().network == network.to_json() {
            return Ok(self.replace_code(programs));
        }
        let wiring = self.prepare(network, &programs).await?;
        // Requests wait from now on, and nothing is begun any more. Whoever stops this wait leaves a network that
        // begins nothing, and loses nothing: it is held until another has taken over.
        self.current.send_modify(|held| held.leaves = true);
        self.state().driver.abort();
        let before = self.held();
        let kept = match &before {
            Some(shared) => {
                let end = Instant::now() + PATIENCE;
                while shared.with(|engine| !engine.services.runs.is_empty()) && Instant::now() < end
                {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                let homeless = self.state().homeless.clone();
                let kept = shared.with(|engine| Saved::of(engine, &homeless));
                shared.end();
                kept
            }
            None => Saved::default(),
        };
        self.begin(network, wiring, programs, kept);
        Ok(Reloaded::Network)
    }

    fn replace_code(&self, programs: Programs) -> Reloaded {
        let mut state = self.state();
        let changed: Vec<String> = programs
            .iter()
            .filter(|(name, program)| state.programs.get(*name) != Some(*program))
            .map(|(name, _)| name.clone())
            .collect();
        if let Some(shared) = self.held() {
            let wiring = shared.with(|engine| engine.wiring.clone());
            let house = self.house(&state, &wiring);
            shared.with(|engine| {
                for (number, settings) in wiring.functions.iter().enumerate() {
                    let name = wiring.name(settings.entity);
                    if changed.iter().any(|changed| changed == name) {
                        function::replace(engine, number, code(settings, name, &programs, &house));
                    }
                }
            });
        }
        state.programs = programs;
        if changed.is_empty() { Reloaded::Nothing } else { Reloaded::Code(changed) }
    }

    /// Everything that cannot run here.
    fn problems(&self, wiring: &Wiring, programs: &Programs) -> Result<(), StartError> {
        let mut problems = wiring.problems.clone();
        for settings in &wiring.functions {
            let entity = &wiring.entities[settings.entity];
            if !programs.contains_key(entity.name.as_str()) {
                let (name, place) = (&entity.name, &entity.place);
                problems.push(format!("`{name}` ({place}) has no code: `.code(binary!(\"…\"))`"));
            }
        }
        for service in wiring.services.iter().filter(|service| service.is_called) {
            let entity = &wiring.entities[service.entity];
            let name = entity.name.as_str();
            let given = self.settings.services.get(name);
            if given.is_none() && address_of(wiring, service).is_none() {
                problems.push(format!(
                    "`{name}` ({}) is called, and nobody answers for it: `--service {name}=URL`, \
                     `--double {name}`, or `--double {name}=FILE` with its answers",
                    entity.place
                ));
            }
            let has_secret = self.settings.secrets.contains_key(name);
            let is_double = matches!(given, Some(Service::Double(_)));
            if service.secret.is_some() && !has_secret && !is_double {
                problems.push(format!(
                    "`{name}` ({}) has a secret: give its value as the variable `{}`",
                    entity.place,
                    secret_variable(name)
                ));
            }
        }
        let known = |name: &&String| {
            !wiring.services.iter().any(|it| wiring.name(it.entity) == name.as_str())
        };
        let given = self.settings.services.keys();
        for name in given.filter(known) {
            problems.push(format!("the network has no service `{name}`"));
        }
        if problems.is_empty() { Ok(()) } else { Err(StartError::new(problems)) }
    }

    /// Everything that can go wrong with a network, before anything of the one that runs is touched.
    async fn prepare(
        &self,
        network: &Network,
        programs: &Programs,
    ) -> Result<Arc<Wiring>, StartError> {
        let wiring = Arc::new(Wiring::of(network));
        self.problems(&wiring, programs)?;
        let served = self.serve(&wiring).await;
        served.map_err(|error| StartError::new(vec![format!("no free port: {error}")]))?;
        Ok(wiring)
    }

    /// Begins to run a network that is prepared.
    fn begin(&self, network: &Network, wiring: Arc<Wiring>, programs: Programs, kept: Saved) {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let settings = engine::Settings {
            seed: u64::try_from(now.as_nanos()).unwrap_or_default(),
            epoch: u64::try_from(now.as_millis()).unwrap_or_default(),
            faults: Injector::none(),
            watch: vec![journal::watch(sources(network), self.tell.clone()), self.stats.watch()],
        };
        let shared = Shared::new(wiring.clone(), settings);
        let mut state = self.state();
        let house = self.house(&state, &wiring);
        state.homeless = shared.with(|engine| {
            for (number, settings) in wiring.functions.iter().enumerate() {
                let name = wiring.name(settings.entity);
                let code = code(settings, name, &programs, &house);
                engine.services.functions[number].code = Some(code);
            }
            for service in &wiring.services {
                let given = self.settings.secrets.get(wiring.name(service.entity));
                if let Some(arn) = &service.secret {
                    let value =
                        given.cloned().unwrap_or_else(|| "a-secret-of-this-machine".to_owned());
                    engine.services.secrets.insert(arn.clone(), value);
                }
            }
            kept.hand_over(engine)
        });
        self.stats.counted().entities.clear();
        {
            let mut picture = self.picture.lock().unwrap_or_else(PoisonError::into_inner);
            let apis = state.apis.iter().map(|(name, served)| (name.clone(), served.url()));
            *picture = Picture {
                name: self.settings.name.clone(),
                svg: net_synth::emit::svg(network),
                types: types(network),
                apis: apis.collect(),
                version: picture.version + 1,
            };
        }
        state.network = network.to_json();
        state.programs = programs;
        state.driver = tokio::spawn(drive(shared.clone()));
        self.current.send_replace(Held { engine: Some(shared), leaves: false });
    }

    /// Has an address for each API and each double; those that have one keep it. If one cannot be had, all is as
    /// it was.
    async fn serve(&self, wiring: &Wiring) -> io::Result<()> {
        let (mut apis, mut doubles) = (BTreeMap::new(), BTreeMap::new());
        let mut names: Vec<&str> = wiring.apis.iter().map(|api| wiring.name(api.entity)).collect();
        names.sort_unstable();
        for (number, name) in (0..).zip(&names) {
            if !self.state().apis.contains_key(*name) {
                let (current, stats) = (self.current(), self.stats.clone());
                let api = api::Api { name: (*name).to_owned(), current, stats };
                let router = Router::new().fallback(api::answer).with_state(api);
                let port = match self.settings.port {
                    0 => 0,
                    port => port.saturating_add(number + 1),
                };
                apis.insert((*name).to_owned(), Served::start(port, router).await?);
            }
        }
        for (name, service) in &self.settings.services {
            let is_served = self.state().doubles.contains_key(name);
            if let (Service::Double(answers), false) = (service, is_served) {
                let (service, current) = (name.clone(), self.current());
                let double =
                    double::Double { service, answers: Arc::new(answers.clone()), current };
                let router = Router::new().fallback(double::answer).with_state(double);
                doubles.insert(name.clone(), Served::start(0, router).await?);
            }
        }
        let mut state = self.state();
        state.apis.retain(|name, _| names.contains(&name.as_str()));
        state.apis.append(&mut apis);
        state.doubles.append(&mut doubles);
        Ok(())
    }

    /// What the processes of a network's functions are told.
    fn house(&self, state: &State, wiring: &Wiring) -> Arc<House> {
        let addresses = wiring.apis.iter().filter_map(|api| {
            let served = state.apis.get(wiring.name(api.entity))?;
            Some((domain(&api.id), served.url()))
        });
        let variables = wiring.services.iter().filter_map(|service| {
            let name = wiring.name(service.entity);
            let url = match self.settings.services.get(name)? {
                Service::Url(url) => url.clone(),
                Service::Double(_) => state.doubles.get(name)?.url(),
            };
            Some((binding::variable(Verb::Calls, &service.name).to_string(), url))
        });
        Arc::new(House {
            callers: self.callers.clone(),
            endpoint: self.aws.url(),
            addresses: addresses.collect(),
            variables: variables.collect(),
        })
    }

    /// Writes what has changed since it was last asked.
    async fn save_if_changed(&self, last: Option<(u64, usize)>) -> Option<(u64, usize)> {
        let Some(shared) = self.held() else { return last };
        let now = shared.with(|engine| engine.progress());
        if last == Some(now) {
            return last;
        }
        let homeless = self.state().homeless.clone();
        let turn = self.keeper.turn();
        let saved = shared.with(|engine| Saved::of(engine, &homeless));
        let keeper = self.keeper.clone();
        let written = tokio::task::spawn_blocking(move || keeper.write(turn, &saved)).await;
        match written {
            Ok(Ok(())) => Some(now),
            Ok(Err(error)) => {
                let failures = vec![format!("what it holds could not be kept: {error}")];
                let entity = self.settings.folder.join(FILE).display().to_string();
                (self.tell)(Entry { entity, failures, ..Entry::default() });
                Some(now)
            }
            Err(_) => last,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.saver.abort();
        let state = self.state();
        state.driver.abort();
        if let Some(shared) = self.held() {
            let saved = shared.with(|engine| Saved::of(engine, &state.homeless));
            // Whoever ends it cannot be told any more.
            let _ = self.keeper.write(self.keeper.turn(), &saved);
            shared.end();
        }
    }
}

/// The file of what is kept.
const FILE: &str = "data.json";

/// Takes the folder for this process.
fn lock(folder: &Path) -> io::Result<File> {
    let file = File::create(folder.join("lock"))?;
    file.try_lock().map_err(|_| {
        io::Error::other("another `synth dev` is using it; end that one, or name another program")
    })?;
    Ok(file)
}

/// Lets acts happen when they are due, for as long as the task lasts.
async fn drive(shared: Arc<Shared>) {
    loop {
        shared.drive(|_| false).await;
        // Nothing is due and nothing runs, until somebody hands something over.
        shared.woken().await;
    }
}

/// The code of a function: its program, or what says why it cannot run.
fn code(
    settings: &function::Settings,
    name: &str,
    programs: &Programs,
    house: &Arc<House>,
) -> Code {
    match programs.get(name) {
        Some(Ok(program)) => process::code(
            program.clone(),
            name.to_owned(),
            Duration::from_millis(settings.timeout),
            house,
        ),
        Some(Err(why)) => process::impossible(why.clone()),
        None => process::impossible("it has no code".to_owned()),
    }
}

/// Where a service is that the network gives an address.
fn address_of(wiring: &Wiring, service: &crate::engine::wiring::Service) -> Option<String> {
    let variable = binding::variable(Verb::Calls, &service.name);
    let mut functions = wiring.functions.iter();
    let url = functions.find_map(|function| function.environment.get(variable.as_str()))?;
    let nowhere = format!("https://{}.local", wiring.name(service.entity));
    (*url != nowhere).then(|| url.clone())
}

/// The variable that a secret's value is given in.
pub fn secret_variable(service: &str) -> String {
    format!("SYNTH_SECRET_{}", service.replace('-', "_").to_uppercase())
}

/// What triggers each function, as people say it.
fn sources(network: &Network) -> HashMap<String, String> {
    let graph = Graph::new(network);
    let nodes = graph.nodes();
    let of = nodes.iter().map(|node| {
        let names: Vec<&str> =
            node.incoming(Verb::Triggers).map(|(source, _)| nodes[source].id.as_str()).collect();
        (node.id.to_string(), names.join(" or "))
    });
    of.filter(|(_, names)| !names.is_empty()).collect()
}

/// What each entity carries or keeps: the type of its messages or items.
fn types(network: &Network) -> console::Types {
    let of = network.entities().filter_map(|(id, facts)| {
        let named = facts.get(entity::MESSAGE)?;
        Some((id.to_string(), named.to_string()))
    });
    of.collect()
}

/// How AWS would call an API of the network.
fn domain(api: &str) -> String {
    format!("https://{api}.execute-api.{REGION}.amazonaws.com")
}
