//! From a network to its plan: one function an entity kind, one a link.

use super::{
    LogicalId, Output, Parameter, Plan, Ref, Resource, Statement, Term,
    naming::stack_name,
    resource::{self, Body, Code, Endpoint, PermissionCondition},
    term::Pseudo,
};
use net_dsl::{
    FunctionCode, Graph, GraphNode, Id, Kind, Link, Name, Removal, Runtime, Verb,
    binding::{self, transport},
    entity::{
        DEADLINE, MESSAGE, REMOVAL, external_service, fifo_queue,
        function::{self, Folder},
        queue, raw,
        schedule::{self, Ticks},
        table,
    },
    facts::{Facts, Value},
    link::{BATCH_SIZE, BATCH_WINDOW, MAX_CONCURRENCY},
    property::PROPERTY,
};
use smol_str::{SmolStr, format_smolstr};

/// What runs a program that needs nothing but the operating system.
const BARE: &str = Runtime::PROVIDED_AL2023.as_str();

pub(super) fn plan<'n>(name: &Name, graph: &Graph<'n>) -> Plan<'n> {
    let mut planner = Planner {
        graph,
        plan: Plan {
            name: SmolStr::new(stack_name(name)),
            parameters: Vec::new(),
            resources: Vec::with_capacity(graph.nodes().len() * 2),
            outputs: Vec::new(),
        },
        cycles: graph.cycles(&[Verb::Sends, Verb::Asks]),
    };
    for (number, node) in graph.nodes().iter().enumerate() {
        planner.entity(number, node);
    }
    let Planner { mut plan, .. } = planner;
    plan.resources.sort_by(|a, b| a.id.cmp(&b.id));
    plan.parameters.sort_by(|a, b| a.id.cmp(&b.id));
    plan.outputs.sort_by(|a, b| a.id.cmp(&b.id));
    plan
}

struct Planner<'g, 'n> {
    graph: &'g Graph<'n>,
    plan: Plan<'n>,
    /// The number of the cycle each function is in, if it is in one.
    cycles: Vec<Option<u32>>,
}

impl<'g, 'n> Planner<'g, 'n> {
    fn entity(&mut self, number: usize, node: &'g GraphNode<'n>) {
        match node.kind {
            Some(Kind::Function) => self.function(number, node),
            Some(Kind::Queue | Kind::FifoQueue) => self.queue(node),
            Some(Kind::Topic) => self.topic(node),
            Some(Kind::Table) => self.table(node),
            Some(Kind::Schedule) => self.schedule(node),
            Some(Kind::HttpApi) => self.http_api(node),
            Some(Kind::ExternalService) => self.external_service(node),
            Some(Kind::AlexaSkill) => self.alexa_skill(node),
            Some(Kind::Raw) => self.raw(node),
            None => {}
        }
    }

    fn add(
        &mut self,
        id: LogicalId,
        entity: &'n Id,
        facts: &'n Facts,
        part: &'static str,
        body: Body,
    ) {
        let overrides = overrides(facts, part);
        self.plan.resources.push(Resource { id, entity, part, facts, body, overrides });
    }

    fn node(&self, number: usize) -> &'g GraphNode<'n> {
        &self.graph.nodes()[number]
    }

