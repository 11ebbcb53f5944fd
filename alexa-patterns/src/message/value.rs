//! Numbers and temperatures that more than one interface has.

use serde::{Deserialize, Serialize};
use std::{error, fmt};

/// A number outside the range that Alexa takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OutOfRange {
    /// The least that is taken.
    pub minimum: f64,
    /// The most that is taken.
    pub maximum: f64,
}

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it is not between {} and {}", self.minimum, self.maximum)
    }
}

impl error::Error for OutOfRange {}

macro_rules! whole_numbers {
    ($($(#[$doc:meta])* $name:ident($type:ty): $minimum:literal..=$maximum:literal;)+) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "i64", into = "i64")]
        pub struct $name($type);

        impl $name {
            /// The number, if it is in range.
            ///
            /// # Errors
            /// [`OutOfRange`] says the range.
            pub fn new(number: i64) -> Result<$name, OutOfRange> {
                match <$type>::try_from(number) {
                    Ok(number) if ($minimum..=$maximum).contains(&number) => Ok($name(number)),
                    _ => Err(OutOfRange { minimum: $minimum as f64, maximum: $maximum as f64 }),
                }
            }

            /// The number, or the nearest one in range.
            pub fn nearest(number: i64) -> $name {
                $name(number.clamp($minimum, $maximum) as $type)
            }

            /// The number itself.
            pub const fn get(self) -> $type {
                self.0
            }
        }

        impl TryFrom<i64> for $name {
            type Error = OutOfRange;

            fn try_from(number: i64) -> Result<$name, OutOfRange> {
                $name::new(number)
            }
        }

        impl From<$name> for i64 {
            fn from(number: $name) -> i64 {
                number.0.into()
            }
        })+
    };
}

whole_numbers! {
    /// A brightness: 0 to 100 per cent, a whole number.
    Percent(u8): 0..=100;
    /// A change of brightness: −100 to 100 per cent, a whole number.
    PercentDelta(i8): -100..=100;
    /// The temperature of a light's colour: 1,000 to 10,000 kelvin, a whole number; less is warmer.
    Kelvin(u16): 1000..=10000;
}

/// Whether a number is in a range.
pub(crate) fn within(number: f64, minimum: f64, maximum: f64) -> Result<(), OutOfRange> {
    let fits = (minimum..=maximum).contains(&number);
    if fits { Ok(()) } else { Err(OutOfRange { minimum, maximum }) }
}

/// The unit of a temperature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Scale {
    /// °C.
    Celsius,
    /// °F.
    Fahrenheit,
    /// K; Alexa's schema takes no more than 100 of them either.
    Kelvin,
}

/// A temperature or a difference of temperatures: −100 to 100, in whatever scale.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "AnyTemperature")]
pub struct Temperature {
    value: f64,
    scale: Scale,
}

#[derive(Deserialize)]
struct AnyTemperature {
    value: f64,
    scale: Scale,
}

impl TryFrom<AnyTemperature> for Temperature {
    type Error = OutOfRange;

    fn try_from(temperature: AnyTemperature) -> Result<Temperature, OutOfRange> {
        Temperature::new(temperature.value, temperature.scale)
    }
}

impl Temperature {
    /// A temperature, if it is in range.
    ///
    /// # Errors
    /// [`OutOfRange`] says the range.
    pub fn new(value: f64, scale: Scale) -> Result<Temperature, OutOfRange> {
        within(value, -100.0, 100.0)?;
        Ok(Temperature { value, scale })
    }

    /// A temperature as a device measures it or a person says it: as it is if Alexa's schema takes the
    /// number, or else in degrees Celsius, to a hundredth. No room is warmer than 100 °C, but 130 °F
    /// and 295 K are within reach.
    ///
    /// It is not for differences, which have no zero to be moved.
    ///
    /// ```
    /// use alexa_patterns::message::{Scale, Temperature};
    ///
    /// let warm = Temperature::reading(295.0, Scale::Kelvin)?;
    /// assert_eq!((warm.value(), warm.scale()), (21.85, Scale::Celsius));
    /// let kept = Temperature::reading(70.0, Scale::Fahrenheit)?;
    /// assert_eq!((kept.value(), kept.scale()), (70.0, Scale::Fahrenheit));
    /// # Ok::<(), alexa_patterns::message::OutOfRange>(())
    /// ```
    ///
    /// # Errors
    /// [`OutOfRange`], if it is not between −100 and 100 °C either.
    pub fn reading(value: f64, scale: Scale) -> Result<Temperature, OutOfRange> {
        Temperature::new(value, scale).or_else(|_| {
            let celsius = Temperature { value, scale }.celsius();
            Temperature::new((celsius * 100.0).round() / 100.0, Scale::Celsius)
        })
    }

    /// The number of degrees.
    pub const fn value(self) -> f64 {
        self.value
    }

    /// Degrees of what.
    pub const fn scale(self) -> Scale {
        self.scale
    }

    /// In degrees Celsius.
    pub fn celsius(self) -> f64 {
        match self.scale {
            Scale::Celsius => self.value,
            Scale::Fahrenheit => (self.value - 32.0) / 1.8,
            Scale::Kelvin => self.value - 273.15,
        }
    }

    /// As a difference, in degrees Celsius.
    pub fn celsius_difference(self) -> f64 {
        match self.scale {
            Scale::Celsius | Scale::Kelvin => self.value,
            Scale::Fahrenheit => self.value / 1.8,
        }
    }
}

/// Words of Alexa's, as types.
macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $word:ident,)+ })+) => {
        $($(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
        )]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum $name {
            $($(#[$word_doc])* $word,)+
        })+
    };
}
pub(crate) use words;

words! {
    /// Whether a sensor detects something.
    Detection {
        /// It does: it is open, or it moves.
        Detected,
        /// It does not.
        NotDetected,
    }
}
