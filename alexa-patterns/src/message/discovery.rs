//! What a skill tells of the devices a user has.

use super::{EndpointId, InvalidText, Label, ThermostatMode};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    mem, slice,
};
use typed_builder::TypedBuilder;

/// A device of a user, as discovery reports it.
///
/// Every device has the interfaces `Alexa` and `Alexa.EndpointHealth`, and tells all properties when
/// asked. Whether it tells of their changes too, it says itself, and the network has to as well:
/// [`DiscoveredDevice::reported`].
///
/// ```
/// use alexa_patterns::message::{Capability, Category, DiscoveredDevice, EndpointId, Label};
///
/// let lamp = DiscoveredDevice::builder()
///     .endpoint(EndpointId::new("lamp")?)
///     .name(Label::new("Desk lamp")?)
///     .manufacturer(Label::new("Acme")?)
///     .description(Label::new("A lamp of Acme's")?)
///     .category(Category::Light)
///     .capabilities([Capability::Power, Capability::Brightness])
///     .build();
/// let json = serde_json::to_value(&lamp)?;
/// assert_eq!(json["capabilities"][1]["interface"], "Alexa.EndpointHealth");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TypedBuilder)]
#[serde(try_from = "Envelope", into = "Envelope")]
pub struct DiscoveredDevice {
    endpoint: EndpointId,
    /// What people call it.
    name: Label,
    /// Who makes it.
    manufacturer: Label,
    /// What it is.
    description: Label,
    /// What it is shown as.
    category: Category,
    /// What else it is shown as.
    #[builder(default, setter(transform = |others: impl IntoIterator<Item = Category>| others.into_iter().collect()))]
    other_categories: BTreeSet<Category>,
    /// What it can do; of two of one interface, the first.
    #[builder(setter(transform = |all: impl IntoIterator<Item = Capability>| one_an_interface(all)))]
    capabilities: BTreeSet<Capability>,
    /// What to send along with every directive, and never its state.
    #[builder(default)]
    cookie: Cookie,
    /// Whether the manufacturer tells of changes that nobody has asked for.
    #[builder(default = true)]
    proactively_reported: bool,
}

impl DiscoveredDevice {
    /// The device's id.
    pub fn endpoint(&self) -> &EndpointId {
        &self.endpoint
    }

    /// What it can do.
    pub fn capabilities(&self) -> &BTreeSet<Capability> {
        &self.capabilities
    }

    /// The device in a network that takes the manufacturer's reports of changes to Alexa, or does not:
    /// its properties are `proactivelyReported` if both do. Alexa asks for the state of a device that
    /// does not report ("Understand State and Change Reporting").
    #[must_use]
    pub fn reported(self, by_the_network: bool) -> DiscoveredDevice {
        let proactively_reported = self.proactively_reported && by_the_network;
        DiscoveredDevice { proactively_reported, ..self }
    }
}

/// The devices of a user: each once, and no more than the 300 that Alexa takes ("Alexa.Discovery").
///
/// Of two with one id it has the first, and of more than 300 the first ones.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<DiscoveredDevice>", into = "Vec<DiscoveredDevice>")]
pub struct Devices(Vec<DiscoveredDevice>);

impl Devices {
    /// How many devices Alexa takes of one user.
    pub const MOST: usize = 300;

    /// The devices, in the order in which they were given.
    pub fn iter(&self) -> slice::Iter<'_, DiscoveredDevice> {
        self.0.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<DiscoveredDevice> for Devices {
    fn from_iter<I: IntoIterator<Item = DiscoveredDevice>>(all: I) -> Devices {
        let mut known = HashSet::new();
        let first = |device: &DiscoveredDevice| known.insert(device.endpoint.clone());
        Devices(all.into_iter().filter(first).take(Devices::MOST).collect())
    }
}

impl From<Vec<DiscoveredDevice>> for Devices {
    fn from(all: Vec<DiscoveredDevice>) -> Devices {
        all.into_iter().collect()
    }
}

impl From<Devices> for Vec<DiscoveredDevice> {
    fn from(devices: Devices) -> Vec<DiscoveredDevice> {
        devices.0
    }
}

impl<'d> IntoIterator for &'d Devices {
    type Item = &'d DiscoveredDevice;
    type IntoIter = slice::Iter<'d, DiscoveredDevice>;

    fn into_iter(self) -> slice::Iter<'d, DiscoveredDevice> {
        self.iter()
    }
}

