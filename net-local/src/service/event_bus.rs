//! EventBridge event buses: rules, and what they hand events to.
//!
//! Sources, by the titles of the Amazon EventBridge User Guide: "How EventBridge retries delivering events", "API
//! destinations".

use super::{consumer::message_id, external_service, function, queue, topic};
use crate::engine::{
    Engine,
    log::{Number, What},
    pattern::Pattern,
    wiring::{ACCOUNT, REGION, Reader, Wiring},
};
use net_dsl::entity::bucket::SOURCE;
use net_runtime::{Failure, Parcel};
use net_synth::plan::Value as Planned;
use reqwest::Request;
use serde_json::{Map, Value, json};
use std::{sync::Arc, time::Duration};

/// What the account's own bus is called.
const DEFAULT: &str = "default";
/// How long a service has for its answer ("API destinations").
const ANSWER: Duration = Duration::from_secs(5);
/// How often a rule tries again and for how long, where nothing is said ("Event retry policy").
const RETRIES: u64 = 185;
const AGE: u64 = 86_400;

/// One bus, as the plan has it.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) entity: usize,
    name: String,
    rules: Vec<Rule>,
}

#[derive(Debug)]
struct Rule {
    pattern: Pattern,
    to: Target,
    /// Whether the target is told the detail alone.
    is_bare: bool,
    retries: u64,
    /// For how long it tries, in milliseconds.
    age: u64,
    /// The ARN of the queue for what cannot be delivered.
    dead_letters: Option<String>,
}

#[derive(Clone, Debug)]
enum Target {
    Function(usize),
    Queue(usize),
    Topic(usize),
    Bus(String),
    Service(Arc<Destination>),
}

/// What a rule calls.
#[derive(Clone, Debug)]
pub(crate) struct Destination {
    arn: String,
    connection: String,
    /// As contracts know it.
    service: String,
    method: String,
    url: String,
    /// The header that it is called with, once the connection is known.
    header: Option<(String, String)>,
}

/// What is known of destinations while the plan is read.
#[derive(Debug, Default)]
pub(crate) struct Destinations {
    connections: Vec<(String, (String, String))>,
    known: Vec<Destination>,
}

pub(crate) fn read(reader: &mut Reader<'_, '_>) {
    // Without effect here: names, descriptions, what is logged and encrypted.
    reader.refuse_all_but(&["Name", "Description", "LogConfig", "KmsKeyIdentifier", "Tags"]);
    let settings =
        Settings { entity: reader.entity(), name: reader.reference(), rules: Vec::new() };
    reader.wiring.buses.push(settings);
}

/// The account's own bus, which no resource makes.
pub(crate) fn read_default(wiring: &mut Wiring, entity: usize) {
    if !wiring.buses.iter().any(|bus| bus.name == DEFAULT) {
        wiring.buses.push(Settings { entity, name: DEFAULT.to_owned(), rules: Vec::new() });
    }
}

pub(crate) fn read_connection(reader: &mut Reader<'_, '_>) {
    reader.refuse_all_but(&[
        "AuthorizationType",
        "AuthParameters/ApiKeyAuthParameters",
        "Name",
        "Description",
    ]);
    let part = |name: &str| reader.text(&format!("AuthParameters/ApiKeyAuthParameters/{name}"));
    let header = part("ApiKeyName").zip(part("ApiKeyValue"));
    let arn = reader.arn();
    reader.wiring.destinations.connections.extend(header.map(|header| (arn, header)));
}

pub(crate) fn read_destination(reader: &mut Reader<'_, '_>) {
    reader.refuse_all_but(&[
        "ConnectionArn",
        "HttpMethod",
        "InvocationEndpoint",
        "Name",
        "Description",
    ]);
    let service = reader.value("InvocationEndpoint").and_then(|url| reader.owner(url));
    let service = service.and_then(|entity| {
        let services = reader.wiring.services.iter();
        services.clone().find(|service| reader.wiring.name(service.entity) == entity)
    });
    let Some(service) = service.map(|service| service.name.to_string()) else {
        reader.refuse("what it calls is no service of this network");
        return;
    };
    let text = |name: &str| reader.text(name).unwrap_or_default();
    let connection = text("ConnectionArn");
    let connections = reader.wiring.destinations.connections.iter();
    let header = connections.clone().find(|(arn, _)| *arn == connection);
    let destination = Destination {
        arn: reader.arn(),
        service,
        method: text("HttpMethod"),
        url: text("InvocationEndpoint"),
        header: header.map(|(_, header)| header.clone()),
        connection,
    };
    if destination.header.is_none() {
        reader.refuse(&format!("its connection `{}` is not known here", destination.connection));
    }
    reader.wiring.destinations.known.push(destination);
}