    fn function(&mut self, number: usize, node: &'g GraphNode<'n>) {
        let (id, facts) = (node.id, node.facts);
        let role = Ref::to(LogicalId::of(id, "Role"));
        let log_group: Ref<resource::LogGroup> = Ref::to(LogicalId::of(id, "LogGroup"));
        let dead_letters = is_handed_events(self.graph, node)
            .then(|| Ref::<resource::Queue>::to(LogicalId::of(id, "DeadLetterQueue")));

        let mut statements = vec![Statement::allow(
            SmolStr::new_static("Logs"),
            &["logs:CreateLogStream", "logs:PutLogEvents"],
            vec![log_group.arn()],
        )];
        if let Some(queue) = &dead_letters {
            let sid = SmolStr::new_static("SendsDeadLetters");
            statements.push(Statement::allow(sid, &["sqs:SendMessage"], vec![queue.arn()]));
        }
        let mut environment: Vec<(SmolStr, Term)> = facts
            .below(function::ENVIRONMENT)
            .filter_map(|(name, flat)| match flat.agreed()? {
                Value::Text(text) => Some((SmolStr::new(name), Term::Text(text.clone()))),
                _ => None,
            })
            .collect();
        for (from, link) in &node.into {
            statements.extend(self.consumes(*from, link));
        }
        for (to, link) in &node.out {
            self.uses(number, *to, link, &mut statements, &mut environment);
        }
        environment.sort_by(|a, b| a.0.cmp(&b.0));
        environment.dedup_by(|a, b| a.0 == b.0);

        // A binary brings its own runtime, as does what nobody has said the code of.
        let code = facts.get(function::CODE);
        let (package, runtime, handler) = match &code {
            Some(FunctionCode::Binary(binary)) => (binary.name(), BARE, Folder::BOOTSTRAP),
            Some(FunctionCode::Folder(folder)) => {
                (folder.path(), folder.runtime(), folder.handler())
            }
            None => (id.as_str(), BARE, Folder::BOOTSTRAP),
        };
        let body = Body::Function(Box::new(resource::Function {
            name: self.cycles[number].map(|_| derived_name(id)),
            code: resource::Code {
                bucket: Term::Parameter(LogicalId::fixed(Code::BUCKET)),
                key: Term::Text(format_smolstr!("{package}.zip")),
            },
            runtime: SmolStr::new(runtime),
            handler: SmolStr::new(handler),
            architecture: function::architecture(facts).as_str(),
            timeout: function::timeout(facts),
            memory: facts.get(function::MEMORY).map_or(function::DEFAULT_MEMORY, |size| size.get()),
            role: role.clone(),
            log_group: log_group.clone(),
            environment,
            reserved_concurrency: function::reserved_concurrency(facts),
            dead_letters: dead_letters.clone(),
            loops: facts.is(function::LOOPS),
        }));
        self.add(LogicalId::of(id, "Function"), id, facts, "function", body);
        let trust = Statement::trust("lambda.amazonaws.com", false);
        let body = resource::Role { trust, statements };
        self.add(role.id().clone(), id, facts, "role", Body::Role(body));
        let seconds = facts.get(function::LOG_RETENTION).map(|seconds| seconds.get());
        let retention_days = seconds.unwrap_or(function::DEFAULT_LOG_RETENTION) / 86_400;
        let body = Body::LogGroup(resource::LogGroup { retention_days });
        self.add(log_group.id().clone(), id, facts, "log-group", body);
        if let Some(queue) = dead_letters {
            self.add(queue.id().clone(), id, facts, "dead-letter-queue", dead_letter_queue(None));
            self.topics_may_send(node, Verb::Triggers, queue, "DeadLetterQueuePolicy");
        }
        if self.plan.parameters.first().is_none_or(|first| first.id.as_str() != Code::BUCKET) {
            self.plan.parameters.insert(
                0,
                Parameter {
                    id: LogicalId::fixed(Code::BUCKET),
                    description: "The S3 bucket that holds the functions' packages.".to_owned(),
                    default: None,
                    pattern: "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
                    constraint: "the name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens",
                    entity: None,
                },
            );
        }
    }

    /// What a function may do to what feeds it.
    fn consumes(&self, from: usize, link: &Link) -> Option<Statement> {
        if link.verb() != Verb::Triggers {
            return None;
        }
        let source = self.node(from);
        let (actions, resources): (&'static [&'static str], _) = match source.kind? {
            Kind::Queue | Kind::FifoQueue => (
                &["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
                vec![queue_ref(source.id).arn()],
            ),
            Kind::Table => (
                &[
                    "dynamodb:DescribeStream",
                    "dynamodb:GetRecords",
                    "dynamodb:GetShardIterator",
                    "dynamodb:ListStreams",
                ],
                vec![table_ref(source.id).stream_arn()],
            ),
            _ => return None,
        };
        Some(Statement::allow(sid("Consumes", source.id), actions, resources))
    }

