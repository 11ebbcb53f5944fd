#![doc = include_str!("visibility_below_six_timeouts.md")]

use super::visibility_below_timeout::{Pair, each};
use super::{Context, Findings, Rule, Severity};

/// Visibility timeout below six timeouts.
pub const RULE: Rule = Rule {
    code: "N306",
    severity: Severity::Warning,
    title: "visibility timeout below six timeouts",
    acceptable: true,
    explanation: include_str!("visibility_below_six_timeouts.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    each(context, |pair| {
        let Pair { queue, function, visibility, timeout, window, .. } = pair;
        if (timeout + window..pair.needed()).contains(&visibility) {
            let advised = match window {
                0 => format!("6 times the {timeout} s of `{}`", function.id),
                _ => format!(
                    "6 times the {timeout} s of `{}` and the batch window of {window} s",
                    function.id
                ),
            };
            let message = format!(
                "messages of `{}` come back after {visibility} s, less than {advised}",
                queue.id
            );
            findings.add(pair.finding(&RULE, message).why(
                "a throttled run is tried again while its messages are hidden; too short, and they are handled twice or counted dead",
            ));
        }
    });
}
