//! `network.json`: what is not one is refused, and says why.

use net_dsl::{check, entity::function::CODE, facts, prelude::*};
use net_tests::arbitrary::sample;
use proptest::{prelude::*, sample::Index};
use serde_json::{Value, json};

/// Written by hand from the documented format.
fn written_by_hand() -> Value {
    json!({
        "format": "serverless-network",
        "version": 1,
        "entities": {
            "clock": {
                "facts": {
                    "attributes": {
                        "kind": [{ "value": "schedule", "at": ["main.rs:3:5"] }],
                        "ticks": [
                            { "value": 60, "at": ["main.rs:3:5"] },
                            { "value": 300, "at": ["main.rs:9:5"] }
                        ]
                    },
                    "bricks": ["nightly"],
                    "at": ["main.rs:3:5"]
                },
                "links": [{
                    "to": "task",
                    "verb": "triggers",
                    "facts": { "attributes": {}, "bricks": [], "at": ["main.rs:5:5"] }
                }]
            },
            "task": {
                "facts": {
                    "attributes": { "kind": [{ "value": "function", "at": ["main.rs:4:5"] }] },
                    "bricks": ["nightly"],
                    "at": ["main.rs:4:5"]
                }
            }
        }
    })
}

fn refusal(file: &Value) -> String {
    Network::from_json(&file.to_string()).expect_err("this is to be refused").to_string()
}

#[test]
fn a_file_written_by_hand_is_read() {
    let network = Network::from_json(&written_by_hand().to_string()).expect("a network");
    assert_eq!(network.len(), 2);
    assert_eq!(network.links().count(), 1);
    let ticks = network.get(net_dsl::name!("clock")).and_then(|facts| facts.claims("ticks"));
    assert_eq!(ticks.map(|flat| flat.claims().len()), Some(2), "a conflict is kept");
}

#[test]
fn code_in_a_file_keeps_the_rules_of_code_in_a_program() {
    let code = |value: Value| {
        let mut file = written_by_hand();
        file["entities"]["task"]["facts"]["attributes"]["code"] =
            json!([{ "value": value, "at": ["main.rs:4:5"] }]);
        let network = Network::from_json(&file.to_string()).expect("a network");
        network.get(net_dsl::name!("task")).and_then(|facts| facts.get(CODE))
    };
    let folder = |path: &str, runtime: &str, handler: &str| {
        code(json!({ "folder": path, "runtime": runtime, "handler": handler }))
    };
    assert_eq!(code(json!("task")), Some(binary!("task")));
    assert_eq!(
        folder("jobs/task", "python3.13", "task.run"),
        Some(folder!("jobs/task", runtime = Runtime::PYTHON_3_13, handler = "task.run"))
    );
    assert_eq!(code(json!("../task")), None);
    assert_eq!(folder("../task", "python3.13", "task.run"), None);
    assert_eq!(folder("/etc", "python3.13", "task.run"), None);
    assert_eq!(folder("task", "PYTHON", "task.run"), None);
    assert_eq!(folder("task", "python3.13", "task"), None);
    assert_eq!(code(json!({ "folder": "task", "runtime": "python3.13" })), None);
}

#[test]
fn another_version_is_refused_by_its_number() {
    let mut file = written_by_hand();
    file["version"] = json!(2);
    file["entities"] = json!("whatever version 2 has here");
    let message = refusal(&file);
    assert!(message.contains("version 2") && message.contains("version 1"), "{message}");
}

#[test]
fn what_is_damaged_is_refused_with_the_reason() {
    type Damage = fn(&mut Value);
    let cases: [(Damage, &str); 9] = [
        (|file| file["format"] = json!("shopping-list"), "not a network file"),
        (|file| file["version"] = Value::Null, "no version"),
        (|file| file["extra"] = json!(1), "unknown field `extra`"),
        (
            |file| file["entities"]["Clock"] = file["entities"]["task"].clone(),
            "`Clock` is not a name",
        ),
        (|file| file["entities"]["clock"]["links"][0]["to"] = json!("nobody"), "`nobody`"),
        (
            |file| file["entities"]["clock"]["links"][0]["verb"] = json!("fires"),
            "`fires` is not a verb",
        ),
        (|file| file["entities"]["task"]["facts"]["at"] = json!(["main.rs"]), "`main.rs` is not"),
        (|file| file["entities"]["task"]["facts"]["mood"] = json!("good"), "unknown field `mood`"),
        (|file| file["entities"] = json!([]), "damaged"),
    ];
    for (damage, reason) in cases {
        let mut file = written_by_hand();
        damage(&mut file);
        let message = refusal(&file);
        assert!(message.contains(reason), "{message} does not say {reason}");
    }
}

#[test]
fn a_deeply_nested_file_is_refused() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(Network::from_json(&deep).is_err());
    let inside = format!(r#"{{"format":"serverless-network","version":1,"entities":{deep}}}"#);
    assert!(Network::from_json(&inside).is_err());
}