    /// What a function may do to what it uses, and how it learns where that is.
    fn uses(
        &self,
        number: usize,
        to: usize,
        link: &'n Link,
        statements: &mut Vec<Statement>,
        environment: &mut Vec<(SmolStr, Term)>,
    ) {
        let target = self.node(to);
        let Some(kind) = target.kind else { return };
        let what = link.facts().get(MESSAGE).unwrap_or_default();
        if let (Verb::Sends, Some(deadline)) = (link.verb(), target.facts.get(DEADLINE)) {
            let seconds = Term::Text(format_smolstr!("{}", deadline.get()));
            environment.push((binding::deadline_variable(&what), seconds));
        }
        let mut bind = |value| environment.push((binding::variable(link.verb(), &what), value));
        let mut allow = |verb, actions, resources| {
            statements.push(Statement::allow(sid(verb, target.id), actions, resources));
        };
        match (link.verb(), kind) {
            (Verb::Sends, Kind::Queue | Kind::FifoQueue) => {
                let queue = queue_ref(target.id);
                let fifo = kind == Kind::FifoQueue;
                let scheme = if fifo { transport::FIFO_QUEUE } else { transport::QUEUE };
                allow("SendsTo", &["sqs:SendMessage"], vec![queue.arn()]);
                bind(Term::Join(vec![Term::text(scheme), queue.url()]));
            }
            (Verb::Sends, Kind::Topic) => {
                let topic = topic_ref(target.id);
                allow("SendsTo", &["sns:Publish"], vec![topic.arn()]);
                bind(Term::Join(vec![Term::text(transport::TOPIC), topic.arn()]));
            }
            (Verb::Sends | Verb::Asks, Kind::Function) => {
                let same_cycle =
                    self.cycles[number].is_some() && self.cycles[number] == self.cycles[to];
                let arn =
                    if same_cycle { derived_arn(target.id) } else { function_ref(target.id).arn() };
                let verb = if link.verb() == Verb::Asks { "Asks" } else { "SendsTo" };
                allow(verb, &["lambda:InvokeFunction"], vec![arn.clone()]);
                bind(Term::Join(vec![Term::text(transport::FUNCTION), arn]));
            }
            (Verb::Reads, Kind::Table) => {
                let table = table_ref(target.id);
                let actions = &["dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"];
                allow("Reads", actions, vec![table.arn()]);
                bind(table.name());
            }
            (Verb::Writes, Kind::Table) => {
                let table = table_ref(target.id);
                let actions = &["dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"];
                allow("Writes", actions, vec![table.arn()]);
                bind(table.name());
            }
            (Verb::Calls, Kind::ExternalService) => {
                bind(Term::Parameter(LogicalId::of(target.id, "BaseUrl")));
                if target.facts.is(external_service::SECRET) {
                    let secret = Term::Parameter(LogicalId::of(target.id, "CredentialsArn"));
                    let actions = &["secretsmanager:GetSecretValue"];
                    allow("Calls", actions, vec![secret.clone()]);
                    environment.push((binding::secret_variable(&what), secret));
                }
            }
            (Verb::Calls, Kind::HttpApi) => bind(api_url(target.id)),
            _ => {}
        }
    }

    fn queue(&mut self, node: &'g GraphNode<'n>) {
        let (id, facts) = (node.id, node.facts);
        let fifo = (node.kind == Some(Kind::FifoQueue)).then(|| resource::Fifo {
            content_deduplication: facts.is(fifo_queue::CONTENT_DEDUPLICATION),
            high_throughput: facts.is(fifo_queue::HIGH_THROUGHPUT),
        });
        let redrive = queue::max_receives(facts)
            .map(|receives| (Ref::to(LogicalId::of(id, "DeadLetterQueue")), receives));
        let body = resource::Queue {
            fifo,
            visibility_timeout: queue::effective_visibility_timeout(self.graph, node),
            retention: queue::retention(facts),
            delay: queue::delay(facts),
            redrive: redrive.clone(),
        };
        self.add(LogicalId::of(id, "Queue"), id, facts, "queue", Body::Queue(body));
        if let Some((queue, _)) = redrive {
            self.add(queue.id().clone(), id, facts, "dead-letter-queue", dead_letter_queue(fifo));
        }
        self.topics_may_send(node, Verb::FansOut, queue_ref(id), "QueuePolicy");
        for (to, link) in node.outgoing(Verb::Triggers) {
            self.mapping(node, queue_ref(id).arn(), to, link, None);
        }
    }

    /// Lets the topics that reach an entity by `verb` send to a queue made for it.
    fn topics_may_send(
        &mut self,
        node: &'g GraphNode<'n>,
        verb: Verb,
        queue: Ref<resource::Queue>,
        suffix: &str,
    ) {
        let topics: Vec<_> = node
            .incoming(verb)
            .map(|(from, _)| self.node(from))
            .filter(|source| source.kind == Some(Kind::Topic))
            .map(|source| topic_ref(source.id).arn())
            .collect();
        if !topics.is_empty() {
            let statement = Statement::topics_send(queue.arn(), topics);
            let body = Body::QueuePolicy(resource::QueuePolicy { queue, statement });
            self.add(LogicalId::of(node.id, suffix), node.id, node.facts, "queue-policy", body);
        }
    }

