//! Names that depend on the stack's: how long they come to be, and which are one to AWS.

use crate::{
    cloud::Cloud,
    error::{Error, Result},
    folder::Template,
};
use net_synth::plan::{PhysicalName, Sharing};
use serde_json::Value;
use std::collections::BTreeMap;

/// Refuses names that AWS would refuse under this stack's name.
pub(crate) fn check(template: &Template, stack: &str, cloud: &Cloud) -> Result<()> {
    find(template, &Place::new(stack, &cloud.region, &cloud.account))
}

/// Where a stack is to be, for names that are made of it.
struct Place<'a> {
    stack: &'a str,
    region: &'a str,
    account: &'a str,
}

impl<'a> Place<'a> {
    fn new(stack: &'a str, region: &'a str, account: &'a str) -> Place<'a> {
        // A stack may be named by its ARN, `arn:…:stack/NAME/ID`.
        let of_arn = stack.starts_with("arn:").then(|| stack.split('/').nth(1)).flatten();
        Place { stack: of_arn.unwrap_or(stack), region, account }
    }

    fn pseudo(&self, name: &str) -> Option<&'a str> {
        match name {
            "AWS::StackName" => Some(self.stack),
            "AWS::Region" => Some(self.region),
            "AWS::AccountId" => Some(self.account),
            _ => None,
        }
    }

    /// The text that a value comes to; none where that is known only while deploying.
    fn text(&self, value: &Value) -> Option<String> {
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Object(map) if map.len() == 1 => {
                let (function, argument) = map.iter().next()?;
                match (function.as_str(), argument) {
                    ("Ref", Value::String(name)) => self.pseudo(name).map(str::to_owned),
                    ("Fn::Sub", Value::String(text)) => self.substituted(text),
                    ("Fn::Join", Value::Array(parts)) => {
                        let [Value::String(between), Value::Array(parts)] = parts.as_slice() else {
                            return None;
                        };
                        let parts: Option<Vec<_>> =
                            parts.iter().map(|part| self.text(part)).collect();
                        Some(parts?.join(between))
                    }
                    _ => None,
                }
            }
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Array(_)
            | Value::Object(_) => None,
        }
    }

    /// `${AWS::StackName}-x`, with what stands for it.
    fn substituted(&self, text: &str) -> Option<String> {
        let mut parts = text.split("${");
        let mut whole = parts.next()?.to_owned();
        for part in parts {
            let (name, rest) = part.split_once('}')?;
            match name.strip_prefix('!') {
                Some(literal) => {
                    whole.push_str("${");
                    whole.push_str(literal);
                    whole.push('}');
                }
                None => whole.push_str(self.pseudo(name)?),
            }
            whole.push_str(rest);
        }
        Some(whole)
    }
}

