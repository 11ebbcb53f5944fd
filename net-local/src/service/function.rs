//! Lambda functions: instances, runs, and events that nobody waits for.
//!
//! Sources, by the titles of the AWS Lambda Developer Guide: "Understanding the Lambda execution environment
//! lifecycle", "Configuring reserved concurrency for a function", "How Lambda handles errors and retries
//! with asynchronous invocation", "Capturing records of Lambda asynchronous invocations".

use super::queue;
use crate::{
    engine::{
        Engine,
        code::{Code, Instance},
        log::{Number, What},
        port::Port,
        trace,
        wiring::Reader,
    },
    fault::Fault,
};
use net_runtime::{Failure, Invocation, Parcel};
use serde_json::Value;
use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::task::AbortHandle;
use tracing::Level;

/// One function, as the plan has it; times in milliseconds.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) entity: usize,
    pub(crate) arn: String,
    pub(crate) contract: String,
    pub(crate) contract_type: String,
    pub(crate) timeout: u64,
    pub(crate) reserved: Option<u32>,
    pub(crate) environment: HashMap<String, String>,
    /// The ARN of the queue for what fails while nobody waits.
    pub(crate) dead_letters: Option<String>,
}

/// Runs of all functions at once, of those without a share of their own ("Lambda quotas").
const ACCOUNT: u32 = 1_000;
/// How long an instance without work is kept: AWS does not say; some minutes are what people see.
const KEPT: u64 = 10 * 60 * 1_000;
/// How long an event waits to be handled, at the most: 6 hours.
const OLDEST: u64 = 6 * 60 * 60 * 1_000;
/// How often a failed event is tried again, and after how long: 1 and 2 minutes.
const RETRIES: [u64; 2] = [60_000, 120_000];

pub(crate) fn read(reader: &mut Reader<'_, '_>) {
    reader.refuse_all_but(&[
        "Timeout",
        "ReservedConcurrentExecutions",
        "Environment/Variables",
        "DeadLetterConfig/TargetArn",
        // Without effect here: where the code lies and what it runs on, who may do what, what is logged.
        "FunctionName",
        "Description",
        "Runtime",
        "Architectures",
        "Handler",
        "Code",
        "Role",
        "MemorySize",
        "EphemeralStorage",
        "Layers",
        "LoggingConfig",
        "TracingConfig",
        "KmsKeyArn",
        "RuntimeManagementConfig",
        "SnapStart",
        "Tags",
        // Loops are not stopped here; `settle` says that there is one.
        "RecursiveLoop",
    ]);
    use net_dsl::entity::{TYPE, function};
    let text = |attribute| reader.facts().get(attribute).unwrap_or_default();
    let (contract, contract_type) = (text(function::CONTRACT), text(TYPE));
    let variables = reader.value("Environment/Variables").into_iter().flat_map(|it| it.entries());
    let mut environment: HashMap<String, String> = variables
        .filter_map(|(name, value)| Some((name.to_owned(), reader.resolve(value)?)))
        .collect();
    environment.insert("AWS_LAMBDA_FUNCTION_NAME".to_owned(), reader.physical());
    let reserved = reader.number("ReservedConcurrentExecutions");
    let settings = Settings {
        entity: reader.entity(),
        arn: reader.arn(),
        contract: contract.to_string(),
        contract_type: contract_type.to_string(),
        timeout: reader.number("Timeout").unwrap_or(3) * 1_000,
        reserved: reserved.map(|runs| u32::try_from(runs).unwrap_or(u32::MAX)),
        environment,
        dead_letters: reader.text("DeadLetterConfig/TargetArn"),
    };
    reader.wiring.functions.push(settings);
}

/// A function at work.
#[derive(Default)]
pub(crate) struct Function {
    pub(crate) code: Option<Code>,
    /// How often it was given other code: instances of older code serve no more.
    version: u32,
    idle: Vec<Idle>,
    running: u32,
    instances: u32,
}

struct Idle {
    instance: Arc<dyn Instance>,
    port: Port,
    since: u64,
}

/// One run.
pub(crate) struct Run {
    pub(crate) function: usize,
    /// What it is part of, as far as whoever began it knows.
    pub(crate) correlations: Vec<u32>,
    version: u32,
    instance: Arc<dyn Instance>,
    port: Port,
    done: Done,
    task: Option<AbortHandle>,
    /// What it has said was wrong, by record.
    said: Vec<(String, String)>,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// With an answer.
    Answered(Value),
    /// Without one, and why.
    Failed(String),
}

/// A run that has ended.
pub(crate) struct Ended {
    pub(crate) run: u32,
    pub(crate) outcome: Outcome,
    pub(crate) said: Vec<(String, String)>,
}

/// What is done when a run has ended.
pub(crate) type Done = Box<dyn FnOnce(&mut Engine, Ended) + Send>;

