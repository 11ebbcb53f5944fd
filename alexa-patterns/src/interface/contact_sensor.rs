//! `Alexa.ContactSensor`: whether a door or a window is open, or two parts of anything are apart.
//!
//! Source: developer.amazon.com, "Alexa.ContactSensor Interface".

use super::{Interface, no_directives, no_errors, one_property, plain_capability};
use crate::message::Detection;

/// `Alexa.ContactSensor`
#[derive(Clone, Copy, Debug)]
pub struct ContactSensor;

impl Interface for ContactSensor {
    const NAME: &'static str = "Alexa.ContactSensor";
    const IS_RELIED_ON: bool = false;

    no_directives!();
    one_property!(Detection, "detectionState");
    plain_capability!("detectionState");
    no_errors!();
}
