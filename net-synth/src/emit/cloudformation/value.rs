//! Values as CloudFormation writes them, references as its functions.

use crate::plan::Value;
use serde::{Serialize, Serializer, ser::SerializeMap};
use std::fmt;

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(flag) => serializer.serialize_bool(*flag),
            Value::Number(number) => number.serialize(serializer),
            Value::Text(text) => serializer.serialize_str(text),
            Value::Ref(id) => function(serializer, "Ref", id.as_str()),
            Value::Pseudo(pseudo) => function(serializer, "Ref", pseudo.as_str()),
            Value::Arn(id) => function(serializer, "Fn::GetAtt", &[id.as_str(), "Arn"]),
            Value::Attribute(reference) => {
                let (id, attribute) = &**reference;
                function(serializer, "Fn::GetAtt", &[id.as_str(), attribute])
            }
            Value::Join(parts) => function(serializer, "Fn::Sub", &Substitution(parts)),
            Value::Fixed(value) => value.serialize(serializer),
            Value::List(items) => serializer.collect_seq(items),
            Value::Object(_) | Value::Map(_) => serializer.collect_map(self.entries()),
        }
    }
}

fn function<S: Serializer>(
    serializer: S,
    name: &'static str,
    argument: &(impl Serialize + ?Sized),
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(name, argument)?;
    map.end()
}

/// The text that `Fn::Sub` makes the parts of.
struct Substitution<'v>(&'v [Value]);

impl Serialize for Substitution<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl fmt::Display for Substitution<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| substitute(part, f))
    }
}

fn substitute(part: &Value, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut all = |parts: &[&str]| parts.iter().try_for_each(|part| out.write_str(part));
    match part {
        // `${!` is CloudFormation's way of writing a literal `${`.
        Value::Text(text) => match text.contains("${") {
            true => out.write_str(&text.replace("${", "${!")),
            false => out.write_str(text),
        },
        Value::Ref(id) => all(&["${", id.as_str(), "}"]),
        Value::Arn(id) => all(&["${", id.as_str(), ".Arn}"]),
        Value::Attribute(reference) => all(&["${", reference.0.as_str(), ".", &reference.1, "}"]),
        Value::Pseudo(pseudo) => all(&["${", pseudo.as_str(), "}"]),
        Value::Join(parts) => parts.iter().try_for_each(|part| substitute(part, out)),
        Value::Fixed(value) => substitute(value, out),
        Value::Bool(flag) => out.write_str(if *flag { "true" } else { "false" }),
        Value::Number(number) => write!(out, "{number}"),
        // No text is made of these; a join has none.
        Value::Null | Value::List(_) | Value::Object(_) | Value::Map(_) => Ok(()),
    }
}