/// Starts a run; the number of the run.
///
/// # Errors
/// What would have been done at its end, if as many runs are at work as may be.
pub(crate) fn start(
    engine: &mut Engine,
    function: usize,
    event: String,
    done: Done,
) -> Result<u32, Done> {
    let wiring = engine.wiring.clone();
    let settings = &wiring.functions[function];
    let now = engine.now();
    let place = |_: &Engine| format!("{} runs", wiring.name(settings.entity));
    let fault = engine.fault(0, place, &[Fault::Throttled, Fault::ColdStart]);
    if !has_room(engine, function) || fault == Some(Fault::Throttled) {
        engine.tell(0, 0, What::Throttled { function: function as Number });
        return Err(done);
    }
    let state = &mut engine.services.functions[function];
    state
        .idle
        .retain(|idle| now - idle.since < KEPT && fault.is_none() && idle.instance.is_alive());
    let warm = state.idle.pop();
    let cold = warm.is_none();
    let (instance, port) = match warm {
        Some(idle) => (idle.instance, idle.port),
        None => match fresh(engine, function) {
            Ok(fresh) => fresh,
            // It was tried when the engine started.
            Err(why) => unreachable!("{why}"),
        },
    };
    let state = &mut engine.services.functions[function];
    state.running += 1;
    let version = state.version;
    engine.services.last_run += 1;
    let run = engine.services.last_run;
    port.run.store(run, Ordering::Relaxed);
    engine.tell(0, run, What::Began { function: function as Number, cold });
    let starting = if cold { engine.cold_start(function) } else { 0 };
    let invocation = Invocation {
        request_id: format!("run-{run}"),
        ends: engine.time() + Duration::from_millis(starting + settings.timeout) + port.skew(),
    };
    let shared = engine.shared();
    let (working, telling) = (instance.clone(), shared.clone());
    let work = async move {
        if starting > 0 {
            tokio::time::sleep(Duration::from_millis(starting)).await;
        }
        let answer = working.invoke(event, invocation).await;
        let lines = trace::lines();
        shared.with(|engine| {
            hear(engine, run, lines);
            let outcome = match answer {
                Ok(answer) => Outcome::Answered(answer),
                Err(error) => Outcome::Failed(error.to_string()),
            };
            end(engine, run, outcome);
        });
    };
    let work = trace::listened(work, move |lines| telling.with(|engine| hear(engine, run, lines)));
    let task = tokio::spawn(work).abort_handle();
    let (task, said, correlations) = (Some(task), Vec::new(), Vec::new());
    let held = Run { function, correlations, version, instance, port, done, task, said };
    engine.services.runs.insert(run, held);
    let timeout = settings.timeout;
    let lasts = engine.real(timeout);
    engine.later(starting + lasts, move |engine| {
        let seconds = timeout / 1_000;
        kill(
            engine,
            run,
            format!(
                "the run was killed: it took longer than the function's timeout of {seconds} s"
            ),
        );
    });
    Ok(run)
}

/// Notes what a run is part of.
pub(crate) fn is_part_of(engine: &mut Engine, run: u32, correlation: u32) {
    if let Some(run) = engine.services.runs.get_mut(&run)
        && !run.correlations.contains(&correlation)
    {
        run.correlations.push(correlation);
    }
}

/// Gives a function other code; runs that are at work end with the code that they began with.
#[cfg(feature = "dev")]
pub(crate) fn replace(engine: &mut Engine, function: usize, code: Code) {
    let state = &mut engine.services.functions[function];
    state.code = Some(code);
    state.version += 1;
    state.idle.clear();
}

/// Whether one more run may be at work.
fn has_room(engine: &Engine, function: usize) -> bool {
    let settings = &engine.wiring.functions;
    match settings[function].reserved {
        Some(most) => engine.services.functions[function].running < most,
        None => {
            let reserved: u32 = settings.iter().filter_map(|other| other.reserved).sum();
            let states = engine.services.functions.iter().zip(settings);
            let running: u32 = states
                .filter(|(_, of)| of.reserved.is_none())
                .map(|(state, _)| state.running)
                .sum();
            running < ACCOUNT.saturating_sub(reserved)
        }
    }
}

/// Whether an instance can start.
///
/// # Errors
/// What its environment does not bind.
pub(crate) fn try_out(engine: &mut Engine, function: usize) -> Result<(), String> {
    instance(engine, function, 0, Duration::ZERO).map(|_| ())
}

/// What an instance reaches that runs nothing.
pub(crate) fn port(engine: &mut Engine, function: usize) -> Port {
    let name = engine.wiring.name(engine.wiring.functions[function].entity).to_owned();
    Port::new(engine.shared(), function, name, engine.seed, Duration::ZERO)
}

