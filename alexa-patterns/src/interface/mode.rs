//! `Alexa.ModeController`: a setting of a device that is one of a few, such as the programme of a washer or the
//! position of a shade. A device may have several.
//!
//! Source: developer.amazon.com, "Alexa.ModeController Interface".

use super::{
    Described, Instance, Interface, Names, PropertyName, Received, Refusal, Semantics, Written,
    json as value, no_errors, no_replies, of_json, the_instance,
};
use crate::message::InvalidText;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// `Alexa.ModeController`
#[derive(Clone, Copy, Debug)]
pub struct ModeController;

/// One of the modes of a setting: the manufacturer's word, as in `Wash.Delicate`, which nobody hears.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ModeName(String);

impl ModeName {
    /// A mode by its name.
    ///
    /// # Errors
    /// [`InvalidText`], if it is empty, or longer than 256 characters.
    pub fn new(text: impl Into<String>) -> Result<ModeName, InvalidText> {
        let text = text.into();
        if (1..=256).contains(&text.chars().count()) {
            Ok(ModeName(text))
        } else {
            Err(InvalidText("a mode has a name of 1 to 256 characters"))
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ModeName {
    type Error = InvalidText;

    fn try_from(text: String) -> Result<ModeName, InvalidText> {
        ModeName::new(text)
    }
}

impl From<ModeName> for String {
    fn from(mode: ModeName) -> String {
        mode.0
    }
}

/// What a setting is to become.
#[derive(Clone, Debug, PartialEq)]
pub struct ModeCommand {
    /// Which setting.
    pub instance: Instance,
    /// What it is to become.
    pub change: ModeChange,
}

/// What a mode is to become.
#[derive(Clone, Debug, PartialEq)]
pub enum ModeChange {
    /// This.
    Set(ModeName),
    /// One so many further on, or back: only where modes have an order.
    Adjust(i32),
}

/// What a setting is.
#[derive(Clone, Debug, PartialEq)]
pub struct ModeValue {
    /// Which setting.
    pub instance: Instance,
    /// What it is.
    pub mode: ModeName,
}

/// A setting that is one of a few.
///
/// ```
/// use alexa_patterns::message::{Instance, Locale, ModeName, Modes, Names};
///
/// let delicate = ModeName::new("Wash.Delicate")?;
/// let cycle = Modes::new(Instance::new("Washer.Cycle")?, Names::text("Cycle", Locale::EnUs)?)
///     .mode(delicate.clone(), Names::text("Delicate", Locale::EnUs)?)
///     .mode(ModeName::new("Wash.Normal")?, Names::asset("Alexa.Value.Medium")?)
///     .in_order();
/// assert!(cycle.takes(&delicate));
/// assert_eq!(cycle.step(&delicate, 1), Some(&ModeName::new("Wash.Normal")?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Modes {
    instance: Instance,
    names: Names,
    modes: Vec<(ModeName, Names)>,
    is_ordered: bool,
    semantics: Semantics<ModeChange, ModeName>,
    is_measured: bool,
}

impl Modes {
    /// A setting, without any mode yet.
    pub fn new(instance: Instance, names: Names) -> Modes {
        Modes {
            instance,
            names,
            modes: Vec::new(),
            is_ordered: false,
            semantics: Semantics::new(),
            is_measured: false,
        }
    }

    /// The same with another mode, in place of an earlier one of this name.
    #[must_use]
    pub fn mode(mut self, mode: ModeName, names: Names) -> Modes {
        self.modes.retain(|(known, _)| *known != mode);
        self.modes.push((mode, names));
        self
    }

    /// The same, with modes that have an order, so that there is one more and one less.
    #[must_use]
    pub fn in_order(self) -> Modes {
        Modes { is_ordered: true, ..self }
    }

    /// The same with a meaning of people's words.
    #[must_use]
    pub fn meaning(self, semantics: Semantics<ModeChange, ModeName>) -> Modes {
        Modes { semantics, ..self }
    }

    /// The same, but that nobody sets it.
    #[must_use]
    pub fn measured(self) -> Modes {
        Modes { is_measured: true, ..self }
    }

    /// Which setting it is.
    pub fn instance(&self) -> &Instance {
        &self.instance
    }

    /// Whether it is one of the modes.
    pub fn takes(&self, mode: &ModeName) -> bool {
        self.modes.iter().any(|(known, _)| known == mode)
    }

    /// The mode so many further on, the first or the last where there is none; none if they have no order, or
    /// the mode is not one of them.
    pub fn step(&self, from: &ModeName, by: i32) -> Option<&ModeName> {
        let at = self.modes.iter().position(|(known, _)| known == from)?;
        let last = i64::try_from(self.modes.len()).ok()? - 1;
        let at = (i64::try_from(at).ok()? + i64::from(by)).clamp(0, last);
        let (mode, _) = self.modes.get(usize::try_from(at).ok()?).filter(|_| self.is_ordered)?;
        Some(mode)
    }
}

impl ModeChange {
    fn written(&self) -> Written {
        match self {
            ModeChange::Set(mode) => Written::new("SetMode", json!({ "mode": mode })),
            ModeChange::Adjust(by) => Written::new("AdjustMode", json!({ "modeDelta": by })),
        }
    }

    fn read<E>(received: &Received<'_>) -> Result<Option<ModeChange>, Refusal<E>> {
        Ok(Some(match received.name {
            "SetMode" => ModeChange::Set(received.field("mode").read("a mode")?),
            "AdjustMode" => ModeChange::Adjust(received.field("modeDelta").read("a whole number")?),
            _ => return Ok(None),
        }))
    }
}

impl Interface for ModeController {
    const NAME: &'static str = "Alexa.ModeController";
    // What the mode is of, the manufacturer says: it may be whether a door is open.
    const MAY_BE_PROMISED: bool = false;
    const IS_RELIED_ON: bool = false;
    const IS_SLOW: bool = false;
    type Directive = ModeCommand;
    type Property = ModeValue;
    type Capability = Modes;

    fn write(command: &ModeCommand) -> Written {
        Written { instance: Some(command.instance.clone()), ..command.change.written() }
    }

    fn read(received: &Received<'_>) -> Result<Option<ModeCommand>, Refusal<Self::Error>> {
        let Some(change) = ModeChange::read(received)? else { return Ok(None) };
        Ok(Some(ModeCommand { instance: the_instance(received)?, change }))
    }

    fn expected(command: &ModeCommand) -> Vec<ModeValue> {
        match &command.change {
            ModeChange::Set(mode) => {
                vec![ModeValue { instance: command.instance.clone(), mode: mode.clone() }]
            }
            ModeChange::Adjust(_) => Vec::new(),
        }
    }

    fn changes(command: &ModeCommand) -> Vec<PropertyName> {
        let name = PropertyName::new(Self::NAME, "mode");
        vec![PropertyName { instance: Some(command.instance.clone()), ..name }]
    }

    no_replies!();

    fn name(property: &ModeValue) -> PropertyName {
        let name = PropertyName::new(Self::NAME, "mode");
        PropertyName { instance: Some(property.instance.clone()), ..name }
    }

    fn value(property: &ModeValue) -> Value {
        value(&property.mode)
    }

    fn property(
        name: &str,
        instance: Option<Instance>,
        value: &Value,
    ) -> Result<Option<ModeValue>, String> {
        if name != "mode" {
            return Ok(None);
        }
        let instance = instance.ok_or("a mode has an instance")?;
        Ok(Some(ModeValue { instance, mode: of_json(value)? }))
    }

    fn describe(modes: &Modes) -> Described {
        let supported: Value = modes
            .modes
            .iter()
            .map(|(mode, names)| json!({ "value": mode, "modeResources": names }))
            .collect();
        let configuration = json!({ "ordered": modes.is_ordered, "supportedModes": supported });
        let semantics = modes
            .semantics
            .json(ModeChange::written, |mode| ("StatesToValue", "value", json!(mode)));
        Described::with(&["mode"])
            .instance(&modes.instance)
            .measured(modes.is_measured)
            .and("capabilityResources", json!(modes.names))
            .and("configuration", configuration)
            .and("semantics", semantics)
    }

    fn capability(described: &Value) -> Result<Modes, String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Mode {
            value: ModeName,
            mode_resources: Names,
        }
        let configuration = &described["configuration"];
        let mut modes = Modes::new(
            of_json(&described["instance"])?,
            of_json(&described["capabilityResources"])?,
        );
        let supported: Option<Vec<Mode>> = of_json(&configuration["supportedModes"])?;
        for Mode { value, mode_resources } in supported.unwrap_or_default() {
            modes = modes.mode(value, mode_resources);
        }
        modes.is_ordered = configuration["ordered"] == true;
        modes.is_measured = described["properties"]["nonControllable"] == true;
        modes.semantics = Semantics::read(
            &described["semantics"],
            |name, payload| {
                let received = Received { name, instance: None, payload };
                let change: Result<_, Refusal<()>> = ModeChange::read(&received);
                change.ok().flatten().ok_or_else(|| format!("an action is no `{name}`"))
            },
            |mapping| of_json(&mapping["value"]),
        )?;
        Ok(modes)
    }

    no_errors!();
}
