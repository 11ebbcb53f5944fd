//! What a person reads while a network runs: one line a run, and one for what went wrong outside of runs.

use crate::{
    engine::{
        Engine, Watch,
        log::{Happening, What},
    },
    story,
};
use serde::Serialize;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

/// Something that has happened, as a line of a log.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Entry {
    /// When it ended, in milliseconds since 1970.
    pub at: u64,
    /// What it is part of: the correlation ids.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub correlations: Vec<String>,
    /// The function that ran, or the queue or API that it is about.
    pub entity: String,
    /// What began it: a request, messages, a tick.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub because: String,
    /// How long it took, in milliseconds; nothing, if it was no run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub took: Option<u64>,
    /// Whether a process was started for it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cold: bool,
    /// What it was answered by, if it was a request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The tables and buckets that it wrote to, each with how often.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub wrote: BTreeMap<String, u32>,
    /// Where it sent messages, each with how many.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub sent: BTreeMap<String, u32>,
    /// What the code has logged.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub said: Vec<String>,
    /// What went wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<String>,
}

/// Who is told.
pub(crate) type Tell = Arc<dyn Fn(Entry) + Send + Sync>;

#[derive(Default)]
struct Open {
    /// Runs at work, by number: when each began, and what is known of it.
    runs: HashMap<u32, (u64, Entry)>,
    /// Requests that are not answered yet, by correlation, and when they came.
    requests: HashMap<u32, (u64, String)>,
    /// Runs that have ended, and whose request is about to be answered.
    answering: HashMap<u32, Entry>,
    ticks: HashMap<u32, String>,
}

/// What an engine tells whatever happens.
pub(crate) fn watch(sources: HashMap<String, String>, tell: Tell) -> Watch {
    let open = Mutex::new(Open::default());
    Arc::new(move |engine, happening| {
        let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = open.take_down(engine, happening, &sources) {
            tell(entry);
        }
        Ok(())
    })
}

impl Open {
    fn take_down(
        &mut self,
        engine: &Engine,
        happening: &Happening,
        sources: &HashMap<String, String>,
    ) -> Option<Entry> {
        let wiring = &engine.wiring;
        let Happening { at, correlation, run, what } = happening;
        let count = |of: &mut BTreeMap<String, u32>, name: &str| {
            *of.entry(name.to_owned()).or_default() += 1;
        };
        let correlations = || {
            let text = engine.log.correlations.text(*correlation);
            Some(text.to_owned()).filter(|text| !text.is_empty()).into_iter().collect()
        };
        let trouble = |entity: &str, why: String| {
            let (entity, correlations) = (entity.to_owned(), correlations());
            Some(Entry { at: *at, correlations, entity, failures: vec![why], ..Entry::default() })
        };
        match what {
            What::Began { function, cold } => {
                let entity = story::function(wiring, *function).to_owned();
                self.runs.insert(*run, (*at, Entry { entity, cold: *cold, ..Entry::default() }));
            }
            What::Ended { failure, .. } => return self.end(engine, happening, failure, sources),
            What::Sent { to, .. } => {
                let (_, entry) = self.runs.get_mut(run)?;
                count(&mut entry.sent, story::entity(wiring, *to));
            }
            What::Wrote { table, applied, .. } => {
                let (_, entry) = self.runs.get_mut(run)?;
                if *applied {
                    let table = wiring.tables[*table as usize].entity;
                    count(&mut entry.wrote, wiring.name(table));
                }
            }
            What::Stored { bucket, applied, .. } => {
                let (_, entry) = self.runs.get_mut(run)?;
                if *applied {
                    let bucket = wiring.buckets[*bucket as usize].entity;
                    count(&mut entry.wrote, wiring.name(bucket));
                }
            }
            What::Said { function, text } => match self.runs.get_mut(run) {
                Some((_, entry)) => match text.strip_prefix("error: ") {
                    Some(error) => entry.failures.push(error.to_owned()),
                    None => entry.said.push(text.to_string()),
                },
                None => {
                    let (entity, said) = (story::function(wiring, *function), text.to_string());
                    let entity = entity.to_owned();
                    return Some(Entry { at: *at, entity, said: vec![said], ..Entry::default() });
                }
            },
            What::Requested { text, .. } => {
                self.requests.insert(*correlation, (*at, text.to_string()));
            }
            What::Responded { api, status } => {
                let (since, because) = self.requests.remove(correlation)?;
                if let Some(entry) = self.answering.remove(correlation) {
                    return Some(Entry { status: Some(*status), ..entry });
                }
                let entity = wiring.name(wiring.apis[*api as usize].entity).to_owned();
                let (took, status) = (Some(at.saturating_sub(since)), Some(*status));
                let correlations = correlations();
                let rest = Entry::default();
                return Some(Entry {
                    at: *at,
                    correlations,
                    entity,
                    because,
                    took,
                    status,
                    ..rest
                });
            }
            What::Ticked { schedule } => {
                let schedule = wiring.schedules[*schedule as usize].entity;
                self.ticks.insert(*correlation, wiring.name(schedule).to_owned());
            }
            What::Dead { queue, why, .. } => {
                let queue = wiring.queues[*queue as usize].entity;
                let why = format!("is a dead letter now: {why}");
                return trouble(wiring.name(queue), why);
            }
            What::Lost { why, .. } => return trouble("", format!("a message is LOST: {why}")),
            What::Throttled { function } => {
                let name = story::function(wiring, *function).to_owned();
                return trouble(&name, "throttled: too many runs are at work".to_owned());
            }
            What::Faulted { text } => return trouble("", format!("FAULT {text}")),
            What::Deduplicated { .. }
            | What::Filtered { .. }
            | What::Given { .. }
            | What::Handled { .. }
            | What::Returned { .. }
            | What::Read { .. }
            | What::Fetched { .. }
            | What::Streamed { .. }
            | What::Called { .. }
            | What::Asked { .. } => {}
        }
        None
    }

    fn end(
        &mut self,
        engine: &Engine,
        happening: &Happening,
        failure: &Option<Arc<str>>,
        sources: &HashMap<String, String>,
    ) -> Option<Entry> {
        let (since, mut entry) = self.runs.remove(&happening.run)?;
        entry.at = happening.at;
        entry.took = Some(happening.at.saturating_sub(since));
        if let Some(why) = failure
            && !entry.failures.iter().any(|said| **said == **why)
        {
            entry.failures.push(why.to_string());
        }
        let run = engine.services.runs.get(&happening.run);
        let parts = run.map(|run| run.correlations.as_slice()).unwrap_or_default();
        let texts = &engine.log.correlations;
        entry.correlations = parts.iter().map(|part| texts.text(*part).to_owned()).collect();
        if let [one] = parts {
            if let Some((_, request)) = self.requests.get(one) {
                entry.because.clone_from(request);
                self.answering.insert(*one, entry);
                return None;
            }
            if let Some(schedule) = self.ticks.remove(one) {
                entry.because = format!("{schedule} ticked");
                return Some(entry);
            }
        }
        entry.because = sources.get(&entry.entity).cloned().unwrap_or_default();
        Some(entry)
    }
}