pub(crate) fn read_rule(reader: &mut Reader<'_, '_>) {
    reader.refuse_all_but(&[
        "EventBusName",
        "EventPattern",
        "State",
        "Targets",
        "Name",
        "Description",
        "Tags",
    ]);
    if reader.text("State").is_some_and(|state| state != "ENABLED") {
        return;
    }
    let pattern = reader.value("EventPattern").map(|pattern| plain(reader, pattern));
    let pattern = match Pattern::of(&pattern.unwrap_or_default()) {
        Ok(pattern) => pattern,
        Err(why) => {
            reader.refuse(&format!("its pattern cannot be carried out here: {why}"));
            return;
        }
    };
    let name = reader.text("EventBusName").unwrap_or_else(|| DEFAULT.to_owned());
    if name == DEFAULT {
        let entity = reader.entity();
        read_default(reader.wiring, entity);
    }
    let targets: Vec<Value> = reader
        .value("Targets")
        .into_iter()
        .flat_map(Planned::items)
        .map(|target| plain(reader, target))
        .collect();
    for target in targets {
        match rule(reader.wiring, pattern.clone(), &target) {
            Ok(rule) => match reader.wiring.buses.iter_mut().find(|bus| bus.name == name) {
                Some(bus) => bus.rules.push(rule),
                None => reader.refuse("its bus is none of this network"),
            },
            Err(why) => reader.refuse(&why),
        }
    }
}

fn rule(wiring: &Wiring, pattern: Pattern, target: &Value) -> Result<Rule, String> {
    let known = ["Id", "Arn", "RoleArn", "InputPath", "RetryPolicy", "DeadLetterConfig"];
    let mut keys = target.as_object().into_iter().flat_map(Map::keys);
    if let Some(key) = keys.find(|key| !known.contains(&key.as_str())) {
        return Err(format!("`{key}` of its target is set, and not carried out here yet"));
    }
    let is_bare = match target["InputPath"].as_str() {
        None => false,
        Some("$.detail") => true,
        Some(other) => return Err(format!("the path `{other}` is not carried out here yet")),
    };
    let arn = target["Arn"].as_str().unwrap_or_default();
    let bus = arn.split_once(":event-bus/").map(|(_, name)| Target::Bus(name.to_owned()));
    let topic = || wiring.topics.iter().position(|topic| topic.arn == arn).map(Target::Topic);
    let destination = || {
        let known = wiring.destinations.known.iter().find(|known| known.arn == arn)?;
        Some(Target::Service(Arc::new(known.clone())))
    };
    let to = bus
        .or_else(|| wiring.function(arn).map(Target::Function))
        .or_else(|| wiring.queue(arn).map(Target::Queue))
        .or_else(topic)
        .or_else(destination)
        .ok_or_else(|| format!("its target `{arn}` is nothing of this network"))?;
    let policy = &target["RetryPolicy"];
    Ok(Rule {
        pattern,
        to,
        is_bare,
        retries: policy["MaximumRetryAttempts"].as_u64().unwrap_or(RETRIES),
        age: policy["MaximumEventAgeInSeconds"].as_u64().unwrap_or(AGE) * 1_000,
        dead_letters: target["DeadLetterConfig"]["Arn"].as_str().map(str::to_owned),
    })
}

/// A value of the plan with its references resolved.
fn plain(reader: &Reader<'_, '_>, value: &Planned) -> Value {
    if let Some(number) = value.as_u64() {
        return number.into();
    }
    match value {
        Planned::Null => Value::Null,
        Planned::Bool(flag) => (*flag).into(),
        Planned::Number(number) => number.to_string().parse().unwrap_or_default(),
        Planned::Fixed(value) => plain(reader, value),
        Planned::List(_) => value.items().iter().map(|item| plain(reader, item)).collect(),
        Planned::Object(_) | Planned::Map(_) => value
            .entries()
            .map(|(key, value)| (key.to_owned(), plain(reader, value)))
            .collect::<Map<String, Value>>()
            .into(),
        Planned::Text(_)
        | Planned::Ref(_)
        | Planned::Arn(_)
        | Planned::Attribute(_)
        | Planned::Pseudo(_)
        | Planned::Join(_) => reader.resolve(value).map_or(Value::Null, Value::from),
    }
}

/// The entity of a bus; it is known by its name, which comes first in the address of an event.
pub(crate) fn entity(wiring: &Wiring, address: &str) -> Option<usize> {
    let name = address.split('|').next()?;
    wiring.buses.iter().find(|bus| bus.name == name).map(|bus| bus.entity)
}

/// An event on a bus.
struct Event {
    letter: Number,
    correlation: u32,
    whole: Value,
}

