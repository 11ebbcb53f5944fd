//! Event buses: a rule for each link that leaves one, with what cannot be delivered in a queue.

use super::{
    LogicalId, Need, Part, Planned, Planner, Pseudo, Sender, Value, function,
    naming::derived_name,
    policy::allow_if,
    queue, types,
    value::{fixed, object},
};
use net_dsl::{
    Facts, GraphNode, Kind, Link, Removal, Verb,
    binding::transport,
    entity::{
        MESSAGE, REMOVAL, TYPE, bucket,
        event_bus::{self, ARCHIVE, CONDITIONS, DEFAULT, DETAIL_TYPE, SOURCE, Said},
        external_service,
    },
    link,
};
use serde_json::Map;
use smol_str::{SmolStr, SmolStrBuilder, format_smolstr};
use std::collections::BTreeMap;

pub(super) struct EventBus;

/// How often a rule tries again to deliver an event, and for how long, where nothing is said: what
/// EventBridge does by itself ("Event retry policy and using dead-letter queues").
const RETRIES: u64 = 185;
const MAXIMUM_AGE: u64 = 86_400;

impl Planned for EventBus {
    fn main(&self) -> Option<&'static str> {
        Some("EventBus")
    }

    fn own_type(&self) -> Option<&'static str> {
        Some(types::EVENT_BUS)
    }

    fn resources(&self, planner: &mut Planner<'_, '_>, number: usize) {
        let node = planner.node(number);
        let (id, facts) = (node.id, node.facts);
        let main = planner.id(number);
        if !facts.is(DEFAULT) {
            let part = Part::main(node, "event-bus");
            planner.add(main, part, types::EVENT_BUS, object! { "Name": derived_name(id) });
        }
        if let Some(age) = facts.get(ARCHIVE) {
            let properties = object! {
                "SourceArn": arn(planner, number),
                "RetentionDays": age.get().div_ceil(86_400),
            };
            let removal = facts.get(REMOVAL).unwrap_or(Removal::Retain);
            let part = Part::of(id, facts, "archive").kept(removal);
            planner.add(LogicalId::of(id, "Archive"), part, types::ARCHIVE, properties);
        }
        let mut undelivered = from_buckets(planner, number);
        for (to, link) in &node.out {
            if let Some(rule) = rule(planner, number, *to, link) {
                undelivered.push(rule);
            }
        }
        if !undelivered.is_empty() {
            let queue = dead_letters(node);
            let part = Part::of(id, facts, "dead-letter-queue").kept(Removal::Delete);
            planner.add(queue.clone(), part, types::QUEUE, queue::dead_letters(false));
            let senders = undelivered.into_iter().map(sender).collect();
            queue::senders_may_send(planner, number, senders, queue, "DeadLetterQueuePolicy");
        }
    }

    fn feeds(&self, _: &Planner<'_, '_>, _: usize, _: &Link) -> Option<Value> {
        None
    }

    fn delivers(
        &self,
        planner: &Planner<'_, '_>,
        number: usize,
        to: usize,
        link: &Link,
    ) -> Option<Sender> {
        Some(sender(rule_id(planner.node(number), planner.node(to), link)))
    }

    fn serves(&self, planner: &Planner<'_, '_>, _: usize, number: usize, link: &Link) -> Need {
        match link.verb() {
            Verb::Sends => {
                let node = planner.node(number);
                let what = link.facts().get(MESSAGE).unwrap_or_default();
                let Said { source, detail_type, .. } = said(node.facts, link);
                let address = Value::join([
                    transport::BUS.into(),
                    name(planner, number),
                    format_smolstr!("|{source}|{detail_type}").into(),
                ]);
                let condition = object! {
                    "StringEquals": object! {
                        "events:detail-type": detail_type,
                        "events:source": source,
                    },
                };
                let mut sid = SmolStrBuilder::new();
                sid.push_str(&planner.sid("SendsTo", number));
                sid.extend(what.chars().filter(char::is_ascii_alphanumeric));
                let bus = arn(planner, number);
                let statement = allow_if(sid.finish(), &["events:PutEvents"], bus, condition);
                Need::bound(link, address).allowed(statement)
            }
            Verb::Triggers
            | Verb::Routes
            | Verb::FansOut
            | Verb::Asks
            | Verb::Reads
            | Verb::Writes
            | Verb::Calls => Need::default(),
        }
    }
}

