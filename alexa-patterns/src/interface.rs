//! What devices can do and tell, interface by interface.
//!
//! Each of Alexa's interfaces is one file here, which says all there is of it: its directives, its properties,
//! what discovery says of it, its errors and its answers, each with the limits that Alexa sets. [`Interface`]
//! is what such a file has to say; `each_interface!` lists them, and everything that goes over all of them
//! – [`Command`](crate::message::Command), [`Property`](crate::message::Property),
//! [`Capability`](crate::message::Capability), [`OwnError`](crate::message::OwnError) – is made of that list.
//! So a new interface is a new file and a new line in the list.

pub mod brightness;
pub mod camera_stream;
pub mod channel;
pub mod color;
pub mod color_temperature;
pub mod contact_sensor;
pub mod doorbell;
pub mod endpoint_health;
pub mod input;
pub mod lock;
pub mod mode;
pub mod motion_sensor;
pub mod percentage;
pub mod playback;
pub mod power;
pub mod power_level;
pub mod range;
pub mod rtc_session;
pub mod scene;
pub mod security_panel;
pub mod speaker;
pub mod step_speaker;
pub mod temperature_sensor;
pub mod thermostat;
pub mod toggle;

mod alexas;
mod described;
mod field;
mod name;
mod names;
mod number;
mod semantics;

pub(crate) use alexas::alexas;
pub use described::{Described, Plain};
pub use field::{Field, Refusal};
pub use name::{Instance, PropertyName};
pub use names::{Asset, Locale, Name, Names, SpokenText};
pub use number::Number;
pub use semantics::{Action, Posture, Semantics};

use crate::message::Timestamp;
use serde_json::Value;
use std::fmt;

/// One of Alexa's interfaces.
pub trait Interface {
    /// As Alexa writes it, as in `Alexa.PowerController`.
    const NAME: &'static str;

    /// Whether it may be told that a device has done it before it has
    /// ([`Promise`](crate::message::Promise)). What people rely on for their safety may not, nor what is
    /// measured, since nobody can promise it.
    const MAY_BE_PROMISED: bool;

    /// Whether people rely on it, as on a lock: a device that says that it is otherwise than it was asked to
    /// be has failed.
    const IS_RELIED_ON: bool;

    /// Whether Alexa waits longer for it than for a light: so it does for locks.
    const IS_SLOW: bool;

    /// What a device can be told to do; [`Never`] of an interface that only tells.
    type Directive: Clone + fmt::Debug + PartialEq;

    /// What can be known of a device; [`Never`] of an interface that tells nothing.
    type Property: Clone + fmt::Debug + PartialEq;

    /// What discovery says of it; [`Plain`] if that is only which properties it has.
    type Capability: Clone + fmt::Debug + PartialEq;

    /// What it answers in its own words, where that is not `Alexa` `Response`; else [`Never`].
    type Reply: Clone + fmt::Debug + PartialEq;

    /// What can go wrong in its own words; else [`Never`].
    type Error: Copy + fmt::Debug + PartialEq;

    /// A directive as Alexa writes it.
    fn write(directive: &Self::Directive) -> Written;

    /// The directive that Alexa has written; none if the interface has no directive of this name.
    ///
    /// # Errors
    /// [`Refusal`].
    fn read(written: &Received<'_>) -> Result<Option<Self::Directive>, Refusal<Self::Error>>;

    /// The same without what is nobody's business once it is carried out, such as a PIN: what is remembered.
    fn without_secrets(directive: &Self::Directive) -> Self::Directive {
        directive.clone()
    }

    /// The properties of a device that has done it; none where that depends on how it was before.
    fn expected(directive: &Self::Directive) -> Vec<Self::Property>;

    /// The properties that it may change.
    fn changes(directive: &Self::Directive) -> Vec<PropertyName>;

    /// What the interface answers in its own words when a device has done it, as far as that follows from what
    /// it was told; none if the answer is `Alexa` `Response`, or the manufacturer has to say it.
    fn reply(directive: &Self::Directive, now: Timestamp) -> Option<Self::Reply>;

    /// Whether a device's answer has to be in the interface's own words ([`Interface::Reply`]).
    fn needs_reply(directive: &Self::Directive) -> bool;

    /// An answer as Alexa reads it: its name and its payload.
    fn write_reply(reply: &Self::Reply) -> (&'static str, Value);

    /// The answer that was written; none if the interface has none of this name.
    ///
    /// # Errors
    /// What is wrong with it.
    fn read_reply(name: &str, payload: &Value) -> Result<Option<Self::Reply>, String>;

    /// The name of a property.
    fn name(property: &Self::Property) -> PropertyName;

    /// The value of a property as Alexa writes it.
    fn value(property: &Self::Property) -> Value;

    /// The property that was written; none if the interface has none of this name.
    ///
    /// # Errors
    /// What is wrong with its value.
    fn property(
        name: &str,
        instance: Option<Instance>,
        value: &Value,
    ) -> Result<Option<Self::Property>, String>;

    /// Whether a device that was asked for this and reports the other has done what it was asked: devices
    /// round.
    fn is_met_by(asked: &Self::Property, found: &Self::Property) -> bool {
        asked == found
    }

    /// Whether a device in this state will not do what it is asked, for good.
    fn is_broken(found: &Self::Property) -> bool {
        let _ = found;
        false
    }

    /// What discovery says of a device that has it.
    fn describe(capability: &Self::Capability) -> Described;

    /// What was said of it in discovery.
    ///
    /// # Errors
    /// What is wrong with it.
    fn capability(described: &Value) -> Result<Self::Capability, String>;

    /// The type of an error, and what its payload says besides.
    fn write_error(error: Self::Error) -> (&'static str, Option<(&'static str, Value)>);

    /// The error of a payload; none if it is none of the interface's own.
    fn read_error(payload: &Value) -> Option<Self::Error>;
}

/// What there is none of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Never {}

/// A directive as Alexa writes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// As in `TurnOn`.
    pub name: &'static str,
    /// Of several of a device's that are alike, which it is about.
    pub instance: Option<Instance>,
    /// What it says.
    pub payload: Value,
}

