//! Pictures: everything is in them, nothing lies on anything else, and browsers can read them.

use net_dsl::{Flow, Graph, Mention, Name, Network, prelude::*};
use net_synth::emit;
use net_tests::{
    arbitrary::sample,
    everything::everything,
    networks::{async_polling, async_push, sync_api},
};
use proptest::prelude::*;
use quick_xml::{Reader, events::Event};
use std::collections::{BTreeMap, BTreeSet};

/// An element with its attributes, and the text directly inside.
#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    text: String,
    /// The nearest element around it.
    parent: usize,
}

impl Element {
    #[track_caller]
    fn number(&self, name: &str) -> f64 {
        self.attributes.get(name).and_then(|text| text.parse().ok()).expect(name)
    }
}

/// A picture, read by an XML parser that takes nothing but well-formed documents.
struct Picture(Vec<Element>);

impl Picture {
    #[track_caller]
    fn of(network: &Network) -> Picture {
        let text = emit::svg(network);
        let mut reader = Reader::from_str(&text);
        reader.config_mut().check_end_names = true;
        let mut elements: Vec<Element> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        loop {
            let event = reader.read_event().expect("well-formed XML");
            match &event {
                Event::Start(start) | Event::Empty(start) => {
                    let attributes = start.attributes().map(|attribute| {
                        let attribute = attribute.expect("a well-formed attribute");
                        let key = attribute.key.as_ref().to_owned();
                        (
                            key,
                            attribute
                                .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                                .expect("well-formed")
                                .into_owned(),
                        )
                    });
                    elements.push(Element {
                        name: start.name().as_ref().to_owned(),
                        attributes: attributes.collect(),
                        text: String::new(),
                        parent: open.last().copied().unwrap_or_default(),
                    });
                    if matches!(event, Event::Start(_)) {
                        open.push(elements.len() - 1);
                    }
                }
                Event::End(_) => drop(open.pop()),
                Event::Text(part) => {
                    if let Some(&last) = open.last() {
                        elements[last].text.push_str(part);
                    }
                }
                Event::GeneralRef(reference) => {
                    let letter = match &**reference {
                        "amp" => '&',
                        "lt" => '<',
                        "gt" => '>',
                        "quot" => '"',
                        other => panic!("{other:?}"),
                    };
                    elements[*open.last().expect("inside")].text.push(letter);
                }
                Event::Eof => break,
                other => panic!("not expected: {other:?}"),
            }
        }
        assert!(open.is_empty());
        Picture(elements)
    }

    fn named<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p Element> {
        self.0.iter().filter(move |element| element.name == name)
    }

    /// The titles of what has a class.
    fn titles<'p>(&'p self, class: &'p str) -> Vec<&'p str> {
        let titles = self.named("title").filter(move |title| {
            self.0[title.parent].attributes.get("class").is_some_and(|found| found == class)
        });
        titles.map(|title| title.text.as_str()).collect()
    }

    fn size(&self) -> (f64, f64) {
        (self.0[0].number("width"), self.0[0].number("height"))
    }

    /// What each text covers: left, top, right, bottom.
    fn texts(&self) -> Vec<(&str, [f64; 4])> {
        self.named("text")
            .map(|text| {
                let half = text.number("textLength") / 2.0;
                let (x, y, size) = (text.number("x"), text.number("y"), text.number("font-size"));
                (text.text.as_str(), [x - half, y - size * 0.75, x + half, y + size * 0.25])
            })
            .collect()
    }
}

fn networks() -> Vec<(&'static str, Network)> {
    let polling = async_polling();
    let cells = |shared: &[&dyn net_dsl::Handle]| -> Network {
        let cell = |number| {
            let name = Name::new(&format!("cell-{number}")).expect("a name");
            polling.prefix(&name, shared)
        };
        (0..11).map(cell).sum()
    };
    let joined = cells(&[&*alexa_patterns::shared::GRANTS, &*alexa_patterns::shared::DEVICE_CLOUD]);
    vec![
        ("sync", sync_api()),
        ("push", async_push()),
        ("cells", cells(&[])),
        ("joined cells", joined),
        ("polling", polling),
        ("everything", everything()),
        ("a loop", ring()),
        ("nothing", Network::empty()),
    ]
}

struct Work;
messages! { Work }
struct Seen;
impl Item for Seen {
    const NAME: &'static str = "Seen";
    const PARTITION: Key = Key::text("id");
}
contract! {
    Again: Work => () { sends Work }
    Step: Work => () { sends Work, writes Seen }
}

/// A function that hands work to itself.
fn ring() -> Network {
    let again =
        Function::<Again>::builder().name(name!("again")).code(binary!("a")).loops().build();
    again.sends_to(&again).into()
}

