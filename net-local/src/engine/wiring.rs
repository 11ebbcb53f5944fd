//! What is bound to what, as the plan says it.
//!
//! Every setting of every resource is carried out, or known to change nothing here, or refused: what is not
//! done yet is never left out in silence.

use crate::service::{
    bucket, consumer, event_bus, function, http_api, queue, schedule, stream, table, topic,
};
use net_dsl::{
    Facts, Graph, Kind, Network, Verb, check,
    entity::{DEADLINE, event_bus::DEFAULT, external_service},
    name,
};
use net_synth::{
    Plan,
    plan::{LogicalId, Pseudo, Resource, Value, types},
};
use smol_str::SmolStr;
use std::collections::HashMap;

/// A network as it runs here: entities and their settings, by number.
#[derive(Debug, Default)]
pub(crate) struct Wiring {
    pub(crate) entities: Vec<Entity>,
    pub(crate) functions: Vec<function::Settings>,
    pub(crate) queues: Vec<queue::Settings>,
    pub(crate) consumers: Vec<consumer::Settings>,
    pub(crate) topics: Vec<topic::Settings>,
    pub(crate) buses: Vec<event_bus::Settings>,
    /// What rules call; needed while the plan is read.
    pub(crate) destinations: event_bus::Destinations,
    pub(crate) tables: Vec<table::Settings>,
    pub(crate) buckets: Vec<bucket::Settings>,
    pub(crate) streams: Vec<stream::Settings>,
    pub(crate) schedules: Vec<schedule::Settings>,
    pub(crate) apis: Vec<http_api::Settings>,
    /// What is called from here, by the name of the service: the entity, its base URL.
    pub(crate) services: Vec<Service>,
    /// What cannot run here, and why.
    pub(crate) problems: Vec<String>,
}

/// One entity, as people know it.
#[derive(Debug)]
pub(crate) struct Entity {
    pub(crate) name: SmolStr,
    /// Where it was declared, as in `src/main.rs:12:20`.
    pub(crate) place: String,
    /// In how long what enters here is due, in milliseconds.
    pub(crate) deadline: Option<u64>,
}

/// A service that functions call.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) entity: usize,
    /// As contracts know it.
    pub(crate) name: SmolStr,
    pub(crate) secret: Option<String>,
    pub(crate) is_called: bool,
}

/// The account, region and stack that names here are made of.
pub(crate) const ACCOUNT: &str = "000000000000";
pub(crate) const REGION: &str = "eu-west-1";

impl Wiring {
    /// The wiring of a network; what cannot run here is in its problems.
    pub(crate) fn of(network: &Network) -> Wiring {
        let graph = Graph::new(network);
        let plan = Plan::new(&name!("local"), &graph);
        let mut wiring = Wiring::default();
        wiring.problems.extend(conflicts(network));
        for node in graph.nodes() {
            let place =
                node.facts.origins().iter().next().map(ToString::to_string).unwrap_or_default();
            let deadline = node.facts.get(DEADLINE).map(|seconds| seconds.get() * 1_000);
            wiring.entities.push(Entity { name: SmolStr::new(node.id.as_str()), place, deadline });
            match node.kind {
                Some(Kind::ExternalService) => {
                    let name = node.facts.get(net_dsl::entity::MESSAGE).unwrap_or_default();
                    let entity = wiring.entities.len() - 1;
                    let secret = node.facts.is(external_service::SECRET);
                    let secret = secret.then(|| secret_arn(node.id.as_str()));
                    let is_called = node.incoming(Verb::Calls).next().is_some();
                    wiring.services.push(Service { entity, name, secret, is_called });
                }
                Some(Kind::Raw) => wiring.problems.push(format!(
                    "`{}` is a raw resource, and what it does is not known here; run the network without it: \
                     `network.remove(…)`",
                    node.id
                )),
                Some(Kind::EventBus) if node.facts.is(DEFAULT) => {
                    let entity = wiring.entities.len() - 1;
                    event_bus::read_default(&mut wiring, entity);
                }
                Some(
                    Kind::Function
                    | Kind::Queue
                    | Kind::FifoQueue
                    | Kind::Topic
                    | Kind::Table
                    | Kind::Bucket
                    | Kind::EventBus
                    | Kind::Schedule
                    | Kind::HttpApi
                    | Kind::AlexaSkill,
                )
                | None => {}
            }
        }
        let names = Names::of(&plan);
        // What others refer to comes first.
        for resource_type in ORDER {
            for resource in plan.of_type(resource_type) {
                let mut settings = Reader { wiring: &mut wiring, resource, names: &names };
                settings.read();
            }
        }
        wiring
    }

