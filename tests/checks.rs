//! What the checks find, what they let pass, and how findings are reported.

use net_dsl::{
    Bounded, FunctionCode, Graph, OutOfRange, Range, Route, Takes, Verb, accept, brick,
    check::{Finding, Severity},
    entity::{event_bus::Condition, raw::ResourceType},
    prelude::*,
    property, range,
};
use net_synth::{Plan, check, report};
use net_tests::{python::root, run::Folder};
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs, thread};

#[derive(Clone)]
struct Order;
struct Price;
struct Ticket;
messages! { Order, Price }

impl Grouped for Order {
    fn group(&self) -> String {
        String::new()
    }
}

impl Request for Order {
    type Reply = Price;
}

impl Item for Ticket {
    const NAME: &'static str = "Ticket";
    const PARTITION: Key = Key::text("id");
}

contract! {
    Till: Tick => () { sends Order }
    Relay: Order => () { sends Order }
    Kitchen: Order => () {}
    Asker: Order => () { asks Order }
    AsksItself: Order => Price { asks Order }
    Prices: Order => Price {}
    PricesAndOrders: Order => Price { sends Order }
    Cook: Order => () { writes Ticket }
    Waiter: Tick => () { reads Ticket }
    Archivist: Tick => () { reads Ticket, writes Ticket }
    Watcher: Change<Ticket> => () { reads Ticket }
    Door: HttpRequest<()> => HttpResponse {}
}

fn named(name: &str) -> Name {
    Name::new(name).expect("a name")
}

fn number<R: Range>(number: u64) -> Bounded<R> {
    Bounded::new(number).unwrap_or_else(|error: OutOfRange| panic!("{error}"))
}

/// A function with a binary of its own, as each contract needs one.
fn function<C: Contract>(name: Name, timeout: u64) -> Function<C> {
    Function::builder().name(name).code(code::<C>()).timeout(number(timeout)).build()
}

fn code<C: Contract>() -> FunctionCode {
    match C::NAME {
        "Till" => binary!("till"),
        "Relay" => binary!("relay"),
        "Kitchen" => binary!("kitchen"),
        "Asker" | "AsksItself" => binary!("asker"),
        "Prices" => binary!("prices"),
        "PricesAndOrders" => binary!("prices-and-orders"),
        "Cook" => binary!("cook"),
        "Waiter" => binary!("waiter"),
        "Archivist" => binary!("archivist"),
        "Watcher" => binary!("watcher"),
        "Door" => binary!("door"),
        "Near" | "Far" => binary!("resizer"),
        "Looker" => binary!("looker"),
        "Teller" | "Forger" | "Echo" | "Hearer" => binary!("teller"),
        other => panic!("no binary for contract {other}"),
    }
}

fn orders() -> Queue<Order> {
    Queue::builder().name(name!("orders")).build()
}

fn kept(retention: Bounded<range::MessageRetention>) -> Queue<Order> {
    Queue::builder().name(name!("orders")).retention(retention).build()
}

/// The picture of a dish.
struct Picture;
/// A thumbnail under whatever prefix a test says.
struct Small<const UNDER: usize>;

const PREFIXES: [&str; 3] = ["thumbnails/", "pictures/small/", "pictures/old/"];

impl<const UNDER: usize> net_dsl::entity::bucket::Stored for Small<UNDER> {
    const WHAT: &'static str = "Small";
    const PLACE: net_dsl::entity::bucket::Place = net_dsl::entity::bucket::Place::Bucket;
    const CHECKED: () = net_dsl::entity::bucket::check_object::<Small<UNDER>>();
}

impl<const UNDER: usize> Object for Small<UNDER> {
    const PREFIX: &'static str = PREFIXES[UNDER];
    type Form = net_dsl::entity::bucket::Json;
}

objects! { Picture in "pictures/" }

contract! {
    Near: Created<Picture> => () { writes Small<1> }
    Far: Created<Picture> => () { writes Small<0> }
    Looker: Created<Picture> => () {}
}

fn pictures() -> Bucket<Picture> {
    Bucket::builder().name(name!("album")).build()
}

/// A bucket that starts what writes thumbnails into it.
fn resized(under: &str) -> Network {
    if under == PREFIXES[1] {
        let near = function::<Near>(name!("near"), 30);
        let small = Bucket::<Small<1>>::builder().name(name!("album")).build();
        pictures().created().triggers(&near) + near.writes(&small)
    } else {
        let far = function::<Far>(name!("far"), 30);
        let small = Bucket::<Small<0>>::builder().name(name!("album")).build();
        pictures().created().triggers(&far) + far.writes(&small)
    }
}

/// A bucket that tells one function of `.jpg`, and another of what ends so.
fn told_twice(ending: &str) -> Network {
    let looker = |name| function::<Looker>(name, 30);
    let ending = net_dsl::entity::bucket::KeyPart::new(ending).expect("a part");
    pictures().created().ending(key_part!("n.jpg")).triggers(&looker(name!("one")))
        + pictures().created().ending(ending).triggers(&looker(name!("two")))
}

/// A bucket of two types of objects.
fn both_in(under: &str) -> Network {
    if under == PREFIXES[2] {
        pictures().network() + &Bucket::<Small<2>>::builder().name(name!("album")).build()
    } else {
        pictures().network() + &Bucket::<Small<0>>::builder().name(name!("album")).build()
    }
}

/// An event of the shop, and one that says it is AWS's.
struct Told {
    total: u32,
}
struct Forged;
events! { Told from "my.shop", Forged from "aws.shop" }
services! { Bank }

contract! {
    Teller: Order => () { sends Told }
    Forger: Order => () { sends Forged }
    Echo: Told => () { sends Told }
    Hearer: Told => () {}
}

fn bus() -> EventBus {
    EventBus::builder().name(name!("bus")).build()
}

/// A function that tells a bus of an event of a source.
fn told_as(source: &str) -> Network {
    if source == "my.shop" {
        function::<Teller>(name!("teller"), 30).sends_to(&bus().events::<Told>()).into()
    } else {
        function::<Forger>(name!("forger"), 30).sends_to(&bus().events::<Forged>()).into()
    }
}

/// A bus that starts a function by a rule with conditions.
fn heard(conditions: impl IntoIterator<Item = Condition<Told>>) -> Network {
    let some = bus().events::<Told>().matching(conditions);
    some.triggers(&function::<Hearer>(name!("hearer"), 30)).into()
}

/// A function that a bus starts, and that tells a bus of the same event.
fn echoed(back: &EventBus) -> Network {
    let echo = function::<Echo>(name!("echo"), 30);
    bus().events::<Told>().triggers(&echo) + echo.sends_to(&back.events::<Told>())
}

/// A rule of the account's own bus that takes what buckets tell.
fn taken_by_a_bus(told: Network) -> Network {
    let near = function::<Near>(name!("near"), 30);
    told + own_bus().events::<Created<Picture>>().triggers(&near)
}

fn told_to_a_bus() -> Network {
    let pictures = Bucket::<Picture>::builder().name(name!("pictures")).build();
    pictures.created().fans_out_to(&own_bus().events::<Created<Picture>>()).into()
}

fn own_bus() -> EventBus {
    EventBus::builder().name(name!("own")).default_bus().build()
}

/// A bus that calls a route of a service.
fn called_by_a_bus(route: Route<Told>) -> Network {
    let bank = ExternalService::<Bank>::builder().name(name!("bank")).build();
    bus().events::<Told>().calls(&bank, route).into()
}

fn clock() -> Schedule {
    Schedule::builder().name(name!("clock")).rate(minutes!(5)).build()
}

fn till() -> Function<Till> {
    function(name!("till"), 30)
}

fn kitchen() -> Function<Kitchen> {
    function(name!("kitchen"), 30)
}

fn tickets() -> Table<Ticket> {
    Table::builder().name(name!("tickets")).build()
}

/// A queue that is fed and drained, and hides its messages for some seconds.
fn hiding(visibility: u64) -> Network {
    let orders =
        Queue::<Order>::builder().name(name!("orders")).visibility_timeout(number(visibility));
    orders.build().triggers(&kitchen()).into()
}

/// The same, by a property of its own.
fn hiding_by_overlay(visibility: i64) -> Network {
    hiding(180) + property::set(&orders(), property::sqs::queue::VISIBILITY_TIMEOUT, visibility)
}

fn batches(size: u64, window: u64) -> Network {
    let link = orders().triggers(&kitchen()).batch_size(number(size));
    link.batch_window(number(window)).into()
}

/// Orders due in 60 s, handed over after a wait.
fn due_in_a_minute_with_window(window: u64) -> Network {
    let orders = Queue::<Order>::builder().name(name!("orders")).deadline(seconds!(60)).build();
    orders.triggers(&kitchen()).batch_window(number(window)).into()
}

fn due_in(deadline: u64) -> Network {
    let orders = Queue::<Order>::builder().name(name!("orders"));
    orders.deadline(number(deadline)).build().triggers(&kitchen()).into()
}

/// Tickets due in a minute, and a clock that looks every 5.
fn tickets_wait_for_a_clock() -> Network {
    let orders = Queue::<Order>::builder().name(name!("orders")).deadline(seconds!(60)).build();
    let cook = function::<Cook>(name!("cook"), 10);
    let waiter = function::<Waiter>(name!("waiter"), 10);
    orders.triggers(&cook)
        + cook.writes(&tickets())
        + clock().triggers(&waiter)
        + waiter.reads(&tickets())
}

fn behind_a_route(timeout: u64) -> Network {
    let api = HttpApi::builder().name(name!("api")).build();
    let door = function::<Door>(name!("door"), timeout);
    api.routes(route!(GET "/" => ()), &door) + api.routes(route!(PUT "/" => ()), &door)
}

fn invoke_each_other(loops: bool) -> Network {
    let relay = |name| {
        let relay = Function::<Relay>::builder().name(name).code(binary!("relay"));
        if loops { relay.loops().build() } else { relay.build() }
    };
    let (one, other) = (relay(name!("one")), relay(name!("other")));
    one.sends_to(&other) + other.sends_to(&one)
}

fn feeds_itself(loops: bool) -> Network {
    let relay = Function::<Relay>::builder().name(name!("relay")).code(binary!("relay"));
    let relay = if loops { relay.loops().build() } else { relay.build() };
    orders().triggers(&relay) + relay.sends_to(&orders())
}

