//! Whatever text a network has in it, no output hands a terminal, a viewer or a parser anything to
//! obey: see [`net_dsl::text`].

use net_dsl::{Graph, Network, check::Finding, name, text::is_unprintable};
use net_synth::{
    Plan, check,
    diff::{Diff, Stack},
    emit, report,
};
use net_tests::arbitrary::{UNPRINTABLE, sample};
use proptest::{prelude::*, sample::Index};
use serde_json::{Value, json};
use std::ffi::OsString;

/// Every text in a JSON value.
fn texts(value: &mut Value) -> Vec<&mut String> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter_mut().flat_map(texts).collect(),
        Value::Object(map) => map.values_mut().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

/// Puts a text in the place of another.
fn replace(value: &mut Value, place: Index, by: &str) {
    let mut all = texts(value);
    let place = place.index(all.len());
    *all[place] = by.to_owned();
}

fn printed(output: &str) -> Result<(), TestCaseError> {
    let found = output.chars().find(|letter| *letter != '\n' && is_unprintable(*letter));
    prop_assert_eq!(found, None, "in\n{}", output.escape_debug());
    Ok(())
}

/// What is shown in colours, without them: what else starts with an escape is left.
fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('m') {
            Some((colour, rest)) if colour.chars().all(|c| c.is_ascii_digit() || c == ';') => {
                out.push_str(rest);
            }
            _ => out.extend(["\u{1b}[", part]),
        }
    }
    out
}

/// Every output there is of a network; the first are diagrams.
fn outputs(network: &Network) -> Vec<String> {
    let graph = Graph::new(network);
    let plan = Plan::new(&name!("any"), &graph);
    let findings: Vec<Finding> = check::check(&plan, &graph);
    let template = emit::cloudformation(&plan);
    let from_nothing = Diff::new(&Stack::default(), &Stack::of(&plan));
    vec![
        emit::mermaid(network),
        emit::dot(network),
        emit::svg(network),
        network.to_json(),
        template,
        emit::terraform(&plan),
        without_colours(&report::render(&findings)),
        without_colours(&from_nothing.render()),
        run(network, &["check", "--json"]),
        run(network, &["check"]),
        run(network, &["--json"]),
    ]
}

fn run(network: &Network, arguments: &[&str]) -> String {
    let arguments = std::iter::once("program").chain(arguments.iter().copied());
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let folder = net_tests::run::Folder::new();
    let to = ["--out".to_owned(), folder.path().display().to_string()];
    let arguments = arguments.map(OsString::from).chain(to.map(OsString::from));
    net_synth::run_with("any", network, arguments, &mut out, &mut err);
    let text = [out, err].concat();
    without_colours(&String::from_utf8(text).expect("UTF-8"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..Default::default() })]

    #[test]
    fn no_output_has_what_is_not_printable(
        n in sample(),
        places in prop::collection::vec((any::<Index>(), 0..UNPRINTABLE.len()), 1..8),
    ) {
        let mut file: Value = serde_json::from_str(&n.network.to_json()).expect("JSON");
        for (place, text) in places {
            let mut before = file.clone();
            replace(&mut before, place, UNPRINTABLE[text]);
            // Where it would be no network, it stays as it was.
            if Network::from_json(&before.to_string()).is_ok() {
                file = before;
            }
        }
        let network = Network::from_json(&file.to_string()).expect("a network");
        for output in outputs(&network) {
            printed(&output)?;
        }
    }

    #[test]
    fn no_refusal_has_what_is_not_printable(n in sample(), place in any::<Index>(), text in 0..3_usize) {
        let mut file: Value = serde_json::from_str(&n.network.to_json()).expect("JSON");
        replace(&mut file, place, UNPRINTABLE[text]);
        if let Err(error) = Network::from_json(&file.to_string()) {
            printed(&error.to_string())?;
        }
    }

    /// A template may be anybody's.
    #[test]
    fn no_difference_has_what_is_not_printable(
        n in sample(),
        places in prop::collection::vec((any::<Index>(), 0..UNPRINTABLE.len()), 1..8),
    ) {
        let graph = Graph::new(&n.network);
        let plan = Plan::new(&name!("any"), &graph);
        let mut template: Value =
            serde_json::from_str(&emit::cloudformation(&plan)).expect("JSON");
        for (place, text) in places {
            replace(&mut template, place, UNPRINTABLE[text]);
        }
        let evil = "\u{1b}]0;evil\u{7}";
        template["Resources"][evil] = json!({ "Type": evil, "Properties": { evil: evil } });
        template["Outputs"][evil] = json!({ "Value": evil });
        let before = Stack::read(&template.to_string()).expect("a template");
        let diff = Diff::new(&before, &Stack::of(&plan));
        printed(&without_colours(&diff.render()))?;
        printed(&net_dsl::text::json(&diff).expect("JSON"))?;
    }
}

/// A line break in a text starts no line of a diagram.
#[test]
fn diagrams_have_the_lines_that_they_draw() {
    let with_label = |label: &str| {
        let at = json!(["main.rs:1:1"]);
        let facts = |kind: &str| json!({ "attributes": { "kind": [{ "value": kind, "at": at }] }, "bricks": [], "at": at });
        let link = json!({ "attributes": {}, "bricks": [], "at": at });
        let links = json!([{ "to": "desk", "verb": "routes", "label": label, "facts": link }]);
        let entities = json!({
            "api": { "facts": facts("http-api"), "links": links },
            "desk": { "facts": facts("function") },
        });
        let file = json!({ "format": "serverless-network", "version": 1, "entities": entities });
        Network::from_json(&file.to_string()).expect("a network")
    };
    let (plain, evil) =
        (with_label("GET /"), with_label("GET /\"|\n  n_evil -->|\"x\"| n_api\n#quot;\\\" ]\n"));
    let draw = [emit::mermaid, emit::dot, emit::svg];
    for draw in draw {
        let (plain, evil) = (draw(&plain), draw(&evil));
        assert_eq!(evil.lines().count(), plain.lines().count(), "{evil}");
        assert!(!evil.contains("  n_evil -->|\"x\"|"), "{evil}");
    }
}
