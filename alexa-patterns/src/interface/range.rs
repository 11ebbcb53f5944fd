//! `Alexa.RangeController`: a setting of a device that is a number, such as the speed of a fan or the position of
//! a blind. A device may have several.
//!
//! Source: developer.amazon.com, "Alexa.RangeController Interface".

use super::{
    Described, Instance, Interface, Names, Number, PropertyName, Received, Refusal, Semantics,
    Written, json as value, no_errors, no_replies, of_json, the_instance,
};
use crate::message::{InvalidText, OutOfRange};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// `Alexa.RangeController`
#[derive(Clone, Copy, Debug)]
pub struct RangeController;

/// What a setting is to become.
#[derive(Clone, Debug, PartialEq)]
pub struct RangeCommand {
    /// Which setting.
    pub instance: Instance,
    /// What it is to become.
    pub change: RangeChange,
}

/// What a number is to become.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RangeChange {
    /// This.
    Set(Number),
    /// More by so much, or less.
    Adjust {
        /// By how much.
        by: Number,
        /// Whether nobody has said by how much: then the device may know better.
        is_default: bool,
    },
}

/// What a setting is.
#[derive(Clone, Debug, PartialEq)]
pub struct RangeValue {
    /// Which setting.
    pub instance: Instance,
    /// What it is.
    pub value: Number,
}

/// The value or values of which something is said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RangeMeaning {
    /// This.
    Is(Number),
    /// From one to another.
    Between(Number, Number),
}

/// A setting that is a number.
///
/// ```
/// use alexa_patterns::message::{
///     Action, Instance, Names, Number, Posture, Range, RangeChange, RangeMeaning, Semantics, Unit,
/// };
///
/// let number = Number::whole;
/// let names = Names::asset("Alexa.Setting.Opening")?;
/// let lift = Range::new(Instance::new("Blind.Lift")?, names, number(0), number(100), number(1))?
///     .in_unit(Unit::new("Alexa.Unit.Percent")?)
///     .meaning(
///         Semantics::new()
///             .action([Action::Open, Action::Raise], RangeChange::Set(number(100)))
///             .action([Action::Close, Action::Lower], RangeChange::Set(number(0)))
///             .posture([Posture::Closed], RangeMeaning::Is(number(0)))
///             .posture([Posture::Open], RangeMeaning::Between(number(1), number(100))),
///     );
/// assert!(lift.takes(number(40)) && !lift.takes(number(101)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Range {
    instance: Instance,
    names: Names,
    minimum: Number,
    maximum: Number,
    precision: Number,
    presets: Vec<(Number, Names)>,
    unit: Option<Unit>,
    semantics: Semantics<RangeChange, RangeMeaning>,
    is_measured: bool,
}

/// What a number is counted in, as in `Alexa.Unit.Percent` ("Resources and Assets", units of measure).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Unit(String);

impl Unit {
    /// A unit by its asset.
    ///
    /// # Errors
    /// [`InvalidText`], if it does not begin with `Alexa.Unit.`.
    pub fn new(asset: impl Into<String>) -> Result<Unit, InvalidText> {
        let asset = asset.into();
        let rest = asset.strip_prefix("Alexa.Unit.").unwrap_or_default();
        let fits = |it: char| it.is_ascii_alphanumeric() || it == '.';
        if !rest.is_empty() && rest.chars().all(fits) {
            Ok(Unit(asset))
        } else {
            Err(InvalidText("a unit of measure begins with `Alexa.Unit.`"))
        }
    }
}

impl TryFrom<String> for Unit {
    type Error = InvalidText;

    fn try_from(asset: String) -> Result<Unit, InvalidText> {
        Unit::new(asset)
    }
}

impl From<Unit> for String {
    fn from(unit: Unit) -> String {
        unit.0
    }
}