    pub(crate) fn entity(&self, name: &str) -> Option<usize> {
        self.entities.binary_search_by(|entity| entity.name.as_str().cmp(name)).ok()
    }

    pub(crate) fn name(&self, entity: usize) -> &str {
        &self.entities[entity].name
    }

    /// The number of the queue of an ARN or a URL.
    pub(crate) fn queue(&self, address: &str) -> Option<usize> {
        self.queues.iter().position(|queue| queue.arn == address || queue.url == address)
    }

    pub(crate) fn function(&self, arn: &str) -> Option<usize> {
        self.functions.iter().position(|function| function.arn == arn)
    }
}

/// What would make a plan of something else than was said.
fn conflicts(network: &Network) -> Vec<String> {
    let findings = check::check(network).into_iter();
    let structural = |code: &str| code.starts_with("N10") && code != "N105";
    findings
        .filter(|finding| structural(finding.rule.code) && finding.accepted.is_none())
        .map(|finding| {
            let places: Vec<String> = finding
                .labels
                .iter()
                .map(|label| format!("{} at {}", label.text, label.at))
                .collect();
            format!("{} ({}): {}", finding.message, finding.rule.code, places.join(", "))
        })
        .collect()
}

/// Resources are read in this order; those that are left out change nothing here.
const ORDER: [&str; 17] = [
    types::QUEUE,
    types::FUNCTION,
    types::TABLE,
    types::TOPIC,
    types::SUBSCRIPTION,
    types::BUCKET,
    types::EVENT_BUS,
    types::CONNECTION,
    types::API_DESTINATION,
    types::RULE,
    types::MAPPING,
    types::SCHEDULE,
    types::API,
    types::INTEGRATION,
    types::ROUTE,
    types::STAGE,
    // Who may do what follows from links alone, and code can use nothing else.
    types::PERMISSION,
];

/// One resource being read.
pub(crate) struct Reader<'w, 'p> {
    pub(crate) wiring: &'w mut Wiring,
    pub(crate) resource: &'p Resource<'p>,
    names: &'w Names,
}

impl Reader<'_, '_> {
    fn read(&mut self) {
        match self.resource.resource_type.as_str() {
            types::QUEUE => queue::read(self),
            types::FUNCTION => function::read(self),
            types::TABLE => table::read_settings(self),
            types::TOPIC => topic::read(self),
            types::SUBSCRIPTION => topic::read_subscription(self),
            types::BUCKET => bucket::read(self),
            types::EVENT_BUS => event_bus::read(self),
            types::CONNECTION => event_bus::read_connection(self),
            types::API_DESTINATION => event_bus::read_destination(self),
            types::RULE => event_bus::read_rule(self),
            types::MAPPING
                if self.text("EventSourceArn").is_some_and(|arn| arn.contains(":dynamodb:")) =>
            {
                stream::read(self);
            }
            types::MAPPING => consumer::read(self),
            types::SCHEDULE => schedule::read(self),
            types::API => http_api::read(self),
            types::INTEGRATION => http_api::read_integration(self),
            types::ROUTE => http_api::read_route(self),
            types::STAGE => http_api::read_stage(self),
            _ => {}
        }
    }

    /// The number of the entity that the resource is made for.
    pub(crate) fn entity(&self) -> usize {
        self.wiring.entity(self.resource.part.entity.as_str()).unwrap_or_default()
    }

    pub(crate) fn facts(&self) -> &Facts {
        self.resource.part.facts
    }

    /// What the resource is called on AWS, where it has a name of its own or is given one.
    pub(crate) fn physical(&self) -> String {
        self.names.name(self.resource.id.as_str())
    }

    pub(crate) fn arn(&self) -> String {
        self.names.arn(self.resource.id.as_str())
    }

