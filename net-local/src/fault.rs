//! What can go wrong, where, and which of it does.

use crate::engine::random::Random;
use std::{
    collections::{BTreeMap, HashMap},
    error, fmt,
    str::FromStr,
};

/// Something that can go wrong at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// A message, event or batch is delivered twice.
    Duplicate,
    /// It is delivered late: up to a minute.
    Delay,
    /// A message overtakes those before it.
    Reorder,
    /// A call is applied, and its reply is lost.
    ReplyLost,
    /// A call is refused before anything is done: the connection is reset.
    Refused,
    /// What is called fails for some seconds, whoever calls it.
    Outage,
    /// A call is throttled, or a run is.
    Throttled,
    /// A run dies before a call.
    CrashBefore,
    /// A run dies after a call was applied.
    CrashAfter,
    /// A call takes longer than the run has time.
    Slow,
    /// All instances of a function are gone: the next run starts cold.
    ColdStart,
    /// The clock of an instance is wrong by up to a second.
    ClockSkew,
}

impl Fault {
    /// All there are.
    pub const ALL: [Fault; 12] = [
        Fault::Duplicate,
        Fault::Delay,
        Fault::Reorder,
        Fault::ReplyLost,
        Fault::Refused,
        Fault::Outage,
        Fault::Throttled,
        Fault::CrashBefore,
        Fault::CrashAfter,
        Fault::Slow,
        Fault::ColdStart,
        Fault::ClockSkew,
    ];

    /// What can go wrong with a call that code makes.
    pub(crate) const OF_CALLS: [Fault; 7] = [
        Fault::ReplyLost,
        Fault::Refused,
        Fault::Outage,
        Fault::Throttled,
        Fault::CrashBefore,
        Fault::CrashAfter,
        Fault::Slow,
    ];

    /// What it is called, as in `reply-lost`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Fault::Duplicate => "duplicate",
            Fault::Delay => "delay",
            Fault::Reorder => "reorder",
            Fault::ReplyLost => "reply-lost",
            Fault::Refused => "refused",
            Fault::Outage => "outage",
            Fault::Throttled => "throttled",
            Fault::CrashBefore => "crash-before",
            Fault::CrashAfter => "crash-after",
            Fault::Slow => "slow",
            Fault::ColdStart => "cold-start",
            Fault::ClockSkew => "clock-skew",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which faults a simulation injects.
///
/// Each seed has a budget of faults (three at the most, unless [`Faults::at_most`] says otherwise), and
/// draws how likely they are: where they are rare they come late.
#[derive(Clone, Debug, PartialEq)]
pub struct Faults {
    kinds: Vec<Fault>,
    most: usize,
}

impl Faults {
    /// None: seeds change in which order things happen, and how long they take.
    pub fn none() -> Faults {
        Faults { kinds: Vec::new(), most: 0 }
    }

    /// All there are.
    pub fn all() -> Faults {
        Faults::of(Fault::ALL)
    }

    /// Some.
    pub fn of(kinds: impl IntoIterator<Item = Fault>) -> Faults {
        Faults { kinds: kinds.into_iter().collect(), most: 3 }
    }

    /// All of these but one.
    #[must_use]
    pub fn without(mut self, kind: Fault) -> Faults {
        self.kinds.retain(|other| *other != kind);
        self
    }

    /// How many a seed injects, at the most.
    #[must_use]
    pub fn at_most(mut self, most: usize) -> Faults {
        self.most = most;
        self
    }
}

/// One fault: where, at which occasion there (from 1), and what.
///
/// Written as `cook writes menu #2: reply-lost`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Injected {
    pub(crate) place: String,
    pub(crate) occasion: u32,
    pub(crate) fault: Fault,
}

impl fmt::Display for Injected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} #{}: {}", self.place, self.occasion, self.fault)
    }
}

/// Why a text is no [`Injected`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidFault(String);

impl fmt::Display for InvalidFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no fault: one is written as `cook writes menu #2: reply-lost`", self.0)
    }
}

impl error::Error for InvalidFault {}

impl FromStr for Injected {
    type Err = InvalidFault;

    fn from_str(text: &str) -> Result<Injected, InvalidFault> {
        let invalid = || InvalidFault(text.to_owned());
        let (before, fault) = text.rsplit_once(": ").ok_or_else(invalid)?;
        let (place, occasion) = before.rsplit_once(" #").ok_or_else(invalid)?;
        let fault = Fault::ALL.into_iter().find(|known| known.as_str() == fault);
        Ok(Injected {
            place: place.to_owned(),
            occasion: occasion.parse().map_err(|_| invalid())?,
            fault: fault.ok_or_else(invalid)?,
        })
    }
}

/// Decides at each place and occasion whether something goes wrong, and remembers what did.
#[derive(Clone, Debug, Default)]
pub(crate) struct Injector {
    seed: u64,
    kinds: Vec<Fault>,
    left: usize,
    chance: f64,
    /// What is to be injected, and nothing else.
    planned: Option<BTreeMap<(String, u32), Fault>>,
    occasions: HashMap<String, (u32, Random)>,
    pub(crate) injected: Vec<Injected>,
    /// Whether seeds change how long things take.
    pub(crate) jitters: bool,
}

impl Injector {
    /// Nothing goes wrong, and nothing takes time.
    pub(crate) fn none() -> Injector {
        Injector::default()
    }

    /// What a seed says.
    pub(crate) fn of(seed: u64, faults: &Faults) -> Injector {
        let mut random = Random::of(seed, "faults");
        // From 0.5 % to 25 %: rare ones come late, frequent ones together.
        let chance = 0.005 * 50_f64.powf(random.up_to(1_000) as f64 / 1_000.0);
        let most = faults.most as u64;
        let left = if most == 0 { 0 } else { 1 + random.up_to(most - 1) };
        Injector {
            seed,
            kinds: faults.kinds.clone(),
            left: usize::try_from(left).unwrap_or(usize::MAX),
            chance,
            jitters: true,
            ..Injector::default()
        }
    }

    /// Exactly some faults, and of a seed everything else.
    pub(crate) fn planned(seed: u64, faults: &[Injected]) -> Injector {
        let planned = faults.iter().map(|it| ((it.place.clone(), it.occasion), it.fault)).collect();
        Injector { seed, planned: Some(planned), jitters: true, ..Injector::default() }
    }

    /// Whether anything can go wrong at all.
    pub(crate) fn is_idle(&self) -> bool {
        self.planned.is_none() && (self.kinds.is_empty() || self.left == 0)
    }

    /// What goes wrong at a place, of what can.
    pub(crate) fn at(&mut self, place: String, among: &[Fault]) -> Option<Injected> {
        let seed = self.seed;
        let known = self.occasions.entry(place.clone());
        let (occasion, random) = known.or_insert_with(|| (0, Random::of(seed, &place)));
        *occasion += 1;
        let occasion = *occasion;
        let fault = match &self.planned {
            Some(planned) => {
                planned.get(&(place.clone(), occasion)).copied().filter(|it| among.contains(it))
            }
            None => {
                let possible: Vec<Fault> =
                    among.iter().copied().filter(|fault| self.kinds.contains(fault)).collect();
                // Drawn in any case, so that one fault less changes nothing for the others.
                let (happens, which) = (random.chance(self.chance), random.any());
                let at = usize::try_from(which % possible.len().max(1) as u64).unwrap_or_default();
                possible.get(at).copied().filter(|_| happens && self.left > 0)
            }
        }?;
        self.left = self.left.saturating_sub(1);
        let injected = Injected { place, occasion, fault };
        self.injected.push(injected.clone());
        Some(injected)
    }
}
