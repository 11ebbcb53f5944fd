//! What a bucket tells of: objects that were created or removed.

use super::{Bucket, Object, object};
use crate::{
    Event, InvalidName, Message, Name,
    entity::Handle,
    facts::{Attribute, Facts, Scalar, scalar_enum},
    link::{Broadcast, Direct, Notifying, Selection, Source},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use smol_str::{SmolStr, format_smolstr};
use std::marker::PhantomData;

scalar_enum! {
    /// What happened to an object.
    pub enum ObjectEvent {
        /// It was created, or another version of it.
        Created = "created",
        /// It was removed, or marked so.
        Removed = "removed",
    }
}

impl ObjectEvent {
    /// S3's name for the events of the kind ("Supported event types for SQS, SNS, and Lambda").
    pub const fn pattern(self) -> &'static str {
        match self {
            ObjectEvent::Created => "s3:ObjectCreated:*",
            ObjectEvent::Removed => "s3:ObjectRemoved:*",
        }
    }

    /// EventBridge's name for it ("EventBridge event message structure").
    pub const fn detail_type(self) -> &'static str {
        match self {
            ObjectEvent::Created => "Object Created",
            ObjectEvent::Removed => "Object Deleted",
        }
    }
}

/// Who tells a bus of what a bucket tells.
pub const SOURCE: &str = "aws.s3";
/// Of which events a link tells.
pub const EVENT: Attribute<ObjectEvent> = Attribute::new("event");
/// What the keys start with that a link tells of.
pub const PREFIX: Attribute<SmolStr> = Attribute::new("prefix");
/// What the keys end in that a link tells of.
pub const SUFFIX: Attribute<SmolStr> = Attribute::new("suffix");

/// Events of a bucket's objects, made by [`Bucket::created`] and [`Bucket::removed`]: they trigger
/// functions, and are copied to queues and topics.
#[derive(Clone, Debug)]
pub struct BucketEvents<O: Object, E> {
    bucket: Bucket<O>,
    event: ObjectEvent,
    under: SmolStr,
    suffix: SmolStr,
    told: PhantomData<fn() -> E>,
}

/// Part of the keys of objects, as [`key_part!`](crate::key_part) writes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KeyPart(SmolStr);

impl KeyPart {
    /// A part known only at run time.
    ///
    /// # Errors
    /// [`InvalidName`], if it has other characters than letters, digits and `/ ! - _ . ' ( ) =`, or none
    /// or more than 512.
    pub fn new(part: &str) -> Result<KeyPart, InvalidName> {
        match KeyPart::fault(part) {
            None => Ok(KeyPart(SmolStr::new(part))),
            Some(rule) => Err(InvalidName::new("a part of keys", part, rule)),
        }
    }

    #[doc(hidden)]
    #[track_caller]
    pub const fn literal(part: &'static str) -> KeyPart {
        if let Some(fault) = KeyPart::fault(part) {
            panic!("{}", fault)
        }
        KeyPart(SmolStr::new_static(part))
    }

    const fn fault(part: &str) -> Option<&'static str> {
        if part.is_empty() || part.len() > 512 {
            return Some("a prefix or suffix of keys has 1 to 512 characters");
        }
        object::characters_fault(part.as_bytes())
    }
}

/// A part of the keys of objects, checked while compiling: `key_part!(".jpg")`.
#[macro_export]
macro_rules! key_part {
    ($part:expr $(,)?) => {{
        const _: $crate::entity::bucket::KeyPart = $crate::entity::bucket::KeyPart::literal($part);
        $crate::entity::bucket::KeyPart::literal($part)
    }};
}

impl<O: Object, E> BucketEvents<O, E> {
    pub(super) fn new(bucket: &Bucket<O>, event: ObjectEvent) -> BucketEvents<O, E> {
        BucketEvents {
            bucket: bucket.clone(),
            event,
            under: SmolStr::default(),
            suffix: SmolStr::default(),
            told: PhantomData,
        }
    }

