//! The state of a device as Acme writes it.

use crate::Fault;
use alexa_patterns::message::{
    BrightnessCommand, Color, ColorTemperatureCommand, Command, Connectivity, ErrorType, Kelvin,
    LockCommand, LockState, OutOfRange, Percent, Power, Property, PropertyName, Scale, SetPoints,
    State, Temperature, ThermostatCommand, ThermostatMode, ThermostatProperty, Timestamp,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use std::time::SystemTime;

/// A device's state, or what is to become of it: what is not there is not known, or stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct DeviceState {
    #[serde(skip_serializing_if = "Option::is_none")]
    reachable: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    brightness: Option<Percent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    color: Option<Color>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kelvin: Option<Kelvin>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<Temperature>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lower: Option<Temperature>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upper: Option<Temperature>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mode: Option<ThermostatMode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lock: Option<LockState>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<Temperature>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<u64>,
}

/// A temperature as Acme's devices measure it: in any scale, and with any number.
#[derive(Deserialize)]
struct Reading {
    value: f64,
    scale: Scale,
}

impl TryFrom<Reading> for Temperature {
    type Error = OutOfRange;

    fn try_from(reading: Reading) -> Result<Temperature, OutOfRange> {
        Temperature::reading(reading.value, reading.scale)
    }
}

/// By how much Alexa's colder and warmer change a light.
const KELVIN_STEP: i64 = 500;

impl DeviceState {
    /// A state as Acme tells it; none if it is no object. A part that is odd is not known, and takes no
    /// other with it.
    pub(super) fn read(told: &Value) -> Option<DeviceState> {
        let parts = Parts(told.as_object()?);
        Some(DeviceState {
            reachable: parts.part("reachable"),
            on: parts.part("on"),
            brightness: parts.part("brightness"),
            color: parts.part("color"),
            kelvin: parts.part("kelvin"),
            target: parts.temperature("target"),
            lower: parts.temperature("lower"),
            upper: parts.temperature("upper"),
            mode: parts.part("mode"),
            schedule: parts.part("schedule"),
            lock: parts.part("lock"),
            temperature: parts.temperature("temperature"),
            at: parts.part("at"),
        })
    }

    /// The property that Acme calls by a name.
    pub(super) fn property(name: &str) -> Option<PropertyName> {
        Some(match name {
            "reachable" => PropertyName::new("Alexa.EndpointHealth", "connectivity"),
            "on" => PropertyName::new("Alexa.PowerController", "powerState"),
            "brightness" => PropertyName::new("Alexa.BrightnessController", "brightness"),
            "color" => PropertyName::new("Alexa.ColorController", "color"),
            "kelvin" => {
                PropertyName::new("Alexa.ColorTemperatureController", "colorTemperatureInKelvin")
            }
            "target" => PropertyName::new("Alexa.ThermostatController", "targetSetpoint"),
            "lower" => PropertyName::new("Alexa.ThermostatController", "lowerSetpoint"),
            "upper" => PropertyName::new("Alexa.ThermostatController", "upperSetpoint"),
            "mode" => PropertyName::new("Alexa.ThermostatController", "thermostatMode"),
            "lock" => PropertyName::new("Alexa.LockController", "lockState"),
            "temperature" => PropertyName::new("Alexa.TemperatureSensor", "temperature"),
            _ => return None,
        })
    }

    /// What a command wants of a device, if that does not depend on how it is.
    pub(super) fn wanted(command: &Command) -> Option<DeviceState> {
        let unset = DeviceState::default();
        Some(match *command {
            Command::Power(power) => DeviceState { on: Some(power == Power::On), ..unset },
            Command::Brightness(BrightnessCommand::Set(brightness)) => {
                DeviceState { brightness: Some(brightness), ..unset }
            }
            Command::Color(color) => DeviceState { color: Some(color), ..unset },
            Command::ColorTemperature(ColorTemperatureCommand::Set(kelvin)) => {
                DeviceState { kelvin: Some(kelvin), ..unset }
            }
            Command::Thermostat(ThermostatCommand::SetTargetTemperature(set_points)) => {
                match set_points {
                    SetPoints::Single { target } => DeviceState { target: Some(target), ..unset },
                    SetPoints::Dual { lower, upper } => {
                        DeviceState { lower: Some(lower), upper: Some(upper), ..unset }
                    }
                    SetPoints::Triple { target, lower, upper } => DeviceState {
                        target: Some(target),
                        lower: Some(lower),
                        upper: Some(upper),
                        ..unset
                    },
                }
            }
            Command::Thermostat(ThermostatCommand::SetMode(mode)) => {
                DeviceState { mode: Some(mode), ..unset }
            }
            Command::Thermostat(ThermostatCommand::ResumeSchedule) => {
                DeviceState { schedule: Some(true), ..unset }
            }
            Command::Lock(LockCommand::Lock) => {
                DeviceState { lock: Some(LockState::Locked), ..unset }
            }
            Command::Lock(LockCommand::Unlock) => {
                DeviceState { lock: Some(LockState::Unlocked), ..unset }
            }
            Command::Brightness(BrightnessCommand::Adjust(_))
            | Command::ColorTemperature(
                ColorTemperatureCommand::Increase | ColorTemperatureCommand::Decrease,
            )
            | Command::Thermostat(ThermostatCommand::AdjustTargetTemperature(_)) => return None,
            Command::Temperature(never) | Command::Connectivity(never) => match never {},
        })
    }

