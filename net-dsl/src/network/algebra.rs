//! The operations on networks and the equations they keep.

use super::{Link, Network, Node, Summand};
use crate::{
    Handle, Id, Name, Named, Origin,
    entity::{PREFIXED, SHARED},
    facts::{Attribute, Facts, Scalar},
};
use smol_str::SmolStr;
use std::{
    collections::{BTreeMap, BTreeSet},
    iter::Sum,
    ops::{Add, AddAssign},
};

impl<R: Summand> Add<R> for Network {
    type Output = Network;

    /// The overlay of two networks: entities and links of both, those of one name joined.
    ///
    /// O(m log n) for m the smaller and n the larger, whichever stands on the left; O(m + n) where
    /// they are of like size.
    fn add(mut self, other: R) -> Network {
        self += other;
        self
    }
}

impl<R: Summand> Add<R> for &Network {
    type Output = Network;

    /// `&a + b == a.clone() + b`.
    fn add(self, other: R) -> Network {
        self.clone() + other
    }
}

impl<R: Summand> AddAssign<R> for Network {
    fn add_assign(&mut self, other: R) {
        let mut small = other.network();
        if small.len() > self.len() {
            std::mem::swap(self, &mut small);
        }
        if small.len() * 16 < self.len() {
            for (id, node) in small.nodes {
                self.absorb(id, node);
            }
        } else {
            self.nodes = merge(std::mem::take(&mut self.nodes), small.nodes);
        }
    }
}

/// Both maps in one pass; building from what is already in order costs no comparison.
fn merge(a: BTreeMap<Id, Node>, b: BTreeMap<Id, Node>) -> BTreeMap<Id, Node> {
    let mut merged = Vec::with_capacity(a.len() + b.len());
    let (mut a, mut b) = (a.into_iter().peekable(), b.into_iter().peekable());
    while let (Some((left, _)), Some((right, _))) = (a.peek(), b.peek()) {
        match left.cmp(right) {
            std::cmp::Ordering::Less => merged.extend(a.next()),
            std::cmp::Ordering::Greater => merged.extend(b.next()),
            std::cmp::Ordering::Equal => {
                if let (Some((id, mut node)), Some((_, other))) = (a.next(), b.next()) {
                    node.facts.join(&other.facts);
                    for link in other.links {
                        node.insert(link);
                    }
                    merged.push((id, node));
                }
            }
        }
    }
    merged.extend(a);
    merged.extend(b);
    merged.into_iter().collect()
}

impl<R: Summand> Sum<R> for Network {
    /// `[a, b, c].into_iter().sum() == a + b + c`, and the sum of nothing is
    /// [`Network::empty`].
    fn sum<I: Iterator<Item = R>>(networks: I) -> Network {
        networks.fold(Network::empty(), Network::add)
    }
}

impl<R: Summand> FromIterator<R> for Network {
    /// The same as [`Sum`].
    fn from_iter<I: IntoIterator<Item = R>>(networks: I) -> Network {
        networks.into_iter().sum()
    }
}

impl<R: Summand> Extend<R> for Network {
    /// `a.extend([b, c])` makes `a` what `a + b + c` is.
    fn extend<I: IntoIterator<Item = R>>(&mut self, networks: I) {
        for network in networks {
            *self += network;
        }
    }
}

impl Network {
    /// Whether both say the same, wherever they say it: equality without the positions.
    ///
    /// `a.is_equivalent(&b) == (a.without_origins() == b.without_origins())`: an equivalence that
    /// every operation keeps. Networks built by one function called from two places are equivalent
    /// and not equal. O(n).
    ///
    /// ```
    /// use net_dsl::prelude::*;
    ///
    /// # pub struct Order; messages! { Order }
    /// let here = Queue::<Order>::builder().name(name!("orders")).build().network();
    /// let there = Queue::<Order>::builder().name(name!("orders")).build().network();
    /// assert_ne!(here, there);
    /// assert!(here.is_equivalent(&there));
    /// ```
    pub fn is_equivalent(&self, other: &Network) -> bool {
        self.clone().without_origins() == other.clone().without_origins()
    }

