//! The plan: everything AWS needs for a network, before any template language.
//!
//! A resource is its CloudFormation type and a tree of properties. Defaults are resolved here, what
//! people write by hand elsewhere is derived from the links (roles, permissions, environment,
//! mappings), and what overlays set is applied. Emitters only print a plan.

mod alexa_skill;
mod bucket;
mod event_bus;
mod external_service;
mod extra;
pub(crate) mod function;
mod http_api;
pub(crate) mod key;
mod length;
mod naming;
mod policy;
mod queue;
mod raw;
mod schedule;
mod stateless;
mod table;
mod topic;
pub mod types;
mod value;

pub use key::{Key, KeyUse, Service, Untold};
pub use naming::{LogicalId, PhysicalName, Sharing, stack_name};
pub(crate) use stateless::holds_nothing;
pub(crate) use value::substitution;
pub use value::{Entries, PropertyKey, Pseudo, Value};

use key::Encryption;
use net_dsl::{
    Architecture, Facts, Graph, GraphNode, Id, Kind, Link, Removal, Verb, binding,
    entity::{Holds, MESSAGE, REMOVAL},
    property::PROPERTY,
};
use smol_str::{SmolStr, SmolStrBuilder};

/// What a network needs on AWS.
///
/// Resources, parameters and outputs are in order of logical id, whatever order the network was
/// composed in.
#[derive(Clone, Debug)]
pub struct Plan<'n> {
    /// What the network is called.
    pub name: SmolStr,
    /// What a deployment must say.
    pub parameters: Vec<Parameter<'n>>,
    /// What is created.
    pub resources: Vec<Resource<'n>>,
    /// What a deployment tells.
    pub outputs: Vec<Output>,
    /// Keys that a service needs in its own name, in order of entity.
    pub keys: Vec<KeyUse<'n>>,
    /// Overrides that leave open what a role has to be allowed, in order of entity.
    pub untold: Vec<Untold<'n>>,
}

/// A value given when deploying.
#[derive(Clone, Debug)]
pub struct Parameter<'n> {
    /// What the parameter is called.
    pub id: LogicalId,
    /// What it is for.
    pub description: String,
    /// The value if none is given; without one the parameter is required.
    pub default: Option<SmolStr>,
    /// What a value must look like, as a regular expression.
    pub pattern: &'static str,
    /// The same in words.
    pub constraint: &'static str,
    /// The entity it belongs to, if any.
    pub entity: Option<&'n Id>,
}

/// A value that a deployment shows when it is done.
#[derive(Clone, Debug)]
pub struct Output {
    /// What the output is called.
    pub id: LogicalId,
    /// What it is.
    pub description: String,
    /// Its value.
    pub value: Value,
}

/// One resource and where it comes from.
#[derive(Clone, Debug)]
pub struct Resource<'n> {
    /// What it is called in a template.
    pub id: LogicalId,
    /// Whose it is.
    pub part: Part<'n>,
    /// Its CloudFormation type, as in `AWS::SQS::Queue`.
    pub resource_type: SmolStr,
    /// Its properties, those that overlays set among them.
    pub properties: Value,
    /// What has to be there before it, and is not referred to.
    pub after: Box<[LogicalId]>,
}

/// Whose a resource is.
#[derive(Clone, Copy, Debug)]
pub struct Part<'n> {
    /// The entity it is made for.
    pub entity: &'n Id,
    /// What the network says of the entity or link it is made for, its bricks too.
    pub facts: &'n Facts,
    /// Which of the entity's resources it is, as in the attribute `property/PART/PATH`.
    pub name: &'static str,
    /// What becomes of it, if it holds data, when its stack is deleted or it is replaced.
    pub removal: Option<Removal>,
}

impl<'n> Part<'n> {
    fn of(entity: &'n Id, facts: &'n Facts, name: &'static str) -> Part<'n> {
        Part { entity, facts, name, removal: None }
    }

    /// The resource that an entity is: what it holds says what becomes of it, unless the network does.
    fn main(node: &GraphNode<'n>, name: &'static str) -> Part<'n> {
        let removal = match node.descriptor().map(|kind| kind.holds) {
            Some(Holds::Data) => Some(node.facts.get(REMOVAL).unwrap_or(Removal::Retain)),
            Some(Holds::Messages) => Some(Removal::Delete),
            Some(Holds::Nothing) | None => None,
        };
        Part { removal, ..Part::of(node.id, node.facts, name) }
    }

    fn kept(self, removal: Removal) -> Part<'n> {
        Part { removal: Some(removal), ..self }
    }

    /// The properties that overlays set: path below the properties, and value.
    pub fn overrides(&self) -> impl Iterator<Item = (&'n str, &'n net_dsl::facts::Value)> {
        let name = self.name;
        self.facts.below(PROPERTY).filter_map(move |(key, flat)| {
            let path = key.strip_prefix(name)?.strip_prefix('/')?;
            Some((path, flat.agreed()?))
        })
    }
}