/// A new instance.
///
/// # Errors
/// What its environment does not bind.
fn fresh(engine: &mut Engine, function: usize) -> Result<(Arc<dyn Instance>, Port), String> {
    let wiring = engine.wiring.clone();
    let name = wiring.name(wiring.functions[function].entity);
    let place = |_: &Engine| format!("{name} starts");
    let skew = match engine.fault(0, place, &[Fault::ClockSkew]) {
        Some(_) => Duration::from_millis(engine.random("skew", function).up_to(1_000)),
        None => Duration::ZERO,
    };
    let state = &mut engine.services.functions[function];
    state.instances += 1;
    let number = state.instances;
    instance(engine, function, number, skew)
}

fn instance(
    engine: &mut Engine,
    function: usize,
    number: u32,
    skew: Duration,
) -> Result<(Arc<dyn Instance>, Port), String> {
    let wiring = engine.wiring.clone();
    let settings = &wiring.functions[function];
    let name = wiring.name(settings.entity);
    let code = engine.services.functions[function].code.clone();
    let code = code.ok_or_else(|| format!("`{name}` has no handler"))?;
    let port = Port::new(engine.shared(), function, format!("{name}/{number}"), engine.seed, skew);
    match code(port.clone(), &settings.environment) {
        Ok(instance) => Ok((instance, port)),
        Err(unbound) => Err(format!("`{name}`: {unbound}")),
    }
}

/// Takes down what a run has logged.
pub(crate) fn hear(engine: &mut Engine, run: u32, lines: Vec<trace::Line>) {
    let Some(held) = engine.services.runs.get_mut(&run) else { return };
    let function = held.function as Number;
    for line in &lines {
        if line.level == Level::ERROR {
            held.said.push((line.record.to_string(), line.text.clone()));
        }
    }
    for line in lines {
        let correlation = match &*line.correlation {
            "" => 0,
            text => engine.log.correlations.number(text),
        };
        let text = match line.level {
            Level::ERROR => format!("error: {}", line.text),
            Level::WARN => format!("warning: {}", line.text),
            _ => line.text,
        };
        engine.tell(correlation, run, What::Said { function, text: text.into() });
    }
}

/// Ends a run from outside, if it is still at work: its instance is gone, too.
pub(crate) fn kill(engine: &mut Engine, run: u32, why: String) {
    let Some(held) = engine.services.runs.get(&run) else { return };
    if let Some(task) = &held.task {
        task.abort();
    }
    engine.services.functions[held.function].running -= 1;
    conclude(engine, run, Outcome::Failed(why));
}

/// A run has ended by itself; its instance is free.
fn end(engine: &mut Engine, run: u32, outcome: Outcome) {
    let now = engine.now();
    let Some(held) = engine.services.runs.get(&run) else { return };
    let state = &mut engine.services.functions[held.function];
    state.running -= 1;
    if state.version == held.version {
        let (instance, port) = (held.instance.clone(), held.port.clone());
        state.idle.push(Idle { instance, port, since: now });
    }
    conclude(engine, run, outcome);
}

fn conclude(engine: &mut Engine, run: u32, outcome: Outcome) {
    let Some(held) = engine.services.runs.get(&run) else { return };
    let failure = match &outcome {
        Outcome::Answered(_) => None,
        Outcome::Failed(why) => Some(why.as_str().into()),
    };
    let function = held.function as Number;
    engine.wake();
    // It is there until that is told: who hears it may ask what it was part of.
    engine.tell(0, run, What::Ended { function, failure });
    let Some(held) = engine.services.runs.remove(&run) else { return };
    (held.done)(engine, Ended { run, outcome, said: held.said });
}

/// An event that nobody waits for.
pub(crate) struct Event {
    pub(crate) function: usize,
    /// The message in it, if it is one.
    pub(crate) letter: Option<Number>,
    pub(crate) payload: Arc<str>,
    pub(crate) correlation: u32,
    pub(crate) began: u64,
    pub(crate) tries: usize,
    pub(crate) pause: u64,
}

/// Hands a function a message, and goes on.
pub(crate) fn send(engine: &mut Engine, function: usize, parcel: &Arc<Parcel>, run: u32) {
    let letter = engine.log.letter(parcel.clone());
    let correlation = engine.log.of(letter).correlation;
    engine.tell(correlation, run, What::Sent { letter, to: to_function(engine, function) });
    let payload = parcel.payload().into();
    hand_over(engine, function, Some(letter), payload, correlation);
}

/// The number by which a function is among the places that messages go to: behind the queues.
pub(crate) fn to_function(engine: &Engine, function: usize) -> Number {
    (engine.wiring.queues.len() + function) as Number
}

