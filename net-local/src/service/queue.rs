//! SQS queues, standard and FIFO.
//!
//! Sources, by the titles of the Amazon SQS Developer Guide: "Amazon SQS visibility timeout", "Using
//! dead-letter queues in Amazon SQS", "Exactly-once processing in Amazon SQS", "FIFO queue delivery logic",
//! "Amazon SQS delay queues"; "CreateQueue" and "SendMessage" of the API reference.

use crate::{
    engine::{
        Engine,
        log::{Number, What},
        wiring::Reader,
    },
    fault::Fault,
};
use net_runtime::Parcel;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    sync::Arc,
};

/// How long a FIFO queue remembers a deduplication id, in milliseconds ("Exactly-once processing").
const REMEMBERED: u64 = 5 * 60 * 1_000;

/// One queue, as the plan has it; times in milliseconds.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) entity: usize,
    /// Which of the entity's resources it is: `queue`, or `dead-letter-queue`.
    pub(crate) part: &'static str,
    pub(crate) arn: String,
    pub(crate) url: String,
    pub(crate) fifo: bool,
    pub(crate) deduplicates_groups: bool,
    pub(crate) content_deduplication: bool,
    pub(crate) visibility: u64,
    pub(crate) retention: u64,
    pub(crate) delay: u64,
    /// The ARN of the queue for dead letters, and how many receives are the most.
    pub(crate) redrive: Option<(String, u32)>,
    /// The functions that take its messages, by number of their mappings.
    pub(crate) consumers: Vec<usize>,
}

pub(crate) fn read(reader: &mut Reader<'_, '_>) {
    reader.refuse_all_but(&[
        "FifoQueue",
        "ContentBasedDeduplication",
        "DeduplicationScope",
        "VisibilityTimeout",
        "MessageRetentionPeriod",
        "DelaySeconds",
        "RedrivePolicy/deadLetterTargetArn",
        "RedrivePolicy/maxReceiveCount",
        // Without effect here: throughput, encryption, names, and who may receive dead letters.
        "FifoThroughputLimit",
        "SqsManagedSseEnabled",
        "KmsMasterKeyId",
        "KmsDataKeyReusePeriodSeconds",
        "QueueName",
        "ReceiveMessageWaitTimeSeconds",
        "RedriveAllowPolicy",
        "Tags",
    ]);
    let seconds = |name, default| reader.number(name).unwrap_or(default) * 1_000;
    let receives = reader.number("RedrivePolicy/maxReceiveCount");
    let receives = receives.map(|count| u32::try_from(count).unwrap_or(u32::MAX));
    let settings = Settings {
        entity: reader.entity(),
        part: reader.resource.part.name,
        arn: reader.arn(),
        url: reader.reference(),
        fifo: reader.flag("FifoQueue"),
        deduplicates_groups: reader.text("DeduplicationScope").as_deref() == Some("messageGroup"),
        content_deduplication: reader.flag("ContentBasedDeduplication"),
        // What SQS takes where nothing is said ("CreateQueue").
        visibility: seconds("VisibilityTimeout", 30),
        retention: seconds("MessageRetentionPeriod", 4 * 86_400),
        delay: seconds("DelaySeconds", 0),
        redrive: reader.text("RedrivePolicy/deadLetterTargetArn").zip(receives),
        consumers: Vec::new(),
    };
    reader.wiring.queues.push(settings);
}

/// The messages of a queue.
#[derive(Default)]
pub(crate) struct Queue {
    /// Every message, by its place in the queue.
    pub(crate) items: BTreeMap<u64, Item>,
    pub(crate) last: u64,
    /// Those of a standard queue that can be received.
    ready: VecDeque<u64>,
    /// Those of a FIFO queue, by group.
    groups: HashMap<Arc<str>, Group>,
    /// The groups of which something may be received, in turn.
    turns: VecDeque<Arc<str>>,
    /// Until when a deduplication id is known.
    pub(crate) seen: HashMap<String, u64>,
}

#[derive(Default)]
struct Group {
    /// Those that are not being handled, in order.
    waiting: BTreeSet<u64>,
    in_flight: usize,
    has_turn: bool,
}

