//! CloudFormation templates, as JSON.

mod properties;
mod term;

use crate::plan::{Body, Output, Parameter, Plan, Resource};
use net_dsl::Removal;
use properties::Properties;
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::Value;
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// The key in a template's `Metadata`, and in each resource's, that says what network it is made for.
pub const MARK: &str = "Network";
/// What the mark says made the template.
pub const MADE_BY: &str = "serverless-networks";

/// The plan as a CloudFormation template: JSON, indented, ending in a newline.
///
/// Equal networks give equal bytes. Each resource's `Metadata` names the entity and the bricks it
/// is made for; the template's own, [`MARK`], names the network, so that a stack tells whose it is. O(n).
///
/// ```
/// use net_dsl::{Graph, prelude::*};
/// use net_synth::{Plan, emit};
///
/// # pub struct Order; messages! { Order }
/// let orders = Queue::<Order>::builder().name(name!("orders")).build();
/// let network = orders.network();
/// let template = emit::cloudformation(&Plan::new(&name!("restaurant"), &Graph::new(&network)));
/// assert!(template.contains("AWS::SQS::Queue"));
/// ```
pub fn cloudformation(plan: &Plan<'_>) -> String {
    let mut bytes = Vec::with_capacity(4_096 + plan.resources.len() * 1_400);
    let template = Template {
        format: "2010-09-09",
        description: format!("The serverless network {}.", plan.name),
        metadata: Marked { network: Mark { name: &plan.name, made_by: MADE_BY } },
        parameters: Entries(&plan.parameters),
        resources: Entries(&plan.resources),
        outputs: Entries(&plan.outputs),
    };
    // Writing into memory does not fail, and every key is a text.
    let written = serde_json::to_writer_pretty(&mut bytes, &template);
    debug_assert!(written.is_ok());
    bytes.push(b'\n');
    String::from_utf8(bytes).unwrap_or_default()
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Template<'a> {
    #[serde(rename = "AWSTemplateFormatVersion")]
    format: &'static str,
    description: String,
    metadata: Marked<'a>,
    #[serde(skip_serializing_if = "Entries::is_empty")]
    parameters: Entries<'a, Parameter<'a>>,
    resources: Entries<'a, Resource<'a>>,
    #[serde(skip_serializing_if = "Entries::is_empty")]
    outputs: Entries<'a, Output>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Marked<'a> {
    network: Mark<'a>,
}

/// Whose template it is.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Mark<'a> {
    name: &'a str,
    made_by: &'static str,
}

/// A section of the template, in the order of the plan.
struct Entries<'a, T>(&'a [T]);

impl<T> Entries<'_, T> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

trait Entry {
    fn id(&self) -> &str;
    fn entry(&self) -> impl Serialize;
}

impl<T: Entry> Serialize for Entries<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for entry in self.0 {
            map.serialize_entry(entry.id(), &entry.entry())?;
        }
        map.end()
    }
}

impl Entry for Parameter<'_> {
    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn entry(&self) -> impl Serialize {
        ParameterEntry {
            parameter_type: "String",
            description: &self.description,
            default: self.default.as_ref(),
            allowed_pattern: self.pattern,
            constraint_description: self.constraint,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ParameterEntry<'a> {
    #[serde(rename = "Type")]
    parameter_type: &'static str,
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<&'a SmolStr>,
    allowed_pattern: &'static str,
    constraint_description: &'static str,
}

impl Entry for Output {
    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn entry(&self) -> impl Serialize {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct OutputEntry<'a> {
            description: &'a str,
            value: &'a crate::plan::Term,
        }
        OutputEntry { description: &self.description, value: &self.value }
    }
}

impl Entry for Resource<'_> {
    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn entry(&self) -> impl Serialize {
        let removal = self.body.removal().map(|removal| match removal {
            Removal::Retain => "Retain",
            Removal::Delete => "Delete",
        });
        ResourceEntry {
            resource_type: resource_type(&self.body),
            deletion_policy: removal,
            update_replace_policy: removal,
            metadata: Metadata {
                network: Provenance { entity: self.entity.as_str(), bricks: self.facts.bricks() },
            },
            properties: OverriddenProperties(self),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ResourceEntry<'a> {
    #[serde(rename = "Type")]
    resource_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    deletion_policy: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    update_replace_policy: Option<&'static str>,
    metadata: Metadata<'a>,
    properties: OverriddenProperties<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata<'a> {
    network: Provenance<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Provenance<'a> {
    entity: &'a str,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    bricks: &'a BTreeSet<SmolStr>,
}

/// The derived properties, and over them what overlays set.
struct OverriddenProperties<'a>(&'a Resource<'a>);

impl Serialize for OverriddenProperties<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let derived = Properties::of(&self.0.body);
        if self.0.overrides.is_empty() {
            return derived.serialize(serializer);
        }
        let mut properties = serde_json::to_value(derived).map_err(serde::ser::Error::custom)?;
        for (path, value) in &self.0.overrides {
            set(&mut properties, path, value.clone());
        }
        properties.serialize(serializer)
    }
}

fn set(properties: &mut Value, path: &str, value: Value) {
    let mut place = properties;
    for part in path.split('/') {
        if !place.is_object() {
            *place = Value::Object(serde_json::Map::new());
        }
        place = &mut place[part];
    }
    *place = value;
}

pub(crate) fn resource_type(body: &Body) -> &str {
    match body {
        Body::Function(_) => "AWS::Lambda::Function",
        Body::Role(_) => "AWS::IAM::Role",
        Body::LogGroup(_) => "AWS::Logs::LogGroup",
        Body::Queue(_) => "AWS::SQS::Queue",
        Body::Mapping(_) => "AWS::Lambda::EventSourceMapping",
        Body::Topic(_) => "AWS::SNS::Topic",
        Body::Subscription(_) => "AWS::SNS::Subscription",
        Body::QueuePolicy(_) => "AWS::SQS::QueuePolicy",
        Body::Table(_) => "AWS::DynamoDB::Table",
        Body::Schedule(_) => "AWS::Scheduler::Schedule",
        Body::HttpApi(_) => "AWS::ApiGatewayV2::Api",
        Body::Stage(_) => "AWS::ApiGatewayV2::Stage",
        Body::Integration(_) => "AWS::ApiGatewayV2::Integration",
        Body::Route(_) => "AWS::ApiGatewayV2::Route",
        Body::Permission(_) => "AWS::Lambda::Permission",
        Body::Raw(raw) => &raw.resource_type,
    }
}

/// What people call the resources of a type.
pub(crate) fn resource_kind(resource_type: &str) -> &'static str {
    match resource_type {
        "AWS::Lambda::Function" => "function",
        "AWS::IAM::Role" => "role",
        "AWS::Logs::LogGroup" => "log group",
        "AWS::SQS::Queue" => "queue",
        "AWS::Lambda::EventSourceMapping" => "event source mapping",
        "AWS::SNS::Topic" => "topic",
        "AWS::SNS::Subscription" => "subscription",
        "AWS::SQS::QueuePolicy" => "queue policy",
        "AWS::DynamoDB::Table" => "table",
        "AWS::Scheduler::Schedule" => "schedule",
        "AWS::ApiGatewayV2::Api" => "HTTP API",
        "AWS::ApiGatewayV2::Stage" => "stage",
        "AWS::ApiGatewayV2::Integration" => "integration",
        "AWS::ApiGatewayV2::Route" => "route",
        "AWS::Lambda::Permission" => "permission",
        _ => "raw resource",
    }
}
