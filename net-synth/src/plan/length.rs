//! About how long the texts will be that a deployment makes of values.

use super::{Plan, Pseudo, Value};

impl Value {
    /// About how long the text will be that a deployment makes of it, in characters; on the long
    /// side.
    pub fn expected_length(&self, plan: &Plan<'_>) -> usize {
        // CloudFormation adds a hyphen and 12 or 13 characters to the names it makes.
        let physical = |id: &str| plan.name.len() + 1 + id.len() + 14;
        match self {
            Value::Null => "null".len(),
            Value::Bool(flag) => if *flag { "true" } else { "false" }.len(),
            Value::Number(number) => number.to_string().len(),
            Value::Text(text) => text.len(),
            Value::Ref(id) => match plan.parameter(id) {
                Some(parameter) => parameter.default.as_ref().map_or(100, |default| default.len()),
                // A queue's identity is its URL.
                None => {
                    "https://sqs.ap-southeast-1.amazonaws.com/123456789012/".len()
                        + physical(id.as_str())
                }
            },
            Value::Arn(id) => {
                "arn:aws:dynamodb:ap-southeast-1:123456789012:table/".len() + physical(id.as_str())
            }
            // That of a table's stream is the longest.
            Value::Attribute(reference) => {
                "arn:aws:dynamodb:ap-southeast-1:123456789012:table//stream/2026-11-23T00:00:00.000"
                    .len()
                    + physical(reference.0.as_str())
            }
            Value::Pseudo(Pseudo::AccountId) => 12,
            Value::Pseudo(Pseudo::NoValue) => 0,
            Value::Pseudo(Pseudo::NotificationArns) => 100,
            Value::Pseudo(Pseudo::Partition) => 3,
            Value::Pseudo(Pseudo::Region) => 14,
            Value::Pseudo(Pseudo::StackId) => 100 + plan.name.len(),
            Value::Pseudo(Pseudo::StackName) => plan.name.len(),
            Value::Pseudo(Pseudo::UrlSuffix) => 13,
            Value::Join(parts) => parts.iter().map(|part| part.expected_length(plan)).sum(),
            Value::Fixed(value) => value.expected_length(plan),
            Value::List(_) | Value::Object(_) | Value::Map(_) => self.expected_json_length(plan),
        }
    }

    /// About how long its JSON will be, without white space.
    pub fn expected_json_length(&self, plan: &Plan<'_>) -> usize {
        let separators = |count: usize| count.saturating_sub(1);
        match self {
            Value::Null | Value::Bool(_) | Value::Number(_) => self.expected_length(plan),
            Value::Text(_)
            | Value::Ref(_)
            | Value::Arn(_)
            | Value::Attribute(_)
            | Value::Pseudo(_)
            | Value::Join(_) => "\"\"".len() + self.expected_length(plan),
            Value::Fixed(value) => value.expected_json_length(plan),
            Value::List(items) => {
                let inside: usize = items.iter().map(|item| item.expected_json_length(plan)).sum();
                "[]".len() + inside + separators(items.len())
            }
            Value::Object(_) | Value::Map(_) => {
                let inside = self.entries().map(|(key, value)| {
                    "\"\":".len() + key.len() + value.expected_json_length(plan)
                });
                "{}".len() + inside.sum::<usize>() + separators(self.entries().len())
            }
        }
    }
}
