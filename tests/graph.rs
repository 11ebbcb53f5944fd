//! The graph that checks and plans walk.

use net_dsl::{Graph, Id, Network, OpenEnd, Verb, name, prelude::*};
use net_tests::arbitrary::sample;
use proptest::prelude::*;
use std::collections::BTreeSet;

const VERBS: [Verb; 3] = [Verb::Sends, Verb::Asks, Verb::Triggers];

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..Default::default() })]

    /// Two entities are in one cycle exactly if each reaches the other.
    #[test]
    fn cycles_are_mutual_reachability(n in sample()) {
        let graph = Graph::new(&n.network);
        let cycles = graph.cycles(&VERBS);
        let ids: Vec<&Id> = graph.nodes().iter().map(|node| node.id).collect();
        let after: Vec<BTreeSet<&Id>> = ids.iter().map(|id| reached_by_links(&n.network, id)).collect();
        for (x, in_cycle) in cycles.iter().enumerate() {
            prop_assert_eq!(in_cycle.is_some(), after[x].contains(ids[x]));
            for (y, other) in cycles.iter().enumerate() {
                let mutual = after[x].contains(ids[y]) && after[y].contains(ids[x]);
                prop_assert_eq!(in_cycle.is_some() && in_cycle == other, mutual);
            }
        }
    }
}

/// What links of the verbs lead to from an entity, itself only if a way leads back to it.
fn reached_by_links<'n>(network: &'n Network, start: &'n Id) -> BTreeSet<&'n Id> {
    let mut reached = BTreeSet::new();
    let mut open = vec![start];
    while let Some(id) = open.pop() {
        for link in network.links_from(id) {
            if VERBS.contains(&link.verb()) && reached.insert(link.to()) {
                open.push(link.to());
            }
        }
    }
    reached
}

/// Each cycle has a number of its own, a link to itself makes one, and what only leads there has none.
#[test]
fn cycles_are_told_apart() {
    let forth_and_back =
        |one, other| link(one).sends_to(&link(other)) + link(other).sends_to(&link(one));
    let network = forth_and_back(0, 1)
        + forth_and_back(2, 3)
        + link(4).sends_to(&link(4))
        + forth_and_back(5, 6)
        + link(7).sends_to(&link(0));
    let cycles = Graph::new(&network).cycles(&VERBS);
    assert!(cycles[..7].iter().all(Option::is_some) && cycles[7].is_none(), "{cycles:?}");
    assert!(
        cycles[0] == cycles[1] && cycles[2] == cycles[3] && cycles[5] == cycles[6],
        "{cycles:?}"
    );
    let numbers: BTreeSet<_> = cycles.iter().flatten().collect();
    assert_eq!(numbers.len(), 4, "{cycles:?}");
}

struct Order;
messages! { Order }
contract! { Again: Order => () { sends Order } }

fn link(number: usize) -> Function<Again> {
    let name = Name::new(&format!("link-{number}")).expect("a name");
    Function::builder().name(name).code(binary!("again")).build()
}

/// As long as anyone may make it: what walks a network does not recurse.
#[test]
fn a_long_chain_is_walked() {
    let count = 30_000;
    let chain: Network = (0..count).map(|number| link(number).sends_to(&link(number + 1))).sum();
    let graph = Graph::new(&chain);
    assert!(graph.cycles(&VERBS).iter().all(Option::is_none));
    let circle = chain.clone() + link(count).sends_to(&link(0));
    assert!(Graph::new(&circle).cycles(&VERBS).iter().all(|cycle| *cycle == Some(0)));
    assert_eq!(circle.reach(&link(7)).len(), count + 1);

    let start = Queue::<Order>::builder().name(name!("start")).deadline(seconds!(60)).build();
    let late = chain + start.triggers(&link(0));
    let findings = net_dsl::check::check(&late);
    let finding = findings.iter().find(|finding| finding.rule.code == "N403");
    let total = 30 * (count + 1);
    assert!(
        finding.is_some_and(|finding| finding.message.contains(&format!("may take {total} s")))
    );
}

/// Each brick shows the studs by which it joins the others.
#[test]
fn bricks_have_open_ends_where_they_join() {
    use alexa_patterns::*;
    let ends = |network: Network| -> Vec<String> {
        let show = |end: OpenEnd| match end {
            OpenEnd::Need { function, verb, what } => format!("{function} {verb} {what}"),
            OpenEnd::NoTrigger(id) => format!("{id} is not started"),
            OpenEnd::NoConsumer(id) => format!("{id} has no consumer"),
            OpenEnd::NoProducer(id) => format!("{id} has no producer"),
        };
        network.open_ends().into_iter().map(show).collect()
    };
    assert_eq!(ends(entrypoint()), ["deferred has no consumer"]);
    assert_eq!(ends(sync_processor()), ["deferred has no producer", "responses has no consumer"]);
    assert_eq!(
        ends(async_processor()),
        ["deferred has no producer", "responder is not started", "responses has no consumer"]
    );
    let responder =
        ["responder reads Pending", "responder sends Answer", "responder writes Pending"];
    assert_eq!(ends(push_gateway()), responder);
    assert_eq!(ends(polling_event_processor()), responder);
    assert_eq!(ends(dispatcher()), ["responses has no producer"]);
    for (_, network) in net_tests::networks::examples() {
        assert_eq!(ends(network), [""; 0]);
    }
}
