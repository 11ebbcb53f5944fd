//! `Alexa.ColorController`: which colour a light has.
//!
//! Source: developer.amazon.com, "Alexa.ColorController Interface".

use super::{
    Interface, PropertyName, Received, Refusal, Written, no_errors, no_replies, one_property,
    plain_capability,
};
use crate::message::{OutOfRange, within};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// `Alexa.ColorController`
#[derive(Clone, Copy, Debug)]
pub struct ColorController;

/// A colour by hue (0 to 360 degrees), saturation and brightness (0 to 1 each).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "AnyColor")]
pub struct Color {
    hue: f64,
    saturation: f64,
    brightness: f64,
}

#[derive(Deserialize)]
struct AnyColor {
    hue: f64,
    saturation: f64,
    brightness: f64,
}

impl TryFrom<AnyColor> for Color {
    type Error = OutOfRange;

    fn try_from(color: AnyColor) -> Result<Color, OutOfRange> {
        Color::new(color.hue, color.saturation, color.brightness)
    }
}

impl Color {
    /// A colour, if its parts are in range.
    ///
    /// # Errors
    /// [`OutOfRange`] says the range of the first part that is not.
    pub fn new(hue: f64, saturation: f64, brightness: f64) -> Result<Color, OutOfRange> {
        within(hue, 0.0, 360.0)?;
        within(saturation, 0.0, 1.0)?;
        within(brightness, 0.0, 1.0)?;
        Ok(Color { hue, saturation, brightness })
    }

    /// Degrees, 0 to 360.
    pub const fn hue(self) -> f64 {
        self.hue
    }

    /// 0 to 1.
    pub const fn saturation(self) -> f64 {
        self.saturation
    }

    /// 0 to 1.
    pub const fn brightness(self) -> f64 {
        self.brightness
    }
}

impl Interface for ColorController {
    const NAME: &'static str = "Alexa.ColorController";
    const MAY_BE_PROMISED: bool = true;
    const IS_RELIED_ON: bool = false;
    const IS_SLOW: bool = false;
    type Directive = Color;

    fn write(color: &Color) -> Written {
        Written::new("SetColor", json!({ "color": color }))
    }

    fn read(written: &Received<'_>) -> Result<Option<Color>, Refusal<Self::Error>> {
        if written.name != "SetColor" {
            return Ok(None);
        }
        let field = written.field("color");
        let [hue, saturation, brightness] =
            field.numbers("color", ["hue", "saturation", "brightness"])?;
        let color = Color::new(hue, saturation, brightness);
        color.map(Some).map_err(|range| field.out_of_range(range))
    }

    fn expected(color: &Color) -> Vec<Color> {
        vec![*color]
    }

    fn changes(color: &Color) -> Vec<PropertyName> {
        vec![Self::name(color)]
    }

    fn is_met_by(asked: &Color, found: &Color) -> bool {
        let near = |one: f64, other: f64| (one - other).abs() <= 0.02;
        let apart = (asked.hue - found.hue).abs();
        apart.min(360.0 - apart) <= 2.0
            && near(asked.saturation, found.saturation)
            && near(asked.brightness, found.brightness)
    }

    one_property!(Color, "color");
    plain_capability!("color");
    no_replies!();
    no_errors!();
}
