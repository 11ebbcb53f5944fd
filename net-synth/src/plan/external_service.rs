//! External services: what a deployment is asked about them.

use super::{LogicalId, Need, Parameter, Planned, Planner, Value, policy::allow};
use net_dsl::{
    Link, Verb, binding,
    entity::{MESSAGE, external_service},
};

pub(super) struct ExternalService;

impl Planned for ExternalService {
    fn main(&self) -> Option<&'static str> {
        None
    }

    fn own_type(&self) -> Option<&'static str> {
        None
    }

    fn resources(&self, planner: &mut Planner<'_, '_>, number: usize) {
        let node = planner.node(number);
        if node.incoming(Verb::Calls).next().is_none() {
            return;
        }
        planner.plan.parameters.push(Parameter {
            id: LogicalId::of(node.id, "BaseUrl"),
            description: format!("The base URL of {}, without a slash at the end.", node.id),
            default: node.facts.get(external_service::BASE_URL),
            // What `net-runtime` binds: secrets go over HTTPS, or stay on one machine.
            pattern: "^(https://[^\\s/?#]+|http://(localhost|127\\.[0-9.]+|\\[::1\\])(:[0-9]+)?)(/[^\\s?#]*[^\\s/?#])?$",
            constraint: "a URL of HTTPS without a query, a fragment or a slash at the end; http:// only to localhost",
            entity: Some(node.id),
        });
        if node.facts.is(external_service::SECRET) {
            planner.plan.parameters.push(Parameter {
                id: LogicalId::of(node.id, "CredentialsArn"),
                description: format!(
                    "The ARN of the Secrets Manager secret that calls of {} need.",
                    node.id
                ),
                default: None,
                pattern: "^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:\\S+$",
                constraint: "the whole ARN of a secret, with the six characters at its end",
                entity: Some(node.id),
            });
        }
    }

    fn feeds(&self, _: &Planner<'_, '_>, _: usize, _: &Link) -> Option<Value> {
        None
    }

    fn serves(&self, planner: &Planner<'_, '_>, _: usize, number: usize, link: &Link) -> Need {
        match link.verb() {
            Verb::Calls => {
                let service = planner.node(number);
                let need = Need::bound(link, Value::Ref(LogicalId::of(service.id, "BaseUrl")));
                if !service.facts.is(external_service::SECRET) {
                    return need;
                }
                let secret = Value::Ref(LogicalId::of(service.id, "CredentialsArn"));
                let actions = &["secretsmanager:GetSecretValue"];
                let statement = allow(planner.sid("Calls", number), actions, secret.clone());
                let what = link.facts().get(MESSAGE).unwrap_or_default();
                need.allowed(statement).told(binding::secret_variable(&what), secret)
            }
            Verb::Triggers
            | Verb::Routes
            | Verb::FansOut
            | Verb::Sends
            | Verb::Asks
            | Verb::Reads
            | Verb::Writes => Need::default(),
        }
    }
}
