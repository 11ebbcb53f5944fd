//! Schedules: a clock that triggers functions.

use super::{Handle, Kind, facts};
use crate::{
    Bounded, Message, Name,
    facts::{Attribute, Facts},
    link::{Direct, Source},
    range,
};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use typed_builder::TypedBuilder;

/// The pause between two ticks, in seconds.
pub const RATE: Attribute<Bounded<range::Rate>> = Attribute::new("rate");
/// The times of ticks, as a cron expression.
pub const CRON: Attribute<SmolStr> = Attribute::new("cron");

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
#[derive(Clone, Debug, TypedBuilder)]
pub struct Schedule {
    name: Name,
    #[builder(setter(prefix = "at_"))]
    ticks: Ticks,
}

#[derive(Clone, Debug)]
#[doc(hidden)]
pub enum Ticks {
    Rate(Bounded<range::Rate>),
    Cron(Cron),
}

impl<N> ScheduleBuilder<(N, ())> {
    /// Ticks again and again after a pause: a whole number of minutes, 1 minute to 365 days.
    pub fn rate(self, rate: Bounded<range::Rate>) -> ScheduleBuilder<(N, (Ticks,))> {
        self.at_ticks(Ticks::Rate(rate))
    }

    /// Ticks at the times a cron expression names, in UTC.
    pub fn cron(self, cron: Cron) -> ScheduleBuilder<(N, (Ticks,))> {
        self.at_ticks(Ticks::Cron(cron))
    }
}

impl Handle for Schedule {
    fn name(&self) -> &Name {
        &self.name
    }

    fn facts(&self) -> Facts {
        let facts = facts(Kind::Schedule, &self.name);
        match &self.ticks {
            Ticks::Rate(rate) => facts.with(RATE, *rate),
            Ticks::Cron(cron) => facts.with(CRON, cron.expression.clone()),
        }
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

impl Message for Tick {
    const NAME: &'static str = "Tick";
}

/// An EventBridge cron expression of six fields: minutes, hours, day of month, month, day of week,
/// year. Constants are written with [`cron!`](crate::cron), others made by [`Cron::new`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    expression: SmolStr,
}

/// Why a text is not a [`Cron`] expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidCron(&'static str);

impl std::fmt::Display for InvalidCron {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for InvalidCron {}

impl Cron {
    /// The expression, if it is one.
    ///
    /// # Errors
    /// [`InvalidCron`] says what is wrong with it.
    ///
    /// ```
    /// # use net_dsl::entity::schedule::Cron;
    /// assert!(Cron::new("0/15 8-17 ? * MON-FRI *").is_ok());
    /// assert!(Cron::new("0 25 * * ? *").is_err());
    /// ```
    pub fn new(expression: &str) -> Result<Cron, InvalidCron> {
        match fault(expression) {
            None => Ok(Cron { expression: SmolStr::new(expression) }),
            Some(fault) => Err(InvalidCron(fault)),
        }
    }

