//! `network.json`: what is not one is refused, and says why.

use net_dsl::{Network, Runtime, binary, entity::function::CODE, folder};
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
