//! What has happened to each entity so far, counted while it happens: the log grows, and this does not.

use crate::{
    engine::{
        Engine, Watch,
        log::{Happening, Number, What},
        wiring::Wiring,
    },
    service::http_api,
    story,
};
use serde::Serialize;
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Of how many runs it is known what they were part of.
const KNOWN_RUNS: usize = 100_000;
/// How many things that came from outside are remembered, and so can be repeated.
const REMEMBERED: usize = 1_000;

/// What has happened to one entity.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Stat {
    pub(crate) runs: u64,
    pub(crate) failures: u64,
    pub(crate) sent: u64,
    pub(crate) handled: u64,
    pub(crate) requests: u64,
    pub(crate) writes: u64,
    pub(crate) ticks: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_error: Option<Mishap>,
}

/// Something that went wrong.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Mishap {
    pub(crate) at: u64,
    pub(crate) text: String,
}

/// Something that came from outside of the network, and can come again.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Input {
    /// A request: API, method, path and query, body.
    Request { api: String, method: String, path: String, body: String },
    /// A message that the console has sent, and its group.
    Message { to: String, body: String, group: Option<String> },
    /// A tick that the console has started.
    Tick { schedule: String },
    /// An item that the console has put, as JSON.
    Item { table: String, json: String },
}

impl Input {
    /// A request to an API.
    pub(crate) fn of_request(api: &str, request: &http_api::Request) -> Input {
        let query = if request.query.is_empty() { "" } else { "?" };
        Input::Request {
            api: api.to_owned(),
            method: request.method.clone(),
            path: format!("{}{query}{}", request.path, request.query),
            body: String::from_utf8_lossy(&request.body).into_owned(),
        }
    }
}

/// All of it.
#[derive(Clone, Default)]
pub(crate) struct Stats(Arc<Mutex<Counted>>);

#[derive(Default)]
pub(crate) struct Counted {
    /// By number of the entity.
    pub(crate) entities: Vec<Stat>,
    /// What runs were part of.
    runs: HashMap<u32, Vec<u32>>,
    order: VecDeque<u32>,
    pub(crate) inputs: VecDeque<Input>,
}

impl Counted {
    /// What a run was part of, by numbers of correlation ids.
    pub(crate) fn parts(&self, run: u32) -> &[u32] {
        self.runs.get(&run).map(Vec::as_slice).unwrap_or_default()
    }
}

impl Stats {
    pub(crate) fn counted(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers what came from outside.
    pub(crate) fn remember(&self, input: Input) {
        let mut counted = self.counted();
        if counted.inputs.len() == REMEMBERED {
            counted.inputs.pop_front();
        }
        counted.inputs.push_back(input);
    }

    /// What an engine tells whatever happens.
    pub(crate) fn watch(&self) -> Watch {
        let stats = self.clone();
        Arc::new(move |engine, happening| {
            stats.counted().count(engine, happening);
            Ok(())
        })
    }

    /// Every entity's, by name.
    pub(crate) fn by_name(&self, wiring: &Wiring) -> BTreeMap<String, Stat> {
        let counted = self.counted();
        let named = wiring.entities.iter().zip(&counted.entities);
        named.map(|(entity, stat)| (entity.name.to_string(), stat.clone())).collect()
    }
}

impl Counted {
    fn count(&mut self, engine: &Engine, happening: &Happening) {
        let wiring = &engine.wiring;
        if self.entities.len() < wiring.entities.len() {
            self.entities.resize(wiring.entities.len(), Stat::default());
        }
        let at = happening.at;
        let function = |number: Number| wiring.functions[number as usize].entity;
        let mishap = |text: String| Some(Mishap { at, text });
        match &happening.what {
            What::Began { function: number, .. } => self.entities[function(*number)].runs += 1,
            What::Ended { function: number, failure } => {
                if let Some(why) = failure {
                    let stat = &mut self.entities[function(*number)];
                    stat.failures += 1;
                    stat.last_error = mishap(why.to_string());
                }
                let run = engine.services.runs.get(&happening.run);
                let parts = run.map(|run| run.correlations.clone()).unwrap_or_default();
                self.keep(happening.run, parts);
            }
            What::Said { function: number, text } => {
                if let Some(error) = text.strip_prefix("error: ") {
                    self.entities[function(*number)].last_error = mishap(error.to_owned());
                }
            }
            What::Throttled { function: number } => {
                let stat = &mut self.entities[function(*number)];
                stat.last_error = mishap("throttled: too many runs are at work".to_owned());
            }
            What::Sent { to, .. } => {
                if let Some(entity) = wiring.entity(story::entity(wiring, *to)) {
                    self.entities[entity].sent += 1;
                }
            }
            What::Given { to, .. } => self.entities[function(*to)].handled += 1,
            What::Dead { queue, why, .. } => {
                let stat = &mut self.entities[wiring.queues[*queue as usize].entity];
                stat.failures += 1;
                stat.last_error = mishap(format!("a dead letter: {why}"));
            }
            What::Requested { api, .. } => {
                self.entities[wiring.apis[*api as usize].entity].requests += 1;
            }
            What::Responded { api, status } if *status >= 500 => {
                let stat = &mut self.entities[wiring.apis[*api as usize].entity];
                stat.failures += 1;
                stat.last_error = mishap(format!("answered {status}"));
            }
            What::Wrote { table, applied: true, .. } => {
                self.entities[wiring.tables[*table as usize].entity].writes += 1;
            }
            What::Stored { bucket, applied: true, .. } => {
                self.entities[wiring.buckets[*bucket as usize].entity].writes += 1;
            }
            What::Ticked { schedule } => {
                self.entities[wiring.schedules[*schedule as usize].entity].ticks += 1;
            }
            What::Called { service, .. } => {
                let found = wiring.services.iter().find(|known| {
                    known.name == **service || wiring.name(known.entity) == &**service
                });
                if let Some(service) = found {
                    self.entities[service.entity].requests += 1;
                }
            }
            What::Responded { .. }
            | What::Wrote { .. }
            | What::Stored { .. }
            | What::Fetched { .. }
            | What::Deduplicated { .. }
            | What::Filtered { .. }
            | What::Handled { .. }
            | What::Returned { .. }
            | What::Lost { .. }
            | What::Read { .. }
            | What::Streamed { .. }
            | What::Asked { .. }
            | What::Faulted { .. } => {}
        }
    }

    fn keep(&mut self, run: u32, parts: Vec<u32>) {
        if self.order.len() == KNOWN_RUNS
            && let Some(oldest) = self.order.pop_front()
        {
            self.runs.remove(&oldest);
        }
        self.order.push_back(run);
        self.runs.insert(run, parts);
    }
}