    fn mapping(
        &mut self,
        node: &'g GraphNode<'n>,
        source: Term,
        to: usize,
        link: &'n Link,
        stream_failures: Option<Ref<resource::Queue>>,
    ) {
        let function = self.node(to);
        let facts = link.facts();
        let body = Body::Mapping(Box::new(resource::Mapping {
            source,
            function: function_ref(function.id),
            batch_size: facts.get(BATCH_SIZE).map(|size| size.get()),
            batch_window: facts.get(BATCH_WINDOW).map(|window| window.get()),
            max_concurrency: facts.get(MAX_CONCURRENCY).map(|runs| runs.get()),
            stream_failures,
        }));
        let id = LogicalId::of_link(node.id, function.id, "", "Mapping");
        self.add(id, node.id, facts, "mapping", body);
    }

    fn topic(&mut self, node: &'g GraphNode<'n>) {
        let (id, facts) = (node.id, node.facts);
        let body = Body::Topic(resource::Topic {});
        self.add(LogicalId::of(id, "Topic"), id, facts, "topic", body);
        for (to, link) in &node.out {
            let target = self.node(*to).id;
            let endpoint = match link.verb() {
                Verb::FansOut => Endpoint::Queue(queue_ref(target)),
                Verb::Triggers => {
                    let condition = PermissionCondition::SourceArn(topic_ref(id).arn());
                    self.permission(node, target, link, "sns.amazonaws.com", condition);
                    let queue = Ref::to(LogicalId::of(target, "DeadLetterQueue"));
                    Endpoint::Function(function_ref(target), queue)
                }
                _ => continue,
            };
            let body =
                Body::Subscription(resource::Subscription { topic: topic_ref(id), endpoint });
            let subscription = LogicalId::of_link(id, target, "", "Subscription");
            self.add(subscription, id, link.facts(), "subscription", body);
        }
    }

    fn permission(
        &mut self,
        node: &'g GraphNode<'n>,
        function: &Id,
        link: &'n Link,
        principal: &'static str,
        condition: PermissionCondition,
    ) {
        let function_id = function;
        let function = function_ref(function);
        let body = Body::Permission(resource::Permission { function, principal, condition });
        let id = LogicalId::of_link(node.id, function_id, link.label(), "Permission");
        self.add(id, node.id, link.facts(), "permission", body);
    }

    fn table(&mut self, node: &'g GraphNode<'n>) {
        let (id, facts) = (node.id, node.facts);
        let pair = |key: table::TableKey| (key.name, key.key_type);
        let body = resource::Table {
            partition: facts.get(table::PARTITION).map(pair).unwrap_or_default(),
            sort: facts.get(table::SORT).flatten().map(pair),
            expires: facts.get(table::EXPIRES).flatten(),
            stream: facts.is(table::STREAM),
            point_in_time_recovery: facts.get(table::POINT_IN_TIME_RECOVERY).unwrap_or(true),
            removal: facts.get(REMOVAL).unwrap_or(Removal::Retain),
        };
        self.add(LogicalId::of(id, "Table"), id, facts, "table", Body::Table(body));
        for (to, link) in node.outgoing(Verb::Triggers) {
            let failures = Ref::to(LogicalId::of(self.node(to).id, "DeadLetterQueue"));
            self.mapping(node, table_ref(id).stream_arn(), to, link, Some(failures));
        }
    }

    fn schedule(&mut self, node: &'g GraphNode<'n>) {
        let (id, facts) = (node.id, node.facts);
        let (expression, maximum_age) = match facts.get(schedule::TICKS) {
            Some(Ticks::Rate(rate)) => (rate_expression(rate.get()), rate.get()),
            Some(Ticks::Cron(cron)) => (format!("cron({})", cron.as_str()), 86_400),
            None => return,
        };
        for (to, link) in node.outgoing(Verb::Triggers) {
            let function = self.node(to).id;
            let role = Ref::<resource::Role>::to(LogicalId::of_link(id, function, "", "Role"));
            let body = Body::Schedule(resource::Schedule {
                expression: expression.clone(),
                function: function_ref(function),
                role: role.clone(),
                maximum_age: maximum_age.clamp(60, 86_400),
            });
            let schedule = LogicalId::of_link(id, function, "", "Schedule");
            self.add(schedule, id, facts, "schedule", body);
            let statements = vec![Statement::allow(
                sid("Starts", function),
                &["lambda:InvokeFunction"],
                vec![function_ref(function).arn()],
            )];
            let trust = Statement::trust("scheduler.amazonaws.com", true);
            let body = Body::Role(resource::Role { trust, statements });
            self.add(role.id().clone(), id, link.facts(), "role", body);
        }
    }

