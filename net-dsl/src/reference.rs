//! References to entities inside properties: in raw resources, and in what overlays set.
//!
//! CloudFormation refers to a resource by its logical id, in `Ref`, `Fn::GetAtt` and `Fn::Sub`.
//! [`ref_of`], [`arn_of`] and [`attribute_of`] refer to an entity instead, as `@NAME`, and the plan
//! puts the logical id there. Both follow when the network is renamed or prefixed.
//!
//! A logical id alone does not say where its name ends: `OrdersDeadLetterQueue` is of the queue
//! `orders`, or would be of something `orders-dead` that had a `LetterQueue`. Renaming must not depend on what else is in the
//! network, or `(a + b).rename(f)` would not be `a.rename(f) + b.rename(f)`. So it renames every
//! meaning of an id and keeps them all, as `@ENTITY+SUFFIX|@ENTITY+SUFFIX`. The one that is in the
//! network is the one that counts.

use crate::{Handle, Id, logical, name::id_from_file};
use serde::Serialize;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

/// A value that becomes known when the network is deployed: something of an entity's resource.
///
/// It stands wherever a JSON value does, in `json!` too.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Reference(Json);

impl From<Reference> for Json {
    fn from(reference: Reference) -> Json {
        reference.0
    }
}

/// An entity that is a resource of its own, so that properties can refer to it.
#[diagnostic::on_unimplemented(
    message = "no property can refer to `{Self}`",
    label = "this is no resource of its own",
    note = "functions, queues, topics, tables, buckets, event buses, HTTP APIs and raw resources can be referred to, by their handles; a schedule becomes a resource for each of its links, and services and skills are outside the network"
)]
pub trait Refers: Handle {}

/// An entity whose resource has an ARN.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no ARN",
    label = "this is nothing that AWS gives an ARN to",
    note = "functions, queues, topics, tables, buckets, event buses and raw resources have one; of an HTTP API there are `ref_of(&api)`, its id, and `attribute_of(&api, \"ApiEndpoint\")`"
)]
pub trait HasArn: Refers {
    /// CloudFormation's attribute with the ARN; `None` where `Ref` gives it.
    const ARN: Option<&'static str> = Some("Arn");
}

/// What CloudFormation's `Ref` gives of an entity: a queue's URL, a topic's ARN, the name of a
/// function or a table, the id of an API.
///
/// ```
/// use net_dsl::prelude::*;
/// use serde_json::json;
///
/// # contract! { pub Task: Tick => () {} }
/// # let task = Function::<Task>::builder().name(name!("task")).build();
/// let alarm = Raw::builder()
///     .name(name!("task-fails"))
///     .resource_type(resource_type!("AWS::CloudWatch::Alarm"))
///     .properties(json!({
///         "Namespace": "AWS/Lambda",
///         "MetricName": "Errors",
///         "Dimensions": [{ "Name": "FunctionName", "Value": ref_of(&task) }],
///         "Statistic": "Sum",
///         "Period": 300,
///         "EvaluationPeriods": 1,
///         "Threshold": 1,
///         "ComparisonOperator": "GreaterThanOrEqualToThreshold",
///     }))
///     .build();
/// # let _ = alarm;
/// ```
pub fn ref_of(entity: &(impl Refers + ?Sized)) -> Reference {
    Reference(json!({ "Ref": mark(entity) }))
}

/// The ARN of an entity.
///
/// ```
/// use net_dsl::prelude::*;
/// use serde_json::json;
///
/// # contract! { pub Task: Tick => () {} }
/// # let task = Function::<Task>::builder().name(name!("task")).build();
/// // What S3 tells of a bucket starts the function.
/// let uploads = Raw::builder()
///     .name(name!("uploads"))
///     .resource_type(resource_type!("AWS::Events::Rule"))
///     .properties(json!({
///         "EventPattern": { "source": ["aws.s3"] },
///         "Targets": [{ "Id": "task", "Arn": arn_of(&task) }],
///     }))
///     .build();
/// # let _ = uploads;
/// ```
pub fn arn_of<E: HasArn + ?Sized>(entity: &E) -> Reference {
    match E::ARN {
        Some(attribute) => attribute_of(entity, attribute),
        None => ref_of(entity),
    }
}

/// An attribute of an entity's resource, as CloudFormation's `Fn::GetAtt` calls it: `QueueName`,
/// `StreamArn`, `ApiEndpoint`. A name that the type does not have is found by rule P201.
pub fn attribute_of(entity: &(impl Refers + ?Sized), attribute: &str) -> Reference {
    Reference(json!({ "Fn::GetAtt": [mark(entity), attribute] }))
}

fn mark(entity: &(impl Handle + ?Sized)) -> String {
    format!("@{}", entity.name())
}

/// What an id may stand for: an entity, and the end of the logical id of one of its resources,
/// empty for its main one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Meaning {
    /// The entity's name.
    pub entity: String,
    /// What follows it in the logical id.
    pub suffix: String,
}

