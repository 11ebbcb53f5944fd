//! "Copy as test": a Rust test that does again what came from outside.

use crate::{
    dev::stats::{Input, Stats},
    engine::Engine,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

/// The message or item type of each entity, as the network says it.
pub(crate) type Types = BTreeMap<String, String>;

/// A test with everything that came from outside since the network was started.
pub(crate) fn program(engine: &Engine, stats: &Stats, types: &Types, network: &str) -> String {
    let wiring = &engine.wiring;
    let mut text = String::from(
        "use net_dsl::prelude::*;\nuse net_local::{self as local, Request};\n\n#[test]\n\
         fn what_happened_on_the_desk() {\n",
    );
    // Writing into a string does not fail.
    let _ = writeln!(text, "    // The network that `{network}` declares.");
    text.push_str("    let here = local::start(network())");
    let contracts: BTreeSet<(&str, &str)> = wiring
        .functions
        .iter()
        .map(|it| (it.contract.as_str(), it.contract_type.as_str()))
        .collect();
    for (contract, path) in contracts {
        let _ = write!(text, "\n        .handler::<{path}>(/* the handler of `{contract}` */)");
    }
    for service in wiring.services.iter().filter(|service| service.is_called) {
        let _ = write!(text, "\n        .service::<{}>(|_| HttpResponse::new(200))", service.name);
    }
    text.push_str(";\n");
    let unknown = String::from("_");
    let of = |name: &str| types.get(name).unwrap_or(&unknown);
    for input in &stats.counted().inputs {
        match input {
            Input::Request { api, method, path, body } => {
                let _ = write!(
                    text,
                    "    let api = HttpApi::builder().name(name!({api:?})).build();\n    \
                     let answer = here.request_to(&api, Request::new({method:?}, {path:?})"
                );
                if !body.is_empty() {
                    let _ = write!(text, ".body({})", raw(body));
                }
                text.push_str(");\n    println!(\"{}\", answer.status);\n");
            }
            Input::Message { to, body, group } => {
                let (kind, of) = (kind_of(engine, to, group.is_some()), of(to));
                let _ = writeln!(
                    text,
                    "    let sink = {kind}::<{of}>::builder().name(name!({to:?})).build();\n    \
                     let message: {of} = serde_json::from_str({}).expect(\"a message\");",
                    raw(body)
                );
                let _ = match group {
                    Some(group) => {
                        writeln!(text, "    here.send_in_group(&sink, {group:?}, &message);")
                    }
                    None => writeln!(text, "    here.send(&sink, &message);"),
                };
            }
            Input::Tick { schedule } => {
                let _ = writeln!(
                    text,
                    "    here.tick(&{}); // the schedule",
                    schedule.replace('-', "_").to_uppercase()
                );
            }
            Input::Item { table, json } => {
                let of = of(table);
                let _ = writeln!(
                    text,
                    "    let table = Table::<{of}>::builder().name(name!({table:?})).build();\n    \
                     here.table(&table).put(&serde_json::from_str({}).expect(\"an item\"));",
                    raw(json)
                );
            }
        }
        text.push_str("    here.settle();\n");
    }
    text.push_str(
        "    assert_eq!(here.failures(), Vec::<String>::new());\n    \
         for story in here.stories() {\n        println!(\"{story}\");\n    }\n}\n",
    );
    text
}

fn kind_of(engine: &Engine, name: &str, grouped: bool) -> &'static str {
    let wiring = &engine.wiring;
    let is_it = |entity: usize| wiring.name(entity) == name;
    if wiring.topics.iter().any(|topic| is_it(topic.entity)) {
        "Topic"
    } else if grouped || wiring.queues.iter().any(|queue| is_it(queue.entity) && queue.fifo) {
        "FifoQueue"
    } else {
        "Queue"
    }
}

/// A raw string of Rust.
fn raw(text: &str) -> String {
    let mut hashes = "#".to_owned();
    while text.contains(&format!("\"{hashes}")) {
        hashes.push('#');
    }
    format!("r{hashes}\"{text}\"{hashes}")
}

#[cfg(test)]
mod tests {
    use super::raw;

    #[test]
    fn texts_are_quoted_whatever_is_in_them() {
        assert_eq!(raw("{\"id\":1}"), "r#\"{\"id\":1}\"#");
        assert_eq!(raw("a\"#b"), "r##\"a\"#b\"##");
    }
}
