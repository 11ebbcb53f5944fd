//! All sums of the case study's bricks: what they share, what each adds, and which bricks can take each other's
//! place.
//!
//! ```console
//! $ cargo run --example scenarios
//! $ cargo run --example scenarios -- async-waiting-home graph > picture.mmd
//! ```

#![allow(clippy::print_stdout)]

use alexa_patterns::scenarios::{
    DISPATCHERS, ENTRYPOINTS, PROCESSORS, SOURCES, Scenario, Term, scenarios,
};
use net_dsl::{Graph, Id, Network};
use net_synth::{Plan, check};
use std::{collections::BTreeSet, env, process::ExitCode};

fn main() -> ExitCode {
    let scenarios = scenarios();
    let mut arguments = env::args_os().skip(1);
    let Some(wanted) = arguments.next() else {
        print_sums(&scenarios);
        print_matrix(&scenarios);
        print_places();
        return ExitCode::SUCCESS;
    };
    match scenarios.into_iter().find(|scenario| *scenario.name.to_string() == *wanted) {
        Some(Scenario { name, network, .. }) => {
            // The rest is said as to any other program that declares a network.
            let rest = env::args_os().take(1).chain(arguments);
            let (mut out, mut err) = (std::io::stdout(), std::io::stderr());
            net_synth::run_with(&name.to_string(), &network, rest, &mut out, &mut err)
        }
        None => {
            println!("there is no such scenario; without one, all of them are listed");
            ExitCode::from(2)
        }
    }
}

/// The entities that are declared.
fn entities(network: &Network) -> BTreeSet<Id> {
    let declared = network.entities().filter(|(id, _)| network.kind(*id).is_some());
    declared.map(|(id, _)| id.clone()).collect()
}

fn print_sums(scenarios: &[Scenario]) {
    println!("| # | scenario | sum | entities | links | resources | findings |");
    println!("|---:|---|---|---:|---:|---:|---|");
    for (number, Scenario { name, terms, network }) in (1..).zip(scenarios) {
        let graph = Graph::new(network);
        let plan = Plan::new(name, &graph);
        let findings = check::check(&plan, &graph);
        let open: Vec<_> =
            findings.iter().filter(|it| it.accepted.is_none()).map(|it| it.rule.code).collect();
        println!(
            "| {number} | {name} | {} | {} | {} | {} | {} |",
            terms.iter().map(|term| format!("`{term}`")).collect::<Vec<_>>().join(" + "),
            entities(network).len(),
            network.links().count(),
            plan.resources.len(),
            if open.is_empty() { "none".to_owned() } else { open.join(", ") },
        );
    }
}

fn print_matrix(scenarios: &[Scenario]) {
    let sets: Vec<_> = scenarios.iter().map(|scenario| entities(&scenario.network)).collect();
    let all: BTreeSet<&Id> = sets.iter().flatten().collect();
    let (shared, others): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|id| sets.iter().all(|set| set.contains(*id)));
    let names: Vec<_> = shared.iter().map(|id| format!("`{id}`")).collect();
    println!("\nShared by all: {}.\n", names.join(", "));
    let numbers: Vec<_> = (1..=scenarios.len()).map(|number| number.to_string()).collect();
    println!("| adds | {} |", numbers.join(" | "));
    println!("|---|{}", ":-:|".repeat(scenarios.len()));
    for id in others {
        let has = sets.iter().map(|set| if set.contains(id) { "●" } else { "" });
        println!("| `{id}` | {} |", has.collect::<Vec<_>>().join(" | "));
    }
}

fn print_places() {
    println!("\n| place | can be taken by | open ends of each |");
    println!("|---|---|---|");
    let places: [(&str, &[Term]); 4] = [
        ("entrypoint", &ENTRYPOINTS),
        ("processor", &PROCESSORS),
        ("source of events", &SOURCES),
        ("dispatcher", &DISPATCHERS),
    ];
    for (place, terms) in places {
        let ends: Vec<_> = terms.iter().map(|term| (term.brick)().open_ends()).collect();
        let alike = if ends.iter().all(|one| *one == ends[0]) { "" } else { " (NOT ALIKE)" };
        let names: Vec<_> = terms.iter().map(|term| format!("`{}`", term.function)).collect();
        let ends: Vec<_> = ends[0].iter().map(|end| format!("`{end:?}`")).collect();
        println!("| {place} | {}{alike} | {} |", names.join(", "), ends.join(", "));
    }
}
