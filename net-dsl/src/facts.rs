//! What is known about an entity or a link: attributes that join like flat lattices.

use crate::{Bounded, Id, Origin, bounded::Range, file, reference};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use smol_str::SmolStr;
use std::{collections::BTreeSet, marker::PhantomData, sync::Arc};

/// Attributes `property/part/path`: a property set on a resource made for the entity.
pub const PROPERTY: &str = "property/";

/// One value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// A switch.
    Bool(bool),
    /// A number, in the unit of its attribute.
    Number(u64),
    /// A text.
    Text(SmolStr),
    /// Any JSON, as its canonical text: compact, keys in order.
    Json(SmolStr),
}

impl Value {
    /// How deep arrays and objects may be nested. What is deeper is found by rule N107, and nothing
    /// is deployed.
    pub const MAX_NESTING: usize = 64;

    /// Any JSON as a value.
    ///
    /// What is nested deeper than one level more than [`Value::MAX_NESTING`] is cut there.
    pub fn json(json: &serde_json::Value) -> Value {
        match json {
            serde_json::Value::Bool(value) => Value::Bool(*value),
            serde_json::Value::String(text) => Value::Text(SmolStr::new(text)),
            serde_json::Value::Number(number) if number.is_u64() => {
                Value::Number(number.as_u64().unwrap_or_default())
            }
            serde_json::Value::Null
            | serde_json::Value::Number(_)
            | serde_json::Value::Array(_)
            | serde_json::Value::Object(_) => {
                Value::Json(SmolStr::new(canonical(json, Value::MAX_NESTING + 1).to_string()))
            }
        }
    }

    /// How deep arrays and objects are nested: 0 for a scalar, 1 for `[]`. O(n).
    pub fn nesting(&self) -> usize {
        let Value::Json(text) = self else { return 0 };
        let (mut depth, mut deepest, mut in_text, mut escaped) = (0_usize, 0, false, false);
        for byte in text.bytes() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = in_text,
                b'"' => in_text = !in_text,
                b'[' | b'{' if !in_text => {
                    depth += 1;
                    deepest = deepest.max(depth);
                }
                b']' | b'}' if !in_text => depth -= 1,
                _ => {}
            }
        }
        deepest
    }

    /// The text of a value that is one, or is kept as one; of a switch or a number none.
    pub(crate) fn text(&self) -> &str {
        match self {
            Value::Text(text) | Value::Json(text) => text,
            Value::Bool(_) | Value::Number(_) => "",
        }
    }

    /// The value as JSON.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Value::Bool(value) => (*value).into(),
            Value::Number(number) => (*number).into(),
            Value::Text(text) => text.as_str().into(),
            // It was JSON when it was stored, and is not nested deeper than serde_json reads.
            Value::Json(text) => {
                serde_json::from_str(text).unwrap_or_else(|_| text.as_str().into())
            }
        }
    }
}

/// With keys in order even where some crate switched serde_json's `preserve_order` on, and no
/// more than so many levels.
fn canonical(json: &serde_json::Value, levels: usize) -> serde_json::Value {
    match json {
        serde_json::Value::Object(_) | serde_json::Value::Array(_) if levels == 0 => {
            "nested too deep".into()
        }
        serde_json::Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            let inside = |(key, value): (&String, _)| (key.clone(), canonical(value, levels - 1));
            entries.into_iter().map(inside).collect()
        }
        serde_json::Value::Array(items) => {
            items.iter().map(|item| canonical(item, levels - 1)).collect()
        }
        serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Number(_)
        | serde_json::Value::String(_) => json.clone(),
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Value::json(&file::Json::deserialize(deserializer)?.0))
    }
}

/// A value that was given to an attribute, and everywhere it was given.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// What was said.
    pub value: Value,
    /// Where it was said, in order.
    pub at: BTreeSet<Origin>,
}

/// An attribute's place in the flat lattice: unset below every value, conflict above them.
///
/// Kept as the set of values claimed, so that a conflict still knows all its sides.
///
/// ```text
/// unset ⊔ v == v      v ⊔ v == v      v ⊔ w == conflict {v, w}
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flat(Vec<Claim>);

impl Flat {
    fn one(value: Value, origin: Origin) -> Flat {
        Flat(vec![Claim { value, at: BTreeSet::from([origin]) }])
    }

    /// The value, if exactly one was ever given.
    pub fn agreed(&self) -> Option<&Value> {
        match self.0.as_slice() {
            [claim] => Some(&claim.value),
            _ => None,
        }
    }

    /// Everything that was claimed, in order of value; more than one claim is a conflict.
    pub fn claims(&self) -> &[Claim] {
        &self.0
    }

    fn join(&mut self, other: &Flat) {
        for claim in &other.0 {
            match self.0.binary_search_by(|mine| mine.value.cmp(&claim.value)) {
                Ok(found) => self.0[found].at.extend(claim.at.iter().cloned()),
                Err(gap) => self.0.insert(gap, claim.clone()),
            }
        }
    }
}