    /// The network without the positions where its parts were written.
    ///
    /// `(a + b).without_origins() == a.without_origins() + b.without_origins()`,
    /// `n.without_origins().without_origins() == n.without_origins()`, `n.is_equivalent(&n.without_origins())`.
    /// Findings about it cannot say where. O(n).
    pub fn without_origins(self) -> Network {
        self.with_facts(Facts::forget_origins)
    }

    /// Whether everything this network's `part` says is said here too.
    ///
    /// `n.contains(&p) == (p + n == n)`; a partial order: reflexive, antisymmetric, transitive.
    /// O(m log n) for a part of m entities.
    pub fn contains(&self, part: &Network) -> bool {
        part.nodes.iter().all(|(id, theirs)| {
            self.nodes.get(id).is_some_and(|mine| {
                let mut joined = mine.clone();
                joined.facts.join(&theirs.facts);
                for link in &theirs.links {
                    joined.insert(link.clone());
                }
                joined == *mine
            })
        })
    }

    /// The network with every entity called what `rename` says; entities given one name become one.
    ///
    /// A homomorphism: `(a + b).rename(f) == a.rename(f) + b.rename(f)`, `n.rename(identity) == n`,
    /// `n.rename(f).rename(g) == n.rename(g ∘ f)`. What properties refer to follows, by logical id
    /// too (see [`reference`](crate::reference)): `rename` is asked about every name that such an id may
    /// have in it, whether or not there is such an entity. O(n log n).
    pub fn rename(self, rename: impl Fn(&Id) -> Id) -> Network {
        // All renaming goes through here. Whatever refers to an entity by name has to follow: links,
        // and properties of raw resources and overlays.
        Network::adopt(self.nodes.into_iter().map(|(id, mut node)| {
            node.facts.rename_references(&rename);
            let mut renamed =
                Node { facts: node.facts, links: Vec::with_capacity(node.links.len()) };
            for mut link in node.links {
                link.facts.rename_references(&rename);
                renamed.insert(Link { to: rename(&link.to), ..link });
            }
            (rename(&id), renamed)
        }))
    }

    /// A copy of the network under other names, `prefix-name`, except for the `shared` entities:
    /// the way to use a brick twice in one network.
    ///
    /// It is [`Network::rename`] by `f(x) = x` for what is shared and `f(x) = prefix-x` for all
    /// else, and keeps its equations: `n.prefix(p, &[]) == n.rename(f)`,
    /// `(a + b).prefix(p, s) == a.prefix(p, s) + b.prefix(p, s)`,
    /// `Network::empty().prefix(p, s) == Network::empty()`. O(n log n).
    ///
    /// It never fails; what went wrong is found when the network is checked:
    /// - a shared entity that no part of the network declares, because its name is misspelt, by N103;
    /// - an entity that would get the name of a shared one, as `orders` where `left-orders` is
    ///   shared under the prefix `left`, by N101;
    /// - a name that comes to more than [`Name::MAX_LENGTH`] characters, by N106.
    ///
    /// ```
    /// use net_dsl::prelude::*;
    ///
    /// # pub struct Order; messages! { Order }
    /// # contract! { pub Till: Tick => () { sends Order } }
    /// # let orders = Queue::<Order>::builder().name(name!("orders")).build();
    /// # let till = Function::<Till>::builder().name(name!("till")).build();
    /// let one = Network::from(till.sends_to(&orders));
    /// let two = one.prefix(&name!("left"), &[&orders]) + one.prefix(&name!("right"), &[&orders]);
    /// let names: Vec<_> = two.entities().map(|(name, _)| name.to_string()).collect();
    /// assert_eq!(names, ["left-till", "orders", "right-till"]);
    /// ```
    #[track_caller]
    pub fn prefix(&self, prefix: &Name, shared: &[&dyn Handle]) -> Network {
        let here = Origin::here();
        let shared: BTreeSet<&Id> = shared.iter().map(|handle| handle.name().id()).collect();
        let new = |id: &Id| {
            if shared.contains(id) { id.clone() } else { id.prefixed(prefix.id()) }
        };
        let mut prefixed = self.clone().rename(new);
        for old in self.nodes.keys() {
            let new = new(old);
            if &new != old && shared.contains(&new) {
                for name in [old, &new] {
                    prefixed.claim(&new, PREFIXED, SmolStr::new(name.as_str()), &here);
                }
            }
        }
        if !self.is_empty() {
            for id in shared {
                prefixed.claim(id, SHARED, true, &here);
            }
        }
        prefixed
    }

