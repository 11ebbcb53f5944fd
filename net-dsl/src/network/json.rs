//! `network.json`: a network as a file.

use super::{Link, Network, Node};
use crate::{Verb, facts::Facts, file::Map, name::id_from_file, text};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use smol_str::SmolStr;
use std::{collections::BTreeMap, error, fmt};

/// What the `format` field of a network file says.
pub const FORMAT: &str = "serverless-network";

/// The version of the file format this library writes, and the only one it reads.
pub const VERSION: u64 = 1;

/// The file: `{"format", "version", "entities": {name: {"facts", "links"}}}`.
///
/// `facts` is `{"attributes": {key: [{"value", "at"}]}, "bricks", "at"}`; an attribute with two
/// entries is in conflict. `at` lists positions as `file:line:column`. Nothing is there twice: no
/// key, no link, no value of an attribute.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File<N> {
    format: String,
    version: u64,
    entities: N,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EntityEntry {
    facts: Facts,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    links: Vec<LinkEntry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LinkEntry {
    to: String,
    verb: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    label: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    transposed: bool,
    facts: Facts,
}

impl Serialize for Network {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entities: BTreeMap<&str, EntityEntry> = self
            .nodes
            .iter()
            .map(|(id, node)| {
                let links = node.links.iter().map(|link| LinkEntry {
                    to: link.to.as_str().to_owned(),
                    verb: link.verb.as_str().to_owned(),
                    label: link.label.to_string(),
                    transposed: link.turned,
                    facts: link.facts.clone(),
                });
                (id.as_str(), EntityEntry { facts: node.facts.clone(), links: links.collect() })
            })
            .collect();
        File { format: FORMAT.to_owned(), version: VERSION, entities }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let file: File<Map<String, EntityEntry>> = File::deserialize(deserializer)?;
        if file.format != FORMAT {
            return Err(de::Error::custom(format!("`format` is not `{FORMAT}`")));
        }
        if file.version != VERSION {
            return Err(de::Error::custom(format!("version {} is not known", file.version)));
        }
        let mut network = Network::empty();
        for (name, entry) in file.entities.0 {
            let id = id_from_file(&name).map_err(de::Error::custom)?;
            let mut node = Node { facts: entry.facts, links: Vec::new() };
            for link in entry.links {
                let is_new = node.insert(Link {
                    to: id_from_file(&link.to).map_err(de::Error::custom)?,
                    verb: Verb::parse(&link.verb).ok_or_else(|| {
                        de::Error::custom(format!("`{}` is not a verb", link.verb))
                    })?,
                    label: SmolStr::new(link.label),
                    turned: link.transposed,
                    facts: link.facts,
                });
                if !is_new {
                    return Err(de::Error::custom(format!(
                        "the link `{name} {} {}` is there twice",
                        link.verb, link.to
                    )));
                }
            }
            network.absorb(id, node);
        }
        for (_, link) in network.links().collect::<Vec<_>>() {
            if !network.nodes.contains_key(&link.to) {
                return Err(de::Error::custom(format!(
                    "a link leads to `{}`, which the file lacks",
                    link.to
                )));
            }
        }
        Ok(network)
    }
}

impl Network {
    /// The network as the text of a `network.json`; equal networks give equal bytes. O(n).
    ///
    /// `Network::from_json(&n.to_json()) == Ok(n)`.
    ///
    /// ```
    /// # use net_dsl::prelude::*;
    /// # contract! { pub Task: Tick => () {} }
    /// # let clock = Schedule::builder().name(name!("clock")).rate(minutes!(5)).build();
    /// # let task = Function::<Task>::builder().name(name!("task")).build();
    /// let network = Network::from(clock.triggers(&task));
    /// assert_eq!(Network::from_json(&network.to_json()), Ok(network));
    /// ```
    pub fn to_json(&self) -> String {
        // Every key is a text, and nothing of it fails to serialise.
        let mut text = text::json(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// The network that a `network.json` describes.
    ///
    /// # Errors
    /// [`ReadError`], if the text is not such a file, or of a version this library does not know; if
    /// a key, a link or a value is there twice; if it is nested more than 128 deep.
    pub fn from_json(text: &str) -> Result<Network, ReadError> {
        let header: Header = serde_json::from_str(text).map_err(ReadError::not_ours)?;
        match (header.format.as_deref(), header.version) {
            (Some(FORMAT), Some(VERSION)) => serde_json::from_str(text).map_err(ReadError::damaged),
            (Some(FORMAT), version) => Err(ReadError::version(version)),
            _ => Err(ReadError {
                message: format!("this is not a network file: its `format` is not `{FORMAT}`"),
            }),
        }
    }
}

/// Read first, so that a newer file is refused by its version and not by its first new field.
#[derive(Deserialize)]
struct Header {
    format: Option<String>,
    version: Option<u64>,
}

/// Why a text is not a network file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    message: String,
}

impl ReadError {
    fn not_ours(error: serde_json::Error) -> ReadError {
        ReadError { message: format!("this is not a network file: {error}") }
    }

    fn damaged(error: serde_json::Error) -> ReadError {
        ReadError { message: format!("this network file is damaged: {error}") }
    }

    fn version(version: Option<u64>) -> ReadError {
        let found = version.map_or("no version".to_owned(), |version| format!("version {version}"));
        ReadError {
            message: format!(
                "this network file has {found}, and this library reads version {VERSION}; \
                 read it with the net-dsl that wrote it, or synthesise it again"
            ),
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // It quotes the file.
        f.write_str(&text::printable(&self.message))
    }
}

impl error::Error for ReadError {}
