//! What a synthesised folder says.

use crate::error::{Error, Result};
use net_dsl::{Facts, FunctionCode, Network, entity::function};
use net_synth::diff::{Diff, Stack};
use serde_json::Value;
use std::{collections::BTreeMap, fs, path::Path};

/// What a function's code is built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Processor {
    Arm64,
    X86_64,
}

impl Processor {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Processor::Arm64 => "arm64",
            Processor::X86_64 => "x86_64",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Processor> {
        [Processor::Arm64, Processor::X86_64].into_iter().find(|known| known.as_str() == text)
    }
}

/// A function that needs a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) entity: String,
    pub(crate) code: FunctionCode,
    pub(crate) processor: Processor,
    /// Whether it has more code than its package.
    pub(crate) has_layers: bool,
}

impl Function {
    /// The binary that is its code, if one is.
    pub(crate) fn binary(&self) -> Option<&str> {
        match &self.code {
            FunctionCode::Binary(binary) => Some(binary.name()),
            FunctionCode::Folder(_) => None,
        }
    }
}

/// A function whose code lies in a bucket, by the resource it is.
pub(crate) struct InBucket<'a> {
    /// Its logical id.
    pub(crate) resource: &'a str,
    pub(crate) key: &'a str,
    pub(crate) architecture: Option<&'a str>,
}

/// A CloudFormation template, as text and as what it says.
pub(crate) struct Template {
    pub(crate) text: String,
    json: Value,
}

/// A parameter of a template.
pub(crate) struct Parameter<'a> {
    pub(crate) name: &'a str,
    pub(crate) description: &'a str,
    pub(crate) default: Option<&'a str>,
    /// The regular expression that its value matches, and what that is in words.
    pub(crate) pattern: Option<&'a str>,
    pub(crate) constraint: &'a str,
}

/// Where a resource comes from.
pub(crate) struct Provenance<'a> {
    pub(crate) entity: &'a str,
    pub(crate) bricks: Vec<&'a str>,
}

impl Template {
    pub(crate) fn read(folder: &Path) -> Result<Template> {
        let file = folder.join("template.json");
        let text = fs::read_to_string(&file).map_err(|error| Error::file(&file, "read", &error))?;
        Template::parse(text).ok_or_else(|| {
            Error::new(format!("`{}` is not a template that synth wrote", file.display()))
        })
    }

    pub(crate) fn parse(text: String) -> Option<Template> {
        let json: Value = serde_json::from_str(&text).ok()?;
        json["Resources"].is_object().then_some(Template { text, json })
    }

    /// What is different in it from one that is deployed, or from nothing.
    pub(crate) fn differences_from(&self, before: Option<&Template>) -> Result<Diff> {
        let read = |text: &str| {
            Stack::read(text).map_err(|error| Error::new(format!("a template: {error}")))
        };
        let Some(before) = before else {
            return Ok(Diff::new(&Stack::default(), &read(&self.text)?));
        };
        let mut after = self.json.clone();
        hand_back(&mut after, &before.json);
        Ok(Diff::new(&read(&before.text)?, &read(&after.to_string())?))
    }

    fn section(&self, name: &str) -> impl Iterator<Item = (&str, &Value)> {
        self.json[name].as_object().into_iter().flatten().map(|(key, value)| (key.as_str(), value))
    }

    pub(crate) fn resources(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.section("Resources")
    }

    pub(crate) fn parameters(&self) -> impl Iterator<Item = Parameter<'_>> {
        self.section("Parameters").map(|(name, value)| Parameter {
            name,
            description: value["Description"].as_str().unwrap_or_default(),
            default: value["Default"].as_str(),
            pattern: value["AllowedPattern"].as_str(),
            constraint: value["ConstraintDescription"].as_str().unwrap_or_default(),
        })
    }

    /// The functions whose code the network declares, with what the template makes of them.
    pub(crate) fn functions(&self, declared: &Declarations) -> Vec<Function> {
        let function = |(_, resource): (&str, &Value)| {
            let properties = &resource["Properties"];
            let entity = resource["Metadata"]["Network"]["Entity"].as_str()?;
            Some(Function {
                entity: entity.to_owned(),
                code: declared.of(entity)?.get(function::CODE)?,
                processor: Processor::parse(properties["Architectures"][0].as_str()?)?,
                has_layers: !properties["Layers"].is_null(),
            })
        };
        self.resources()
            .filter(|(_, resource)| resource["Type"] == "AWS::Lambda::Function")
            .filter_map(function)
            .collect()
    }

    /// Its functions whose code lies in a bucket.
    pub(crate) fn in_bucket(&self) -> impl Iterator<Item = InBucket<'_>> {
        let functions =
            self.resources().filter(|(_, resource)| resource["Type"] == "AWS::Lambda::Function");
        functions.filter_map(|(id, resource)| {
            let properties = &resource["Properties"];
            Some(InBucket {
                resource: id,
                key: properties["Code"]["S3Key"].as_str()?,
                architecture: properties["Architectures"][0].as_str(),
            })
        })
    }

    pub(crate) fn provenance(&self, resource: &str) -> Option<Provenance<'_>> {
        let network = &self.json["Resources"][resource]["Metadata"]["Network"];
        let bricks = network["Bricks"].as_array().into_iter().flatten().filter_map(Value::as_str);
        Some(Provenance { entity: network["Entity"].as_str()?, bricks: bricks.collect() })
    }

    /// Whether a resource outlives its stack.
    pub(crate) fn keeps(&self, resource: &str) -> bool {
        self.json["Resources"][resource]["DeletionPolicy"] == "Retain"
    }

    /// Whether what a resource holds goes when it is removed.
    pub(crate) fn loses_removed(&self, resource: &str) -> bool {
        self.loses(resource, "DeletionPolicy")
    }

    /// Whether what a resource holds goes when another takes its place.
    pub(crate) fn loses_replaced(&self, resource: &str) -> bool {
        self.loses(resource, "UpdateReplacePolicy")
    }

    /// What holds something has a policy for it. Logs go, as they do by themselves.
    fn loses(&self, resource: &str, policy: &str) -> bool {
        let resource = &self.json["Resources"][resource];
        resource[policy] == "Delete" && resource["Type"] != "AWS::Logs::LogGroup"
    }

    pub(crate) fn is_table(&self, resource: &str) -> bool {
        self.json["Resources"][resource]["Type"] == "AWS::DynamoDB::Table"
    }

    /// Whether it has to lie in a bucket to be deployed: it is over CloudFormation's 51,200 bytes.
    pub(crate) fn is_large(&self) -> bool {
        self.text.len() > 51_200
    }

    /// The leave that the template needs to be given, if any.
    pub(crate) fn capability(&self) -> Option<&'static str> {
        let mut needed = None;
        for (_, resource) in self.resources() {
            let is_iam =
                resource["Type"].as_str().is_some_and(|kind| kind.starts_with("AWS::IAM::"));
            let is_named = [
                "RoleName",
                "PolicyName",
                "ManagedPolicyName",
                "UserName",
                "GroupName",
                "InstanceProfileName",
            ]
            .iter()
            .any(|name| !resource["Properties"][*name].is_null());
            match (is_iam, is_named) {
                (true, true) => return Some("CAPABILITY_NAMED_IAM"),
                (true, false) => needed = Some("CAPABILITY_IAM"),
                (false, _) => {}
            }
        }
        needed
    }
}