impl<'n> Plan<'n> {
    /// Plans a network under a name.
    ///
    /// Total: what the checks would refuse is planned as well as it can be. O(n log n).
    ///
    /// ```
    /// use net_dsl::{Graph, prelude::*};
    /// use net_synth::Plan;
    ///
    /// # pub struct Order; messages! { Order }
    /// # contract! { pub Kitchen: Order => () {} }
    /// # let orders = Queue::<Order>::builder().name(name!("orders")).build();
    /// # let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
    /// let network = Network::from(orders.triggers(&kitchen));
    /// let plan = Plan::new(&name!("restaurant"), &Graph::new(&network));
    /// let ids: Vec<_> = plan.resources.iter().map(|resource| resource.id.as_str()).collect();
    /// assert_eq!(ids, [
    ///     "KitchenFunction", "KitchenLogGroup", "KitchenRole",
    ///     "OrdersDeadLetterQueue", "OrdersQueue", "OrdersToKitchenMapping",
    /// ]);
    /// ```
    pub fn new(name: &net_dsl::Name, graph: &Graph<'n>) -> Plan<'n> {
        let invoking: Vec<Verb> = Verb::ALL.iter().copied().filter(|verb| verb.invokes()).collect();
        let mut planner = Planner {
            graph,
            ids: graph.nodes().iter().map(main_id).collect(),
            cycles: graph.cycles(&invoking),
            plan: Plan {
                name: SmolStr::new(stack_name(name)),
                parameters: Vec::new(),
                resources: Vec::with_capacity(graph.nodes().len() * 2),
                outputs: Vec::new(),
                keys: Vec::new(),
                untold: Vec::new(),
            },
            code_bucket: None,
        };
        for (number, node) in graph.nodes().iter().enumerate() {
            if let Some(kind) = node.kind {
                of(kind).resources(&mut planner, number);
                if planner.is_overridden(number) {
                    planner.note_keys(number);
                    planner.note_places(number);
                }
            }
        }
        let Planner { mut plan, .. } = planner;
        plan.resources.shrink_to_fit();
        plan.resources.sort_by(|a, b| a.id.cmp(&b.id));
        plan.parameters.sort_by(|a, b| a.id.cmp(&b.id));
        plan.outputs.sort_by(|a, b| a.id.cmp(&b.id));
        plan
    }

    /// The resource of a logical id. O(log n).
    pub fn resource(&self, id: &LogicalId) -> Option<&Resource<'n>> {
        let found = self.resources.binary_search_by(|resource| resource.id.cmp(id)).ok()?;
        Some(&self.resources[found])
    }

    /// The parameter of a logical id. O(log n).
    pub fn parameter(&self, id: &LogicalId) -> Option<&Parameter<'n>> {
        let found = self.parameters.binary_search_by(|parameter| parameter.id.cmp(id)).ok()?;
        Some(&self.parameters[found])
    }

    /// The resources of a CloudFormation type, in order of logical id.
    pub fn of_type(&self, resource_type: &str) -> impl Iterator<Item = &Resource<'n>> {
        self.resources.iter().filter(move |resource| resource.resource_type == resource_type)
    }

    /// The plan with functions' packages elsewhere in the code bucket than under `BINARY.zip` or
    /// `PATH/OF/FOLDER.zip`: function and key. The names that are no function's are handed back.
    ///
    /// ```
    /// # use net_dsl::{Graph, prelude::*};
    /// # use net_synth::Plan;
    /// # contract! { pub Task: Tick => () {} }
    /// let task = Function::<Task>::builder().name(name!("task")).code(binary!("chore")).build();
    /// let network = task.network();
    /// let plan = Plan::new(&name!("chores"), &Graph::new(&network));
    /// assert_eq!(plan.packages().collect::<Vec<_>>(), ["chore.zip"]);
    ///
    /// let (plan, unknown) = plan.with_packages([("task", "chore-1f2e.zip"), ("tusk", "t.zip")]);
    /// assert_eq!(plan.packages().collect::<Vec<_>>(), ["chore-1f2e.zip"]);
    /// assert_eq!(unknown, ["tusk"]);
    /// ```
    pub fn with_packages<'a>(
        mut self,
        keys: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> (Plan<'n>, Vec<&'a str>) {
        let mut unknown = Vec::new();
        for (name, key) in keys {
            let mut functions = self.functions();
            match functions.find(|resource| resource.part.entity.as_str() == name) {
                Some(function) => function.give(function::CODE_KEY, SmolStr::new(key).into()),
                None => unknown.push(name),
            }
        }
        (self, unknown)
    }

    /// The plan with every function on one processor, as an account or an emulator may need it.
    pub fn with_architecture(mut self, architecture: Architecture) -> Plan<'n> {
        for function in self.functions() {
            function.give("Architectures", Value::from([architecture.as_str().into()]));
        }
        self
    }

    fn functions(&mut self) -> impl Iterator<Item = &mut Resource<'n>> {
        self.resources.iter_mut().filter(|resource| resource.part.name == "function")
    }

    /// The keys of the packages with the functions' code, in order of function.
    pub fn packages(&self) -> impl Iterator<Item = &str> {
        let functions = self.resources.iter().filter(|resource| resource.part.name == "function");
        functions.filter_map(|function| function.properties.get(function::CODE_KEY)?.as_text())
    }
}