/// One message in a queue.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) letter: Number,
    pub(crate) sent: u64,
    pub(crate) receives: u32,
    pub(crate) first_received: u64,
    pub(crate) visible: u64,
    pub(crate) in_flight: bool,
    pub(crate) failure: Option<Arc<str>>,
    /// The message that it is about, where it is what was told of a message that has failed.
    pub(crate) message: Number,
    pub(crate) group: Arc<str>,
}

impl Queue {
    pub(crate) fn item(&self, place: u64) -> Option<&Item> {
        self.items.get(&place)
    }

    /// All messages, oldest first: those that wait, those that are held back, those being handled.
    pub(crate) fn items(&self) -> impl Iterator<Item = &Item> {
        self.items.values()
    }

    fn give_turn(&mut self, group: &Arc<str>) {
        let Some(known) = self.groups.get_mut(group) else { return };
        if known.in_flight == 0 && !known.waiting.is_empty() {
            if !known.has_turn {
                known.has_turn = true;
                self.turns.push_back(group.clone());
            }
        } else if known.in_flight == 0 && known.waiting.is_empty() && !known.has_turn {
            self.groups.remove(group);
        }
    }
}

/// Sends a message to a queue.
pub(crate) fn send(engine: &mut Engine, queue: usize, parcel: &Arc<Parcel>, run: u32) {
    let letter = engine.log.letter(parcel.clone());
    let correlation = engine.log.of(letter).correlation;
    let to = queue as Number;
    let settings = &engine.wiring.queues[queue];
    if settings.fifo && is_repeated(engine, queue, parcel) {
        engine.tell(correlation, run, What::Deduplicated { letter, to });
        return;
    }
    engine.tell(correlation, run, What::Sent { letter, to });
    // A message's own delay counts instead of the queue's ("SendMessage": `DelaySeconds`).
    let delay = match parcel.delay {
        0 => engine.wiring.queues[queue].delay,
        seconds => u64::from(seconds) * 1_000,
    };
    let now = engine.now();
    put(engine, queue, letter, now, delay, None);
}

fn is_repeated(engine: &mut Engine, queue: usize, parcel: &Parcel) -> bool {
    let settings = &engine.wiring.queues[queue];
    let id = match parcel.id.as_str() {
        "" if settings.content_deduplication => &parcel.body,
        "" => return false,
        id => id,
    };
    let id = match &parcel.group {
        Some(group) if settings.deduplicates_groups => format!("{group} {id}"),
        _ => id.to_owned(),
    };
    let now = engine.now();
    let seen = &mut engine.services.queues[queue].seen;
    if seen.len() > 10_000 {
        seen.retain(|_, until| *until > now);
    }
    match seen.get(&id) {
        Some(until) if *until > now => true,
        _ => {
            seen.insert(id, now + REMEMBERED);
            false
        }
    }
}

/// What is known of a dead letter.
pub(crate) struct Dead {
    pub(crate) why: Arc<str>,
    /// The message that has failed; the letter itself, where that is what lies in the queue.
    pub(crate) message: Number,
}

/// Puts a message into a queue: one that was just sent, or a dead letter.
pub(crate) fn put(
    engine: &mut Engine,
    queue: usize,
    letter: Number,
    sent: u64,
    delay: u64,
    dead: Option<Dead>,
) {
    let now = engine.now();
    let parcel = &engine.log.of(letter).parcel;
    let settings = &engine.wiring.queues[queue];
    let group = if settings.fifo { parcel.group.as_deref().unwrap_or("all") } else { "" };
    let item = Item {
        letter,
        sent,
        receives: 0,
        first_received: 0,
        visible: now + delay,
        in_flight: false,
        message: dead.as_ref().map_or(letter, |dead| dead.message),
        failure: dead.map(|dead| dead.why),
        group: group.into(),
    };
    let is_awaited = !settings.consumers.is_empty();
    let state = &mut engine.services.queues[queue];
    state.last += 1;
    let place = state.last;
    state.items.insert(place, item);
    engine.on_the_way += usize::from(is_awaited);
    if delay == 0 {
        show(engine, queue, place);
    } else {
        engine.later(delay, move |engine| show(engine, queue, place));
    }
}

