//! Trees of properties: what a resource is set to, references included, before any template language.

use super::LogicalId;
use serde_json::{Number, Value as Json};
use smol_str::{SmolStr, format_smolstr};
use std::{
    borrow::Cow,
    collections::BTreeMap,
    slice,
    sync::{Mutex, PoisonError},
};

/// A property's value, or a tree of them.
///
/// Texts, numbers and lists are as they are; what becomes known while deploying is a reference.
/// [`Value::Object`] and [`Value::Map`] differ in who owns the keys and in nothing else: two of them
/// with equal entries are equal, whatever their order.
#[derive(Clone, Debug)]
pub enum Value {
    /// JSON's `null`, which overrides and raw resources may hold.
    Null,
    /// A switch.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text known now.
    Text(SmolStr),
    /// The identity of a resource, or a parameter's value: what CloudFormation's `Ref` gives.
    Ref(LogicalId),
    /// The ARN of a resource.
    Arn(LogicalId),
    /// Another attribute of a resource, as CloudFormation calls it.
    Attribute(Box<(LogicalId, SmolStr)>),
    /// Something about the stack or the account.
    Pseudo(Pseudo),
    /// Texts and references one behind the other: `Fn::Sub`.
    Join(Box<[Value]>),
    /// Values in order.
    List(Box<[Value]>),
    /// Values by keys that are written in this crate.
    Object(Box<[(PropertyKey, Value)]>),
    /// Values by keys that are data: variables, tags, and what overlays set.
    Map(Box<[(SmolStr, Value)]>),
    /// What is the same in every network, kept once.
    Fixed(&'static Value),
}

/// A key that is written in this crate: a reference to the text, which is half as large as the text's own.
pub type PropertyKey = &'static &'static str;

/// What AWS says of the stack itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pseudo {
    /// The account's number.
    AccountId,
    /// No value at all: the property counts as not set.
    NoValue,
    /// Where CloudFormation announces events of the stack.
    NotificationArns,
    /// `aws`, `aws-cn` or `aws-us-gov`.
    Partition,
    /// The region, as in `eu-west-1`.
    Region,
    /// The stack's ARN.
    StackId,
    /// The stack's name.
    StackName,
    /// The domain of AWS's addresses, as in `amazonaws.com`.
    UrlSuffix,
}

impl Pseudo {
    pub(crate) const ALL: [Pseudo; 8] = [
        Pseudo::AccountId,
        Pseudo::NoValue,
        Pseudo::NotificationArns,
        Pseudo::Partition,
        Pseudo::Region,
        Pseudo::StackId,
        Pseudo::StackName,
        Pseudo::UrlSuffix,
    ];

    /// CloudFormation's pseudo parameter.
    pub const fn as_str(self) -> &'static str {
        match self {
            Pseudo::AccountId => "AWS::AccountId",
            Pseudo::NoValue => "AWS::NoValue",
            Pseudo::NotificationArns => "AWS::NotificationARNs",
            Pseudo::Partition => "AWS::Partition",
            Pseudo::Region => "AWS::Region",
            Pseudo::StackId => "AWS::StackId",
            Pseudo::StackName => "AWS::StackName",
            Pseudo::UrlSuffix => "AWS::URLSuffix",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Pseudo> {
        Pseudo::ALL.into_iter().find(|pseudo| pseudo.as_str() == text)
    }
}

/// An object with keys that are known here; a property that is `None` is left out.
macro_rules! object {
    ($($key:literal: $value:expr),* $(,)?) => {
        $crate::plan::Value::object([
            $((&$key, $crate::plan::value::Property::property($value)),)*
        ])
    };
}
pub(super) use object;

/// A value that is the same in every network: made once.
macro_rules! fixed {
    ($value:expr) => {{
        static VALUE: std::sync::LazyLock<$crate::plan::Value> =
            std::sync::LazyLock::new(|| $value);
        $crate::plan::Value::Fixed(&VALUE)
    }};
}
pub(super) use fixed;

/// A list of texts that are written in this crate, such as the actions of a statement: made once, as there
/// are few of them.
fn fixed_list(texts: &'static [&'static str]) -> &'static Value {
    static LISTS: Mutex<BTreeMap<&[&str], &Value>> = Mutex::new(BTreeMap::new());
    let mut lists = LISTS.lock().unwrap_or_else(PoisonError::into_inner);
    lists.entry(texts).or_insert_with(|| {
        let list = texts.iter().map(|text| Value::from(*text)).collect();
        Box::leak(Box::new(list))
    })
}

