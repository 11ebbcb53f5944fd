//! `Alexa.SecurityPanelController`: an alarm system is armed or not, and sounds or not.
//!
//! Source: developer.amazon.com, "Alexa.SecurityPanelController Interface".

use super::{
    Described, Instance, Interface, PropertyName, Received, Refusal, Written, json as value,
    of_json,
};
use crate::message::{Timestamp, Token, words};
use serde::Deserialize as _;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// `Alexa.SecurityPanelController`
#[derive(Clone, Copy, Debug)]
pub struct SecurityPanelController;

words! {
    /// Whether an alarm system is armed.
    ArmState {
        /// It is, and nobody is at home.
        ArmedAway,
        /// It is, and somebody is at home.
        ArmedStay,
        /// It is, and somebody sleeps.
        ArmedNight,
        /// It is not.
        Disarmed,
    }
    /// Whether an alarm sounds.
    Alarm {
        /// It does not.
        Ok,
        /// It does.
        Alarm,
    }
}

/// What an alarm system is to do.
#[derive(Clone, Debug, PartialEq)]
pub enum SecurityPanelCommand {
    /// It is to watch.
    Arm {
        /// How.
        state: ArmState,
        /// Whether it is to leave out what is open.
        bypass: bool,
        /// Whether it is to watch at once, without time to leave.
        instant: bool,
    },
    /// It is to watch no longer.
    Disarm {
        /// What somebody has said to prove that they may, if they have.
        pin: Option<Token>,
    },
}

/// What is known of an alarm system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecurityPanelProperty {
    /// Whether it is armed.
    Arm(ArmState),
    /// Whether somebody breaks in.
    Burglary(Alarm),
    /// Whether there is carbon monoxide.
    CarbonMonoxide(Alarm),
    /// Whether it burns.
    Fire(Alarm),
    /// Whether water leaks.
    Water(Alarm),
}

impl SecurityPanelProperty {
    const fn word(&self) -> &'static str {
        match self {
            SecurityPanelProperty::Arm(_) => ARM_STATE,
            SecurityPanelProperty::Burglary(_) => AlarmKind::Burglary.property(),
            SecurityPanelProperty::CarbonMonoxide(_) => AlarmKind::CarbonMonoxide.property(),
            SecurityPanelProperty::Fire(_) => AlarmKind::Fire.property(),
            SecurityPanelProperty::Water(_) => AlarmKind::Water.property(),
        }
    }
}

const ARM_STATE: &str = "armState";

/// What an alarm system warns of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AlarmKind {
    /// That somebody breaks in.
    Burglary,
    /// Carbon monoxide.
    CarbonMonoxide,
    /// Fire.
    Fire,
    /// Water.
    Water,
}

impl AlarmKind {
    const ALL: [AlarmKind; 4] =
        [AlarmKind::Burglary, AlarmKind::CarbonMonoxide, AlarmKind::Fire, AlarmKind::Water];

    const fn property(self) -> &'static str {
        match self {
            AlarmKind::Burglary => "burglaryAlarm",
            AlarmKind::CarbonMonoxide => "carbonMonoxideAlarm",
            AlarmKind::Fire => "fireAlarm",
            AlarmKind::Water => "waterAlarm",
        }
    }
}

/// An alarm system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityPanel {
    /// How it can watch, and whether it can stop.
    pub arm_states: BTreeSet<ArmState>,
    /// What it warns of.
    pub alarms: BTreeSet<AlarmKind>,
    /// Whether it takes a PIN of four digits, so that it can be disarmed by voice.
    pub takes_pins: bool,
}

/// What an alarm system answers that is about to watch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Armed {
    /// How many seconds there are to leave.
    pub exit_delay: Option<u8>,
}

/// What can go wrong with an alarm system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecurityPanelError {
    /// Arming it so has to be done with less to prove first: it is to be disarmed before.
    AuthorizationRequired,
    /// Something is open, and has to be left out.
    BypassNeeded,
    /// It is not ready.
    NotReady,
    /// The PIN is wrong.
    Unauthorized,
    /// An alarm has to be cleared first.
    UnclearedAlarm,
    /// A trouble has to be cleared first.
    UnclearedTrouble,
}

