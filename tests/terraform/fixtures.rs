//! The networks whose configurations are compared with templates, and planned by Terraform.

use net_dsl::{
    Graph, Name, Network,
    prelude::*,
    property::{self, lambda, sqs},
};
use net_synth::{Plan, emit};
use net_tests::{everything::everything, networks::examples};
use serde_json::{Value, json};

pub(crate) fn networks() -> [(Name, Network); 4] {
    let [sync, push, polling] = examples();
    [sync, push, polling, (name!("everything"), everything())]
}

/// The configuration of a network, and the template.
pub(crate) fn both(name: &Name, network: &Network) -> (Value, Value) {
    let graph = Graph::new(network);
    let plan = Plan::new(name, &graph);
    let read = |text: String| serde_json::from_str(&text).expect("JSON");
    (read(emit::terraform(&plan)), read(emit::cloudformation(&plan)))
}

pub(crate) struct Work;
messages! { Work }
contract! { pub(crate) Worker: Work => () {} }

pub(crate) fn worker() -> Function<Worker> {
    Function::builder().name(name!("worker")).code(binary!("worker")).build()
}

pub(crate) fn jobs() -> Queue<Work> {
    Queue::builder().name(name!("jobs")).build()
}

/// Overrides that mean nothing to the provider: no argument, or a function of CloudFormation.
pub(crate) fn beyond_the_provider() -> Network {
    jobs().triggers(&worker())
        + property::set(
            &worker(),
            lambda::function::RUNTIME_MANAGEMENT_CONFIG_UPDATE_RUNTIME_ON,
            "Auto",
        )
        + property::set(&jobs(), sqs::queue::TAGS, json!([{ "Key": "A", "Value": { "Ref": "B" } }]))
}

pub(crate) fn long_names() -> Network {
    let name = Name::new(&"a".repeat(Name::MAX_LENGTH)).expect("a name");
    let function = Function::<Worker>::builder().name(name).code(binary!("worker")).build();
    jobs().triggers(&function).into()
}
