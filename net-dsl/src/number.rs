//! Numbers as DynamoDB keeps them: decimal, of 38 digits.

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, SeqAccess, Visitor},
    ser::SerializeMap,
};
use std::{cmp::Ordering, collections::BTreeSet, error, fmt, str::FromStr};

/// A decimal number of up to 38 significant digits: what an attribute of type N holds, exactly.
///
/// Integers of up to 64 bits and floating-point numbers are attributes of type N as they are; this is
/// for what those cannot hold. Its magnitude is 0, or 1E-130 up to but not including 1E+126 ("Supported data
/// types and naming rules in Amazon DynamoDB"). Equality and order are those of the value: `1.50` is `1.5`.
///
/// ```
/// use net_dsl::Number;
///
/// let price: Number = "12345678901234567890123456789012345.678".parse()?;
/// assert_eq!(price.to_string(), "12345678901234567890123456789012345.678");
/// assert!(price > Number::from(7));
/// assert_eq!("1.50".parse::<Number>()?, "15e-1".parse()?);
/// # Ok::<(), net_dsl::InvalidNumber>(())
/// ```
///
/// In JSON it is `{"$number":"1.5"}`, which no reader of JSON rounds; it is read from a JSON number or
/// text as well.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Number {
    negative: bool,
    /// Without zeros at either end; none is zero.
    digits: String,
    /// The value is 0.DIGITS × 10^exponent.
    exponent: i32,
}

/// A text that is no number, or none that DynamoDB can hold; in DynamoDB's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidNumber {
    /// It does not say a number.
    NotANumber(String),
    /// It has more than 38 significant digits.
    TooManyDigits,
    /// Its magnitude is 1E+126 or more.
    Overflow,
    /// Its magnitude is below 1E-130, and it is not zero.
    Underflow,
}

impl fmt::Display for InvalidNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            InvalidNumber::NotANumber(text) => {
                write!(f, "The parameter cannot be converted to a numeric value: {text}")
            }
            InvalidNumber::TooManyDigits => {
                f.write_str("Attempting to store more than 38 significant digits in a Number")
            }
            InvalidNumber::Overflow => f.write_str(
                "Number overflow. Attempting to store a number with magnitude larger than supported range",
            ),
            InvalidNumber::Underflow => f.write_str(
                "Number underflow. Attempting to store a number with magnitude smaller than supported range",
            ),
        }
    }
}

impl error::Error for InvalidNumber {}

/// The digits of a number that DynamoDB keeps.
const DIGITS: usize = 38;

/// The key of the map that a [`Number`] is for serde, whose own numbers are too small.
#[doc(hidden)]
pub const NUMBER: &str = "$number";
/// The key of the map that a [`NumberSet`] is for serde.
#[doc(hidden)]
pub const NUMBERS: &str = "$numbers";

impl FromStr for Number {
    type Err = InvalidNumber;

