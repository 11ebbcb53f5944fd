#![doc = include_str!("schedule_slower_than_deadline.md")]

use super::context::Deadline;
use super::{Context, Finding, Findings, Rule, Severity};
use crate::{
    GraphNode, Verb,
    entity::{DEADLINE, Kind, schedule::TICKS},
};

/// Schedule slower than a deadline on the path it feeds.
pub const RULE: Rule = Rule {
    code: "N402",
    severity: Severity::Warning,
    title: "schedule slower than a deadline on the path it feeds",
    acceptable: true,
    explanation: include_str!("schedule_slower_than_deadline.md"),
};

pub(super) fn find(context: &Context<'_, '_>, findings: &mut Findings) {
    for (number, table) in context.graph.of_kind(Kind::Table) {
        let Some(deadline) = waiting(context, table) else { continue };
        let mut fastest = None;
        let mut in_time = false;
        for (reader, _) in table.incoming(Verb::Reads) {
            // Who writes on the way to the deadline looks too early.
            if context.deadlines()[reader].is_none_or(|other| other.set_by != deadline.set_by) {
                let started = context.started_by()[reader];
                in_time |= started.event;
                fastest = fastest.into_iter().chain(started.schedule).min();
            }
        }
        // A stream tells of every write at once.
        in_time |= context.graph.nodes()[number].outgoing(Verb::Triggers).next().is_some();
        if let Some((period, schedule)) = fastest
            && !in_time
            && period > deadline.seconds
        {
            findings.add(finding(context, table, deadline, period, context.node(schedule)));
        }
    }
}

/// The deadline of what is written to a table, the tightest if there are several.
fn waiting(context: &Context<'_, '_>, table: &GraphNode<'_>) -> Option<Deadline> {
    table.incoming(Verb::Writes).filter_map(|(writer, _)| context.deadlines()[writer]).min()
}

fn finding(
    context: &Context<'_, '_>,
    table: &GraphNode<'_>,
    deadline: Deadline,
    period: u64,
    schedule: &GraphNode<'_>,
) -> Finding {
    let source = context.node(deadline.set_by);
    let due = deadline.seconds;
    let message = format!(
        "`{}` ticks every {period} s, and what enters `{}` is due in {due} s",
        schedule.id, source.id
    );
    Finding::new(&RULE, schedule.id, message)
        .given(schedule.facts, TICKS.key(schedule.facts), "the schedule")
        .given(source.facts, DEADLINE.key(), "the deadline")
        .declared(table.facts, "where it waits to be looked at")
        .why(format!(
            "only clocks look at `{}`: a tick comes in time for {} % of what waits there; \
             the mean delay is {} s, the longest {period} s",
            table.id,
            100 * due / period,
            period / 2
        ))
        .help(
            "poll while somebody waits: send a message with a delay of 1 s to a queue whose \
             consumer looks once and sends it again until the deadline, as the brick \
             `waiting_poll()` of the case study does",
        )
        .help("or let the other side push what has changed, through a route or a queue")
}
