//! The settings of which a device of Acme's may have several.

use super::state::Parts;
use alexa_patterns::message::{
    Action, Asset, Capability, Instance, Locale, ModeChange, ModeName, Modes, Name, Names, Number,
    Posture, Power, Range, RangeChange, RangeMeaning, Semantics, SpokenText, Toggle, Unit,
};
use serde_json::Value;

/// The settings as Acme lists them; what is odd is left out.
pub(super) fn read(listed: &Value) -> Vec<Capability> {
    listed.as_array().into_iter().flatten().filter_map(setting).collect()
}

fn setting(listed: &Value) -> Option<Capability> {
    let parts = Parts(listed.as_object()?);
    let names = Names::from(name(listed["label"].as_str()?)?);
    if let Some(instance) = parts.part::<Instance>("range") {
        return range(instance, names, &parts).map(Capability::Range);
    }
    if let Some(instance) = parts.part::<Instance>("mode") {
        return modes(instance, names, listed, &parts).map(Capability::Mode);
    }
    let toggle = Toggle::new(parts.part("toggle")?, names);
    let meaning = parts.part::<bool>("opens").is_some_and(|opens| opens).then(|| {
        Semantics::new()
            .action([Action::Open, Action::Raise], Power::On)
            .action([Action::Close, Action::Lower], Power::Off)
            .posture([Posture::Open], Power::On)
            .posture([Posture::Closed], Power::Off)
    });
    Some(Capability::Toggle(toggle.meaning(meaning.unwrap_or_default())))
}

/// A text in English, or one of Alexa's assets.
fn name(label: &str) -> Option<Name> {
    if label.starts_with("Alexa.") {
        return Asset::new(label).ok().map(Name::Asset);
    }
    Some(Name::Text(SpokenText::new(label).ok()?, Locale::EnUs))
}

fn range(instance: Instance, names: Names, parts: &Parts<'_>) -> Option<Range> {
    let number = |name: &str| parts.part::<Number>(name);
    let (from, to, step) = (number("from")?, number("to")?, number("step")?);
    let mut range = Range::new(instance, names, from, to, step).ok()?;
    if let Some(unit) = parts.part::<Unit>("unit") {
        range = range.in_unit(unit);
    }
    let (Some(open), Some(closed)) = (number("open"), number("closed")) else { return Some(range) };
    // Whatever is not closed is open.
    let (least, most) = if open.get() > closed.get() { (closed, open) } else { (open, closed) };
    let ajar = if open.get() > closed.get() {
        (Number::new(least.get() + step.get()).ok()?, most)
    } else {
        (least, Number::new(most.get() - step.get()).ok()?)
    };
    Some(
        range.meaning(
            Semantics::new()
                .action([Action::Open, Action::Raise], RangeChange::Set(open))
                .action([Action::Close, Action::Lower], RangeChange::Set(closed))
                .posture([Posture::Closed], RangeMeaning::Is(closed))
                .posture([Posture::Open], RangeMeaning::Between(ajar.0, ajar.1)),
        ),
    )
}

fn modes(instance: Instance, names: Names, listed: &Value, parts: &Parts<'_>) -> Option<Modes> {
    let mut modes = Modes::new(instance, names);
    for (mode, label) in listed["modes"].as_object()? {
        modes = modes.mode(ModeName::new(mode).ok()?, Names::from(name(label.as_str()?)?));
    }
    if parts.part("ordered").unwrap_or(false) {
        modes = modes.in_order();
    }
    let (Some(open), Some(closed)) =
        (parts.part::<ModeName>("open"), parts.part::<ModeName>("closed"))
    else {
        return Some(modes);
    };
    Some(
        modes.meaning(
            Semantics::new()
                .action([Action::Open, Action::Raise], ModeChange::Set(open.clone()))
                .action([Action::Close, Action::Lower], ModeChange::Set(closed.clone()))
                .posture([Posture::Open], open)
                .posture([Posture::Closed], closed),
        ),
    )
}
