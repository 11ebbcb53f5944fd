//! Schedules: a clock that triggers functions.

mod cron;

pub use cron::{Cron, InvalidCron};

use super::{Descriptor, Handle, Holds, Kind, Shape, Starts, Unlinked, by_message, facts, no_time};
use crate::{
    Bounded, Name, Payload, Setting,
    facts::{Facts, Scalar, Value},
    given::{GivenName, GivenSeconds, given},
    link::{Direct, Source},
    property::{self, Makes},
    range,
};
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, format_smolstr};
use typed_builder::TypedBuilder;

/// When it ticks: one attribute, so that a rate here and a cron expression there are in conflict.
pub const TICKS: Setting<Ticks, SmolStr> =
    Setting::new("ticks", "schedule/ScheduleExpression", Ticks::expression, |text| {
        text.as_str().map(SmolStr::new)
    });

/// A time that no two ticks are closer than, in seconds: by override, or as set.
///
/// None if nothing is set, or if it ticks once only, as `at(…)` says.
pub fn period(facts: &Facts) -> Option<u64> {
    let expression = facts.setting(TICKS)?;
    match inside(&expression, "cron") {
        Some(cron) => Cron::new(cron).ok().map(|cron| cron.shortest_gap()),
        None => rate(&expression),
    }
}

/// What stands in `KIND(…)`, as EventBridge Scheduler writes expressions.
fn inside<'a>(expression: &'a str, kind: &str) -> Option<&'a str> {
    expression.strip_prefix(kind)?.strip_prefix('(')?.strip_suffix(')')
}

/// The pause of an expression `rate(…)`, in seconds.
pub fn rate(expression: &str) -> Option<u64> {
    let (count, unit) = inside(expression, "rate")?.split_once(' ')?;
    let unit = match unit.trim_end_matches('s') {
        "minute" => 60,
        "hour" => 3_600,
        "day" => 86_400,
        _ => return None,
    };
    count.parse::<u64>().ok()?.checked_mul(unit)
}

/// What the kind is.
pub(super) const DESCRIPTOR: Descriptor = Descriptor {
    word: "schedule",
    article: "a schedule",
    suffixes: &[],
    shape: Shape::Ellipse,
    holds: Holds::Nothing,
    starts: Starts::Clock,
    permitted: false,
    unattended: true,
    provides: &[],
    is_typed: by_message,
    unlinked: Some(Unlinked::Source { help: "link it: `source.triggers(&function)`" }),
    time: no_time,
};

/// A clock, deployed as one EventBridge Scheduler schedule for each function it triggers.
///
/// It counts in minutes and fires within the minute; a wait of seconds needs a queue's delay.
///
/// ```
/// use net_dsl::prelude::*;
///
/// let clock = Schedule::builder().name(name!("clock")).rate(minutes!(1)).build();
/// let night = Schedule::builder().name(name!("night")).cron(cron!("0 3 * * ? *")).build();
/// # let _ = (clock, night);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, TypedBuilder)]
pub struct Schedule {
    #[builder(setter(transform = |name: impl GivenName| name.given()))]
    name: Name,
    #[builder(setter(prefix = "at_"))]
    rate_or_cron: Ticks,
}

/// When a schedule ticks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ticks {
    /// Again and again after a pause.
    Rate(Bounded<range::Rate>),
    /// At the times that a cron expression names, in UTC.
    Cron(Cron),
}

impl Ticks {
    /// As EventBridge Scheduler writes it.
    ///
    /// It wants the singular for one, and the largest unit reads best.
    fn expression(self) -> SmolStr {
        let seconds = match self {
            Ticks::Rate(rate) => rate.get(),
            Ticks::Cron(cron) => return format_smolstr!("cron({})", cron.as_str()),
        };
        let (count, unit) = match seconds {
            _ if seconds.is_multiple_of(86_400) => (seconds / 86_400, "day"),
            _ if seconds.is_multiple_of(3_600) => (seconds / 3_600, "hour"),
            _ => (seconds / 60, "minute"),
        };
        format_smolstr!("rate({count} {unit}{})", if count == 1 { "" } else { "s" })
    }
}

/// A rate is its seconds, a cron expression a text.
impl Scalar for Ticks {
    fn store(self) -> Value {
        match self {
            Ticks::Rate(rate) => rate.store(),
            Ticks::Cron(cron) => Value::Text(cron.as_str().into()),
        }
    }

    fn load(value: &Value) -> Option<Ticks> {
        match value {
            Value::Number(_) => Bounded::load(value).map(Ticks::Rate),
            Value::Text(cron) => Cron::new(cron).ok().map(Ticks::Cron),
            Value::Bool(_) | Value::Json(_) => None,
        }
    }
}

impl<N> ScheduleBuilder<(N, ())> {
    /// Ticks again and again after a pause: a whole number of minutes, 1 minute to 365 days.
    pub fn rate(self, rate: impl GivenSeconds<range::Rate>) -> ScheduleBuilder<(N, (Ticks,))> {
        self.at_rate_or_cron(Ticks::Rate(rate.given()))
    }

    /// Ticks at the times a cron expression names, in UTC.
    pub fn cron(self, cron: impl GivenCron) -> ScheduleBuilder<(N, (Ticks,))> {
        self.at_rate_or_cron(Ticks::Cron(cron.given()))
    }
}

super::starts_a_sum!(Schedule);

impl Handle for Schedule {
    fn name(&self) -> &Name {
        &self.name
    }

    fn facts(&self) -> Facts {
        facts(Kind::Schedule, &self.name).with(TICKS.attribute(), self.rate_or_cron.clone())
    }
}

impl Source for Schedule {
    type Payload = Tick;
    type Delivery = Direct;
}

/// What a function takes that a schedule triggers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    /// When the tick was due, as an RFC 3339 time in UTC.
    pub scheduled_at: String,
}

impl Payload for Tick {
    const NAME: &'static str = "Tick";
}

impl Makes<property::scheduler::Schedule> for Schedule {
    const PART: &'static str = "schedule";
}

given! {
    /// A cron expression.
    GivenCron for Cron:
        "`{Self}` is not a cron expression",
        "a cron expression is written `cron!(\"0 3 * * ? *\")`",
        "the macro checks it while compiling; one known only at run time is `Cron::new(…)?`";
}