/// What a property can be set to, or left unset with.
pub(super) trait Property {
    fn property(self) -> Option<Value>;
}

impl<T: Property> Property for Option<T> {
    fn property(self) -> Option<Value> {
        self.and_then(T::property)
    }
}

macro_rules! properties {
    ($($given:ty, $name:ident => $value:expr;)*) => {
        $(
            impl From<$given> for Value {
                fn from($name: $given) -> Value {
                    $value
                }
            }

            impl Property for $given {
                fn property(self) -> Option<Value> {
                    Some(self.into())
                }
            }
        )*
    };
}

properties! {
    bool, flag => Value::Bool(flag);
    u64, number => Value::Number(number.into());
    &'static str, text => Value::Text(SmolStr::new_static(text));
    SmolStr, text => Value::Text(text);
    Pseudo, pseudo => Value::Pseudo(pseudo);
    Vec<Value>, values => Value::List(values.into_boxed_slice());
    &'static [&'static str], texts => Value::Fixed(fixed_list(texts));
}

impl Property for Value {
    fn property(self) -> Option<Value> {
        Some(self)
    }
}

impl<const N: usize> From<[Value; N]> for Value {
    fn from(values: [Value; N]) -> Value {
        Value::List(Box::new(values))
    }
}

impl<const N: usize> Property for [Value; N] {
    fn property(self) -> Option<Value> {
        Some(self.into())
    }
}

impl FromIterator<Value> for Value {
    fn from_iter<I: IntoIterator<Item = Value>>(values: I) -> Value {
        Value::List(values.into_iter().collect())
    }
}

/// Equal entries in any order make equal objects.
impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        let other = other.plain();
        match self {
            Value::Fixed(mine) => *mine == other,
            Value::Null => matches!(other, Value::Null),
            Value::Bool(mine) => matches!(other, Value::Bool(theirs) if mine == theirs),
            Value::Number(mine) => matches!(other, Value::Number(theirs) if mine == theirs),
            Value::Text(mine) => matches!(other, Value::Text(theirs) if mine == theirs),
            Value::Ref(mine) => matches!(other, Value::Ref(theirs) if mine == theirs),
            Value::Arn(mine) => matches!(other, Value::Arn(theirs) if mine == theirs),
            Value::Attribute(mine) => matches!(other, Value::Attribute(theirs) if mine == theirs),
            Value::Pseudo(mine) => matches!(other, Value::Pseudo(theirs) if mine == theirs),
            Value::Join(mine) => matches!(other, Value::Join(theirs) if mine == theirs),
            Value::List(mine) => matches!(other, Value::List(theirs) if mine == theirs),
            Value::Object(_) | Value::Map(_) => {
                other.is_object()
                    && self.entries().len() == other.entries().len()
                    && self.entries().all(|(key, value)| other.entry(key) == Some(value))
            }
        }
    }
}

/// The entries of an object or a map.
#[derive(Clone, Debug)]
pub enum Entries<'a> {
    /// With keys that are written in this crate.
    Object(slice::Iter<'a, (PropertyKey, Value)>),
    /// With keys that are data.
    Map(slice::Iter<'a, (SmolStr, Value)>),
}

impl<'a> Iterator for Entries<'a> {
    type Item = (&'a str, &'a Value);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Entries::Object(entries) => entries.next().map(|(key, value)| (**key, value)),
            Entries::Map(entries) => entries.next().map(|(key, value)| (key.as_str(), value)),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Entries::Object(entries) => entries.size_hint(),
            Entries::Map(entries) => entries.size_hint(),
        }
    }
}