impl Written {
    /// A directive of an interface that a device has once.
    pub fn new(name: &'static str, payload: Value) -> Written {
        Written { name, instance: None, payload }
    }
}

/// A directive as it was received.
#[derive(Clone, Copy, Debug)]
pub struct Received<'r> {
    /// As in `TurnOn`.
    pub name: &'r str,
    /// Of several of a device's that are alike, which it is about.
    pub instance: Option<&'r Instance>,
    /// What it says.
    pub payload: &'r Value,
}

impl<'r> Received<'r> {
    /// A field of what it says.
    pub fn field(&self, name: &'static str) -> Field<'r> {
        Field::of(self.payload, name)
    }
}

/// Calls a macro with all interfaces: the name of the variant, and the type that is an [`Interface`].
macro_rules! each_interface {
    ($callback:ident) => {
        $callback! {
            /// `Alexa.PowerController`
            Power: $crate::interface::power::PowerController,
            /// `Alexa.BrightnessController`
            Brightness: $crate::interface::brightness::BrightnessController,
            /// `Alexa.ColorController`
            Color: $crate::interface::color::ColorController,
            /// `Alexa.ColorTemperatureController`
            ColorTemperature: $crate::interface::color_temperature::ColorTemperatureController,
            /// `Alexa.ThermostatController`
            Thermostat: $crate::interface::thermostat::ThermostatController,
            /// `Alexa.LockController`
            Lock: $crate::interface::lock::LockController,
            /// `Alexa.TemperatureSensor`
            Temperature: $crate::interface::temperature_sensor::TemperatureSensor,
            /// `Alexa.EndpointHealth`
            Connectivity: $crate::interface::endpoint_health::EndpointHealth,
            /// `Alexa.RangeController`
            Range: $crate::interface::range::RangeController,
            /// `Alexa.ModeController`
            Mode: $crate::interface::mode::ModeController,
            /// `Alexa.ToggleController`
            Toggle: $crate::interface::toggle::ToggleController,
            /// `Alexa.ContactSensor`
            Contact: $crate::interface::contact_sensor::ContactSensor,
            /// `Alexa.MotionSensor`
            Motion: $crate::interface::motion_sensor::MotionSensor,
            /// `Alexa.SceneController`
            Scene: $crate::interface::scene::SceneController,
            /// `Alexa.PercentageController`
            Percentage: $crate::interface::percentage::PercentageController,
            /// `Alexa.PowerLevelController`
            PowerLevel: $crate::interface::power_level::PowerLevelController,
            /// `Alexa.Speaker`
            Speaker: $crate::interface::speaker::Speaker,
            /// `Alexa.StepSpeaker`
            StepSpeaker: $crate::interface::step_speaker::StepSpeaker,
            /// `Alexa.PlaybackController`
            Playback: $crate::interface::playback::PlaybackController,
            /// `Alexa.InputController`
            Input: $crate::interface::input::InputController,
            /// `Alexa.ChannelController`
            Channel: $crate::interface::channel::ChannelController,
            /// `Alexa.SecurityPanelController`
            SecurityPanel: $crate::interface::security_panel::SecurityPanelController,
            /// `Alexa.DoorbellEventSource`
            Doorbell: $crate::interface::doorbell::DoorbellEventSource,
            /// `Alexa.RTCSessionController`
            RtcSession: $crate::interface::rtc_session::RtcSessionController,
            /// `Alexa.CameraStreamController`
            CameraStream: $crate::interface::camera_stream::CameraStreamController,
        }
    };
}
pub(crate) use each_interface;

/// What an interface says that a device cannot be told anything by.
macro_rules! no_directives {
    () => {
        const MAY_BE_PROMISED: bool = false;
        const IS_SLOW: bool = false;
        type Directive = $crate::interface::Never;

        fn write(directive: &Self::Directive) -> $crate::interface::Written {
            match *directive {}
        }

        fn read(
            _: &$crate::interface::Received<'_>,
        ) -> Result<Option<Self::Directive>, $crate::interface::Refusal<Self::Error>> {
            Ok(None)
        }

        fn expected(directive: &Self::Directive) -> Vec<Self::Property> {
            match *directive {}
        }

        fn changes(directive: &Self::Directive) -> Vec<$crate::interface::PropertyName> {
            match *directive {}
        }

        $crate::interface::no_replies!();
    };
}
pub(crate) use no_directives;

/// What an interface says that answers with `Alexa` `Response`.
macro_rules! no_replies {
    () => {
        type Reply = $crate::interface::Never;

        fn reply(_: &Self::Directive, _: $crate::message::Timestamp) -> Option<Self::Reply> {
            None
        }

        fn needs_reply(_: &Self::Directive) -> bool {
            false
        }

        fn write_reply(reply: &Self::Reply) -> (&'static str, serde_json::Value) {
            match *reply {}
        }

        fn read_reply(_: &str, _: &serde_json::Value) -> Result<Option<Self::Reply>, String> {
            Ok(None)
        }
    };
}
pub(crate) use no_replies;

/// What an interface says that has no errors of its own.
macro_rules! no_errors {
    () => {
        type Error = $crate::interface::Never;

        fn write_error(
            error: Self::Error,
        ) -> (&'static str, Option<(&'static str, serde_json::Value)>) {
            match error {}
        }

        fn read_error(_: &serde_json::Value) -> Option<Self::Error> {
            None
        }
    };
}
pub(crate) use no_errors;

