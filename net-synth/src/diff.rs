//! What a deployment would change: two templates compared, by brick, by entity, by property.
//!
//! ```
//! use net_dsl::{Graph, prelude::*};
//! use net_synth::{Plan, diff::{Diff, Stack}};
//!
//! # contract! { pub Task: Tick => () {} }
//! # let clock = Schedule::builder().name(name!("clock")).rate(minutes!(5)).build();
//! # let task = |memory| Function::<Task>::builder().name(name!("task")).memory(memory).build();
//! let stack = |network: Network| Stack::of(&Plan::new(&name!("chores"), &Graph::new(&network)));
//! let before = stack(clock.triggers(&task(mebibytes!(256))).into());
//! let after = stack(clock.triggers(&task(mebibytes!(512))).into());
//!
//! let diff = Diff::new(&before, &after);
//! assert_eq!(diff.resources.len(), 1);
//! assert!(diff.render().contains("MemorySize: 256 → 512"));
//! ```

mod create_only;
mod held;
mod refused;
mod render;

pub use held::{Held, holds_data, removed, replaced};

use crate::{Plan, emit};
use create_only::CREATE_ONLY;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What a template describes, read.
#[derive(Clone, Debug, Default)]
pub struct Stack {
    resources: BTreeMap<String, Found>,
    parameters: BTreeMap<String, Value>,
    outputs: BTreeMap<String, Value>,
}

/// A resource of a template.
#[derive(Clone, Debug)]
struct Found {
    kind: String,
    entity: Option<String>,
    bricks: BTreeSet<String>,
    /// Its entry in the template.
    resource: Value,
}

const POLICIES: [&str; 2] = ["DeletionPolicy", "UpdateReplacePolicy"];

impl Stack {
    /// What a plan would deploy.
    pub fn of(plan: &Plan<'_>) -> Stack {
        // What we emit is a template.
        Stack::from_json(&emit::template(plan)).unwrap_or_default()
    }

    /// Reads a CloudFormation template in JSON, ours or another's; other's entities and bricks are not
    /// known.
    ///
    /// # Errors
    /// In words, if the text is not JSON or has no `Resources`.
    pub fn read(template: &str) -> Result<Stack, String> {
        let whole: Value = serde_json::from_str(template).map_err(|error| {
            format!("this is not JSON ({error}); a template in YAML is not read")
        })?;
        Stack::from_json(&whole)
    }

    fn from_json(whole: &Value) -> Result<Stack, String> {
        let Some(resources) = whole["Resources"].as_object() else {
            return Err("this is not a template: it has no `Resources`".to_owned());
        };
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let resources = resources.iter().map(|(id, resource)| {
            let network = &resource["Metadata"]["Network"];
            let found = Found {
                kind: text(&resource["Type"]).unwrap_or_default(),
                entity: text(&network["Entity"]),
                bricks: network["Bricks"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(text)
                    .collect(),
                resource: resource.clone(),
            };
            (id.clone(), found)
        });
        let section = |name: &str| -> BTreeMap<String, Value> {
            let entries = whole[name].as_object().into_iter().flatten();
            entries.map(|(id, entry)| (id.clone(), entry.clone())).collect()
        };
        Ok(Stack {
            resources: resources.collect(),
            parameters: section("Parameters"),
            outputs: section("Outputs"),
        })
    }
}

/// What is different in one stack from another. Which bricks declare a resource is none of AWS's
/// business, and no difference.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diff {
    /// Resources that are added, removed or changed, in order of logical id.
    pub resources: Vec<ResourceChange>,
    /// What may be done that could not before, and the reverse.
    pub permissions: Vec<PermissionChange>,
    /// What a deployment is asked.
    pub parameters: Vec<EntryChange>,
    /// What a deployment tells.
    pub outputs: Vec<EntryChange>,
}

/// Whether something comes, goes or stays in another form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sign {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is another.
    Changed,
}

/// A resource that is different.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ResourceChange {
    /// Its logical id.
    pub id: String,
    /// Its CloudFormation type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The entity it is made for, where the template says.
    pub entity: Option<String>,
    /// The bricks that declare the entity.
    pub bricks: BTreeSet<String>,
    /// What becomes of it.
    pub sign: Sign,
    /// Whether AWS makes a new one and drops the old.
    pub replaced: Replaced,
    /// What becomes of what it holds.
    pub held: Option<Held>,
    /// Why AWS refuses the change, if it does: then nothing is applied, and nothing is lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// What is different in it, if it stays.
    pub properties: Vec<PropertyChange>,
}