    pub(crate) fn reference(&self) -> String {
        self.names.reference(self.resource.id.as_str())
    }

    pub(crate) fn value(&self, path: &str) -> Option<&Value> {
        self.resource.properties.get(path)
    }

    /// A text, its references resolved.
    pub(crate) fn text(&self, path: &str) -> Option<String> {
        self.names.text(self.value(path)?)
    }

    /// A number, which AWS takes as a text, too.
    pub(crate) fn number(&self, path: &str) -> Option<u64> {
        let value = self.value(path)?;
        value.as_u64().or_else(|| value.as_text()?.parse().ok())
    }

    pub(crate) fn flag(&self, path: &str) -> bool {
        match self.value(path) {
            Some(Value::Bool(flag)) => *flag,
            Some(value) => value.as_text() == Some("true"),
            None => false,
        }
    }

    /// The entity whose parameter a text starts with.
    pub(crate) fn owner(&self, text: &Value) -> Option<&str> {
        match text {
            Value::Join(parts) => self.owner(parts.first()?),
            Value::Ref(parameter) => Some(self.names.owners.get(parameter.as_str())?),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::Arn(_)
            | Value::Attribute(_)
            | Value::Pseudo(_)
            | Value::List(_)
            | Value::Object(_)
            | Value::Map(_) => None,
            Value::Fixed(value) => self.owner(value),
        }
    }

    pub(crate) fn resolve(&self, value: &Value) -> Option<String> {
        self.names.text(value)
    }

    /// Refuses every setting that is none of these: carried out, or known to change nothing here.
    pub(crate) fn refuse_all_but(&mut self, known: &[&str]) {
        let mut leaves = Vec::new();
        leaves_of(&self.resource.properties, String::new(), &mut leaves);
        let is_known = |leaf: &str| {
            known.iter().any(|known| {
                leaf == *known || leaf.strip_prefix(known).is_some_and(|rest| rest.starts_with('/'))
            })
        };
        for leaf in leaves {
            if !is_known(&leaf) {
                self.refuse(&format!("`{leaf}` is set, and not carried out here yet"));
            }
        }
    }

    /// Says that the resource cannot run here.
    pub(crate) fn refuse(&mut self, why: &str) {
        let entity = self.resource.part.entity;
        let kind = types::word(&self.resource.resource_type);
        let place = &self.wiring.entities[self.entity()].place;
        self.wiring.problems.push(format!("`{entity}` (its {kind}, {place}): {why}"));
    }
}

fn leaves_of(value: &Value, path: String, leaves: &mut Vec<String>) {
    if value.is_object() && value.entries().len() > 0 && !value.is_function() {
        for (key, value) in value.entries() {
            let path = if path.is_empty() { key.to_owned() } else { format!("{path}/{key}") };
            leaves_of(value, path, leaves);
        }
    } else if !path.is_empty() {
        leaves.push(path);
    }
}

/// What resources and parameters are called here.
struct Names {
    types: HashMap<SmolStr, SmolStr>,
    given: HashMap<SmolStr, String>,
    fifo: HashMap<SmolStr, bool>,
    parameters: HashMap<SmolStr, String>,
    /// Whose each parameter is.
    owners: HashMap<SmolStr, SmolStr>,
    stack: String,
}

/// Where a service is that has no address of its own.
fn base_url(entity: &str) -> String {
    format!("https://{entity}.local")
}

pub(crate) fn secret_arn(entity: &str) -> String {
    format!("arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{entity}-AbCdEf")
}