/// Puts a message back that was in the queue when another engine ended: whoever was handling it is gone.
#[cfg(feature = "dev")]
pub(crate) fn restore(engine: &mut Engine, queue: usize, place: u64, item: Item) {
    let held_back = if item.in_flight { 0 } else { item.visible.saturating_sub(engine.now()) };
    let is_awaited = !engine.wiring.queues[queue].consumers.is_empty();
    let state = &mut engine.services.queues[queue];
    state.last = state.last.max(place);
    state.items.insert(place, item);
    engine.on_the_way += usize::from(is_awaited);
    engine.later(held_back, move |engine| show(engine, queue, place));
}

/// A message can be received from now on.
fn show(engine: &mut Engine, queue: usize, place: u64) {
    let fifo = engine.wiring.queues[queue].fifo;
    let overtakes = !fifo && {
        let place = |engine: &Engine| {
            format!("{} holds", engine.wiring.name(engine.wiring.queues[queue].entity))
        };
        engine.fault(0, place, &[Fault::Reorder]).is_some()
    };
    let state = &mut engine.services.queues[queue];
    let Some(item) = state.items.get_mut(&place) else { return };
    item.in_flight = false;
    if fifo {
        let group = item.group.clone();
        state.groups.entry(group.clone()).or_default().waiting.insert(place);
        state.give_turn(&group);
    } else if overtakes {
        state.ready.push_front(place);
    } else {
        state.ready.push_back(place);
    }
    for consumer in engine.wiring.clone().queues[queue].consumers.iter() {
        super::consumer::notice(engine, *consumer);
    }
}

/// Whether anything can be received.
pub(crate) fn has_some(engine: &Engine, queue: usize) -> usize {
    let state = &engine.services.queues[queue];
    if engine.wiring.queues[queue].fifo {
        state
            .turns
            .iter()
            .filter_map(|group| state.groups.get(group))
            .map(|group| group.waiting.len())
            .sum()
    } else {
        state.ready.len()
    }
}

/// Receives messages, `most` of them at the most: their places, and for how often each was received.
pub(crate) fn receive(engine: &mut Engine, queue: usize, most: usize) -> Vec<(u64, u32)> {
    let mut received = Vec::new();
    while received.len() < most {
        let places = if engine.wiring.queues[queue].fifo {
            next_of_group(engine, queue, most - received.len())
        } else {
            engine.services.queues[queue].ready.pop_front().into_iter().collect()
        };
        if places.is_empty() {
            break;
        }
        for place in places {
            received.extend(receive_one(engine, queue, place));
        }
    }
    for group in groups_of(engine, queue, &received) {
        engine.services.queues[queue].give_turn(&group);
    }
    if !received.is_empty() {
        let hidden = received.clone();
        let visibility = engine.wiring.queues[queue].visibility;
        engine.later(visibility, move |engine| {
            for (place, receives) in hidden {
                come_back(engine, queue, place, receives);
            }
        });
    }
    received
}

fn groups_of(engine: &Engine, queue: usize, places: &[(u64, u32)]) -> Vec<Arc<str>> {
    if !engine.wiring.queues[queue].fifo {
        return Vec::new();
    }
    let items = &engine.services.queues[queue].items;
    places.iter().filter_map(|(place, _)| Some(items.get(place)?.group.clone())).collect()
}

/// The next messages of the group whose turn it is.
fn next_of_group(engine: &mut Engine, queue: usize, most: usize) -> Vec<u64> {
    let state = &mut engine.services.queues[queue];
    while let Some(name) = state.turns.pop_front() {
        let Some(group) = state.groups.get_mut(&name) else { continue };
        group.has_turn = false;
        if group.in_flight > 0 {
            continue;
        }
        let places: Vec<u64> = group.waiting.iter().copied().take(most).collect();
        for place in &places {
            group.waiting.remove(place);
        }
        group.in_flight += places.len();
        if !places.is_empty() {
            return places;
        }
    }
    Vec::new()
}