impl Serialize for Flat {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Flat {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let claims = Vec::<Claim>::deserialize(deserializer)?;
        let count = claims.len();
        if count == 0 {
            return Err(de::Error::custom("an attribute without a value is left out"));
        }
        let mut flat = Flat::default();
        for claim in claims {
            flat.join(&Flat(vec![claim]));
        }
        if flat.0.len() < count {
            return Err(de::Error::custom("an attribute lists one value twice"));
        }
        Ok(flat)
    }
}

/// The key of an attribute whose values are `T`.
///
/// The constants live beside the entity or link they describe, for example
/// [`crate::entity::function::TIMEOUT`].
#[derive(Debug)]
pub struct Attribute<T> {
    key: &'static str,
    value: PhantomData<fn() -> T>,
}

impl<T> Clone for Attribute<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Attribute<T> {}

impl<T> Attribute<T> {
    pub(crate) const fn new(key: &'static str) -> Attribute<T> {
        Attribute { key, value: PhantomData }
    }

    /// The key as it stands in `network.json`.
    pub const fn key(self) -> &'static str {
        self.key
    }
}

/// What an attribute may hold.
pub trait Scalar: Sized {
    /// The value as it is stored.
    fn store(self) -> Value;
    /// The stored value, if it is of this type.
    fn load(value: &Value) -> Option<Self>;
}

impl Scalar for bool {
    fn store(self) -> Value {
        Value::Bool(self)
    }

    fn load(value: &Value) -> Option<bool> {
        match value {
            Value::Bool(value) => Some(*value),
            Value::Number(_) | Value::Text(_) | Value::Json(_) => None,
        }
    }
}

impl Scalar for SmolStr {
    fn store(self) -> Value {
        Value::Text(self)
    }

    fn load(value: &Value) -> Option<SmolStr> {
        match value {
            Value::Text(text) => Some(text.clone()),
            Value::Bool(_) | Value::Number(_) | Value::Json(_) => None,
        }
    }
}

/// Something or nothing, said as one attribute, so that who says "none" and who says "some" are in
/// conflict: nothing is JSON's `null`, and not the same as an attribute that is not set.
impl<T: Scalar> Scalar for Option<T> {
    fn store(self) -> Value {
        self.map_or_else(|| Value::json(&serde_json::Value::Null), Scalar::store)
    }

    fn load(value: &Value) -> Option<Option<T>> {
        let is_null = matches!(value, Value::Json(json) if json == "null");
        if is_null { Some(None) } else { T::load(value).map(Some) }
    }
}

impl<R: Range> Scalar for Bounded<R> {
    fn store(self) -> Value {
        Value::Number(self.get())
    }

    fn load(value: &Value) -> Option<Bounded<R>> {
        match value {
            Value::Number(number) => Bounded::new(*number).ok(),
            Value::Bool(_) | Value::Text(_) | Value::Json(_) => None,
        }
    }
}

/// Makes a field-less enum an attribute's type, stored as the text given for each case.
macro_rules! scalar_enum {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[$case_doc:meta])* $case:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$case_doc])* $case,)* }

        impl $name {
            /// Every case, in the order of the enum.
            pub const ALL: &'static [$name] = &[$($name::$case),*];

            /// The case as it stands in `network.json`.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$case => $text,)* }
            }

            /// The case written so, if there is one.
            pub fn parse(text: &str) -> Option<$name> {
                match text { $($text => Some($name::$case),)* _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl $crate::facts::Scalar for $name {
            fn store(self) -> $crate::facts::Value {
                $crate::facts::Value::Text(smol_str::SmolStr::new_static(self.as_str()))
            }

            fn load(value: &$crate::facts::Value) -> Option<$name> {
                match value {
                    $crate::facts::Value::Text(text) => $name::parse(text),
                    _ => None,
                }
            }
        }
    };
}
pub(crate) use scalar_enum;

/// Everything said about one entity or one link.
///
/// Facts join attribute by attribute; who said them (bricks) and where (origins) are sets that
/// unite. Cloning is a reference count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Facts(Arc<Inner>);

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Inner {
    /// Sorted by key.
    #[serde(with = "file::map")]
    attributes: Vec<(SmolStr, Flat)>,
    #[serde(deserialize_with = "file::names")]
    bricks: BTreeSet<SmolStr>,
    at: BTreeSet<Origin>,
}

impl Facts {
    /// Facts with nothing set, declared at `origin`.
    pub fn new(origin: Origin) -> Facts {
        Facts(Arc::new(Inner { at: BTreeSet::from([origin]), ..Inner::default() }))
    }

    /// The value of an attribute, if it is set and not in conflict.
    pub fn get<T: Scalar>(&self, attribute: Attribute<T>) -> Option<T> {
        T::load(self.claims(attribute.key)?.agreed()?)
    }

    /// Whether a switch is set and on.
    pub fn is(&self, attribute: Attribute<bool>) -> bool {
        self.get(attribute).unwrap_or_default()
    }

    /// The claims made for a key, if any were.
    pub fn claims(&self, key: &str) -> Option<&Flat> {
        self.0.attributes.iter().find(|(mine, _)| mine == key).map(|(_, flat)| flat)
    }

