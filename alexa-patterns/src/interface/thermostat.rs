//! `Alexa.ThermostatController`: how warm it is to be.
//!
//! Source: developer.amazon.com, "Alexa.ThermostatController Interface".

use super::{
    Described, Field, Instance, Interface, PropertyName, Received, Refusal, Written, json as value,
    no_replies, of_json,
};
use crate::message::{Temperature, words};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// `Alexa.ThermostatController`
#[derive(Clone, Copy, Debug)]
pub struct ThermostatController;

/// What a thermostat is to do.
#[derive(Clone, Debug, PartialEq)]
pub enum ThermostatCommand {
    /// It is set to temperatures.
    SetTargetTemperature(SetPoints),
    /// It is set to temperatures for a while, or from some time on.
    SetForAWhile(SetPoints, Schedule),
    /// It is set to so much more or less.
    AdjustTargetTemperature(Temperature),
    /// It works in another way.
    SetMode(ThermostatMode),
    /// It goes on with its schedule.
    ResumeSchedule,
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

impl SetPoints {
    /// As properties.
    pub fn properties(&self) -> Vec<ThermostatProperty> {
        use ThermostatProperty::{LowerSetpoint, TargetSetpoint, UpperSetpoint};
        match *self {
            SetPoints::Single { target } => vec![TargetSetpoint(target)],
            SetPoints::Dual { lower, upper } => vec![LowerSetpoint(lower), UpperSetpoint(upper)],
            SetPoints::Triple { target, lower, upper } => {
                vec![TargetSetpoint(target), LowerSetpoint(lower), UpperSetpoint(upper)]
            }
        }
    }

    fn payload(&self) -> Value {
        let properties = self.properties();
        properties.iter().map(|it| (it.word(), ThermostatController::value(it))).collect()
    }

    fn read(payload: &Value) -> Result<SetPoints, Refusal<ThermostatError>> {
        let field = |name| Field::of(payload, name).optional_temperature();
        match (field("targetSetpoint")?, field("lowerSetpoint")?, field("upperSetpoint")?) {
            (Some(target), None, None) => Ok(SetPoints::Single { target }),
            (None, Some(lower), Some(upper)) => Ok(SetPoints::Dual { lower, upper }),
            (Some(target), Some(lower), Some(upper)) => {
                Ok(SetPoints::Triple { target, lower, upper })
            }
            _ => Err(Refusal::Invalid(
                "set points come as the target, as the lower and the upper, or all three"
                    .to_owned(),
            )),
        }
    }
}

/// From when on, and for how long, as ISO 8601 writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "AnySchedule")]
pub struct Schedule {
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<String>,
}

#[derive(Deserialize)]
struct AnySchedule {
    start: Option<String>,
    duration: Option<String>,
}

impl TryFrom<AnySchedule> for Schedule {
    type Error = &'static str;

    fn try_from(any: AnySchedule) -> Result<Schedule, &'static str> {
        Schedule::new(any.start, any.duration)
            .ok_or("a schedule says from when on, or for how long")
    }
}

impl Schedule {
    /// From a moment on, as in `2026-07-01T07:00:00Z`, for a time, as in `PT2H30M`; none with neither, or with
    /// what is none.
    ///
    /// ```
    /// use alexa_patterns::message::Schedule;
    ///
    /// let evening = Schedule::new(None, Some("PT3H".to_owned()));
    /// assert_eq!(evening.expect("a time").duration(), Some("PT3H"));
    /// assert_eq!(Schedule::new(None, Some("three hours".to_owned())), None);
    /// ```
    pub fn new(start: Option<String>, duration: Option<String>) -> Option<Schedule> {
        let made_of = |text: &str, others: &str| {
            let fits = |letter: char| letter.is_ascii_digit() || others.contains(letter);
            (2..=40).contains(&text.len()) && text.chars().all(fits)
        };
        let is_moment = |text: &String| {
            text.starts_with(|first: char| first.is_ascii_digit()) && made_of(text, "-:.+TZ")
        };
        let is_time = |text: &String| text.starts_with('P') && made_of(text, "PYMWDTHS.");
        let is_something = start.is_some() || duration.is_some();
        let fits = start.as_ref().is_none_or(is_moment) && duration.as_ref().is_none_or(is_time);
        (is_something && fits).then_some(Schedule { start, duration })
    }