    /// What [`Network::note`] does, for an attribute.
    fn claim<T: Scalar>(&mut self, entity: &Id, attribute: Attribute<T>, value: T, at: &Origin) {
        self.note(entity, SmolStr::new_static(attribute.key()), value.store(), at.clone());
    }

    /// Only the entities that `keep` says, and the links among them.
    ///
    /// `(a + b).restrict(k) == a.restrict(k) + b.restrict(k)`,
    /// `n.restrict(k).restrict(k) == n.restrict(k)`, `n.contains(&n.restrict(k))`. O(n).
    pub fn restrict(mut self, keep: impl Fn(&Id) -> bool) -> Network {
        self.nodes.retain(|id, _| keep(id));
        for node in self.nodes.values_mut() {
            node.links.retain(|link| keep(&link.to));
        }
        self
    }

    /// The network without an entity and its links; `n` itself where it has none of the name.
    ///
    /// `n.remove(x) == n.restrict(|y| y != x)`, so
    /// `(a + b).remove(x) == a.remove(x) + b.remove(x)`. O(n).
    pub fn remove(self, entity: impl Named) -> Network {
        self.restrict(|id| id != entity.id())
    }

    /// Every link turned round: for asking who reaches something, not for deploying.
    ///
    /// `n.transpose().transpose() == n`, `(a + b).transpose() == a.transpose() + b.transpose()`.
    /// O(n log n).
    pub fn transpose(self) -> Network {
        let mut turned = Network::empty();
        let mut links = Vec::new();
        for (id, mut node) in self.nodes {
            links
                .extend(std::mem::take(&mut node.links).into_iter().map(|link| (id.clone(), link)));
            turned.nodes.insert(id, node);
        }
        for (from, link) in links {
            let node = turned.nodes.entry(link.to.clone()).or_default();
            node.insert(Link { to: from, turned: !link.turned, ..link });
        }
        turned
    }

    /// The entities that links lead to from `start`, itself included; empty where `start` is not
    /// in the network.
    ///
    /// Cycles are walked once. Who can reach `x`: `n.transpose().reach(x)`. O(n log n).
    ///
    /// ```
    /// # use net_dsl::prelude::*;
    /// # contract! { pub Task: Tick => () {} }
    /// # let clock = Schedule::builder().name(name!("clock")).rate(minutes!(5)).build();
    /// # let task = Function::<Task>::builder().name(name!("task")).build();
    /// let network = Network::from(clock.triggers(&task));
    /// assert!(network.reach(name!("clock")).contains(name!("task").id()));
    /// assert_eq!(network.reach(name!("task")).len(), 1);
    /// ```
    pub fn reach(&self, start: impl Named) -> BTreeSet<Id> {
        let mut reached = BTreeSet::new();
        let mut open = vec![start.id()];
        while let Some(id) = open.pop() {
            if let Some(node) = self.nodes.get(id)
                && reached.insert(id.clone())
            {
                open.extend(node.links.iter().map(|link| &link.to));
            }
        }
        reached
    }
}
