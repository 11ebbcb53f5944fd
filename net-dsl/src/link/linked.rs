//! The value of a link, with its settings.

use super::{Batches, Mapped, Retries, Selection, Throttles, Waits};
use crate::{
    Bounded, Handle, Id, Network, Setting, Summand, Verb,
    entity::{MESSAGE, TYPE},
    facts::{Attribute, Facts, Scalar, Value},
    given::{GivenCount, GivenSeconds},
    origin::Origin,
    property::{self, Fits, Property, PropertyValue},
    range,
};
use smol_str::SmolStr;
use std::{marker::PhantomData, ops::Add};

/// Messages handed to one run of the function.
pub const BATCH_SIZE: Setting<Bounded<range::BatchSize>> =
    Setting::number("batch-size", "mapping/BatchSize");
/// How long to wait for a batch to fill, in seconds.
pub const BATCH_WINDOW: Setting<Bounded<range::BatchWindow>> =
    Setting::number("batch-window", "mapping/MaximumBatchingWindowInSeconds");
/// Runs of the function that the queue may cause at a time.
pub const MAX_CONCURRENCY: Setting<Bounded<range::MaxConcurrency>> =
    Setting::number("max-concurrency", "mapping/ScalingConfig/MaximumConcurrency");

/// How long to wait for a batch to fill, in seconds: by override, as set, or not at all.
pub fn batch_window(facts: &Facts) -> u64 {
    facts.setting(BATCH_WINDOW).unwrap_or(0)
}

/// How often a rule tries again to deliver an event.
pub const RETRIES: Attribute<Bounded<range::RuleRetries>> = Attribute::new("retries");
/// For how long a rule tries to deliver an event, in seconds.
pub const MAXIMUM_AGE: Attribute<Bounded<range::RuleAge>> = Attribute::new("maximum-age");

/// Two entities and the link between them, on the way to becoming part of a [`Network`].
///
/// `D` says which settings the link has.
#[must_use = "a link is part of a network only once it is added to it"]
pub struct Linked<D> {
    ends: Network,
    from: Id,
    to: Id,
    verb: Verb,
    label: SmolStr,
    facts: Facts,
    origin: Origin,
    delivery: PhantomData<fn() -> D>,
}

impl<D> Linked<D> {
    #[track_caller]
    pub(crate) fn new(
        from: &dyn Handle,
        verb: Verb,
        to: &dyn Handle,
        label: &str,
        message: &'static str,
        type_name: &'static str,
    ) -> Linked<D> {
        let origin = Origin::here();
        Linked {
            ends: from.network() + to.network(),
            from: from.name().id().clone(),
            to: to.name().id().clone(),
            verb,
            label: SmolStr::new(label),
            facts: Facts::new(origin.clone())
                .with(MESSAGE, SmolStr::new_static(message))
                .with(TYPE, SmolStr::new_static(type_name)),
            origin,
            delivery: PhantomData,
        }
    }

    /// With what tells its events from others of its start.
    pub(crate) fn selecting(mut self, selection: Selection) -> Linked<D> {
        if !selection.label.is_empty() {
            self.label = selection.label;
        }
        for (key, value) in selection.facts {
            self.facts.insert(SmolStr::new_static(key), value, self.origin.clone());
        }
        self
    }

    fn with<T: Scalar>(mut self, attribute: Attribute<T>, value: T) -> Linked<D> {
        self.facts.insert(SmolStr::new_static(attribute.key()), value.store(), self.origin.clone());
        self
    }

    /// Events handed to one run, from a queue or a stream.
    ///
    /// From a standard queue or a stream 1 to 10000, from a FIFO queue 1 to 10; if unset 10 from
    /// queues and 100 from streams.
    pub fn batch_size(mut self, size: impl GivenCount<D::Size>) -> Linked<D>
    where
        D: Batches,
    {
        let key = SmolStr::new_static(BATCH_SIZE.attribute().key());
        self.facts.insert(key, Value::Number(size.given().get()), self.origin.clone());
        self
    }

    /// How long to wait for a batch to fill, from a standard queue or a stream: 0 to 300 seconds; 0
    /// if unset.
    pub fn batch_window(self, window: impl GivenSeconds<range::BatchWindow>) -> Linked<D>
    where
        D: Waits,
    {
        self.with(BATCH_WINDOW.attribute(), window.given())
    }

    /// Runs a queue may cause at a time: 2 to 1000; no bound of its own if unset.
    pub fn max_concurrency(self, runs: impl GivenCount<range::MaxConcurrency>) -> Linked<D>
    where
        D: Throttles,
    {
        self.with(MAX_CONCURRENCY.attribute(), runs.given())
    }

    /// How often the rule tries again to deliver an event before it goes to the dead-letter queue: 0 to 185
    /// times; 185 if unset.
    pub fn retries(self, retries: impl GivenCount<range::RuleRetries>) -> Linked<D>
    where
        D: Retries,
    {
        self.with(RETRIES, retries.given())
    }

    /// For how long the rule tries to deliver an event: 60 seconds to 24 hours; 24 hours if unset.
    pub fn maximum_age(self, age: impl GivenSeconds<range::RuleAge>) -> Linked<D>
    where
        D: Retries,
    {
        self.with(MAXIMUM_AGE, age.given())
    }

    /// Sets any property of the event source mapping, from a queue or a stream.
    pub fn set<V: PropertyValue>(
        mut self,
        property: Property<Mapping, V>,
        value: impl Fits<V>,
    ) -> Linked<D>
    where
        D: Mapped,
    {
        for (key, value) in property::entries("mapping", property.path(), &V::json(value.given())) {
            self.facts.insert(key, value, self.origin.clone());
        }
        self
    }
}

/// The resource behind a link from a queue or a stream.
pub type Mapping = crate::property::lambda::EventSourceMapping;

impl<D> std::fmt::Debug for Linked<D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}", self.from, self.verb, self.to)
    }
}

impl<D> From<Linked<D>> for Network {
    fn from(linked: Linked<D>) -> Network {
        linked.ends.link(&linked.from, linked.verb, &linked.to, linked.label, linked.facts)
    }
}

impl<D, R: Summand> Add<R> for Linked<D> {
    type Output = Network;

    /// The overlay of the link and another part of the network.
    fn add(self, other: R) -> Network {
        Network::from(self) + other
    }
}