/// What the bus is called: the account's own is not made.
fn name(planner: &Planner<'_, '_>, number: usize) -> Value {
    match planner.node(number).facts.is(DEFAULT) {
        true => "default".into(),
        false => planner.reference(number),
    }
}

fn arn(planner: &Planner<'_, '_>, number: usize) -> Value {
    if !planner.node(number).facts.is(DEFAULT) {
        return planner.arn(number);
    }
    Value::join([
        "arn:".into(),
        Pseudo::Partition.into(),
        ":events:".into(),
        Pseudo::Region.into(),
        ":".into(),
        Pseudo::AccountId.into(),
        ":event-bus/default".into(),
    ])
}

/// The queue for what could not be delivered elsewhere than to functions, which have one of their own.
fn dead_letters(bus: &GraphNode<'_>) -> LogicalId {
    LogicalId::of(bus.id, "DeadLetterQueue")
}

fn sender(rule: LogicalId) -> Sender {
    Sender {
        sid: "RulesSend",
        service: "events.amazonaws.com",
        source: Value::Arn(rule),
        in_this_account: false,
    }
}

/// What the resources of a link from a bus are called: by both ends and the event, and by the route where there is
/// one.
fn id_of(bus: &GraphNode<'_>, to: &GraphNode<'_>, link: &Link, suffix: &str) -> LogicalId {
    let route = if link.verb() == Verb::Calls { link.label() } else { "" };
    id_between(bus, to, &said(bus.facts, link).label, route, suffix)
}

fn id_between(
    from: &GraphNode<'_>,
    to: &GraphNode<'_>,
    event: &str,
    route: &str,
    suffix: &str,
) -> LogicalId {
    let mut id = String::new();
    for letter in event.chars().chain(route.chars()) {
        match letter {
            'A'..='W' | 'Y' | 'Z' | 'a'..='z' | '0'..='9' => id.push(letter),
            other => id.push_str(&format!("X{:02x}", u32::from(other))),
        }
    }
    id.push_str(suffix);
    LogicalId::of_link(from.id, to.id, "", &id)
}

/// What is said of the event of a link.
fn said(bus: &Facts, link: &Link) -> Said {
    event_bus::said(bus, link.facts()).unwrap_or_default()
}

fn rule_id(bus: &GraphNode<'_>, target: &GraphNode<'_>, link: &Link) -> LogicalId {
    id_of(bus, target, link, "Rule")
}

