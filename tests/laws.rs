//! The equations that networks keep, one test a law. `PROPTEST_CASES` asks for more cases.

use net_dsl::{Facts, Id, Network, brick, name};
use net_tests::arbitrary::{Sample, is_in, renamed, renaming, sample, some_names};
use proptest::{prelude::*, sample::Index};
use std::collections::BTreeSet;

fn cases() -> ProptestConfig {
    let config = ProptestConfig::default();
    ProptestConfig { cases: config.cases.max(1_000), failure_persistence: None, ..config }
}

fn shuffled(parts: &[Network], order: &[Index]) -> Vec<Network> {
    let mut rest = parts.to_vec();
    let mut out = Vec::new();
    for index in order.iter().cycle().take(parts.len()) {
        out.push(rest.remove(index.index(rest.len())));
    }
    out
}

proptest! {
    #![proptest_config(cases())]

    /// `(a + b) + c == a + (b + c)`
    #[test]
    fn associativity(a in sample(), b in sample(), c in sample()) {
        let (a, b, c) = (a.network, b.network, c.network);
        prop_assert_eq!((a.clone() + b.clone()) + c.clone(), a + (b + c));
    }

    /// `a + b == b + a`
    #[test]
    fn commutativity(a in sample(), b in sample()) {
        let (a, b) = (a.network, b.network);
        prop_assert_eq!(a.clone() + b.clone(), b + a);
    }

    /// `a + a == a`
    #[test]
    fn idempotence(a in sample()) {
        prop_assert_eq!(a.network.clone() + a.network.clone(), a.network);
    }

    /// `a + empty == a == empty + a`
    #[test]
    fn identity(a in sample()) {
        prop_assert_eq!(a.network.clone() + Network::empty(), a.network.clone());
        prop_assert_eq!(Network::empty() + a.network.clone(), a.network);
    }

    /// `a + (a + b) == a + b`, and `n + n.restrict(k) == n`
    #[test]
    fn absorption_of_a_sub_network(a in sample(), b in sample(), kept in some_names()) {
        let sum = a.network.clone() + b.network;
        prop_assert_eq!(a.network + sum.clone(), sum.clone());
        let part = sum.clone().restrict(|id| is_in(kept, id));
        prop_assert_eq!(sum.clone() + part, sum);
    }

    /// `n.contains(&p) == (p + n == n)`
    #[test]
    fn containment_is_absorption(n in sample(), p in sample()) {
        let absorbed = p.network.clone() + n.network.clone() == n.network;
        prop_assert_eq!(n.network.contains(&p.network), absorbed);
        prop_assert!((n.network + p.network.clone()).contains(&p.network));
    }

    #[test]
    fn containment_is_reflexive(n in sample()) {
        prop_assert!(n.network.contains(&n.network));
        prop_assert!(n.network.contains(&Network::empty()));
    }

    /// Of two networks that contain each other there is one.
    #[test]
    fn containment_is_antisymmetric(a in sample(), b in sample()) {
        let both = a.network.contains(&b.network) && b.network.contains(&a.network);
        prop_assert_eq!(both, a.network == b.network);
    }

    #[test]
    fn containment_is_transitive(a in sample(), b in sample(), c in sample()) {
        let middle = a.network.clone() + b.network;
        let large = middle.clone() + c.network;
        prop_assert!(middle.contains(&a.network) && large.contains(&middle));
        prop_assert!(large.contains(&a.network));
    }

    /// `a.contains(&p)` implies `(a + b).contains(&p)`
    #[test]
    fn addition_is_monotone(a in sample(), b in sample(), kept in some_names()) {
        let part = a.network.clone().restrict(|id| is_in(kept, id));
        prop_assert!(a.network.contains(&part));
        prop_assert!((a.network + b.network).contains(&part));
    }

    /// A sum is the same in any order, by `+`, `+=`, `sum` and `collect`.
    #[test]
    fn sums_have_no_order(
        samples in prop::collection::vec(sample(), 0..5),
        order in prop::collection::vec(any::<Index>(), 1..5),
    ) {
        let parts: Vec<Network> = samples.into_iter().map(|sample| sample.network).collect();
        let sum: Network = parts.iter().cloned().sum();
        prop_assert_eq!(&shuffled(&parts, &order).into_iter().sum::<Network>(), &sum);
        prop_assert_eq!(&parts.iter().cloned().collect::<Network>(), &sum);
        let mut added = Network::empty();
        for part in shuffled(&parts, &order) {
            added += part;
        }
        prop_assert_eq!(added, sum);
    }

    /// What is in conflict, and between what, does not depend on the order of addition.
    #[test]
    fn conflicts_are_independent_of_order(
        sample in sample(),
        order in prop::collection::vec(any::<Index>(), 1..12),
    ) {
        let parts: Vec<Network> = sample.parts.iter().map(|part| part.network()).collect();
        let other: Network = shuffled(&parts, &order).into_iter().rev().sum();
        prop_assert_eq!(conflicts(&sample.network), conflicts(&other));
    }

    /// Nothing that was claimed is lost: every claim of a part is a claim of the sum.
    #[test]
    fn no_claim_is_lost(a in sample(), b in sample()) {
        let sum = a.network.clone() + b.network.clone();
        for (id, facts) in a.network.entities().chain(b.network.entities()) {
            let joined = sum.get(id);
            for (key, flat) in facts.attributes() {
                let claims = joined.and_then(|facts| facts.claims(key)).map(|flat| flat.claims());
                for claim in flat.claims() {
                    let kept = claims.into_iter().flatten().find(|kept| kept.value == claim.value);
                    prop_assert!(kept.is_some_and(|kept| kept.at.is_superset(&claim.at)));
                }
            }
        }
    }

    /// `(a + b).rename(f) == a.rename(f) + b.rename(f)`
    #[test]
    fn rename_is_a_homomorphism(a in sample(), b in sample(), f in renaming()) {
        let f = |id: &Id| renamed(&f, id);
        let sum = a.network.clone() + b.network.clone();
        prop_assert_eq!(sum.rename(f), a.network.rename(f) + b.network.rename(f));
    }

    /// `n.rename(f).rename(g) == n.rename(g ∘ f)` and `n.rename(identity) == n`
    #[test]
    fn rename_composes(n in sample(), f in renaming(), g in renaming()) {
        let twice = n.network.clone().rename(|id| renamed(&f, id)).rename(|id| renamed(&g, id));
        let once = n.network.clone().rename(|id| renamed(&g, &renamed(&f, id)));
        prop_assert_eq!(twice, once);
        prop_assert_eq!(n.network.clone().rename(Id::clone), n.network);
    }

    /// `(a + b).prefix(p, s) == a.prefix(p, s) + b.prefix(p, s)`
    #[test]
    fn prefix_is_a_homomorphism(a in sample(), b in sample()) {
        let stud = net_dsl::Queue::<net_tests::arbitrary::Order>::builder().name(name!("cow")).build();
        let prefix = |network: &Network| network.prefix(&name!("left"), &[&stud]);
        let sum = a.network.clone() + b.network.clone();
        prop_assert_eq!(prefix(&sum), prefix(&a.network) + prefix(&b.network));
        for (id, _) in prefix(&sum).entities() {
            prop_assert!(id.as_str() == "cow" || id.as_str().starts_with("left-"));
        }
    }

    /// `(a + b).restrict(k) == a.restrict(k) + b.restrict(k)`
    #[test]
    fn restrict_is_a_homomorphism(a in sample(), b in sample(), kept in some_names()) {
        let keep = |id: &Id| is_in(kept, id);
        let sum = a.network.clone() + b.network.clone();
        prop_assert_eq!(sum.restrict(keep), a.network.restrict(keep) + b.network.restrict(keep));
    }

    /// `n.restrict(k).restrict(k) == n.restrict(k)`, and `n` contains it
    #[test]
    fn restrict_is_idempotent(n in sample(), kept in some_names()) {
        let once = n.network.clone().restrict(|id| is_in(kept, id));
        prop_assert!(n.network.contains(&once));
        prop_assert!(once.entities().all(|(id, _)| is_in(kept, id)));
        prop_assert_eq!(once.clone().restrict(|id| is_in(kept, id)), once);
    }

    /// `n.remove(x)` has no `x` and no link to it, and is `n` where there was none
    #[test]
    fn remove_is_a_restriction(n in sample(), gone in any::<Index>()) {
        let ids: Vec<Id> = n.network.entities().map(|(id, _)| id.clone()).collect();
        if !ids.is_empty() {
            let gone = gone.get(&ids);
            let rest = n.network.clone().remove(gone);
            prop_assert!(rest.get(gone).is_none());
            prop_assert!(rest.links().all(|(from, link)| from != gone && link.to() != gone));
            prop_assert_eq!(rest.len() + 1, n.network.len());
        }
        prop_assert_eq!(n.network.clone().remove(name!("nobody")), n.network);
    }

    /// `n.transpose().transpose() == n`
    #[test]
    fn transpose_is_an_involution(n in sample()) {
        prop_assert_eq!(n.network.clone().transpose().transpose(), n.network);
    }

    /// `(a + b).transpose() == a.transpose() + b.transpose()`
    #[test]
    fn transpose_is_a_homomorphism(a in sample(), b in sample()) {
        let sum = a.network.clone() + b.network.clone();
        prop_assert_eq!(sum.transpose(), a.network.transpose() + b.network.transpose());
    }

    /// What `x` reaches is closed under links, and `y` is in it exactly if `x` is in what `y` is
    /// reached from.
    #[test]
    fn reach_is_closed_and_dual(n in sample()) {
        let turned = n.network.clone().transpose();
        for (x, _) in n.network.entities() {
            let reached = n.network.reach(x);
            prop_assert!(reached.contains(x));
            for y in &reached {
                prop_assert!(n.network.links_from(y).iter().all(|link| reached.contains(link.to())));
                prop_assert!(turned.reach(y).contains(x));
            }
            let to_x: BTreeSet<Id> = turned.reach(x);
            for (y, _) in n.network.entities() {
                prop_assert_eq!(to_x.contains(y), n.network.reach(y).contains(x));
            }
        }
        prop_assert!(n.network.reach(name!("nobody")).is_empty());
    }

    /// `brick(x, a + b) == brick(x, a) + brick(x, b)`, and doing it twice is doing it once
    #[test]
    fn brick_is_a_homomorphism(a in sample(), b in sample()) {
        let named = |network: Network| brick(name!("brick"), network);
        let sum = a.network.clone() + b.network.clone();
        prop_assert_eq!(named(sum.clone()), named(a.network) + named(b.network));
        prop_assert_eq!(named(named(sum.clone())), named(sum));
    }

    /// `Network::from_json(&n.to_json()) == Ok(n)`, and equal networks give equal bytes
    #[test]
    fn files_keep_everything(a in sample(), b in sample()) {
        let sum = a.network.clone() + b.network.clone();
        prop_assert_eq!(Network::from_json(&sum.to_json()), Ok(sum.clone()));
        prop_assert_eq!((b.network + a.network).to_json(), sum.to_json());
    }

    /// Checking, planning and emitting never panic, whatever the network.
    #[test]
    fn every_network_has_a_plan(n in sample()) {
        let graph = net_dsl::Graph::new(&n.network);
        let plan = net_synth::Plan::new(&name!("any"), &graph);
        let findings = net_synth::check::check(&plan, &graph);
        let template = net_synth::emit::cloudformation(&plan);
        prop_assert!(serde_json::from_str::<serde_json::Value>(&template).is_ok());
        net_synth::emit::mermaid(&n.network);
        net_synth::emit::dot(&n.network);
        // Whatever is in conflict is found.
        if !conflicts(&n.network).is_empty() {
            prop_assert!(findings.iter().any(net_dsl::check::Finding::is_fatal));
        }
    }
}