/// Whether a change makes AWS put a new resource in the place of the old.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Replaced {
    /// It is changed in place.
    No,
    /// A property was changed that only creation sets.
    Yes,
    /// The type is not one that a network makes by itself: its schema is not known here.
    Unknown,
}

/// A property that is different.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PropertyChange {
    /// Its place below the properties, its parts joined by `/`; or `DeletionPolicy` or
    /// `UpdateReplacePolicy`, which stand beside them.
    pub path: String,
    /// What it was, if it was set.
    pub before: Option<Value>,
    /// What it is, if it is set.
    pub after: Option<Value>,
    /// Whether its change replaces the resource.
    pub replaces: bool,
}

/// A permission that comes or goes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PermissionChange {
    /// The resource whose policy or permission it is.
    pub resource: String,
    /// Added or removed.
    pub sign: Sign,
    /// Who may: a role, by its logical id, or an AWS service.
    pub who: String,
    /// Do what.
    pub actions: Vec<String>,
    /// To what; for a role's trust, the role.
    pub targets: Vec<String>,
    /// Under which condition, as IAM writes it.
    pub condition: Option<String>,
}

/// A parameter or an output that is different.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EntryChange {
    /// What it is called.
    pub id: String,
    /// What becomes of it.
    pub sign: Sign,
}

impl Diff {
    /// What is different in `after` from `before`. O(n log n).
    ///
    /// That a reference now leads to a replaced resource is not followed: AWS updates what refers to
    /// it as well.
    pub fn new(before: &Stack, after: &Stack) -> Diff {
        let resources = both(&before.resources, &after.resources)
            .filter_map(|(id, was, is)| ResourceChange::new(id, was, is, &before.resources))
            .collect();
        let (had, has) = (permissions(before), permissions(after));
        let of = |sign, some: &BTreeSet<Permission>, others: &BTreeSet<Permission>| {
            let changes = some.difference(others).map(|permission| permission.change(sign));
            changes.collect::<Vec<_>>()
        };
        let mut permissions = of(Sign::Removed, &had, &has);
        permissions.extend(of(Sign::Added, &has, &had));
        permissions.sort();
        Diff {
            resources,
            permissions,
            parameters: entries(&before.parameters, &after.parameters),
            outputs: entries(&before.outputs, &after.outputs),
        }
    }

    /// Whether there is no difference.
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty()
            && self.permissions.is_empty()
            && self.parameters.is_empty()
            && self.outputs.is_empty()
    }

    /// The resources with whose end or replacement data is lost.
    pub fn losses(&self) -> impl Iterator<Item = &ResourceChange> {
        self.resources.iter().filter(|change| change.held == Some(Held::Lost))
    }

    /// The resources whose end or replacement leaves data outside the stack, where the network does
    /// not reach it.
    pub fn left(&self) -> impl Iterator<Item = &ResourceChange> {
        let is_left = |held| matches!(held, Held::Left | Held::Snapshot);
        self.resources.iter().filter(move |change| change.held.is_some_and(is_left))
    }

    /// The changes that AWS refuses.
    pub fn refused(&self) -> impl Iterator<Item = &ResourceChange> {
        self.resources.iter().filter(|change| change.refused.is_some())
    }

    /// The exit status that tells programs of it: 0 if there is no difference, 3 if there is one, 4 if
    /// data is lost with it, or left where the network does not reach it.
    pub fn exit_status(&self) -> u8 {
        match self.losses().chain(self.left()).next() {
            Some(_) => 4,
            None if self.is_empty() => 0,
            None => 3,
        }
    }

    /// The difference for people, with colours as escape codes.
    pub fn render(&self) -> String {
        render::render(self)
    }
}

/// The entries of both sides, by their keys.
fn both<'a, T>(
    before: &'a BTreeMap<String, T>,
    after: &'a BTreeMap<String, T>,
) -> impl Iterator<Item = (&'a str, Option<&'a T>, Option<&'a T>)> {
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    keys.into_iter().map(|key| (key.as_str(), before.get(key), after.get(key)))
}