/// What an interface says that has one property, which is of one type.
macro_rules! one_property {
    ($type:ty, $name:literal) => {
        type Property = $type;

        fn name(_: &Self::Property) -> $crate::interface::PropertyName {
            $crate::interface::PropertyName::new(Self::NAME, $name)
        }

        fn value(property: &Self::Property) -> serde_json::Value {
            $crate::interface::json(property)
        }

        fn property(
            name: &str,
            _: Option<$crate::interface::Instance>,
            value: &serde_json::Value,
        ) -> Result<Option<Self::Property>, String> {
            if name == $name { $crate::interface::of_json(value).map(Some) } else { Ok(None) }
        }
    };
}
pub(crate) use one_property;

/// What an interface says that has no property.
macro_rules! no_properties {
    () => {
        type Property = $crate::interface::Never;

        fn name(property: &Self::Property) -> $crate::interface::PropertyName {
            match *property {}
        }

        fn value(property: &Self::Property) -> serde_json::Value {
            match *property {}
        }

        fn property(
            _: &str,
            _: Option<$crate::interface::Instance>,
            _: &serde_json::Value,
        ) -> Result<Option<Self::Property>, String> {
            Ok(None)
        }
    };
}
pub(crate) use no_properties;

/// What an interface says of which discovery says no more than its properties.
macro_rules! plain_capability {
    ($($name:literal),*) => {
        type Capability = $crate::interface::Plain;

        fn describe(_: &Self::Capability) -> $crate::interface::Described {
            $crate::interface::Described::with(&[$($name),*])
        }

        fn capability(_: &serde_json::Value) -> Result<Self::Capability, String> {
            Ok($crate::interface::Plain)
        }
    };
}
pub(crate) use plain_capability;

/// The instance that a directive is about, of an interface of which a device may have several.
fn the_instance<E>(received: &Received<'_>) -> Result<Instance, Refusal<E>> {
    let instance = received.instance.cloned();
    instance
        .ok_or_else(|| Refusal::Invalid("it does not say which instance it is about".to_owned()))
}

/// A value as JSON: numbers in range and words, of which nothing fails.
pub(crate) fn json(value: impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// A value of JSON.
pub(crate) fn of_json<T: serde::de::DeserializeOwned>(value: &Value) -> Result<T, String> {
    T::deserialize(value).map_err(|error| error.to_string())
}