/// What Alexa sends along with every directive to a device: texts by name, of 5,000 bytes in all as
/// JSON ("Alexa.Discovery").
///
/// ```
/// use alexa_patterns::message::Cookie;
///
/// assert!(Cookie::new([("room", "kitchen")]).is_ok());
/// assert!(Cookie::new([("room", "k".repeat(5_000))]).is_err());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, String>", into = "BTreeMap<String, String>")]
pub struct Cookie(BTreeMap<String, String>);

impl Cookie {
    /// How long a cookie is at the most, in bytes of JSON.
    pub const LONGEST: usize = 5_000;

    /// A cookie of texts by name.
    ///
    /// # Errors
    /// [`InvalidText`], if it is longer than Alexa takes.
    pub fn new<N: Into<String>, T: Into<String>>(
        texts: impl IntoIterator<Item = (N, T)>,
    ) -> Result<Cookie, InvalidText> {
        let texts: BTreeMap<String, String> =
            texts.into_iter().map(|(name, text)| (name.into(), text.into())).collect();
        let length = json!(texts).to_string().len();
        if length <= Cookie::LONGEST {
            Ok(Cookie(texts))
        } else {
            Err(InvalidText("a cookie is 5,000 bytes of JSON at the most"))
        }
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TryFrom<BTreeMap<String, String>> for Cookie {
    type Error = InvalidText;

    fn try_from(texts: BTreeMap<String, String>) -> Result<Cookie, InvalidText> {
        Cookie::new(texts)
    }
}

impl From<Cookie> for BTreeMap<String, String> {
    fn from(cookie: Cookie) -> BTreeMap<String, String> {
        cookie.0
    }
}

fn one_an_interface(all: impl IntoIterator<Item = Capability>) -> BTreeSet<Capability> {
    let mut known = HashSet::new();
    all.into_iter().filter(|capability| known.insert(mem::discriminant(capability))).collect()
}

/// What a device can do, apart from being there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capability {
    /// `Alexa.PowerController`
    Power,
    /// `Alexa.BrightnessController`
    Brightness,
    /// `Alexa.ColorController`
    Color,
    /// `Alexa.ColorTemperatureController`
    ColorTemperature,
    /// `Alexa.ThermostatController`
    Thermostat {
        /// How many temperatures it is set to.
        set_points: SetPointCount,
        /// What it can do; none leaves it unsaid.
        modes: BTreeSet<ThermostatMode>,
        /// Whether it has a schedule that can be resumed.
        scheduling: bool,
    },
    /// `Alexa.LockController`
    Lock,
    /// `Alexa.TemperatureSensor`
    TemperatureSensor,
}

/// How many temperatures a thermostat is set to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SetPointCount {
    /// The target.
    One,
    /// The lower and the upper.
    Two,
    /// The target, the lower and the upper.
    Three,
}

/// What a device is shown as (Alexa's schema of 2021).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Category {
    ActivityTrigger,
    Camera,
    Computer,
    ContactSensor,
    Door,
    Doorbell,
    ExteriorBlind,
    Fan,
    GameConsole,
    GarageDoor,
    InteriorBlind,
    Laptop,
    Light,
    Microwave,
    MobilePhone,
    MotionSensor,
    MusicSystem,
    NetworkHardware,
    Other,
    Oven,
    Phone,
    SceneTrigger,
    Screen,
    SecurityPanel,
    Smartlock,
    Smartplug,
    Speaker,
    StreamingDevice,
    Switch,
    Tablet,
    TemperatureSensor,
    Thermostat,
    Tv,
    Wearable,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope {
    endpoint_id: EndpointId,
    manufacturer_name: Label,
    friendly_name: Label,
    description: Label,
    display_categories: Vec<Category>,
    #[serde(default, skip_serializing_if = "Cookie::is_empty")]
    cookie: Cookie,
    capabilities: Vec<Value>,
}

impl From<DiscoveredDevice> for Envelope {
    fn from(device: DiscoveredDevice) -> Envelope {
        let others = device.other_categories.into_iter().filter(|it| *it != device.category);
        let always = [
            json!({ "type": "AlexaInterface", "interface": "Alexa", "version": "3" }),
            interface("Alexa.EndpointHealth", &["connectivity"]),
        ];
        let reported = device.proactively_reported;
        let reporting = |mut capability: Value| {
            if let Some(properties) = capability.get_mut("properties") {
                properties["proactivelyReported"] = reported.into();
            }
            capability
        };
        Envelope {
            endpoint_id: device.endpoint,
            manufacturer_name: device.manufacturer,
            friendly_name: device.name,
            description: device.description,
            display_categories: std::iter::once(device.category).chain(others).collect(),
            cookie: device.cookie,
            capabilities: always
                .into_iter()
                .chain(device.capabilities.iter().map(Capability::json))
                .map(reporting)
                .collect(),
        }
    }
}

