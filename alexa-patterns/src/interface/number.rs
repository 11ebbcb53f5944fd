//! Numbers of which a device says the range.

use crate::message::OutOfRange;
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;

/// A number of which a device says the range: finite, and written as a whole one if it is one.
///
/// ```
/// use alexa_patterns::message::Number;
///
/// assert_eq!(serde_json::to_string(&Number::new(7.0)?)?, "7");
/// assert_eq!(serde_json::to_string(&Number::new(-0.5)?)?, "-0.5");
/// assert!(Number::new(f64::NAN).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Deserialize)]
#[serde(try_from = "f64")]
pub struct Number(f64);

/// Up to here every whole number is a number of 64 bits.
const MOST: f64 = 9_007_199_254_740_992.0;

impl Number {
    /// A number.
    ///
    /// # Errors
    /// [`OutOfRange`], if it is infinite or none, or greater than 2⁵³.
    pub fn new(number: f64) -> Result<Number, OutOfRange> {
        if (-MOST..=MOST).contains(&number) {
            // There is one zero.
            Ok(Number(number + 0.0))
        } else {
            Err(OutOfRange { minimum: -MOST, maximum: MOST })
        }
    }

    /// A whole number.
    pub fn whole(number: i32) -> Number {
        Number(number.into())
    }

    /// The number itself.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Number {
    type Error = OutOfRange;

    fn try_from(number: f64) -> Result<Number, OutOfRange> {
        Number::new(number)
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.fract() == 0.0 {
            serializer.serialize_i64(self.0 as i64)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