    /// What a command wants of a device in this state.
    pub(super) fn changed_by(&self, command: &Command) -> Result<DeviceState, Fault> {
        let unset = DeviceState::default();
        let unknown = |what: &str| {
            Fault::new(ErrorType::InvalidDirective, format!("the device has no {what}"))
        };
        let kelvin = |step: i64| {
            let kelvin = self.kelvin.ok_or_else(|| unknown("colour temperature"))?;
            let kelvin = Kelvin::nearest(i64::from(kelvin.get()) + step);
            Ok(DeviceState { kelvin: Some(kelvin), ..DeviceState::default() })
        };
        match *command {
            Command::Brightness(BrightnessCommand::Adjust(delta)) => {
                let brightness = self.brightness.ok_or_else(|| unknown("brightness"))?;
                let brightness = i64::from(brightness.get()) + i64::from(delta.get());
                Ok(DeviceState { brightness: Some(Percent::nearest(brightness)), ..unset })
            }
            Command::ColorTemperature(ColorTemperatureCommand::Increase) => kelvin(KELVIN_STEP),
            Command::ColorTemperature(ColorTemperatureCommand::Decrease) => kelvin(-KELVIN_STEP),
            Command::Thermostat(ThermostatCommand::AdjustTargetTemperature(delta)) => {
                let target = self.target.ok_or_else(|| unknown("target temperature"))?;
                let celsius = target.celsius() + delta.celsius_difference();
                let target = Temperature::new(celsius, Scale::Celsius).map_err(|_| {
                    let error = ErrorType::TemperatureValueOutOfRange { valid: None };
                    Fault::new(error, "no thermostat goes that far")
                })?;
                Ok(DeviceState { target: Some(target), ..unset })
            }
            _ => Ok(DeviceState::wanted(command).unwrap_or_default()),
        }
    }

    /// The properties that are known.
    pub(super) fn properties(&self) -> Vec<Property> {
        let power = |on| if on { Power::On } else { Power::Off };
        let connectivity =
            |reachable| if reachable { Connectivity::Ok } else { Connectivity::Unreachable };
        [
            self.reachable.map(connectivity).map(Property::Connectivity),
            self.on.map(power).map(Property::Power),
            self.brightness.map(Property::Brightness),
            self.color.map(Property::Color),
            self.kelvin.map(Property::ColorTemperature),
            self.target.map(ThermostatProperty::TargetSetpoint).map(Property::Thermostat),
            self.lower.map(ThermostatProperty::LowerSetpoint).map(Property::Thermostat),
            self.upper.map(ThermostatProperty::UpperSetpoint).map(Property::Thermostat),
            self.mode.map(ThermostatProperty::Mode).map(Property::Thermostat),
            self.lock.map(Property::Lock),
            self.temperature.map(Property::Temperature),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// The state as Alexa knows it, of the moment that Acme tells, or else of now.
    pub(super) fn report(&self, now: SystemTime) -> State {
        let time = self.at.map_or(now.into(), Timestamp::from_milliseconds);
        State::at(time, self.properties())
    }
}

/// The parts of an object that others have written.
pub(super) struct Parts<'v>(pub(super) &'v Map<String, Value>);

impl Parts<'_> {
    /// A part, if it is there and as it should be.
    pub(super) fn part<T: DeserializeOwned>(&self, name: &'static str) -> Option<T> {
        let told = self.0.get(name).filter(|told| !told.is_null())?;
        let read = T::deserialize(told).ok();
        if read.is_none() {
            // Not what is there instead: that may be anything, even a token.
            tracing::warn!(name, "Acme tells something odd, which is left out");
        }
        read
    }

    fn temperature(&self, name: &'static str) -> Option<Temperature> {
        let read = Temperature::try_from(self.part::<Reading>(name)?).ok();
        if read.is_none() {
            tracing::warn!(name, "Acme tells a temperature that Alexa does not take");
        }
        read
    }
}
