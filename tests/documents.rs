//! What the documents show is what the programs print.

use net_dsl::check::Severity;
use net_synth::{check::rules, emit};
use net_tests::networks::async_polling;

#[test]
fn the_readme_shows_the_picture_that_graph_prints() {
    let readme = include_str!("../README.md");
    let picture = format!("```mermaid\n{}```", emit::mermaid(&async_polling()));
    assert!(readme.contains(&picture), "put this into README.md:\n{picture}");
}

#[test]
fn the_page_of_checks_lists_every_rule() {
    let page = include_str!("../docs/checks.md");
    for rule in rules() {
        let severity = match rule.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let row = format!("| {} | {severity} | {} |", rule.code, rule.title);
        assert!(page.contains(&row), "put this into docs/checks.md:\n{row}");
    }
}

#[test]
fn the_page_of_exercises_lists_every_sum_of_the_bricks() {
    let page = include_str!("../docs/exercises.md");
    for (number, scenario) in (1..).zip(alexa_patterns::scenarios()) {
        let terms: Vec<_> = scenario.terms.iter().map(|term| format!("`{term}`")).collect();
        let row = format!("| {number} | {} | {} |", scenario.name, terms.join(" + "));
        assert!(page.contains(&row), "`cargo run --example scenarios` prints the tables:\n{row}");
    }
}