#[track_caller]
fn assert_whole(network: &Network, picture: &Picture) {
    let entities: BTreeSet<String> = network.entities().map(|(id, _)| id.to_string()).collect();
    let drawn: BTreeSet<String> = picture
        .titles("entity")
        .iter()
        .map(|title| {
            let name = title.split(':').next().unwrap_or_default();
            name.rsplit(' ').next().unwrap_or_default().to_owned()
        })
        .collect();
    assert!(entities.is_subset(&drawn), "{entities:?} {drawn:?}");
    assert_eq!(picture.titles("entity").len(), drawn.len(), "each is drawn once");
    let texts: BTreeSet<&str> = picture.texts().into_iter().map(|(text, _)| text).collect();
    assert!(drawn.iter().all(|name| texts.contains(name.as_str())), "each has its name on it");

    let links = picture.titles("link");
    for (from, link) in network.links() {
        let label = if link.label().is_empty() { link.verb().as_str() } else { link.label() };
        let arrow = links.iter().any(|title| {
            title.starts_with(&format!("{from} "))
                && title.ends_with(&format!(" {}", link.to()))
                && title.contains(label)
        });
        assert!(arrow, "{from} {label} {} is not among {links:?}", link.to());
    }
    let mut pairs: BTreeSet<_> = network.links().map(|(from, link)| (from, link.to())).collect();
    // References in properties are drawn as well.
    let graph = Graph::new(network);
    for node in graph.nodes() {
        for Mention { other, flow } in &node.mentions {
            let (from, to) = (node.id, graph.nodes()[*other].id);
            pairs.insert(if *flow == Flow::Takes { (to, from) } else { (from, to) });
        }
    }
    assert_eq!(links.len(), pairs.len(), "one arrow a pair");
}

#[track_caller]
fn assert_legible(picture: &Picture) {
    let (width, height) = picture.size();
    let texts = picture.texts();
    for (number, (text, [left, top, right, bottom])) in texts.iter().enumerate() {
        let inside = *left >= 0.0 && *top >= 0.0 && *right <= width && *bottom <= height;
        assert!(inside, "`{text}` is cut off");
        for (other, [l, t, r, b]) in &texts[..number] {
            let apart = right <= l || r <= left || bottom <= t || b <= top;
            assert!(apart, "`{text}` lies on `{other}`");
        }
    }
}

#[test]
fn every_entity_and_link_is_drawn_and_every_text_can_be_read() {
    for (name, network) in networks() {
        let picture = Picture::of(&network);
        assert_whole(&network, &picture);
        assert_legible(&picture);
        // No part of a screen's width is needed to read one label.
        let (width, height) = picture.size();
        assert!(width < 6_000.0 && height < 6_000.0, "{name}: {width} by {height}");
    }
}

#[test]
fn what_stands_in_a_picture_needs_nothing_from_elsewhere() {
    for (_, network) in networks() {
        let text = emit::svg(&network);
        for elsewhere in
            ["href", "<script", "<style", "<image", "<foreignObject", "@import", "NaN", "inf"]
        {
            assert!(!text.contains(elsewhere), "{elsewhere}");
        }
    }
}

#[test]
fn each_brick_has_a_colour_of_its_own_and_the_legend_says_which() {
    // More than the palette holds.
    let bricks: Network = (0..30)
        .map(|number| {
            let name = |what| Name::new(&format!("{what}-{number:02}")).expect("a name");
            let queue = Queue::<Work>::builder().name(name("queue")).build();
            net_dsl::brick(name("brick"), queue.network())
        })
        .sum();
    let picture = Picture::of(&bricks);
    assert_legible(&picture);
    let entities = picture.0.iter().filter(|element| element.attributes.contains_key("class"));
    let fills: BTreeSet<&String> = entities.map(|entity| &entity.attributes["fill"]).collect();
    assert_eq!(fills.len(), 30);
    let samples: BTreeSet<&String> =
        picture.named("rect").filter_map(|sample| sample.attributes.get("fill")).collect();
    assert!(fills.is_subset(&samples));
    let texts = picture.texts();
    for number in 0..30 {
        assert!(texts.iter().any(|(text, _)| *text == format!("brick-{number:02}")));
    }
}

/// As long as anyone may make it, with a link from every function to one table.
#[test]
fn a_network_too_large_to_be_looked_at_is_drawn_all_the_same() {
    let log = Table::<Seen>::builder().name(name!("log")).build();
    let step = |number: usize| {
        let name = Name::new(&format!("step-{number}")).expect("a name");
        Function::<Step>::builder().name(name).code(binary!("step")).build()
    };
    let count = 3_000;
    let chain: Network =
        (0..count).map(|n| step(n).sends_to(&step(n + 1)) + step(n).writes(&log)).sum();
    let picture = Picture::of(&chain);
    assert_eq!(picture.titles("entity").len(), count + 2);
    assert_eq!(picture.titles("link").len(), 2 * count);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() })]

    /// Whatever a network holds, in whatever order it was added up.
    #[test]
    fn any_network_can_be_drawn(n in sample(), m in sample()) {
        let sum = n.network.clone() + m.network.clone();
        let picture = Picture::of(&sum);
        assert_whole(&sum, &picture);
        assert_legible(&picture);
        prop_assert!(emit::svg(&(m.network + n.network)) == emit::svg(&sum));
    }
}
