//! A function's process: started when there is something to do, as Lambda does.

use super::aws::{AccessKey, Callers};
use crate::{
    Answer, Function,
    engine::{
        code::{Code, Instance, Invoked},
        log::{Number, What},
        port::Port,
        trace::Line,
    },
    function::Hears,
    service::function,
};
use net_runtime::{BoxError, Invocation};
use serde_json::Value;
use std::{
    collections::{HashMap, VecDeque},
    ffi::OsString,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
    time::Duration,
};
use tokio::{process::Command, sync::OnceCell};
use tracing::Level;

/// What a function runs: a program that asks Lambda's runtime API for events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The binary, or what runs the code.
    pub binary: PathBuf,
    /// What it is given.
    pub arguments: Vec<OsString>,
    /// Where it runs; where this process does, if nothing is said.
    pub folder: Option<PathBuf>,
    /// Environment variables, besides those that the network and Lambda set.
    pub environment: Vec<(String, String)>,
    /// What differs whenever the code does: a function whose mark stays the same goes on as it is.
    pub mark: String,
}

/// What processes are told of this machine.
pub(crate) struct House {
    pub(crate) callers: Arc<Callers>,
    /// Where AWS is, for processes.
    pub(crate) endpoint: String,
    /// What stands for what in environments: addresses of this machine for AWS's.
    pub(crate) addresses: Vec<(String, String)>,
    /// Variables that have other values here: where services are.
    pub(crate) variables: Vec<(String, String)>,
}

/// The code of a function that is a program.
pub(crate) fn code(program: Program, name: String, timeout: Duration, house: &Arc<House>) -> Code {
    let house = house.clone();
    Arc::new(move |port, environment| {
        let mut environment: HashMap<String, String> = environment
            .iter()
            .map(|(name, value)| {
                let value = house.addresses.iter().fold(value.clone(), |value, (from, to)| {
                    value.replace(from.as_str(), to.as_str())
                });
                (name.clone(), value)
            })
            .collect();
        for (name, value) in &house.variables {
            if let Some(known) = environment.get_mut(name) {
                known.clone_from(value);
            }
        }
        Ok(Arc::new(Process {
            name: name.clone(),
            program: program.clone(),
            environment,
            timeout,
            key: house.callers.admit(port.remote()),
            endpoint: house.endpoint.clone(),
            port,
            last: Arc::default(),
            started: OnceCell::new(),
        }))
    })
}

/// The code of a function that cannot run here: every run of it says why.
pub(crate) fn impossible(why: String) -> Code {
    Arc::new(move |_, _| Ok(Arc::new(Impossible(why.clone()))))
}

struct Impossible(String);

impl Instance for Impossible {
    fn invoke(self: Arc<Self>, _: String, _: Invocation) -> Invoked {
        Box::pin(async move { Err(self.0.clone().into()) })
    }
}

struct Process {
    name: String,
    program: Program,
    environment: HashMap<String, String>,
    timeout: Duration,
    key: AccessKey,
    endpoint: String,
    port: Port,
    /// The last lines that were no log of `net-runtime`'s: why a process ended stands there.
    last: Arc<Mutex<VecDeque<String>>>,
    started: OnceCell<Function>,
}

/// What a process inherits of this one's environment: where programs and libraries are, and how Rust's
/// panics are told.
const INHERITED: [&str; 5] =
    ["PATH", "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH", "SYSTEMROOT", "RUST_BACKTRACE"];

impl Process {
    async fn start(&self) -> Result<Function, BoxError> {
        let Program { binary, arguments, folder, environment, .. } = &self.program;
        let mut command = Command::new(binary);
        command.args(arguments);
        if let Some(folder) = folder {
            command.current_dir(folder);
        }
        let inherited = INHERITED
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), std::env::var(name).ok()?)));
        let of_aws = [
            ("AWS_ACCESS_KEY_ID", self.key.as_str()),
            ("AWS_SECRET_ACCESS_KEY", "of-this-machine"),
            ("AWS_ENDPOINT_URL", &self.endpoint),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ];
        let of_aws = of_aws.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let own = self.environment.clone();
        let all = inherited.chain(of_aws).chain(environment.iter().cloned()).chain(own);
        let (port, last) = (self.port.clone(), self.last.clone());
        let hears: Hears = Arc::new(move |line| {
            if let Err(text) = hear(&port, &line) {
                let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
                if last.len() == 5 {
                    last.pop_front();
                }
                last.push_back(text);
            }
        });
        let started = Function::start_command(&self.name, command, all, &hears).await;
        started
            .map_err(|error| format!("`{}` could not be started: {error}", binary.display()).into())
    }

    fn why_it_ended(&self) -> String {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let last: Vec<&str> = last.iter().map(String::as_str).collect();
        match last.as_slice() {
            [] => "the process ended".to_owned(),
            last => format!("the process ended: {}", last.join(" | ")),
        }
    }
}