/// The types of errors.
const ERRORS: [(SecurityPanelError, &str); 6] = [
    (SecurityPanelError::AuthorizationRequired, "AUTHORIZATION_REQUIRED"),
    (SecurityPanelError::BypassNeeded, "BYPASS_NEEDED"),
    (SecurityPanelError::NotReady, "NOT_READY"),
    (SecurityPanelError::Unauthorized, "UNAUTHORIZED"),
    (SecurityPanelError::UnclearedAlarm, "UNCLEARED_ALARM"),
    (SecurityPanelError::UnclearedTrouble, "UNCLEARED_TROUBLE"),
];

const PIN: &str = "FOUR_DIGIT_PIN";

impl Interface for SecurityPanelController {
    const NAME: &'static str = "Alexa.SecurityPanelController";
    // Who hears that the house is watched goes away.
    const MAY_BE_PROMISED: bool = false;
    const IS_RELIED_ON: bool = true;
    const IS_SLOW: bool = false;
    type Directive = SecurityPanelCommand;
    type Property = SecurityPanelProperty;
    type Capability = SecurityPanel;
    type Reply = Armed;
    type Error = SecurityPanelError;

    fn write(command: &SecurityPanelCommand) -> Written {
        match command {
            SecurityPanelCommand::Arm { state, bypass, instant } => {
                let mut payload = json!({ "armState": state });
                if *bypass {
                    payload["bypassType"] = "BYPASS_ALL".into();
                }
                if *instant {
                    payload["armInstant"] = true.into();
                }
                Written::new("Arm", payload)
            }
            SecurityPanelCommand::Disarm { pin } => {
                let mut payload = json!({});
                if let Some(pin) = pin {
                    payload["authorization"] = json!({ "type": PIN, "value": pin });
                }
                Written::new("Disarm", payload)
            }
        }
    }

    fn read(
        received: &Received<'_>,
    ) -> Result<Option<SecurityPanelCommand>, Refusal<SecurityPanelError>> {
        Ok(Some(match received.name {
            "Arm" => {
                let state = received.field("armState").text()?;
                let state = match ArmState::deserialize(json!(state)) {
                    Ok(ArmState::Disarmed) | Err(_) => {
                        let why = "it is armed away, to stay or for the night".to_owned();
                        return Err(Refusal::InvalidValue(why));
                    }
                    Ok(state) => state,
                };
                let bypass: Option<String> = received.field("bypassType").optional()?;
                SecurityPanelCommand::Arm {
                    state,
                    bypass: bypass.is_some_and(|bypass| bypass == "BYPASS_ALL"),
                    instant: received.field("armInstant").flag()?,
                }
            }
            "Disarm" => {
                let authorization = received.field("authorization");
                let pin = match authorization.is_absent() {
                    true => None,
                    false if authorization.field("type").text()? == PIN => {
                        Some(authorization.field("value").read("a PIN")?)
                    }
                    false => {
                        let why = "it takes a PIN of four digits and nothing else".to_owned();
                        return Err(Refusal::Own(SecurityPanelError::Unauthorized, why));
                    }
                };
                SecurityPanelCommand::Disarm { pin }
            }
            _ => return Ok(None),
        }))
    }

    fn without_secrets(command: &SecurityPanelCommand) -> SecurityPanelCommand {
        match command {
            SecurityPanelCommand::Arm { .. } => command.clone(),
            SecurityPanelCommand::Disarm { .. } => SecurityPanelCommand::Disarm { pin: None },
        }
    }

    fn expected(command: &SecurityPanelCommand) -> Vec<SecurityPanelProperty> {
        let state = match command {
            SecurityPanelCommand::Arm { state, .. } => *state,
            SecurityPanelCommand::Disarm { .. } => ArmState::Disarmed,
        };
        vec![SecurityPanelProperty::Arm(state)]
    }

    fn changes(_: &SecurityPanelCommand) -> Vec<PropertyName> {
        vec![PropertyName::new(Self::NAME, ARM_STATE)]
    }

