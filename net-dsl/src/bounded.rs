//! Numbers that AWS bounds, checked where they are written.

use std::{cmp, error, fmt, hash, marker::PhantomData};

/// What a [`Bounded`] number may be.
pub trait Range: Copy + fmt::Debug + 'static {
    /// The smallest value.
    const MIN: u64;
    /// The largest value.
    const MAX: u64;
    /// Values are multiples of this.
    const STEP: u64 = 1;
    /// If not empty, the only values allowed.
    const ONLY: &'static [u64] = &[];
    /// The rule in words, as the compiler prints it.
    const RULE: &'static str;
}

/// A range measured in seconds: written with [`seconds!`](crate::seconds),
/// [`minutes!`](crate::minutes), [`hours!`](crate::hours) or [`days!`](crate::days).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a duration",
    label = "this setting does not take a duration",
    note = "sizes are written `mebibytes!(256)`, numbers `count!(10)`"
)]
pub trait InSeconds: Range {}

/// A range measured in mebibytes: written with [`mebibytes!`](crate::mebibytes).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a size in mebibytes",
    label = "this setting does not take a size",
    note = "durations are written `seconds!(30)` or `minutes!(1)`, numbers `count!(10)`"
)]
pub trait InMebibytes: Range {}

/// A range of plain numbers: written with [`count!`](crate::count).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a plain number",
    label = "this setting has a unit",
    note = "durations are written `seconds!(30)` or `minutes!(1)`, sizes `mebibytes!(256)`"
)]
pub trait InUnits: Range {}

/// A number inside the [`Range`] `R`.
///
/// Constants are checked while compiling; others return an error. In a `const` or a `static` a wrong
/// one fails under `cargo check` too. In a function the compiler evaluates it only when it generates
/// code, because the range follows from where the number is used: there `cargo build`, `run` and
/// `test` fail, `cargo check` and an editor do not.
///
/// ```
/// # use net_dsl::{Bounded, range, seconds};
/// let timeout: Bounded<range::Timeout> = seconds!(30);
/// assert_eq!(timeout.get(), 30);
/// let error = Bounded::<range::Timeout>::new(1_000).unwrap_err();
/// assert_eq!(error.to_string(), "1000 is out of range: a function's timeout is 1 to 900 seconds");
/// ```
///
/// ```compile_fail
/// # use net_dsl::{Bounded, range, seconds};
/// let timeout: Bounded<range::Timeout> = seconds!(1_000);
/// ```
///
/// ```compile_fail
/// # use net_dsl::{Bounded, range, seconds};
/// const TIMEOUT: Bounded<range::Timeout> = seconds!(1_000);
/// ```
pub struct Bounded<R> {
    value: u64,
    range: PhantomData<fn() -> R>,
}

impl<R: Range> Bounded<R> {
    /// The number, if the range holds it; in the range's unit.
    ///
    /// # Errors
    /// [`OutOfRange`] says what the range is.
    pub const fn new(value: u64) -> Result<Bounded<R>, OutOfRange> {
        if holds::<R>(value) {
            Ok(Bounded { value, range: PhantomData })
        } else {
            Err(OutOfRange { value, rule: R::RULE })
        }
    }

    /// The number, in the range's unit: seconds, mebibytes or pieces.
    pub const fn get(self) -> u64 {
        self.value
    }

    #[track_caller]
    const fn checked(value: u64) -> Bounded<R> {
        if !holds::<R>(value) {
            panic!("{}", R::RULE)
        }
        Bounded { value, range: PhantomData }
    }
}

impl<R: InSeconds> Bounded<R> {
    #[doc(hidden)]
    #[track_caller]
    pub const fn seconds(seconds: u64) -> Bounded<R> {
        Bounded::checked(seconds)
    }
}

impl<R: InMebibytes> Bounded<R> {
    #[doc(hidden)]
    #[track_caller]
    pub const fn mebibytes(mebibytes: u64) -> Bounded<R> {
        Bounded::checked(mebibytes)
    }
}

impl<R: InUnits> Bounded<R> {
    #[doc(hidden)]
    #[track_caller]
    pub const fn count(count: u64) -> Bounded<R> {
        Bounded::checked(count)
    }
}