    fn http_api(&mut self, node: &'g GraphNode<'n>) {
        let (id, facts) = (node.id, node.facts);
        let body = Body::HttpApi(resource::HttpApi { name: derived_name(id) });
        self.add(LogicalId::of(id, "Api"), id, facts, "api", body);
        let body = Body::Stage(resource::Stage { api: api_ref(id) });
        self.add(LogicalId::of(id, "Stage"), id, facts, "stage", body);
        self.plan.outputs.push(Output {
            id: LogicalId::of(id, "Url"),
            description: format!("Where {id} is reached."),
            value: api_url(id),
        });
        let mut integrated = None;
        for (to, link) in node.outgoing(Verb::Routes) {
            let target = self.node(to);
            let function = function_ref(target.id);
            let integration = Ref::<resource::Integration>::to(LogicalId::of_link(
                id,
                target.id,
                "",
                "Integration",
            ));
            if integrated.replace(to) != Some(to) {
                let timeout = (function::timeout(target.facts) * 1_000).min(30_000);
                let body = resource::Integration { api: api_ref(id), function, timeout };
                let body = Body::Integration(body);
                self.add(integration.id().clone(), id, link.facts(), "integration", body);
            }
            let key = SmolStr::new(link.label());
            let condition = PermissionCondition::SourceArn(route_arn(id, &key));
            let body = Body::Route(resource::Route { api: api_ref(id), key, integration });
            let route = LogicalId::of_link(id, target.id, link.label(), "Route");
            self.add(route, id, link.facts(), "route", body);
            self.permission(node, target.id, link, "apigateway.amazonaws.com", condition);
        }
    }

