//! What a synthesised folder says.

use crate::{
    error::{Error, Result},
    progress, yaml,
};
use net_dsl::{Facts, FunctionCode, Network, entity::function};
use net_synth::{
    diff::{self, Diff, Held, Stack},
    emit,
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fs, path::Path};

/// What a function's code is built for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum Processor {
    Arm64,
    #[value(name = "x86_64")]
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

/// What a template may weigh in a bucket, in bytes: 1 MB (CloudFormation quotas); "Template may not
/// exceed 1000000 bytes in size".
const LARGEST: usize = 1_000_000;
/// How much longer a package's key is than the key that a template has before packages are built:
/// `packages/` and a hash of 16 digits.
const KEY: usize = "packages/-0123456789abcdef".len();

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
                .help("run it again; if it stays so, the program and `synth` are of two versions")
        })
    }

    /// Reads a template, ours or another's: JSON, or YAML with CloudFormation's short functions.
    pub(crate) fn parse(text: String) -> Option<Template> {
        let json: Value = serde_json::from_str(&text).ok().or_else(|| yaml::to_json(&text))?;
        json["Resources"].is_object().then_some(Template { text, json })
    }

    /// The network that it was made for; none if it was not made of a network.
    pub(crate) fn network(&self) -> Option<&str> {
        let mark = &self.json["Metadata"][emit::MARK];
        if mark["MadeBy"] == emit::MADE_BY {
            return mark["Name"].as_str();
        }
        // Templates had no mark at first, but the description and every resource's entity.
        let text = self.json["Description"].as_str()?;
        let name = text.strip_prefix("The serverless network ")?.strip_suffix('.')?;
        let mut resources = self.resources();
        let all =
            resources.all(|(_, resource)| resource["Metadata"][emit::MARK]["Entity"].is_string());
        (all && self.resources().next().is_some()).then_some(name)
    }

    /// Whether CloudFormation makes another template of it before it deploys it.
    pub(crate) fn is_transformed(&self) -> bool {
        !self.json["Transform"].is_null() || self.text.contains("Fn::Transform")
    }

    /// A resource's entry; of one that it does not have, no more than a type.
    fn entry(&self, resource: &str, kind: &str) -> Value {
        let entry = &self.json["Resources"][resource];
        if entry.is_object() { entry.clone() } else { json!({ "Type": kind }) }
    }

    /// What becomes of what a resource holds when it is removed, or its stack deleted.
    pub(crate) fn removed(&self, resource: &str, kind: &str) -> Option<Held> {
        diff::removed(&self.entry(resource, kind))
    }

    /// What becomes of what a resource holds when another takes its place.
    pub(crate) fn replaced(&self, resource: &str, kind: &str) -> Option<Held> {
        diff::replaced(&self.entry(resource, kind))
    }

    pub(crate) fn holds_data(&self, resource: &str, kind: &str) -> bool {
        diff::holds_data(&self.entry(resource, kind))
    }

    pub(crate) fn has(&self, resource: &str, kind: &str) -> bool {
        self.json["Resources"][resource]["Type"] == kind
    }

    /// What is different in it from one that is deployed, or from nothing.
    pub(crate) fn differences_from(&self, before: Option<&Template>) -> Result<Diff> {
        let read = |text: &str| {
            Stack::read(text).map_err(|error| {
                Error::new("the templates cannot be compared").why(error.to_string())
            })
        };
        let Some(before) = before else {
            return Ok(Diff::new(&Stack::default(), &read(&self.text)?));
        };
        let mut after = self.json.clone();
        hand_back(&mut after, &before.json);
        Ok(Diff::new(&read(&before.json.to_string())?, &read(&after.to_string())?))
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
        let policy = self.json["Resources"][resource]["DeletionPolicy"].as_str();
        policy.is_some_and(|policy| policy.starts_with("Retain"))
    }

    /// Whether it has to lie in a bucket to be deployed: it is over CloudFormation's 51,200 bytes.
    pub(crate) fn is_large(&self) -> bool {
        self.text.len() > 51_200
    }

    /// Refuses a template that CloudFormation would, even from a bucket; said before anything is
    /// compiled, so each function's key may be longer than it is now.
    pub(crate) fn fits(&self, functions: usize) -> Result<()> {
        let size = self.text.len() + functions * KEY;
        if size <= LARGEST {
            return Ok(());
        }
        Err(Error::new(format!("the template has {}", progress::size(size as u64)))
            .why(format!(
                "CloudFormation takes {} at the most, from a bucket too",
                progress::size(LARGEST as u64)
            ))
            .help("deploy parts of it as networks of their own, cut where few links cross"))
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
pub(crate) struct Declarations {
    pub(crate) network: Network,
    facts: BTreeMap<String, Facts>,
}

impl Declarations {
    pub(crate) fn read(folder: &Path) -> Result<Declarations> {
        let file = folder.join("network.json");
        let text = fs::read_to_string(&file).map_err(|error| Error::file(&file, "read", &error))?;
        let network = Network::from_json(&text).map_err(|error| {
            Error::new(format!("`{}` is not a network that this synth reads", file.display()))
                .why(error.to_string())
                .help("the program and `synth` should be of one version of serverless-networks")
        })?;
        let facts = network.entities().map(|(id, facts)| (id.to_string(), facts.clone()));
        let facts = facts.collect();
        Ok(Declarations { network, facts })
    }

    pub(crate) fn of(&self, entity: &str) -> Option<&Facts> {
        self.facts.get(entity)
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
    fn a_template_that_cloudformation_would_not_take_is_refused() {
        let with = |bytes: usize| {
            let frame = "{ \"Resources\": {}, \"Description\": \"\" }";
            let text = frame.replace("\"\"", &format!("\"{}\"", "x".repeat(bytes - frame.len())));
            Template::parse(text).expect("a template")
        };
        assert!(with(LARGEST).fits(0).is_ok());
        assert!(with(LARGEST + 1).fits(0).is_err());
        assert!(with(LARGEST - KEY).fits(1).is_ok());
        assert!(with(LARGEST - KEY).fits(2).is_err());
    }

    #[test]
    fn a_template_tells_whose_it_is() {
        let network = |text: Value| {
            let template = Template::parse(text.to_string()).expect("a template");
            template.network().map(str::to_owned)
        };
        let resources =
            |metadata: Value| json!({ "One": { "Type": "AWS::SQS::Queue", "Metadata": metadata } });
        let entity = || resources(json!({ "Network": { "Entity": "orders" } }));
        let mark = json!({ "Network": { "Name": "diner", "MadeBy": "serverless-networks" } });
        let said = "The serverless network restaurant.";
        let none = || json!({});
        for (text, expected) in [
            (json!({ "Metadata": mark, "Resources": none() }), Some("diner")),
            (json!({ "Description": said, "Resources": entity() }), Some("restaurant")),
            (json!({ "Description": said, "Resources": none() }), None),
            (json!({ "Description": said, "Resources": resources(json!({})) }), None),
            (json!({ "Description": "A queue.", "Resources": entity() }), None),
            (json!({ "Metadata": { "Network": { "Name": "diner" } }, "Resources": none() }), None),
            (json!({ "Resources": entity() }), None),
        ] {
            assert_eq!(network(text.clone()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_template_in_yaml_is_compared_as_one_in_json_is() {
        let yaml = "Resources:\n  One:\n    Type: AWS::SQS::Queue\n    Properties:\n      \
            QueueName: !Sub '${AWS::StackName}-orders'\n";
        let before = Template::parse(yaml.to_owned()).expect("a template");
        let name = json!({ "QueueName": { "Fn::Sub": "${AWS::StackName}-orders" } });
        let after = json!({ "Type": "AWS::SQS::Queue", "Properties": name });
        let diff = template(&after.to_string()).differences_from(Some(&before)).expect("templates");
        assert!(diff.is_empty(), "{}", diff.render());
    }
}