fn entries(before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>) -> Vec<EntryChange> {
    both(before, after)
        .filter_map(|(id, before, after)| {
            let sign = match (before, after) {
                (None, _) => Sign::Added,
                (_, None) => Sign::Removed,
                (before, after) if before == after => return None,
                _ => Sign::Changed,
            };
            Some(EntryChange { id: id.to_owned(), sign })
        })
        .collect()
}

impl ResourceChange {
    fn new(
        id: &str,
        before: Option<&Found>,
        after: Option<&Found>,
        all_before: &BTreeMap<String, Found>,
    ) -> Option<ResourceChange> {
        let (sign, shown) = match (before, after) {
            (None, Some(after)) => (Sign::Added, after),
            (Some(before), None) => (Sign::Removed, before),
            (Some(_), Some(after)) => (Sign::Changed, after),
            (None, None) => return None,
        };
        let (mut properties, mut replaced) = (Vec::new(), Replaced::No);
        if let (Some(before), Some(after)) = (before, after) {
            if before.kind == after.kind {
                properties = changes(before, after);
                if properties.is_empty() {
                    return None;
                }
                let known = CREATE_ONLY.iter().any(|(kind, _)| *kind == after.kind);
                replaced = match properties.iter().any(|change| change.replaces) {
                    true => Replaced::Yes,
                    false if known => Replaced::No,
                    false => Replaced::Unknown,
                };
            } else {
                replaced = Replaced::Yes;
            }
        }
        let refused =
            after.and_then(|after| refused::refused(id, before, after, replaced, all_before));
        let ends = sign == Sign::Removed || replaced != Replaced::No;
        let held = before.filter(|_| ends && refused.is_none()).and_then(|before| match after {
            None => held::removed(&before.resource),
            Some(after) => {
                let [before, after] = [before, after].map(|found| held::replaced(&found.resource));
                before.map(|held| after.map_or(held, |other| held.min(other)))
            }
        });
        Some(ResourceChange {
            id: id.to_owned(),
            kind: shown.kind.clone(),
            entity: shown.entity.clone(),
            bricks: shown.bricks.clone(),
            sign,
            replaced,
            held,
            refused,
            properties,
        })
    }
}

impl Found {
    fn properties(&self) -> &Value {
        &self.resource["Properties"]
    }

    /// The types of a table's attributes, by name.
    fn attributes(&self) -> BTreeMap<&str, &str> {
        fn of(attribute: &Value) -> Option<(&str, &str)> {
            Some((attribute["AttributeName"].as_str()?, attribute["AttributeType"].as_str()?))
        }
        let attributes = self.properties()["AttributeDefinitions"].as_array();
        attributes.into_iter().flatten().filter_map(of).collect()
    }
}