/// An environment of so many bytes.
fn environment(bytes: usize) -> Network {
    let text = variable!("TEXT", "x".repeat(bytes - "TEXT".len()));
    let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).code(binary!("kitchen"));
    orders().triggers(&kitchen.environment(vec![text]).build()).into()
}

/// `orders` under a prefix of so many letters.
fn under_a_prefix(letters: usize) -> Network {
    Network::from(orders().triggers(&kitchen())).prefix(&named(&"x".repeat(letters)), &[&kitchen()])
}

/// Objects inside each other.
fn nested(levels: usize) -> Network {
    let value = (1..levels).fold(json!({}), |inside, _| json!({ "Inside": inside }));
    let group = Raw::builder()
        .name(name!("group"))
        .resource_type(resource_type!("AWS::Scheduler::ScheduleGroup"))
        .properties(json!({ "Tags": value }));
    group.build().network()
}

fn linked_to(queues: usize) -> Network {
    let queue = |number| Queue::<Order>::builder().name(named(&format!("queue-{number}"))).build();
    (0..queues).map(|number| till().sends_to(&queue(number))).sum()
}

/// A queue, and a bucket with a tag of a value.
fn tagged(value: Value) -> Network {
    let photos = Raw::builder()
        .name(name!("photos"))
        .resource_type(resource_type!("AWS::S3::Bucket"))
        .properties(json!({ "Tags": [{ "Key": "k", "Value": value }] }));
    orders().triggers(&kitchen()) + &photos.build()
}

/// A queue that refers to something, and starts a function.
fn orders_tagged_with(value: impl serde::Serialize) -> Network {
    let tags = json!([{ "Key": "k", "Value": value }]);
    orders().triggers(&kitchen()) + property::set(&orders(), property::sqs::queue::TAGS, tags)
}

fn raw_resources(count: usize) -> Network {
    let raw = |number| {
        let raw = Raw::builder().name(named(&format!("raw-{number}")));
        raw.resource_type(resource_type!("AWS::S3::Bucket")).build()
    };
    (0..count).map(|number| raw(number).network()).sum()
}

/// A function that needs a name of its own, which comes to so many characters in a stack `test`.
fn called(characters: usize) -> Network {
    let name = "a".repeat(characters - "test-".len());
    let relay = function::<Relay>(named(&name), 30);
    relay.sends_to(&relay).into()
}

/// Two functions whose roles are called so.
fn roles(one: &str, other: &str) -> Network {
    let cook = function::<Cook>(name!("cook"), 30);
    let role = property::iam::role::ROLE_NAME;
    orders().triggers(&kitchen())
        + orders().triggers(&cook)
        + property::set(&kitchen(), role, one)
        + property::set(&cook, role, other)
}

/// Two functions with one binary.
fn one_binary<One: Takes<Order>, Other: Takes<Order>>(architecture: Architecture) -> Network {
    let one = Function::<One>::builder().name(name!("one")).code(binary!("shared")).build();
    let other = Function::<Other>::builder().name(name!("other")).code(binary!("shared"));
    let placed = Topic::<Order>::builder().name(name!("placed")).build();
    placed.triggers(&one) + placed.triggers(&other.architecture(architecture).build())
}

/// A function that two queues start, each so many times at a time.
fn reserved(runs: u64, each: u64) -> Network {
    let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).code(binary!("kitchen"));
    let kitchen = kitchen.reserved_concurrency(number(runs)).build();
    let others = FifoQueue::<Order>::builder().name(name!("others")).build();
    orders().triggers(&kitchen).max_concurrency(number(each))
        + others.triggers(&kitchen).max_concurrency(number(each))
}

fn routes(count: usize) -> Network {
    let api = HttpApi::builder().name(name!("api")).build();
    let route = |number| Route::<()>::new("GET", &format!("/{number}")).expect("a route");
    let door = function::<Door>(name!("door"), 30);
    (0..count).map(|number| Network::from(api.routes(route(number), &door))).sum()
}

fn two_doors(one: &str, other: &str) -> Network {
    let route = |path| Route::<()>::new("GET", path).expect("a route");
    let api = HttpApi::builder().name(name!("api")).build();
    let (front, back) = (function::<Door>(name!("front"), 9), function::<Door>(name!("back"), 9));
    api.routes(route(one), &front) + api.routes(route(other), &back)
}

/// A queue whose messages are hidden for 180 s.
fn kept_and_drained(retention: u64) -> Network {
    kept(number(retention)).triggers(&kitchen()).into()
}

fn received(times: u64) -> Network {
    let orders = Queue::<Order>::builder().name(name!("orders")).max_receives(number(times));
    orders.build().triggers(&kitchen()).into()
}

fn streamed_to(watchers: usize) -> Network {
    let watcher = |number| function::<Watcher>(named(&format!("watcher-{number}")), 30);
    (0..watchers).map(|number| Network::from(tickets().stream().triggers(&watcher(number)))).sum()
}

fn streamed_as(view: &str) -> Network {
    let property = property::dynamodb::table::STREAM_SPECIFICATION_STREAM_VIEW_TYPE;
    streamed_to(1) + property::set(&tickets(), property, view)
}

/// Orders encrypted with a key.
fn encrypted(key: Value) -> Network {
    orders().network() + property::set(&orders(), property::sqs::queue::KMS_MASTER_KEY_ID, key)
}

/// The same, and a topic that fans out to them.
fn copied(key: Value) -> Network {
    Topic::<Order>::builder().name(name!("placed")).build().fans_out_to(&orders()) + encrypted(key)
}

/// A till that an overlay gives one variable.
fn told(variable: &str) -> Network {
    let variables = property::lambda::function::ENVIRONMENT_VARIABLES;
    till().sends_to(&orders()) + property::set(&till(), variables, json!({ variable: "x" }))
}

fn asked(waits: u64, takes: u64) -> Network {
    let asker = function::<Asker>(name!("asker"), waits);
    orders().triggers(&asker) + asker.asks(&function::<Prices>(name!("prices"), takes))
}

fn api_due_in(deadline: u64) -> Network {
    let api = HttpApi::builder().name(name!("api")).deadline(number(deadline)).build();
    api.routes(route!(GET "/" => ()), &function::<Door>(name!("door"), 30)).into()
}

fn skill(deadline: Option<u64>) -> Network {
    let alexa = AlexaSkill::<Order>::builder().name(name!("alexa"));
    let prices = function::<Prices>(name!("prices"), 8);
    match deadline {
        Some(deadline) => alexa.deadline(number(deadline)).build().triggers(&prices).into(),
        None => alexa.build().triggers(&prices).into(),
    }
}

/// A clock that ticks every 5 minutes.
fn ticks_for(timeout: u64) -> Network {
    clock().triggers(&function::<Waiter>(name!("waiter"), timeout)).into()
}

/// A rule, a network that draws it, and one that only just does not.
struct Case {
    code: &'static str,
    draws: fn() -> Network,
    misses: fn() -> Network,
}

const fn case(code: &'static str, draws: fn() -> Network, misses: fn() -> Network) -> Case {
    Case { code, draws, misses }
}