impl Instance for Process {
    fn invoke(self: Arc<Self>, event: String, invocation: Invocation) -> Invoked {
        Box::pin(async move {
            let function = self.started.get_or_try_init(|| self.start()).await?;
            let id = Some(invocation.request_id.as_str());
            let answer = function.invoke_as(id, &event, self.timeout).await;
            if !is_plain(&answer) {
                // Why it failed stands in a line that was written before, and comes another way.
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            match answer {
                Answer::Response(text) => serde_json::from_str(&text)
                    .map_err(|error| format!("its answer is no JSON: {error}").into()),
                Answer::Error(text) => {
                    let error: Value = serde_json::from_str(&text).unwrap_or_default();
                    Err(error["errorMessage"].as_str().unwrap_or(&text).into())
                }
                Answer::TimedOut => Err("the run was killed: it took too long".into()),
                Answer::Crashed => Err(self.why_it_ended().into()),
            }
        })
    }

    fn is_alive(&self) -> bool {
        self.started.get().is_none_or(|function| !function.has_ended())
    }
}

/// Whether nothing that is said of a run can be missed.
fn is_plain(answer: &Answer) -> bool {
    match answer {
        Answer::Response(text) => !text.contains("\"itemIdentifier\""),
        Answer::Error(_) | Answer::TimedOut | Answer::Crashed => false,
    }
}

/// Takes down a line of a process.
///
/// # Errors
/// The line, if it is none of `net-runtime`'s: it is taken down as it is.
fn hear(port: &Port, text: &str) -> Result<(), String> {
    let parsed = line(text);
    let run = port.run.load(Ordering::Relaxed);
    let function = port.function();
    let known = parsed.is_some();
    let line = parsed.unwrap_or_else(|| Line {
        level: Level::INFO,
        record: "".into(),
        correlation: "".into(),
        text: text.to_owned(),
    });
    port.shared().with(|engine| {
        if engine.services.runs.contains_key(&run) {
            function::hear(engine, run, vec![line]);
        } else {
            // It comes after the run's answer.
            let text = said(&line).into();
            engine.tell(0, run, What::Said { function: function as Number, text });
        }
    });
    if known { Ok(()) } else { Err(text.to_owned()) }
}

fn said(line: &Line) -> String {
    match line.level {
        Level::ERROR => format!("error: {}", line.text),
        Level::WARN => format!("warning: {}", line.text),
        _ => line.text.clone(),
    }
}

/// A line of `net-runtime`'s log: a JSON object with a level and a message.
fn line(text: &str) -> Option<Line> {
    let json: Value = serde_json::from_str(text).ok()?;
    let level = json["level"].as_str()?.parse().ok()?;
    let of_span = |name: &str| json["span"][name].as_str().unwrap_or_default().into();
    let (message, error) =
        (json["message"].as_str().unwrap_or_default(), json["error"].as_str().unwrap_or_default());
    // What is wrong comes first: that is what people look for.
    let mut text = match (error, message) {
        ("", message) => message.to_owned(),
        (error, "" | "failed") => error.to_owned(),
        (error, message) => format!("{message}: {error}"),
    };
    let known = ["timestamp", "level", "message", "error", "span", "target"];
    for (name, value) in
        json.as_object()?.iter().filter(|(name, _)| !known.contains(&name.as_str()))
    {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        text.push_str(&format!(" {name}={value}"));
    }
    Some(Line { level, record: of_span("record"), correlation: of_span("correlation"), text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_line_says_why_and_of_what() {
        let heard = line(
            r#"{"timestamp":"2026-01-01T00:00:00.000000Z","level":"ERROR","error":"no soup","message":"failed",
                "dish":"soup","span":{"name":"input","record":"message-3","correlation":"request-1"}}"#,
        )
        .expect("a line");
        assert_eq!((heard.level, heard.text.as_str()), (Level::ERROR, "no soup dish=soup"));
        assert_eq!((&*heard.record, &*heard.correlation), ("message-3", "request-1"));
        for other in ["thread 'main' panicked at src/main.rs:1:1:", "{}", r#"{"level":"loud"}"#] {
            assert!(line(other).is_none(), "{other}");
        }
    }
}
