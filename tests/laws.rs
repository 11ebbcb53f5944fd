//! The equations that networks keep, one test a law. `PROPTEST_CASES` asks for more cases.

use net_dsl::{
    Facts, Id, Link, brick,
    check::{self, Finding},
    entity::{PREFIXED, SHARED},
    prelude::*,
};
use net_tests::arbitrary::{
    FITS, LONGEST, Order, Sample, is_in, renamed, renaming, sample, some_names,
};
use proptest::{prelude::*, sample::Index};
use std::{
    collections::BTreeSet,
    hash::{BuildHasher, RandomState},
};

fn cases() -> ProptestConfig {
    let config = ProptestConfig::default();
    ProptestConfig { cases: config.cases.max(300), failure_persistence: None, ..config }
}

fn named(text: &str) -> Name {
    Name::new(text).expect("a name")
}

fn queue(text: &str) -> Queue<Order> {
    Queue::builder().name(named(text)).build()
}

/// The name that [`Network::prefix`] is to give.
fn prefixed(id: &Id) -> String {
    format!("left-{id}")
}

/// The part in which no property refers to anything, so that nothing said of it follows a name.
fn without_references(n: Network) -> Network {
    let refers = |facts: &Facts| {
        facts.below("property/").any(|(_, flat)| {
            flat.claims().iter().any(|claim| {
                let text = claim.value.to_json().to_string();
                text.contains("\"Ref\"") || text.contains("\"Fn::")
            })
        })
    };
    let referring: BTreeSet<Id> =
        n.entities().filter(|(_, facts)| refers(facts)).map(|(id, _)| id.clone()).collect();
    n.restrict(|id| !referring.contains(id))
}