const CASES: &[Case] = &[
    case(
        "N101",
        || kept(days!(1)).network() + &kept(days!(2)),
        || kept(days!(1)).network() + &kept(hours!(24)),
    ),
    case(
        "N102",
        || orders().network() + &Topic::<Order>::builder().name(name!("orders")).build(),
        || orders().network() + &FifoQueue::<Order>::builder().name(name!("orders")).build(),
    ),
    case(
        "N103",
        || property::set(&orders(), property::sqs::queue::KMS_MASTER_KEY_ID, "key"),
        || property::set(&orders(), property::sqs::queue::KMS_MASTER_KEY_ID, "key") + &orders(),
    ),
    case(
        "N104",
        || Network::from(clock().triggers(&till())).transpose(),
        || Network::from(clock().triggers(&till())).transpose().transpose(),
    ),
    case(
        "N105",
        || orders().triggers(&kitchen()) + accept(&orders(), "N301", "taken elsewhere"),
        || orders().network() + accept(&orders(), "N301", "taken elsewhere"),
    ),
    case("N106", || under_a_prefix(58), || under_a_prefix(57)),
    case("N107", || nested(65), || nested(64)),
    case("N108", || told("NET_SENDS_ORDER"), || told("LOG_LEVEL")),
    case(
        "N201",
        || clock().triggers(&till()).into(),
        || clock().triggers(&till()) + till().sends_to(&orders()),
    ),
    case(
        "N202",
        || {
            let others = Queue::<Order>::builder().name(name!("others")).build();
            till().sends_to(&orders()) + till().sends_to(&others)
        },
        || {
            let archivist = function::<Archivist>(name!("archivist"), 30);
            archivist.reads(&tickets()) + archivist.writes(&tickets())
        },
    ),
    case(
        "N203",
        || kitchen().network(),
        || clock().triggers(&till()) + till().sends_to(&kitchen()),
    ),
    case(
        "N204",
        || Function::<Kitchen>::builder().name(name!("kitchen")).build().network(),
        || Function::<Kitchen>::builder().name(name!("kitchen")).build().network() + &kitchen(),
    ),
    case("N205", || clock().network(), || clock().triggers(&till()) + till().sends_to(&kitchen())),
    case(
        "N206",
        || one_binary::<Kitchen, Relay>(Architecture::Arm64),
        || one_binary::<Kitchen, Kitchen>(Architecture::Arm64),
    ),
    case("N207", || reserved(11, 6), || reserved(12, 6)),
    case("N208", || routes(60), || routes(40)),
    case(
        "N301",
        || orders().network(),
        || {
            let placed = Topic::<Order>::builder().name(name!("placed")).build();
            placed.fans_out_to(&orders()) + orders().triggers(&kitchen())
        },
    ),
    case(
        "N302",
        || orders().triggers(&kitchen()) + orders().triggers(&function::<Cook>(name!("cook"), 30)),
        || {
            let placed = Topic::<Order>::builder().name(name!("placed")).build();
            placed.triggers(&kitchen()) + placed.triggers(&function::<Cook>(name!("cook"), 30))
        },
    ),
    case(
        "N303",
        || orders().network() + &FifoQueue::<Order>::builder().name(name!("orders")).build(),
        || orders().network() + &FifoQueue::<Order>::builder().name(name!("in-order")).build(),
    ),
    case(
        "N304",
        || Queue::<Order>::builder().name(name!("orders")).no_dead_letters().build().network(),
        || orders().network(),
    ),
    case("N305", || hiding(29), || hiding(30)),
    case("N306", || hiding(179), || hiding(180)),
    case("N307", || batches(11, 0), || batches(11, 1)),
    case("N308", || kept_and_drained(180), || kept_and_drained(181)),
    case("N309", || received(1), || received(2)),
    case("N310", || streamed_to(3), || streamed_to(2)),
    case("N311", || streamed_as("NEW_IMAGE"), || streamed_as("NEW_AND_OLD_IMAGES")),
    case("N401", || due_in_a_minute_with_window(7), || due_in_a_minute_with_window(6)),
    case("N402", tickets_wait_for_a_clock, || {
        let watcher = function::<Watcher>(name!("watcher"), 10);
        tickets_wait_for_a_clock()
            + tickets().stream().triggers(&watcher)
            + watcher.reads(&tickets())
    }),
    case("N403", || due_in(29), || due_in(30)),
    case("N404", || behind_a_route(31), || behind_a_route(30)),
    case("N405", || asked(30, 30), || asked(31, 30)),
    case("N406", || api_due_in(31), || api_due_in(30)),
    case("N407", || skill(None), || skill(Some(8))),
    case("N408", || ticks_for(300), || ticks_for(299)),
    case("N501", || invoke_each_other(false), || invoke_each_other(true)),
    case("N502", || feeds_itself(false), || feeds_itself(true)),
    case("N601", || two_doors("/a/{x}", "/a/{y}"), || two_doors("/a/{x}", "/a/{x}/{y}")),
    case("N602", || routes(301), || routes(300)),
    case("N701", || resized("pictures/small/"), || resized("thumbnails/")),
    case("N702", || told_twice(".jpg"), || told_twice(".png")),
    case("N703", || both_in("pictures/old/"), || both_in("thumbnails/")),
    case("N801", || told_as("aws.shop"), || told_as("my.shop")),
    case(
        "N802",
        || called_by_a_bus(route!(POST "/a/{x}" => Told)),
        || called_by_a_bus(route!(POST "/a" => Told)),
    ),
    case(
        "N803",
        || heard([field!(Told, total).at_least(1), field!(Told, total).at_most(9)]),
        || heard([field!(Told, total).between(1, 9)]),
    ),
    case("N804", || echoed(&bus()), || echoed(&EventBus::builder().name(name!("other")).build())),
    case("N805", || taken_by_a_bus(Network::empty()), || taken_by_a_bus(told_to_a_bus())),
    case("P102", || environment(4_097), || environment(4_096)),
    case("P103", || linked_to(70), || linked_to(50)),
    case("P104", || raw_resources(501), || raw_resources(500)),
    case("P105", || called(65), || called(64)),
    case("P106", || hiding_by_overlay(43_201), || hiding_by_overlay(43_200)),
    case(
        "P107",
        || encrypted(json!({ "Fn::ImportValue": "key" })),
        || encrypted(json!({ "Ref": "AWS::NoValue" })),
    ),
    case("P108", || copied(json!("alias/aws/sqs")), || encrypted(json!("alias/aws/sqs"))),
    case("P109", || copied(json!("alias/orders")), || encrypted(json!("alias/orders"))),
    case("P110", || roles("cook", "COOK"), || roles("cook", "waiter")),
    case(
        "P201",
        || tagged(json!({ "Ref": "OrderQueue" })),
        || tagged(json!({ "Ref": "OrdersQueue" })),
    ),
    case("P202", || tagged(json!(["v"])), || tagged(json!(1))),
    case("P203", || orders_tagged_with(ref_of(&kitchen())), || orders_tagged_with("x")),
    case(
        "P301",
        || tagged(json!({ "Fn::ImportValue": "v" })),
        || tagged(json!({ "Ref": "AWS::Region" })),
    ),
];

fn check(network: &Network) -> Vec<Finding> {
    let graph = Graph::new(network);
    check::check(&Plan::new(&name!("test"), &graph), &graph)
}

fn of_rule(network: &Network, code: &str) -> Vec<Finding> {
    let graph = Graph::new(network);
    let plan = Plan::new(&name!("test"), &graph);
    // Looked for only where it is asked for.
    let found = match code {
        "P301" => check::check_for_terraform(&plan, &graph),
        _ => check(network),
    };
    found.into_iter().filter(|finding| finding.rule.code == code).collect()
}

#[track_caller]
fn only(network: &Network, code: &str) -> Finding {
    let mut found = of_rule(network, code);
    assert_eq!(found.len(), 1, "{code}: {:?}", messages(&found));
    found.remove(0)
}

fn messages(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|finding| format!("{}: {}", finding.rule.code, finding.message)).collect()
}

fn plain(findings: &[Finding]) -> String {
    anstream::adapter::strip_str(&report::render(findings)).to_string()
}

/// The findings of every case.
fn findings() -> impl Iterator<Item = Vec<Finding>> {
    CASES.iter().flat_map(|case| [check(&(case.draws)()), check(&(case.misses)())])
}

#[test]
fn code_is_one_value() {
    let with = |code| Function::<Kitchen>::builder().name(name!("kitchen")).code(code).build();
    let python = || folder!("kitchen", runtime = Runtime::PYTHON_3_13, handler = "kitchen.cook");
    let same = with(python()).network() + &with(python());
    assert!(of_rule(&same, "N101").is_empty());
    let other = folder!("kitchen", runtime = Runtime::PYTHON_3_13, handler = "kitchen.bake");
    for (one, another, message) in [
        (
            python(),
            binary!("kitchen"),
            "`code` of `kitchen` is `kitchen` and {\"folder\":\"kitchen\",\
             \"handler\":\"kitchen.cook\",\"runtime\":\"python3.13\"}",
        ),
        (
            python(),
            other,
            "`code` of `kitchen` is {\"folder\":\"kitchen\",\"handler\":\"kitchen.bake\",\
             \"runtime\":\"python3.13\"} and {\"folder\":\"kitchen\",\"handler\":\"kitchen.cook\",\
             \"runtime\":\"python3.13\"}",
        ),
    ] {
        let both = with(one).network() + &with(another);
        let found: Vec<_> = of_rule(&both, "N101").into_iter().map(|found| found.message).collect();
        assert_eq!(found, [message]);
    }
}

/// Two modules, each with a message, an item and a service of the same names.
macro_rules! module {
    ($module:ident) => {
        mod $module {
            use net_dsl::prelude::*;

            pub(crate) struct Order;
            messages! { Order }
            impl Grouped for Order {
                fn group(&self) -> String {
                    String::new()
                }
            }
            impl Request for Order {
                type Reply = ();
            }
            pub(crate) struct Ticket;
            impl Item for Ticket {
                const NAME: &'static str = "Ticket";
                const PARTITION: Key = Key::text("id");
            }
            services! { pub(crate) Bank }
            contract! { pub(crate) Till: Order => () {} }
        }
    };
}
module!(food);
module!(money);

#[test]
fn two_types_of_one_name_are_two() {
    let one = |entity: &dyn Handle| entity.network();
    let all = |food: Network, money: Network| food + money;
    let conflicts = |network: Network| -> Vec<_> {
        of_rule(&network, "N101").into_iter().map(|found| found.message).collect()
    };
    let same = name!("same");
    for (both, what) in [
        (
            all(
                one(&Queue::<food::Order>::builder().name(same.clone()).build()),
                one(&Queue::<money::Order>::builder().name(same.clone()).build()),
            ),
            "Order",
        ),
        (
            all(
                one(&FifoQueue::<food::Order>::builder().name(same.clone()).build()),
                one(&FifoQueue::<money::Order>::builder().name(same.clone()).build()),
            ),
            "Order",
        ),
        (
            all(
                one(&Topic::<food::Order>::builder().name(same.clone()).build()),
                one(&Topic::<money::Order>::builder().name(same.clone()).build()),
            ),
            "Order",
        ),
        (
            all(
                one(&AlexaSkill::<food::Order>::builder().name(same.clone()).build()),
                one(&AlexaSkill::<money::Order>::builder().name(same.clone()).build()),
            ),
            "Order",
        ),
        (
            all(
                one(&Table::<food::Ticket>::builder().name(same.clone()).build()),
                one(&Table::<money::Ticket>::builder().name(same.clone()).build()),
            ),
            "Ticket",
        ),
        (
            all(
                one(&ExternalService::<food::Bank>::builder().name(same.clone()).build()),
                one(&ExternalService::<money::Bank>::builder().name(same.clone()).build()),
            ),
            "Bank",
        ),
        (
            all(
                one(&function::<food::Till>(same.clone(), 30)),
                one(&function::<money::Till>(same.clone(), 30)),
            ),
            "Till",
        ),
    ] {
        let message =
            format!("`type` of `same` is `checks::food::{what}` and `checks::money::{what}`");
        assert_eq!(conflicts(both), [message]);
    }
    let link = |network: Network| -> Vec<_> {
        conflicts(network).into_iter().filter(|message| message.contains("link")).collect()
    };
    let food = Queue::<food::Order>::builder().name(name!("orders")).build();
    let money = Queue::<money::Order>::builder().name(name!("orders")).build();
    let network = food.triggers(&function::<food::Till>(name!("till"), 30))
        + money.triggers(&function::<money::Till>(name!("till"), 30));
    assert_eq!(
        link(network),
        [
            "`type` of the link `orders triggers till` is `checks::food::Order` and `checks::money::Order`"
        ]
    );
}

#[test]
fn every_rule_has_a_case() {
    let cases: Vec<_> = CASES.iter().map(|case| case.code).collect();
    let rules: Vec<_> = check::rules().map(|rule| rule.code).collect();
    assert_eq!(cases, rules);
}

#[test]
fn every_rule_finds_its_case_and_lets_the_near_miss_pass() {
    for Case { code, draws, misses } in CASES {
        assert!(!of_rule(&draws(), code).is_empty(), "{code} was not found");
        let found = of_rule(&misses(), code);
        assert!(found.is_empty(), "found though it is not there: {:?}", messages(&found));
    }
}

#[test]
fn one_mistake_is_one_finding() {
    // Two routes lead to the slow function, and both functions of a circle see the other.
    for (network, code) in [(behind_a_route(31), "N404"), (invoke_each_other(false), "N501")] {
        only(&network, code);
    }
    // A queue that is both is no queue and topic as well, nor of two messages.
    let both = orders().network() + &FifoQueue::<Order>::builder().name(name!("orders")).build();
    assert_eq!(check(&both).len(), 1, "{:?}", messages(&check(&both)));
}