impl ExactSizeIterator for Entries<'_> {}

impl Value {
    /// No properties.
    pub(crate) fn empty() -> Value {
        Value::Object(Box::new([]))
    }

    pub(super) fn object<const N: usize>(entries: [(PropertyKey, Option<Value>); N]) -> Value {
        let count = entries.iter().filter(|(_, value)| value.is_some()).count();
        let mut present = Vec::with_capacity(count);
        present.extend(entries.into_iter().filter_map(|(key, value)| Some((key, value?))));
        Value::Object(present.into_boxed_slice())
    }

    /// Texts and references one behind the other, in one form: no join in a join, no text beside a
    /// text.
    pub(super) fn join(parts: impl IntoIterator<Item = Value>) -> Value {
        fn push(part: Value, flat: &mut Vec<Value>) {
            if let Value::Join(inside) = part {
                inside.into_iter().for_each(|part| push(part, flat));
            } else if let (Some(Value::Text(before)), Value::Text(text)) = (flat.last_mut(), &part)
            {
                *before = format_smolstr!("{before}{text}");
            } else {
                flat.push(part);
            }
        }
        let mut flat = Vec::with_capacity(8);
        parts.into_iter().for_each(|part| push(part, &mut flat));
        Value::Join(flat.into_boxed_slice())
    }

    /// The value, wherever it is kept.
    fn plain(&self) -> &Value {
        if let Value::Fixed(value) = self { value.plain() } else { self }
    }

    /// The text, if it is one that is known now.
    pub fn as_text(&self) -> Option<&str> {
        if let Value::Text(text) = self.plain() { Some(text) } else { None }
    }

    /// Whether a text is part of it.
    pub(crate) fn has_text(&self, part: &str) -> bool {
        match self {
            Value::Text(text) => text.contains(part),
            Value::Join(parts) => parts.iter().any(|inside| inside.has_text(part)),
            Value::Fixed(value) => value.has_text(part),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Ref(_)
            | Value::Arn(_)
            | Value::Attribute(_)
            | Value::Pseudo(_)
            | Value::List(_)
            | Value::Object(_)
            | Value::Map(_) => false,
        }
    }

    /// The number, if it is a whole one.
    pub fn as_u64(&self) -> Option<u64> {
        if let Value::Number(number) = self.plain() { number.as_u64() } else { None }
    }

    /// Whether it has entries, and is no function of CloudFormation.
    pub fn is_object(&self) -> bool {
        matches!(self.plain(), Value::Object(_) | Value::Map(_))
    }

    /// Whether it is one of CloudFormation's functions that has no value of its own here, such as
    /// `Fn::ImportValue`.
    pub fn is_function(&self) -> bool {
        let mut entries = self.entries();
        matches!((entries.next(), entries.next()),
            (Some((key, _)), None) if key == "Ref" || key == "Condition" || key.starts_with("Fn::"))
    }

