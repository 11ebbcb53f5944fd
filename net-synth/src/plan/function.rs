//! Functions, each with its role, its log group and, where nobody waits for it, its dead-letter queue.

use super::{
    LogicalId, Need, Part, Planned, Planner, Value, extra,
    key::{self, Encryption},
    naming::derived_name,
    policy::{self, allow},
    queue, types,
    value::{fixed, object},
};
use net_dsl::{
    FunctionCode, GraphNode, Link, Removal, Runtime, Verb,
    binding::{self, transport},
    entity::{
        DEADLINE, MESSAGE,
        function::{self, Folder},
    },
    facts::Value as Fact,
};
use smol_str::{SmolStr, format_smolstr};

pub(super) struct Function;

/// What runs a program that needs nothing but the operating system.
const BARE: &str = Runtime::PROVIDED_AL2023.as_str();
/// What the inline policy of a role is called.
pub(super) const POLICY: &str = "links";
/// The parameter with the bucket that packages lie in, of every stack with functions.
pub(crate) const CODE_BUCKET: &str = "CodeBucket";
/// Where a function's environment is.
pub(crate) const VARIABLES: &str = "Environment/Variables";
/// Where the key of a function's package is.
pub(crate) const CODE_KEY: &str = "Code/S3Key";

const ENCRYPTION: Encryption = Encryption { property: "function/KmsKeyArn", links: &[], via: None };

impl Planned for Function {
    fn main(&self) -> Option<&'static str> {
        Some("Function")
    }

    fn own_type(&self) -> Option<&'static str> {
        Some(types::FUNCTION)
    }

    fn resources(&self, planner: &mut Planner<'_, '_>, number: usize) {
        let node = planner.node(number);
        let (id, facts) = (node.id, node.facts);
        let role = LogicalId::of(id, "Role");
        let log_group = LogicalId::of(id, "LogGroup");
        let dead_letters =
            is_handed_events(planner, node).then(|| dead_letter_queue(planner, number));
        let (statements, variables) = needs(planner, number, &log_group, dead_letters.as_ref());
        let environment =
            (!variables.is_empty()).then(|| object! { "Variables": Value::Map(variables) });

        // A binary brings its own runtime, as does what nobody has said the code of.
        let code = facts.get(function::CODE);
        let (package, runtime, handler) = match &code {
            Some(FunctionCode::Binary(binary)) => (binary.name(), BARE, Folder::BOOTSTRAP),
            Some(FunctionCode::Folder(folder)) => {
                (folder.path(), folder.runtime(), folder.handler())
            }
            None => (id.as_str(), BARE, Folder::BOOTSTRAP),
        };
        let architecture = function::architecture(facts);
        let memory = facts.setting(function::MEMORY).unwrap_or(function::DEFAULT_MEMORY);
        let properties = object! {
            "FunctionName": planner.cycles[number].map(|_| function_name(planner, number)),
            "Runtime": SmolStr::new(runtime),
            "Architectures": Value::from([architecture.as_str().into()]),
            "Handler": SmolStr::new(handler),
            "Code": object! {
                "S3Bucket": planner.code_bucket(),
                "S3Key": format_smolstr!("{package}.zip"),
            },
            "Role": Value::Arn(role.clone()),
            "Timeout": function::timeout(facts),
            "MemorySize": memory,
            "LoggingConfig": object! {
                "LogFormat": "JSON",
                "LogGroup": Value::Ref(log_group.clone()),
            },
            "Environment": environment,
            "ReservedConcurrentExecutions": facts.setting(function::RESERVED_CONCURRENCY),
            "DeadLetterConfig": dead_letters
                .clone()
                .map(|queue| object! { "TargetArn": Value::Arn(queue) }),
            "RecursiveLoop": function::loops(facts).then_some("Allow"),
        };
        let main = planner.id(number);
        planner.add(main, Part::of(id, facts, "function"), types::FUNCTION, properties);
        let part = Part::of(id, facts, "role");
        let trust = fixed!(policy::trust("lambda.amazonaws.com", false));
        planner.add(role, part, types::ROLE, self::role(trust, statements));
        let kept = facts.setting(function::LOG_RETENTION);
        let days = kept.unwrap_or(function::DEFAULT_LOG_RETENTION) / 86_400;
        let part = Part::of(id, facts, "log-group").kept(Removal::Delete);
        planner.add(log_group, part, types::LOG_GROUP, object! { "RetentionInDays": days });
        if let Some(queue) = dead_letters {
            let part = Part::of(id, facts, "dead-letter-queue").kept(Removal::Delete);
            planner.add(queue.clone(), part, types::QUEUE, queue::dead_letters(false));
            let senders = planner.senders(number, Verb::Triggers);
            queue::senders_may_send(planner, number, senders, queue, "DeadLetterQueuePolicy");
        }
    }

    fn feeds(&self, _: &Planner<'_, '_>, _: usize, _: &Link) -> Option<Value> {
        None
    }

    fn encryption(&self) -> Option<&'static Encryption> {
        Some(&ENCRYPTION)
    }

    fn serves(&self, planner: &Planner<'_, '_>, user: usize, number: usize, link: &Link) -> Need {
        let purpose = match link.verb() {
            Verb::Sends => "SendsTo",
            Verb::Asks => "Asks",
            Verb::Triggers
            | Verb::Routes
            | Verb::FansOut
            | Verb::Reads
            | Verb::Writes
            | Verb::Calls => return Need::default(),
        };
        let cycles = &planner.cycles;
        let is_in_a_circle = cycles[user].is_some() && cycles[user] == cycles[number];
        let arn = if is_in_a_circle { derived_arn(planner, number) } else { planner.arn(number) };
        let statement =
            allow(planner.sid(purpose, number), &["lambda:InvokeFunction"], arn.clone());
        let address = Value::join([transport::FUNCTION.into(), arn]);
        Need::bound(link, address).allowed(statement)
    }
}

