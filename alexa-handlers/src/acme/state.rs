//! The state of a device as Acme writes it.

use crate::Fault;
use alexa_patterns::message::{
    Alarm, BrightnessCommand, ColorTemperatureCommand, Command, Connectivity, Detection, ErrorType,
    Instance, Kelvin, ModeChange, ModeValue, Number, OutOfRange, OwnError, Percent,
    PercentageCommand, Power, PowerLevelCommand, Property, RangeChange, RangeCommand, RangeValue,
    Scale, SceneCommand, SecurityPanelCommand, SecurityPanelProperty, SetPoints, SpeakerCommand,
    SpeakerProperty, State, StepSpeakerCommand, Temperature, ThermostatCommand, ThermostatError,
    ThermostatProperty, Timestamp, ToggleState,
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use std::time::SystemTime;

/// A device's state; a property that is missing is unknown.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct DeviceState {
    properties: Vec<Property>,
    at: Option<u64>,
}

/// The state that a device is to have; what is missing stays as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Wanted {
    /// The parts, as Acme calls them.
    pub(super) parts: Map<String, Value>,
    /// What the device will be like then, as far as that is known.
    pub(super) expected: Vec<Property>,
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
        let object = told.as_object()?;
        let parts = Parts(object);
        let properties = object.keys().filter_map(|name| property(name, &parts)).collect();
        Some(DeviceState { properties, at: parts.part("at") })
    }

    /// The property that Acme calls by a name, if it is known.
    pub(super) fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| part(property).0 == name)
    }

    /// The state as Alexa knows it, of the moment that Acme tells, or else of now.
    pub(super) fn report(&self, now: SystemTime) -> State {
        let time = self.at.map_or(now.into(), Timestamp::from_milliseconds);
        State::at(time, self.properties.iter().cloned())
    }

    fn find<T>(&self, command: &Command, of: impl Fn(&Property) -> Option<T>) -> Result<T, Fault> {
        self.properties.iter().find_map(of).ok_or_else(|| has_no(command))
    }

    /// What a command wants of a device in this state.
    pub(super) fn changed_by(&self, command: &Command) -> Result<Wanted, Fault> {
        let percent = |now: Percent, by: i8| Percent::nearest(i64::from(now.get()) + i64::from(by));
        let property = match command {
            Command::Brightness(BrightnessCommand::Adjust(by)) => {
                let now = self.find(command, |it| match it {
                    Property::Brightness(now) => Some(*now),
                    _ => None,
                })?;
                Property::Brightness(percent(now, by.get()))
            }
            Command::Percentage(PercentageCommand::Adjust(by)) => {
                let now = self.find(command, |it| match it {
                    Property::Percentage(now) => Some(*now),
                    _ => None,
                })?;
                Property::Percentage(percent(now, by.get()))
            }
            Command::PowerLevel(PowerLevelCommand::Adjust(by)) => {
                let now = self.find(command, |it| match it {
                    Property::PowerLevel(now) => Some(*now),
                    _ => None,
                })?;
                Property::PowerLevel(percent(now, by.get()))
            }
            Command::Speaker(SpeakerCommand::AdjustVolume { by, .. }) => {
                let now = self.find(command, |it| match it {
                    Property::Speaker(SpeakerProperty::Volume(now)) => Some(*now),
                    _ => None,
                })?;
                Property::Speaker(SpeakerProperty::Volume(percent(now, by.get())))
            }
            Command::ColorTemperature(
                change @ (ColorTemperatureCommand::Increase | ColorTemperatureCommand::Decrease),
            ) => {
                let now = self.find(command, |it| match it {
                    Property::ColorTemperature(now) => Some(i64::from(now.get())),
                    _ => None,
                })?;
                let colder = *change == ColorTemperatureCommand::Increase;
                let step = if colder { KELVIN_STEP } else { -KELVIN_STEP };
                Property::ColorTemperature(Kelvin::nearest(now + step))
            }
            Command::Thermostat(ThermostatCommand::AdjustTargetTemperature(by)) => {
                let now = self.find(command, |it| match it {
                    Property::Thermostat(ThermostatProperty::TargetSetpoint(now)) => Some(*now),
                    _ => None,
                })?;
                let celsius = now.celsius() + by.celsius_difference();
                let target = Temperature::new(celsius, Scale::Celsius).map_err(|_| {
                    let error = ErrorType::TemperatureValueOutOfRange { valid: None };
                    Fault::new(error, "no thermostat goes that far")
                })?;
                Property::Thermostat(ThermostatProperty::TargetSetpoint(target))
            }
            Command::Range(RangeCommand { instance, change: RangeChange::Adjust { by, .. } }) => {
                let now = self.find(command, |it| match it {
                    Property::Range(now) if now.instance == *instance => Some(now.value),
                    _ => None,
                })?;
                let value = Number::new(now.get() + by.get()).map_err(|range| {
                    let valid = Some((range.minimum, range.maximum));
                    Fault::new(ErrorType::ValueOutOfRange { valid }, "nothing goes that far")
                })?;
                Property::Range(RangeValue { instance: instance.clone(), value })
            }
            command => return Ok(Wanted::of(command).unwrap_or_default()),
        };
        Ok(Wanted::property(property))
    }
}

