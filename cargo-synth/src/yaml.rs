//! CloudFormation templates in YAML, read into the JSON that they stand for.
//!
//! saphyr-parser gives events with their tags; the libraries that make values of YAML give up tags, or
//! do not know CloudFormation's short ones. Here `!Ref x` becomes `{ "Ref": "x" }`, `!GetAtt a.b`
//! `{ "Fn::GetAtt": ["a", "b"] }` and any other `!F x` `{ "Fn::F": x }` (user guide, "Intrinsic
//! function reference").

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};
use serde_json::{Map, Number, Value, json};
use std::{borrow::Cow, collections::HashMap};

/// How many values a template may have, aliases written out: far more than fit into CloudFormation's
/// 1 MB, and few enough that an alias of aliases does not fill memory.
const MOST: usize = 1_000_000;
/// How deep values may lie in each other. JSON's reader has the same limit.
const DEEPEST: usize = 120;

/// A list or map that has begun.
struct Open {
    value: Value,
    /// The key whose value comes next.
    key: Option<String>,
    tag: Option<String>,
    anchor: usize,
}

/// The JSON that a text in YAML stands for; none if it is no YAML, or none that a template can be.
pub(crate) fn to_json(text: &str) -> Option<Value> {
    let mut open: Vec<Open> = Vec::new();
    let mut anchors: HashMap<usize, (Value, usize)> = HashMap::new();
    let mut values = 0;
    let mut root = None;
    for event in Parser::new_from_str(text) {
        let (event, _) = event.ok()?;
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                values += 1;
                (intrinsic(short(tag), scalar(&text, style)), anchor)
            }
            Event::SequenceStart(anchor, tag) | Event::MappingStart(anchor, tag)
                if open.len() >= DEEPEST =>
            {
                let _ = (anchor, tag);
                return None;
            }
            Event::SequenceStart(anchor, tag) => {
                open.push(Open { value: json!([]), key: None, tag: short(tag), anchor });
                continue;
            }
            Event::MappingStart(anchor, tag) => {
                open.push(Open { value: json!({}), key: None, tag: short(tag), anchor });
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                values += 1;
                let closed = open.pop()?;
                (intrinsic(closed.tag, closed.value), closed.anchor)
            }
            Event::Alias(anchor) => {
                let (value, size) = anchors.get(&anchor)?;
                values += size;
                if values > MOST {
                    return None;
                }
                (value.clone(), 0)
            }
            // A template is one document.
            Event::DocumentStart(_) if root.is_some() => return None,
            Event::DocumentStart(_)
            | Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentEnd => continue,
        };
        if values > MOST {
            return None;
        }
        if anchor > 0 {
            let size = size(&value);
            anchors.insert(anchor, (value.clone(), size));
        }
        match open.last_mut() {
            None => root = Some(value),
            Some(Open { value: Value::Array(list), .. }) => list.push(value),
            Some(Open { value: Value::Object(map), key, .. }) => match key.take() {
                None => *key = Some(as_key(&value)?),
                Some(key) => drop(map.insert(key, value)),
            },
            Some(_) => return None,
        }
    }
    root
}