impl Range {
    /// A setting from a least to a most, in steps of a precision.
    ///
    /// # Errors
    /// [`OutOfRange`], if the least is not less than the most, or the precision not more than nothing and at
    /// most what is between them.
    pub fn new(
        instance: Instance,
        names: Names,
        minimum: Number,
        maximum: Number,
        precision: Number,
    ) -> Result<Range, OutOfRange> {
        let between = maximum.get() - minimum.get();
        let fits = |number: f64| number > 0.0 && number <= between;
        if between <= 0.0 || !fits(precision.get()) {
            return Err(OutOfRange { minimum: minimum.get(), maximum: maximum.get() });
        }
        Ok(Range {
            instance,
            names,
            minimum,
            maximum,
            precision,
            presets: Vec::new(),
            unit: None,
            semantics: Semantics::new(),
            is_measured: false,
        })
    }

    /// The same with a name for one of its values.
    ///
    /// # Errors
    /// [`OutOfRange`], if it is none of its values.
    pub fn preset(mut self, value: Number, names: Names) -> Result<Range, OutOfRange> {
        if !self.takes(value) {
            return Err(self.range());
        }
        self.presets.retain(|(known, _)| *known != value);
        self.presets.push((value, names));
        Ok(self)
    }

    /// The same in a unit.
    #[must_use]
    pub fn in_unit(self, unit: Unit) -> Range {
        Range { unit: Some(unit), ..self }
    }

    /// The same with a meaning of people's words.
    #[must_use]
    pub fn meaning(self, semantics: Semantics<RangeChange, RangeMeaning>) -> Range {
        Range { semantics, ..self }
    }

    /// The same, but that it is measured, and nobody sets it.
    #[must_use]
    pub fn measured(self) -> Range {
        Range { is_measured: true, ..self }
    }

    /// Which setting it is.
    pub fn instance(&self) -> &Instance {
        &self.instance
    }

    /// The least and the most.
    pub fn range(&self) -> OutOfRange {
        OutOfRange { minimum: self.minimum.get(), maximum: self.maximum.get() }
    }

    /// Whether a number is in range.
    pub fn takes(&self, number: Number) -> bool {
        (self.minimum..=self.maximum).contains(&number)
    }
}

impl RangeChange {
    fn written(&self) -> Written {
        match self {
            RangeChange::Set(to) => Written::new("SetRangeValue", json!({ "rangeValue": to })),
            RangeChange::Adjust { by, is_default } => Written::new(
                "AdjustRangeValue",
                json!({ "rangeValueDelta": by, "rangeValueDeltaDefault": is_default }),
            ),
        }
    }

    fn read<E>(received: &Received<'_>) -> Result<Option<RangeChange>, Refusal<E>> {
        let number = |name| {
            let field = received.field(name);
            Number::new(field.number()?).map_err(|range| field.out_of_range(range))
        };
        Ok(Some(match received.name {
            "SetRangeValue" => RangeChange::Set(number("rangeValue")?),
            "AdjustRangeValue" => RangeChange::Adjust {
                by: number("rangeValueDelta")?,
                is_default: received.field("rangeValueDeltaDefault").flag()?,
            },
            _ => return Ok(None),
        }))
    }
}

impl Interface for RangeController {
    const NAME: &'static str = "Alexa.RangeController";
    // What the number is of, the manufacturer says: it may be how far a door is open.
    const MAY_BE_PROMISED: bool = false;
    const IS_RELIED_ON: bool = false;
    const IS_SLOW: bool = false;
    type Directive = RangeCommand;
    type Property = RangeValue;
    type Capability = Range;

    fn write(command: &RangeCommand) -> Written {
        Written { instance: Some(command.instance.clone()), ..command.change.written() }
    }

    fn read(received: &Received<'_>) -> Result<Option<RangeCommand>, Refusal<Self::Error>> {
        let Some(change) = RangeChange::read(received)? else { return Ok(None) };
        Ok(Some(RangeCommand { instance: the_instance(received)?, change }))
    }

    fn expected(command: &RangeCommand) -> Vec<RangeValue> {
        match command.change {
            RangeChange::Set(value) => {
                vec![RangeValue { instance: command.instance.clone(), value }]
            }
            RangeChange::Adjust { .. } => Vec::new(),
        }
    }