    /// From when on.
    pub fn start(&self) -> Option<&str> {
        self.start.as_deref()
    }

    /// For how long.
    pub fn duration(&self) -> Option<&str> {
        self.duration.as_deref()
    }
}

words! {
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
}

/// What a thermostat is set to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ThermostatProperty {
    /// What is aimed at.
    TargetSetpoint(Temperature),
    /// Below it, it heats.
    LowerSetpoint(Temperature),
    /// Above it, it cools.
    UpperSetpoint(Temperature),
    /// What it does.
    Mode(ThermostatMode),
}

impl ThermostatProperty {
    const fn word(&self) -> &'static str {
        match self {
            ThermostatProperty::TargetSetpoint(_) => "targetSetpoint",
            ThermostatProperty::LowerSetpoint(_) => "lowerSetpoint",
            ThermostatProperty::UpperSetpoint(_) => "upperSetpoint",
            ThermostatProperty::Mode(_) => "thermostatMode",
        }
    }
}

/// What a thermostat can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thermostat {
    /// How many temperatures it is set to.
    pub set_points: SetPointCount,
    /// What it can do; none leaves it unsaid.
    pub modes: BTreeSet<ThermostatMode>,
    /// Whether it has a schedule that can be resumed.
    pub scheduling: bool,
}

/// How many temperatures a thermostat is set to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SetPointCount {
    /// The target.
    One,
    /// The lower and the upper.
    Two,
    /// The target, the lower and the upper.
    Three,
}

/// What can go wrong with a thermostat.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ThermostatError {
    /// The set points are too close to each other.
    SetpointsTooClose {
        /// How far they have to be apart.
        minimum: Temperature,
    },
    /// The thermostat is off.
    IsOff,
    /// It does not know the mode.
    UnsupportedMode,
    /// It takes no two set points.
    DualSetpointsUnsupported,
    /// It takes no three set points.
    TripleSetpointsUnsupported,
    /// It may not change its schedule.
    UnwillingToSetSchedule,
    /// It may not be set to that.
    UnwillingToSetValue,
}

/// The types that are a name and nothing else.
const NAMES: [(ThermostatError, &str); 6] = [
    (ThermostatError::IsOff, "THERMOSTAT_IS_OFF"),
    (ThermostatError::UnsupportedMode, "UNSUPPORTED_THERMOSTAT_MODE"),
    (ThermostatError::DualSetpointsUnsupported, "DUAL_SETPOINTS_UNSUPPORTED"),
    (ThermostatError::TripleSetpointsUnsupported, "TRIPLE_SETPOINTS_UNSUPPORTED"),
    (ThermostatError::UnwillingToSetSchedule, "UNWILLING_TO_SET_SCHEDULE"),
    (ThermostatError::UnwillingToSetValue, "UNWILLING_TO_SET_VALUE"),
];

const TOO_CLOSE: &str = "REQUESTED_SETPOINTS_TOO_CLOSE";

impl Interface for ThermostatController {
    const NAME: &'static str = "Alexa.ThermostatController";
    const MAY_BE_PROMISED: bool = true;
    const IS_RELIED_ON: bool = false;
    const IS_SLOW: bool = false;
    type Directive = ThermostatCommand;
    type Property = ThermostatProperty;
    type Capability = Thermostat;
    type Error = ThermostatError;