fn find(template: &Template, place: &Place<'_>) -> Result<()> {
    let mut known: BTreeMap<(&str, String), &str> = BTreeMap::new();
    for (id, resource) in template.resources() {
        let kind = resource["Type"].as_str().unwrap_or_default();
        let Some(naming) = PhysicalName::of(kind) else { continue };
        let Some(name) = place.text(&resource["Properties"][naming.property]) else { continue };
        let of = |id: &str| match template.provenance(id) {
            Some(provenance) => format!("`{id}` of `{}`", provenance.entity),
            None => format!("`{id}`"),
        };
        let (length, longest) = (name.chars().count(), naming.limit);
        if length > longest {
            return Err(Error::new(format!("the name of {} is too long", of(id)))
                .why(format!(
                    "in the stack `{}` it is `{name}`, {length} characters, and AWS takes {longest}",
                    place.stack
                ))
                .help("choose a shorter name for the stack, `--stack-name NAME`, or for the entity"));
        }
        if naming.is_lower_case && name.contains(|letter: char| letter.is_ascii_uppercase()) {
            return Err(Error::new(format!("the name of {} has capitals", of(id)))
                .why(format!(
                    "in the stack `{}` it is `{name}`, and AWS takes a name of lower-case letters",
                    place.stack
                ))
                .help("choose another name for the stack, `--stack-name NAME`, or set the name of the resource"));
        }
        let Some(told) = naming.told_apart(&name) else { continue };
        if let Some(other) = known.insert((kind, told), id) {
            let case = match naming.sharing {
                Sharing::OneWhateverTheCase => ", whatever the case of its letters",
                Sharing::One | Sharing::Any => "",
            };
            return Err(Error::new(format!("{} and {} have one name", of(other), of(id)))
                .why(format!(
                    "in the stack `{}` it is `{name}`, and AWS has one {kind} of a name{case}",
                    place.stack
                ))
                .help("give one of them another name"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(stack: &str, resources: Value) -> Option<String> {
        let text = json!({ "Resources": resources }).to_string();
        let template = Template::parse(text).expect("a template");
        let found = find(&template, &Place::new(stack, "eu-west-1", "000000000000"));
        found.err().map(|error| anstream::adapter::strip_str(&error.to_string()).to_string())
    }

    #[test]
    fn a_name_is_as_long_as_its_stacks_name_makes_it() {
        let cook = |name: Value| {
            let properties = json!({ "FunctionName": name });
            json!({ "Cook": { "Type": "AWS::Lambda::Function", "Properties": properties } })
        };
        let sub = || cook(json!({ "Fn::Sub": "${AWS::StackName}-cook" }));
        let join = || cook(json!({ "Fn::Join": ["-", [{ "Ref": "AWS::StackName" }, "cook"]] }));
        for resources in [sub(), join()] {
            assert_eq!(found(&"a".repeat(59), resources.clone()), None);
            let said = found(&"a".repeat(60), resources).expect("too long");
            assert!(said.contains("`Cook` is too long"), "{said}");
            assert!(said.contains("65 characters, and AWS takes 64"), "{said}");
        }
        let arn = format!("arn:aws:cloudformation:eu-west-1:0:stack/{}/id", "a".repeat(59));
        assert_eq!(found(&arn, sub()), None);
        // What a parameter says is known only while deploying.
        assert_eq!(found(&"a".repeat(60), cook(json!({ "Fn::Sub": "${Name}-cook" }))), None);
        assert_eq!(found(&"a".repeat(60), json!({ "Q": { "Type": "AWS::SQS::Queue" } })), None);
    }

    #[test]
    fn a_bucket_has_no_capitals_of_its_stack() {
        let named = |kind: &str, property: &str| {
            let properties = json!({ property: { "Fn::Sub": "${AWS::StackName}-album" } });
            json!({ "Album": { "Type": kind, "Properties": properties } })
        };
        let bucket = || named("AWS::S3::Bucket", "BucketName");
        assert_eq!(found("diner", bucket()), None);
        let said = found("Diner", bucket()).expect("capitals");
        assert!(said.contains("the name of `Album` has capitals"), "{said}");
        assert!(said.contains("`Diner-album`") && said.contains("--stack-name"), "{said}");
        assert_eq!(found("Diner", named("AWS::SQS::Queue", "QueueName")), None);
    }

    #[test]
    fn two_names_that_are_one_to_aws_are_found() {
        let two = |kind: &str, property: &str, one: &str, other: &str| {
            let of = |name: &str| json!({ "Type": kind, "Properties": { property: name } });
            json!({ "One": of(one), "Other": of(other) })
        };
        let role = |one, other| found("diner", two("AWS::IAM::Role", "RoleName", one, other));
        let queue = |one, other| found("diner", two("AWS::SQS::Queue", "QueueName", one, other));
        assert!(
            role("cook", "COOK").expect("one name").contains("`One` and `Other` have one name")
        );
        assert_eq!(role("cook", "waiter"), None);
        assert!(queue("orders", "orders").is_some());
        assert_eq!(queue("orders", "Orders"), None);
        let derived = json!({ "Fn::Sub": "${AWS::StackName}-Cook" });
        let mut roles = two("AWS::IAM::Role", "RoleName", "DINER-cook", "");
        roles["Other"]["Properties"]["RoleName"] = derived;
        assert!(found("diner", roles.clone()).is_some());
        assert_eq!(found("bar", roles), None);
    }
}
