//! Checks of what only a plan shows: the limits of AWS that a network as a whole runs into.

pub mod environment_size;
pub mod key_policy;
pub mod key_policy_elsewhere;
pub mod physical_name;
pub mod policy_size;
pub mod property_limits;
pub mod raw_shape;
pub mod reference_cycle;
pub mod reference_to_nothing;
pub mod shared_name;
pub mod stack_limits;
pub mod terraform_refusal;
pub mod untold_permission;

use crate::Plan;
use net_dsl::{
    Graph,
    check::{self, Context, Finding, Findings, Rule},
};

/// Lists the rules in order of code. Their modules are plain `mod` lines, so that rustfmt reaches them.
macro_rules! rules {
    ($($rule:ident)*) => {
        /// Every rule over plans, in order of code.
        pub const RULES: &[&Rule] = &[$(&$rule::RULE),*];

        fn run(plan: &Plan<'_>, graph: &Graph<'_>, findings: &mut Findings) {
            $(
                findings.ran(&$rule::RULE);
                $rule::find(plan, graph, findings);
            )*
        }
    };
}

rules! {
    environment_size
    policy_size
    stack_limits
    physical_name
    property_limits
    untold_permission
    key_policy
    key_policy_elsewhere
    shared_name
    reference_to_nothing
    raw_shape
    reference_cycle
}

/// All findings of a network and its plan, worst first. O(n log n).
///
/// ```
/// use net_dsl::{Graph, prelude::*};
/// use net_synth::{Plan, check};
///
/// # contract! { pub Task: Tick => () {} }
/// # let clock = Schedule::builder().name(name!("clock")).rate(minutes!(5)).build();
/// # let task = Function::<Task>::builder().name(name!("task")).code(binary!("task")).build();
/// let network = Network::from(clock.triggers(&task));
/// let graph = Graph::new(&network);
/// assert!(check::check(&Plan::new(&name!("chores"), &graph), &graph).is_empty());
/// ```
pub fn check(plan: &Plan<'_>, graph: &Graph<'_>) -> Vec<Finding> {
    findings(plan, graph, |_, _, _| {})
}

/// The same, and what Terraform would refuse of `main.tf.json`. O(n log n).
pub fn check_for_terraform(plan: &Plan<'_>, graph: &Graph<'_>) -> Vec<Finding> {
    findings(plan, graph, terraform_refusal::find)
}

fn findings(
    plan: &Plan<'_>,
    graph: &Graph<'_>,
    more: fn(&Plan<'_>, &Graph<'_>, &mut Findings),
) -> Vec<Finding> {
    let mut findings = Findings::new();
    check::run(&Context::new(graph), &mut findings);
    run(plan, graph, &mut findings);
    // Who accepts it is told that it cannot be accepted, whether or not it was looked for.
    findings.ran(&terraform_refusal::RULE);
    more(plan, graph, &mut findings);
    findings.finish(graph)
}

/// The rule of a code, over networks or plans, in whatever case it is written.
pub fn rule(code: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.code.eq_ignore_ascii_case(code))
}

/// Every rule, over networks and plans, in order of code.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    check::RULES.iter().chain(RULES).copied().chain([&terraform_refusal::RULE])
}
