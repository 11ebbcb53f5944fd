//! What can be known of a device: its properties, and its state, which is all of them.

use super::{Connectivity, PropertyName, Timestamp};
use crate::interface::{Instance, Interface, each_interface};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// A property as Alexa writes it.
#[derive(Serialize, Deserialize)]
struct Named {
    namespace: String,
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    instance: Option<Instance>,
    value: Value,
}

macro_rules! properties {
    ($($(#[$doc:meta])* $interface:ident: $type:path,)+) => {
        /// A property of a device, with a value that Alexa takes: by its interface.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(try_from = "Named", into = "Named")]
        pub enum Property {
            $($(#[$doc])* $interface(<$type as Interface>::Property),)+
        }

        impl Property {
            /// What it is called, as in `powerState` of `Alexa.PowerController`.
            pub fn name(&self) -> PropertyName {
                match self {
                    $(Property::$interface(property) => <$type>::name(property),)+
                }
            }

            /// Its value, as Alexa reads it.
            pub fn value(&self) -> Value {
                match self {
                    $(Property::$interface(property) => <$type>::value(property),)+
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
                match (self, other) {
                    $((Property::$interface(asked), Property::$interface(found)) => {
                        <$type>::name(asked) == <$type>::name(found)
                            && <$type>::is_met_by(asked, found)
                    })+
                    // Of two interfaces.
                    _ => false,
                }
            }

            /// Whether it may be told before it is so. What people rely on for their safety may not, nor what
            /// is measured: nobody can promise it.
            pub fn may_be_promised(&self) -> bool {
                match self {
                    $(Property::$interface(_) => <$type>::MAY_BE_PROMISED,)+
                }
            }

            /// Whether people rely on it: a device that says that it is otherwise than asked has failed.
            pub fn is_relied_on(&self) -> bool {
                match self {
                    $(Property::$interface(_) => <$type>::IS_RELIED_ON,)+
                }
            }

            /// Whether a device of which this is known will not do what it is asked, for good.
            pub fn is_broken(&self) -> bool {
                match self {
                    $(Property::$interface(property) => <$type>::is_broken(property),)+
                }
            }

            fn read(named: &Named) -> Result<Property, String> {
                let Named { namespace, name, instance, value } = named;
                let property = match namespace.as_str() {
                    $(<$type>::NAME => {
                        let read = <$type>::property(name, instance.clone(), value)?;
                        read.map(Property::$interface)
                    })+
                    _ => None,
                };
                property.ok_or_else(|| format!("`{namespace}` has no property `{name}` here"))
            }
        }
    };
}

each_interface!(properties);

impl Property {
    /// Whether its value is a word or a truth, which is as it was asked to be or not, and no number that a
    /// device may round.
    pub fn is_word(&self) -> bool {
        matches!(self.value(), Value::String(_) | Value::Bool(_))
    }
}

impl From<Property> for Named {
    fn from(property: Property) -> Named {
        let PropertyName { interface, name, instance } = property.name();
        Named {
            namespace: interface.to_owned(),
            name: name.to_owned(),
            instance,
            value: property.value(),
        }
    }
}

impl TryFrom<Named> for Property {
    type Error = String;

    fn try_from(named: Named) -> Result<Property, String> {
        Property::read(&named)
    }
}

/// A property as it was at some moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    pub fn get(&self, name: &PropertyName) -> Option<&Property> {
        self.0.get(name).map(|sample| &sample.property)
    }

    /// Whether every one of the properties that a device was asked for is there.
    pub fn meets(&self, asked: &[Property]) -> bool {
        asked
            .iter()
            .all(|asked| self.get(&asked.name()).is_some_and(|found| asked.is_met_by(found)))
    }

    /// The samples of some properties, and the others.
    ///
    /// ```
    /// use alexa_patterns::message::{Command, Connectivity, Power, Property, State, Timestamp};
    ///
    /// let known = [Property::Power(Power::On), Property::Connectivity(Connectivity::Ok)];
    /// let state = State::at(Timestamp::from_milliseconds(0), known);
    /// let (changed, unchanged) = state.split(&Command::Power(Power::On).changes());
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
        let away = Property::Connectivity(Connectivity::Unreachable);
        self.get(&away.name()) == Some(&away)
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
