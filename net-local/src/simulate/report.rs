//! What a simulation has found.

use super::Played;
use crate::fault::{Fault, Injected};
use std::{collections::BTreeMap, error, fmt, time::Duration};

/// What was played, and nothing was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    seeds: u64,
    happened: u64,
    faults: BTreeMap<Fault, u64>,
    pub(super) took: Duration,
}

impl Report {
    pub(super) fn of_one(injected: Vec<Injected>) -> Report {
        let mut report = Report::default();
        report.add(&Played { failure: None, injected, happened: 0 });
        report
    }

    pub(super) fn add(&mut self, played: &Played) {
        self.seeds += 1;
        self.happened += played.happened as u64;
        for injected in &played.injected {
            *self.faults.entry(injected.fault).or_default() += 1;
        }
    }

    pub(super) fn join(&mut self, other: Report) {
        self.seeds += other.seeds;
        self.happened += other.happened;
        for (fault, count) in other.faults {
            *self.faults.entry(fault).or_default() += count;
        }
    }

    /// How many seeds were played.
    pub fn seeds(&self) -> u64 {
        self.seeds
    }

    /// How many things happened in all of them.
    pub fn happened(&self) -> u64 {
        self.happened
    }

    /// How many faults were injected, by kind.
    pub fn faults(&self) -> &BTreeMap<Fault, u64> {
        &self.faults
    }

    /// How long it took.
    pub fn took(&self) -> Duration {
        self.took
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults: u64 = self.faults.values().sum();
        let Report { seeds, happened, .. } = self;
        write!(f, "{seeds} seeds, {faults} faults, {happened} events, {:.1?}", self.took)
    }
}

/// A seed that fails: why, with which faults, and what happened.
#[derive(Clone, PartialEq, Eq)]
pub struct Counterexample {
    seed: u64,
    why: String,
    faults: Vec<Injected>,
    story: Vec<String>,
    repeats: bool,
}

impl Counterexample {
    pub(super) fn of_failure(
        seed: u64,
        why: String,
        faults: Vec<Injected>,
        story: Vec<String>,
    ) -> Counterexample {
        Counterexample { seed, why, faults, story, repeats: true }
    }

    /// Two runs of one seed that went differently.
    pub(super) fn of_chance(seed: u64, one: &[String], other: &[String]) -> Counterexample {
        let same = one.iter().zip(other).take_while(|(one, other)| one == other).count();
        let line =
            |lines: &[String]| lines.get(same).cloned().unwrap_or_else(|| "nothing".to_owned());
        let why = "two runs of one seed went differently: some code reads a clock, draws random numbers or \
                   follows the order of a hash map past its context. Times come from `context.now()`, random \
                   numbers from `context.random()` and `context.unique_id()`, pauses from `tokio::time`, \
                   and what is sent in an order is sorted first";
        let mut story: Vec<String> = one[same.saturating_sub(5)..same].to_vec();
        story.push(format!("and then, in one run:    {}", line(one)));
        story.push(format!("and then, in the other:  {}", line(other)));
        Counterexample { seed, why: why.to_owned(), faults: Vec::new(), story, repeats: false }
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// What is wrong.
    pub fn why(&self) -> &str {
        &self.why
    }

    /// The faults that are needed: with any of them left out, it does not fail.
    pub fn faults(&self) -> &[Injected] {
        &self.faults
    }

    /// What happened, a line each.
    pub fn story(&self) -> &[String] {
        &self.story
    }
}

impl fmt::Display for Counterexample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {} fails: {}", self.seed, self.why)?;
        if self.repeats {
            match self.faults.as_slice() {
                [] => writeln!(f, "no fault is needed: it is a matter of order and time")?,
                faults => {
                    writeln!(f, "the fewest faults that make it fail:")?;
                    for fault in faults {
                        writeln!(f, "  {fault}")?;
                    }
                }
            }
        }
        writeln!(f, "what happened:")?;
        for line in &self.story {
            writeln!(f, "  {line}")?;
        }
        if self.repeats {
            let faults: Vec<String> =
                self.faults.iter().map(|fault| format!("{:?}", fault.to_string())).collect();
            write!(f, "to repeat it: .repeat({}, [{}])", self.seed, faults.join(", "))?;
        }
        Ok(())
    }
}

/// As it is displayed, so that `unwrap` tells it.
impl fmt::Debug for Counterexample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{self}")
    }
}

impl error::Error for Counterexample {}