/// A role which a service acts in, which is trusted with it.
pub(super) fn role(trust: Value, statements: Vec<Value>) -> Value {
    object! {
        "AssumeRolePolicyDocument": trust,
        "Policies": Value::from([object! {
            "PolicyName": POLICY,
            "PolicyDocument": policy::document(statements),
        }]),
    }
}

/// The queue for what a function fails on while nobody waits.
pub(super) fn dead_letter_queue(planner: &Planner<'_, '_>, number: usize) -> LogicalId {
    LogicalId::of(planner.node(number).id, "DeadLetterQueue")
}

/// What a function may do, and its environment in order of name.
fn needs(
    planner: &Planner<'_, '_>,
    number: usize,
    log_group: &LogicalId,
    dead_letters: Option<&LogicalId>,
) -> (Vec<Value>, Box<[(SmolStr, Value)]>) {
    let node = planner.node(number);
    let mut statements = Vec::with_capacity(2 + node.into.len() + node.out.len());
    let logs = &["logs:CreateLogStream", "logs:PutLogEvents"];
    let group = extra::log_group(planner, node.facts).unwrap_or(Value::Arn(log_group.clone()));
    statements.push(allow(SmolStr::new_static("Logs"), logs, group));
    if let Some(queue) = dead_letters {
        let sid = SmolStr::new_static("SendsDeadLetters");
        statements.push(allow(sid, &["sqs:SendMessage"], Value::Arn(queue.clone())));
    }
    let mut environment: Vec<(SmolStr, Value)> = node
        .facts
        .below(function::ENVIRONMENT)
        .filter_map(|(name, flat)| match flat.agreed()? {
            Fact::Text(text) => Some((SmolStr::new(name), text.clone().into())),
            Fact::Bool(_) | Fact::Number(_) | Fact::Json(_) => None,
        })
        .collect();
    for (from, link) in &node.into {
        let Some(kind) = planner.node(*from).kind else { continue };
        if link.verb() == Verb::Triggers {
            statements.extend(super::of(kind).feeds(planner, *from, link));
            let sid = planner.sid("SendsFailuresOf", *from);
            statements.extend(extra::failures(planner, link.facts(), &sid));
        }
    }
    for (to, link) in &node.out {
        let target = planner.node(*to);
        let Some(kind) = target.kind else { continue };
        if let (Verb::Sends, Some(deadline)) = (link.verb(), target.facts.get(DEADLINE)) {
            let message = link.facts().get(MESSAGE).unwrap_or_default();
            let seconds = format_smolstr!("{}", deadline.get());
            environment.push((binding::deadline_variable(&message), seconds.into()));
        }
        let need = super::of(kind).serves(planner, number, *to, link);
        statements.extend(need.statements);
        environment.extend(need.variables);
    }
    statements.extend(key::statements(planner, number));
    statements.extend(extra::statements(planner, node.facts));
    environment.sort_by(|a, b| a.0.cmp(&b.0));
    environment.dedup_by(|a, b| a.0 == b.0);
    (statements, environment.into_boxed_slice())
}

/// Whether events are handed to the function while nobody waits, so that failures need a place.
fn is_handed_events(planner: &Planner<'_, '_>, node: &GraphNode<'_>) -> bool {
    node.into.iter().any(|(from, link)| match link.verb() {
        Verb::Sends => true,
        Verb::Triggers => planner.node(*from).descriptor().is_some_and(|source| source.unattended),
        Verb::Routes | Verb::FansOut | Verb::Asks | Verb::Reads | Verb::Writes | Verb::Calls => {
            false
        }
    })
}

fn derived_arn(planner: &Planner<'_, '_>, number: usize) -> Value {
    use super::Pseudo::{AccountId, Partition, Region};
    Value::join([
        "arn:".into(),
        Partition.into(),
        ":lambda:".into(),
        Region.into(),
        ":".into(),
        AccountId.into(),
        ":function:".into(),
        function_name(planner, number),
    ])
}

/// The name of a function that others address by it: what an overlay says, or a derived one.
fn function_name(planner: &Planner<'_, '_>, number: usize) -> Value {
    let node = planner.node(number);
    let name = planner.overridden(node.facts, "function/FunctionName");
    name.unwrap_or_else(|| derived_name(node.id))
}
