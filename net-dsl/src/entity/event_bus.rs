//! Event buses: events find their targets by rules.

mod event;
mod pattern;

pub use event::{Event, Plain, check_event};
pub use pattern::{Condition, Conditions, Field, HoldsNumber, HoldsSwitch, HoldsText, HoldsValue};

use super::{
    Descriptor, GivenRemoval, Handle, Holds, Kind, REMOVAL, Removal, Shape, Starts, TYPE, Unlinked,
    external_service::ExternalService, facts, http_api::Route, no_time,
};
use crate::{
    Bounded, Name, Service, Verb,
    facts::{Attribute, Facts, Scalar, Value},
    given::{GivenName, GivenSeconds},
    link::{Broadcast, Linked, Notified, RuleTarget, Ruled, Ruling, Selection, Sink, Source},
    property::{Makes, events},
    range,
    reference::{HasArn, Refers},
};
use smol_str::{SmolStr, format_smolstr};
use std::marker::PhantomData;
use typed_builder::TypedBuilder;

/// Attributes `event/NAME`: the Rust type of an event that the bus carries.
pub const EVENT: &str = "event/";
/// Attributes `event-source/NAME`: who tells of it.
pub const EVENT_SOURCE: &str = "event-source/";
/// Attributes `event-type/NAME`: its `detail-type`.
pub const EVENT_TYPE: &str = "event-type/";
/// Whether it is the account's own bus, which AWS's services tell of their events.
pub const DEFAULT: Attribute<bool> = Attribute::new("default-bus");
/// For how many seconds events are kept, to be played again.
pub const ARCHIVE: Attribute<Bounded<range::ArchiveAge>> = Attribute::new("archive");
/// Of which source a rule takes events.
pub const SOURCE: Attribute<SmolStr> = Attribute::new("source");
/// Of which `detail-type` a rule takes events.
pub const DETAIL_TYPE: Attribute<SmolStr> = Attribute::new("detail-type");
/// What a rule asks of fields.
pub const CONDITIONS: Attribute<Conditions> = Attribute::new("conditions");

/// What the kind is.
pub(super) const DESCRIPTOR: Descriptor = Descriptor {
    word: "event bus",
    article: "an event bus",
    shape: Shape::Bus,
    holds: Holds::Nothing,
    starts: Starts::Outside,
    suffixes: &["EventBus", "DeadLetterQueue", "DeadLetterQueuePolicy", "Archive"],
    permitted: true,
    unattended: true,
    provides: &[Verb::Sends],
    is_typed: |facts, what| {
        facts.below(EVENT).any(|(label, _)| label.split(' ').next() == Some(what))
    },
    unlinked: Some(Unlinked::Conduit {
        why: "events that no rule takes are dropped",
        help: "let events start a function: `bus.events::<Placed>().triggers(&function)`",
    }),
    time: no_time,
};

/// What a bus says of one of its events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// What tells it from others on the bus ([`Event::label`]).
    pub label: SmolStr,
    /// Who tells of it.
    pub source: SmolStr,
    /// Its `detail-type`.
    pub detail_type: SmolStr,
}

/// What a bus's facts say of the event that a link from it, or to it, is of.
pub fn said(bus: &Facts, link: &Facts) -> Option<Said> {
    let wanted = link.get(TYPE)?;
    let is_meant = |value: Option<&Value>| value.and_then(SmolStr::load) == Some(wanted.clone());
    let (label, _) = bus.below(EVENT).find(|(_, flat)| is_meant(flat.agreed()))?;
    Some(said_of(bus, label))
}

/// What a bus's facts say of an event of a label.
pub fn said_of(bus: &Facts, label: &str) -> Said {
    let said = |attribute: &str| {
        let claims = bus.claims(&format_smolstr!("{attribute}{label}"));
        claims.and_then(|flat| SmolStr::load(flat.agreed()?)).unwrap_or_default()
    };
    Said { label: SmolStr::new(label), source: said(EVENT_SOURCE), detail_type: said(EVENT_TYPE) }
}