/// A value inside so many arrays.
fn nested(levels: usize) -> Value {
    (0..levels).fold(json!("at the bottom"), |inside, _| vec![inside].into())
}

fn with_value(value: &Value) -> Network {
    let group = Raw::builder()
        .name(name!("group"))
        .resource_type(resource_type!("AWS::Scheduler::ScheduleGroup"))
        .properties(json!({ "Tags": value }));
    group.build().network()
}

/// No depth makes a value another without a word: it is kept, or it is found and refused.
#[test]
fn a_value_that_is_nested_too_deep_is_refused_and_no_null() {
    const TAGS: &str = "property/resource/Tags";
    for levels in [1, 63, 64, 65, 110, 127, 128, 129, 500] {
        let network = with_value(&nested(levels));
        let facts = network.get(name!("group")).expect("it is there");
        let value = facts.claims(TAGS).and_then(|flat| flat.agreed()).expect("a value").to_json();
        assert!(!value.is_null(), "{levels}");
        let found = check::check(&network).iter().any(|finding| {
            finding.rule.code == "N107" && finding.is_fatal() && finding.message.contains("Tags")
        });
        assert_eq!(found, levels > facts::Value::MAX_NESTING, "{levels}");
        assert_eq!(value == nested(levels), levels <= facts::Value::MAX_NESTING + 1, "{levels}");
        assert_eq!(Network::from_json(&network.to_json()), Ok(network), "{levels}");

        let mut file = written_by_hand();
        file["entities"]["task"]["facts"]["attributes"][TAGS] =
            json!([{ "value": nested(levels), "at": [] }]);
        match Network::from_json(&file.to_string()) {
            Ok(network) => {
                let found = check::check(&network).iter().any(|f| f.rule.code == "N107");
                assert_eq!(found, levels > facts::Value::MAX_NESTING, "{levels}");
            }
            Err(error) => {
                assert!(levels > 100 && error.to_string().contains("recursion"), "{error}")
            }
        }
    }
}

/// The text of a value whose object of a number has its last key twice.
fn with_a_key_twice(value: &Value, number: &mut usize) -> String {
    match value {
        Value::Object(map) => {
            let is_chosen = !map.is_empty() && {
                *number = number.wrapping_sub(1);
                *number == usize::MAX
            };
            let mut entries: Vec<_> = map
                .iter()
                .map(|(key, value)| format!("{}:{}", json!(key), with_a_key_twice(value, number)))
                .collect();
            if is_chosen {
                entries.extend(entries.last().cloned());
            }
            format!("{{{}}}", entries.join(","))
        }
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| with_a_key_twice(item, number)).collect();
            format!("[{}]", items.join(","))
        }
        other => other.to_string(),
    }
}

/// Objects that have a key.
fn count_objects(value: &Value) -> usize {
    match value {
        Value::Object(map) => {
            usize::from(!map.is_empty()) + map.values().map(count_objects).sum::<usize>()
        }
        Value::Array(items) => items.iter().map(count_objects).sum(),
        _ => 0,
    }
}

/// At every level: the file, its entities, attributes, links, claims, and inside values.
#[test]
fn a_key_that_is_there_twice_is_refused() {
    let mut file = written_by_hand();
    file["entities"]["task"]["facts"]["attributes"]["property/function/Tags"] =
        json!([{ "value": { "a": [{ "b": { "c": 1 } }] }, "at": ["main.rs:4:5"] }]);
    let objects = count_objects(&file);
    assert_eq!(objects, 18);
    for number in 0..objects {
        let text = with_a_key_twice(&file, &mut number.clone());
        let error = Network::from_json(&text).expect_err(&text).to_string();
        assert!(error.contains("twice") || error.contains("duplicate field"), "{error}");
        // The type reads as strictly as the function.
        assert!(serde_json::from_str::<Network>(&text).is_err(), "{text}");
    }
    assert!(Network::from_json(&with_a_key_twice(&file, &mut objects.clone())).is_ok());
}

#[test]
fn what_is_listed_twice_is_refused() {
    type Change = fn(&mut Value);
    let cases: [(Change, &str); 4] = [
        (
            |file| {
                let links = &mut file["entities"]["clock"]["links"];
                *links = json!([links[0], links[0]]);
            },
            "`clock triggers task` is there twice",
        ),
        (
            |file| {
                let ticks = &mut file["entities"]["clock"]["facts"]["attributes"]["ticks"];
                *ticks = json!([ticks[0], ticks[0]]);
            },
            "one value twice",
        ),
        (
            |file| file["entities"]["clock"]["facts"]["attributes"]["ticks"] = json!([]),
            "without a value",
        ),
        (|file| file["entities"]["clock"]["facts"]["bricks"] = json!(["a\nb"]), "is not a name"),
    ];
    for (damage, reason) in cases {
        let mut file = written_by_hand();
        damage(&mut file);
        let message = refusal(&file);
        assert!(message.contains(reason), "{message} does not say {reason}");
    }
}

