//! What a skill tells of the devices a user has.

use super::{Attribute, EndpointId, InvalidText, Label};
use crate::interface::{Described, Interface, Plain, each_interface};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    iter, slice,
};
use typed_builder::TypedBuilder;

/// A device of a user, as discovery reports it.
///
/// Every device has the interfaces `Alexa` and `Alexa.EndpointHealth`, and tells all properties when
/// asked. Whether it tells of their changes too, it says itself, and the network has to as well:
/// [`DiscoveredDevice::reported`].
///
/// ```
/// use alexa_patterns::message::{Capability, Category, DiscoveredDevice, EndpointId, Label, Plain};
///
/// let lamp = DiscoveredDevice::builder()
///     .endpoint(EndpointId::new("lamp")?)
///     .name(Label::new("Desk lamp")?)
///     .manufacturer(Label::new("Acme")?)
///     .description(Label::new("A lamp of Acme's")?)
///     .category(Category::Light)
///     .capabilities([Capability::Power(Plain), Capability::Brightness(Plain)])
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
    capabilities: Vec<Capability>,
    /// What to send along with every directive, and never its state.
    #[builder(default)]
    cookie: Cookie,
    /// What else is known of it.
    #[builder(default)]
    attributes: Attributes,
    /// How it is connected.
    #[builder(default, setter(transform = |all: impl IntoIterator<Item = Connection>| all.into_iter().collect()))]
    connections: Vec<Connection>,
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
    pub fn capabilities(&self) -> &[Capability] {
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

/// What is known of a device besides (`additionalAttributes`): texts of 256 characters at the most. Alexa tells by
/// them that a device is the same that it knows from another skill.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names say it")]
pub struct Attributes {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manufacturer: Option<Attribute>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<Attribute>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serial_number: Option<Attribute>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firmware_version: Option<Attribute>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub software_version: Option<Attribute>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_identifier: Option<Attribute>,
}

impl Attributes {
    fn is_empty(&self) -> bool {
        *self == Attributes::default()
    }
}

/// How a device is connected: Alexa tells by it that a device is the same that it reaches otherwise.
///
/// ```
/// use alexa_patterns::message::Connection;
///
/// let wifi = Connection::TcpIp { mac_address: "00:11:22:AA:BB:33".to_owned() };
/// assert_eq!(serde_json::to_value(wifi)?["type"], "TCP_IP");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase")]
pub enum Connection {
    /// By the Internet's protocols.
    TcpIp {
        /// The address of its network card.
        mac_address: String,
    },
    /// By Zigbee.
    Zigbee {
        /// Its address.
        mac_address: String,
    },
    /// By Z-Wave.
    Zwave {
        /// The network's.
        home_id: String,
        /// The device's in it.
        node_id: String,
    },
    /// By something else.
    Unknown {
        /// What it is known by.
        value: String,
    },
}

/// Each interface once, and once an instance; every device has its connectivity, so nobody has to say it.
fn one_an_interface(all: impl IntoIterator<Item = Capability>) -> Vec<Capability> {
    let mut known = HashSet::new();
    let mut is_new = |capability: &Capability| {
        let instance = capability.described().instance_name().cloned();
        known.insert((capability.interface(), instance))
    };
    let is_said_anyway =
        |capability: &Capability| matches!(capability, Capability::Connectivity(_));
    all.into_iter().filter(|it| !is_said_anyway(it) && is_new(it)).collect()
}

macro_rules! capabilities {
    ($($(#[$doc:meta])* $interface:ident: $type:path,)+) => {
        /// What a device can do or tell: by its interface, and what discovery says of it.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Capability {
            $($(#[$doc])* $interface(<$type as Interface>::Capability),)+
        }

        impl Capability {
            /// The interface, as in `Alexa.PowerController`.
            pub fn interface(&self) -> &'static str {
                match self {
                    $(Capability::$interface(_) => <$type>::NAME,)+
                }
            }

            fn described(&self) -> Described {
                match self {
                    $(Capability::$interface(capability) => <$type>::describe(capability),)+
                }
            }

            fn read(described: &Value) -> Result<Capability, String> {
                match described["interface"].as_str().unwrap_or_default() {
                    $(<$type>::NAME => <$type>::capability(described).map(Capability::$interface),)+
                    other => Err(format!("there is no interface `{other}` here")),
                }
            }
        }
    };
}

each_interface!(capabilities);

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

/// The interface that every device has, and that has nothing to say.
const ALEXA: &str = "Alexa";

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
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    additional_attributes: Attributes,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    connections: Vec<Connection>,
    capabilities: Vec<Value>,
}

impl From<DiscoveredDevice> for Envelope {
    fn from(device: DiscoveredDevice) -> Envelope {
        let others = device.other_categories.into_iter().filter(|it| *it != device.category);
        let reported = device.proactively_reported;
        let alexa = json!({ "type": "AlexaInterface", "interface": ALEXA, "version": "3" });
        let health = Capability::Connectivity(Plain);
        let all = iter::once(&health).chain(&device.capabilities);
        let all = all.map(|it| it.described().json(it.interface(), reported));
        Envelope {
            endpoint_id: device.endpoint,
            manufacturer_name: device.manufacturer,
            friendly_name: device.name,
            description: device.description,
            display_categories: iter::once(device.category).chain(others).collect(),
            cookie: device.cookie,
            additional_attributes: device.attributes,
            connections: device.connections,
            capabilities: iter::once(alexa).chain(all).collect(),
        }
    }
}

impl TryFrom<Envelope> for DiscoveredDevice {
    type Error = String;

    fn try_from(device: Envelope) -> Result<DiscoveredDevice, String> {
        let capabilities: Result<Vec<_>, _> = device
            .capabilities
            .iter()
            .filter(|it| it["interface"] != ALEXA)
            .map(Capability::read)
            .collect();
        let mut categories = device.display_categories.into_iter();
        // What says nothing does not.
        let reports = |json: &Value| {
            json["properties"]["proactivelyReported"] == true || json["proactivelyReported"] == true
        };
        let proactively_reported = device.capabilities.iter().any(reports);
        Ok(DiscoveredDevice {
            endpoint: device.endpoint_id,
            name: device.friendly_name,
            manufacturer: device.manufacturer_name,
            description: device.description,
            category: categories.next().ok_or("a device has a category at the least")?,
            other_categories: categories.collect(),
            capabilities: one_an_interface(capabilities?),
            cookie: device.cookie,
            attributes: device.additional_attributes,
            connections: device.connections,
            proactively_reported,
        })
    }
}