/// Tells a bus of an event; it is known by its name, as events' addresses have it.
///
/// # Errors
/// [`Failure`], if there is no such bus.
pub(crate) fn tell(
    engine: &mut Engine,
    address: &str,
    parcel: &Arc<Parcel>,
    run: u32,
) -> Result<(), Failure> {
    let mut parts = address.splitn(3, '|');
    let mut part = || parts.next().unwrap_or_default();
    let (name, source, detail_type) = (part(), part(), part());
    let Some(bus) = engine.wiring.buses.iter().position(|bus| bus.name == name) else {
        let why = format!("ResourceNotFoundException: Event bus {name} does not exist.");
        return Err(Failure::Permanent(why.into()));
    };
    put(engine, bus, source, detail_type, parcel, run);
    Ok(())
}

/// Puts an event of AWS's on the account's own bus.
pub(crate) fn put_on_default(
    engine: &mut Engine,
    source: &str,
    detail_type: &str,
    parcel: &Arc<Parcel>,
) {
    if let Some(bus) = engine.wiring.buses.iter().position(|bus| bus.name == DEFAULT) {
        put(engine, bus, source, detail_type, parcel, 0);
    }
}

/// Puts an event on a bus.
pub(crate) fn put(
    engine: &mut Engine,
    bus: usize,
    source: &str,
    detail_type: &str,
    parcel: &Arc<Parcel>,
    run: u32,
) {
    let letter = engine.log.letter(parcel.clone());
    let correlation = engine.log.of(letter).correlation;
    let detail: Value = serde_json::from_str(&parcel.body).unwrap_or_default();
    let whole = json!({
        "version": "0",
        "id": message_id(letter),
        "detail-type": detail_type,
        "source": source,
        "account": ACCOUNT,
        "time": crate::time::rfc3339(engine.now()),
        "region": REGION,
        "resources": [],
        "detail": detail,
    });
    hand_out(engine, bus, Arc::new(Event { letter, correlation, whole }), run);
}

/// The events of a type that a bus was told of: what they tell, or the whole of what S3 tells.
pub(crate) fn told(engine: &Engine, bus: usize, source: &str, detail_type: &str) -> Vec<String> {
    let told = engine.services.events[bus].iter();
    let meant = told.filter(|event| {
        event.whole["source"] == source && event.whole["detail-type"] == detail_type
    });
    let told = |event: &Event| match source == SOURCE {
        true => event.whole.to_string(),
        false => event.whole["detail"].to_string(),
    };
    meant.map(told).collect()
}

/// What each bus was told.
#[derive(Default)]
pub(crate) struct Told(Vec<Arc<Event>>);

impl Told {
    fn iter(&self) -> impl Iterator<Item = &Event> {
        self.0.iter().map(|event| &**event)
    }
}

/// The number by which a bus is among the places that messages go to: behind the topics.
fn to_bus(wiring: &Wiring, bus: usize) -> Number {
    (wiring.queues.len() + wiring.functions.len() + wiring.topics.len() + bus) as Number
}

fn hand_out(engine: &mut Engine, bus: usize, event: Arc<Event>, run: u32) {
    let wiring = engine.wiring.clone();
    let what = What::Sent { letter: event.letter, to: to_bus(&wiring, bus) };
    engine.tell(event.correlation, run, what);
    engine.services.events[bus].0.push(event.clone());
    for (rule, settings) in wiring.buses[bus].rules.iter().enumerate() {
        if settings.pattern.matches(&event.whole) {
            let event = event.clone();
            let pause = engine.pause("event", to_bus(&wiring, bus) as usize);
            let began = engine.now();
            engine.on_the_way += 1;
            engine.later(pause, move |engine| {
                engine.on_the_way -= 1;
                deliver(engine, bus, rule, &event, began);
            });
        }
    }
}

/// Hands an event to the target of a rule.
fn deliver(engine: &mut Engine, bus: usize, rule: usize, event: &Arc<Event>, began: u64) {
    let wiring = engine.wiring.clone();
    let settings = &wiring.buses[bus].rules[rule];
    let told = if settings.is_bare { &event.whole["detail"] } else { &event.whole };
    // An event has no place for a deadline or a correlation.
    let parcel = || Arc::new(Parcel { body: told.to_string(), ..Parcel::default() });
    match &settings.to {
        Target::Function(to) => {
            let payload = told.to_string().into();
            function::hand_over(engine, *to, Some(event.letter), payload, event.correlation);
        }
        Target::Queue(to) => queue::send(engine, *to, &parcel(), 0),
        Target::Topic(to) => topic::publish(engine, *to, &parcel(), 0),
        Target::Bus(name) => match wiring.buses.iter().position(|bus| bus.name == *name) {
            Some(to) => hand_out(engine, to, event.clone(), 0),
            None => {
                let why = format!("there is no bus `{name}`");
                give_up(engine, settings, event, &why);
            }
        },
        Target::Service(_) => call(engine, bus, rule, event.clone(), began, 0),
    }
}