impl Resource<'_> {
    /// Sets what a deployment chooses, unless an overlay has set it.
    fn give(&mut self, path: &str, value: Value) {
        if !self.part.overrides().any(|(overridden, _)| overridden == path) {
            self.properties.set(path, value);
        }
    }
}

/// What the plan knows of a kind of entity: one implementation a kind, each in its file.
trait Planned: Sync {
    /// The suffix of the logical id of the resource that links lead to, if there is one.
    fn main(&self) -> Option<&'static str>;

    /// The CloudFormation type of that resource, if all entities of the kind have the same.
    fn own_type(&self) -> Option<&'static str>;

    /// The CloudFormation type of that resource of an entity.
    fn main_type(&self, _: &GraphNode<'_>) -> Option<SmolStr> {
        self.own_type().map(SmolStr::new_static)
    }

    /// Plans the resources, parameters and outputs of an entity and of the links that leave it.
    fn resources(&self, planner: &mut Planner<'_, '_>, number: usize);

    /// What a function may do to an entity that triggers it.
    fn feeds(&self, planner: &Planner<'_, '_>, number: usize, link: &Link) -> Option<Value>;

    /// As what its service sends, for a link, to a queue or topic at the link's end or to the queue for what
    /// the function there fails on.
    fn delivers(&self, _: &Planner<'_, '_>, _: usize, _: usize, _: &Link) -> Option<Sender> {
        None
    }

    /// How overlays encrypt its entities, if they can.
    fn encryption(&self) -> Option<&'static Encryption> {
        None
    }

    /// What a function, `user`, needs for its link to an entity: what it may do, and what it is told.
    fn serves(&self, planner: &Planner<'_, '_>, user: usize, number: usize, link: &Link) -> Need;
}

/// As what a service sends to a queue or a topic.
struct Sender {
    /// What the statement is called that lets it.
    sid: &'static str,
    /// Its principal.
    service: &'static str,
    /// The ARN of what it sends for.
    source: Value,
    /// Whether the ARN does not name the account, so that the account is asked for as well.
    in_this_account: bool,
}

/// The kinds whose own resource is of a CloudFormation type.
fn kinds_of(resource_type: &str) -> impl Iterator<Item = Kind> {
    Kind::ALL.iter().copied().filter(move |kind| of(*kind).own_type() == Some(resource_type))
}

fn of(kind: Kind) -> &'static dyn Planned {
    match kind {
        Kind::Function => &function::Function,
        Kind::Queue => &queue::Queue { fifo: false },
        Kind::FifoQueue => &queue::Queue { fifo: true },
        Kind::Topic => &topic::Topic,
        Kind::Table => &table::Table,
        Kind::Bucket => &bucket::Bucket,
        Kind::EventBus => &event_bus::EventBus,
        Kind::Schedule => &schedule::Schedule,
        Kind::HttpApi => &http_api::HttpApi,
        Kind::ExternalService => &external_service::ExternalService,
        Kind::AlexaSkill => &alexa_skill::AlexaSkill,
        Kind::Raw => &raw::Raw,
    }
}

/// What an overlay sets, with logical ids where it refers to entities by name. What leads nowhere
/// stays as it is, for P201 to find.
fn resolved(graph: &Graph<'_>, mut json: serde_json::Value) -> serde_json::Value {
    net_dsl::reference::replace(&mut json, &mut |id, _| {
        let (number, suffix) = id.starts_with('@').then(|| graph.referred(id)).flatten()?;
        Some(LogicalId::of(graph.nodes()[number].id, suffix).to_string())
    });
    json
}

fn main_id(node: &GraphNode<'_>) -> LogicalId {
    LogicalId::of(node.id, node.kind.and_then(|kind| of(kind).main()).unwrap_or_default())
}

/// What a function needs for one of its links.
#[derive(Default)]
struct Need {
    /// Statements of its role's policy.
    statements: Vec<Value>,
    /// Variables of its environment.
    variables: Vec<(SmolStr, Value)>,
}