    /// Every attribute, in order of key.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &Flat)> {
        self.0.attributes.iter().map(|(key, flat)| (key.as_str(), flat))
    }

    /// The attributes below a prefix such as `environment/`, with the rest of their keys.
    pub fn below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a Flat)> {
        self.attributes().filter_map(move |(key, flat)| Some((key.strip_prefix(prefix)?, flat)))
    }

    /// What overlays set for a property, by part and path, as `queue/DelaySeconds`.
    ///
    /// A path that leads into a map is followed there. None if nothing is set, or if overlays disagree.
    pub fn property(&self, property: &str) -> Option<serde_json::Value> {
        self.below(PROPERTY).find_map(|(path, flat)| {
            let inside = below_property(path, property)?;
            let value = flat.agreed()?.to_json();
            if inside.is_empty() { Some(value) } else { value.pointer(inside).cloned() }
        })
    }

    /// The key of the attribute that sets a property, by part and path.
    pub(crate) fn property_key(&self, property: &str) -> Option<&str> {
        let sets = |key: &str| {
            key.strip_prefix(PROPERTY).is_some_and(|path| below_property(path, property).is_some())
        };
        self.attributes().map(|(key, _)| key).find(|key| sets(key))
    }

    /// The bricks that declared this, in order.
    pub fn bricks(&self) -> &BTreeSet<SmolStr> {
        &self.0.bricks
    }

    /// Where this was declared, in order.
    pub fn origins(&self) -> &BTreeSet<Origin> {
        &self.0.at
    }

    pub(crate) fn with<T: Scalar>(self, attribute: Attribute<T>, value: T) -> Facts {
        self.with_value(SmolStr::new_static(attribute.key), value.store())
    }

    pub(crate) fn maybe<T: Scalar>(self, attribute: Attribute<T>, value: Option<T>) -> Facts {
        match value {
            Some(value) => self.with(attribute, value),
            None => self,
        }
    }

    pub(crate) fn with_value(mut self, key: SmolStr, value: Value) -> Facts {
        let origin = self.0.at.first().cloned().unwrap_or_else(Origin::here);
        self.insert(key, value, origin);
        self
    }

    pub(crate) fn insert(&mut self, key: SmolStr, value: Value, origin: Origin) {
        let inner = Arc::make_mut(&mut self.0);
        let flat = Flat::one(value, origin);
        match inner.attributes.binary_search_by(|(mine, _)| mine.cmp(&key)) {
            Ok(found) => inner.attributes[found].1.join(&flat),
            Err(gap) => inner.attributes.insert(gap, (key, flat)),
        }
    }

    pub(crate) fn add_brick(&mut self, brick: &SmolStr) {
        Arc::make_mut(&mut self.0).bricks.insert(brick.clone());
    }

    /// The same, where properties refer to entities by their new names.
    pub(crate) fn rename_references(&mut self, rename: &impl Fn(&Id) -> Id) {
        let is_affected = |key: &str, claim: &Claim| {
            matches!(&claim.value, Value::Json(text) if key.starts_with(PROPERTY)
                && reference::may_refer(text))
        };
        let affected: Vec<usize> = (self.0.attributes.iter().enumerate())
            .filter(|(_, (key, flat))| flat.0.iter().any(|claim| is_affected(key, claim)))
            .map(|(number, _)| number)
            .collect();
        for number in affected {
            let mut renamed = Flat::default();
            let mut is_changed = false;
            for claim in &self.0.attributes[number].1.0 {
                let mut json = claim.value.to_json();
                let mut claim = claim.clone();
                if reference::rename(&mut json, rename) {
                    claim.value = Value::json(&json);
                    is_changed = true;
                }
                // Two claims may be one by now.
                renamed.join(&Flat(vec![claim]));
            }
            if is_changed {
                Arc::make_mut(&mut self.0).attributes[number].1 = renamed;
            }
        }
    }

    /// The same said nowhere.
    pub(crate) fn forget_origins(&mut self) {
        let inner = Arc::make_mut(&mut self.0);
        inner.at.clear();
        for claim in inner.attributes.iter_mut().flat_map(|(_, flat)| &mut flat.0) {
            claim.at.clear();
        }
    }

    /// `self ⊔ other`.
    pub(crate) fn join(&mut self, other: &Facts) {
        if Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0 {
            return;
        }
        let inner = Arc::make_mut(&mut self.0);
        for (key, flat) in &other.0.attributes {
            match inner.attributes.binary_search_by(|(mine, _)| mine.cmp(key)) {
                Ok(found) => inner.attributes[found].1.join(flat),
                Err(gap) => inner.attributes.insert(gap, (key.clone(), flat.clone())),
            }
        }
        inner.bricks.extend(other.0.bricks.iter().cloned());
        inner.at.extend(other.0.at.iter().cloned());
    }
}

/// The rest of a property's path behind `path`, which sets it or a map around it, as a JSON pointer.
fn below_property<'a>(path: &str, property: &'a str) -> Option<&'a str> {
    let rest = property.strip_prefix(path)?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

impl Serialize for Facts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Facts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Facts(Arc::new(Inner::deserialize(deserializer)?)))
    }
}
