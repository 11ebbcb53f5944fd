//! What happened, as people read it.

use crate::engine::{
    Engine,
    log::{Happening, Number, What},
    wiring::Wiring,
};
use std::{collections::BTreeMap, fmt};

/// Everything that one event has caused: the path of a message, with what it met on its way.
///
/// Shown, it is a line for each thing that happened, with the time since the network was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    correlation: String,
    lines: Vec<String>,
}

impl Story {
    /// What the story is known by: the correlation id of everything in it.
    pub fn correlation(&self) -> &str {
        &self.correlation
    }

    /// What happened, in order.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.correlation)?;
        for line in &self.lines {
            writeln!(f, "  {line}")?;
        }
        Ok(())
    }
}

/// What a message's body is shortened to.
const SHOWN: usize = 200;

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The name of the entity that a message goes to.
pub(crate) fn entity(wiring: &Wiring, to: Number) -> &str {
    let to = to as usize;
    let (queues, functions) = (wiring.queues.len(), wiring.functions.len());
    let queue = wiring.queues.get(to).map(|queue| queue.entity);
    let function = || wiring.functions.get(to.checked_sub(queues)?).map(|it| it.entity);
    let topic = || wiring.topics.get(to.checked_sub(queues + functions)?).map(|it| it.entity);
    let bus = || {
        let topics = wiring.topics.len();
        wiring.buses.get(to.checked_sub(queues + functions + topics)?).map(|it| it.entity)
    };
    let entity = queue.or_else(function).or_else(topic).or_else(bus);
    entity.map_or("", |entity| wiring.name(entity))
}

/// Where messages go, by number: queues, functions, topics, buses.
fn place(wiring: &Wiring, to: Number) -> String {
    let name = entity(wiring, to).to_owned();
    match wiring.queues.get(to as usize).map(|queue| queue.part) {
        Some("queue") | None => name,
        Some(_) => format!("{name}'s dead-letter queue"),
    }
}

pub(crate) fn function(wiring: &Wiring, number: Number) -> &str {
    wiring.name(wiring.functions[number as usize].entity)
}

fn clock(milliseconds: u64) -> String {
    let seconds = milliseconds / 1_000;
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    format!("{hours:02}:{minutes:02}:{:02}.{:03}", seconds % 60, milliseconds % 1_000)
}

