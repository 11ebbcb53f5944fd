//! The operations on networks and the equations they keep.

use super::{Link, Network, Node};
use crate::{Handle, Id, Name, Named};
use std::{
    collections::{BTreeMap, BTreeSet},
    iter::Sum,
    ops::{Add, AddAssign},
};

impl<R: Into<Network>> Add<R> for Network {
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

impl<R: Into<Network>> AddAssign<R> for Network {
    fn add_assign(&mut self, other: R) {
        let mut small = other.into();
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

impl<R: Into<Network>> Sum<R> for Network {
    /// `[a, b, c].into_iter().sum() == a + b + c`, and the sum of nothing is
    /// [`Network::empty`].
    fn sum<I: Iterator<Item = R>>(networks: I) -> Network {
        networks.fold(Network::empty(), Network::add)
    }
}

impl<R: Into<Network>> FromIterator<R> for Network {
    /// The same as [`Sum`].
    fn from_iter<I: IntoIterator<Item = R>>(networks: I) -> Network {
        networks.into_iter().sum()
    }
}

impl Network {
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
    /// `n.rename(f).rename(g) == n.rename(g ∘ f)`. Raw properties that spell out logical ids do not
    /// follow. O(n log n).
    pub fn rename(self, rename: impl Fn(&Id) -> Id) -> Network {
        Network::adopt(self.nodes.into_iter().map(|(id, mut node)| {
            let links = std::mem::take(&mut node.links);
            for link in links {
                node.insert(Link { to: rename(&link.to), ..link });
            }
            (rename(&id), node)
        }))
    }

    /// A copy of the network under other names, `prefix-name`, except for the `shared` entities:
    /// the way to use a brick twice in one network.
    ///
    /// `(a + b).prefix(p, s) == a.prefix(p, s) + b.prefix(p, s)`. O(n log n).
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
    pub fn prefix(&self, prefix: &Name, shared: &[&dyn Handle]) -> Network {
        let shared: BTreeSet<&Id> = shared.iter().map(|handle| handle.name().id()).collect();
        let mut renamed: BTreeMap<&Id, Id> = BTreeMap::new();
        for id in self.nodes.keys() {
            let kept = shared.contains(id);
            renamed.insert(id, if kept { id.clone() } else { id.prefixed(prefix.id()) });
        }
        let new = |id: &Id| renamed.get(id).cloned().unwrap_or_else(|| id.prefixed(prefix.id()));
        Network::adopt(self.nodes.iter().map(|(id, node)| {
            let mut links: Vec<Link> =
                node.links.iter().map(|link| Link { to: new(&link.to), ..link.clone() }).collect();
            links.sort_by(|a, b| a.key().cmp(&b.key()));
            (new(id), Node { facts: node.facts.clone(), links })
        }))
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

    /// The network without an entity and its links; `n` itself where it has none of the name. O(n).
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
