//! A field of what Alexa says, and what can be wrong with it.

use crate::message::{OutOfRange, Scale, Temperature};
use serde::{Deserialize as _, de::DeserializeOwned};
use serde_json::{Map, Value};

/// Why a directive cannot be carried out.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal<E> {
    /// It is not as documented.
    Invalid(String),
    /// A number is out of range.
    OutOfRange(OutOfRange, String),
    /// A temperature is out of range.
    TemperatureOutOfRange(String),
    /// A value is not one of those that there are.
    InvalidValue(String),
    /// What the interface says in its own words.
    Own(E, String),
}

/// A field of what Alexa says.
#[derive(Clone, Copy, Debug)]
pub struct Field<'p> {
    name: &'static str,
    value: &'p Value,
}

impl<'p> Field<'p> {
    /// A field of an object; null where there is none.
    pub fn of(object: &'p Value, name: &'static str) -> Field<'p> {
        Field { name, value: &object[name] }
    }

    /// Whether there is nothing.
    pub fn is_absent(&self) -> bool {
        self.value.is_null()
    }

    /// A field of this one.
    pub fn field(&self, name: &'static str) -> Field<'p> {
        Field::of(self.value, name)
    }

    /// What is there, if it is as it should be; none if nothing is.
    ///
    /// # Errors
    /// [`Refusal::Invalid`]. What is there instead is not repeated: it may be anything, even a token.
    pub fn optional<T: DeserializeOwned, E>(&self) -> Result<Option<T>, Refusal<E>> {
        if self.is_absent() {
            return Ok(None);
        }
        self.read("as documented").map(Some)
    }

    /// What is there.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] says what it is not.
    pub fn read<T: DeserializeOwned, E>(&self, what: &str) -> Result<T, Refusal<E>> {
        T::deserialize(self.value).map_err(|_| self.is_not(what))
    }

    /// That the field is not what it has to be.
    pub fn is_not<E>(&self, what: &str) -> Refusal<E> {
        Refusal::Invalid(format!("`{}` is not {what}", self.name))
    }

    fn object<E>(&self) -> Result<&'p Map<String, Value>, Refusal<E>> {
        let object = self.value.as_object();
        object.ok_or_else(|| Refusal::Invalid(format!("`{}` is no object", self.name)))
    }

    /// A text.
    ///
    /// # Errors
    /// [`Refusal::Invalid`], if it is none, or empty.
    pub fn text<E>(&self) -> Result<&'p str, Refusal<E>> {
        let text = self.value.as_str().filter(|text| !text.is_empty());
        text.ok_or_else(|| Refusal::Invalid(format!("`{}` is no text", self.name)))
    }

    /// A number.
    ///
    /// # Errors
    /// [`Refusal::Invalid`], if it is none.
    pub fn number<E>(&self) -> Result<f64, Refusal<E>> {
        let number = self.value.as_f64();
        number.ok_or_else(|| Refusal::Invalid(format!("`{}` is no number", self.name)))
    }

    /// True or false; false where there is nothing.
    ///
    /// # Errors
    /// [`Refusal::Invalid`], if it is something else.
    pub fn flag<E>(&self) -> Result<bool, Refusal<E>> {
        match self.value {
            Value::Null => Ok(false),
            Value::Bool(flag) => Ok(*flag),
            _ => Err(Refusal::Invalid(format!("`{}` is neither true nor false", self.name))),
        }
    }

    /// A whole number in range.
    ///
    /// # Errors
    /// [`Refusal::Invalid`], if it is none, and [`Refusal::OutOfRange`].
    pub fn whole<T, E>(&self, new: fn(i64) -> Result<T, OutOfRange>) -> Result<T, Refusal<E>> {
        let number = self.value.as_i64();
        let number = number
            .ok_or_else(|| Refusal::Invalid(format!("`{}` is no whole number", self.name)))?;
        new(number).map_err(|range| self.out_of_range(range))
    }

    /// That the field is out of range.
    pub fn out_of_range<E>(&self, range: OutOfRange) -> Refusal<E> {
        Refusal::OutOfRange(range, format!("`{}` is out of range: {range}", self.name))
    }

    /// The numbers of an object.
    ///
    /// # Errors
    /// [`Refusal::Invalid`], if one of them is missing.
    pub fn numbers<const N: usize, E>(
        &self,
        what: &str,
        names: [&str; N],
    ) -> Result<[f64; N], Refusal<E>> {
        let parts = self.object()?;
        let mut numbers = [0.0; N];
        for (number, name) in numbers.iter_mut().zip(names) {
            let part = parts.get(name).and_then(Value::as_f64);
            *number =
                part.ok_or_else(|| Refusal::Invalid(format!("a {what} needs its `{name}`")))?;
        }
        Ok(numbers)
    }

    /// A temperature.
    ///
    /// # Errors
    /// [`Refusal::Invalid`], if it is none, and [`Refusal::TemperatureOutOfRange`].
    pub fn temperature<E>(
        &self,
        new: fn(f64, Scale) -> Result<Temperature, OutOfRange>,
    ) -> Result<Temperature, Refusal<E>> {
        let [value] = self.numbers("temperature", ["value"])?;
        let scale = Scale::deserialize(&self.value["scale"]).map_err(|_| {
            Refusal::Invalid("a temperature's scale is CELSIUS, FAHRENHEIT or KELVIN".to_owned())
        })?;
        new(value, scale).map_err(|range| {
            Refusal::TemperatureOutOfRange(format!("`{}` is out of range: {range}", self.name))
        })
    }

    /// A temperature as a person says it, if there is one.
    ///
    /// # Errors
    /// As [`Field::temperature`].
    pub fn optional_temperature<E>(&self) -> Result<Option<Temperature>, Refusal<E>> {
        if self.is_absent() {
            return Ok(None);
        }
        self.temperature(Temperature::reading).map(Some)
    }
}
