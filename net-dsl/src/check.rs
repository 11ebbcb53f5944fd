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

pub mod asker_faster_than_asked;
pub mod attribute_conflict;
pub mod batch_window_on_deadline_path;
pub mod bucket_loop;
mod budget;
pub mod bus_loop;
pub mod competing_consumers;
mod context;
mod deadline_path;
pub mod event_of_aws;
pub mod fifo_and_standard;
mod finding;
pub mod function_policy_size;
pub mod function_without_code;
pub mod function_without_trigger;
pub mod http_deadline_over_limit;
pub mod idle_source;
pub mod impossible_condition;
pub mod invoke_cycle;
mod kind_claims;
pub mod large_batch_without_window;
pub mod name_too_long;
pub mod need_with_two_links;
pub mod need_without_link;
pub mod needless_acceptance;
pub mod no_dead_letter_queue;
pub mod one_route_several_links;
pub mod overlapping_events;
pub mod overlapping_objects;
pub mod overridden_link;
pub mod placeholder_called;
pub mod queue_loop;
pub mod queue_without_consumer;
pub mod reserved_concurrency_too_low;
pub mod retention_too_short;
pub mod schedule_faster_than_function;
pub mod schedule_slower_than_deadline;
pub mod shared_package;
pub mod skill_without_deadline;
pub mod stream_with_many_readers;
pub mod stream_without_images;
mod subject;
pub mod timeout_over_http_limit;
pub mod timeouts_over_deadline;
pub mod too_many_routes;
pub mod transposed_link;
pub mod tried_once;
pub mod two_kinds;
pub mod undeclared_entity;
pub mod untold_objects;
pub mod value_nested_too_deep;
pub mod visibility_below_six_timeouts;
pub mod visibility_below_timeout;

pub use context::Context;
pub use finding::{Acceptance, Finding, Findings, Label, Rule, Severity};

use crate::{Graph, Network};
use subject::Subject;

/// Lists the rules in order of code. Their modules are plain `mod` lines, so that rustfmt reaches them.
macro_rules! rules {
    ($($rule:ident)*) => {
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
    name_too_long
    value_nested_too_deep
    overridden_link
    need_without_link
    need_with_two_links
    function_without_trigger
    function_without_code
    idle_source
    shared_package
    reserved_concurrency_too_low
    function_policy_size
    queue_without_consumer
    competing_consumers
    fifo_and_standard
    no_dead_letter_queue
    visibility_below_timeout
    visibility_below_six_timeouts
    large_batch_without_window
    retention_too_short
    tried_once
    stream_with_many_readers
    stream_without_images
    batch_window_on_deadline_path
    schedule_slower_than_deadline
    timeouts_over_deadline
    timeout_over_http_limit
    asker_faster_than_asked
    http_deadline_over_limit
    skill_without_deadline
    schedule_faster_than_function
    invoke_cycle
    queue_loop
    one_route_several_links
    too_many_routes
    bucket_loop
    overlapping_events
    overlapping_objects
    event_of_aws
    placeholder_called
    impossible_condition
    bus_loop
    untold_objects
}

/// All findings of the rules over networks, worst first. O(n log n).
pub fn check(network: &Network) -> Vec<Finding> {
    let graph = Graph::new(network);
    let mut findings = Findings::new();
    run(&Context::new(&graph), &mut findings);
    findings.finish(&graph)
}