impl Names {
    fn of(plan: &Plan<'_>) -> Names {
        let mut names = Names {
            types: HashMap::new(),
            given: HashMap::new(),
            fifo: HashMap::new(),
            parameters: HashMap::new(),
            owners: HashMap::new(),
            stack: plan.name.to_string(),
        };
        for parameter in &plan.parameters {
            let id = SmolStr::new(parameter.id.as_str());
            let entity = parameter.entity.map(|entity| entity.as_str()).unwrap_or_default();
            let value = if id.ends_with("BaseUrl") {
                parameter.default.as_ref().map_or_else(|| base_url(entity), ToString::to_string)
            } else if id.ends_with("CredentialsArn") {
                secret_arn(entity)
            } else {
                let default = parameter.default.as_ref().map(ToString::to_string);
                default.unwrap_or_else(|| format!("local-{id}"))
            };
            names.owners.insert(id.clone(), SmolStr::new(entity));
            names.parameters.insert(id, value);
        }
        for resource in &plan.resources {
            let id = SmolStr::new(resource.id.as_str());
            names.types.insert(id.clone(), resource.resource_type.clone());
            let fifo = matches!(resource.properties.get("FifoQueue"), Some(Value::Bool(true)));
            names.fifo.insert(id, fifo);
        }
        for resource in &plan.resources {
            let given: &[&str] = match resource.resource_type.as_str() {
                types::EVENT_BUS => &["Name"],
                _ => &["FunctionName", "QueueName", "TopicName", "TableName", "BucketName"],
            };
            let given = given.iter().find_map(|name| resource.properties.get(name));
            if let Some(name) = given.and_then(|name| names.text(name)) {
                names.given.insert(SmolStr::new(resource.id.as_str()), name);
            }
        }
        names
    }

    fn name(&self, id: &str) -> String {
        let suffix = if self.fifo.get(id).is_some_and(|fifo| *fifo) { ".fifo" } else { "" };
        self.given.get(id).cloned().unwrap_or_else(|| format!("{}-{id}{suffix}", self.stack))
    }

    fn reference(&self, id: &str) -> String {
        if let Some(value) = self.parameters.get(id) {
            return value.clone();
        }
        match self.types.get(id).map(SmolStr::as_str) {
            Some(types::QUEUE) => {
                format!("https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{}", self.name(id))
            }
            Some(types::TOPIC) => self.arn(id),
            Some(types::API) => id.to_lowercase(),
            _ => self.name(id),
        }
    }

    fn arn(&self, id: &str) -> String {
        let name = self.name(id);
        match self.types.get(id).map(SmolStr::as_str) {
            Some(types::QUEUE) => format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"),
            Some(types::TOPIC) => format!("arn:aws:sns:{REGION}:{ACCOUNT}:{name}"),
            Some(types::FUNCTION) => format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"),
            Some(types::TABLE) => format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}"),
            Some(types::BUCKET) => format!("arn:aws:s3:::{name}"),
            Some(types::EVENT_BUS) => format!("arn:aws:events:{REGION}:{ACCOUNT}:event-bus/{name}"),
            Some(types::ROLE) => format!("arn:aws:iam::{ACCOUNT}:role/{name}"),
            _ => format!("arn:aws:local:{REGION}:{ACCOUNT}:{name}"),
        }
    }

    fn text(&self, value: &Value) -> Option<String> {
        let id = |id: &LogicalId| id.as_str().to_owned();
        Some(match value {
            Value::Text(text) => text.to_string(),
            Value::Number(number) => number.to_string(),
            Value::Bool(flag) => flag.to_string(),
            Value::Ref(reference) => self.reference(&id(reference)),
            Value::Arn(arn) => self.arn(&id(arn)),
            Value::Attribute(attribute) => match attribute.1.as_str() {
                "StreamArn" => {
                    format!("{}/stream/2026-01-01T00:00:00.000", self.arn(&id(&attribute.0)))
                }
                "QueueName" | "TopicName" => self.name(&id(&attribute.0)),
                _ => return None,
            },
            Value::Pseudo(pseudo) => match pseudo {
                Pseudo::AccountId => ACCOUNT.to_owned(),
                Pseudo::Partition => "aws".to_owned(),
                Pseudo::Region => REGION.to_owned(),
                Pseudo::StackName => self.stack.clone(),
                Pseudo::UrlSuffix => "amazonaws.com".to_owned(),
                Pseudo::StackId => {
                    format!("arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{}/0", self.stack)
                }
                Pseudo::NoValue | Pseudo::NotificationArns => return None,
            },
            Value::Join(parts) => {
                parts.iter().map(|part| self.text(part)).collect::<Option<String>>()?
            }
            Value::Fixed(value) => self.text(value)?,
            Value::Null | Value::List(_) | Value::Object(_) | Value::Map(_) => return None,
        })
    }
}
