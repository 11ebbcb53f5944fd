//! What Alexa has a device do.

use super::{
    Color, ErrorType, Kelvin, LockState, Percent, PercentDelta, Power, Property, PropertyName,
    Temperature, ThermostatMode,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::fmt;

/// What Alexa has a device do, with values in range.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Envelope", into = "Envelope")]
pub enum Command {
    /// `Alexa.PowerController`
    TurnOn,
    /// `Alexa.PowerController`
    TurnOff,
    /// `Alexa.BrightnessController`
    SetBrightness(Percent),
    /// `Alexa.BrightnessController`
    AdjustBrightness(PercentDelta),
    /// `Alexa.ColorController`
    SetColor(Color),
    /// `Alexa.ColorTemperatureController`
    SetColorTemperature(Kelvin),
    /// `Alexa.ColorTemperatureController`: colder, that is more kelvin.
    IncreaseColorTemperature,
    /// `Alexa.ColorTemperatureController`: warmer, that is fewer kelvin.
    DecreaseColorTemperature,
    /// `Alexa.ThermostatController`
    SetTargetTemperature(SetPoints),
    /// `Alexa.ThermostatController`: by how much.
    AdjustTargetTemperature(Temperature),
    /// `Alexa.ThermostatController`
    SetThermostatMode(ThermostatMode),
    /// `Alexa.ThermostatController`
    ResumeSchedule,
    /// `Alexa.LockController`
    Lock,
    /// `Alexa.LockController`
    Unlock,
}

/// The temperatures a thermostat is set to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SetPoints {
    /// One.
    Single {
        /// What is aimed at.
        target: Temperature,
    },
    /// Two.
    Dual {
        /// Below it, it heats.
        lower: Temperature,
        /// Above it, it cools.
        upper: Temperature,
    },
    /// Three.
    Triple {
        /// What is aimed at.
        target: Temperature,
        /// Below it, it heats.
        lower: Temperature,
        /// Above it, it cools.
        upper: Temperature,
    },
}

/// Why a directive is no command.
#[derive(Clone, Debug, PartialEq)]
pub struct NoCommand {
    /// What to tell Alexa.
    pub error: ErrorType,
    /// What to tell people.
    pub why: String,
}

impl fmt::Display for NoCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

/// A command as its directive has it.
#[derive(Serialize, Deserialize)]
struct Envelope {
    namespace: String,
    name: String,
    payload: Value,
}

impl Command {
    /// Interface and directive, as in `("Alexa.PowerController", "TurnOn")`.
    pub const fn name(&self) -> (&'static str, &'static str) {
        match self {
            Command::TurnOn => ("Alexa.PowerController", "TurnOn"),
            Command::TurnOff => ("Alexa.PowerController", "TurnOff"),
            Command::SetBrightness(_) => ("Alexa.BrightnessController", "SetBrightness"),
            Command::AdjustBrightness(_) => ("Alexa.BrightnessController", "AdjustBrightness"),
            Command::SetColor(_) => ("Alexa.ColorController", "SetColor"),
            Command::SetColorTemperature(_) => {
                ("Alexa.ColorTemperatureController", "SetColorTemperature")
            }
            Command::IncreaseColorTemperature => {
                ("Alexa.ColorTemperatureController", "IncreaseColorTemperature")
            }
            Command::DecreaseColorTemperature => {
                ("Alexa.ColorTemperatureController", "DecreaseColorTemperature")
            }
            Command::SetTargetTemperature(_) => {
                ("Alexa.ThermostatController", "SetTargetTemperature")
            }
            Command::AdjustTargetTemperature(_) => {
                ("Alexa.ThermostatController", "AdjustTargetTemperature")
            }
            Command::SetThermostatMode(_) => ("Alexa.ThermostatController", "SetThermostatMode"),
            Command::ResumeSchedule => ("Alexa.ThermostatController", "ResumeSchedule"),
            Command::Lock => ("Alexa.LockController", "Lock"),
            Command::Unlock => ("Alexa.LockController", "Unlock"),
        }
    }

    /// The payload as Alexa writes it.
    pub fn payload(&self) -> Value {
        match self {
            Command::SetBrightness(brightness) => json!({ "brightness": brightness }),
            Command::AdjustBrightness(delta) => json!({ "brightnessDelta": delta }),
            Command::SetColor(color) => json!({ "color": color }),
            Command::SetColorTemperature(kelvin) => json!({ "colorTemperatureInKelvin": kelvin }),
            Command::SetTargetTemperature(SetPoints::Single { target }) => {
                json!({ "targetSetpoint": target })
            }
            Command::SetTargetTemperature(SetPoints::Dual { lower, upper }) => {
                json!({ "lowerSetpoint": lower, "upperSetpoint": upper })
            }
            Command::SetTargetTemperature(SetPoints::Triple { target, lower, upper }) => json!({
                "targetSetpoint": target, "lowerSetpoint": lower, "upperSetpoint": upper,
            }),
            Command::AdjustTargetTemperature(delta) => json!({ "targetSetpointDelta": delta }),
            Command::SetThermostatMode(mode) => json!({ "thermostatMode": { "value": mode } }),
            _ => json!({}),
        }
    }