const fn holds<R: Range>(value: u64) -> bool {
    if value < R::MIN || value > R::MAX || !value.is_multiple_of(R::STEP) {
        return false;
    }
    let mut i = 0;
    while i < R::ONLY.len() {
        if R::ONLY[i] == value {
            return true;
        }
        i += 1;
    }
    R::ONLY.is_empty()
}

impl<R> Clone for Bounded<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Bounded<R> {}

impl<R> PartialEq for Bounded<R> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<R> Eq for Bounded<R> {}

impl<R> PartialOrd for Bounded<R> {
    fn partial_cmp(&self, other: &Self) -> Option<cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<R> Ord for Bounded<R> {
    fn cmp(&self, other: &Self) -> cmp::Ordering {
        self.value.cmp(&other.value)
    }
}

impl<R> hash::Hash for Bounded<R> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

impl<R> fmt::Display for Bounded<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<R> fmt::Debug for Bounded<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

/// A number that its [`Range`] does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OutOfRange {
    value: u64,
    rule: &'static str,
}

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is out of range: {}", self.value, self.rule)
    }
}

impl error::Error for OutOfRange {}

macro_rules! ranges {
    ($($(#[$doc:meta])* $name:ident: $unit:ident, $min:literal ..= $max:literal
        $(step $step:literal)? $(only $only:expr)?, $rule:literal;)*) => {
        $(
            $(#[$doc])*
            #[doc = concat!("\n\nThe rule: ", $rule, ".")]
            #[derive(Clone, Copy, Debug)]
            pub enum $name {}

            impl super::Range for $name {
                const MIN: u64 = $min;
                const MAX: u64 = $max;
                $(const STEP: u64 = $step;)?
                $(const ONLY: &'static [u64] = &$only;)?
                const RULE: &'static str = $rule;
            }

            // Nobody whose timeout is no size wants a list of the settings that are.
            #[diagnostic::do_not_recommend]
            impl super::$unit for $name {}
        )*
    };
}

/// The ranges AWS documents, each a type of its own so that one setting's number never passes for
/// another's.
pub mod range {
    ranges! {
        /// How long one run of a function may take (Lambda quotas).
        Timeout: InSeconds, 1..=900, "a function's timeout is 1 to 900 seconds";
        /// A function's memory, which also sets its share of CPU (Lambda quotas).
        Memory: InMebibytes, 128..=10_240, "a function's memory is 128 to 10240 MiB";
        /// A function's `/tmp` (Lambda quotas).
        EphemeralStorage: InMebibytes, 512..=10_240,
            "a function's ephemeral storage is 512 to 10240 MiB";
        /// Runs of one function at a time, at the most, set aside from the account's.
        ReservedConcurrency: InUnits, 0..=100_000,
            "a function's reserved concurrency is 0 to 100000 runs, within the account's quota";
        /// How often a function handles what one message has started.
        Turns: InUnits, 1..=100_000, "a loop turns 1 to 100000 times";
        /// How long CloudWatch keeps a function's log (PutRetentionPolicy).
        LogRetention: InSeconds, 86_400..=315_619_200
            only [86_400, 259_200, 432_000, 604_800, 1_209_600, 2_592_000, 5_184_000, 7_776_000,
                10_368_000, 12_960_000, 15_552_000, 31_536_000, 34_560_000, 47_088_000, 63_158_400,
                94_694_400, 157_852_800, 189_388_800, 220_924_800, 252_460_800, 284_083_200,
                315_619_200],
            "a log is kept for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days";
        /// How often a rule of a bus tries again (EventBridge, retry policy).
        RuleRetries: InUnits, 0..=185, "a rule tries again 0 to 185 times";
        /// For how long a rule of a bus tries (EventBridge, retry policy).
        RuleAge: InSeconds, 60..=86_400, "a rule tries for 60 seconds to 24 hours";
        /// How long an archive keeps events (EventBridge, whole days), up to 100 years.
        ArchiveAge: InSeconds, 86_400..=3_153_600_000 step 86_400,
            "an archive keeps events for 1 to 36500 whole days";
        /// How long a presigned URL can be used (S3, `X-Amz-Expires`).
        Presigned: InSeconds, 1..=604_800, "a presigned URL is good for 1 second to 7 days";
        /// How old an object or an earlier version of it becomes (S3 Lifecycle), up to 100 years.
        ObjectAge: InSeconds, 86_400..=3_153_600_000 step 86_400,
            "an object's age is 1 to 36500 whole days";
        /// How long a received message stays hidden from other consumers (SQS).
        VisibilityTimeout: InSeconds, 0..=43_200,
            "a queue's visibility timeout is 0 seconds to 12 hours";
        /// How long a queue keeps a message nobody takes (SQS).
        MessageRetention: InSeconds, 60..=1_209_600,
            "a queue keeps messages for 60 seconds to 14 days";
        /// How long a queue holds a message back before anyone sees it (SQS).
        Delay: InSeconds, 0..=900, "a queue's delay is 0 to 900 seconds";
        /// Failed receives before a message goes to the dead-letter queue (SQS).
        MaxReceives: InUnits, 1..=1_000,
            "a message is received 1 to 1000 times before it counts as dead";
        /// Messages handed to one run of a function (event source mappings).
        BatchSize: InUnits, 1..=10_000, "a batch from a standard queue is 1 to 10000 messages";
        /// Messages of a FIFO queue handed to one run of a function (event source mappings).
        FifoBatchSize: InUnits, 1..=10, "a batch from a FIFO queue is 1 to 10 messages";
        /// How long to wait for a batch to fill (event source mappings).
        BatchWindow: InSeconds, 0..=300, "a batch window is 0 to 300 seconds";
        /// Runs of a function that one queue may cause at a time (event source mappings).
        MaxConcurrency: InUnits, 2..=1_000,
            "the concurrency a queue may cause is 2 to 1000 runs";
        /// The pause between two ticks of a schedule (EventBridge Scheduler counts in minutes).
        Rate: InSeconds, 60..=31_536_000 step 60,
            "a schedule's rate is a whole number of minutes, from 1 minute to 365 days";
        /// How soon what enters here must be done with.
        Deadline: InSeconds, 1..=86_400, "a deadline is 1 second to 1 day";
    }
}

/// A duration in seconds, checked against the setting it is given to while compiling.
#[macro_export]
macro_rules! seconds {
    ($seconds:expr $(,)?) => {
        const { $crate::Bounded::seconds($seconds) }
    };
    ($($wrong:tt)*) => {
        ::core::compile_error!("`seconds!` takes one whole number, as in `seconds!(30)`")
    };
}

/// A duration in minutes, checked against the setting it is given to while compiling.
#[macro_export]
macro_rules! minutes {
    ($minutes:expr $(,)?) => {
        const { $crate::Bounded::seconds($minutes * 60) }
    };
    ($($wrong:tt)*) => {
        ::core::compile_error!("`minutes!` takes one whole number, as in `minutes!(5)`")
    };
}

/// A duration in hours, checked against the setting it is given to while compiling.
#[macro_export]
macro_rules! hours {
    ($hours:expr $(,)?) => {
        const { $crate::Bounded::seconds($hours * 3_600) }
    };
    ($($wrong:tt)*) => {
        ::core::compile_error!("`hours!` takes one whole number, as in `hours!(12)`")
    };
}

/// A duration in days, checked against the setting it is given to while compiling.
#[macro_export]
macro_rules! days {
    ($days:expr $(,)?) => {
        const { $crate::Bounded::seconds($days * 86_400) }
    };
    ($($wrong:tt)*) => {
        ::core::compile_error!("`days!` takes one whole number, as in `days!(7)`")
    };
}

/// A size in mebibytes, checked against the setting it is given to while compiling.
#[macro_export]
macro_rules! mebibytes {
    ($mebibytes:expr $(,)?) => {
        const { $crate::Bounded::mebibytes($mebibytes) }
    };
    ($($wrong:tt)*) => {
        ::core::compile_error!("`mebibytes!` takes one whole number, as in `mebibytes!(256)`")
    };
}

/// A plain number, checked against the setting it is given to while compiling.
#[macro_export]
macro_rules! count {
    ($count:expr $(,)?) => {
        const { $crate::Bounded::count($count) }
    };
    ($($wrong:tt)*) => {
        ::core::compile_error!("`count!` takes one whole number, as in `count!(10)`")
    };
}
