//! Values as CloudFormation writes them, references as its functions.

use crate::plan::Value;
use serde::{Serialize, Serializer, ser::SerializeMap};

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
            Value::Join(parts) => function(serializer, "Fn::Sub", &substitution(parts)),
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
fn substitution(parts: &[Value]) -> String {
    let mut text = String::with_capacity(parts.len() * 24);
    parts.iter().for_each(|part| substitute(part, &mut text));
    text
}

fn substitute(part: &Value, out: &mut String) {
    match part {
        // `${!` is CloudFormation's way of writing a literal `${`.
        Value::Text(text) => match text.contains("${") {
            true => out.push_str(&text.replace("${", "${!")),
            false => out.push_str(text),
        },
        Value::Ref(id) => out.extend(["${", id.as_str(), "}"]),
        Value::Arn(id) => out.extend(["${", id.as_str(), ".Arn}"]),
        Value::Attribute(reference) => {
            out.extend(["${", reference.0.as_str(), ".", &reference.1, "}"]);
        }
        Value::Pseudo(pseudo) => out.extend(["${", pseudo.as_str(), "}"]),
        Value::Join(parts) => parts.iter().for_each(|part| substitute(part, out)),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&number.to_string()),
        // No text is made of these; a join has none.
        Value::Null | Value::List(_) | Value::Object(_) | Value::Map(_) => {}
    }
}