    /// The command of a directive.
    ///
    /// # Errors
    /// [`NoCommand`], with what to tell Alexa: the range of a value outside it, that set points cannot
    /// be scheduled (`schedule`), or else that the directive is invalid.
    pub fn parse(namespace: &str, name: &str, payload: &Value) -> Result<Command, NoCommand> {
        let field = |name: &'static str| Field { name, value: &payload[name] };
        Ok(match (namespace, name) {
            ("Alexa.PowerController", "TurnOn") => Command::TurnOn,
            ("Alexa.PowerController", "TurnOff") => Command::TurnOff,
            ("Alexa.BrightnessController", "SetBrightness") => {
                Command::SetBrightness(field("brightness").whole(Percent::new)?)
            }
            ("Alexa.BrightnessController", "AdjustBrightness") => {
                Command::AdjustBrightness(field("brightnessDelta").whole(PercentDelta::new)?)
            }
            ("Alexa.ColorController", "SetColor") => Command::SetColor(field("color").color()?),
            ("Alexa.ColorTemperatureController", "SetColorTemperature") => {
                Command::SetColorTemperature(field("colorTemperatureInKelvin").whole(Kelvin::new)?)
            }
            ("Alexa.ColorTemperatureController", "IncreaseColorTemperature") => {
                Command::IncreaseColorTemperature
            }
            ("Alexa.ColorTemperatureController", "DecreaseColorTemperature") => {
                Command::DecreaseColorTemperature
            }
            ("Alexa.ThermostatController", "SetTargetTemperature") => {
                if !payload["schedule"].is_null() {
                    return Err(NoCommand {
                        error: ErrorType::UnwillingToSetSchedule,
                        why: "set points for a while are not supported".to_owned(),
                    });
                }
                let target = field("targetSetpoint").optional_temperature()?;
                let lower = field("lowerSetpoint").optional_temperature()?;
                let upper = field("upperSetpoint").optional_temperature()?;
                Command::SetTargetTemperature(match (target, lower, upper) {
                    (Some(target), None, None) => SetPoints::Single { target },
                    (None, Some(lower), Some(upper)) => SetPoints::Dual { lower, upper },
                    (Some(target), Some(lower), Some(upper)) => {
                        SetPoints::Triple { target, lower, upper }
                    }
                    _ => {
                        return Err(invalid(
                            "set points come as the target, as the lower and the upper, or all three",
                        ));
                    }
                })
            }
            ("Alexa.ThermostatController", "AdjustTargetTemperature") => {
                Command::AdjustTargetTemperature(
                    field("targetSetpointDelta").temperature(Temperature::new)?,
                )
            }
            ("Alexa.ThermostatController", "SetThermostatMode") => {
                let mode = &payload["thermostatMode"]["value"];
                if !mode.is_string() {
                    return Err(invalid("`thermostatMode` needs its `value`"));
                }
                let mode = ThermostatMode::deserialize(mode).map_err(|_| NoCommand {
                    error: ErrorType::UnsupportedThermostatMode,
                    why: "a thermostat's mode is AUTO, COOL, HEAT, ECO or OFF".to_owned(),
                })?;
                Command::SetThermostatMode(mode)
            }
            ("Alexa.ThermostatController", "ResumeSchedule") => Command::ResumeSchedule,
            ("Alexa.LockController", "Lock") => Command::Lock,
            ("Alexa.LockController", "Unlock") => Command::Unlock,
            _ => return Err(invalid("no interface of this skill has such a directive")),
        })
    }

    /// The properties of a device that has done it; none where that depends on how it was before.
    ///
    /// ```
    /// use alexa_patterns::message::{Command, Power, Property};
    ///
    /// assert_eq!(Command::TurnOn.expected(), [Property::Power(Power::On)]);
    /// assert!(Command::DecreaseColorTemperature.expected().is_empty());
    /// ```
    pub fn expected(&self) -> Vec<Property> {
        match *self {
            Command::TurnOn => vec![Property::Power(Power::On)],
            Command::TurnOff => vec![Property::Power(Power::Off)],
            Command::SetBrightness(brightness) => vec![Property::Brightness(brightness)],
            Command::SetColor(color) => vec![Property::Color(color)],
            Command::SetColorTemperature(kelvin) => vec![Property::ColorTemperature(kelvin)],
            Command::SetTargetTemperature(set_points) => match set_points {
                SetPoints::Single { target } => vec![Property::TargetSetpoint(target)],
                SetPoints::Dual { lower, upper } => {
                    vec![Property::LowerSetpoint(lower), Property::UpperSetpoint(upper)]
                }
                SetPoints::Triple { target, lower, upper } => vec![
                    Property::TargetSetpoint(target),
                    Property::LowerSetpoint(lower),
                    Property::UpperSetpoint(upper),
                ],
            },
            Command::SetThermostatMode(mode) => vec![Property::ThermostatMode(mode)],
            Command::Lock => vec![Property::Lock(LockState::Locked)],
            Command::Unlock => vec![Property::Lock(LockState::Unlocked)],
            Command::AdjustBrightness(_)
            | Command::IncreaseColorTemperature
            | Command::DecreaseColorTemperature
            | Command::AdjustTargetTemperature(_)
            | Command::ResumeSchedule => Vec::new(),
        }
    }

