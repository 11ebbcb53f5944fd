//! What travels between Alexa, the functions and the tables.
//!
//! Directives and events are typed by what Alexa's official JSON schema (of January 2021) accepts:
//! what it rejects cannot be made.

mod cause;
mod command;
mod directive;
mod discovery;
mod error_type;
mod event;
mod habit;
mod internal;
mod look;
mod promise;
mod property;
mod reply;
mod text;
mod time;
mod value;

pub use crate::interface::{
    Action, Asset, Instance, Locale, Name, Names, Never, Number, Plain, Posture, PropertyName,
    Semantics, SpokenText,
    brightness::BrightnessCommand,
    camera_stream::{
        AudioCodec, CameraStream, CameraStreams, CameraStreamsStarted, InitializeCameraStreams,
        Resolution, StreamAuthorization, StreamConfiguration, StreamKind, StreamProtocol,
        VideoCodec,
    },
    channel::{Channel, ChannelCommand},
    color::Color,
    color_temperature::ColorTemperatureCommand,
    endpoint_health::Connectivity,
    input::{InputName, Inputs},
    lock::{LockCommand, LockState},
    mode::{ModeChange, ModeCommand, ModeName, ModeValue, Modes},
    percentage::PercentageCommand,
    playback::{Playback, PlaybackCommand},
    power::Power,
    power_level::PowerLevelCommand,
    range::{Range, RangeChange, RangeCommand, RangeMeaning, RangeValue, Unit},
    rtc_session::{RtcCommand, RtcReply, RtcSession},
    scene::{Scene, SceneCommand, SceneStarted},
    security_panel::{
        Alarm, AlarmKind, ArmState, Armed, SecurityPanel, SecurityPanelCommand, SecurityPanelError,
        SecurityPanelProperty,
    },
    speaker::{SpeakerCommand, SpeakerProperty},
    step_speaker::StepSpeakerCommand,
    thermostat::{
        Schedule, SetPointCount, SetPoints, Thermostat, ThermostatCommand, ThermostatError,
        ThermostatMode, ThermostatProperty,
    },
    toggle::{Toggle, ToggleState},
};
pub use cause::Cause;
pub use command::{Command, NoCommand};
pub use directive::{Directive, Invalid, Request, Target};
pub use discovery::{
    Attributes, Capability, Category, Connection, Cookie, Devices, DiscoveredDevice,
};
pub use error_type::{DeviceMode, ErrorType, OwnError};
pub use event::{Event, EventBody};
pub use habit::Habit;
pub use internal::{
    Answer, Asked, DeferredDirective, DevicePush, Grant, Happening, Pending, PendingStatus, Region,
    StateChange,
};
pub use look::Look;
pub use promise::{OpenPromise, Promise};
pub use property::{Property, Sample, State};
pub use reply::Reply;
pub use text::{Attribute, CorrelationToken, EndpointId, InvalidText, Label, MessageId, Token};
pub use time::{InvalidTimestamp, Timestamp};
pub use value::{Detection, Kelvin, OutOfRange, Percent, PercentDelta, Scale, Temperature};
pub(crate) use value::{within, words};

use net_dsl::prelude::*;

messages! {
    Directive, Event, DeferredDirective, Answer, StateChange, DevicePush, Look, OpenPromise,
}

impl net_dsl::Request for Directive {
    type Reply = Event;
}

services! {
    /// The manufacturer's HTTP API.
    pub DeviceCloud,
    /// Amazon's OAuth server, which turns grants into tokens.
    pub LoginWithAmazon,
    /// Where events go that nobody waits for: Alexa's event gateway.
    pub AlexaGateway,
    /// The way to the hubs in the users' homes, where grants are kept.
    pub GrantHub,
}