/// The network without the entities whose names are too long under the prefix `left`.
fn that_fits(network: Network) -> Network {
    network.restrict(|id| prefixed(id).len() <= Name::MAX_LENGTH)
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

    /// `(a + b).prefix(p, s) == a.prefix(p, s) + b.prefix(p, s)`, also where a shared name is what
    /// another comes to under the prefix, or is nobody's
    #[test]
    fn prefix_is_a_homomorphism(a in sample(), b in sample()) {
        let shared = ["cow", "left-ant", LONGEST, "nobody"].map(queue);
        let shared: Vec<&dyn Handle> = shared.iter().map(|queue| queue as &dyn Handle).collect();
        let prefix = |network: &Network| network.prefix(&name!("left"), &shared);
        let sum = a.network.clone() + b.network.clone();
        prop_assert_eq!(prefix(&sum), prefix(&a.network) + prefix(&b.network));
        prop_assert_eq!(prefix(&Network::empty()), Network::empty());
    }

    /// `n.prefix(p, &[]) == n.rename(f)` for `f(x) = p-x`
    #[test]
    fn prefix_is_a_renaming(n in sample()) {
        let n = that_fits(n.network);
        let once = n.prefix(&name!("left"), &[]);
        prop_assert_eq!(n.rename(|id| named(&prefixed(id)).id().clone()), once);
    }

    /// What properties refer to follows, whatever is in the network: a part is renamed as the whole is.
    #[test]
    fn references_follow_every_renaming(n in sample()) {
        let n = n.network;
        let first = |id: &Id| match id.as_str() {
            "ant" => name!("bee-2").id().clone(),
            _ => id.clone(),
        };
        let second = |id: &Id| match id.as_str() {
            "bee-2" => name!("ant").id().clone(),
            _ => id.clone(),
        };
        let parts: Network =
            n.entities().map(|(id, _)| n.clone().restrict(|other| other == id).rename(first)).sum();
        let facts = |n: &Network| -> Vec<_> { n.entities().map(|(id, f)| (id.clone(), f.clone())).collect() };
        prop_assert_eq!(facts(&parts), facts(&n.clone().rename(first)));
        let twice = n.clone().rename(first).rename(second);
        prop_assert_eq!(twice, n.rename(|id| second(&first(id))));
    }

    /// What a prefix makes is the network again, each entity and link of it, however long the names.
    #[test]
    fn prefix_keeps_everything(n in sample()) {
        let n = without_references(n.network);
        let copy = n.prefix(&name!("left"), &[]);
        prop_assert_eq!(copy.len(), n.len());
        let entities = |network: &Network, new: &dyn Fn(&Id) -> String| -> Vec<(String, Facts)> {
            network.entities().map(|(id, facts)| (new(id), facts.clone())).collect()
        };
        let links = |network: &Network, new: &dyn Fn(&Id) -> String| -> Vec<String> {
            let show = |(from, link): (&Id, &Link)| {
                let (to, turned) = (new(link.to()), link.is_transposed());
                let (verb, label, facts) = (link.verb(), link.label(), link.facts());
                format!("{} {verb} {label} {turned} {to} {facts:?}", new(from))
            };
            network.links().map(show).collect()
        };
        prop_assert_eq!(entities(&copy, &Id::to_string), entities(&n, &prefixed));
        prop_assert_eq!(links(&copy, &Id::to_string), links(&n, &prefixed));
    }

    /// What is shared keeps its name and what is said of it, and is marked.
    #[test]
    fn prefix_leaves_what_is_shared(n in sample()) {
        let n = that_fits(without_references(n.network));
        let (cow, nobody) = (queue("cow"), queue("nobody"));
        let copy = n.prefix(&name!("left"), &[&cow, &nobody]);
        for (id, _) in copy.entities() {
            prop_assert!(["cow", "nobody"].contains(&id.as_str()) || id.as_str().starts_with("left-"));
        }
        for shared in [&cow, &nobody] {
            let is_marked = copy.get(shared).is_some_and(|facts| facts.is(SHARED));
            prop_assert_eq!(is_marked, !n.is_empty());
        }
        if let Some(facts) = n.get(&cow) {
            for (key, flat) in facts.attributes() {
                let kept = copy.get(&cow).and_then(|facts| facts.claims(key));
                prop_assert!(kept == Some(flat) || key == SHARED.key());
            }
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

    /// `n.remove(x) == n.restrict(|y| y != x)`, and `(a + b).remove(x) == a.remove(x) + b.remove(x)`
    #[test]
    fn remove_is_a_homomorphism(a in sample(), b in sample(), gone in 0..8_usize) {
        let sum = a.network.clone() + b.network.clone();
        let gone = ["ant", "bee", "cow", "left-ant", "left-left-ant", "right-cow", FITS, LONGEST][gone];
        let removed = |network: Network| network.remove(named(gone));
        prop_assert_eq!(removed(sum.clone()), sum.clone().restrict(|id| id.as_str() != gone));
        prop_assert_eq!(removed(sum), removed(a.network) + removed(b.network));
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

    /// `(a + b).without_origins() == a.without_origins() + b.without_origins()`, and doing it twice is
    /// doing it once
    #[test]
    fn without_origins_is_a_homomorphism(a in sample(), b in sample()) {
        let sum = a.network.clone() + b.network.clone();
        let bare = sum.without_origins();
        prop_assert_eq!(&bare, &(a.network.without_origins() + b.network.without_origins()));
        prop_assert_eq!(bare.clone().without_origins(), bare);
    }

    /// `a.is_equivalent(&b) == (a.without_origins() == b.without_origins())`, and
    /// `n.is_equivalent(&n.without_origins())`
    #[test]
    fn equivalence_is_equality_without_origins(a in sample(), b in sample()) {
        let (a, b) = (a.network, b.network);
        let equal = a.clone().without_origins() == b.clone().without_origins();
        prop_assert_eq!(a.is_equivalent(&b), equal);
        prop_assert!(a.is_equivalent(&a.clone().without_origins()));
        prop_assert!(a != b || equal);
    }

    /// What is done to equivalent networks makes equivalent networks.
    #[test]
    fn operations_keep_equivalence(a in sample(), b in sample(), kept in some_names(), f in renaming()) {
        let (a, b) = (a.network, b.network);
        let bare = a.clone().without_origins();
        let stud = queue("cow");
        type Operation<'o> = &'o dyn Fn(Network) -> Network;
        let operations: [Operation<'_>; 8] = [
            &|n| n + b.clone(),
            &|n| n.rename(|id| renamed(&f, id)),
            &|n| n.prefix(&name!("left"), &[&stud]),
            &|n| n.restrict(|id| is_in(kept, id)),
            &|n| n.remove(&stud),
            &|n| n.transpose(),
            &|n| brick(name!("brick"), n),
            &|n| Network::from_json(&n.to_json()).expect("a network"),
        ];
        for operation in operations {
            prop_assert!(operation(a.clone()).is_equivalent(&operation(bare.clone())));
        }
    }

    /// `a + &b == a + b`, `&a + b == a + b`, `a + Some(b) == a + b`, `a + None == a`,
    /// `a + vec![b, c] == a + [b, c] == a + (b, c) == a + b + c`, and the same by `extend`
    #[test]
    fn summands_come_in_many_forms(a in sample(), b in sample(), c in sample()) {
        let (a, b, c) = (a.network, b.network, c.network);
        let two = a.clone() + b.clone();
        let sum = two.clone() + c.clone();
        prop_assert_eq!(&(a.clone() + &b), &two);
        prop_assert_eq!(&(&a + &b), &two);
        prop_assert_eq!(&(&a + b.clone()), &two);
        prop_assert_eq!(&(a.clone() + Some(&b)), &two);
        prop_assert_eq!(&(a.clone() + None::<Network>), &a);
        prop_assert_eq!(&(a.clone() + vec![b.clone(), c.clone()]), &sum);
        prop_assert_eq!(&(a.clone() + [&b, &c]), &sum);
        prop_assert_eq!(&(a.clone() + (b.clone(), &c)), &sum);
        prop_assert_eq!(&Network::from((&a, Some((&b, [&c])))), &sum);
        prop_assert_eq!(&[&a, &b, &c].into_iter().sum::<Network>(), &sum);
        prop_assert_eq!(&[&a, &b, &c].into_iter().collect::<Network>(), &sum);
        let mut extended = a.clone();
        extended.extend([&b, &c]);
        prop_assert_eq!(&extended, &sum);
        extended += &a;
        prop_assert_eq!(extended, sum);
    }

    /// Equal networks have equal hashes.
    #[test]
    fn hashes_follow_equality(a in sample(), b in sample()) {
        let state = RandomState::new();
        let hash = |network: Network| state.hash_one(network);
        let (a, b) = (a.network, b.network);
        prop_assert_eq!(hash(&a + &b), hash(b + a));
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

fn of_rule(network: &Network, code: &str) -> Vec<Finding> {
    check::check(network).into_iter().filter(|finding| finding.rule.code == code).collect()
}

#[test]
fn a_shared_name_that_is_misspelt_is_found() {
    let network = queue("orders").network().prefix(&name!("left"), &[&queue("oders")]);
    let found = of_rule(&network, "N103");
    assert!(found.iter().any(|finding| finding.is_fatal()), "{found:?}");
    assert_eq!(found[0].entity.as_ref().map(Id::as_str), Some("oders"));
    assert_eq!(found[0].labels[0].at.file(), "tests/laws.rs");
    // Whoever declares it later has spelt it as it was meant.
    assert!(of_rule(&(network + &queue("oders")), "N103").is_empty());
}

#[test]
fn a_prefix_that_makes_two_entities_one_is_found() {
    let both = queue("orders").network() + &queue("left-orders");
    let network = both.prefix(&name!("left"), &[&queue("left-orders")]);
    assert_eq!(network.len(), 1);
    let found = of_rule(&network, "N101");
    assert!(found.iter().any(|finding| finding.is_fatal()), "{found:?}");
    let message = "`prefixed` of `left-orders` is `left-orders` and `orders`";
    assert!(found.iter().any(|finding| finding.message == message), "{found:?}");
    // Whether both are in one part of a sum makes no difference, nor does prefixing again.
    assert!(
        of_rule(&both.prefix(&name!("left"), &[]), "N101")
            .iter()
            .all(|f| !f.message.contains(PREFIXED.key()))
    );
    let copies = both.prefix(&name!("left"), &[]);
    let again = copies.prefix(&name!("right"), &[&queue("left-orders")]);
    assert!(of_rule(&again, "N101").iter().all(|finding| !finding.message.contains("prefixed")));
}

#[test]
fn a_name_that_a_prefix_makes_too_long_is_found_and_kept() {
    assert_eq!((FITS.len(), LONGEST.len()), (59, Name::MAX_LENGTH));
    let network = queue(FITS).network();
    assert!(of_rule(&network.prefix(&name!("left"), &[]), "N106").is_empty());
    let long = network.prefix(&name!("right"), &[]);
    let found = of_rule(&long, "N106");
    assert!(found.iter().any(|finding| finding.is_fatal()), "{found:?}");
    assert!(found[0].message.contains("65 characters"), "{found:?}");
    assert_eq!(Network::from_json(&long.to_json()), Ok(long));
}

#[test]
fn networks_of_one_function_called_twice_are_equivalent() {
    let (here, there) = (
        queue("orders").network(),
        Queue::<Order>::builder().name(name!("orders")).build().network(),
    );
    assert_ne!(here, there);
    assert!(here.is_equivalent(&there));
    assert!(!here.is_equivalent(&queue("others").network()));
    let tuned =
        Queue::<Order>::builder().name(name!("orders")).delay(seconds!(1)).build().network();
    assert!(!here.is_equivalent(&tuned));
}

#[test]
fn handles_and_names_are_equal_by_what_they_say() {
    assert_eq!(name!("orders"), named("orders"));
    assert_eq!(queue("orders"), Queue::builder().name(name!("orders")).build());
    assert_ne!(queue("orders"), Queue::builder().name(name!("orders")).delay(seconds!(1)).build());
    let set: std::collections::HashSet<_> =
        [queue("orders"), queue("orders")].into_iter().collect();
    assert_eq!(set.len(), 1);
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
    let has = |sample: &Sample, is: &dyn Fn(&str, &Facts) -> bool| {
        sample.network.entities().any(|(id, facts)| is(id.as_str(), facts))
    };
    assert!(count(&|sample| has(sample, &|id, _| id.len() > Name::MAX_LENGTH)) > 10);
    assert!(count(&|sample| has(sample, &|_, facts| facts.is(SHARED))) > 50);
    assert!(count(&|sample| has(sample, &|_, facts| facts.claims(PREFIXED.key()).is_some())) > 5);
}
