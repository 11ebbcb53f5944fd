//! Overrides, which are CloudFormation's properties, as arguments of the provider.

use super::{
    arguments::ARGUMENTS,
    block::{Block, Value, json, literal},
};
use crate::{
    emit::cloudformation::resource_type,
    plan::{Body, Resource},
};
use serde_json::Value as Json;

/// One argument of the provider, and the property that it is.
pub(super) struct Argument {
    pub(super) property: &'static str,
    pub(super) argument: &'static str,
    pub(super) shape: Shape,
}

/// How a property's value is written.
pub(super) enum Shape {
    /// As it is.
    Same,
    /// CloudFormation's list of keys and values, as a map.
    Tags,
    /// Objects, as blocks.
    Blocks,
}

/// Sets what overlays have set; gives the paths of those that Terraform has no argument for.
pub(super) fn apply<'p>(resource: &Resource<'p>, block: &mut Block<'p>) -> Vec<&'p str> {
    if let Body::Raw(_) = resource.body {
        // Its properties are all there is of it, and are printed as they are.
        let with_intrinsics = resource.overrides.iter().filter(|(_, value)| has_intrinsic(value));
        return with_intrinsics.map(|(path, _)| *path).collect();
    }
    let kind = resource_type(&resource.body);
    let arguments =
        ARGUMENTS.iter().find(|(name, _)| *name == kind).map_or(&[][..], |found| found.1);
    let mut without = Vec::new();
    for (path, value) in &resource.overrides {
        let argument = arguments.iter().find(|argument| argument.property == *path);
        match argument.filter(|_| !has_intrinsic(value)) {
            Some(argument) => block.set_at(argument.argument, shaped(value, &argument.shape)),
            None => without.push(*path),
        }
    }
    without
}

/// Whether CloudFormation would put something in the place of a part of the value.
fn has_intrinsic(value: &Json) -> bool {
    match value {
        Json::Object(map) => {
            let only = if map.len() == 1 { map.keys().next() } else { None };
            only.is_some_and(|key| key == "Ref" || key.starts_with("Fn::"))
                || map.values().any(has_intrinsic)
        }
        Json::Array(list) => list.iter().any(has_intrinsic),
        _ => false,
    }
}

fn shaped<'p>(value: &Json, shape: &Shape) -> Value<'p> {
    match (shape, value) {
        (Shape::Tags, Json::Array(tags)) => {
            let mut map = Block::new();
            for tag in tags {
                if let (Some(key), Some(value)) = (tag["Key"].as_str(), tag["Value"].as_str()) {
                    map.set(key, literal(value));
                }
            }
            Value::Block(map)
        }
        (Shape::Blocks, Json::Array(objects)) => {
            Value::List(objects.iter().map(|object| shaped(object, shape)).collect())
        }
        (Shape::Blocks, Json::Object(properties)) => {
            let mut block = Block::new();
            for (name, value) in properties {
                block.set(&snake_case(name), json(value));
            }
            Value::Block(block)
        }
        _ => json(value),
    }
}

/// `MaximumPollers` → `maximum_pollers`.
fn snake_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}