fn with_position(at: &str) -> Network {
    let mut file = written_by_hand();
    file["entities"]["task"]["facts"]["at"] = json!([format!("{at}:4:5")]);
    Network::from_json(&file.to_string()).expect("a network")
}

fn position(network: &Network) -> String {
    let facts = network.get(name!("task")).expect("it is there");
    facts.origins().first().expect("a position").file().to_owned()
}

/// Whatever the workspace looks like, and wherever cargo keeps what is not in it.
#[test]
fn positions_are_the_same_on_every_machine() {
    let registry = "/home/me/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f";
    let checkouts = "/home/me/.cargo/git/checkouts/bricks-0a1b2c/d3e4f5";
    for (file, portable) in [
        // The workspace's own, also where a package of it is called what cargo's folders are.
        ("src/main.rs", "src/main.rs"),
        ("shop/src/bricks/front.rs", "shop/src/bricks/front.rs"),
        ("crates/registry/src/lib.rs", "crates/registry/src/lib.rs"),
        ("crates/git/checkouts/shop/src/lib.rs", "crates/git/checkouts/shop/src/lib.rs"),
        ("../shared/src/lib.rs", "../shared/src/lib.rs"),
        (&format!("{registry}/bricks-1.0.0/src/lib.rs"), "bricks-1.0.0/src/lib.rs"),
        (&format!("{checkouts}/src/lib.rs"), "d3e4f5/src/lib.rs"),
        (&format!("{checkouts}/crates/front/src/till.rs"), "front/src/till.rs"),
        // A package beside the workspace, or one of the workspace outside of its folder.
        ("/home/me/shared/src/lib.rs", "shared/src/lib.rs"),
        ("/home/me/src/shop/src/front/till.rs", "shop/src/front/till.rs"),
        ("/home/me/src/shop/examples/all.rs", "shop/examples/all.rs"),
        ("/home/me/shop/src/tests/till.rs", "shop/src/tests/till.rs"),
        ("/home/me/shop/tests/laws.rs", "shop/tests/laws.rs"),
        ("/home/me/shop/build.rs", "shop/build.rs"),
        ("/rustc/ac00fe/library/core/src/ops/function.rs", "core/src/ops/function.rs"),
        ("/src/main.rs", "src/main.rs"),
        ("/a.rs", "a.rs"),
        ("C:\\Users\\me\\shop\\src\\main.rs", "shop\\src\\main.rs"),
        ("C:/src/main.rs", "src/main.rs"),
        ("\\\\?\\C:\\shop\\src\\main.rs", "shop\\src\\main.rs"),
    ] {
        let network = with_position(file);
        assert_eq!(position(&network), portable, "{file}");
        assert!(!network.to_json().contains("/home"), "{file}");
        assert_eq!(Network::from_json(&network.to_json()), Ok(network));
    }
    let elsewhere = Name::literal("orders", "/home/me/shared/src/lib.rs", 3, 5);
    assert_eq!(elsewhere.origin().to_string(), "shared/src/lib.rs:3:5");
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[a-z]{1,8}", inner, 0..4)
                .prop_map(|map| map.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

/// Every place in a JSON value.
fn pointers(value: &Value, at: String, out: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                let key = key.replace('~', "~0").replace('/', "~1");
                pointers(inner, format!("{at}/{key}"), out);
            }
        }
        Value::Array(items) => {
            for (number, inner) in items.iter().enumerate() {
                pointers(inner, format!("{at}/{number}"), out);
            }
        }
        _ => {}
    }
    out.push(at);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..Default::default() })]

    /// No position is absolute, and each is read as it was written.
    #[test]
    fn any_position_is_portable(file in "([/\\\\]|C:)?(src|tests|[a-z]:?|[/\\\\:.]|\\PC){0,12}") {
        let network = with_position(&file);
        let portable = position(&network);
        let bytes = portable.as_bytes();
        prop_assert!(!portable.starts_with(['/', '\\']) && bytes.get(1) != Some(&b':'), "{}", portable);
        prop_assert_eq!(Network::from_json(&network.to_json()), Ok(network));
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,200}") {
        let _ = Network::from_json(&text);
    }

    /// One value of a good file replaced: what is still a network is checked, planned and written
    /// without a panic.
    #[test]
    fn a_file_with_one_wrong_value_is_read_or_refused(
        n in sample(),
        place in any::<Index>(),
        other in any_json(),
    ) {
        let mut file: Value = serde_json::from_str(&n.network.to_json()).expect("JSON");
        let mut places = Vec::new();
        pointers(&file, String::new(), &mut places);
        if let Some(value) = file.pointer_mut(place.get(&places).as_str()) {
            *value = other;
        }
        if let Ok(network) = Network::from_json(&file.to_string()) {
            let graph = net_dsl::Graph::new(&network);
            let plan = net_synth::Plan::new(&net_dsl::name!("any"), &graph);
            let findings = net_synth::check::check(&plan, &graph);
            net_synth::report::render(&findings);
            net_synth::emit::cloudformation(&plan);
            prop_assert_eq!(Network::from_json(&network.to_json()), Ok(network));
        }
    }
}
