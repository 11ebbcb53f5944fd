//! What has happened, in order, and every message that there was.

use super::{Texts, random::hash};
use net_runtime::Parcel;
use std::{collections::BTreeMap, sync::Arc};

/// One thing that has happened.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Happening {
    /// In milliseconds since 1970.
    pub(crate) at: u64,
    /// The number of the correlation id of what it is part of; 0 if of nothing.
    pub(crate) correlation: u32,
    /// The run that did it; 0 if none did.
    pub(crate) run: u32,
    pub(crate) what: What,
}

/// A queue, by number, and so with everything else: what is written down a million times is small.
pub(crate) type Number = u32;

/// What has happened.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum What {
    /// A message was handed to an entity.
    Sent { letter: Number, to: Number },
    /// A FIFO queue has seen it in the last five minutes, and drops it.
    Deduplicated { letter: Number, to: Number },
    /// A run was given a message, for the so-manieth time.
    Given { letter: Number, to: Number, times: u32 },
    /// A mapping's filters take none of its kind: the function is not started, and the message is gone.
    Filtered { letter: Number, to: Number },
    /// A message was handled, and is gone.
    Handled { letter: Number },
    /// It was not handled, and comes again.
    Returned { letter: Number, at: u64, why: Arc<str> },
    /// It has failed too often, and lies in a queue for dead letters.
    Dead { letter: Number, queue: Number, why: Arc<str> },
    /// It is gone without having been handled.
    Lost { letter: Number, why: Arc<str> },
    /// A run has begun.
    Began { function: Number, cold: bool },
    /// A run has ended: well, or why not.
    Ended { function: Number, failure: Option<Arc<str>> },
    /// A run was not begun: too many are at work.
    Throttled { function: Number },
    /// Code has logged a line.
    Said { function: Number, text: Arc<str> },
    /// A request has come to an HTTP API, and to a function if a route leads to one.
    Requested { api: Number, text: Arc<str> },
    /// A request was answered.
    Responded { api: Number, status: u16 },
    /// An item was read or looked for.
    Read { table: Number },
    /// An item was written, or why not.
    Wrote { table: Number, text: Arc<str>, applied: bool },
    /// A change of a table has come into its stream.
    Streamed { table: Number, text: Arc<str> },
    /// Objects of a bucket were read, listed or looked for.
    Fetched { bucket: Number },
    /// An object was written or removed, or why not.
    Stored { bucket: Number, text: Arc<str>, applied: bool },
    /// A service was called, with its answer.
    Called { service: Arc<str>, text: Arc<str> },
    /// Another function is asked.
    Asked { function: Number },
    /// A schedule has ticked.
    Ticked { schedule: Number },
    /// A fault was injected.
    Faulted { text: Arc<str> },
}

/// A message, wherever it is.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) parcel: Arc<Parcel>,
    pub(crate) correlation: u32,
}

/// Everything that has happened.
#[derive(Default)]
pub(crate) struct Log {
    pub(crate) happenings: Vec<Happening>,
    letters: Vec<Letter>,
    /// The number of the first of them: an engine that goes on where another ended counts on.
    first: Number,
    /// Those from before that are still somewhere.
    older: BTreeMap<Number, Letter>,
    pub(crate) correlations: Texts,
}

impl Log {
    pub(crate) fn push(&mut self, happening: Happening) {
        self.happenings.push(happening);
    }

    /// Keeps a message, and gives it a number.
    pub(crate) fn letter(&mut self, parcel: Arc<Parcel>) -> Number {
        let correlation = match parcel.correlation.as_str() {
            "" => 0,
            text => self.correlations.number(text),
        };
        let number = self.next();
        self.letters.push(Letter { parcel, correlation });
        number
    }

    /// The number that the next message gets.
    pub(crate) fn next(&self) -> Number {
        self.first.saturating_add(u32::try_from(self.letters.len()).unwrap_or(u32::MAX))
    }

    pub(crate) fn of(&self, letter: Number) -> &Letter {
        match letter.checked_sub(self.first) {
            Some(at) => &self.letters[at as usize],
            None => &self.older[&letter],
        }
    }

    /// Counts on from another engine's messages; those of them that are still somewhere keep their numbers.
    #[cfg(feature = "dev")]
    pub(crate) fn go_on(
        &mut self,
        next: Number,
        older: impl IntoIterator<Item = (Number, Arc<Parcel>)>,
    ) {
        self.first = next;
        for (number, parcel) in older {
            let correlation = match parcel.correlation.as_str() {
                "" => 0,
                text => self.correlations.number(text),
            };
            self.older.insert(number, Letter { parcel, correlation });
        }
    }

    /// A number that differs if anything has gone differently: what happened, when, in which order, with
    /// which contents.
    pub(crate) fn hash(&self) -> u64 {
        let happenings = self.happenings.iter().fold(1, |sum, happening| {
            let correlation = self.correlations.text(happening.correlation);
            hash(sum, format!("{} {correlation} {:?}", happening.at, happening).as_bytes())
        });
        self.letters
            .iter()
            .fold(happenings, |sum, letter| hash(sum, format!("{:?}", letter.parcel).as_bytes()))
    }
}
