//! `Alexa.TemperatureSensor`: how warm it is.
//!
//! Source: developer.amazon.com, "Alexa.TemperatureSensor Interface".

use super::{Interface, no_directives, no_errors, one_property, plain_capability};
use crate::message::Temperature;

/// `Alexa.TemperatureSensor`
#[derive(Clone, Copy, Debug)]
pub struct TemperatureSensor;

impl Interface for TemperatureSensor {
    const NAME: &'static str = "Alexa.TemperatureSensor";
    const IS_RELIED_ON: bool = false;

    no_directives!();
    one_property!(Temperature, "temperature");
    plain_capability!("temperature");
    no_errors!();
}
