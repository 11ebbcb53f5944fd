//! Checks: what the compiler cannot see in one link, found in the whole network.
//!
//! Each rule is a module of its own, with a code that never changes, and its documentation is what
//! `explain CODE` prints. A finding can be accepted, with a reason: [`accept`](crate::accept).
//!
//! ```
//! use net_dsl::{check, prelude::*};
//!
//! # contract! { pub Task: Tick => () {} }
//! let task = Function::<Task>::builder().name(name!("task")).build();
//! let findings = check::check(&task.network());
//! let codes: Vec<_> = findings.iter().map(|finding| finding.rule.code).collect();
//! assert_eq!(codes, ["N204", "N203"]);
//! ```

mod budget;
mod context;
mod finding;

pub use context::Context;
pub use finding::{Acceptance, Finding, Findings, Label, Rule, Severity};

use crate::{Graph, Network};

/// Declares the rules, one module a rule, each with its documentation beside it.
macro_rules! rules {
    ($($rule:ident)*) => {
        $(
            #[doc = include_str!(concat!("check/", stringify!($rule), ".md"))]
            pub mod $rule;
        )*

        /// Every rule over networks, in order of code.
        pub const RULES: &[&Rule] = &[$(&$rule::RULE),*];

        /// Runs every rule over networks. O(n log n).
        pub fn run(context: &Context<'_, '_>, findings: &mut Findings) {
            $(
                findings.ran(&$rule::RULE);
                $rule::find(context, findings);
            )*
        }
    };
}

rules! {
    attribute_conflict
    two_kinds
    undeclared_entity
    transposed_link
    needless_acceptance
    need_without_link
    need_with_two_links
    function_without_trigger
    function_without_code
    idle_source
    queue_without_consumer
    competing_consumers
    fifo_and_standard
    no_dead_letter_queue
    visibility_below_timeout
    visibility_below_six_timeouts
    large_batch_without_window
    batch_window_on_deadline_path
    schedule_slower_than_deadline
    timeouts_over_deadline
    timeout_over_http_limit
    invoke_cycle
    queue_loop
}

/// All findings of the rules over networks, worst first. O(n log n).
pub fn check(network: &Network) -> Vec<Finding> {
    let graph = Graph::new(network);
    let mut findings = Findings::new();
    run(&Context::new(&graph), &mut findings);
    findings.finish(&graph)
}