/// Every attribute with more than one value, with all its values.
fn conflicts(network: &Network) -> Vec<String> {
    let of = |subject: String, facts: &Facts| -> Vec<String> {
        let conflicting = facts.attributes().filter(|(_, flat)| flat.claims().len() > 1);
        conflicting.map(|(key, flat)| format!("{subject} {key} {:?}", flat.claims())).collect()
    };
    let entities = network.entities().flat_map(|(id, facts)| of(id.to_string(), facts));
    let links = network.links().flat_map(|(from, link)| {
        of(format!("{from} {} {} {}", link.verb(), link.to(), link.label()), link.facts())
    });
    entities.chain(links).collect()
}

/// Among the samples there are conflicts, cycles, and networks that are alike: the laws are not
/// held to empty networks.
#[test]
fn samples_are_interesting() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let mut next = || sample().new_tree(&mut runner).expect("a sample").current();
    let samples: Vec<Sample> = (0..500).map(|_| next()).collect();
    let count = |is: &dyn Fn(&Sample) -> bool| samples.iter().filter(|sample| is(sample)).count();
    assert!(count(&|sample| !conflicts(&sample.network).is_empty()) > 100);
    assert!(count(&|sample| sample.network.links().count() > 2) > 100);
    assert!(count(&|sample| sample.network.is_empty()) > 0);
    assert!(count(&|sample| sample.network.bricks().len() > 1) > 100);
}