/// Calls a service with an event, and again as often as the rule says.
fn call(engine: &mut Engine, bus: usize, rule: usize, event: Arc<Event>, began: u64, tries: u64) {
    let wiring = engine.wiring.clone();
    let settings = &wiring.buses[bus].rules[rule];
    let Target::Service(destination) = &settings.to else { return };
    let told = if settings.is_bare { &event.whole["detail"] } else { &event.whole };
    let request = match request(engine, destination, told.to_string()) {
        Ok(request) => request,
        Err(why) => return give_up(engine, settings, &event, &why),
    };
    let (shared, service) = (engine.shared(), destination.service.clone());
    let correlation = engine.log.correlations.text(event.correlation).to_owned();
    engine.on_the_way += 1;
    // Something to wake up for while the service answers.
    engine.later(ANSWER.as_millis() as u64 + 1, |_| {});
    tokio::spawn(async move {
        let called = external_service::call(&shared, &service, request, &correlation, 0);
        let answered = tokio::time::timeout(ANSWER, called).await;
        let failed = match answered {
            Ok(Ok(response)) => match response.status().as_u16() {
                200..=299 => None,
                status @ (401 | 407 | 409 | 429 | 500..) => {
                    Some((format!("`{service}` answered with status {status}"), true))
                }
                status => Some((format!("`{service}` answered with status {status}"), false)),
            },
            Ok(Err(error)) => Some((format!("`{service}` did not answer: {error}"), true)),
            Err(_) => Some((format!("`{service}` did not answer within 5 s"), true)),
        };
        shared.with(|engine| {
            engine.on_the_way -= 1;
            engine.wake();
            let Some((why, again)) = failed else {
                let what = What::Handled { letter: event.letter };
                engine.tell(event.correlation, 0, what);
                return;
            };
            let wiring = engine.wiring.clone();
            let settings = &wiring.buses[bus].rules[rule];
            // How long it pauses, AWS does not say: it "backs off exponentially".
            let pause = 1_000 << tries.min(9);
            let at = engine.now() + pause;
            if !again || tries >= settings.retries || at - began > settings.age {
                return give_up(engine, settings, &event, &why);
            }
            let why = why.into();
            engine.tell(event.correlation, 0, What::Returned { letter: event.letter, at, why });
            engine.on_the_way += 1;
            engine.later(pause, move |engine| {
                engine.on_the_way -= 1;
                call(engine, bus, rule, event, began, tries + 1);
            });
        });
    });
}

fn request(engine: &Engine, to: &Destination, body: String) -> Result<Request, String> {
    let secret = |value: &str| {
        let arn = value.strip_prefix("{{resolve:secretsmanager:")?.strip_suffix("}}")?;
        engine.services.secrets.get(arn).cloned()
    };
    let url = to.url.parse().map_err(|error| format!("`{}` is no URL: {error}", to.url))?;
    let method = to.method.parse().map_err(|_| format!("`{}` is no method", to.method))?;
    let mut request = Request::new(method, url);
    let json = http::HeaderValue::from_static("application/json; charset=utf-8");
    request.headers_mut().insert(http::header::CONTENT_TYPE, json);
    if let Some((name, value)) = &to.header {
        let value = secret(value).unwrap_or_else(|| value.clone());
        let name: http::HeaderName = name.parse().map_err(|_| format!("`{name}` is no header"))?;
        let value = value.parse().map_err(|_| format!("the value of `{name}` is no header's"))?;
        request.headers_mut().insert(name, value);
    }
    *request.body_mut() = Some(body.into());
    Ok(request)
}

/// An event could not be delivered.
fn give_up(engine: &mut Engine, rule: &Rule, event: &Event, why: &str) {
    let wiring = engine.wiring.clone();
    let (letter, why): (_, Arc<str>) = (event.letter, why.into());
    match rule.dead_letters.as_deref().and_then(|arn| wiring.queue(arn)) {
        Some(queue) => {
            let body = event.whole.to_string();
            let told = engine.log.letter(Arc::new(Parcel { body, ..Parcel::default() }));
            let what = What::Dead { letter, queue: queue as Number, why: why.clone() };
            engine.tell(event.correlation, 0, what);
            let now = engine.now();
            queue::put(engine, queue, told, now, 0, Some(queue::Dead { why, message: letter }));
        }
        None => engine.tell(event.correlation, 0, What::Lost { letter, why }),
    }
}
