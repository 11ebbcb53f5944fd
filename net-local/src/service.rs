//! How each kind of entity behaves in time: one file a kind.

pub(crate) mod bucket;
pub(crate) mod consumer;
pub(crate) mod event_bus;
pub(crate) mod external_service;
pub(crate) mod filter;
pub(crate) mod function;
pub(crate) mod http_api;
pub(crate) mod queue;
pub(crate) mod schedule;
pub(crate) mod stream;
pub(crate) mod table;
pub(crate) mod topic;

use crate::engine::{Engine, wiring::Wiring};
use net_runtime::rules::{Objects, Rows};
use std::collections::{BTreeMap, HashMap};

/// What every kind of entity keeps, by number.
pub(crate) struct Services {
    pub(crate) queues: Vec<queue::Queue>,
    pub(crate) consumers: Vec<consumer::Consumer>,
    pub(crate) functions: Vec<function::Function>,
    pub(crate) runs: HashMap<u32, function::Run>,
    pub(crate) last_run: u32,
    /// Events that nobody waits for, until they are handled or given up.
    pub(crate) waiting: BTreeMap<u64, function::Event>,
    pub(crate) last_waiting: u64,
    pub(crate) tables: Rows,
    pub(crate) streams: Vec<stream::Stream>,
    pub(crate) objects: Objects,
    pub(crate) buckets: Vec<bucket::Bucket>,
    /// What each bus was told.
    pub(crate) events: Vec<event_bus::Told>,
    /// The values of secrets, by ARN.
    pub(crate) secrets: HashMap<String, String>,
    /// Who answers for services, by the name of their marker.
    pub(crate) doubles: HashMap<String, external_service::Double>,
    pub(crate) last_change: u64,
    pub(crate) last_request: u32,
    pub(crate) last_tick: u32,
}

impl Services {
    pub(crate) fn new(wiring: &Wiring) -> Services {
        Services {
            queues: wiring.queues.iter().map(|_| queue::Queue::default()).collect(),
            consumers: wiring.consumers.iter().map(|_| consumer::Consumer::default()).collect(),
            functions: wiring.functions.iter().map(|_| function::Function::default()).collect(),
            runs: HashMap::new(),
            last_run: 0,
            waiting: BTreeMap::new(),
            last_waiting: 0,
            tables: Rows::default(),
            streams: wiring.streams.iter().map(|_| stream::Stream::default()).collect(),
            objects: Objects::default(),
            buckets: wiring.buckets.iter().map(|_| bucket::Bucket::default()).collect(),
            events: wiring.buses.iter().map(|_| event_bus::Told::default()).collect(),
            secrets: HashMap::new(),
            doubles: HashMap::new(),
            last_change: 0,
            last_request: 0,
            last_tick: 0,
        }
    }
}

/// What happens by itself begins.
pub(crate) fn begin(engine: &mut Engine) {
    schedule::begin(engine);
}