fn size(value: &Value) -> usize {
    match value {
        Value::Array(list) => 1 + list.iter().map(size).sum::<usize>(),
        Value::Object(map) => 1 + map.values().map(size).sum::<usize>(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 1,
    }
}

/// The name of a short function: `Ref` of `!Ref`.
fn short(tag: Option<Cow<'_, Tag>>) -> Option<String> {
    tag.filter(|tag| tag.handle == "!").map(|tag| tag.suffix.clone())
}

fn intrinsic(function: Option<String>, argument: Value) -> Value {
    let Some(function) = function else { return argument };
    let (key, argument) = match (function.as_str(), argument) {
        ("Ref" | "Condition", argument) => (function, argument),
        ("GetAtt", Value::String(text)) => {
            let parts = text.split_once('.').unwrap_or((&text, ""));
            ("Fn::GetAtt".to_owned(), json!([parts.0, parts.1]))
        }
        (_, argument) => (format!("Fn::{function}"), argument),
    };
    Value::Object(Map::from_iter([(key, argument)]))
}

/// A scalar without quotes is what it looks like, as in YAML's core schema.
fn scalar(text: &str, style: ScalarStyle) -> Value {
    let as_text = || Value::String(text.to_owned());
    if style != ScalarStyle::Plain {
        return as_text();
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => number(text).map_or_else(as_text, Value::Number),
    }
}

/// A number as JSON writes it; what has zeros before it is an account's id or the like.
fn number(text: &str) -> Option<Number> {
    text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
        .then(|| serde_json::from_str(text).ok())
        .flatten()
}

fn as_key(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null => Some(String::new()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_functions_are_what_they_stand_for() {
        let read = to_json(
            "Conditions:\n  Big: !Equals [!Ref Size, big]\n\
             Resources:\n\
             \x20 Photos:\n\
             \x20   Type: AWS::S3::Bucket\n\
             \x20   Condition: Big\n\
             \x20   DeletionPolicy: Retain\n\
             \x20   Properties:\n\
             \x20     BucketName: !Sub '${AWS::StackName}-photos'\n\
             \x20     Tags: [{ Key: a, Value: !If [Big, !Ref A, !Ref 'AWS::NoValue'] }]\n\
             \x20 Role:\n\
             \x20   Type: AWS::IAM::Role\n\
             \x20   Properties:\n\
             \x20     Arn: !GetAtt Photos.Outputs.Arn\n\
             \x20     Other: !GetAtt [Photos, Arn]\n\
             \x20     Zone: !Select [0, !GetAZs '']\n\
             \x20     Text: !Join\n\
             \x20       - ','\n\
             \x20       - - one\n\
             \x20         - !ImportValue two\n\
             \x20     Data:\n\
             \x20       Fn::Base64: !Sub |\n\
             \x20         #!/bin/sh\n\
             \x20         echo ${A}\n",
        )
        .expect("YAML");
        let expected = json!({
            "Conditions": { "Big": { "Fn::Equals": [{ "Ref": "Size" }, "big"] } },
            "Resources": {
                "Photos": {
                    "Type": "AWS::S3::Bucket",
                    "Condition": "Big",
                    "DeletionPolicy": "Retain",
                    "Properties": {
                        "BucketName": { "Fn::Sub": "${AWS::StackName}-photos" },
                        "Tags": [{
                            "Key": "a",
                            "Value": { "Fn::If": ["Big", { "Ref": "A" }, { "Ref": "AWS::NoValue" }] },
                        }],
                    },
                },
                "Role": {
                    "Type": "AWS::IAM::Role",
                    "Properties": {
                        "Arn": { "Fn::GetAtt": ["Photos", "Outputs.Arn"] },
                        "Other": { "Fn::GetAtt": ["Photos", "Arn"] },
                        "Zone": { "Fn::Select": [0, { "Fn::GetAZs": "" }] },
                        "Text": { "Fn::Join": [",", ["one", { "Fn::ImportValue": "two" }]] },
                        "Data": { "Fn::Base64": { "Fn::Sub": "#!/bin/sh\necho ${A}\n" } },
                    },
                },
            },
        });
        assert_eq!(read, expected);
    }

    #[test]
    fn scalars_are_what_they_look_like() {
        let read = to_json(
            "Version: 2012-10-17\nId: 000123456789\nSize: 5\nShare: 1.5\nOn: true\nText: \"5\"\n\
             None:\nAlso: ~\nTime: 12:30\nPlus: +5\n",
        );
        let expected = json!({
            "Version": "2012-10-17", "Id": "000123456789", "Size": 5, "Share": 1.5, "On": true,
            "Text": "5", "None": null, "Also": null, "Time": "12:30", "Plus": "+5",
        });
        assert_eq!(read, Some(expected));
    }

    #[test]
    fn aliases_are_written_out_and_not_without_end() {
        let read = to_json("a: &a { Ref: x }\nb: *a\nc: &t !Ref y\nd: *t\n");
        let expected = json!({
            "a": { "Ref": "x" }, "b": { "Ref": "x" }, "c": { "Ref": "y" }, "d": { "Ref": "y" },
        });
        assert_eq!(read, Some(expected));
        let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for n in 1..12 {
            let row = vec![format!("*a{}", n - 1); 10].join(", ");
            laughs += &format!("a{n}: &a{n} [{row}]\n");
        }
        assert_eq!(to_json(&laughs), None);
        assert_eq!(to_json(&"[".repeat(100_000)), None);
    }

    #[test]
    fn what_is_no_template_is_none() {
        for text in ["a: b: c", "{", "a: [", "*unknown", "? [a, b]\n: c", "a: 1\n---\nb: 2\n"] {
            assert_eq!(to_json(text), None, "{text}");
        }
    }
}