/// Hands a function an event, and goes on: it is tried again if it fails, and ends as a dead letter.
pub(crate) fn hand_over(
    engine: &mut Engine,
    function: usize,
    letter: Option<Number>,
    payload: Arc<str>,
    correlation: u32,
) {
    let place = |engine: &Engine| {
        format!(
            "{} is handed an event",
            engine.wiring.name(engine.wiring.functions[function].entity)
        )
    };
    let fault = engine.fault(0, place, &[Fault::Duplicate, Fault::Delay]);
    let delay = if fault == Some(Fault::Delay) {
        1_000 + engine.random("delayed event", function).up_to(59_000)
    } else {
        0
    };
    for _ in 0..1 + usize::from(fault == Some(Fault::Duplicate)) {
        let began = engine.now();
        let payload = payload.clone();
        let pause = delay + engine.pause("event", function);
        let event = Event { function, letter, payload, correlation, began, tries: 0, pause: 1_000 };
        keep(engine, event, pause);
    }
}

/// Keeps an event until it is handled or given up, and tries it after a while.
pub(crate) fn keep(engine: &mut Engine, event: Event, pause: u64) {
    engine.on_the_way += 1;
    engine.services.last_waiting += 1;
    let number = engine.services.last_waiting;
    engine.services.waiting.insert(number, event);
    engine.later(pause, move |engine| attempt(engine, number));
}

fn attempt(engine: &mut Engine, number: u64) {
    let Some(event) = engine.services.waiting.get(&number) else { return };
    let payload = event.payload.to_string();
    let (function, letter, correlation) = (event.function, event.letter, event.correlation);
    let times = event.tries as u32 + 1;
    let done: Done = Box::new(move |engine, ended| end_event(engine, number, ended));
    match start(engine, function, payload, done) {
        Ok(run) => {
            is_part_of(engine, run, correlation);
            if let Some(letter) = letter {
                let to = function as Number;
                engine.tell(correlation, run, What::Given { letter, to, times });
            }
        }
        Err(_) => {
            let now = engine.now();
            let Some(event) = engine.services.waiting.get_mut(&number) else { return };
            if now - event.began + event.pause > OLDEST {
                let why = "no run was free for six hours: too many were at work";
                give_up(engine, number, 0, why.into());
                return;
            }
            let pause = event.pause;
            event.pause = (pause * 2).min(300_000);
            engine.later(pause, move |engine| attempt(engine, number));
        }
    }
}

fn end_event(engine: &mut Engine, number: u64, ended: Ended) {
    let Some(event) = engine.services.waiting.get_mut(&number) else { return };
    let (letter, correlation) = (event.letter, event.correlation);
    let why: Arc<str> = match ended.outcome {
        Outcome::Answered(_) => {
            engine.services.waiting.remove(&number);
            if let Some(letter) = letter {
                engine.tell(correlation, ended.run, What::Handled { letter });
            }
            engine.on_the_way -= 1;
            return;
        }
        Outcome::Failed(why) => why.into(),
    };
    let Some(pause) = RETRIES.get(event.tries).copied() else {
        give_up(engine, number, ended.run, why);
        return;
    };
    event.tries += 1;
    if let Some(letter) = letter {
        let at = engine.now() + pause;
        engine.tell(correlation, ended.run, What::Returned { letter, at, why });
    }
    engine.later(pause, move |engine| attempt(engine, number));
}

/// An event has failed for good.
fn give_up(engine: &mut Engine, number: u64, run: u32, why: Arc<str>) {
    let Some(event) = engine.services.waiting.remove(&number) else { return };
    engine.on_the_way -= 1;
    let wiring = engine.wiring.clone();
    let dead_letters = wiring.functions[event.function].dead_letters.as_deref();
    // What lies in the queue is the event, whatever message was in it.
    let correlation = engine.log.correlations.text(event.correlation).to_owned();
    let body = event.payload.to_string();
    let told = engine.log.letter(Arc::new(Parcel { body, correlation, ..Parcel::default() }));
    let letter = event.letter.unwrap_or(told);
    match dead_letters.and_then(|arn| wiring.queue(arn)) {
        Some(queue) => {
            let what = What::Dead { letter, queue: queue as Number, why: why.clone() };
            engine.tell(event.correlation, run, what);
            let now = engine.now();
            let dead = queue::Dead { why, message: letter };
            queue::put(engine, queue, told, now, 0, Some(dead));
        }
        None => engine.tell(event.correlation, run, What::Lost { letter, why }),
    }
}

/// What a function answers to a call that waits for it, as code is told.
pub(crate) fn reply(outcome: Outcome) -> Result<Value, Failure> {
    match outcome {
        Outcome::Answered(answer) => Ok(answer),
        Outcome::Failed(why) => {
            Err(Failure::Permanent(format!("the function failed: {why}").into()))
        }
    }
}
