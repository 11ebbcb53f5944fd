#![doc = include_str!("reference_cycle.md")]

use crate::{
    Plan,
    plan::{LogicalId, Resource},
};
use net_dsl::{
    Graph,
    check::{Finding, Findings, Rule, Severity},
    property::PROPERTY,
    reference::replace,
};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Resources that wait for each other.
pub const RULE: Rule = Rule {
    code: "P203",
    severity: Severity::Error,
    title: "resources that wait for each other",
    acceptable: false,
    explanation: include_str!("reference_cycle.md"),
};

pub(super) fn find(plan: &Plan<'_>, graph: &Graph<'_>, findings: &mut Findings) {
    // What is derived closes no circle, so one goes through a reference of an overlay.
    let mut asked = Vec::new();
    for (from, resource) in plan.resources.iter().enumerate() {
        for (path, value) in resource.part.overrides() {
            let key = format!("{PROPERTY}{}/{path}", resource.part.name);
            let to = targets(plan, graph, &mut value.to_json());
            asked.extend(to.into_iter().map(|to| (from, to, key.clone())));
        }
    }
    if asked.is_empty() {
        return;
    }
    let edges: Vec<BTreeSet<usize>> =
        plan.resources.iter().map(|resource| references(plan, graph, resource)).collect();
    let parts = components(&edges);
    let mut told = BTreeSet::new();
    for (from, to, key) in asked {
        if parts[from] == parts[to] && told.insert(parts[from]) {
            findings.add(finding(plan, &edges, &parts, (from, to), &key));
        }
    }
}

/// The resources that a JSON value refers to.
fn targets(plan: &Plan<'_>, graph: &Graph<'_>, json: &mut Json) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    replace(json, &mut |id, _| {
        let id = match graph.referred(id).filter(|_| id.starts_with('@')) {
            Some((number, suffix)) => LogicalId::of(graph.nodes()[number].id, suffix).to_string(),
            None => id.to_owned(),
        };
        found.extend(plan.resources.binary_search_by(|other| other.id.as_str().cmp(&id)));
        None
    });
    found
}

fn references(plan: &Plan<'_>, graph: &Graph<'_>, resource: &Resource<'_>) -> BTreeSet<usize> {
    if resource.part.overrides().next().is_some() {
        return targets(plan, graph, &mut resource.properties.to_json());
    }
    let mut found = BTreeSet::new();
    resource.properties.references(&mut |id, _| {
        found.extend(plan.resources.binary_search_by(|other| other.id.as_str().cmp(id)));
    });
    found
}

/// The strongly connected component of each resource, by Kosaraju's algorithm. O(n).
fn components(edges: &[BTreeSet<usize>]) -> Vec<usize> {
    let mut back = vec![Vec::new(); edges.len()];
    for (from, targets) in edges.iter().enumerate() {
        targets.iter().for_each(|to| back[*to].push(from));
    }
    let mut seen = vec![false; edges.len()];
    let mut order = Vec::with_capacity(edges.len());
    for start in 0..edges.len() {
        // Each entry is a resource, and whether all behind it is done.
        let mut open = vec![(start, false)];
        while let Some((number, is_done)) = open.pop() {
            if is_done {
                order.push(number);
            } else if !std::mem::replace(&mut seen[number], true) {
                open.push((number, true));
                open.extend(edges[number].iter().filter(|to| !seen[**to]).map(|to| (*to, false)));
            }
        }
    }
    let mut parts = vec![usize::MAX; edges.len()];
    for start in order.into_iter().rev() {
        let mut open = vec![start];
        while let Some(number) = open.pop() {
            if parts[number] == usize::MAX {
                parts[number] = start;
                open.extend(back[number].iter().filter(|from| parts[**from] == usize::MAX));
            }
        }
    }
    parts
}

fn finding(
    plan: &Plan<'_>,
    edges: &[BTreeSet<usize>],
    parts: &[usize],
    (from, to): (usize, usize),
    key: &str,
) -> Finding {
    let part = &plan.resources[from].part;
    let name = |number: usize| plan.resources[number].id.to_string();
    let way: Vec<_> = way(edges, parts, to, from).into_iter().map(name).collect();
    let message = format!("{0} waits for itself: {0} → {1}", name(from), way.join(" → "));
    Finding::new(&RULE, part.entity, message)
        .given(part.facts, key, "referred to here")
        .why("CloudFormation would refuse the whole template: a resource is made once all that it refers to is there")
        .help("write down what is known beforehand instead of the reference")
        .help("or let a raw resource of its own refer to both")
}

/// The shortest way from one resource to another in its component, both ends included.
fn way(edges: &[BTreeSet<usize>], parts: &[usize], from: usize, to: usize) -> Vec<usize> {
    let mut before = BTreeMap::from([(from, from)]);
    let mut open = VecDeque::from([from]);
    while let Some(number) = open.pop_front() {
        if number == to {
            break;
        }
        for next in edges[number].iter().filter(|next| parts[**next] == parts[to]) {
            before.entry(*next).or_insert_with(|| {
                open.push_back(*next);
                number
            });
        }
    }
    let mut way = vec![to];
    while let Some(last) = way.last().copied().filter(|last| *last != from)
        && let Some(previous) = before.get(&last)
    {
        way.push(*previous);
    }
    way.reverse();
    way
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_are_found_and_ways_through_them() {
        let edges: Vec<BTreeSet<usize>> = [vec![1], vec![2], vec![0, 3], vec![4], vec![], vec![5]]
            .into_iter()
            .map(BTreeSet::from_iter)
            .collect();
        let parts = components(&edges);
        assert!(parts[0] == parts[1] && parts[1] == parts[2]);
        assert_eq!(BTreeSet::from_iter(&parts).len(), 4);
        assert_eq!(way(&edges, &parts, 1, 0), [1, 2, 0]);
        assert_eq!(way(&edges, &parts, 5, 5), [5]);
    }
}
