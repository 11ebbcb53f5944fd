//! What travels between Alexa, the functions and the tables.
//!
//! Directives and events are typed by what Alexa's official JSON schema (of January 2021) accepts:
//! what it rejects cannot be made.

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
    Instance, Never, Plain, PropertyName,
    brightness::BrightnessCommand,
    color::Color,
    color_temperature::ColorTemperatureCommand,
    endpoint_health::Connectivity,
    lock::{LockCommand, LockState},
    power::Power,
    thermostat::{
        SetPointCount, SetPoints, Thermostat, ThermostatCommand, ThermostatError, ThermostatMode,
        ThermostatProperty,
    },
};
pub use command::{Command, NoCommand};
pub use directive::{Directive, Invalid, Request, Target};
pub use discovery::{Capability, Category, Cookie, Devices, DiscoveredDevice};
pub use error_type::{DeviceMode, ErrorType, OwnError};
pub use event::{Cause, Event, EventBody};
pub use habit::Habit;
pub use internal::{
    Answer, Asked, DeferredDirective, DevicePush, Grant, Pending, PendingStatus, Region,
    StateChange,
};
pub use look::Look;
pub use promise::{OpenPromise, Promise};
pub use property::{Property, Sample, State};
pub use reply::Reply;
pub use text::{CorrelationToken, EndpointId, InvalidText, Label, MessageId, Token};
pub use time::{InvalidTimestamp, Timestamp};
pub use value::{Kelvin, OutOfRange, Percent, PercentDelta, Scale, Temperature};
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