#[test]
fn who_asks_in_a_circle_waits_for_itself_whatever_is_said_of_loops() {
    let asker = Function::<AsksItself>::builder().name(name!("asker")).code(binary!("asker"));
    let asker = asker.loops();
    let asker = asker.build();
    assert!(only(&asker.asks(&asker).into(), "N501").is_fatal());
}

#[test]
fn a_loop_is_bounded_by_one_function_that_every_turn_passes() {
    let turning = |name: Name, turns: Option<Bounded<range::Turns>>| {
        let function = Function::<Relay>::builder().code(binary!("relay"));
        match turns {
            Some(turns) => function.name(name).turns(turns).build(),
            None => function.name(name).build(),
        }
    };
    let round = |one: Option<Bounded<range::Turns>>, aside: bool| {
        let one = turning(name!("one"), one);
        let two = turning(name!("two"), None);
        let meals = Queue::<Order>::builder().name(name!("meals")).build();
        let mut network = orders().triggers(&one)
            + one.sends_to(&meals)
            + meals.triggers(&two)
            + two.sends_to(&orders());
        if aside {
            // Round `two` without passing `one`.
            let three = turning(name!("three"), None);
            let rest = Topic::<Order>::builder().name(name!("rest")).build();
            let two =
                Function::<Relay>::builder().name(name!("again")).code(binary!("again")).build();
            network = network + rest.triggers(&two) + two.sends_to(&rest) + rest.triggers(&three);
        }
        network
    };
    let found = only(&round(None, false), "N502");
    assert!(found.help[0].contains("`.turns(count!(…))`"), "{:?}", found.help);
    for turns in [1, 12, 16, 100_000] {
        assert!(of_rule(&round(Some(number(turns)), false), "N502").is_empty(), "{turns}");
    }
    assert_eq!(
        only(&round(Some(number(12)), true), "N502").message,
        "`again`, `rest` feed themselves"
    );
    // The guard is switched off for those alone that it would cut short.
    for (turns, allowed) in [(15, false), (16, true)] {
        let network = round(Some(number(turns)), false);
        let graph = Graph::new(&network);
        let template = net_synth::emit::cloudformation(&Plan::new(&name!("test"), &graph));
        assert_eq!(template.contains("RecursiveLoop"), allowed, "{turns}");
    }
    // Who invokes each other is bounded alike; who asks himself is not helped by a bound.
    let (one, two) = (turning(name!("one"), Some(number(3))), turning(name!("two"), None));
    assert!(of_rule(&(one.sends_to(&two) + two.sends_to(&one)), "N501").is_empty());
    let asker = Function::<AsksItself>::builder().name(name!("asker")).code(binary!("asker"));
    let asker = asker.turns(count!(3)).build();
    only(&asker.asks(&asker).into(), "N501");
}

#[test]
fn every_finding_says_where_and_why_and_what_to_do() {
    let source: Vec<&str> = include_str!("checks.rs").lines().collect();
    for finding in findings().flatten() {
        let Finding { rule, entity, message, labels, why, help, .. } = &finding;
        let name = format!("{}: {message}", rule.code);
        assert!(!why.is_empty() && !help.is_empty(), "{name}");
        assert_eq!(labels.is_empty(), entity.is_none(), "{name}");
        for label in labels {
            let line = source.get(label.at.line() as usize - 1).copied().unwrap_or_default();
            let is_place = (label.at.column() as usize) <= line.chars().count();
            assert!(label.at.file() == "tests/checks.rs" && is_place, "{name}: {}", label.at);
            assert!(!label.text.is_empty(), "{name}");
        }
    }
}

#[test]
fn reports_show_what_and_where_and_why_and_what_to_do() {
    for findings in findings() {
        let report = plain(&findings);
        for Finding { rule, message, labels, why, help, accepted, .. } in &findings {
            let severity = match (accepted, rule.severity) {
                (Some(_), _) => "accepted",
                (None, Severity::Error) => "error",
                (None, Severity::Warning) => "warning",
            };
            let heading = format!("{severity}[{}]: {message}\n", rule.code);
            assert!(report.contains(&heading), "no `{heading}` in\n{report}");
            for label in labels {
                assert!(report.contains(&label.text), "no `{}` in\n{report}", label.text);
            }
            if accepted.is_none() {
                assert!(report.contains(&format!("= why: {why}\n")), "no `{why}` in\n{report}");
                for help in help {
                    assert!(
                        report.contains(&format!("= help: {help}\n")),
                        "no `{help}` in\n{report}"
                    );
                }
            }
        }
    }
}

#[test]
fn errors_come_before_warnings_and_each_in_order_of_code_and_entity() {
    for findings in findings() {
        let key =
            |finding: &Finding| (finding.rule.severity, finding.rule.code, finding.entity.clone());
        assert!(findings.is_sorted_by_key(key), "{:?}", messages(&findings));
        assert!(Severity::Error < Severity::Warning);
    }
}

#[test]
fn what_is_accepted_is_shown_with_its_reason_and_stops_nothing() {
    let reason = "another stack takes them";
    let network = orders().network() + accept(&orders(), "N301", reason);
    let finding = only(&network, "N301");
    assert_eq!(finding.rule.severity, Severity::Error);
    assert!(!finding.is_fatal());
    let acceptance = finding.accepted.as_ref().expect("it is accepted");
    assert_eq!(acceptance.reason, reason);
    assert_eq!(acceptance.at.as_ref().expect("a place").file(), "tests/checks.rs");
    let report = plain(&[finding]);
    assert!(report.starts_with("accepted[N301]: nothing takes what is sent to `orders`\n"));
    assert!(report.contains(&format!("= reason: {reason}\n")), "{report}");
    assert!(only(&orders().network(), "N301").is_fatal());
}

#[test]
fn an_acceptance_is_for_one_rule_and_one_entity() {
    let others = Queue::<Order>::builder().name(name!("others")).no_dead_letters().build();
    let network = orders().network() + &others + accept(&others, "N301", "taken elsewhere");
    let open: Vec<_> = check(&network)
        .iter()
        .filter(|finding| finding.accepted.is_none())
        .map(|finding| (finding.rule.code, finding.entity.clone().expect("one").to_string()))
        .collect();
    assert_eq!(open, [("N301", "orders".to_owned()), ("N304", "others".to_owned())]);
}

#[test]
fn an_acceptance_that_accepts_nothing_is_a_finding() {
    let no_code = || Function::<Kitchen>::builder().name(name!("kitchen")).build();
    for (network, code, said, remains) in [
        // Left over: the queue has its consumer.
        (
            orders().triggers(&kitchen()) + accept(&orders(), "N301", "no consumer yet"),
            "N301",
            "which is not found there",
            0,
        ),
        // Meant for another entity.
        (
            orders().triggers(&no_code()) + accept(&orders(), "N204", "no code yet"),
            "N204",
            "which cannot be accepted",
            1,
        ),
        (
            no_code().network() + accept(&no_code(), "N204", "no code yet"),
            "N204",
            "which cannot be accepted",
            1,
        ),
        (
            orders().network() + accept(&orders(), "N999", "what"),
            "N999",
            "there is no such rule",
            0,
        ),
        (orders().network() + accept(&orders(), "N301", ""), "N301", "without a reason", 1),
        (orders().network() + accept(&orders(), "N301", " \n"), "N301", "without a reason", 1),
    ] {
        let finding = only(&network, "N105");
        assert!(!finding.is_fatal());
        assert!(finding.message.contains(&format!("accepts {code}")), "{}", finding.message);
        assert!(finding.message.ends_with(said), "{}", finding.message);
        let found = of_rule(&network, code);
        assert_eq!(found.len(), remains, "{:?}", messages(&found));
        assert!(found.iter().all(|finding| finding.accepted.is_none()));
    }
}

#[test]
fn a_plans_rules_are_not_accepted_away_by_who_checks_only_the_network() {
    let network = raw_resources(1) + accept(name!("raw-0"), "P104", "what");
    assert!(net_dsl::check::check(&network).is_empty());
    assert_eq!(only(&network, "N105").message, "`raw-0` accepts P104, which cannot be accepted");
}

/// Parts of a network with findings of many kinds.
fn faulty_parts() -> [Network; 6] {
    [
        brick(name!("front"), till().sends_to(&orders())),
        orders().triggers(&kitchen()) + &function::<Cook>(name!("cook"), 30),
        Queue::<Order>::builder().name(name!("orders")).deadline(seconds!(5)).build().network(),
        Queue::<Order>::builder().name(name!("orders")).deadline(seconds!(9)).build().network(),
        due_in(3) + invoke_each_other(false) + accept(name!("one"), "N501", "few turns"),
        tickets_wait_for_a_clock() + feeds_itself(false) + accept(&clock(), "N402", "too few"),
    ]
}

#[test]
fn findings_are_the_same_in_whatever_order_a_network_was_composed() {
    let expected = check(&faulty_parts().into_iter().sum());
    let codes: BTreeSet<_> = expected.iter().map(|finding| finding.rule.code).collect();
    assert!(codes.len() > 5, "{codes:?}");
    let expected = json!(expected);
    for order in permutations(6) {
        let parts = faulty_parts();
        let network = order.iter().map(|&part| parts[part].clone()).sum();
        assert_eq!(json!(check(&network)), expected, "{order:?}");
    }
}

fn permutations(count: usize) -> Vec<Vec<usize>> {
    let Some(last) = count.checked_sub(1) else { return vec![vec![]] };
    let shorter = permutations(last);
    shorter
        .iter()
        .flat_map(|order| {
            (0..=last).map(|place| {
                let mut order = order.clone();
                order.insert(place, last);
                order
            })
        })
        .collect()
}

#[test]
fn findings_as_json_have_these_keys() {
    for finding in findings().flatten() {
        let json = json!(finding);
        let mut expected = BTreeSet::from(["code", "severity", "message", "labels", "why", "help"]);
        expected.extend(finding.entity.as_ref().map(|_| "entity"));
        expected.extend(finding.accepted.as_ref().map(|_| "accepted"));
        assert_eq!(keys(&json), expected);
        assert_eq!(json["code"], finding.rule.code);
        assert!(json["severity"] == "error" || json["severity"] == "warning");
        for label in json["labels"].as_array().expect("labels") {
            assert_eq!(keys(label), BTreeSet::from(["at", "text"]));
            let at = label["at"].as_str().expect("a place");
            assert!(at.starts_with("tests/checks.rs:") && at.split(':').count() == 3, "{at}");
        }
        if finding.accepted.is_some() {
            assert_eq!(keys(&json["accepted"]), BTreeSet::from(["reason", "at"]));
        }
    }
}