impl Meaning {
    /// Every meaning of an id as it stands in a property, in order; none if it can be no entity's.
    pub fn all(id: &str) -> BTreeSet<Meaning> {
        if id.starts_with('@') {
            let marked = id.split('|').filter_map(|meaning| meaning.strip_prefix('@'));
            return marked
                .map(|meaning| {
                    let (entity, suffix) = meaning.split_once('+').unwrap_or((meaning, ""));
                    Meaning { entity: entity.to_owned(), suffix: suffix.to_owned() }
                })
                .collect();
        }
        let is_id = id.starts_with(|first: char| first.is_ascii_uppercase())
            && id.chars().all(|letter| letter.is_ascii_alphanumeric());
        if !is_id {
            return BTreeSet::new();
        }
        let capitals = id.char_indices().filter(|(at, c)| *at > 0 && c.is_ascii_uppercase());
        let split = capitals.map(|(at, _)| id.split_at(at));
        split
            .filter_map(|(head, suffix)| {
                let entity = logical::entity(head, suffix)?;
                Some(Meaning { entity, suffix: suffix.to_owned() })
            })
            .collect()
    }

    /// The logical id.
    fn id(&self) -> Option<String> {
        if self.suffix.is_empty() {
            return None;
        }
        Some(logical::of(&id_from_file(&self.entity).ok()?, &self.suffix))
    }
}

/// An id whose entity is called otherwise; `None` where nothing changes.
///
/// A functor: `renamed(x, identity)` changes nothing, and renaming twice is renaming by the
/// composition, since all meanings are renamed and none is forgotten.
fn renamed(id: &str, rename: &impl Fn(&Id) -> Id) -> Option<String> {
    let meanings = Meaning::all(id);
    let mut new = BTreeSet::new();
    for Meaning { entity, suffix } in &meanings {
        // What is no name now is none of an entity's, whatever it is called.
        let Ok(entity) = id_from_file(entity) else { continue };
        let entity = rename(&entity).as_str().to_owned();
        new.insert(Meaning { entity, suffix: suffix.clone() });
    }
    let text = written(&new)?;
    (text != id).then_some(text)
}

/// Meanings as an id: the logical id where it has just these meanings, as before any renaming, or
/// else all of them.
fn written(meanings: &BTreeSet<Meaning>) -> Option<String> {
    let id = meanings.first()?.id();
    if let Some(id) = id.filter(|id| Meaning::all(id) == *meanings) {
        return Some(id);
    }
    let marked = meanings.iter().map(|Meaning { entity, suffix }| match suffix.as_str() {
        "" => format!("@{entity}"),
        suffix => format!("@{entity}+{suffix}"),
    });
    Some(marked.collect::<Vec<_>>().join("|"))
}

/// Whether the text of a JSON value may hold a reference.
pub(crate) fn may_refer(json: &str) -> bool {
    ["\"Ref\"", "\"Fn::GetAtt\"", "\"Fn::Sub\""].iter().any(|function| json.contains(function))
}

/// Renames what a JSON value refers to; whether anything changed.
pub(crate) fn rename(json: &mut Json, rename: &impl Fn(&Id) -> Id) -> bool {
    let mut changed = false;
    replace(json, &mut |id, _| {
        let new = renamed(id, rename);
        changed |= new.is_some();
        new
    });
    changed
}

/// Hands every id that a JSON value refers to to `change`, with the attribute that it asks for (none
/// for `Ref`), and puts what it gives in the id's place.
///
/// ```
/// use net_dsl::reference::replace;
/// use serde_json::json;
///
/// let mut value = json!([{ "Ref": "Orders" }, { "Fn::Sub": "${Orders.Arn}/${AWS::Region}" }]);
/// let mut found = Vec::new();
/// replace(&mut value, &mut |id, attribute| {
///     found.push((id.to_owned(), attribute.map(str::to_owned)));
///     (id == "Orders").then(|| "Bills".to_owned())
/// });
/// assert_eq!(value, json!([{ "Ref": "Bills" }, { "Fn::Sub": "${Bills.Arn}/${AWS::Region}" }]));
/// assert_eq!(found[1], ("Orders".to_owned(), Some("Arn".to_owned())));
/// ```
pub fn replace(json: &mut Json, change: &mut dyn FnMut(&str, Option<&str>) -> Option<String>) {
    match json {
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        Json::Array(items) => items.iter_mut().for_each(|item| replace(item, change)),
        Json::Object(map) => {
            let is_function = map.len() == 1;
            for (key, value) in map.iter_mut() {
                match (key.as_str(), &mut *value) {
                    ("Ref", Json::String(id)) if is_function => {
                        if let Some(new) = change(id, None) {
                            *id = new;
                        }
                    }
                    ("Fn::GetAtt", Json::String(text)) if is_function => {
                        if let Some((id, attribute)) = text.split_once('.')
                            && let Some(new) = change(id, Some(attribute))
                        {
                            *text = format!("{new}.{attribute}");
                        }
                    }
                    ("Fn::GetAtt", Json::Array(parts)) if is_function => {
                        let attribute = parts.get(1).and_then(Json::as_str).map(str::to_owned);
                        if let Some(Json::String(id)) = parts.first_mut()
                            && let Some(new) = change(id, Some(attribute.as_deref().unwrap_or("")))
                        {
                            *id = new;
                        }
                        parts.iter_mut().skip(1).for_each(|part| replace(part, change));
                    }
                    ("Fn::Sub", Json::String(text)) if is_function => {
                        *text = substituted(text, |_| false, change);
                    }
                    ("Fn::Sub", Json::Array(parts)) if is_function => {
                        if let [Json::String(text), Json::Object(own)] = parts.as_mut_slice() {
                            *text = substituted(text, |name| own.contains_key(name), change);
                        }
                        parts.iter_mut().skip(1).for_each(|part| replace(part, change));
                    }
                    _ => replace(value, change),
                }
            }
        }
    }
}

