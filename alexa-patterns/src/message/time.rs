//! Moments as Alexa writes them.

use serde::{Deserialize, Serialize};
use std::{
    error, fmt,
    time::{Duration, SystemTime},
};

/// A moment, to the millisecond, in UTC.
///
/// Alexa's schema takes `Z` and up to three digits of a second, and nothing else of what RFC 3339
/// allows.
///
/// ```
/// use alexa_patterns::message::Timestamp;
///
/// let moment = Timestamp::from_milliseconds(1_506_537_030_450);
/// assert_eq!(moment.to_string(), "2017-09-27T18:30:30.450Z");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(u64);

/// The last millisecond of the year 9999: what comes after has no place for its year.
const LAST: u64 = 253_402_300_799_999;

impl Timestamp {
    /// The moment so many milliseconds after 1970 began; nothing after the year 9999.
    pub const fn from_milliseconds(milliseconds: u64) -> Timestamp {
        Timestamp(if milliseconds > LAST { LAST } else { milliseconds })
    }

    /// The same moment to the second, as Alexa wants it of a doorbell: what is less is left out.
    #[must_use]
    pub const fn to_the_second(self) -> Timestamp {
        Timestamp(self.0 - self.0 % 1_000)
    }

    /// As text without anything less than a second.
    ///
    /// ```
    /// use alexa_patterns::message::Timestamp;
    ///
    /// let moment = Timestamp::from_milliseconds(1_506_537_030_450);
    /// assert_eq!(moment.seconds(), "2017-09-27T18:30:30Z");
    /// ```
    pub fn seconds(self) -> String {
        let time = SystemTime::UNIX_EPOCH + Duration::from_millis(self.0);
        humantime::format_rfc3339_seconds(time).to_string()
    }

    /// Milliseconds since 1970 began.
    pub const fn milliseconds(self) -> u64 {
        self.0
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Timestamp {
        let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_milliseconds(u64::try_from(since.as_millis()).unwrap_or(LAST))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = SystemTime::UNIX_EPOCH + Duration::from_millis(self.0);
        humantime::format_rfc3339_millis(time).fmt(f)
    }
}

impl From<Timestamp> for String {
    fn from(time: Timestamp) -> String {
        time.to_string()
    }
}

/// A text that is no moment as Alexa writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidTimestamp;

impl fmt::Display for InvalidTimestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time is written as in 2017-09-27T18:30:30.45Z")
    }
}

impl error::Error for InvalidTimestamp {}

impl TryFrom<String> for Timestamp {
    type Error = InvalidTimestamp;

    fn try_from(text: String) -> Result<Timestamp, InvalidTimestamp> {
        let rest = text.strip_suffix('Z').ok_or(InvalidTimestamp)?;
        let digits = rest.split_once('.').map_or(0, |(_, part)| part.len());
        if digits > 3 || rest.get(17..19) == Some("60") {
            return Err(InvalidTimestamp);
        }
        humantime::parse_rfc3339(&text).map(Timestamp::from).map_err(|_| InvalidTimestamp)
    }
}
