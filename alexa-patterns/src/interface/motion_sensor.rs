//! `Alexa.MotionSensor`: whether something moves.
//!
//! Source: developer.amazon.com, "Alexa.MotionSensor Interface".

use super::{Interface, no_directives, no_errors, one_property, plain_capability};
use crate::message::Detection;

/// `Alexa.MotionSensor`
#[derive(Clone, Copy, Debug)]
pub struct MotionSensor;

impl Interface for MotionSensor {
    const NAME: &'static str = "Alexa.MotionSensor";
    const IS_RELIED_ON: bool = false;

    no_directives!();
    one_property!(Detection, "detectionState");
    plain_capability!("detectionState");
    no_errors!();
}