/// An event bus, deployed as one of EventBridge's: whoever tells it of an event need not know who takes it.
///
/// Its events are typed where they are named, `bus.events::<Placed>()`: functions send to that, and it
/// triggers functions, fans out to queues, topics and other buses, and calls services.
///
/// ```
/// use net_dsl::prelude::*;
///
/// pub struct Placed { pub total: u32 }
/// events! { Placed from "my.shop" }
/// contract! {
///     pub Till: Tick => () { sends Placed }
///     pub Thanks: Placed => () {}
/// }
/// let bus = EventBus::builder().name(name!("shop")).archive(days!(30)).build();
/// let till = Function::<Till>::builder().name(name!("till")).build();
/// let thanks = Function::<Thanks>::builder().name(name!("thanks")).build();
/// let large = bus.events::<Placed>().matching([field!(Placed, total).at_least(100_u32)]);
/// let network = till.sends_to(&bus.events::<Placed>()) + large.triggers(&thanks);
/// assert_eq!(network.len(), 3);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, TypedBuilder)]
pub struct EventBus {
    #[builder(setter(transform = |name: impl GivenName| name.given()))]
    name: Name,
    /// How long events are kept, to be played again: whole days; not at all if unset.
    #[builder(default, setter(transform = |archive: impl GivenSeconds<range::ArchiveAge>| Some(archive.given())))]
    archive: Option<Bounded<range::ArchiveAge>>,
    /// What becomes of the archive when the stack drops it; it is retained if unset.
    #[builder(default, setter(transform = |removal: impl GivenRemoval| Some(removal.given())))]
    removal: Option<Removal>,
    /// It is the account's own bus, which AWS's services tell of their events; none is made.
    #[builder(setter(strip_bool))]
    default_bus: bool,
}

impl EventBus {
    /// The events `E` of the bus.
    pub fn events<E: Event>(&self) -> BusEvents<E> {
        let mut conditions = Conditions::default();
        for (path, matches) in E::asked() {
            conditions.add(path, &matches);
        }
        BusEvents { bus: self.clone(), conditions, typed: PhantomData }
    }
}

impl Handle for EventBus {
    fn name(&self) -> &Name {
        &self.name
    }

    fn facts(&self) -> Facts {
        facts(Kind::EventBus, &self.name)
            .maybe(ARCHIVE, self.archive)
            .maybe(REMOVAL, self.removal)
            .maybe(DEFAULT, self.default_bus.then_some(true))
    }
}

impl Makes<events::EventBus> for EventBus {
    const PART: &'static str = "event-bus";
}

impl Refers for EventBus {}

impl HasArn for EventBus {}

/// Events `E` of a bus, all or those that match; made by [`EventBus::events`].
#[derive(Clone, Debug)]
pub struct BusEvents<E: Event> {
    bus: EventBus,
    conditions: Conditions,
    typed: PhantomData<fn() -> E>,
}

impl<E: Event> BusEvents<E> {
    /// Only the events of which every condition holds. A rule has one condition for each field (rule N803).
    pub fn matching(mut self, conditions: impl IntoIterator<Item = Condition<E>>) -> BusEvents<E>
    where
        E: Plain,
    {
        for condition in conditions {
            condition.add_to(&mut self.conditions);
        }
        self
    }

    /// The bus calls the service with each of these events, by an API destination: what is told is the body.
    ///
    /// A service with a secret is called with the header `Authorization`, whose value is the whole secret. The
    /// service has 5 seconds for its answer ("API destinations", Amazon EventBridge User Guide).
    #[track_caller]
    pub fn calls<S: Service>(
        &self,
        service: &ExternalService<S>,
        route: Route<E>,
    ) -> Linked<Ruled> {
        let type_name = std::any::type_name::<E>();
        let linked = Linked::new(self, Verb::Calls, service, route.key(), E::NAME, type_name);
        linked.selecting(Selection { label: SmolStr::default(), ..self.selects() })
    }

    fn selects(&self) -> Selection {
        let mut facts = vec![
            (SOURCE.key(), SmolStr::new_static(E::SOURCE).store()),
            (DETAIL_TYPE.key(), SmolStr::new_static(E::DETAIL_TYPE).store()),
        ];
        if !self.conditions.is_empty() {
            facts.push((CONDITIONS.key(), self.conditions.clone().store()));
        }
        Selection { label: E::label(), facts }
    }
}

impl<E: Event> Handle for BusEvents<E> {
    fn name(&self) -> &Name {
        self.bus.name()
    }

    fn facts(&self) -> Facts {
        let text = |text| Value::Text(SmolStr::new_static(text));
        self.bus
            .facts()
            .with_value(format_smolstr!("{EVENT}{}", E::label()), text(std::any::type_name::<E>()))
            .with_value(format_smolstr!("{EVENT_SOURCE}{}", E::label()), text(E::SOURCE))
            .with_value(format_smolstr!("{EVENT_TYPE}{}", E::label()), text(E::DETAIL_TYPE))
    }
}

impl<E: Event> Source for BusEvents<E> {
    type Payload = E;
    type Delivery = Ruled;

    fn selection(&self) -> Selection {
        self.selects()
    }
}

impl<E: Event> Broadcast for BusEvents<E> {
    type Message = E;
    type How = Ruling;
    type Delivery = Ruled;

    fn selection(&self) -> Selection {
        self.selects()
    }
}

impl<E: Event> Sink for BusEvents<E> {
    type Message = E;
}

impl<E: Event> RuleTarget<E> for BusEvents<E> {}

impl<E: Event> Notified<E> for BusEvents<E> {}
