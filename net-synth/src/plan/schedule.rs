//! Schedules, one for each function that they start, with the role it is started in.

use super::{
    LogicalId, Need, Part, Planned, Planner, Value, extra, function,
    key::Encryption,
    policy::{self, allow},
    types,
    value::{fixed, object},
};
use net_dsl::{Link, Verb, entity::schedule};

pub(super) struct Schedule;

/// What the function is given: a [`net_dsl::Tick`]; Scheduler fills in the time.
const INPUT: &str = r#"{"scheduled_at":"<aws.scheduler.scheduled-time>"}"#;

const ENCRYPTION: Encryption = Encryption { property: "schedule/KmsKeyArn", links: &[], via: None };

impl Planned for Schedule {
    fn main(&self) -> Option<&'static str> {
        None
    }

    fn own_type(&self) -> Option<&'static str> {
        None
    }

    fn resources(&self, planner: &mut Planner<'_, '_>, number: usize) {
        let node = planner.node(number);
        let (id, facts) = (node.id, node.facts);
        let Some(expression) = facts.setting(schedule::TICKS) else { return };
        let maximum_age = schedule::rate(&expression).unwrap_or(86_400);
        for (to, link) in node.outgoing(Verb::Triggers) {
            let target = planner.node(to).id;
            let role = LogicalId::of_link(id, target, "", "Role");
            let properties = object! {
                "ScheduleExpression": expression.clone(),
                "FlexibleTimeWindow": object! { "Mode": "OFF" },
                "Target": object! {
                    "Arn": planner.arn(to),
                    "RoleArn": Value::Arn(role.clone()),
                    "Input": INPUT,
                    // A tick that could not be delivered is dropped when the next is due.
                    "RetryPolicy": object! {
                        "MaximumEventAgeInSeconds": maximum_age.clamp(60, 86_400),
                        "MaximumRetryAttempts": 3_u64,
                    },
                },
            };
            let schedule = LogicalId::of_link(id, target, "", "Schedule");
            planner.add(schedule, Part::of(id, facts, "schedule"), types::SCHEDULE, properties);
            let sid = planner.sid("Starts", to);
            let statement = allow(sid, &["lambda:InvokeFunction"], planner.arn(to));
            let key = planner.key(facts, ENCRYPTION.property);
            let key = key.and_then(|key| key.allows("UsesKey".into(), &["kms:Decrypt"], None));
            let lost = extra::lost_ticks(planner, facts);
            let statements = [statement].into_iter().chain(key).chain(lost).collect();
            let trust = fixed!(policy::trust("scheduler.amazonaws.com", true));
            let properties = function::role(trust, statements);
            planner.add(role, Part::of(id, link.facts(), "role"), types::ROLE, properties);
        }
    }

    fn feeds(&self, _: &Planner<'_, '_>, _: usize, _: &Link) -> Option<Value> {
        None
    }

    fn encryption(&self) -> Option<&'static Encryption> {
        Some(&ENCRYPTION)
    }

    fn serves(&self, _: &Planner<'_, '_>, _: usize, _: usize, _: &Link) -> Need {
        Need::default()
    }
}
