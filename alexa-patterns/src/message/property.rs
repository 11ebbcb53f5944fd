//! What can be known of a device: its properties, and its state, which is all of them.

use super::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{collections::BTreeMap, error, fmt};

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

/// A colour by hue (0 to 360 degrees), saturation and brightness (0 to 1 each).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "AnyColor")]
pub struct Color {
    hue: f64,
    saturation: f64,
    brightness: f64,
}

#[derive(Deserialize)]
struct AnyColor {
    hue: f64,
    saturation: f64,
    brightness: f64,
}

impl TryFrom<AnyColor> for Color {
    type Error = OutOfRange;

    fn try_from(color: AnyColor) -> Result<Color, OutOfRange> {
        Color::new(color.hue, color.saturation, color.brightness)
    }
}

impl Color {
    /// A colour, if its parts are in range.
    ///
    /// # Errors
    /// [`OutOfRange`] says the range of the first part that is not.
    pub fn new(hue: f64, saturation: f64, brightness: f64) -> Result<Color, OutOfRange> {
        within(hue, 0.0, 360.0)?;
        within(saturation, 0.0, 1.0)?;
        within(brightness, 0.0, 1.0)?;
        Ok(Color { hue, saturation, brightness })
    }

    /// Degrees, 0 to 360.
    pub const fn hue(self) -> f64 {
        self.hue
    }

    /// 0 to 1.
    pub const fn saturation(self) -> f64 {
        self.saturation
    }

    /// 0 to 1.
    pub const fn brightness(self) -> f64 {
        self.brightness
    }
}

fn within(number: f64, minimum: f64, maximum: f64) -> Result<(), OutOfRange> {
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

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $word:ident,)+ })+) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum $name {
            $($(#[$word_doc])* $word,)+
        })+
    };
}

words! {
    /// Whether a device is on.
    Power {
        /// It is on.
        On,
        /// It is off.
        Off,
    }
    /// What a thermostat does.
    ThermostatMode {
        /// It heats or cools as needed.
        Auto,
        /// It cools.
        Cool,
        /// It heats.
        Heat,
        /// It saves energy.
        Eco,
        /// It does nothing.
        Off,
    }
    /// Whether a lock is locked.
    LockState {
        /// It is locked.
        Locked,
        /// It is not locked.
        Unlocked,
        /// It is stuck in between.
        Jammed,
    }
    /// Whether a device can be reached.
    Connectivity {
        /// It can.
        Ok,
        /// It cannot.
        Unreachable,
    }
}

/// A property of a device, with a value that Alexa takes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Named", into = "Named")]
pub enum Property {
    /// `Alexa.PowerController`
    Power(Power),
    /// `Alexa.BrightnessController`
    Brightness(Percent),
    /// `Alexa.ColorController`
    Color(Color),
    /// `Alexa.ColorTemperatureController`
    ColorTemperature(Kelvin),
    /// `Alexa.ThermostatController`: what is aimed at.
    TargetSetpoint(Temperature),
    /// `Alexa.ThermostatController`: below it, it heats.
    LowerSetpoint(Temperature),
    /// `Alexa.ThermostatController`: above it, it cools.
    UpperSetpoint(Temperature),
    /// `Alexa.ThermostatController`
    ThermostatMode(ThermostatMode),
    /// `Alexa.LockController`
    Lock(LockState),
    /// `Alexa.TemperatureSensor`
    Temperature(Temperature),
    /// `Alexa.EndpointHealth`
    Connectivity(Connectivity),
}

/// A property as Alexa writes it.
#[derive(Serialize, Deserialize)]
struct Named {
    namespace: String,
    name: String,
    value: Value,
}

/// Interface and name of a property.
pub type PropertyName = (&'static str, &'static str);

impl Property {
    /// Interface and name, as in `("Alexa.PowerController", "powerState")`.
    pub const fn name(&self) -> PropertyName {
        match self {
            Property::Power(_) => ("Alexa.PowerController", "powerState"),
            Property::Brightness(_) => ("Alexa.BrightnessController", "brightness"),
            Property::Color(_) => ("Alexa.ColorController", "color"),
            Property::ColorTemperature(_) => {
                ("Alexa.ColorTemperatureController", "colorTemperatureInKelvin")
            }
            Property::TargetSetpoint(_) => ("Alexa.ThermostatController", "targetSetpoint"),
            Property::LowerSetpoint(_) => ("Alexa.ThermostatController", "lowerSetpoint"),
            Property::UpperSetpoint(_) => ("Alexa.ThermostatController", "upperSetpoint"),
            Property::ThermostatMode(_) => ("Alexa.ThermostatController", "thermostatMode"),
            Property::Lock(_) => ("Alexa.LockController", "lockState"),
            Property::Temperature(_) => ("Alexa.TemperatureSensor", "temperature"),
            Property::Connectivity(_) => ("Alexa.EndpointHealth", "connectivity"),
        }
    }