    /// The entries of an object or a map, in order; anything else has none.
    pub fn entries(&self) -> Entries<'_> {
        match self {
            Value::Object(entries) => Entries::Object(entries.iter()),
            Value::Map(entries) => Entries::Map(entries.iter()),
            Value::Fixed(value) => value.entries(),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::Ref(_)
            | Value::Arn(_)
            | Value::Attribute(_)
            | Value::Pseudo(_)
            | Value::Join(_)
            | Value::List(_) => Entries::Object([].iter()),
        }
    }

    /// What a list holds; anything else is a list of itself.
    pub fn items(&self) -> &[Value] {
        if let Value::List(items) = self.plain() { items } else { slice::from_ref(self) }
    }

    fn entry(&self, key: &str) -> Option<&Value> {
        self.entries().find(|(mine, _)| *mine == key).map(|(_, value)| value)
    }

    /// What lies at a path: keys joined by `/`, where a `/` inside a key is written `~1` and a `~`
    /// is written `~0`, as in a JSON pointer.
    pub fn get(&self, path: &str) -> Option<&Value> {
        path.split('/').try_fold(self, |place, part| place.entry(&unescaped(part)))
    }

    /// Sets what lies at a path. A map over a map adds and replaces entries, at whatever depth.
    pub(crate) fn set(&mut self, path: &str, value: Value) {
        match path.split_once('/') {
            Some((first, rest)) => self.at(&unescaped(first), |place| place.set(rest, value)),
            None => self.at(&unescaped(path), |place| place.join_with(value)),
        }
    }

    fn join_with(&mut self, value: Value) {
        let are_maps = [&*self, &value].iter().all(|v| v.is_object() && !v.is_function());
        if are_maps {
            for (key, value) in value.entries() {
                self.at(key, |place| place.join_with(value.clone()));
            }
        } else {
            *self = value;
        }
    }

    /// Changes what lies at a key, or what is put there; what is no object becomes one.
    fn at(&mut self, key: &str, change: impl FnOnce(&mut Value)) {
        if let Value::Fixed(value) = self {
            *self = value.plain().clone();
        }
        if let Value::Object(entries) = self
            && let Some((_, found)) = entries.iter_mut().find(|(mine, _)| **mine == key)
        {
            return change(found);
        }
        if let Value::Map(entries) = self
            && let Some((_, found)) = entries.iter_mut().find(|(mine, _)| mine == key)
        {
            return change(found);
        }
        let mut value = Value::empty();
        change(&mut value);
        let kept = self.entries().map(|(key, value)| (SmolStr::new(key), value.clone()));
        *self = Value::Map(kept.chain([(SmolStr::new(key), value)]).collect());
    }

    /// A value as CloudFormation writes it, its references recognised.
    pub(crate) fn from_json(json: &Json) -> Value {
        match json {
            Json::Null => Value::Null,
            Json::Bool(flag) => Value::Bool(*flag),
            Json::Number(number) => Value::Number(number.clone()),
            Json::String(text) => Value::Text(SmolStr::new(text)),
            Json::Array(items) => items.iter().map(Value::from_json).collect(),
            Json::Object(map) => {
                let only = if map.len() == 1 { map.iter().next() } else { None };
                let reference = only.and_then(|(function, argument)| reference(function, argument));
                reference.unwrap_or_else(|| {
                    let entries = map.iter();
                    Value::Map(
                        entries
                            .map(|(key, value)| (SmolStr::new(key), Value::from_json(value)))
                            .collect(),
                    )
                })
            }
        }
    }

    /// The value as CloudFormation writes it.
    pub(crate) fn to_json(&self) -> Json {
        // Every key is a text.
        serde_json::to_value(self).unwrap_or_default()
    }

    /// Every reference in the value: the id, and the attribute where it is not the identity.
    pub fn references(&self, found: &mut dyn FnMut(&str, Option<&str>)) {
        match self {
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::Pseudo(_) => {
            }
            Value::Fixed(value) => value.references(found),
            Value::Ref(id) => found(id.as_str(), None),
            Value::Arn(id) => found(id.as_str(), Some("Arn")),
            Value::Attribute(reference) => found(reference.0.as_str(), Some(&reference.1)),
            Value::Join(items) | Value::List(items) => {
                items.iter().for_each(|item| item.references(found));
            }
            Value::Object(_) | Value::Map(_) => {
                self.entries().for_each(|(_, value)| value.references(found));
            }
        }
    }
}

fn unescaped(part: &str) -> Cow<'_, str> {
    match part.contains('~') {
        true => Cow::Owned(part.replace("~1", "/").replace("~0", "~")),
        false => Cow::Borrowed(part),
    }
}