    fn write(command: &ThermostatCommand) -> Written {
        match command {
            ThermostatCommand::SetTargetTemperature(set_points) => {
                Written::new("SetTargetTemperature", set_points.payload())
            }
            ThermostatCommand::SetForAWhile(set_points, schedule) => {
                let mut payload = set_points.payload();
                payload["schedule"] = json!(schedule);
                Written::new("SetTargetTemperature", payload)
            }
            ThermostatCommand::AdjustTargetTemperature(by) => {
                Written::new("AdjustTargetTemperature", json!({ "targetSetpointDelta": by }))
            }
            ThermostatCommand::SetMode(mode) => {
                Written::new("SetThermostatMode", json!({ "thermostatMode": { "value": mode } }))
            }
            ThermostatCommand::ResumeSchedule => Written::new("ResumeSchedule", json!({})),
        }
    }

    fn read(written: &Received<'_>) -> Result<Option<ThermostatCommand>, Refusal<ThermostatError>> {
        Ok(Some(match written.name {
            "SetTargetTemperature" => {
                let set_points = SetPoints::read(written.payload)?;
                let schedule: Result<_, Refusal<ThermostatError>> =
                    written.field("schedule").optional();
                match schedule {
                    Ok(None) => ThermostatCommand::SetTargetTemperature(set_points),
                    Ok(Some(schedule)) => ThermostatCommand::SetForAWhile(set_points, schedule),
                    Err(_) => {
                        return Err(Refusal::Own(
                            ThermostatError::UnwillingToSetSchedule,
                            "the schedule is not as documented".to_owned(),
                        ));
                    }
                }
            }
            "AdjustTargetTemperature" => ThermostatCommand::AdjustTargetTemperature(
                written.field("targetSetpointDelta").temperature(Temperature::new)?,
            ),
            "SetThermostatMode" => {
                let mode = &written.payload["thermostatMode"]["value"];
                if !mode.is_string() {
                    return Err(Refusal::Invalid("`thermostatMode` needs its `value`".to_owned()));
                }
                ThermostatCommand::SetMode(ThermostatMode::deserialize(mode).map_err(|_| {
                    Refusal::Own(
                        ThermostatError::UnsupportedMode,
                        "a thermostat's mode is AUTO, COOL, HEAT, ECO or OFF".to_owned(),
                    )
                })?)
            }
            "ResumeSchedule" => ThermostatCommand::ResumeSchedule,
            _ => return Ok(None),
        }))
    }

    fn expected(command: &ThermostatCommand) -> Vec<ThermostatProperty> {
        match command {
            ThermostatCommand::SetTargetTemperature(set_points) => set_points.properties(),
            ThermostatCommand::SetMode(mode) => vec![ThermostatProperty::Mode(*mode)],
            // From some time on, it may be.
            ThermostatCommand::SetForAWhile(..)
            | ThermostatCommand::AdjustTargetTemperature(_)
            | ThermostatCommand::ResumeSchedule => Vec::new(),
        }
    }

    fn changes(command: &ThermostatCommand) -> Vec<PropertyName> {
        let set_points = ["targetSetpoint", "lowerSetpoint", "upperSetpoint"];
        let names = match command {
            ThermostatCommand::SetTargetTemperature(_)
            | ThermostatCommand::SetForAWhile(..)
            | ThermostatCommand::AdjustTargetTemperature(_) => set_points.to_vec(),
            ThermostatCommand::SetMode(_) => vec!["thermostatMode"],
            // A schedule may set anything.
            ThermostatCommand::ResumeSchedule => [&set_points[..], &["thermostatMode"]].concat(),
        };
        names.into_iter().map(|name| PropertyName::new(Self::NAME, name)).collect()
    }

    no_replies!();

    fn name(property: &ThermostatProperty) -> PropertyName {
        PropertyName::new(Self::NAME, property.word())
    }

    fn value(property: &ThermostatProperty) -> Value {
        match property {
            ThermostatProperty::TargetSetpoint(temperature)
            | ThermostatProperty::LowerSetpoint(temperature)
            | ThermostatProperty::UpperSetpoint(temperature) => value(temperature),
            ThermostatProperty::Mode(mode) => value(mode),
        }
    }