/// What is different in two resources of one type, by path.
fn changes(before: &Found, after: &Found) -> Vec<PropertyChange> {
    let known = CREATE_ONLY.iter().find(|(known, _)| *known == after.kind);
    let create_only = known.map_or(&[][..], |(_, properties)| properties);
    let values = |found: &Found| {
        let mut values = BTreeMap::new();
        flatten(found.properties(), "", &mut values);
        let policies = POLICIES.iter().map(|name| ((*name).to_owned(), &found.resource[*name]));
        let policies = policies.filter(|(_, policy)| !policy.is_null());
        values.extend(policies.map(|(name, policy)| (name, policy.clone())));
        values
    };
    // An attribute that has another type makes another table (CloudFormation, `AWS::DynamoDB::Table`,
    // `AttributeDefinitions`: "Replacement if you edit an existing AttributeDefinition").
    let (had, has) = (before.attributes(), after.attributes());
    let retyped = had.iter().any(|(name, kind)| has.get(name).is_some_and(|other| other != kind));
    let is_create_only = |path: &str| {
        if path == "AttributeDefinitions" && after.kind == "AWS::DynamoDB::Table" {
            return retyped;
        }
        create_only.iter().any(|property| {
            let rest = path.strip_prefix(property);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    };
    both(&values(before), &values(after))
        .filter(|(_, before, after)| before != after)
        .map(|(path, before, after)| PropertyChange {
            path: path.to_owned(),
            before: before.cloned(),
            after: after.cloned(),
            replaces: is_create_only(path),
        })
        .collect()
}

/// Values that are no objects, and references, by path.
fn flatten(value: &Value, path: &str, out: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(map) if !map.is_empty() && reference(map).is_none() => {
            for (key, value) in map {
                let path = if path.is_empty() { key.clone() } else { format!("{path}/{key}") };
                flatten(value, &path, out);
            }
        }
        Value::Null => {}
        Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => drop(out.insert(path.to_owned(), value.clone())),
    }
}

/// What a CloudFormation function refers to, as in `OrdersQueue.Arn`, if this is one.
fn reference(map: &Map<String, Value>) -> Option<String> {
    let (function, argument) = map.iter().next().filter(|_| map.len() == 1)?;
    match (function.as_str(), argument) {
        ("Ref" | "Fn::Sub", Value::String(text)) => Some(text.clone()),
        ("Fn::GetAtt", Value::Array(parts)) => {
            Some(parts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("."))
        }
        (function, argument) if function.starts_with("Fn::") => Some(argument.to_string()),
        _ => None,
    }
}

/// A value on one line.
fn short(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(map) => reference(map).unwrap_or_else(|| value.to_string()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => value.to_string(),
    }
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Permission {
    resource: String,
    who: String,
    actions: Vec<String>,
    targets: Vec<String>,
    condition: Option<String>,
}

impl Permission {
    fn change(&self, sign: Sign) -> PermissionChange {
        PermissionChange {
            resource: self.resource.clone(),
            sign,
            who: self.who.clone(),
            actions: self.actions.clone(),
            targets: self.targets.clone(),
            condition: self.condition.clone(),
        }
    }
}

/// Everything that policies and permissions of a stack allow.
fn permissions(stack: &Stack) -> BTreeSet<Permission> {
    let mut found = BTreeSet::new();
    for (id, resource) in &stack.resources {
        let properties = resource.properties();
        let mut add = |statement: &Value, who: Option<String>| {
            let targets = texts(&statement["Resource"]);
            found.insert(Permission {
                resource: id.clone(),
                who: who.unwrap_or_else(|| texts(&statement["Principal"]).join(", ")),
                actions: texts(&statement["Action"]),
                targets: if targets.is_empty() { vec![id.clone()] } else { targets },
                condition: condition(&statement["Condition"]),
            });
        };
        match resource.kind.as_str() {
            "AWS::IAM::Role" => {
                for statement in statements(&properties["AssumeRolePolicyDocument"]) {
                    add(statement, None);
                }
                for policy in properties["Policies"].as_array().into_iter().flatten() {
                    for statement in statements(&policy["PolicyDocument"]) {
                        add(statement, Some(id.clone()));
                    }
                }
                for policy in texts(&properties["ManagedPolicyArns"]) {
                    let (who, actions) = (id.clone(), vec!["whatever it says".to_owned()]);
                    let (resource, targets) = (id.clone(), vec![policy]);
                    found.insert(Permission { resource, who, actions, targets, condition: None });
                }
            }
            "AWS::SQS::QueuePolicy" => {
                for statement in statements(&properties["PolicyDocument"]) {
                    add(statement, None);
                }
            }
            "AWS::Lambda::Permission" => {
                let given = ["SourceArn", "SourceAccount", "EventSourceToken"].into_iter();
                let given: Vec<_> = given
                    .filter_map(|name| Some(format!("{name} {}", short(properties.get(name)?))))
                    .collect();
                found.insert(Permission {
                    resource: id.clone(),
                    who: short(&properties["Principal"]),
                    actions: texts(&properties["Action"]),
                    targets: texts(&properties["FunctionName"]),
                    condition: (!given.is_empty()).then(|| given.join(", ")),
                });
            }
            _ => {}
        }
    }
    found
}

fn statements(document: &Value) -> impl Iterator<Item = &Value> {
    let statement = &document["Statement"];
    let one = std::slice::from_ref(statement);
    statement.as_array().map_or(if statement.is_null() { &[] } else { one }, Vec::as_slice).iter()
}

/// `ArnEquals aws:SourceArn PlacedTopic`.
fn condition(condition: &Value) -> Option<String> {
    let tests = condition.as_object()?.iter().flat_map(|(operator, tests)| {
        let tests = tests.as_object().into_iter().flatten();
        tests.map(move |(key, value)| format!("{operator} {key} {}", texts(value).join(", ")))
    });
    Some(tests.collect::<Vec<_>>().join(", "))
}

/// The texts in a value, in order, references among them.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        Value::Object(map) => match reference(map) {
            Some(reference) => vec![reference],
            None => map.values().flat_map(texts).collect(),
        },
        Value::Bool(_) | Value::Number(_) | Value::String(_) => vec![short(value)],
    }
}