    fn reply(command: &SecurityPanelCommand, _: Timestamp) -> Option<Armed> {
        match command {
            SecurityPanelCommand::Arm { .. } => Some(Armed { exit_delay: None }),
            SecurityPanelCommand::Disarm { .. } => None,
        }
    }

    fn needs_reply(command: &SecurityPanelCommand) -> bool {
        matches!(command, SecurityPanelCommand::Arm { .. })
    }

    fn write_reply(armed: &Armed) -> (&'static str, Value) {
        let mut payload = json!({});
        if let Some(delay) = armed.exit_delay {
            payload["exitDelayInSeconds"] = delay.into();
        }
        ("Arm.Response", payload)
    }

    fn read_reply(name: &str, payload: &Value) -> Result<Option<Armed>, String> {
        if name != "Arm.Response" {
            return Ok(None);
        }
        Ok(Some(Armed { exit_delay: of_json(&payload["exitDelayInSeconds"])? }))
    }

    fn name(property: &SecurityPanelProperty) -> PropertyName {
        PropertyName::new(Self::NAME, property.word())
    }

    fn value(property: &SecurityPanelProperty) -> Value {
        match property {
            SecurityPanelProperty::Arm(state) => value(state),
            SecurityPanelProperty::Burglary(alarm)
            | SecurityPanelProperty::CarbonMonoxide(alarm)
            | SecurityPanelProperty::Fire(alarm)
            | SecurityPanelProperty::Water(alarm) => json!({ "value": alarm }),
        }
    }

    fn property(
        name: &str,
        _: Option<Instance>,
        value: &Value,
    ) -> Result<Option<SecurityPanelProperty>, String> {
        if name == ARM_STATE {
            return Ok(Some(SecurityPanelProperty::Arm(of_json(value)?)));
        }
        let Some(kind) = AlarmKind::ALL.into_iter().find(|kind| kind.property() == name) else {
            return Ok(None);
        };
        let alarm = of_json(&value["value"])?;
        Ok(Some(match kind {
            AlarmKind::Burglary => SecurityPanelProperty::Burglary(alarm),
            AlarmKind::CarbonMonoxide => SecurityPanelProperty::CarbonMonoxide(alarm),
            AlarmKind::Fire => SecurityPanelProperty::Fire(alarm),
            AlarmKind::Water => SecurityPanelProperty::Water(alarm),
        }))
    }

    fn describe(panel: &SecurityPanel) -> Described {
        let mut properties = vec![ARM_STATE];
        properties.extend(panel.alarms.iter().map(|kind| kind.property()));
        let states: Vec<_> =
            panel.arm_states.iter().map(|state| json!({ "value": state })).collect();
        let mut configuration = json!({ "supportedArmStates": states });
        if panel.takes_pins {
            configuration["supportedAuthorizationTypes"] = json!([{ "type": PIN }]);
        }
        Described::with(&properties).and("configuration", configuration)
    }

    fn capability(described: &Value) -> Result<SecurityPanel, String> {
        let listed = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let configuration = &described["configuration"];
        let states = listed(&configuration["supportedArmStates"]);
        let arm_states: Result<_, _> =
            states.iter().map(|state| of_json(&state["value"])).collect();
        let supported = listed(&described["properties"]["supported"]);
        let has = |kind: &AlarmKind| supported.iter().any(|it| it["name"] == kind.property());
        let types = listed(&configuration["supportedAuthorizationTypes"]);
        Ok(SecurityPanel {
            arm_states: arm_states?,
            alarms: AlarmKind::ALL.into_iter().filter(has).collect(),
            takes_pins: types.iter().any(|it| it["type"] == PIN),
        })
    }

    fn write_error(error: SecurityPanelError) -> (&'static str, Option<(&'static str, Value)>) {
        let name = ERRORS.iter().find(|(known, _)| *known == error);
        (name.map_or("", |(_, name)| name), None)
    }

    fn read_error(payload: &Value) -> Option<SecurityPanelError> {
        let name = payload["type"].as_str()?;
        ERRORS.iter().find(|(_, known)| *known == name).map(|(error, _)| *error)
    }
}
