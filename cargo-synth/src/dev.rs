//! `synth dev`: runs a network on this machine, and again whenever something changes.

mod language;
mod lines;

use crate::{
    aside::aside,
    build,
    error::{Error, Result},
    folder::Function,
    program::Program,
    progress::{count, duration, tell},
    selection::Selection,
    watch::{Rounds, wrong},
    workspace::Workspace,
};
use net_dsl::{FunctionCode, Network};
use net_local::{
    StartError,
    dev::{self, Answers, Programs, Reloaded, Server, Service, Settings, secret_variable},
};
use std::{
    collections::BTreeMap,
    convert::Infallible,
    env, fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Instant, UNIX_EPOCH},
};

/// The port of the console; those of HTTP APIs follow.
pub(crate) const PORT: u16 = 8400;

/// What was asked for.
pub(crate) struct Dev {
    pub(crate) selection: Selection,
    pub(crate) fresh: bool,
    pub(crate) release: bool,
    pub(crate) json: bool,
    /// Where cargo keeps what it builds, if not apart from everything else.
    pub(crate) target: Option<PathBuf>,
    pub(crate) port: u16,
    pub(crate) services: BTreeMap<String, Service>,
}

/// Who answers for services, as the command line says it: `NAME=URL`, `NAME` or `NAME=FILE` of a double.
pub(crate) fn services(urls: &[String], doubles: &[String]) -> Result<BTreeMap<String, Service>> {
    let mut services = BTreeMap::new();
    let mut add = |name: &str, service| match services.insert(name.to_owned(), service) {
        None => Ok(()),
        Some(_) => Err(Error::new(format!("`{name}` is given twice"))),
    };
    for given in urls {
        let Some((name, url)) = given.split_once('=').filter(|(_, url)| url.starts_with("http"))
        else {
            return Err(Error::new(format!("`--service {given}` has no URL"))
                .help("--service NAME=https://…, or NAME=http://127.0.0.1:PORT"));
        };
        add(name, Service::Url(url.to_owned()))?;
    }
    for given in doubles {
        let (name, answers) = match given.split_once('=') {
            None => (given.as_str(), Answers::default()),
            Some((name, file)) => {
                let file = Path::new(file);
                let text =
                    fs::read_to_string(file).map_err(|error| Error::file(file, "read", &error))?;
                let answers = Answers::parse(&text).map_err(|error| {
                    Error::new(format!("`{}` has no answers of a double", file.display()))
                        .why(error)
                        .help(r#"{ "GET /path": { "status": 200, "body": { … } } }"#)
                })?;
                (name, answers)
            }
        };
        add(name, Service::Double(answers))?;
    }
    Ok(services)
}

/// What was built of a program, to be run here.
struct Made {
    name: String,
    network: Network,
    programs: Programs,
    data: PathBuf,
    said: String,
}

/// Runs and watches, until somebody interrupts it or nothing can be watched.
pub(crate) async fn dev(wish: Dev) -> Result<Infallible> {
    tokio::select! {
        biased;
        () = terminated() => Err(Error::new("ended from outside").why("what it holds is kept")),
        ended = run(wish) => ended,
    }
}

/// Waits until somebody ends this process in a way that it can hear.
async fn terminated() {
    #[cfg(unix)]
    if let Ok(mut signal) =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
        && signal.recv().await.is_some()
    {
        return;
    }
    std::future::pending().await
}

async fn run(mut wish: Dev) -> Result<Infallible> {
    let mut rounds = Rounds::new(&wish.selection, None).await?;
    let mut server: Option<Arc<Server>> = None;
    let start = Instant::now();
    loop {
        let (files, program) = rounds.begin(&wish.selection).await?;
        let changed = rounds.changed();
        let (release, target) = (wish.release, wish.target.clone());
        let made = match program {
            Ok(program) => aside(move || make(program, target, release)).await,
            Err(error) => Err(error),
        };
        match made {
            Err(error) => wrong(&error),
            Ok(made) => {
                wish.selection.said = Some(made.said.clone());
                let since = changed.unwrap_or(start);
                match &server {
                    None => match begin(&wish, made).await {
                        Ok((name, begun)) => {
                            ready(&wish, &name, &begun, since)?;
                            server = Some(begun);
                        }
                        // Such as data that another process uses: no change of a file mends that.
                        Err(error) if changed.is_none() => return Err(error),
                        Err(error) => wrong(&error),
                    },
                    Some(server) => match server.reload(&made.network, made.programs).await {
                        Ok(reloaded) => told(&wish, server, &made.name, &reloaded, since)?,
                        Err(error) => wrong(&cannot_run(&error)),
                    },
                }
            }
        }
        rounds.end(&wish.selection, files).await?;
    }
}

fn cannot_run(error: &StartError) -> Error {
    let mut problems = error.problems().iter();
    let first = problems.next().cloned().unwrap_or_default();
    problems
        .fold(Error::new("the network cannot run on this machine").why(first), |error, problem| {
            error.why(problem.clone())
        })
}

/// Builds what functions run.
fn make(mut program: Program, target: Option<PathBuf>, release: bool) -> Result<Made> {
    let said = program.check()?;
    let folder = target.unwrap_or_else(|| program.workspace.built_for_dev());
    let binaries = build::build_here(&program, &folder, release)?;
    let programs = program.functions.iter().map(|function| {
        (function.entity.clone(), program_of(function, &binaries, &program.workspace))
    });
    let programs = programs.collect();
    let data = program.workspace.data(&program.name);
    let network = program.network.take().unwrap_or_else(Network::empty);
    Ok(Made { name: program.name.clone(), network, programs, data, said })
}

/// What a function runs, or why it cannot run here.
fn program_of(
    function: &Function,
    binaries: &BTreeMap<String, PathBuf>,
    workspace: &Workspace,
) -> std::result::Result<dev::Program, String> {
    match &function.code {
        FunctionCode::Binary(binary) => {
            let path = binaries.get(binary.name());
            let path = path.ok_or_else(|| format!("cargo built no binary `{}`", binary.name()))?;
            Ok(dev::Program {
                binary: path.clone(),
                arguments: Vec::new(),
                folder: None,
                environment: Vec::new(),
                mark: mark(path),
            })
        }
        FunctionCode::Folder(folder) => language::program(folder, workspace),
    }
}

/// What differs whenever a file was written anew.
fn mark(file: &Path) -> String {
    let Ok(metadata) = fs::metadata(file) else { return String::new() };
    let written = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    format!("{} {}", written.unwrap_or_default().as_nanos(), metadata.len())
}

async fn begin(wish: &Dev, made: Made) -> Result<(String, Arc<Server>)> {
    let entities = made.network.entities().map(|(id, _)| id.to_string());
    let secrets = entities.filter_map(|name| {
        let value = env::var(secret_variable(&name)).ok()?;
        Some((name, value))
    });
    let json = wish.json;
    let settings = Settings {
        name: made.name.clone(),
        folder: made.data,
        fresh: wish.fresh,
        port: wish.port,
        services: wish.services.clone(),
        secrets: secrets.collect(),
        log: Box::new(move |entry| lines::write(&entry, json)),
    };
    let begun = Server::start(&made.network, made.programs, settings).await;
    begun.map(|server| (made.name, server)).map_err(|error| cannot_run(&error))
}

/// Says where everything is.
fn ready(wish: &Dev, name: &str, server: &Server, since: Instant) -> Result<()> {
    let apis = server.apis();
    if wish.json {
        let apis: BTreeMap<&str, &str> =
            apis.iter().map(|(name, url)| (name.as_str(), url.as_str())).collect();
        return lines::note(&serde_json::json!({
            "ready": name,
            "apis": apis,
            "console": server.console(),
        }));
    }
    for (name, url) in &apis {
        tell("Serving", &format!("`{name}` at {url}"));
    }
    tell("Console", &server.console());
    tell("Ready", &format!("`{name}`, after {}; Ctrl-C ends it", duration(since.elapsed())));
    Ok(())
}

/// Says what a change came to.
fn told(
    wish: &Dev,
    server: &Server,
    name: &str,
    reloaded: &Reloaded,
    since: Instant,
) -> Result<()> {
    if wish.json {
        let what = match reloaded {
            Reloaded::Nothing => serde_json::json!([]),
            Reloaded::Code(functions) => serde_json::json!(functions),
            Reloaded::Network => serde_json::json!("network"),
        };
        return lines::note(&serde_json::json!({ "reloaded": what }));
    }
    let took = duration(since.elapsed());
    match reloaded {
        Reloaded::Nothing => tell("Unchanged", &format!("`{name}`, {took} after the change")),
        Reloaded::Code(functions) => {
            let what = match functions.as_slice() {
                [one] => format!("`{one}`"),
                several => count(several.len(), "function"),
            };
            tell("Reloaded", &format!("{what}, {took} after the change"));
        }
        Reloaded::Network => {
            for (name, url) in server.apis() {
                tell("Serving", &format!("`{name}` at {url}"));
            }
            tell("Reloaded", &format!("the network, {took} after the change"));
        }
    }
    Ok(())
}