    fn from_str(text: &str) -> Result<Number, InvalidNumber> {
        let invalid = || InvalidNumber::NotANumber(text.chars().take(60).collect());
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, power) = match rest.split_once(['e', 'E']) {
            Some((mantissa, power)) => {
                // Beyond this it is out of range whatever its digits are.
                let power: i64 = power.parse().map_err(|_| invalid())?;
                (mantissa, power.clamp(-1_000_000, 1_000_000) as i32)
            }
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(invalid());
        }
        let significant = digits.trim_start_matches('0');
        let leading = digits.len() - significant.len();
        let significant = significant.trim_end_matches('0');
        if significant.is_empty() {
            return Ok(Number::default());
        }
        let places = i64::try_from(whole.len()).unwrap_or(i64::MAX)
            - i64::try_from(leading).unwrap_or(i64::MAX)
            + i64::from(power);
        if significant.len() > DIGITS {
            return Err(InvalidNumber::TooManyDigits);
        }
        match places {
            127.. => Err(InvalidNumber::Overflow),
            // 1E-130 is 0.1 × 10^-129.
            ..-129 => Err(InvalidNumber::Underflow),
            places => Ok(Number {
                negative,
                digits: significant.to_owned(),
                exponent: i32::try_from(places).map_err(|_| invalid())?,
            }),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.digits.is_empty() {
            return f.write_str("0");
        }
        if self.negative {
            f.write_str("-")?;
        }
        let length = self.digits.len();
        match usize::try_from(self.exponent) {
            Ok(places) if places <= DIGITS && places >= length => {
                write!(f, "{}{}", self.digits, "0".repeat(places - length))
            }
            Ok(places) if places > 0 && places < length => {
                write!(f, "{}.{}", &self.digits[..places], &self.digits[places..])
            }
            _ if (-38..=0).contains(&self.exponent) => {
                let zeros = self.exponent.unsigned_abs() as usize;
                write!(f, "0.{}{}", "0".repeat(zeros), self.digits)
            }
            _ => {
                let (first, rest) = self.digits.split_at(1);
                let point = if rest.is_empty() { "" } else { "." };
                write!(f, "{first}{point}{rest}E{:+}", self.exponent - 1)
            }
        }
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Number) -> Ordering {
        let sign = |number: &Number| match (number.digits.is_empty(), number.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        let magnitude =
            || self.exponent.cmp(&other.exponent).then_with(|| self.digits.cmp(&other.digits));
        sign(self).cmp(&sign(other)).then_with(|| match sign(self) {
            1 => magnitude(),
            -1 => magnitude().reverse(),
            _ => Ordering::Equal,
        })
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

macro_rules! from_integers {
    ($($integer:ty),*) => {
        $(impl From<$integer> for Number {
            fn from(integer: $integer) -> Number {
                // At most 20 digits.
                integer.to_string().parse().unwrap_or_default()
            }
        })*
    };
}
from_integers!(i8, i16, i32, i64, u8, u16, u32, u64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(NUMBER, &self.to_string())?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Number, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

struct NumberVisitor;

impl<'de> Visitor<'de> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of up to 38 digits")
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Number, E> {
        Ok(number.into())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Number, E> {
        Ok(number.into())
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Number, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Number, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Number, A::Error> {
        match map.next_entry::<String, String>()? {
            Some((key, text)) if key == NUMBER => self.visit_str(&text),
            _ => Err(de::Error::custom("this is no number")),
        }
    }
}

/// A set of [`Number`]s: what an attribute of type NS holds, exactly. DynamoDB holds no empty set: leave
/// the attribute out (`#[serde(default, skip_serializing_if = "NumberSet::is_empty")]`).
///
/// ```
/// use net_dsl::{Number, NumberSet};
///
/// let primes: NumberSet = [2, 3, 5].map(Number::from).into_iter().collect();
/// assert!(primes.0.contains(&Number::from(3)));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NumberSet(pub BTreeSet<Number>);

impl NumberSet {
    /// Whether it holds nothing, and so cannot be stored.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Number> for NumberSet {
    fn from_iter<I: IntoIterator<Item = Number>>(numbers: I) -> NumberSet {
        NumberSet(numbers.into_iter().collect())
    }
}

impl Serialize for NumberSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let texts: Vec<String> = self.0.iter().map(Number::to_string).collect();
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(NUMBERS, &texts)?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for NumberSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<NumberSet, D::Error> {
        deserializer.deserialize_any(NumbersVisitor)
    }
}

struct NumbersVisitor;

impl<'de> Visitor<'de> for NumbersVisitor {
    type Value = NumberSet;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a set of numbers of up to 38 digits")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut numbers: A) -> Result<NumberSet, A::Error> {
        let mut set = NumberSet::default();
        while let Some(number) = numbers.next_element()? {
            set.0.insert(number);
        }
        Ok(set)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<NumberSet, A::Error> {
        match map.next_entry::<String, Vec<Number>>()? {
            Some((key, numbers)) if key == NUMBERS => Ok(numbers.into_iter().collect()),
            _ => Err(de::Error::custom("this is no set of numbers")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        text.parse().expect(text)
    }

    #[test]
    fn a_number_keeps_38_digits_and_its_magnitude() {
        let digits = "12345678901234567890123456789012345678";
        for text in [digits, "-1.5", "0.000001", "0", "9E+125", "1E-130", "-1.25E+90", "700"] {
            assert_eq!(number(text).to_string(), text);
            let json = serde_json::to_value(number(text)).expect("JSON");
            assert_eq!(serde_json::from_value::<Number>(json).expect("a number"), number(text));
        }
        assert_eq!(format!("{digits}9").parse::<Number>(), Err(InvalidNumber::TooManyDigits));
        assert_eq!("1E+126".parse::<Number>(), Err(InvalidNumber::Overflow));
        assert_eq!("1e999999999999".parse::<Number>(), Err(InvalidNumber::Overflow));
        assert_eq!("9E-131".parse::<Number>(), Err(InvalidNumber::Underflow));
        for text in ["", "-", ".", "1.2.3", "abc", "1e", "0x1", "--1", "1 ", "NaN", "inf"] {
            assert!(matches!(text.parse::<Number>(), Err(InvalidNumber::NotANumber(_))), "{text}");
        }
    }

    #[test]
    fn numbers_are_ordered_by_value() {
        let texts = [
            "-1E+100", "-10", "-9.5", "-9", "-0.1", "0", "1E-100", "0.09", "0.1", "2", "10",
            "10.01",
        ];
        let ordered = texts.map(number);
        assert!(ordered.is_sorted());
        assert_eq!(number("1.0"), number("1"));
        assert_eq!(number("-0"), number("0"));
        assert_eq!(number("10e-1"), number("1.000"));
    }
}