    fn changes(command: &RangeCommand) -> Vec<PropertyName> {
        let name = PropertyName::new(Self::NAME, "rangeValue");
        vec![PropertyName { instance: Some(command.instance.clone()), ..name }]
    }

    no_replies!();

    fn name(property: &RangeValue) -> PropertyName {
        let name = PropertyName::new(Self::NAME, "rangeValue");
        PropertyName { instance: Some(property.instance.clone()), ..name }
    }

    fn value(property: &RangeValue) -> Value {
        value(property.value)
    }

    fn property(
        name: &str,
        instance: Option<Instance>,
        value: &Value,
    ) -> Result<Option<RangeValue>, String> {
        if name != "rangeValue" {
            return Ok(None);
        }
        let instance = instance.ok_or("a range has an instance")?;
        Ok(Some(RangeValue { instance, value: of_json(value)? }))
    }

    fn is_met_by(asked: &RangeValue, found: &RangeValue) -> bool {
        let (asked, found) = (asked.value.get(), found.value.get());
        (asked - found).abs() <= asked.abs() * 0.02
    }

    fn describe(range: &Range) -> Described {
        let mut configuration = json!({ "supportedRange": {
            "minimumValue": range.minimum,
            "maximumValue": range.maximum,
            "precision": range.precision,
        }});
        if let Some(unit) = &range.unit {
            configuration["unitOfMeasure"] = json!(unit);
        }
        if !range.presets.is_empty() {
            let presets = range
                .presets
                .iter()
                .map(|(value, names)| json!({ "rangeValue": value, "presetResources": names }));
            configuration["presets"] = presets.collect();
        }
        let semantics = range.semantics.json(RangeChange::written, |meaning| match meaning {
            RangeMeaning::Is(value) => ("StatesToValue", "value", json!(value)),
            RangeMeaning::Between(least, most) => {
                ("StatesToRange", "range", json!({ "minimumValue": least, "maximumValue": most }))
            }
        });
        Described::with(&["rangeValue"])
            .instance(&range.instance)
            .measured(range.is_measured)
            .and("capabilityResources", json!(range.names))
            .and("configuration", configuration)
            .and("semantics", semantics)
    }

    fn capability(described: &Value) -> Result<Range, String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Preset {
            range_value: Number,
            preset_resources: Names,
        }
        let configuration = &described["configuration"];
        let supported = &configuration["supportedRange"];
        let range = Range::new(
            of_json(&described["instance"])?,
            of_json(&described["capabilityResources"])?,
            of_json(&supported["minimumValue"])?,
            of_json(&supported["maximumValue"])?,
            of_json(&supported["precision"])?,
        );
        let mut range = range.map_err(|_| "a range is from less to more, in steps".to_owned())?;
        let presets: Option<Vec<Preset>> = of_json(&configuration["presets"])?;
        for Preset { range_value, preset_resources } in presets.unwrap_or_default() {
            let preset = range.preset(range_value, preset_resources);
            range = preset.map_err(|range| format!("a preset is out of range: {range}"))?;
        }
        range.unit = of_json(&configuration["unitOfMeasure"])?;
        range.is_measured = described["properties"]["nonControllable"] == true;
        range.semantics = Semantics::read(
            &described["semantics"],
            |name, payload| {
                let received = Received { name, instance: None, payload };
                let change: Result<_, Refusal<()>> = RangeChange::read(&received);
                change.ok().flatten().ok_or_else(|| format!("an action is no `{name}`"))
            },
            |mapping| match mapping["@type"].as_str() {
                Some("StatesToValue") => Ok(RangeMeaning::Is(of_json(&mapping["value"])?)),
                Some("StatesToRange") => Ok(RangeMeaning::Between(
                    of_json(&mapping["range"]["minimumValue"])?,
                    of_json(&mapping["range"]["maximumValue"])?,
                )),
                _ => Err("a state is a value or a range".to_owned()),
            },
        )?;
        Ok(range)
    }

    no_errors!();
}