    /// Whether a device that was asked for this and reports the other has done what it was asked:
    /// devices round colours and temperatures.
    ///
    /// ```
    /// use alexa_patterns::message::{Kelvin, Power, Property};
    ///
    /// let asked = Property::ColorTemperature(Kelvin::nearest(2_700));
    /// // 370 mired are 2,703 K.
    /// assert!(asked.is_met_by(&Property::ColorTemperature(Kelvin::nearest(2_703))));
    /// assert!(!asked.is_met_by(&Property::ColorTemperature(Kelvin::nearest(4_000))));
    /// assert!(!Property::Power(Power::On).is_met_by(&Property::Power(Power::Off)));
    /// ```
    pub fn is_met_by(&self, other: &Property) -> bool {
        let near = |one: f64, other: f64, apart: f64| (one - other).abs() <= apart;
        match (self, other) {
            (Property::Color(asked), Property::Color(found)) => {
                let apart = (asked.hue - found.hue).abs();
                apart.min(360.0 - apart) <= 2.0
                    && near(asked.saturation, found.saturation, 0.02)
                    && near(asked.brightness, found.brightness, 0.02)
            }
            (Property::ColorTemperature(asked), Property::ColorTemperature(found)) => {
                let asked = f64::from(asked.get());
                near(asked, found.get().into(), asked * 0.02)
            }
            (Property::TargetSetpoint(asked), Property::TargetSetpoint(found))
            | (Property::LowerSetpoint(asked), Property::LowerSetpoint(found))
            | (Property::UpperSetpoint(asked), Property::UpperSetpoint(found)) => {
                near(asked.celsius(), found.celsius(), 0.3)
            }
            (asked, found) => asked == found,
        }
    }

    fn value(&self) -> Value {
        // Numbers in range and words; nothing here fails.
        fn json(value: impl Serialize) -> Value {
            serde_json::to_value(value).unwrap_or_default()
        }
        match *self {
            Property::Power(power) => json(power),
            Property::Brightness(brightness) => json(brightness),
            Property::Color(color) => json(color),
            Property::ColorTemperature(temperature) => json(temperature),
            Property::TargetSetpoint(temperature)
            | Property::LowerSetpoint(temperature)
            | Property::UpperSetpoint(temperature)
            | Property::Temperature(temperature) => json(temperature),
            Property::ThermostatMode(mode) => json(mode),
            Property::Lock(state) => json(state),
            Property::Connectivity(connectivity) => serde_json::json!({ "value": connectivity }),
        }
    }
}

impl From<Property> for Named {
    fn from(property: Property) -> Named {
        let (namespace, name) = property.name();
        Named { namespace: namespace.to_owned(), name: name.to_owned(), value: property.value() }
    }
}

impl TryFrom<Named> for Property {
    type Error = String;

    fn try_from(named: Named) -> Result<Property, String> {
        fn value<T: DeserializeOwned>(value: Value) -> Result<T, String> {
            serde_json::from_value(value).map_err(|error| error.to_string())
        }
        let Named { namespace, name, value: found } = named;
        Ok(match (namespace.as_str(), name.as_str()) {
            ("Alexa.PowerController", "powerState") => Property::Power(value(found)?),
            ("Alexa.BrightnessController", "brightness") => Property::Brightness(value(found)?),
            ("Alexa.ColorController", "color") => Property::Color(value(found)?),
            ("Alexa.ColorTemperatureController", "colorTemperatureInKelvin") => {
                Property::ColorTemperature(value(found)?)
            }
            ("Alexa.ThermostatController", "targetSetpoint") => {
                Property::TargetSetpoint(value(found)?)
            }
            ("Alexa.ThermostatController", "lowerSetpoint") => {
                Property::LowerSetpoint(value(found)?)
            }
            ("Alexa.ThermostatController", "upperSetpoint") => {
                Property::UpperSetpoint(value(found)?)
            }
            ("Alexa.ThermostatController", "thermostatMode") => {
                Property::ThermostatMode(value(found)?)
            }
            ("Alexa.LockController", "lockState") => Property::Lock(value(found)?),
            ("Alexa.TemperatureSensor", "temperature") => Property::Temperature(value(found)?),
            ("Alexa.EndpointHealth", "connectivity") => {
                Property::Connectivity(value(found["value"].clone())?)
            }
            _ => return Err(format!("`{namespace}` has no property `{name}` here")),
        })
    }
}