/// One thing that happened, in words.
pub(crate) fn line(engine: &Engine, happening: &Happening) -> String {
    let wiring = &engine.wiring;
    let body = |letter: &Number| shortened(&engine.log.of(*letter).parcel.body);
    let id = |letter: &Number| crate::service::consumer::message_id(*letter);
    let by = match happening.run {
        0 => String::new(),
        run => format!(" (run {run})"),
    };
    let text = match &happening.what {
        What::Sent { letter, to } => {
            format!("{} sent to `{}`{by}: {}", id(letter), place(wiring, *to), body(letter))
        }
        What::Deduplicated { letter, to } => format!(
            "{} dropped by `{}`{by}: its deduplication id was seen in the last five minutes",
            id(letter),
            place(wiring, *to)
        ),
        What::Given { letter, to, times } => {
            let times =
                if *times == 1 { String::new() } else { format!(", for the {times}. time") };
            format!("{} given to `{}`{by}{times}", id(letter), function(wiring, *to))
        }
        What::Filtered { letter, to } => format!(
            "{} not given to `{}`: no filter of the event source mapping takes it",
            id(letter),
            function(wiring, *to)
        ),
        What::Handled { letter } => format!("{} handled{by}", id(letter)),
        What::Returned { letter, at, why } => {
            let after = at.saturating_sub(happening.at) as f64 / 1_000.0;
            format!("{} failed{by}, and comes again in {after} s: {}", id(letter), shortened(why))
        }
        What::Dead { letter, queue, why } => {
            format!("{} put into {}: {}", id(letter), place(wiring, *queue), shortened(why))
        }
        What::Lost { letter, why } => format!("{} is LOST: {}", id(letter), shortened(why)),
        What::Began { function: number, cold } => {
            let cold = if *cold { ", cold" } else { "" };
            format!("`{}` began{by}{cold}", function(wiring, *number))
        }
        What::Ended { function: number, failure: None } => {
            format!("`{}` ended{by}", function(wiring, *number))
        }
        What::Ended { function: number, failure: Some(why) } => {
            format!("`{}` FAILED{by}: {}", function(wiring, *number), shortened(why))
        }
        What::Throttled { function: number } => {
            format!("`{}` throttled: too many runs are at work", function(wiring, *number))
        }
        What::Said { function: number, text } => {
            format!("`{}` says{by}: {}", function(wiring, *number), shortened(text))
        }
        What::Requested { api, text } => {
            format!("`{}` asked: {text}", wiring.name(wiring.apis[*api as usize].entity))
        }
        What::Responded { api, status } => {
            format!("`{}` answered: {status}", wiring.name(wiring.apis[*api as usize].entity))
        }
        What::Read { table } => {
            format!("`{}` read{by}", wiring.name(wiring.tables[*table as usize].entity))
        }
        What::Wrote { table, text, .. } => {
            let table = wiring.name(wiring.tables[*table as usize].entity);
            format!("`{table}` written{by}: {}", shortened(text))
        }
        What::Streamed { table, text } => {
            let table = wiring.name(wiring.tables[*table as usize].entity);
            format!("change {text} of `{table}` in its stream")
        }
        What::Fetched { bucket } => {
            format!("`{}` read{by}", wiring.name(wiring.buckets[*bucket as usize].entity))
        }
        What::Stored { bucket, text, .. } => {
            let bucket = wiring.name(wiring.buckets[*bucket as usize].entity);
            format!("`{bucket}` written{by}: {}", shortened(text))
        }
        What::Called { service, text } => format!("`{service}` called{by}: {}", shortened(text)),
        What::Asked { function: number } => {
            format!("`{}` asked{by}", function(wiring, *number))
        }
        What::Ticked { schedule } => {
            format!("`{}` ticked", wiring.name(wiring.schedules[*schedule as usize].entity))
        }
        What::Faulted { text } => format!("FAULT {text}{by}"),
    };
    format!("{}  {text}", clock(happening.at.saturating_sub(engine.epoch())))
}

/// The stories of everything that happened, in the order in which they began.
///
/// A run belongs to every story that it has a part in: what began it is there.
pub(crate) fn stories(engine: &Engine) -> Vec<Story> {
    let log = &engine.log;
    // The stories that runs have a part in, by what they were given, and by what they have done.
    let mut of_runs: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for happening in &log.happenings {
        if happening.run != 0 && happening.correlation != 0 {
            let stories = of_runs.entry(happening.run).or_default();
            if !stories.contains(&happening.correlation) {
                stories.push(happening.correlation);
            }
        }
    }
    let mut lines: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    let mut order = Vec::new();
    for happening in &log.happenings {
        let of: Vec<u32> = match (happening.correlation, happening.run) {
            (0, 0) => continue,
            (0, run) => of_runs.get(&run).cloned().unwrap_or_default(),
            (correlation, _) => vec![correlation],
        };
        let text = line(engine, happening);
        for correlation in of {
            if !lines.contains_key(&correlation) {
                order.push(correlation);
            }
            lines.entry(correlation).or_default().push(text.clone());
        }
    }
    order
        .into_iter()
        .map(|correlation| Story {
            correlation: log.correlations.text(correlation).to_owned(),
            lines: lines.remove(&correlation).unwrap_or_default(),
        })
        .collect()
}

/// Everything that happened, a line each.
pub(crate) fn log(engine: &Engine) -> Vec<String> {
    engine.log.happenings.iter().map(|happening| line(engine, happening)).collect()
}

/// The same, with what is the same for people and not for a comparison: whole bodies, and what travels
/// beside them.
pub(crate) fn log_in_full(engine: &Engine) -> Vec<String> {
    let lines = engine.log.happenings.iter().map(|happening| {
        let parcel = match &happening.what {
            What::Sent { letter, .. } => format!(" {:?}", engine.log.of(*letter).parcel),
            other => format!(" {other:?}"),
        };
        line(engine, happening) + &parcel
    });
    lines.collect()
}