/// The rule of a link, if the link has one; its id, if what it cannot deliver goes to the bus's queue.
fn rule(planner: &mut Planner<'_, '_>, number: usize, to: usize, link: &Link) -> Option<LogicalId> {
    let (node, target) = (planner.node(number), planner.node(to));
    let facts = link.facts();
    let (source, detail_type) = (facts.get(SOURCE)?, facts.get(DETAIL_TYPE)?);
    let id = rule_id(node, target, link);
    // Functions and buses take the event whole; whatever else takes what it tells. What S3 tells says only as a
    // whole what has happened.
    let detail = (source != bucket::SOURCE).then_some("$.detail");
    let (address, role, input_path, dead_letters, own) = match (link.verb(), target.kind) {
        (Verb::Triggers, _) => {
            let properties = object! {
                "Action": "lambda:InvokeFunction",
                "FunctionName": planner.arn(to),
                "Principal": "events.amazonaws.com",
                "SourceArn": Value::Arn(id.clone()),
            };
            let part = Part::of(node.id, node.facts, "permission");
            planner.add(
                id_of(node, target, link, "Permission"),
                part,
                types::PERMISSION,
                properties,
            );
            (planner.arn(to), None, None, function::dead_letter_queue(planner, to), false)
        }
        (Verb::FansOut, Some(Kind::EventBus)) => {
            let bus = arn(planner, to);
            let role = role(planner, number, to, link, &["events:PutEvents"], bus.clone());
            (bus, Some(role), None, self::dead_letters(node), true)
        }
        (Verb::FansOut, Some(Kind::Topic)) => {
            (planner.reference(to), None, detail, self::dead_letters(node), true)
        }
        (Verb::FansOut, _) => (planner.arn(to), None, detail, self::dead_letters(node), true),
        (Verb::Calls, _) => {
            let destination = destination(planner, number, to, link);
            let address = Value::Arn(destination);
            let actions = &["events:InvokeApiDestination"];
            let role = role(planner, number, to, link, actions, address.clone());
            (address, Some(role), detail, self::dead_letters(node), true)
        }
        (Verb::Routes | Verb::Sends | Verb::Asks | Verb::Reads | Verb::Writes, _) => return None,
    };
    let target = object! {
        "Id": "target",
        "Arn": address,
        "RoleArn": role.map(Value::Arn),
        "InputPath": input_path,
        "RetryPolicy": object! {
            "MaximumRetryAttempts": facts.get(link::RETRIES).map_or(RETRIES, |tries| tries.get()),
            "MaximumEventAgeInSeconds":
                facts.get(link::MAXIMUM_AGE).map_or(MAXIMUM_AGE, |age| age.get()),
        },
        "DeadLetterConfig": object! { "Arn": Value::Arn(dead_letters) },
    };
    let detail = match node.facts.is(DEFAULT) && source == bucket::SOURCE {
        true => of_buckets(planner, number, link),
        false => detail_pattern(facts),
    };
    let properties = object! {
        "EventBusName": name(planner, number),
        "EventPattern": object! {
            "source": Value::from([source.into()]),
            "detail-type": Value::from([detail_type.into()]),
            "detail": detail,
        },
        "State": "ENABLED",
        "Targets": Value::from([target]),
    };
    planner.add(id.clone(), Part::of(node.id, node.facts, "rule"), types::RULE, properties);
    own.then_some(id)
}

/// S3 tells the account's own bus alone: of the buckets of which the network has another bus told, a rule there
/// hands on. The rules' ids.
fn from_buckets(planner: &mut Planner<'_, '_>, number: usize) -> Vec<LogicalId> {
    let node = planner.node(number);
    if node.facts.is(DEFAULT) {
        return Vec::new();
    }
    let mut told: BTreeMap<(usize, SmolStr), Vec<Value>> = BTreeMap::new();
    for (from, link) in node.incoming(Verb::FansOut) {
        if link.facts().get(bucket::EVENT).is_some() {
            let pattern = super::bucket::told(planner, planner.node(from), link);
            told.entry((from, said(node.facts, link).label)).or_default().push(pattern);
        }
    }
    let mut rules = Vec::new();
    for ((from, label), patterns) in told {
        let teller = planner.node(from);
        let id = |suffix| id_between(teller, node, &label, "", suffix);
        let (rule, role) = (id("Rule"), id("Role"));
        let reaches = planner.sid("Reaches", number);
        let statement = super::policy::allow(reaches, &["events:PutEvents"], planner.arn(number));
        let properties = function::role(trust(), vec![statement]);
        let part = Part::of(teller.id, teller.facts, "role");
        planner.add(role.clone(), part, types::ROLE, properties);
        let target = object! {
            "Id": "target",
            "Arn": planner.arn(number),
            "RoleArn": Value::Arn(role),
            "RetryPolicy": object! {
                "MaximumRetryAttempts": RETRIES,
                "MaximumEventAgeInSeconds": MAXIMUM_AGE,
            },
            "DeadLetterConfig": object! { "Arn": Value::Arn(dead_letters(node)) },
        };
        let event = event_bus::said_of(node.facts, &label);
        let properties = object! {
            "EventBusName": "default",
            "EventPattern": object! {
                "source": Value::from([event.source.into()]),
                "detail-type": Value::from([event.detail_type.into()]),
                "detail": one_of(patterns),
            },
            "State": "ENABLED",
            "Targets": Value::from([target]),
        };
        let part = Part::of(teller.id, teller.facts, "rule");
        planner.add(rule.clone(), part, types::RULE, properties);
        rules.push(rule);
    }
    rules
}

