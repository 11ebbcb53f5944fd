//! CloudFormation templates, as JSON.

mod value;

use crate::plan::{LogicalId, Output, Parameter, Plan, Resource, Value};
use net_dsl::Removal;
use serde::{Serialize, Serializer, ser::SerializeMap};
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
    super::json(4_096 + plan.resources.len() * 1_350, &Template::of(plan))
}

/// The same as data.
pub(crate) fn template(plan: &Plan<'_>) -> serde_json::Value {
    // Every key is a text.
    serde_json::to_value(Template::of(plan)).unwrap_or_default()
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

impl<'a> Template<'a> {
    fn of(plan: &'a Plan<'a>) -> Template<'a> {
        Template {
            format: "2010-09-09",
            description: format!("The serverless network {}.", plan.name),
            metadata: Marked { network: Mark { name: &plan.name, made_by: MADE_BY } },
            parameters: Entries(&plan.parameters),
            resources: Entries(&plan.resources),
            outputs: Entries(&plan.outputs),
        }
    }
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
            value: &'a Value,
        }
        OutputEntry { description: &self.description, value: &self.value }
    }
}

impl Entry for Resource<'_> {
    fn id(&self) -> &str {
        self.id.as_str()
    }

    fn entry(&self) -> impl Serialize {
        let removal = self.part.removal.map(|removal| match removal {
            Removal::Retain => "Retain",
            Removal::Delete => "Delete",
        });
        ResourceEntry {
            resource_type: &self.resource_type,
            deletion_policy: removal,
            depends_on: self.after.iter().map(LogicalId::as_str).collect(),
            update_replace_policy: removal,
            metadata: Metadata {
                network: Provenance {
                    entity: self.part.entity.as_str(),
                    bricks: self.part.facts.bricks(),
                },
            },
            properties: &self.properties,
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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    depends_on: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    update_replace_policy: Option<&'static str>,
    metadata: Metadata<'a>,
    properties: &'a Value,
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
