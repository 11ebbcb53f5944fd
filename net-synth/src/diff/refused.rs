//! Changes that CloudFormation refuses while it applies them.
//!
//! It makes a resource's replacement before it deletes the old one, so two resources that exist at
//! once cannot have one name: "CloudFormation cannot update a stack when a custom-named resource
//! requires replacing" (re:Post knowledge center, "cloudformation-custom-name"). Nor does a resource
//! become one of another type under its logical id ("Update of resource type is not permitted"). Nor do
//! two routes of an API have one key at once ("Route with key … already exists for this API").

use super::{Found, Replaced};
use crate::plan::{PhysicalName, Sharing};
use serde_json::Value;
use std::collections::BTreeMap;

/// The name that a resource of a template is given, where AWS does not make one up: no other resource
/// of its type has it in its account and region. `resource` is its entry under `Resources`.
fn custom_name(resource: &Value) -> Option<&Value> {
    let kind = resource["Type"].as_str()?;
    let named = PhysicalName::of(kind).filter(|named| named.sharing != Sharing::Any)?;
    Some(&resource["Properties"][named.property]).filter(|name| !name.is_null())
}

/// The route under another id that has the key of a route that is made anew, in the same API.
fn holder_of_route<'a>(
    id: &str,
    after: &Found,
    all_before: &'a BTreeMap<String, Found>,
) -> Option<&'a str> {
    let is_route = |found: &Found| found.kind == "AWS::ApiGatewayV2::Route";
    let place = |found: &Found| {
        let properties = &found.resource["Properties"];
        (properties["ApiId"].clone(), properties["RouteKey"].clone())
    };
    if !is_route(after) {
        return None;
    }
    let key = place(after);
    let mut others = all_before.iter().filter(|(other, found)| *other != id && is_route(found));
    others.find(|(_, found)| place(found) == key).map(|(other, _)| other.as_str())
}

/// Why CloudFormation would refuse to make `after` of `before` under the logical id `id`; none if it
/// would not, as far as the templates say.
pub(super) fn refused(
    id: &str,
    before: Option<&Found>,
    after: &Found,
    replaced: Replaced,
    all_before: &BTreeMap<String, Found>,
) -> Option<String> {
    if let Some(before) = before.filter(|before| before.kind != after.kind) {
        return Some(format!(
            "it is a {}, and CloudFormation changes no resource's type: give it another name",
            before.kind
        ));
    }
    if before.is_some() && replaced != Replaced::Yes {
        return None;
    }
    // It is made anew, beside everything that is there.
    if let Some(holder) = holder_of_route(id, after, all_before) {
        return Some(format!(
            "`{holder}` has the route `{}` until this is made, and an API has one of a route: deploy without the route first, and then with it",
            super::short(&after.resource["Properties"]["RouteKey"])
        ));
    }
    let name = custom_name(&after.resource)?;
    let same = |(_, other): &(&String, &Found)| {
        other.kind == after.kind && custom_name(&other.resource) == Some(name)
    };
    let (holder, _) = all_before.iter().find(same)?;
    let name = super::short(name);
    Some(if holder == id {
        format!(
            "the new one would need the name `{name}` while the old one has it: change the name too"
        )
    } else {
        format!("`{holder}` has the name `{name}` until this is made: change the name too")
    })
}