    #[doc(hidden)]
    #[track_caller]
    pub const fn literal(expression: &'static str) -> Cron {
        if let Some(fault) = fault(expression) {
            panic!("{}", fault)
        }
        Cron { expression: SmolStr::new_static(expression) }
    }
}

/// A cron expression checked while compiling.
///
/// ```compile_fail
/// net_dsl::cron!("0 25 * * ? *");
/// ```
#[macro_export]
macro_rules! cron {
    ($expression:expr) => {{
        const CRON: $crate::entity::schedule::Cron =
            $crate::entity::schedule::Cron::literal($expression);
        CRON
    }};
}

const FIELDS: [(u64, u64, &str); 6] = [
    (0, 59, "a cron expression's minutes are 0 to 59, `*`, lists, ranges and steps"),
    (0, 23, "a cron expression's hours are 0 to 23, `*`, lists, ranges and steps"),
    (1, 31, "a cron expression's days of the month are 1 to 31, `*`, `?`, `L` and `W`"),
    (1, 12, "a cron expression's months are 1 to 12 or JAN to DEC"),
    (1, 7, "a cron expression's days of the week are 1 to 7 or SUN to SAT, `*`, `?`, `L` and `#`"),
    (1970, 2199, "a cron expression's years are 1970 to 2199 or `*`"),
];

const fn fault(expression: &str) -> Option<&'static str> {
    const SHAPE: &str = "a cron expression has six fields with one space between: minutes, hours, day of month, month, day of week, year";
    let bytes = expression.as_bytes();
    if bytes.len() > 240 {
        return Some("a cron expression is at most 240 characters long");
    }
    let (mut field, mut i, mut questions) = (0, 0, 0);
    while field < 6 {
        let start = i;
        while i < bytes.len() && bytes[i] != b' ' {
            i += 1;
        }
        if i == start {
            return Some(SHAPE);
        }
        if i - start == 1 && bytes[start] == b'?' {
            if field != 2 && field != 4 {
                return Some("`?` stands only for the day of month or the day of week");
            }
            questions += 1;
        } else if !field_is_valid(bytes, start, i, field) {
            return Some(FIELDS[field].2);
        }
        let last = field == 5;
        if last != (i == bytes.len()) {
            return Some(SHAPE);
        }
        i += 1;
        field += 1;
    }
    if questions != 1 {
        return Some(
            "exactly one of day of month and day of week is `?`: they would contradict each other",
        );
    }
    None
}

/// A list of terms: `*`, a value or a range, each with an optional step.
const fn field_is_valid(bytes: &[u8], start: usize, end: usize, field: usize) -> bool {
    let mut i = start;
    loop {
        if i < end && bytes[i] == b'*' {
            i += 1;
        } else if i < end && bytes[i] == b'L' && (field == 2 || field == 4) {
            i += 1;
            if i < end && bytes[i] == b'W' && field == 2 {
                i += 1;
            }
        } else {
            i = match value(bytes, i, end, field) {
                Some(next) => next,
                None => return false,
            };
            if i < end && bytes[i] == b'-' {
                i = match value(bytes, i + 1, end, field) {
                    Some(next) => next,
                    None => return false,
                };
            } else if i < end
                && ((bytes[i] == b'W' && field == 2) || (bytes[i] == b'L' && field == 4))
            {
                i += 1;
            } else if i + 1 < end && bytes[i] == b'#' && field == 4 {
                if bytes[i + 1] < b'1' || bytes[i + 1] > b'5' {
                    return false;
                }
                i += 2;
            }
        }
        if i < end && bytes[i] == b'/' {
            i = match number(bytes, i + 1, end) {
                Some((step, next)) if step > 0 => next,
                _ => return false,
            };
        }
        if i == end {
            return true;
        }
        if bytes[i] != b',' {
            return false;
        }
        i += 1;
    }
}

const fn value(bytes: &[u8], start: usize, end: usize, field: usize) -> Option<usize> {
    const MONTHS: &[u8] = b"JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
    const DAYS: &[u8] = b"SUNMONTUEWEDTHUFRISAT";
    if let Some((number, next)) = number(bytes, start, end) {
        let (min, max, _) = FIELDS[field];
        return if number >= min && number <= max { Some(next) } else { None };
    }
    let names = match field {
        3 => MONTHS,
        4 => DAYS,
        _ => return None,
    };
    if start + 3 > end {
        return None;
    }
    let mut i = 0;
    while i < names.len() {
        if names[i] == bytes[start]
            && names[i + 1] == bytes[start + 1]
            && names[i + 2] == bytes[start + 2]
        {
            return Some(start + 3);
        }
        i += 3;
    }
    None
}

const fn number(bytes: &[u8], start: usize, end: usize) -> Option<(u64, usize)> {
    let (mut i, mut value) = (start, 0);
    while i < end && bytes[i].is_ascii_digit() && i - start < 5 {
        value = value * 10 + (bytes[i] - b'0') as u64;
        i += 1;
    }
    if i == start { None } else { Some((value, i)) }
}

/// A time that no two ticks of a cron expression are closer than, in seconds.
///
/// ```
/// use net_dsl::entity::schedule::shortest_gap;
///
/// assert_eq!(shortest_gap("*/15 * * * ? *"), 900);
/// assert_eq!(shortest_gap("0 8,20 * * ? *"), 43_200);
/// assert_eq!(shortest_gap("0 3 * * ? *"), 86_400);
/// ```
pub fn shortest_gap(cron: &str) -> u64 {
    let mut fields = cron.split(' ');
    let mut times = |max| fields.next().map(|field| ticks(field, max)).unwrap_or_default();
    let (minutes, hours) = (times(60), times(24));
    match (minutes.len(), hours.len()) {
        (0 | 1, 0 | 1) => 86_400,
        (0 | 1, _) => closest(&hours, 24) * 3_600,
        _ => closest(&minutes, 60) * 60,
    }
}

/// The least distance of two numbers on a clock face of `round` numbers.
fn closest(ticks: &[u64], round: u64) -> u64 {
    let after = ticks.iter().skip(1).chain(ticks.first());
    let gaps = ticks.iter().zip(after).map(|(now, next)| (next + round - now) % round);
    gaps.filter(|gap| *gap > 0).min().unwrap_or(round)
}

/// The minutes or hours that a field of a cron expression stands for.
fn ticks(field: &str, max: u64) -> Vec<u64> {
    let mut ticks = std::collections::BTreeSet::new();
    for part in field.split(',') {
        let (range, step) = part.split_once('/').unwrap_or((part, ""));
        let (first, last) = match range.split_once('-') {
            Some((first, last)) => (first.parse().unwrap_or(0), last.parse().unwrap_or(max - 1)),
            None if range == "*" => (0, max - 1),
            None => {
                let first = range.parse().unwrap_or(0);
                (first, if step.is_empty() { first } else { max - 1 })
            }
        };
        let step = step.parse().unwrap_or(1).max(1);
        ticks.extend((first..=last).step_by(step).filter(|tick| *tick < max));
    }
    ticks.into_iter().collect()
}