    /// Only of objects whose keys go on so after the prefix of their type.
    pub fn under(self, part: KeyPart) -> BucketEvents<O, E> {
        BucketEvents { under: part.0, ..self }
    }

    /// Only of objects whose keys end so.
    pub fn ending(self, part: KeyPart) -> BucketEvents<O, E> {
        BucketEvents { suffix: part.0, ..self }
    }

    fn selection(&self) -> Selection {
        let prefix = format_smolstr!("{}{}", O::PREFIX, self.under);
        let label = match (prefix.is_empty(), self.suffix.is_empty()) {
            (true, true) => SmolStr::new_static(self.event.as_str()),
            _ => format_smolstr!("{} {prefix}*{}", self.event, self.suffix),
        };
        let facts = vec![
            (EVENT.key(), self.event.store()),
            (PREFIX.key(), prefix.store()),
            (SUFFIX.key(), self.suffix.clone().store()),
        ];
        Selection { label, facts }
    }
}

impl<O: Object, E> Handle for BucketEvents<O, E> {
    fn name(&self) -> &Name {
        self.bucket.name()
    }

    fn facts(&self) -> Facts {
        self.bucket.facts()
    }
}

impl<O: Object, E: Message> Source for BucketEvents<O, E> {
    type Payload = E;
    type Delivery = Direct;

    fn selection(&self) -> Selection {
        BucketEvents::selection(self)
    }
}

impl<O: Object, E: Message> Broadcast for BucketEvents<O, E> {
    type Message = E;
    type How = Notifying;
    type Delivery = Direct;

    fn selection(&self) -> Selection {
        BucketEvents::selection(self)
    }
}

/// What is told of an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    event: String,
    key: String,
    #[serde(default)]
    size: Option<u64>,
    #[serde(default)]
    etag: Option<String>,
    #[serde(default)]
    version: Option<String>,
    #[serde(default)]
    sequencer: String,
    #[serde(default)]
    at: String,
}

impl Told {
    fn read<'de, O: Object, D: Deserializer<'de>>(
        deserializer: D,
        event: ObjectEvent,
    ) -> Result<Told, D::Error> {
        let mut told = Told::deserialize(deserializer)?;
        if told.event != event.as_str() {
            return Err(de::Error::custom(format_args!("the event is not `{event}`")));
        }
        match told.key.strip_prefix(O::PREFIX) {
            Some(key) => told.key = key.to_owned(),
            None => {
                let prefix = O::PREFIX;
                return Err(de::Error::custom(format_args!(
                    "the key does not start with `{prefix}`"
                )));
            }
        }
        Ok(told)
    }
}

/// That an object `O` was created, or another version of it: what [`Bucket::created`] hands over.
///
/// It is not the object: code reads that, if its contract has `reads O`. S3 tells of it at least once,
/// and in no certain order; of two events of one key, the one with the greater `sequencer` is the later
/// one (Amazon S3 user guide, "Event message structure").
#[derive(Debug)]
pub struct Created<O> {
    /// The key, without the prefix of the type.
    pub key: String,
    /// How many bytes it has.
    pub size: u64,
    /// A hash of what it holds.
    pub etag: Option<String>,
    /// Which version it is, if the bucket keeps versions.
    pub version: Option<String>,
    /// What orders the events of one key: hexadecimal digits, compared once the shorter is filled up with
    /// zeros on the right.
    pub sequencer: String,
    /// When it was, as in `2026-11-25T14:00:00.000Z`.
    pub at: String,
    typed: PhantomData<fn() -> O>,
}

/// That an object `O` was removed, or, where a bucket keeps versions, marked as removed: what
/// [`Bucket::removed`] hands over.
#[derive(Debug)]
pub struct Removed<O> {
    /// The key, without the prefix of the type.
    pub key: String,
    /// Which version was removed, or that of the mark, if the bucket keeps versions.
    pub version: Option<String>,
    /// What orders the events of one key, as in [`Created`].
    pub sequencer: String,
    /// When it was, as in `2026-11-25T14:00:00.000Z`.
    pub at: String,
    typed: PhantomData<fn() -> O>,
}