    fn property(
        name: &str,
        _: Option<Instance>,
        value: &Value,
    ) -> Result<Option<ThermostatProperty>, String> {
        Ok(Some(match name {
            "targetSetpoint" => ThermostatProperty::TargetSetpoint(of_json(value)?),
            "lowerSetpoint" => ThermostatProperty::LowerSetpoint(of_json(value)?),
            "upperSetpoint" => ThermostatProperty::UpperSetpoint(of_json(value)?),
            "thermostatMode" => ThermostatProperty::Mode(of_json(value)?),
            _ => return Ok(None),
        }))
    }

    fn is_met_by(asked: &ThermostatProperty, found: &ThermostatProperty) -> bool {
        use ThermostatProperty::{LowerSetpoint, TargetSetpoint, UpperSetpoint};
        match (asked, found) {
            (TargetSetpoint(asked), TargetSetpoint(found))
            | (LowerSetpoint(asked), LowerSetpoint(found))
            | (UpperSetpoint(asked), UpperSetpoint(found)) => {
                (asked.celsius() - found.celsius()).abs() <= 0.3
            }
            (asked, found) => asked == found,
        }
    }

    fn describe(thermostat: &Thermostat) -> Described {
        let properties: &[&str] = match thermostat.set_points {
            SetPointCount::One => &["targetSetpoint", "thermostatMode"],
            SetPointCount::Two => &["lowerSetpoint", "upperSetpoint", "thermostatMode"],
            SetPointCount::Three => {
                &["targetSetpoint", "lowerSetpoint", "upperSetpoint", "thermostatMode"]
            }
        };
        let mut configuration = json!({ "supportsScheduling": thermostat.scheduling });
        if !thermostat.modes.is_empty() {
            configuration["supportedModes"] = json!(thermostat.modes);
        }
        Described::with(properties).and("configuration", configuration)
    }

    fn capability(described: &Value) -> Result<Thermostat, String> {
        #[derive(Default, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Configuration {
            supported_modes: Option<BTreeSet<ThermostatMode>>,
            supports_scheduling: Option<bool>,
        }
        let supported = described["properties"]["supported"].as_array();
        let has =
            |name: &str| supported.into_iter().flatten().any(|property| property["name"] == name);
        // The schema wants neither the configuration nor anything in it.
        let configuration: Option<Configuration> = of_json(&described["configuration"])?;
        let configuration = configuration.unwrap_or_default();
        Ok(Thermostat {
            set_points: match (has("targetSetpoint"), has("lowerSetpoint")) {
                (true, true) => SetPointCount::Three,
                (false, true) => SetPointCount::Two,
                _ => SetPointCount::One,
            },
            modes: configuration.supported_modes.unwrap_or_default(),
            scheduling: configuration.supports_scheduling.unwrap_or_default(),
        })
    }

    fn write_error(error: ThermostatError) -> (&'static str, Option<(&'static str, Value)>) {
        match error {
            ThermostatError::SetpointsTooClose { minimum } => {
                (TOO_CLOSE, Some(("minimumTemperatureDelta", json!(minimum))))
            }
            ThermostatError::IsOff
            | ThermostatError::UnsupportedMode
            | ThermostatError::DualSetpointsUnsupported
            | ThermostatError::TripleSetpointsUnsupported
            | ThermostatError::UnwillingToSetSchedule
            | ThermostatError::UnwillingToSetValue => {
                let name = NAMES.iter().find(|(known, _)| *known == error);
                (name.map_or("", |(_, name)| name), None)
            }
        }
    }

    fn read_error(payload: &Value) -> Option<ThermostatError> {
        match payload["type"].as_str()? {
            TOO_CLOSE => Some(ThermostatError::SetpointsTooClose {
                minimum: Temperature::deserialize(&payload["minimumTemperatureDelta"]).ok()?,
            }),
            other => NAMES.iter().find(|(_, name)| *name == other).map(|(error, _)| *error),
        }
    }
}