/// That a device has not what a command is about.
pub(super) fn has_no(command: &Command) -> Fault {
    if let Command::Thermostat(ThermostatCommand::SetTargetTemperature(SetPoints::Dual {
        ..
    })) = command
    {
        let error = ErrorType::Own(OwnError::Thermostat(ThermostatError::DualSetpointsUnsupported));
        return Fault::new(error, "the device takes no two set points");
    }
    let why = format!("the device has no `{}`", command.interface());
    Fault::new(ErrorType::InvalidDirective, why)
}

impl Wanted {
    fn property(property: Property) -> Wanted {
        Wanted { parts: [part(&property)].into_iter().collect(), expected: vec![property] }
    }

    /// What a command wants of a device, if that does not depend on how it is.
    pub(super) fn of(command: &Command) -> Option<Wanted> {
        let expected = command.expected();
        if !expected.is_empty() {
            let mut parts: Map<_, _> = expected.iter().map(part).collect();
            if let Command::SecurityPanel(command) = command {
                parts.extend(beside(command));
            }
            return Some(Wanted { parts, expected });
        }
        let wanted = |name: &str, value: Value| Wanted {
            parts: [(name.to_owned(), value)].into_iter().collect(),
            expected: Vec::new(),
        };
        Some(match command {
            Command::Thermostat(ThermostatCommand::ResumeSchedule) => {
                wanted("schedule", true.into())
            }
            Command::Thermostat(ThermostatCommand::SetForAWhile(set_points, schedule)) => {
                let mut wanted = wanted("schedule", json!(schedule));
                wanted.parts.extend(parts_of(set_points));
                wanted
            }
            Command::Scene(scene) => wanted("scene", (*scene == SceneCommand::Activate).into()),
            Command::StepSpeaker(StepSpeakerCommand::AdjustVolume { steps, .. }) => {
                wanted("steps", json!(steps))
            }
            Command::StepSpeaker(StepSpeakerCommand::SetMute(mute)) => {
                wanted("silent", (*mute).into())
            }
            Command::Playback(operation) => wanted("play", json!(operation)),
            Command::Mode(mode) => match mode.change {
                ModeChange::Adjust(by) => {
                    wanted("mode_step", json!({ "name": mode.instance, "by": by }))
                }
                ModeChange::Set(_) => return None,
            },
            Command::RtcSession(_) => wanted("session", command.payload()),
            Command::CameraStream(streams) => wanted("streams", json!(streams.0)),
            Command::Channel(_) => wanted("channel_change", command.payload()),
            Command::Power(_)
            | Command::Brightness(_)
            | Command::Color(_)
            | Command::ColorTemperature(_)
            | Command::Thermostat(_)
            | Command::Lock(_)
            | Command::Range(_)
            | Command::Toggle(_)
            | Command::Percentage(_)
            | Command::PowerLevel(_)
            | Command::Speaker(_)
            | Command::Input(_)
            | Command::SecurityPanel(_) => return None,
            Command::Temperature(never)
            | Command::Connectivity(never)
            | Command::Contact(never)
            | Command::Motion(never)
            | Command::Doorbell(never) => match *never {},
        })
    }
}