/// What one of CloudFormation's functions refers to, if it does nothing else.
fn reference(function: &str, argument: &Json) -> Option<Value> {
    match (function, argument) {
        ("Ref", Json::String(id)) => Some(identity(id)),
        ("Fn::GetAtt", Json::String(text)) => {
            let (id, attribute) = text.split_once('.')?;
            Some(attribute_of(id, attribute))
        }
        ("Fn::GetAtt", Json::Array(parts)) => {
            let [Json::String(id), Json::String(attribute)] = parts.as_slice() else { return None };
            Some(attribute_of(id, attribute))
        }
        ("Fn::Sub", Json::String(text)) => substitution(text),
        _ => None,
    }
}

fn identity(id: &str) -> Value {
    Pseudo::parse(id).map_or_else(|| Value::Ref(LogicalId::new(id)), Value::Pseudo)
}

fn attribute_of(id: &str, attribute: &str) -> Value {
    let id = LogicalId::new(id);
    match attribute {
        "Arn" => Value::Arn(id),
        _ => Value::Attribute(Box::new((id, SmolStr::new(attribute)))),
    }
}

/// The parts of the text that `Fn::Sub` is given.
pub(crate) fn substitution(text: &str) -> Option<Value> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, behind) = after.split_once('}')?;
        literal.push_str(before);
        rest = behind;
        if let Some(name) = name.strip_prefix('!') {
            // CloudFormation's way of writing `${name}` itself.
            literal.extend(["${", name, "}"]);
            continue;
        }
        if !literal.is_empty() {
            parts.push(Value::Text(SmolStr::new(std::mem::take(&mut literal))));
        }
        parts.push(match name.split_once('.') {
            Some((id, attribute)) => attribute_of(id, attribute),
            None => identity(name),
        });
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        parts.push(Value::Text(SmolStr::new(literal)));
    }
    Some(Value::Join(parts.into_boxed_slice()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_small() {
        // 10,000 cells have some four million of them (docs/performance.md).
        assert!(size_of::<Value>() <= 24, "{}", size_of::<Value>());
    }

    #[test]
    fn what_cloudformation_writes_is_read_and_written_again() {
        for json in [
            json!(null),
            json!([true, 1, -1, 1.5, "a"]),
            json!({ "Ref": "Orders" }),
            json!({ "Ref": "AWS::NoValue" }),
            json!({ "Fn::GetAtt": ["Orders", "Arn"] }),
            json!({ "Fn::GetAtt": ["Orders", "StreamArn"] }),
            json!({ "Fn::GetAtt": ["Nested", "Outputs.Url"] }),
            json!({ "Fn::Sub": "a-${Orders}-${Orders.Arn}-${AWS::Region}-${!literal}" }),
            json!({ "Fn::Sub": ["${A}-${Orders}", { "A": 1 }] }),
            json!({ "Fn::If": ["IsProduction", { "Ref": "Orders" }, { "Ref": "AWS::NoValue" }] }),
            json!({ "a": { "b": {} }, "c": [] }),
        ] {
            assert_eq!(Value::from_json(&json).to_json(), json);
        }
        let text = json!({ "Fn::GetAtt": "Orders.Arn" });
        assert_eq!(Value::from_json(&text), Value::Arn(LogicalId::new("Orders")));
    }

    #[test]
    fn maps_are_set_key_by_key_and_all_else_as_a_whole() {
        let mut value = object! {
            "Variables": Value::from_json(&json!({ "A": "1", "B": "2" })),
            "List": Value::from([true.into()]),
            "Name": "old",
        };
        value.set("Variables", Value::from_json(&json!({ "B": "3", "C": "4" })));
        value.set("List", Value::from_json(&json!([1, 2])));
        value.set("Name", Value::from_json(&json!({ "Ref": "Orders" })));
        value.set("Tags/a~1b", "x".into());
        let expected = json!({
            "Variables": { "A": "1", "B": "3", "C": "4" },
            "List": [1, 2],
            "Name": { "Ref": "Orders" },
            "Tags": { "a/b": "x" },
        });
        assert_eq!(value.to_json(), expected);
        assert_eq!(value.get("Tags/a~1b"), Some(&"x".into()));
        assert_eq!(value, Value::from_json(&expected));
    }
}
