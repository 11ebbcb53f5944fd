//! What the diagrams have in common: entities by brick, links by pair.

use net_dsl::{Flow, Graph, GraphNode, Id, Mention, Network};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// A network as it is drawn.
pub(super) struct Diagram<'n> {
    /// The bricks in order of name, each with the entities that belong to it alone.
    pub(super) bricks: Vec<(SmolStr, Vec<usize>)>,
    /// The entities that several bricks share, or that belong to none: the studs.
    pub(super) shared: Vec<usize>,
    /// One arrow for each pair of linked entities, whatever the number of links.
    pub(super) arrows: Vec<Arrow>,
    pub(super) graph: Graph<'n>,
}

pub(super) struct Arrow {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) label: String,
    /// Whether data is fetched or kept, rather than something started.
    pub(super) at_rest: bool,
}

impl<'n> Diagram<'n> {
    pub(super) fn new(network: &'n Network) -> Diagram<'n> {
        let graph = Graph::new(network);
        let mut bricks: BTreeMap<SmolStr, Vec<usize>> =
            network.bricks().into_iter().map(|brick| (brick, Vec::new())).collect();
        let mut shared = Vec::new();
        for (number, node) in graph.nodes().iter().enumerate() {
            let own = node.facts.bricks();
            let mut of_one = own.first().filter(|_| own.len() == 1).into_iter();
            match of_one.next().and_then(|brick| bricks.get_mut(brick)) {
                Some(entities) => entities.push(number),
                None => shared.push(number),
            }
        }
        let arrows = arrows(&graph);
        Diagram { bricks: bricks.into_iter().collect(), shared, arrows, graph }
    }

    pub(super) fn node(&self, number: usize) -> &GraphNode<'n> {
        &self.graph.nodes()[number]
    }
}

fn arrows(graph: &Graph<'_>) -> Vec<Arrow> {
    // By both ends: the labels, and whether nothing is started.
    let mut by_ends: BTreeMap<(usize, usize), (BTreeSet<&str>, bool)> = BTreeMap::new();
    let mut draw = |from, to, label, at_rest| {
        let (labels, all_at_rest) = by_ends.entry((from, to)).or_insert((BTreeSet::new(), true));
        labels.insert(label);
        *all_at_rest &= at_rest;
    };
    for (number, node) in graph.nodes().iter().enumerate() {
        for (to, link) in &node.out {
            let label = if link.label().is_empty() { link.verb().as_str() } else { link.label() };
            let at_rest = !link.verb().descriptor().starts;
            draw(number, *to, label, at_rest);
        }
        for Mention { other, flow } in &node.mentions {
            match flow {
                Flow::Starts => draw(number, *other, "starts", false),
                Flow::Takes => draw(*other, number, "feeds", false),
                Flow::MayTake | Flow::Rests => draw(number, *other, "refers to", true),
            }
        }
    }
    let arrow = |((from, to), (labels, at_rest)): (_, (BTreeSet<&str>, _))| {
        let label = labels.into_iter().collect::<Vec<_>>().join(", ");
        Arrow { from, to, label, at_rest }
    };
    by_ends.into_iter().map(arrow).collect()
}

/// A fill and a line colour for the brick of a number; the first eight are readable in print and by the
/// colour-blind.
pub(super) fn colour(brick: usize) -> (String, String) {
    // Okabe and Ito's palette, the fills lightened so that black text reads on them.
    const COLOURS: [(&str, &str); 8] = [
        ("#cce7f7", "#0072b2"),
        ("#fde8c4", "#e69f00"),
        ("#ccece1", "#009e73"),
        ("#f5e0ec", "#cc79a7"),
        ("#fbdccb", "#d55e00"),
        ("#dff1fb", "#56b4e9"),
        ("#fbf8d0", "#b5a800"),
        ("#e2e2e2", "#555555"),
    ];
    match COLOURS.get(brick) {
        Some((fill, line)) => ((*fill).to_owned(), (*line).to_owned()),
        None => (hue(brick, 200, 245), hue(brick, 60, 180)),
    }
}

/// A colour between two brightnesses; the golden angle keeps neighbours apart however many there are.
fn hue(number: usize, low: u32, high: u32) -> String {
    let degrees = u32::try_from(number * 1_375 % 3_600).unwrap_or_default();
    let channel = |offset: u32| {
        let at = (degrees + offset) % 3_600;
        let rising = match at {
            0..600 => at,
            600..1_800 => 600,
            1_800..2_400 => 2_400 - at,
            _ => 0,
        };
        low + (high - low) * rising / 600
    };
    format!("#{:02x}{:02x}{:02x}", channel(1_200), channel(0), channel(2_400))
}

/// An identifier that neither notation takes for a keyword: `deferred-queue` → `n_deferred_queue`.
pub(super) fn identifier(id: &Id) -> String {
    format!("n_{}", id.as_str().replace('-', "_"))
}