fn keys(object: &Value) -> BTreeSet<&str> {
    object.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect()
}

/// The network as if all of it had been declared at one place.
fn declared_at(network: &Network, place: &str) -> Network {
    let mut file: Value = serde_json::from_str(&network.to_json()).expect("JSON");
    replace_places(&mut file, place);
    Network::from_json(&file.to_string()).expect("a network")
}

fn replace_places(json: &mut Value, place: &str) {
    match json {
        Value::Object(map) => {
            for (key, value) in map {
                match value {
                    Value::Array(places) if key == "at" => *places = vec![place.into()],
                    _ => replace_places(value, place),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|value| replace_places(value, place)),
        _ => {}
    }
}

/// A source file that the report can find, gone with the folder.
fn source(folder: &Folder, name: &str, bytes: &[u8]) -> String {
    let path = folder.path().join(name);
    fs::write(&path, bytes).expect("a file can be written");
    let path = path.strip_prefix(root()).expect("it is in the workspace");
    path.to_str().expect("UTF-8").to_owned()
}

#[test]
fn a_finding_is_reported_with_its_place_though_the_source_is_gone_or_another() {
    let folder = Folder::new();
    let binary = source(&folder, "binary.rs", b"fn main() {\n    \xff\xfe\n}\n");
    let empty = source(&folder, "empty.rs", b"");
    let network: Network = faulty_parts().into_iter().sum();
    for place in [
        "nowhere.rs:1:1",
        "/registry/somewhere/lib.rs:20:7",
        "C:\\a:b\\ü.rs:1:1",
        "tests:1:1",
        "README.md:1:1",
        &format!("{binary}:2:5"),
        &format!("{empty}:1:1"),
        "tests/checks.rs:99999:1",
        "tests/checks.rs:1:9999",
    ] {
        let findings = check(&declared_at(&network, place));
        let report = plain(&findings);
        let place = findings[0].labels[0].at.to_string();
        let arrows = report.matches(&format!("--> {place}\n")).count();
        assert_eq!(arrows, findings.len(), "{place}:\n{report}");
    }
}

#[test]
fn no_place_makes_a_report_panic() {
    let folder = Folder::new();
    let wide =
        "let größe = \"日本語\"; naïve(é) // ü\r\n\tλ()\n\u{301}\u{200d}\u{202e}(".as_bytes();
    let files = [
        source(&folder, "wide.rs", wide),
        source(&folder, "blank.rs", b"\n   \n\t\n"),
        source(&folder, "unclosed.rs", b"f((((\n)))) g(\n\0\x1b[0m("),
    ];
    let mut places: Vec<String> =
        [":1:1", "tests/checks.rs:0:0", "../../../../etc/passwd:1:1"].map(str::to_owned).into();
    places.push(format!("tests/checks.rs:{0}:{0}", u32::MAX));
    for file in &files {
        for line in 1..5 {
            places.extend((1..45).map(|column| format!("{file}:{line}:{column}")));
        }
    }
    let network = orders().triggers(&Function::<Relay>::builder().name(name!("relay")).build());
    let network = Network::from(network);
    for place in &places {
        let findings = check(&declared_at(&network, place));
        let report = plain(&findings);
        for finding in &findings {
            assert!(report.contains(&finding.message), "{place}: {report}");
        }
    }
}

#[test]
fn a_position_behind_wide_letters_is_marked_where_it_is() {
    let folder = Folder::new();
    let path = source(&folder, "wide.rs", "größe(\"日本\", name!(\"orders\"))\n".as_bytes());
    let column = "größe(\"日本\", ".chars().count() + 1;
    let network = declared_at(&orders().network(), &format!("{path}:1:{column}"));
    let report = plain(&check(&network));
    // Two columns each for the two wide letters.
    let marks = format!("| {}{} declared here\n", " ".repeat(column - 1 + 2), "^".repeat(15));
    assert!(report.contains(&marks), "{report}");
}

fn relay(name: Name, timeout: u64) -> Function<Relay> {
    function(name, timeout)
}

fn queue(name: Name, deadline: Option<u64>) -> Queue<Order> {
    let queue = Queue::builder().name(name);
    match deadline {
        Some(deadline) => queue.deadline(number(deadline)).build(),
        None => queue.build(),
    }
}

/// `first`, due in 20 s, → `begin` (10 s) → `second` → `end` (15 s) → `tickets`.
fn two_legs(second: Option<u64>) -> Network {
    let (first, second) = (queue(name!("first"), Some(20)), queue(name!("second"), second));
    let begin = relay(name!("begin"), 10);
    let end = function::<Cook>(name!("end"), 15);
    let waiter = function::<Waiter>(name!("waiter"), 10);
    first.triggers(&begin)
        + begin.sends_to(&second)
        + second.triggers(&end).batch_window(seconds!(3))
        + end.writes(&tickets())
        + clock().triggers(&waiter)
        + waiter.reads(&tickets())
}

#[test]
fn a_deadline_holds_until_an_entity_that_sets_its_own() {
    let open = two_legs(None);
    let due = "what enters `first` is due in 20 s";
    assert_eq!(only(&open, "N401").message, format!("`end` waits 3 s for `second`, and {due}"));
    assert_eq!(only(&open, "N402").message, format!("`clock` ticks every 300 s, and {due}"));
    let slow = only(&open, "N403");
    assert_eq!(slow.message, format!("{due} and may take 28 s"));
    assert_eq!(slow.why, "the longest path is `first` → `begin` (10 s) → `second` → `end` (15 s)");

    let generous = two_legs(Some(3_600));
    let tight = two_legs(Some(14));
    for code in ["N401", "N402", "N403"] {
        assert!(of_rule(&generous, code).is_empty(), "{code}");
        // The second leg has a clock of its own, and the first is no slower for it.
        let finding = only(&tight, code);
        assert!(
            finding.message.contains("what enters `second` is due in 14 s"),
            "{}",
            finding.message
        );
    }
}

#[test]
fn the_tightest_of_several_deadlines_counts() {
    let network =
        two_legs(None) + queue(name!("urgent"), Some(5)).triggers(&relay(name!("begin"), 10));
    for code in ["N401", "N402"] {
        let finding = only(&network, code);
        assert!(
            finding.message.ends_with("what enters `urgent` is due in 5 s"),
            "{}",
            finding.message
        );
    }
    assert_eq!(of_rule(&network, "N403").len(), 2);
}

#[test]
fn who_asks_waits_inside_its_own_timeout() {
    let first = || queue(name!("first"), Some(10));
    let asker = || function::<Asker>(name!("asker"), 10);
    let slow = function::<Prices>(name!("prices"), 60);
    let network = first().triggers(&asker()) + asker().asks(&slow);
    assert!(of_rule(&network, "N403").is_empty());

    // What the asked one starts goes on after the answer.
    let slow = function::<PricesAndOrders>(name!("prices"), 60);
    let network = first().triggers(&asker())
        + asker().asks(&slow)
        + slow.sends_to(&function::<Kitchen>(name!("kitchen"), 7));
    let finding = only(&network, "N403");
    assert!(finding.message.ends_with("is due in 10 s and may take 17 s"), "{}", finding.message);
}

#[test]
fn delays_and_windows_count_and_what_waits_in_a_table_does_not() {
    let second = Queue::<Order>::builder().name(name!("second")).delay(seconds!(4)).build();
    let network = two_legs(None) + &second;
    let finding = only(&network, "N403");
    assert!(finding.message.ends_with("may take 32 s"), "{}", finding.message);
    assert!(!finding.why.contains("waiter"), "{}", finding.why);
}

#[test]
fn a_circle_counts_once_wherever_it_is_entered() {
    for [entered, other] in [["a", "b"], ["b", "a"]] {
        let network = |deadline| {
            let (entered, other) = (relay(named(entered), 30), relay(named(other), 20));
            queue(name!("first"), Some(deadline)).triggers(&entered)
                + entered.sends_to(&other)
                + other.sends_to(&entered)
        };
        let finding = only(&network(49), "N403");
        assert!(finding.message.ends_with("may take 50 s"), "{}", finding.message);
        assert!(of_rule(&network(50), "N403").is_empty());
    }
}

/// A circle of so many queues and functions in turn, with shortcuts and clocks across.
fn large(pairs: u32) -> Network {
    let queue = |number: u32| {
        let deadline = number.is_multiple_of(1_000).then_some(86_400);
        queue(named(&format!("queue-{number}")), deadline)
    };
    let relay = |number: u32| relay(named(&format!("relay-{number}")), 1 + u64::from(number % 9));
    let mut random = 1_u32;
    (0..pairs)
        .map(|number| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let link = queue(number).triggers(&relay(number))
                + relay(number).sends_to(&queue((number + 1) % pairs));
            match random >> 24 {
                0..64 => link + relay(number).sends_to(&relay((random >> 8) % pairs)),
                64..80 => link + relay(number).sends_to(&queue((random >> 8) % pairs)),
                _ => link,
            }
        })
        .sum()
}

#[test]
fn twenty_thousand_entities_in_circles_are_checked_on_a_small_stack() {
    let network = large(10_000);
    assert_eq!(network.len(), 20_000);
    let checked = thread::Builder::new().stack_size(256 << 10).spawn(move || check(&network).len());
    assert!(checked.expect("a thread").join().expect("no overflow") > 0);
}

/// A network without one of its links.
fn without(network: &Network, from: &str, number: usize) -> Network {
    let mut json: Value = serde_json::from_str(&network.to_json()).expect("JSON");
    let links = json["entities"][from]["links"].as_array_mut().expect("links");
    links.remove(number);
    Network::from_json(&json.to_string()).expect("a network")
}

#[test]
fn each_link_of_the_case_study_is_missed_by_the_name_of_its_need() {
    let mut missed = 0;
    for (_, network) in net_tests::networks::examples() {
        let fatal = |network: &Network| {
            let findings = check(network);
            findings.into_iter().filter(Finding::is_fatal).collect::<Vec<_>>()
        };
        assert!(fatal(&network).is_empty(), "every need is bound: {:#?}", fatal(&network));
        let names: Vec<String> = network.entities().map(|(id, _)| id.to_string()).collect();
        for from in names {
            let name = Name::new(&from).expect("a name");
            for (number, link) in network.links_from(&name).iter().enumerate() {
                if matches!(link.verb(), Verb::Triggers | Verb::Routes) {
                    continue;
                }
                let message = net_dsl::entity::MESSAGE;
                let what = link.facts().get(message).expect("a link has its message").to_string();
                let findings = fatal(&without(&network, &from, number));
                let need = format!("{} `{what}`", link.verb());
                assert!(
                    findings.iter().any(|finding| {
                        finding.rule.code == "N201" && finding.message.contains(&need)
                    }),
                    "{from} {need}: {findings:#?}"
                );
                missed += 1;
            }
        }
    }
    assert!(missed > 40, "{missed}");
}

#[test]
fn a_property_is_held_to_what_its_schema_says() {
    use property::{iam::role, lambda::function as lambda};
    let set = |overlay: Network| {
        let network = Network::from(orders().triggers(&kitchen())) + overlay;
        of_rule(&network, "P106").into_iter().map(|finding| finding.message).collect::<Vec<_>>()
    };
    let none: [&str; 0] = [];
    let of_kitchen = |mode: &str| set(property::set(&kitchen(), lambda::TRACING_CONFIG_MODE, mode));
    assert_eq!(of_kitchen("Active"), none);
    assert_eq!(
        of_kitchen("active"),
        ["`TracingConfig/Mode` of `kitchen` is `active`, and AWS::Lambda::Function takes one of \
          Active, PassThrough"]
    );
    let role = |length| set(property::set(&kitchen(), role::DESCRIPTION, "ü".repeat(length)));
    assert_eq!(role(1_000), none);
    assert_eq!(
        role(1_001),
        ["`Description` of `kitchen` is 1001 characters long, and AWS::IAM::Role takes 0 to 1000 \
          characters"]
    );
    let reserved =
        |count| set(property::set(&kitchen(), lambda::RESERVED_CONCURRENT_EXECUTIONS, count));
    assert_eq!(reserved(0), none);
    assert_eq!(
        reserved(-1),
        [
            "`ReservedConcurrentExecutions` of `kitchen` is -1, and AWS::Lambda::Function takes 0 or \
          more"
        ]
    );
    let window = property::lambda::event_source_mapping::MAXIMUM_BATCHING_WINDOW_IN_SECONDS;
    let linked: Network = orders().triggers(&kitchen()).set(window, 301).into();
    for finding in [only(&hiding_by_overlay(43_201), "P106"), only(&linked, "P106")] {
        let texts: Vec<_> = finding.labels.iter().map(|label| label.text.as_str()).collect();
        assert_eq!(texts, ["set here"], "{finding:#?}");
    }
    let accepted = hiding_by_overlay(43_201) + accept(&orders(), "P106", "AWS takes a day by now");
    assert!(!only(&accepted, "P106").is_fatal());
}

#[test]
fn what_is_said_in_two_ways_is_one_attribute() {
    let nightly = Schedule::builder().name(name!("clock")).cron(cron!("0 3 * * ? *")).build();
    let dead = || Queue::<Order>::builder().name(name!("orders"));
    struct Sorted;
    impl Item for Sorted {
        const NAME: &'static str = "Ticket";
        const PARTITION: Key = Key::text("id");
        const SORT: Option<Key> = Some(Key::number("at"));
    }
    struct Vanishing;
    impl Item for Vanishing {
        const NAME: &'static str = "Ticket";
        const PARTITION: Key = Key::text("id");
        const EXPIRES: Option<&'static str> = Some("expires");
    }
    struct Counted;
    impl Item for Counted {
        const NAME: &'static str = "Ticket";
        const PARTITION: Key = Key::number("id");
    }
    let sorted = Table::<Sorted>::builder().name(name!("tickets")).build();
    let vanishing = Table::<Vanishing>::builder().name(name!("tickets")).build();
    let counted = Table::<Counted>::builder().name(name!("tickets")).build();
    let fifo = || FifoQueue::<Order>::builder().name(name!("orders"));
    for (network, message) in [
        (clock().network() + &nightly, "`ticks` of `clock` is 300 and `0 3 * * ? *`"),
        (
            dead().no_dead_letters().build().network() + &dead().max_receives(count!(3)).build(),
            "`max-receives` of `orders` is 3 and null",
        ),
        // In one builder, too.
        (
            fifo().no_dead_letters().max_receives(count!(3)).build().network(),
            "`max-receives` of `orders` is 3 and null",
        ),
        (
            tickets().network() + &sorted,
            "`sort` of `tickets` is null and {\"name\":\"at\",\"type\":\"N\"}",
        ),
        (tickets().network() + &vanishing, "`expires` of `tickets` is `expires` and null"),
        (
            tickets().network() + &counted,
            "`partition` of `tickets` is {\"name\":\"id\",\"type\":\"N\"} and \
             {\"name\":\"id\",\"type\":\"S\"}",
        ),
    ] {
        // Types of one name may be told apart as well.
        let found: Vec<_> = of_rule(&network, "N101")
            .into_iter()
            .map(|found| found.message)
            .filter(|message| !message.starts_with("`type`"))
            .collect();
        assert_eq!(found, [message]);
    }
    // Who says nothing of it leaves it to others.
    let both = dead().no_dead_letters().build().network() + &dead().build();
    assert!(of_rule(&both, "N101").is_empty());
    only(&both, "N304");
}

#[test]
fn one_route_is_found_however_it_is_written() {
    for (one, other) in [
        ("/", "/"),
        ("/things", "/things"),
        ("/a/{x}", "/a/{y}"),
        ("/a/{x}/b/{y}", "/a/{y}/b/{x}"),
        ("/{all+}", "/{rest+}"),
        ("/a/{x}/{all+}", "/a/{y}/{all+}"),
    ] {
        let found = only(&two_doors(one, other), "N601");
        assert!(found.is_fatal() && found.labels.len() == 2, "{found:#?}");
        assert!(found.message.ends_with("leads to `back` and `front`"), "{}", found.message);
    }
    for (one, other) in [
        ("/", "/{all+}"),
        ("/things", "/Things"),
        ("/a/{x}", "/a/b"),
        ("/a/{x}", "/a/{all+}"),
        ("/a/{x}", "/b/{x}"),
        ("/a/{x}", "/a/{x}/c"),
        ("/a/{all+}", "/{all+}"),
    ] {
        let network = two_doors(one, other);
        assert!(of_rule(&network, "N601").is_empty(), "{one} {other}");
    }
    // One function with two names for one route, methods, APIs, and bricks.
    let api = |name| HttpApi::builder().name(named(name)).build();
    let door = || function::<Door>(name!("door"), 9);
    let renamed = api("api").routes(route!(GET "/a/{x}"), &door())
        + api("api").routes(route!(GET "/a/{y}"), &door());
    assert_eq!(
        only(&renamed, "N601").message,
        "`GET /a/{x}` and `GET /a/{y}` of `api` are one route, which leads to `door`"
    );
    let good = api("api").routes(route!(GET "/a"), &door())
        + api("api").routes(route!(ANY "/a"), &function::<Door>(name!("other"), 9))
        + api("api").routes(route!(POST "/a"), &function::<Door>(name!("third"), 9))
        + api("another").routes(route!(GET "/a"), &function::<Door>(name!("fourth"), 9));
    assert!(of_rule(&good, "N601").is_empty());
    let bricks = brick(name!("one"), api("api").routes(route!(GET "/a"), &door()))
        + brick(name!("two"), api("api").routes(route!(GET "/a"), &door()));
    assert!(of_rule(&bricks, "N601").is_empty(), "the same link twice is one link");
    let bricks =
        brick(name!("one"), two_doors("/a", "/b")) + brick(name!("two"), two_doors("/b", "/a"));
    assert_eq!(of_rule(&bricks, "N601").len(), 2);
}

#[test]
fn the_visibility_timeout_covers_the_batch_window() {
    let network = |visibility: u64, window: u64| {
        let orders = Queue::<Order>::builder().name(name!("orders"));
        let orders = orders.visibility_timeout(number(visibility)).build();
        Network::from(orders.triggers(&kitchen()).batch_window(number(window)))
    };
    let found = only(&network(39, 10), "N305");
    assert_eq!(
        found.message,
        "messages of `orders` come back after 39 s, and `kitchen` may take 30 s after a batch window \
         of 10 s"
    );
    assert_eq!(found.help, ["leave `visibility_timeout` out: it becomes 190 s"]);
    assert!(of_rule(&network(40, 10), "N305").is_empty());
    only(&network(40, 10), "N306");
    only(&network(189, 10), "N306");
    assert!(of_rule(&network(190, 10), "N306").is_empty());
    // The window by override, and the timeout of the function, too.
    let window = property::lambda::event_source_mapping::MAXIMUM_BATCHING_WINDOW_IN_SECONDS;
    let overridden = || {
        let orders = Queue::<Order>::builder().name(name!("orders"));
        let orders = orders.visibility_timeout(seconds!(40)).build();
        Network::from(orders.triggers(&kitchen()).set(window, 11))
    };
    only(&overridden(), "N305");
    let timeout = property::set(&kitchen(), property::lambda::function::TIMEOUT, 29);
    assert!(of_rule(&(overridden() + timeout), "N305").is_empty());
    // Of several consumers the most demanding counts.
    let derived = |network: &Network| {
        let graph = Graph::new(network);
        let queue = graph.find(name!("orders").id()).expect("a queue");
        net_dsl::entity::queue::effective_visibility_timeout(&graph, queue)
    };
    assert_eq!(derived(&batches(10, 300)), 480);
    let both = batches(10, 300) + orders().triggers(&function::<Cook>(name!("cook"), 81));
    assert_eq!(derived(&both), 486);
    let longest = orders().triggers(&function::<Cook>(name!("cook"), 900));
    assert_eq!(derived(&longest.batch_window(seconds!(300)).into()), 5_700);
    assert_eq!(derived(&orders().network()), 30);
}

#[test]
fn numbers_set_by_override_count_as_those_of_builders() {
    use property::{lambda, scheduler, sqs};
    let set = |network: Network, overlay: Network| network + overlay;
    let by_override =
        |seconds| property::set(&orders(), sqs::queue::MESSAGE_RETENTION_PERIOD, seconds);
    only(&set(orders().triggers(&kitchen()).into(), by_override(180)), "N308");
    assert!(of_rule(&set(kept_and_drained(180), by_override(181)), "N308").is_empty());

    let delayed = |seconds| property::set(&orders(), sqs::queue::DELAY_SECONDS, seconds);
    let short = || hiding(60) + by_override(200);
    assert!(of_rule(&short(), "N308").is_empty());
    assert!(only(&(short() + delayed(200)), "N308").message.contains("held back"));
    let late = only(&(due_in(40) + delayed(11)), "N403");
    assert!(late.message.ends_with("may take 41 s"), "{}", late.message);
    assert!(of_rule(&(due_in(40) + delayed(10)), "N403").is_empty());

    let receives = |count: i64| {
        let policy = json!({ "deadLetterTargetArn": "arn", "maxReceiveCount": count });
        property::set(&orders(), sqs::queue::REDRIVE_POLICY, policy)
    };
    only(&set(orders().triggers(&kitchen()).into(), receives(1)), "N309");
    assert!(of_rule(&set(received(1), receives(5)), "N309").is_empty());

    let runs =
        |count| property::set(&kitchen(), lambda::function::RESERVED_CONCURRENT_EXECUTIONS, count);
    only(&set(reserved(12, 6), runs(11)), "N207");
    assert!(of_rule(&set(reserved(1, 6), runs(12)), "N207").is_empty());
    only(&set(orders().triggers(&kitchen()).into(), runs(0)), "N207");
    let concurrency = lambda::event_source_mapping::SCALING_CONFIG_MAXIMUM_CONCURRENCY;
    let linked = Network::from(orders().triggers(&kitchen()).set(concurrency, 13));
    only(&set(linked, runs(12)), "N207");

    let expression =
        |text: &str| property::set(&clock(), scheduler::schedule::SCHEDULE_EXPRESSION, text);
    only(&set(ticks_for(60), expression("rate(1 minute)")), "N408");
    only(&set(ticks_for(120), expression("cron(0/2 * * * ? *)")), "N408");
    for slower in
        ["rate(2 minutes)", "rate(1 hour)", "cron(0 3 * * ? *)", "at(2030-01-01T00:00:00)"]
    {
        assert!(of_rule(&set(ticks_for(60), expression(slower)), "N408").is_empty(), "{slower}");
    }
    let arm = property::set(
        &function::<Kitchen>(name!("other"), 30),
        lambda::function::ARCHITECTURES,
        json!(["x86_64"]),
    );
    only(&(one_binary::<Kitchen, Kitchen>(Architecture::Arm64) + arm), "N206");
    let timeout = |seconds| {
        let prices = function::<Prices>(name!("prices"), 30);
        property::set(&prices, lambda::function::TIMEOUT, seconds)
    };
    only(&(asked(60, 30) + timeout(60)), "N405");
    assert!(of_rule(&(asked(60, 60) + timeout(59)), "N405").is_empty());
    // What Lambda takes of a FIFO queue.
    let fifo = FifoQueue::<Order>::builder().name(name!("orders")).build();
    let size = lambda::event_source_mapping::BATCH_SIZE;
    let window = lambda::event_source_mapping::MAXIMUM_BATCHING_WINDOW_IN_SECONDS;
    only(&fifo.triggers(&kitchen()).set(size, 11).into(), "N307");
    only(&fifo.triggers(&kitchen()).set(window, 1).into(), "N307");
    assert!(of_rule(&fifo.triggers(&kitchen()).set(size, 10).into(), "N307").is_empty());
}

#[test]
fn a_map_that_is_overridden_is_joined_and_in_conflict_entry_by_entry() {
    use property::{lambda::function::ENVIRONMENT_VARIABLES, sqs::queue::REDRIVE_POLICY};
    let says = |variables: Value| property::set(&kitchen(), ENVIRONMENT_VARIABLES, variables);
    let conflicts = |network: Network| messages(&of_rule(&network, "N101"));
    assert!(conflicts(says(json!({ "A": "1" })) + says(json!({ "A": "1", "B": "2" }))).is_empty());
    let both = says(json!({ "A": "1", "B": "2" })) + says(json!({ "A": "3", "B": "2" }));
    let found = only(&both, "N101");
    assert_eq!(found.message, "`function/Environment/Variables/A` of `kitchen` is `1` and `3`");
    let lines: BTreeSet<_> = found.labels.iter().map(|label| label.at.column()).collect();
    assert_eq!(lines.len(), 1, "both are said in `says`");
    // At any depth, in raw resources and of links, too, whatever the names of entries are.
    let raw = |properties: Value| {
        Raw::builder()
            .name(name!("thing"))
            .resource_type(resource_type!("AWS::IoT::Thing"))
            .properties(properties)
            .build()
    };
    let deep = |value: u64| raw(json!({ "A": { "b/c": { "~": value } } })).network();
    let message = "N101: `resource/A/b~1c/~0` of `thing` is 1 and 2";
    assert_eq!(conflicts(deep(1) + deep(2)), [message]);
    assert!(conflicts(deep(1) + &raw(json!({ "A": { "b/c": { "d": 2 } } }))).is_empty());
    let config = property::lambda::event_source_mapping::METRICS_CONFIG_METRICS;
    let linked =
        |name: &str| Network::from(orders().triggers(&kitchen()).set(config, json!([name])));
    assert_eq!(conflicts(linked("one") + linked("other")).len(), 1);
    // What CloudFormation computes is one value, and no map to add to.
    let computed = || says(json!({ "Fn::GetAtt": ["Thing", "Variables"] }));
    assert!(conflicts(computed() + computed()).is_empty());
    let said = conflicts(computed() + says(json!({ "A": "1" })));
    let message = "N101: `function/Environment/Variables` of `kitchen` is set, and so is \
                   `function/Environment/Variables/A`, which is a part of it";
    assert_eq!(said, [message]);
    assert!(conflicts(says(json!({})) + says(json!({ "A": "1" }))).is_empty());
    let policy = |policy: Value| property::set(&orders(), REDRIVE_POLICY, policy);
    let twice = policy(json!({ "maxReceiveCount": 2 })) + policy(json!({ "maxReceiveCount": 3 }));
    assert_eq!(conflicts(twice + &orders()).len(), 1);
}

#[test]
fn what_follows_from_links_is_not_overridden_unseen() {
    use property::{apigatewayv2, iam, lambda, scheduler};
    let of_till = || till().sends_to(&orders());
    for (network, what) in [
        (told("NET_SENDS_ORDER"), "function/Environment/Variables/NET_SENDS_ORDER"),
        (
            of_till()
                + property::set(
                    &till(),
                    lambda::function::ENVIRONMENT_VARIABLES,
                    json!({ "Fn::GetAtt": ["Other", "Variables"] }),
                ),
            "function/Environment/Variables",
        ),
        (of_till() + property::set(&till(), lambda::function::ROLE, "arn"), "function/Role"),
        (of_till() + property::set(&till(), iam::role::POLICIES, json!([])), "role/Policies"),
        (
            ticks_for(30) + property::set(&clock(), scheduler::schedule::TARGET_INPUT, "{}"),
            "schedule/Target/Input",
        ),
        (
            behind_a_route(30)
                + property::set(
                    &HttpApi::builder().name(name!("api")).build(),
                    apigatewayv2::stage::STAGE_NAME,
                    "prod",
                ),
            "stage/StageName",
        ),
    ] {
        let found = only(&network, "N108");
        assert!(found.message.starts_with(&format!("`{what}` of ")), "{}", found.message);
        assert!(!found.labels.is_empty());
    }
    let types = lambda::event_source_mapping::FUNCTION_RESPONSE_TYPES;
    let silent = Network::from(orders().triggers(&kitchen()).set(types, json!([])));
    assert!(only(&silent, "N108").why.contains("would take them for done"));
    let meant = silent + accept(&orders(), "N108", "all or nothing");
    assert!(!only(&meant, "N108").is_fatal());
}

#[test]
fn a_stream_has_what_its_readers_take() {
    for view in ["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE"] {
        let found = only(&streamed_as(view), "N311");
        assert!(found.message.contains(view), "{}", found.message);
        assert_eq!(found.labels.len(), 2, "the override and the link");
    }
    let property = property::dynamodb::table::STREAM_SPECIFICATION_STREAM_VIEW_TYPE;
    let unread = tickets().network() + property::set(&tickets(), property, "KEYS_ONLY");
    assert!(of_rule(&unread, "N311").is_empty());
}

#[test]
fn a_name_that_is_set_is_one_and_short_enough() {
    use property::{lambda::function::FUNCTION_NAME, sqs::queue::QUEUE_NAME};
    let others = || Queue::<Order>::builder().name(name!("others")).build();
    let queues = |one: Value, other: Value| {
        orders().network()
            + &others()
            + property::set(&orders(), QUEUE_NAME, one)
            + property::set(&others(), QUEUE_NAME, other)
    };
    let sub = |text: &str| json!({ "Fn::Sub": text });
    let found = only(&queues(json!("test-x"), sub("${AWS::StackName}-x")), "P110");
    assert!(found.message.contains("the name `test-x` in the stack `test`"), "{}", found.message);
    assert_eq!(found.labels.len(), 2);
    only(&queues(sub("${AWS::Region}-x"), sub("${AWS::Region}-x")), "P110");
    // Queues' names differ by case, and a name that is known only while deploying is anybody's.
    let none = |network: &Network| assert!(of_rule(network, "P110").is_empty());
    none(&queues(json!("Orders"), json!("orders")));
    none(&queues(json!({ "Ref": "OrdersQueue" }), json!({ "Ref": "OrdersQueue" })));
    // A derived name and one that is set.
    let relay = relay(name!("relay"), 10);
    let circle = relay.sends_to(&relay) + &kitchen();
    let named = |name: &str| property::set(&kitchen(), FUNCTION_NAME, name);
    only(&(circle.clone() + named("test-relay")), "P110");
    none(&(circle + named("relay")));
    let raw = |number: u64, kind: ResourceType, properties: Value| {
        Raw::builder()
            .name(Name::new(&format!("raw-{number}")).expect("a name"))
            .resource_type(kind)
            .properties(properties)
            .build()
    };
    let group = |number, name: &str| {
        raw(number, resource_type!("AWS::IAM::Group"), json!({ "GroupName": name })).network()
    };
    only(&(group(1, "Cooks") + group(2, "cooks")), "P110");
    // Whatever the type, as far as the length is known.
    let bucket = |name: Value| {
        raw(1, resource_type!("AWS::S3::Bucket"), json!({ "BucketName": name })).network()
    };
    let said = only(&bucket(json!("b".repeat(64))), "P105");
    assert!(said.message.contains("comes to 64 characters, and AWS takes 63"), "{}", said.message);
    assert!(of_rule(&bucket(json!("b".repeat(63))), "P105").is_empty());
    let of_account = |letters: usize| {
        bucket(json!({ "Fn::Sub": format!("${{AWS::AccountId}}-{}", "b".repeat(letters)) }))
    };
    only(&of_account(51), "P105");
    assert!(of_rule(&of_account(50), "P105").is_empty());
}

#[test]
fn a_template_is_at_most_a_megabyte() {
    let long = |bytes: usize| {
        Raw::builder()
            .name(name!("page"))
            .resource_type(resource_type!("AWS::SSM::Parameter"))
            .properties(json!({ "Type": "String", "Value": "x".repeat(bytes) }))
            .build()
            .network()
    };
    let rest = {
        let network = long(0);
        let graph = Graph::new(&network);
        net_synth::emit::cloudformation(&Plan::new(&name!("test"), &graph)).len()
    };
    const MOST: usize = 1_024 * 1_024;
    assert!(of_rule(&long(MOST - rest), "P104").is_empty());
    let found = only(&long(MOST - rest + 1), "P104");
    assert!(found.message.contains("has 1048577 bytes"), "{}", found.message);
    assert!(found.help.iter().any(|help| help.contains("`page`")), "{:?}", found.help);
}

#[test]
fn a_finding_points_at_the_override_that_decides() {
    let window = property::lambda::event_source_mapping::MAXIMUM_BATCHING_WINDOW_IN_SECONDS;
    let line = line!() + 1;
    let overlay = || property::set(&kitchen(), property::lambda::function::TIMEOUT, 31);
    let found = only(&(hiding(30) + overlay()), "N305");
    assert!(found.labels.iter().any(|label| label.at.line() == line), "{:?}", found.labels);
    let line = line!() + 1;
    let waits = || Network::from(orders().triggers(&kitchen()).set(window, 7));
    let due = || queue(name!("orders"), Some(60)).network();
    let found = only(&(waits() + due()), "N401");
    assert!(found.labels.iter().any(|label| label.at.line() == line), "{:?}", found.labels);
    // Whether a function may loop is read from an override, too.
    let mode = property::lambda::function::RECURSIVE_LOOP;
    let relays = |mode_of: &str| {
        let one = || relay(name!("one"), 10);
        one().sends_to(&one()) + property::set(&one(), mode, mode_of)
    };
    assert!(of_rule(&relays("Allow"), "N501").is_empty());
    only(&relays("Terminate"), "N501");
}

#[test]
fn messages_are_kept_until_they_are_due() {
    let network = |retention, deadline| {
        let orders = Queue::<Order>::builder().name(name!("orders")).retention(number(retention));
        let orders = orders.deadline(number(deadline)).visibility_timeout(seconds!(30)).build();
        Network::from(orders.triggers(&kitchen()))
    };
    assert!(only(&network(3_600, 3_600), "N308").message.ends_with("in time for 3600 s"));
    assert!(of_rule(&network(3_601, 3_600), "N308").is_empty());
    // A deadline set before the queue holds there, and is pointed at.
    let till = relay(name!("relay"), 10);
    let first = queue(name!("first"), Some(600)).triggers(&till);
    let second = Queue::<Order>::builder().name(name!("second")).retention(seconds!(600)).build();
    let found = only(&(first + till.sends_to(&second) + second.triggers(&kitchen())), "N308");
    assert_eq!(found.labels.len(), 2, "{found:#?}");
    assert!(found.message.starts_with("`second` keeps"), "{}", found.message);
}

#[test]
fn one_package_is_one_contract_and_one_processor() {
    let processors = one_binary::<Kitchen, Kitchen>(Architecture::X86_64);
    let message = only(&processors, "N206").message;
    assert_eq!(message, "`one` and `other` share `shared` on different processors");
    let contracts = only(&one_binary::<Kitchen, Relay>(Architecture::Arm64), "N206");
    assert_eq!(contracts.message, "`one` and `other` share `shared` under different contracts");
    assert_eq!(contracts.labels[0].text, "`one`: contract `Kitchen`, arm64");

    let with = |name, code, architecture| {
        let kitchen = Function::<Kitchen>::builder().name(named(name)).code(code);
        kitchen.architecture(architecture).build().network()
    };
    use Architecture::{Arm64, X86_64};
    let script = |handler| match handler {
        1 => folder!("work", runtime = Runtime::PYTHON_3_13, handler = "a.one"),
        _ => folder!("work", runtime = Runtime::PYTHON_3_13, handler = "a.two"),
    };
    let program = || folder!("work", runtime = Runtime::PROVIDED_AL2023);
    let both = |one, other| of_rule(&(one + other), "N206").len();
    assert_eq!(both(with("a", script(1), Arm64), with("b", script(2), X86_64)), 0);
    assert_eq!(both(with("a", program(), Arm64), with("b", program(), Arm64)), 0);
    assert_eq!(both(with("a", program(), Arm64), with("b", program(), X86_64)), 1);
    assert_eq!(both(with("a", binary!("work"), Arm64), with("b", script(1), Arm64)), 1);
    assert_eq!(both(with("a", binary!("work"), Arm64), with("a", binary!("work"), Arm64)), 0);
}

/// Orders due in `deadline` s, written down by a cook in 10 s, told of by the stream to a watcher
/// that may take 20 s.
fn written_into_a_stream(deadline: u64, window: u64) -> Network {
    let orders = queue(name!("orders"), Some(deadline));
    let cook = function::<Cook>(name!("cook"), 10);
    let watcher = function::<Watcher>(name!("watcher"), 20);
    orders.triggers(&cook)
        + cook.writes(&tickets())
        + tickets().stream().triggers(&watcher).batch_window(number(window))
        + watcher.reads(&tickets())
}

#[test]
fn a_deadline_holds_through_the_stream_of_a_table() {
    let slow = only(&written_into_a_stream(29, 0), "N403");
    assert_eq!(slow.message, "what enters `orders` is due in 29 s and may take 30 s");
    assert!(slow.why.ends_with("`cook` (10 s) → `tickets` → `watcher` (20 s)"), "{}", slow.why);
    assert!(of_rule(&written_into_a_stream(30, 0), "N403").is_empty());
    let waits = only(&written_into_a_stream(60, 7), "N401");
    assert!(waits.message.starts_with("`watcher` waits 7 s for `tickets`"), "{}", waits.message);
    assert!(of_rule(&written_into_a_stream(60, 6), "N401").is_empty());
    // A table without a stream is where a path ends.
    let cook = function::<Cook>(name!("cook"), 10);
    let kept = queue(name!("orders"), Some(10)).triggers(&cook) + cook.writes(&tickets());
    assert!(of_rule(&kept, "N403").is_empty());
}

#[test]
fn who_calls_the_api_that_starts_it_is_in_a_loop() {
    services! { Own }
    contract! { Caller: HttpRequest<()> => HttpResponse { calls Own } }
    let api = || HttpApi::builder().name(name!("api")).build();
    let caller = |name| Function::<Caller>::builder().name(name).code(binary!("caller"));
    let own = caller(name!("caller")).build();
    let network = || api().routes(route!(GET "/"), &own) + own.calls(&api().serves::<Own>());
    let found = only(&network(), "N502");
    assert_eq!(found.message, "`api`, `caller` feed themselves");
    assert_eq!(found.why, "nothing stops a loop through an HTTP API but the code itself");
    let told = api().routes(route!(GET "/"), &caller(name!("caller")).loops().build());
    assert!(of_rule(&(network() + told), "N502").is_empty());
    let outside = caller(name!("outside")).build().calls(&api().serves::<Own>())
        + api().routes(route!(GET "/"), &function::<Door>(name!("door"), 9));
    assert!(of_rule(&outside, "N502").is_empty());
}

#[test]
fn the_case_study_draws_no_warning_that_is_not_accepted_or_meant() {
    for (name, network) in net_tests::networks::examples() {
        let found: Vec<_> = check(&network).into_iter().filter(|f| f.accepted.is_none()).collect();
        let codes: Vec<_> = found.iter().map(|finding| finding.rule.code).collect();
        // The polling network is there to show it.
        let meant: &[&str] = if name.to_string() == "async-polling" { &["N402"] } else { &[] };
        assert_eq!(codes, meant, "{name}: {:#?}", messages(&found));
    }
}

#[test]
fn every_sum_of_the_case_studys_bricks_is_whole_and_draws_no_warning_but_of_the_clock() {
    let scenarios = alexa_patterns::scenarios();
    let names: BTreeSet<_> = scenarios.iter().map(|scenario| scenario.name.to_string()).collect();
    assert_eq!(names.len(), 18);
    for scenario in scenarios {
        let name = scenario.name.to_string();
        assert!(scenario.network.open_ends().is_empty(), "{name}");
        let found = check(&scenario.network);
        let open: Vec<_> = found.into_iter().filter(|it| it.accepted.is_none()).collect();
        let codes: Vec<_> = open.iter().map(|finding| finding.rule.code).collect();
        // With promises, something else than the clock looks at what waits.
        let meant: &[&str] = if name.contains("async-clock") { &["N402"] } else { &[] };
        assert_eq!(codes, meant, "{name}: {:#?}", messages(&open));
    }
}

#[test]
fn bricks_that_take_each_others_place_have_the_same_open_ends() {
    use alexa_patterns::scenarios::{DISPATCHERS, ENTRYPOINTS, PROCESSORS, SOURCES};
    for place in [&ENTRYPOINTS[..], &PROCESSORS, &SOURCES, &DISPATCHERS] {
        let ends: Vec<_> = place.iter().map(|term| (term.brick)().open_ends()).collect();
        assert!(!ends[0].is_empty());
        for (term, found) in place.iter().zip(&ends) {
            assert_eq!(*found, ends[0], "{}", term.function);
        }
        // And none of them is another's part: each adds something of its own.
        for one in place {
            for other in place.iter().filter(|other| other.function != one.function) {
                assert!(!(one.brick)().contains(&(other.brick)()), "{}", one.function);
            }
        }
    }
}
