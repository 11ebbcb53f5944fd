//! What a property is called.

use crate::message::InvalidText;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Which of several of a device's interfaces that are alike: a blender has two speeds, a shade a position and
/// a tilt. It is the manufacturer's word, as in `Blind.Lift`, and nobody hears it.
///
/// ```
/// use alexa_patterns::message::Instance;
///
/// assert!(Instance::new("Blind.Lift").is_ok());
/// assert!(Instance::new("").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Instance(String);

impl Instance {
    /// A name of an instance: any text that is not empty.
    ///
    /// # Errors
    /// [`InvalidText`], if it is empty, or longer than 256 characters.
    pub fn new(text: impl Into<String>) -> Result<Instance, InvalidText> {
        let text = text.into();
        if (1..=256).contains(&text.chars().count()) {
            Ok(Instance(text))
        } else {
            Err(InvalidText("an instance has a name of 1 to 256 characters"))
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Instance {
    type Error = InvalidText;

    fn try_from(text: String) -> Result<Instance, InvalidText> {
        Instance::new(text)
    }
}

impl From<Instance> for String {
    fn from(instance: Instance) -> String {
        instance.0
    }
}

/// What a property is called: by its interface, its name in it, and by the instance if a device has several.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PropertyName {
    /// As in `Alexa.PowerController`.
    pub interface: &'static str,
    /// As in `powerState`.
    pub name: &'static str,
    /// Which of several that are alike.
    pub instance: Option<Instance>,
}

impl PropertyName {
    /// The name of a property that a device has once.
    pub const fn new(interface: &'static str, name: &'static str) -> PropertyName {
        PropertyName { interface, name, instance: None }
    }
}