/// The fields of a request to an alarm system, besides the state that it is to have.
fn beside(command: &SecurityPanelCommand) -> Vec<(String, Value)> {
    match command {
        SecurityPanelCommand::Arm { bypass, instant, .. } => {
            [("bypass", *bypass), ("instant", *instant)]
                .into_iter()
                .filter(|(_, is_so)| *is_so)
                .map(|(name, is_so)| (name.to_owned(), is_so.into()))
                .collect()
        }
        SecurityPanelCommand::Disarm { pin } => {
            pin.iter().map(|pin| ("pin".to_owned(), pin.expose().into())).collect()
        }
    }
}

fn parts_of(set_points: &SetPoints) -> Vec<(String, Value)> {
    let properties = set_points.properties();
    properties.into_iter().map(|it| part(&Property::Thermostat(it))).collect()
}

/// What Acme calls a property, and its value.
fn part(property: &Property) -> (String, Value) {
    let detected = |detection: &Detection| json!(*detection == Detection::Detected);
    let alarm = |alarm: &Alarm| json!(*alarm == Alarm::Alarm);
    let on = |power: &Power| json!(*power == Power::On);
    let (name, value) = match property {
        Property::Connectivity(is) => ("reachable", json!(*is == Connectivity::Ok)),
        Property::Power(power) => ("on", on(power)),
        Property::Brightness(percent) => ("brightness", json!(percent)),
        Property::Color(color) => ("color", json!(color)),
        Property::ColorTemperature(kelvin) => ("kelvin", json!(kelvin)),
        Property::Thermostat(ThermostatProperty::TargetSetpoint(it)) => ("target", json!(it)),
        Property::Thermostat(ThermostatProperty::LowerSetpoint(it)) => ("lower", json!(it)),
        Property::Thermostat(ThermostatProperty::UpperSetpoint(it)) => ("upper", json!(it)),
        Property::Thermostat(ThermostatProperty::Mode(mode)) => ("mode", json!(mode)),
        Property::Lock(lock) => ("lock", json!(lock)),
        Property::Temperature(temperature) => ("temperature", json!(temperature)),
        Property::Range(range) => {
            return (format!("{RANGE}{}", range.instance), json!(range.value));
        }
        Property::Mode(mode) => return (format!("{MODE}{}", mode.instance), json!(mode.mode)),
        Property::Toggle(toggle) => {
            return (format!("{TOGGLE}{}", toggle.instance), on(&toggle.state));
        }
        Property::Contact(detection) => ("contact", detected(detection)),
        Property::Motion(detection) => ("motion", detected(detection)),
        Property::Percentage(percent) => ("percentage", json!(percent)),
        Property::PowerLevel(percent) => ("level", json!(percent)),
        Property::Speaker(SpeakerProperty::Volume(volume)) => ("volume", json!(volume)),
        Property::Speaker(SpeakerProperty::Muted(muted)) => ("muted", json!(muted)),
        Property::Input(input) => ("input", json!(input)),
        Property::Channel(channel) => ("channel", json!(channel)),
        Property::SecurityPanel(SecurityPanelProperty::Arm(state)) => ("arm", json!(state)),
        Property::SecurityPanel(SecurityPanelProperty::Burglary(it)) => ("burglary", alarm(it)),
        Property::SecurityPanel(SecurityPanelProperty::CarbonMonoxide(it)) => {
            ("carbon_monoxide", alarm(it))
        }
        Property::SecurityPanel(SecurityPanelProperty::Fire(it)) => ("fire", alarm(it)),
        Property::SecurityPanel(SecurityPanelProperty::Water(it)) => ("water", alarm(it)),
        Property::Scene(never)
        | Property::StepSpeaker(never)
        | Property::Playback(never)
        | Property::Doorbell(never)
        | Property::RtcSession(never)
        | Property::CameraStream(never) => match *never {},
    };
    (name.to_owned(), value)
}

