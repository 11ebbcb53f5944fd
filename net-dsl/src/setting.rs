//! Settings: what a builder says, unless an overlay sets the property that it becomes.

use crate::{
    Bounded,
    bounded::Range,
    facts::{Attribute, Facts, Scalar},
};
use serde_json::Value as Json;

/// A setting of an entity or a link, read in one way by checks, by what is derived and by plans.
///
/// A builder says it by an attribute; an overlay may set the property that it becomes, and then counts
/// alone. [`Facts::get`] takes no setting, so that nobody reads what a builder says and misses the
/// overlay: [`Facts::setting`] reads both. `T` is how a builder says it, `V` how it is read.
///
/// ```
/// use net_dsl::{entity::queue, prelude::*, property::{self, sqs}};
///
/// # pub struct Order; messages! { Order }
/// let orders = Queue::<Order>::builder().name(name!("orders")).delay(seconds!(5)).build();
/// let tuned = orders.network() + property::set(&orders, sqs::queue::DELAY_SECONDS, 9);
/// assert_eq!(orders.facts().setting(queue::DELAY), Some(5));
/// assert_eq!(tuned.get(&orders).and_then(|facts| facts.setting(queue::DELAY)), Some(9));
/// ```
#[derive(Debug)]
pub struct Setting<T, V = u64> {
    attribute: Attribute<T>,
    property: &'static str,
    said: fn(T) -> V,
    set: fn(&Json) -> Option<V>,
}

impl<T, V> Clone for Setting<T, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, V> Copy for Setting<T, V> {}

impl<T, V> Setting<T, V> {
    /// An attribute `key`, and the property `PART/PATH` that it becomes, which holds what `set` reads.
    pub(crate) const fn new(
        key: &'static str,
        property: &'static str,
        said: fn(T) -> V,
        set: fn(&Json) -> Option<V>,
    ) -> Setting<T, V> {
        Setting { attribute: Attribute::new(key), property, said, set }
    }

    /// The attribute that a builder says it by.
    pub(crate) const fn attribute(self) -> Attribute<T> {
        self.attribute
    }

    /// The property that it becomes, as `PART/PATH`.
    pub const fn property(self) -> &'static str {
        self.property
    }

    /// The key that decides: that of the property, where an overlay sets it, or that of the attribute.
    pub fn key(self, facts: &Facts) -> &str {
        facts.property_key(self.property).unwrap_or(self.attribute.key())
    }
}

impl<R: Range> Setting<Bounded<R>> {
    /// A whole number, which is the same in both.
    pub(crate) const fn number(key: &'static str, property: &'static str) -> Setting<Bounded<R>> {
        Setting::new(key, property, Bounded::get, whole)
    }
}

impl Setting<bool, bool> {
    /// A switch, which is the same in both.
    pub(crate) const fn switch(key: &'static str, property: &'static str) -> Setting<bool, bool> {
        Setting::new(key, property, |switch| switch, Json::as_bool)
    }
}

/// A whole number; AWS takes one as a text, too.
pub(crate) fn whole(json: &Json) -> Option<u64> {
    json.as_u64().or_else(|| json.as_str()?.parse().ok())
}

impl Facts {
    /// What a setting is: as an overlay sets the property, or else as a builder says it.
    ///
    /// None if neither says it, or if it is known only while deploying.
    pub fn setting<T: Scalar, V>(&self, setting: Setting<T, V>) -> Option<V> {
        match self.property(setting.property) {
            Some(json) => (setting.set)(&json),
            None => self.get(setting.attribute).map(setting.said),
        }
    }
}