    /// The properties that it may change: what is new of a device that has done it.
    pub const fn changes(&self) -> &'static [PropertyName] {
        const THERMOSTAT: &str = "Alexa.ThermostatController";
        match self {
            Command::TurnOn | Command::TurnOff => &[("Alexa.PowerController", "powerState")],
            Command::SetBrightness(_) | Command::AdjustBrightness(_) => {
                &[("Alexa.BrightnessController", "brightness")]
            }
            Command::SetColor(_) => &[("Alexa.ColorController", "color")],
            Command::SetColorTemperature(_)
            | Command::IncreaseColorTemperature
            | Command::DecreaseColorTemperature => {
                &[("Alexa.ColorTemperatureController", "colorTemperatureInKelvin")]
            }
            Command::SetTargetTemperature(_) | Command::AdjustTargetTemperature(_) => &[
                (THERMOSTAT, "targetSetpoint"),
                (THERMOSTAT, "lowerSetpoint"),
                (THERMOSTAT, "upperSetpoint"),
            ],
            Command::SetThermostatMode(_) => &[(THERMOSTAT, "thermostatMode")],
            // A schedule may set anything.
            Command::ResumeSchedule => &[
                (THERMOSTAT, "targetSetpoint"),
                (THERMOSTAT, "lowerSetpoint"),
                (THERMOSTAT, "upperSetpoint"),
                (THERMOSTAT, "thermostatMode"),
            ],
            Command::Lock | Command::Unlock => &[("Alexa.LockController", "lockState")],
        }
    }

    /// Whether it is about a lock: Alexa waits longer for those.
    pub const fn is_lock(&self) -> bool {
        matches!(self, Command::Lock | Command::Unlock)
    }
}

fn invalid(why: impl Into<String>) -> NoCommand {
    NoCommand { error: ErrorType::InvalidDirective, why: why.into() }
}

/// A field of a payload, and what can be wrong with it.
struct Field<'p> {
    name: &'static str,
    value: &'p Value,
}

impl Field<'_> {
    // What is there instead is not repeated: it may be anything, even a token.
    fn object(&self) -> Result<&Map<String, Value>, NoCommand> {
        self.value.as_object().ok_or_else(|| invalid(format!("`{}` is no object", self.name)))
    }

    fn whole<T>(&self, new: fn(i64) -> Result<T, super::OutOfRange>) -> Result<T, NoCommand> {
        let number = self.value.as_i64();
        let number =
            number.ok_or_else(|| invalid(format!("`{}` is no whole number", self.name)))?;
        new(number).map_err(|range| self.out_of_range(range))
    }

    fn out_of_range(&self, range: super::OutOfRange) -> NoCommand {
        NoCommand {
            why: format!("`{}` is out of range: {range}", self.name),
            error: ErrorType::ValueOutOfRange { valid: Some((range.minimum, range.maximum)) },
        }
    }

    fn color(&self) -> Result<Color, NoCommand> {
        let parts = self.object()?;
        let part = |name| {
            let part = parts.get(name).and_then(Value::as_f64);
            part.ok_or_else(|| invalid(format!("a color needs its `{name}`")))
        };
        Color::new(part("hue")?, part("saturation")?, part("brightness")?)
            .map_err(|range| self.out_of_range(range))
    }

    fn temperature(
        &self,
        new: fn(f64, super::Scale) -> Result<Temperature, super::OutOfRange>,
    ) -> Result<Temperature, NoCommand> {
        let parts = self.object()?;
        let value = parts.get("value").and_then(Value::as_f64);
        let value = value.ok_or_else(|| invalid("a temperature needs its `value`"))?;
        let scale = parts.get("scale").unwrap_or(&Value::Null);
        let scale = super::Scale::deserialize(scale)
            .map_err(|_| invalid("a temperature's scale is CELSIUS, FAHRENHEIT or KELVIN"))?;
        new(value, scale).map_err(|range| NoCommand {
            why: format!("`{}` is out of range: {range}", self.name),
            error: ErrorType::TemperatureValueOutOfRange { valid: None },
        })
    }

    fn optional_temperature(&self) -> Result<Option<Temperature>, NoCommand> {
        if self.value.is_null() {
            return Ok(None);
        }
        self.temperature(Temperature::reading).map(Some)
    }
}

impl From<Command> for Envelope {
    fn from(command: Command) -> Envelope {
        let (namespace, name) = command.name();
        Envelope {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            payload: command.payload(),
        }
    }
}

impl TryFrom<Envelope> for Command {
    type Error = NoCommand;

    fn try_from(envelope: Envelope) -> Result<Command, NoCommand> {
        Command::parse(&envelope.namespace, &envelope.name, &envelope.payload)
    }
}