/// One message is received, or put aside if that has happened too often, or is too old.
fn receive_one(engine: &mut Engine, queue: usize, place: u64) -> Option<(u64, u32)> {
    let now = engine.now();
    let wiring = engine.wiring.clone();
    let settings = &wiring.queues[queue];
    let item = engine.services.queues[queue].items.get_mut(&place)?;
    if now.saturating_sub(item.sent) > settings.retention {
        let days = settings.retention as f64 / 86_400_000.0;
        let why = format!("it was older than the {days} days that the queue keeps messages");
        let letter = item.letter;
        remove(engine, queue, place);
        let correlation = engine.log.of(letter).correlation;
        engine.tell(correlation, 0, What::Lost { letter, why: why.into() });
        return None;
    }
    item.in_flight = true;
    if let Some((dead_letters, most)) = &settings.redrive
        && item.receives >= *most
    {
        let item = item.clone();
        let why: Arc<str> = item.failure.unwrap_or_else(|| "it was received too often".into());
        remove(engine, queue, place);
        let correlation = engine.log.of(item.letter).correlation;
        match wiring.queue(dead_letters) {
            Some(dead_letters) => {
                let what = What::Dead {
                    letter: item.letter,
                    queue: dead_letters as Number,
                    why: why.clone(),
                };
                engine.tell(correlation, 0, what);
                // A dead letter of a standard queue keeps its first time ("Using dead-letter queues").
                let sent = if settings.fifo { now } else { item.sent };
                let dead = Dead { why, message: item.letter };
                put(engine, dead_letters, item.letter, sent, 0, Some(dead));
            }
            None => engine.tell(correlation, 0, What::Lost { letter: item.letter, why }),
        }
        return None;
    }
    item.receives += 1;
    if item.receives == 1 {
        item.first_received = now;
    }
    item.visible = now + settings.visibility;
    Some((place, item.receives))
}

/// A message that was received is visible again, unless it was handled, or received once more.
pub(crate) fn come_back(engine: &mut Engine, queue: usize, place: u64, receives: u32) {
    let state = &mut engine.services.queues[queue];
    let Some(item) = state.items.get(&place) else { return };
    if !item.in_flight || item.receives != receives {
        return;
    }
    let group = item.group.clone();
    if let Some(group) = state.groups.get_mut(&group) {
        group.in_flight -= 1;
    }
    show(engine, queue, place);
}

/// Deletes a message by the word of who received it; a word that is out of date deletes nothing
/// ("DeleteMessage": the most recent receipt handle).
pub(crate) fn delete(engine: &mut Engine, queue: usize, place: u64, receives: u32) {
    let items = &engine.services.queues[queue].items;
    if items.get(&place).is_some_and(|item| item.receives == receives) {
        remove(engine, queue, place);
    }
}

/// Takes a message out, whatever its state.
fn remove(engine: &mut Engine, queue: usize, place: u64) {
    let is_awaited = !engine.wiring.queues[queue].consumers.is_empty();
    let state = &mut engine.services.queues[queue];
    let Some(item) = state.items.remove(&place) else { return };
    engine.on_the_way -= usize::from(is_awaited);
    if let Some(group) = state.groups.get_mut(&item.group) {
        group.waiting.remove(&place);
        group.in_flight -= usize::from(item.in_flight && group.in_flight > 0);
        let name = item.group.clone();
        state.give_turn(&name);
        let consumers = engine.wiring.clone();
        for consumer in &consumers.queues[queue].consumers {
            super::consumer::notice(engine, *consumer);
        }
    }
}

/// Why a message was not handled, as a person wants to know it, and that it comes again.
pub(crate) fn fail(engine: &mut Engine, queue: usize, place: u64, run: u32, why: Arc<str>) {
    let Some(item) = engine.services.queues[queue].items.get_mut(&place) else { return };
    item.failure = Some(why.clone());
    let (letter, at) = (item.letter, item.visible);
    let correlation = engine.log.of(letter).correlation;
    engine.tell(correlation, run, What::Returned { letter, at, why });
}

/// Dead letters go back to where they came from: all that lie in a queue.
pub(crate) fn redrive(engine: &mut Engine, dead_letters: usize, to: usize) -> usize {
    let places: Vec<u64> = engine.services.queues[dead_letters].items.keys().copied().collect();
    for place in &places {
        let item = engine.services.queues[dead_letters].items.get(place).cloned();
        let Some(item) = item else { continue };
        engine.services.queues[dead_letters].ready.retain(|other| other != place);
        remove(engine, dead_letters, *place);
        let correlation = engine.log.of(item.letter).correlation;
        let what = What::Sent { letter: item.letter, to: to as Number };
        engine.tell(correlation, 0, what);
        let now = engine.now();
        put(engine, to, item.letter, now, 0, None);
    }
    places.len()
}
