//! Networks as values: a set of named entities and a set of links, added with `+`.

mod algebra;
mod graph;
mod json;
mod mention;
mod open_ends;
mod parts;

pub use graph::{Graph, GraphNode};
pub use json::{FORMAT, ReadError, VERSION};
pub use mention::{Flow, Mention};
pub use open_ends::OpenEnd;
pub(crate) use open_ends::parse_need;
pub use parts::Summand;

use crate::{Id, Named, Origin, Verb, entity::KIND, entity::Kind, facts::Facts, given::GivenName};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// A serverless network: entities by name, and the links between them.
///
/// Networks add up with `+`, which overlays entities of the same name. Adding is total,
/// associative, commutative and idempotent, and [`Network::empty`] is its identity:
///
/// ```text
/// (a + b) + c == a + (b + c)      a + b == b + a      a + a == a      a + empty == a
/// ```
///
/// What two networks say differently about one attribute is kept as a conflict, with both
/// positions, until the network is checked; `+` itself never fails and never lets one side win.
///
/// What can be added is whatever is `Into<Network>`: a link, a handle or a network by reference, an
/// `Option`, a `Vec`, an array, or a tuple of such. Iterators are added with `sum`, `collect` and
/// `extend`.
///
/// Equality takes positions into account: two networks are equal if they say the same at the same
/// places. [`Network::is_equivalent`] leaves positions out.
///
/// ```
/// use net_dsl::prelude::*;
///
/// # pub struct Order; messages! { Order }
/// # contract! { pub Till: Tick => () { sends Order } pub Kitchen: Order => () {} }
/// let orders = Queue::<Order>::builder().name(name!("orders")).build();
/// let till = Function::<Till>::builder().name(name!("till")).build();
/// let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
///
/// let front = till.sends_to(&orders);
/// let back = orders.triggers(&kitchen);
/// let restaurant = front + back;
/// assert_eq!(restaurant.len(), 3);
/// ```
#[must_use = "adding networks makes a new one and changes nothing else"]
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Network {
    nodes: BTreeMap<Id, Node>,
}

/// An entity and the links that leave it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Node {
    facts: Facts,
    /// Sorted by target, verb and label.
    links: Vec<Link>,
}

/// A link that leaves an entity.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Link {
    to: Id,
    verb: Verb,
    label: SmolStr,
    facts: Facts,
    /// Whether [`Network::transpose`] turned it round.
    turned: bool,
}

impl Link {
    /// The entity the link leads to.
    pub fn to(&self) -> &Id {
        &self.to
    }

    /// What the link does.
    pub fn verb(&self) -> Verb {
        self.verb
    }

    /// What tells links of one verb between the same two entities apart: the route, for
    /// [`Verb::Routes`]; otherwise empty.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// What is known about the link.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Whether [`Network::transpose`] turned it round.
    pub fn is_transposed(&self) -> bool {
        self.turned
    }

    fn key(&self) -> (&Id, Verb, &str, bool) {
        (&self.to, self.verb, &self.label, self.turned)
    }
}

impl Node {
    /// Whether the link was not there yet.
    fn insert(&mut self, link: Link) -> bool {
        match self.links.binary_search_by(|mine| mine.key().cmp(&link.key())) {
            Ok(found) => {
                self.links[found].facts.join(&link.facts);
                false
            }
            Err(gap) => {
                self.links.insert(gap, link);
                true
            }
        }
    }
}

impl Network {
    /// The network of nothing: `n + Network::empty() == n`.
    pub fn empty() -> Network {
        Network::default()
    }

    pub(crate) fn entity(id: Id, facts: Facts) -> Network {
        Network { nodes: BTreeMap::from([(id, Node { facts, links: Vec::new() })]) }
    }

    pub(crate) fn link(
        mut self,
        from: &Id,
        verb: Verb,
        to: &Id,
        label: SmolStr,
        facts: Facts,
    ) -> Network {
        let link = Link { to: to.clone(), verb, label, facts, turned: false };
        self.nodes.entry(from.clone()).or_default().insert(link);
        self
    }

