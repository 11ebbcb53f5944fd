#![doc = include_str!("visibility_below_six_timeouts.md")]

use super::visibility_below_timeout::{each, finding};
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
    each(context, |queue, visibility, function, timeout| {
        if visibility >= timeout && visibility < 6 * timeout {
            let message = format!(
                "messages of `{}` come back after {visibility} s, less than 6 times the {timeout} s of `{}`",
                queue.id, function.id
            );
            findings.add(
                finding(&RULE, queue, function, message)
                    .why("a throttled run is tried again while its messages are hidden; too short, and they are handled twice or counted dead")
                    .help(format!("leave `visibility_timeout` out: it becomes {} s", 6 * timeout)),
            );
        }
    });
}
