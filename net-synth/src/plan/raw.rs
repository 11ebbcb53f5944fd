//! Raw resources, which are what overlays set and nothing else.

use super::{Need, Part, Planned, Planner, Value, holds_nothing};
use net_dsl::{
    GraphNode, Link, Removal,
    entity::{REMOVAL, raw},
};

use smol_str::SmolStr;

pub(super) struct Raw;

impl Planned for Raw {
    fn main(&self) -> Option<&'static str> {
        Some("Resource")
    }

    fn own_type(&self) -> Option<&'static str> {
        None
    }

    fn main_type(&self, node: &GraphNode<'_>) -> Option<SmolStr> {
        node.facts.get(raw::RESOURCE_TYPE)
    }

    fn resources(&self, planner: &mut Planner<'_, '_>, number: usize) {
        let node = planner.node(number);
        let Some(resource_type) = node.facts.get(raw::RESOURCE_TYPE) else { return };
        // Nothing is retained for nothing: what a template says everything of is made anew.
        let default = (!holds_nothing(&resource_type)).then_some(Removal::Retain);
        let part = Part::of(node.id, node.facts, "resource");
        let part = Part { removal: node.facts.get(REMOVAL).or(default), ..part };
        let main = planner.id(number);
        planner.add_of_type(main, part, resource_type, Value::empty());
    }

    fn feeds(&self, _: &Planner<'_, '_>, _: usize, _: &Link) -> Option<Value> {
        None
    }

    fn serves(&self, _: &Planner<'_, '_>, _: usize, _: usize, _: &Link) -> Need {
        Need::default()
    }
}