/// A property as it was at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// The property and its value.
    #[serde(flatten)]
    pub property: Property,
    /// When it was so.
    #[serde(rename = "timeOfSample")]
    pub time: Timestamp,
    /// By how many milliseconds it may have been otherwise by now.
    #[serde(rename = "uncertaintyInMilliseconds")]
    pub uncertainty: u32,
}

/// What is known of a device: one sample a property, so that no two are alike.
///
/// ```
/// use alexa_patterns::message::{Power, Property, State, Timestamp};
///
/// let moment = Timestamp::from_milliseconds(1_506_537_030_450);
/// let state = State::at(moment, [Property::Power(Power::On)]);
/// let json = serde_json::to_value(&state)?;
/// assert_eq!(json[0]["name"], "powerState");
/// assert_eq!(json[0]["timeOfSample"], "2017-09-27T18:30:30.450Z");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<Sample>", into = "Vec<Sample>")]
pub struct State(BTreeMap<PropertyName, Sample>);

impl State {
    /// Nothing known.
    pub fn new() -> State {
        State::default()
    }

    /// Properties as they are at a moment, with no uncertainty.
    pub fn at(time: Timestamp, properties: impl IntoIterator<Item = Property>) -> State {
        properties.into_iter().map(|property| Sample { property, time, uncertainty: 0 }).collect()
    }

    /// Learns a sample, in place of an earlier one of the same property.
    pub fn insert(&mut self, sample: Sample) {
        self.0.insert(sample.property.name(), sample);
    }

    /// The same with a sample that is only taken if the property is not known yet.
    #[must_use]
    pub fn or(mut self, sample: Sample) -> State {
        self.0.entry(sample.property.name()).or_insert(sample);
        self
    }

    /// The samples, in order of interface and name.
    pub fn samples(&self) -> impl Iterator<Item = &Sample> {
        self.0.values()
    }

    /// The value of the property of the same name as another, if it is known.
    pub fn get(&self, name: PropertyName) -> Option<&Property> {
        self.0.get(&name).map(|sample| &sample.property)
    }

    /// Whether every one of the properties that a device was asked for is there.
    pub fn meets(&self, asked: &[Property]) -> bool {
        asked.iter().all(|asked| self.get(asked.name()).is_some_and(|found| asked.is_met_by(found)))
    }

    /// The samples of some properties, and the others.
    ///
    /// ```
    /// use alexa_patterns::message::{Command, Connectivity, Power, Property, State, Timestamp};
    ///
    /// let known = [Property::Power(Power::On), Property::Connectivity(Connectivity::Ok)];
    /// let state = State::at(Timestamp::from_milliseconds(0), known);
    /// let (changed, unchanged) = state.split(Command::TurnOn.changes());
    /// assert_eq!((changed.samples().count(), unchanged.samples().count()), (1, 1));
    /// ```
    pub fn split(self, names: &[PropertyName]) -> (State, State) {
        let (some, others) = self.0.into_iter().partition(|(name, _)| names.contains(name));
        (State(some), State(others))
    }

    /// What is known by both, by this one where both know it.
    #[must_use]
    pub fn and(mut self, other: State) -> State {
        for (name, sample) in other.0 {
            self.0.entry(name).or_insert(sample);
        }
        self
    }

    /// Whether the device is known to be out of reach.
    pub fn is_unreachable(&self) -> bool {
        let connectivity = self.get(("Alexa.EndpointHealth", "connectivity"));
        connectivity == Some(&Property::Connectivity(Connectivity::Unreachable))
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Sample> for State {
    fn from_iter<I: IntoIterator<Item = Sample>>(samples: I) -> State {
        State(samples.into_iter().map(|sample| (sample.property.name(), sample)).collect())
    }
}

impl From<Vec<Sample>> for State {
    fn from(samples: Vec<Sample>) -> State {
        samples.into_iter().collect()
    }
}

impl From<State> for Vec<Sample> {
    fn from(state: State) -> Vec<Sample> {
        state.0.into_values().collect()
    }
}