/// The text of a `Fn::Sub` with its ids changed, but for those that are variables of its own.
fn substituted(
    text: &str,
    is_own: impl Fn(&str) -> bool,
    change: &mut dyn FnMut(&str, Option<&str>) -> Option<String>,
) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((inside, behind)) = after.split_once('}') else { break };
        out.extend([before, "${"]);
        let (id, attribute) = match inside.split_once('.') {
            Some((id, attribute)) => (id, Some(attribute)),
            None => (inside, None),
        };
        // `${!` is CloudFormation's way of writing a literal `${`.
        let is_reference = !inside.starts_with('!') && !is_own(inside);
        match is_reference.then(|| change(id, attribute)).flatten() {
            Some(new) => {
                out.push_str(&new);
                attribute.into_iter().for_each(|attribute| out.extend([".", attribute]));
            }
            None => out.push_str(inside),
        }
        out.push('}');
        rest = behind;
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> Id {
        id_from_file(text).expect("a name")
    }

    fn in_front(prefix: &'static str, shared: &'static [&'static str]) -> impl Fn(&Id) -> Id {
        move |old| match shared.contains(&old.as_str()) {
            true => old.clone(),
            false => id(&format!("{prefix}-{old}")),
        }
    }

    fn after(text: &str, f: &impl Fn(&Id) -> Id) -> String {
        renamed(text, f).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn ids_follow_a_prefix() {
        let left = in_front("left", &[]);
        assert_eq!(after("OrdersQueue", &left), "@left-orders+Queue");
        assert_eq!(after("Room2Function", &left), "@left-room2+Function");
        assert_eq!(after("@orders", &left), "@left-orders");
        for what in ["AWS::Region", "lowerCase", "", "Orders", "with space"] {
            assert_eq!(after(what, &left), what);
        }
    }

    #[test]
    fn what_may_be_shared_or_not_is_kept_both_ways() {
        let mixed = after("OrdersDeadLetterQueue", &in_front("left", &["orders"]));
        assert_eq!(mixed, "@left-orders-dead+LetterQueue|@orders+DeadLetterQueue");
        assert_eq!(Meaning::all(&mixed).len(), 2);
    }

    #[test]
    fn renaming_twice_is_renaming_by_the_composition() {
        let renames: [fn(&Id) -> Id; 4] = [
            |old| old.clone(),
            |old| if old.as_str() == "orders" { id("orders-2") } else { old.clone() },
            |old| if old.as_str() == "orders-2" { id("orders") } else { old.clone() },
            |old| {
                if old.as_str().starts_with("left") {
                    old.clone()
                } else {
                    id(&format!("left-{old}"))
                }
            },
        ];
        for text in
            ["OrdersQueue", "Orders2Queue", "OrdersDeadLetterQueue", "@orders", "LeftOrders22Queue"]
        {
            assert_eq!(after(text, &renames[0]), text);
            for f in renames {
                for g in renames {
                    let both = |old: &Id| g(&f(old));
                    assert_eq!(after(&after(text, &f), &g), after(text, &both), "{text}");
                }
            }
        }
    }

    #[test]
    fn every_way_to_refer_is_found() {
        let mut value = json!({
            "a": { "Ref": "A" },
            "b": { "Fn::GetAtt": ["B", "Arn"] },
            "c": { "Fn::GetAtt": "C.Outputs.Url" },
            "d": { "Fn::Join": ["", ["x", { "Fn::Sub": "${D}-${D2.Arn}-${!Not}-${" }]] },
            "e": { "Fn::Sub": ["${E}-${Own}-${Own.Arn}", { "Own": { "Ref": "E2" } }] },
            "f": { "Fn::GetAtt": ["F", { "Ref": "F2" }] },
            "g": { "Ref": "text", "beside": "another" },
        });
        let untouched = value.clone();
        let mut found = Vec::new();
        replace(&mut value, &mut |id, attribute| {
            found.push(format!("{id}.{}", attribute.unwrap_or("-")));
            None
        });
        assert_eq!(value, untouched);
        let expected = [
            "A.-",
            "B.Arn",
            "C.Outputs.Url",
            "D.-",
            "D2.Arn",
            "E.-",
            "Own.Arn",
            "E2.-",
            "F.",
            "F2.-",
        ];
        assert_eq!(found, expected);
    }
}