    /// How many entities there are. O(1).
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there are no entities. O(1).
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Every entity, in order of name.
    pub fn entities(&self) -> impl ExactSizeIterator<Item = (&Id, &Facts)> {
        self.nodes.iter().map(|(id, node)| (id, &node.facts))
    }

    /// What is known about an entity. O(log n).
    pub fn get(&self, entity: impl Named) -> Option<&Facts> {
        self.nodes.get(entity.id()).map(|node| &node.facts)
    }

    /// An entity's kind, if it is declared and nobody disagrees. O(log n).
    pub fn kind(&self, entity: impl Named) -> Option<Kind> {
        self.get(entity)?.get(KIND)
    }

    /// Every link with the entity it leaves, in order of source, target and verb.
    pub fn links(&self) -> impl Iterator<Item = (&Id, &Link)> {
        self.nodes.iter().flat_map(|(id, node)| node.links.iter().map(move |link| (id, link)))
    }

    /// The links that leave an entity, in order of target and verb. O(log n).
    pub fn links_from(&self, entity: impl Named) -> &[Link] {
        self.nodes.get(entity.id()).map_or(&[], |node| &node.links)
    }

    /// The bricks that took part, in order.
    pub fn bricks(&self) -> BTreeSet<SmolStr> {
        let mut bricks = BTreeSet::new();
        for node in self.nodes.values() {
            for facts in std::iter::once(&node.facts).chain(node.links.iter().map(|l| &l.facts)) {
                for brick in facts.bricks() {
                    if !bricks.contains(brick) {
                        bricks.insert(brick.clone());
                    }
                }
            }
        }
        bricks
    }

    /// Notes on every entity and link that a brick declared them.
    fn in_brick(self, brick: &SmolStr) -> Network {
        self.with_facts(|facts| facts.add_brick(brick))
    }

    /// The same change to the facts of every entity and link.
    fn with_facts(mut self, change: impl Fn(&mut Facts)) -> Network {
        for node in self.nodes.values_mut() {
            change(&mut node.facts);
            for link in &mut node.links {
                change(&mut link.facts);
            }
        }
        self
    }

    pub(crate) fn note(
        &mut self,
        entity: &Id,
        key: SmolStr,
        value: crate::facts::Value,
        at: Origin,
    ) {
        self.nodes.entry(entity.clone()).or_default().facts.insert(key, value, at);
    }
}

/// Names a part of a network, so that diagrams, diffs and templates can say where things come
/// from.
///
/// An equation: `brick(x, a + b) == brick(x, a) + brick(x, b)`. Bricks nest; an entity that several
/// bricks share remembers all of them. O(n).
///
/// ```
/// use net_dsl::{brick, prelude::*};
///
/// # contract! { pub Task: Tick => () {} }
/// pub fn nightly() -> Network {
///     let night = Schedule::builder().name(name!("night")).cron(cron!("0 3 * * ? *")).build();
///     let task = Function::<Task>::builder().name(name!("task")).build();
///
///     brick(name!("nightly"), night.triggers(&task))
/// }
/// assert_eq!(nightly().bricks().len(), 1);
/// ```
pub fn brick(name: impl GivenName, network: impl Summand) -> Network {
    network.network().in_brick(&SmolStr::new(name.given().id().as_str()))
}

impl Network {
    fn adopt(nodes: impl IntoIterator<Item = (Id, Node)>) -> Network {
        let mut network = Network::empty();
        for (id, node) in nodes {
            network.absorb(id, node);
        }
        network
    }

    fn absorb(&mut self, id: Id, node: Node) {
        use std::collections::btree_map::Entry;
        match self.nodes.entry(id) {
            Entry::Vacant(entry) => {
                entry.insert(node);
            }
            Entry::Occupied(mut entry) => {
                let mine = entry.get_mut();
                mine.facts.join(&node.facts);
                for link in node.links {
                    mine.insert(link);
                }
            }
        }
    }
}