impl<O: Object> Created<O> {
    /// That an object of so many bytes was created under a key, as a test says it.
    pub fn new(key: impl Into<String>, size: u64) -> Created<O> {
        Created {
            key: key.into(),
            size,
            etag: None,
            version: None,
            sequencer: String::new(),
            at: String::new(),
            typed: PhantomData,
        }
    }
}

impl<O: Object> Removed<O> {
    /// That the object of a key was removed, as a test says it.
    pub fn new(key: impl Into<String>) -> Removed<O> {
        Removed {
            key: key.into(),
            version: None,
            sequencer: String::new(),
            at: String::new(),
            typed: PhantomData,
        }
    }
}

impl<O: Object> Message for Created<O> {
    const NAME: &'static str = "Created";
}

impl<O: Object> Message for Removed<O> {
    const NAME: &'static str = "Removed";
}

/// As EventBridge is told of it ("EventBridge event message structure", Amazon S3 User Guide).
impl<O: Object> Event for Created<O> {
    const SOURCE: &'static str = SOURCE;
    const DETAIL_TYPE: &'static str = ObjectEvent::Created.detail_type();

    fn label() -> SmolStr {
        format_smolstr!("Created {}", O::WHAT)
    }

    fn asked() -> Vec<(&'static str, serde_json::Value)> {
        key_of::<O>()
    }
}

/// As EventBridge is told of it. It is told of expiries too, unlike queues, topics and functions.
impl<O: Object> Event for Removed<O> {
    const SOURCE: &'static str = SOURCE;
    const DETAIL_TYPE: &'static str = ObjectEvent::Removed.detail_type();

    fn label() -> SmolStr {
        format_smolstr!("Removed {}", O::WHAT)
    }

    fn asked() -> Vec<(&'static str, serde_json::Value)> {
        key_of::<O>()
    }
}

fn key_of<O: Object>() -> Vec<(&'static str, serde_json::Value)> {
    match O::PREFIX {
        "" => Vec::new(),
        prefix => vec![("object.key", serde_json::json!([{ "prefix": prefix }]))],
    }
}

impl<'de, O: Object> Deserialize<'de> for Created<O> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let told = Told::read::<O, D>(deserializer, ObjectEvent::Created)?;
        let Told { key, size, etag, version, sequencer, at, .. } = told;
        let size = size.ok_or_else(|| de::Error::missing_field("size"))?;
        Ok(Created { key, size, etag, version, sequencer, at, typed: PhantomData })
    }
}

impl<'de, O: Object> Deserialize<'de> for Removed<O> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let told = Told::read::<O, D>(deserializer, ObjectEvent::Removed)?;
        let Told { key, version, sequencer, at, .. } = told;
        Ok(Removed { key, version, sequencer, at, typed: PhantomData })
    }
}

impl<O: Object> Serialize for Created<O> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Created { key, size, etag, version, sequencer, at, typed: _ } = self;
        Told {
            event: ObjectEvent::Created.as_str().to_owned(),
            key: format!("{}{key}", O::PREFIX),
            size: Some(*size),
            etag: etag.clone(),
            version: version.clone(),
            sequencer: sequencer.clone(),
            at: at.clone(),
        }
        .serialize(serializer)
    }
}

impl<O: Object> Serialize for Removed<O> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Removed { key, version, sequencer, at, typed: _ } = self;
        Told {
            event: ObjectEvent::Removed.as_str().to_owned(),
            key: format!("{}{key}", O::PREFIX),
            size: None,
            etag: None,
            version: version.clone(),
            sequencer: sequencer.clone(),
            at: at.clone(),
        }
        .serialize(serializer)
    }
}