fn interface(name: &str, properties: &[&str]) -> Value {
    let supported: Vec<_> = properties.iter().map(|name| json!({ "name": name })).collect();
    json!({
        "type": "AlexaInterface", "interface": name, "version": "3",
        "properties": { "supported": supported, "proactivelyReported": true, "retrievable": true },
    })
}

impl Capability {
    fn json(&self) -> Value {
        match self {
            Capability::Power => interface("Alexa.PowerController", &["powerState"]),
            Capability::Brightness => interface("Alexa.BrightnessController", &["brightness"]),
            Capability::Color => interface("Alexa.ColorController", &["color"]),
            Capability::ColorTemperature => {
                interface("Alexa.ColorTemperatureController", &["colorTemperatureInKelvin"])
            }
            Capability::Thermostat { set_points, modes, scheduling } => {
                let properties: &[&str] = match set_points {
                    SetPointCount::One => &["targetSetpoint", "thermostatMode"],
                    SetPointCount::Two => &["lowerSetpoint", "upperSetpoint", "thermostatMode"],
                    SetPointCount::Three => {
                        &["targetSetpoint", "lowerSetpoint", "upperSetpoint", "thermostatMode"]
                    }
                };
                let mut json = interface("Alexa.ThermostatController", properties);
                json["configuration"] = json!({ "supportsScheduling": scheduling });
                if !modes.is_empty() {
                    json["configuration"]["supportedModes"] = json!(modes);
                }
                json
            }
            Capability::Lock => interface("Alexa.LockController", &["lockState"]),
            Capability::TemperatureSensor => interface("Alexa.TemperatureSensor", &["temperature"]),
        }
    }

    /// None for the interfaces that every device has.
    fn of_json(json: &Value) -> Result<Option<Capability>, String> {
        // The schema wants neither the configuration nor anything in it.
        fn read<T: DeserializeOwned + Default>(json: &Value) -> Result<T, String> {
            let read = Option::deserialize(json).map_err(|error| error.to_string())?;
            Ok(read.unwrap_or_default())
        }
        Ok(Some(match json["interface"].as_str().unwrap_or_default() {
            "Alexa" | "Alexa.EndpointHealth" => return Ok(None),
            "Alexa.PowerController" => Capability::Power,
            "Alexa.BrightnessController" => Capability::Brightness,
            "Alexa.ColorController" => Capability::Color,
            "Alexa.ColorTemperatureController" => Capability::ColorTemperature,
            "Alexa.LockController" => Capability::Lock,
            "Alexa.TemperatureSensor" => Capability::TemperatureSensor,
            "Alexa.ThermostatController" => {
                let supported = json["properties"]["supported"].as_array();
                let has = |name: &str| {
                    supported.into_iter().flatten().any(|property| property["name"] == name)
                };
                let configuration = &json["configuration"];
                Capability::Thermostat {
                    set_points: match (has("targetSetpoint"), has("lowerSetpoint")) {
                        (true, true) => SetPointCount::Three,
                        (false, true) => SetPointCount::Two,
                        _ => SetPointCount::One,
                    },
                    modes: read(&configuration["supportedModes"])?,
                    scheduling: read(&configuration["supportsScheduling"])?,
                }
            }
            other => return Err(format!("there is no interface `{other}` here")),
        }))
    }
}

impl TryFrom<Envelope> for DiscoveredDevice {
    type Error = String;

    fn try_from(device: Envelope) -> Result<DiscoveredDevice, String> {
        let capabilities: Result<Vec<_>, _> =
            device.capabilities.iter().map(Capability::of_json).collect();
        let mut categories = device.display_categories.into_iter();
        // What says nothing does not.
        let reports = |json: &Value| json["properties"]["proactivelyReported"] == true;
        let proactively_reported = device.capabilities.iter().any(reports);
        Ok(DiscoveredDevice {
            endpoint: device.endpoint_id,
            name: device.friendly_name,
            manufacturer: device.manufacturer_name,
            description: device.description,
            category: categories.next().ok_or("a device has a category at the least")?,
            other_categories: categories.collect(),
            capabilities: one_an_interface(capabilities?.into_iter().flatten()),
            cookie: device.cookie,
            proactively_reported,
        })
    }
}