/// Writes texts as they are in what CloudFormation hands back of them: it deploys what is not ASCII, but
/// tells `?` (aws-cloudformation/cloudformation-coverage-roadmap#1220).
fn hand_back(value: &mut Value, told: &Value) {
    match (value, told) {
        (Value::String(text), Value::String(told)) => {
            let ascii = |letter: char| if letter.is_ascii() { letter } else { '?' };
            if text.chars().map(ascii).eq(told.chars()) {
                text.clone_from(told);
            }
        }
        (Value::Array(list), Value::Array(told)) => {
            list.iter_mut().zip(told).for_each(|(value, told)| hand_back(value, told));
        }
        (Value::Object(map), Value::Object(told)) => {
            for (key, value) in map {
                if let Some(told) = told.get(key) {
                    hand_back(value, told);
                }
            }
        }
        _ => {}
    }
}

/// Where entities were declared, as `network.json` has it.
pub(crate) struct Declarations(BTreeMap<String, Facts>);

impl Declarations {
    pub(crate) fn read(folder: &Path) -> Result<Declarations> {
        let file = folder.join("network.json");
        let text = fs::read_to_string(&file).map_err(|error| Error::file(&file, "read", &error))?;
        let network = Network::from_json(&text)
            .map_err(|error| Error::new(format!("`{}`: {error}", file.display())))?;
        let facts = network.entities().map(|(id, facts)| (id.to_string(), facts.clone()));
        Ok(Declarations(facts.collect()))
    }

    pub(crate) fn of(&self, entity: &str) -> Option<&Facts> {
        self.0.get(entity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(resource: &str) -> Template {
        let text = format!("{{ \"Resources\": {{ \"One\": {resource} }} }}");
        Template::parse(text).expect("a template")
    }

    #[test]
    fn roles_need_a_capability_and_named_ones_another() {
        let capability = |resource| template(resource).capability();
        let role = "{ \"Type\": \"AWS::IAM::Role\", \"Properties\": {} }";
        assert_eq!(capability(role), Some("CAPABILITY_IAM"));
        let named = "{ \"Type\": \"AWS::IAM::Role\", \"Properties\": { \"RoleName\": \"cook\" } }";
        assert_eq!(capability(named), Some("CAPABILITY_NAMED_IAM"));
        assert_eq!(capability("{ \"Type\": \"AWS::SQS::Queue\" }"), None);
    }

    #[test]
    fn policies_with_names_need_the_other_capability_too() {
        let policy = "{ \"Type\": \"AWS::IAM::ManagedPolicy\", \
            \"Properties\": { \"ManagedPolicyName\": \"cooks\" } }";
        assert_eq!(template(policy).capability(), Some("CAPABILITY_NAMED_IAM"));
    }

    #[test]
    fn letters_that_cloudformation_cannot_hand_back_are_no_difference() {
        let cook = |said: &str| {
            let variables = serde_json::json!({ "Environment": { "Variables": { "SAID": said } } });
            let cook =
                serde_json::json!({ "Type": "AWS::Lambda::Function", "Properties": variables });
            template(&cook.to_string())
        };
        let is_same = |before, after| {
            cook(after).differences_from(Some(&cook(before))).expect("templates").is_empty()
        };
        assert!(is_same("K?che, ??", "Küche, 茶☺"));
        assert!(is_same("Küche", "Küche"));
        assert!(!is_same("K?che", "Köche!"));
        assert!(!is_same("Kuche", "Küche"));
        assert!(!is_same("Küche", "K?che"));
    }

    #[test]
    fn only_what_holds_something_is_lost() {
        let loses = |kind, policy| {
            let resource = format!("{{ \"Type\": \"{kind}\", \"DeletionPolicy\": \"{policy}\" }}");
            template(&resource).loses_removed("One")
        };
        assert!(loses("AWS::SQS::Queue", "Delete"));
        assert!(!loses("AWS::DynamoDB::Table", "Retain"));
        assert!(!loses("AWS::Logs::LogGroup", "Delete"));
    }
}