    fn external_service(&mut self, node: &'g GraphNode<'n>) {
        if node.incoming(Verb::Calls).next().is_none() {
            return;
        }
        self.plan.parameters.push(Parameter {
            id: LogicalId::of(node.id, "BaseUrl"),
            description: format!("The base URL of {}, without a slash at the end.", node.id),
            default: node.facts.get(external_service::BASE_URL),
            // What `net-runtime` binds: secrets go over HTTPS, or stay on one machine.
            pattern: "^(https://[^\\s/?#]+|http://(localhost|127\\.[0-9.]+|\\[::1\\])(:[0-9]+)?)(/[^\\s?#]*[^\\s/?#])?$",
            constraint: "a URL of HTTPS without a query, a fragment or a slash at the end; http:// only to localhost",
            entity: Some(node.id),
        });
        if node.facts.is(external_service::SECRET) {
            self.plan.parameters.push(Parameter {
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

    fn alexa_skill(&mut self, node: &'g GraphNode<'n>) {
        let token = LogicalId::of(node.id, "SkillId");
        for (to, link) in node.outgoing(Verb::Triggers) {
            let condition = PermissionCondition::EventSourceToken(Term::Parameter(token.clone()));
            let target = self.node(to).id;
            self.permission(node, target, link, "alexa-connectedhome.amazon.com", condition);
            self.plan.outputs.push(Output {
                id: LogicalId::of_link(node.id, target, "", "Endpoint"),
                description: format!(
                    "What the Alexa console wants as the endpoint of {}.",
                    node.id
                ),
                value: function_ref(target).arn(),
            });
        }
        self.plan.parameters.push(Parameter {
            id: token,
            description: format!("The id of the skill {}, as the Alexa console shows it.", node.id),
            default: None,
            pattern: "^amzn1\\.ask\\.skill\\.[0-9a-f-]+$",
            constraint: "a skill's id, as in amzn1.ask.skill.12345678-abcd-1234-abcd-123456789012",
            entity: Some(node.id),
        });
    }

    fn raw(&mut self, node: &'g GraphNode<'n>) {
        let Some(resource_type) = node.facts.get(raw::RESOURCE_TYPE) else { return };
        let removal = node.facts.get(REMOVAL).unwrap_or(Removal::Retain);
        let body = Body::Raw(resource::Raw { resource_type, removal });
        self.add(LogicalId::of(node.id, "Resource"), node.id, node.facts, "resource", body);
    }
}

fn overrides<'n>(facts: &'n Facts, part: &str) -> Vec<(&'n str, serde_json::Value)> {
    facts
        .below(PROPERTY)
        .filter_map(|(key, flat)| {
            let path = key.strip_prefix(part)?.strip_prefix('/')?;
            Some((path, flat.agreed()?.to_json()))
        })
        .collect()
}

/// Whether events are handed to the function while nobody waits, so that failures need a place.
fn is_handed_events(graph: &Graph<'_>, node: &GraphNode<'_>) -> bool {
    node.into.iter().any(|(from, link)| match link.verb() {
        Verb::Sends => true,
        Verb::Triggers => {
            matches!(graph.nodes()[*from].kind, Some(Kind::Topic | Kind::Schedule | Kind::Table))
        }
        _ => false,
    })
}

fn dead_letter_queue(fifo: Option<resource::Fifo>) -> Body {
    Body::Queue(resource::Queue {
        fifo: fifo.map(|_| resource::Fifo { content_deduplication: false, high_throughput: false }),
        visibility_timeout: 30,
        retention: queue::DEAD_LETTER_RETENTION,
        delay: 0,
        redrive: None,
    })
}

/// Scheduler wants the singular for one, and the largest unit reads best.
fn rate_expression(seconds: u64) -> String {
    let (count, unit) = match seconds {
        _ if seconds.is_multiple_of(86_400) => (seconds / 86_400, "day"),
        _ if seconds.is_multiple_of(3_600) => (seconds / 3_600, "hour"),
        _ => (seconds / 60, "minute"),
    };
    format!("rate({count} {unit}{})", if count == 1 { "" } else { "s" })
}

fn sid(verb: &str, entity: &Id) -> SmolStr {
    format_smolstr!("{verb}{}", LogicalId::of(entity, ""))
}

fn function_ref(id: &Id) -> Ref<resource::Function> {
    Ref::to(LogicalId::of(id, "Function"))
}

fn queue_ref(id: &Id) -> Ref<resource::Queue> {
    Ref::to(LogicalId::of(id, "Queue"))
}

fn topic_ref(id: &Id) -> Ref<resource::Topic> {
    Ref::to(LogicalId::of(id, "Topic"))
}

fn table_ref(id: &Id) -> Ref<resource::Table> {
    Ref::to(LogicalId::of(id, "Table"))
}

fn api_ref(id: &Id) -> Ref<resource::HttpApi> {
    Ref::to(LogicalId::of(id, "Api"))
}

/// `stack-entity`: the physical name where a reference would close a cycle.
fn derived_name(id: &Id) -> Term {
    Term::Join(vec![
        Term::Pseudo(Pseudo::StackName),
        Term::text("-"),
        Term::Text(SmolStr::new(id.as_str())),
    ])
}

fn derived_arn(id: &Id) -> Term {
    Term::Join(vec![
        Term::text("arn:"),
        Term::Pseudo(Pseudo::Partition),
        Term::text(":lambda:"),
        Term::Pseudo(Pseudo::Region),
        Term::text(":"),
        Term::Pseudo(Pseudo::AccountId),
        Term::text(":function:"),
        derived_name(id),
    ])
}

/// From the API's id and not from its stage, so that the URL may stand in the environment of the
/// very function the API calls.
fn api_url(id: &Id) -> Term {
    Term::Join(vec![
        Term::text("https://"),
        api_ref(id).api_id(),
        Term::text(".execute-api."),
        Term::Pseudo(Pseudo::Region),
        Term::text("."),
        Term::Pseudo(Pseudo::UrlSuffix),
    ])
}

/// The requests of one route in any stage; a placeholder stands for any value.
fn route_arn(api: &Id, key: &str) -> Term {
    let (method, path) = key.split_once(' ').unwrap_or((key, ""));
    let method = if method == "ANY" { "*" } else { method };
    let parts: Vec<&str> =
        path.split('/').map(|part| if part.starts_with('{') { "*" } else { part }).collect();
    Term::Join(vec![
        Term::text("arn:"),
        Term::Pseudo(Pseudo::Partition),
        Term::text(":execute-api:"),
        Term::Pseudo(Pseudo::Region),
        Term::text(":"),
        Term::Pseudo(Pseudo::AccountId),
        Term::text(":"),
        api_ref(api).api_id(),
        Term::Text(format_smolstr!("/*/{method}{}", parts.join("/"))),
    ])
}