/// One of several patterns of a detail.
fn one_of(mut patterns: Vec<Value>) -> Option<Value> {
    match patterns.len() {
        0 | 1 => patterns.pop(),
        _ => Some(object! { "$or": patterns }),
    }
}

/// What a rule of the account's own bus asks of an event of S3's: that a bucket of the network tells of it.
fn of_buckets(planner: &Planner<'_, '_>, number: usize, link: &Link) -> Option<Value> {
    let same = |told: &Link| told.facts().get(TYPE) == link.facts().get(TYPE);
    let told = planner.node(number).incoming(Verb::FansOut).filter(|(_, told)| same(told));
    one_of(
        told.map(|(from, told)| super::bucket::told(planner, planner.node(from), told)).collect(),
    )
}

/// What a rule asks of fields, as a pattern: an object inside an object for each `.` of a path. Of two
/// conditions of one field, which rule N803 refuses, one is left out.
fn detail_pattern(link: &Facts) -> Option<Value> {
    let conditions = link.get(CONDITIONS)?;
    let mut pattern = Map::new();
    for (path, matches) in conditions.entries() {
        let (inside, field) = path.rsplit_once('.').unwrap_or(("", path));
        let mut place = Some(&mut pattern);
        for part in inside.split('.').filter(|part| !part.is_empty()) {
            let inner = place.map(|place| place.entry(part).or_insert_with(|| Map::new().into()));
            place = inner.and_then(|inner| inner.as_object_mut());
        }
        place.map(|place| place.insert(field.to_owned(), matches));
    }
    Some(Value::from_json(&pattern.into()))
}

/// Who acts in the roles of buses: EventBridge, for this account.
fn trust() -> Value {
    fixed!(super::policy::trust("events.amazonaws.com", true))
}

/// The role in which a rule reaches what has no policy of its own for it.
fn role(
    planner: &mut Planner<'_, '_>,
    number: usize,
    to: usize,
    link: &Link,
    actions: &'static [&'static str],
    resource: Value,
) -> LogicalId {
    let (node, target) = (planner.node(number), planner.node(to));
    let id = id_of(node, target, link, "Role");
    let statement = super::policy::allow(planner.sid("Reaches", to), actions, resource);
    let properties = function::role(trust(), vec![statement]);
    planner.add(id.clone(), Part::of(node.id, node.facts, "role"), types::ROLE, properties);
    id
}

/// What a rule calls: one route of a service, with its secret.
fn destination(planner: &mut Planner<'_, '_>, number: usize, to: usize, link: &Link) -> LogicalId {
    let (node, service) = (planner.node(number), planner.node(to));
    let connection = id_of(node, service, link, "Connection");
    // EventBridge calls nothing without any key.
    let (header, key) = match service.facts.is(external_service::SECRET) {
        true => {
            let secret = Value::Ref(LogicalId::of(service.id, "CredentialsArn"));
            let value = Value::join(["{{resolve:secretsmanager:".into(), secret, "}}".into()]);
            ("Authorization", value)
        }
        false => ("X-Event-Bus", derived_name(node.id)),
    };
    let properties = object! {
        "AuthorizationType": "API_KEY",
        "AuthParameters": object! {
            "ApiKeyAuthParameters": object! { "ApiKeyName": header, "ApiKeyValue": key },
        },
    };
    let part = Part::of(node.id, node.facts, "connection");
    planner.add(connection.clone(), part, types::CONNECTION, properties);
    let (method, path) = link.label().split_once(' ').unwrap_or(("POST", ""));
    let base = Value::Ref(LogicalId::of(service.id, "BaseUrl"));
    let properties = object! {
        "ConnectionArn": Value::Arn(connection),
        "HttpMethod": SmolStr::new(method),
        "InvocationEndpoint": Value::join([base, SmolStr::new(path).into()]),
    };
    let id = id_of(node, service, link, "Destination");
    let part = Part::of(node.id, node.facts, "api-destination");
    planner.add(id.clone(), part, types::API_DESTINATION, properties);
    id
}
