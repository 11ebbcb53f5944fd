//! Alexa skills: who may start the functions that answer them.

use super::{LogicalId, Need, Output, Parameter, Planned, Planner, Value, http_api::permission};
use net_dsl::{Link, Verb};

pub(super) struct AlexaSkill;

impl Planned for AlexaSkill {
    fn main(&self) -> Option<&'static str> {
        None
    }

    fn own_type(&self) -> Option<&'static str> {
        None
    }

    fn resources(&self, planner: &mut Planner<'_, '_>, number: usize) {
        let node = planner.node(number);
        let token = LogicalId::of(node.id, "SkillId");
        for (to, link) in node.outgoing(Verb::Triggers) {
            let condition = (&"EventSourceToken", Value::Ref(token.clone()));
            permission(planner, node, to, link, "alexa-connectedhome.amazon.com", condition);
            planner.plan.outputs.push(Output {
                id: LogicalId::of_link(node.id, planner.node(to).id, "", "Endpoint"),
                description: format!(
                    "What the Alexa console wants as the endpoint of {}.",
                    node.id
                ),
                value: planner.arn(to),
            });
        }
        planner.plan.parameters.push(Parameter {
            id: token,
            description: format!("The id of the skill {}, as the Alexa console shows it.", node.id),
            default: None,
            pattern: "^amzn1\\.ask\\.skill\\.[0-9a-f-]+$",
            constraint: "a skill's id, as in amzn1.ask.skill.12345678-abcd-1234-abcd-123456789012",
            entity: Some(node.id),
        });
    }

    fn feeds(&self, _: &Planner<'_, '_>, _: usize, _: &Link) -> Option<Value> {
        None
    }

    fn serves(&self, _: &Planner<'_, '_>, _: usize, _: usize, _: &Link) -> Need {
        Need::default()
    }
}