impl Need {
    /// Told where what it needs is met.
    fn bound(link: &Link, address: Value) -> Need {
        let what = link.facts().get(MESSAGE).unwrap_or_default();
        Need::default().told(binding::variable(link.verb(), &what), address)
    }

    fn allowed(mut self, statement: Value) -> Need {
        self.statements.push(statement);
        self
    }

    fn told(mut self, variable: SmolStr, value: Value) -> Need {
        self.variables.push((variable, value));
        self
    }
}

/// A plan in the making.
struct Planner<'g, 'n> {
    graph: &'g Graph<'n>,
    /// For each entity the id of the resource that links lead to.
    ids: Vec<LogicalId>,
    /// The number of the cycle each function is in, if it is in one.
    cycles: Vec<Option<u32>>,
    plan: Plan<'n>,
    code_bucket: Option<LogicalId>,
}

impl<'g, 'n> Planner<'g, 'n> {
    fn node(&self, number: usize) -> &'g GraphNode<'n> {
        &self.graph.nodes()[number]
    }

    fn id(&self, number: usize) -> LogicalId {
        self.ids[number].clone()
    }

    /// What CloudFormation's `Ref` gives of an entity's main resource.
    fn reference(&self, number: usize) -> Value {
        Value::Ref(self.id(number))
    }

    fn arn(&self, number: usize) -> Value {
        Value::Arn(self.id(number))
    }

    fn attribute(&self, number: usize, attribute: &'static str) -> Value {
        Value::Attribute(Box::new((self.id(number), SmolStr::new_static(attribute))))
    }

    /// Whether overlays set any property of an entity's resources, or of those of the links that leave it.
    fn is_overridden(&self, number: usize) -> bool {
        let node = self.node(number);
        let mut facts = node.out.iter().map(|(_, link)| link.facts()).chain([node.facts]);
        facts.any(|facts| facts.below(PROPERTY).next().is_some())
    }

    /// What overlays set for a property, as `PART/PATH`.
    fn overridden(&self, facts: &Facts, property: &str) -> Option<Value> {
        Some(Value::from_json(&resolved(self.graph, facts.property(property)?)))
    }

    /// The entity that links to a logical id lead to, and the CloudFormation type of the resource.
    fn called(&self, id: &LogicalId) -> Option<(&'g GraphNode<'n>, SmolStr)> {
        let number = self.ids.iter().position(|main| main == id)?;
        let node = self.node(number);
        Some((node, of(node.kind?).main_type(node)?))
    }

    /// As what services send to a queue or topic for what reaches an entity by a verb.
    fn senders(&self, number: usize, verb: Verb) -> Vec<Sender> {
        let senders = self.node(number).incoming(verb).filter_map(|(from, link)| {
            let kind = self.node(from).kind?;
            of(kind).delivers(self, from, number, link)
        });
        senders.collect()
    }

    /// What a statement about an entity is called.
    fn sid(&self, purpose: &str, number: usize) -> SmolStr {
        let mut sid = SmolStrBuilder::new();
        sid.push_str(purpose);
        sid.push_str(&self.node(number).id.pascal_case());
        sid.finish()
    }

    /// The bucket with the functions' packages: a parameter of every plan with functions.
    fn code_bucket(&mut self) -> Value {
        let parameters = &mut self.plan.parameters;
        let id = self.code_bucket.get_or_insert_with(|| {
            let id = LogicalId::new(function::CODE_BUCKET);
            parameters.push(Parameter {
                id: id.clone(),
                description: "The S3 bucket that holds the functions' packages.".to_owned(),
                default: None,
                pattern: "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
                constraint:
                    "the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens",
                entity: None,
            });
            id
        });
        Value::Ref(id.clone())
    }

    /// Adds a resource that is made once some others are there.
    fn add_after(
        &mut self,
        id: LogicalId,
        part: Part<'n>,
        resource_type: &'static str,
        derived: Value,
        mut after: Vec<LogicalId>,
    ) {
        self.add(id, part, resource_type, derived);
        after.sort_unstable();
        after.dedup();
        if let Some(added) = self.plan.resources.last_mut() {
            added.after = after.into_boxed_slice();
        }
    }

    /// Adds a resource, what overlays set over what is derived.
    fn add(&mut self, id: LogicalId, part: Part<'n>, resource_type: &'static str, derived: Value) {
        self.add_of_type(id, part, SmolStr::new_static(resource_type), derived);
    }

    fn add_of_type(
        &mut self,
        id: LogicalId,
        part: Part<'n>,
        resource_type: SmolStr,
        derived: Value,
    ) {
        let mut properties = derived;
        for (path, value) in part.overrides() {
            properties.set(path, Value::from_json(&resolved(self.graph, value.to_json())));
        }
        let after = Box::default();
        self.plan.resources.push(Resource { id, part, resource_type, properties, after });
    }
}