/// How the names of Acme's parts begin where a device may have several instances of one interface.
const RANGE: &str = "range:";
const MODE: &str = "mode:";
const TOGGLE: &str = "toggle:";

/// The property that Acme calls by a name; none of what is no property, or odd.
fn property(name: &str, parts: &Parts<'_>) -> Option<Property> {
    let power = |on: bool| if on { Power::On } else { Power::Off };
    let detection =
        |detected: bool| if detected { Detection::Detected } else { Detection::NotDetected };
    let alarm = |sounds: bool| if sounds { Alarm::Alarm } else { Alarm::Ok };
    let thermostat = |property| Property::Thermostat(property);
    let panel = |property| Property::SecurityPanel(property);
    Some(match name {
        "reachable" => {
            let is = if parts.part(name)? { Connectivity::Ok } else { Connectivity::Unreachable };
            Property::Connectivity(is)
        }
        "on" => Property::Power(power(parts.part(name)?)),
        "brightness" => Property::Brightness(parts.part(name)?),
        "color" => Property::Color(parts.part(name)?),
        "kelvin" => Property::ColorTemperature(parts.part(name)?),
        "target" => thermostat(ThermostatProperty::TargetSetpoint(parts.temperature(name)?)),
        "lower" => thermostat(ThermostatProperty::LowerSetpoint(parts.temperature(name)?)),
        "upper" => thermostat(ThermostatProperty::UpperSetpoint(parts.temperature(name)?)),
        "mode" => thermostat(ThermostatProperty::Mode(parts.part(name)?)),
        "lock" => Property::Lock(parts.part(name)?),
        "temperature" => Property::Temperature(parts.temperature(name)?),
        "contact" => Property::Contact(detection(parts.part(name)?)),
        "motion" => Property::Motion(detection(parts.part(name)?)),
        "percentage" => Property::Percentage(parts.part(name)?),
        "level" => Property::PowerLevel(parts.part(name)?),
        "volume" => Property::Speaker(SpeakerProperty::Volume(parts.part(name)?)),
        "muted" => Property::Speaker(SpeakerProperty::Muted(parts.part(name)?)),
        "input" => Property::Input(parts.part(name)?),
        "channel" => Property::Channel(parts.part(name)?),
        "arm" => panel(SecurityPanelProperty::Arm(parts.part(name)?)),
        "burglary" => panel(SecurityPanelProperty::Burglary(alarm(parts.part(name)?))),
        "carbon_monoxide" => panel(SecurityPanelProperty::CarbonMonoxide(alarm(parts.part(name)?))),
        "fire" => panel(SecurityPanelProperty::Fire(alarm(parts.part(name)?))),
        "water" => panel(SecurityPanelProperty::Water(alarm(parts.part(name)?))),
        _ => {
            let of = |prefix: &str| Instance::new(name.strip_prefix(prefix)?).ok();
            if let Some(instance) = of(RANGE) {
                Property::Range(RangeValue { instance, value: parts.part(name)? })
            } else if let Some(instance) = of(MODE) {
                Property::Mode(ModeValue { instance, mode: parts.part(name)? })
            } else {
                let instance = of(TOGGLE)?;
                Property::Toggle(ToggleState { instance, state: power(parts.part(name)?) })
            }
        }
    })
}

/// The parts of an object that others have written.
pub(super) struct Parts<'v>(pub(super) &'v Map<String, Value>);

impl Parts<'_> {
    /// A part, if it is there and as it should be.
    pub(super) fn part<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let told = self.0.get(name).filter(|told| !told.is_null())?;
        let read = T::deserialize(told).ok();
        if read.is_none() {
            // Not what is there instead: that may be anything, even a token.
            tracing::warn!(name, "Acme tells something odd, which is left out");
        }
        read
    }

    fn temperature(&self, name: &str) -> Option<Temperature> {
        let read = Temperature::try_from(self.part::<Reading>(name)?).ok();
        if read.is_none() {
            tracing::warn!(name, "Acme tells a temperature that Alexa does not take");
        }
        read
    }
}
