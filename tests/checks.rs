//! What the checks find, what they let pass, and how findings are reported.

use net_dsl::{
    Bounded, Graph, OutOfRange, Range, Verb, accept, brick,
    check::{Finding, Severity},
    entity::function::Variable,
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

fn function<C: Contract>(name: Name, timeout: u64) -> Function<C> {
    Function::builder().name(name).code(binary!("any")).timeout(number(timeout)).build()
}

fn orders() -> Queue<Order> {
    Queue::builder().name(name!("orders")).build()
}

fn kept(retention: Bounded<range::MessageRetention>) -> Queue<Order> {
    Queue::builder().name(name!("orders")).retention(retention).build()
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
        let relay = Function::<Relay>::builder().name(name).code(binary!("any"));
        if loops { relay.loops().build() } else { relay.build() }
    };
    let (one, other) = (relay(name!("one")), relay(name!("other")));
    one.sends_to(&other) + other.sends_to(&one)
}

fn feeds_itself(loops: bool) -> Network {
    let relay = Function::<Relay>::builder().name(name!("relay")).code(binary!("any"));
    let relay = if loops { relay.loops().build() } else { relay.build() };
    orders().triggers(&relay) + relay.sends_to(&orders())
}

/// An environment of so many bytes.
fn environment(bytes: usize) -> Network {
    let text = Variable::new("TEXT", "x".repeat(bytes - "TEXT".len()));
    let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).code(binary!("any"));
    orders().triggers(&kitchen.environment(vec![text]).build()).into()
}

fn linked_to(queues: usize) -> Network {
    let queue = |number| Queue::<Order>::builder().name(named(&format!("queue-{number}"))).build();
    (0..queues).map(|number| till().sends_to(&queue(number))).sum()
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
    case("N401", || due_in_a_minute_with_window(7), || due_in_a_minute_with_window(6)),
    case("N402", tickets_wait_for_a_clock, || {
        let watcher = function::<Watcher>(name!("watcher"), 10);
        tickets_wait_for_a_clock()
            + tickets().stream().triggers(&watcher)
            + watcher.reads(&tickets())
    }),
    case("N403", || due_in(29), || due_in(30)),
    case("N404", || behind_a_route(31), || behind_a_route(30)),
    case("N501", || invoke_each_other(false), || invoke_each_other(true)),
    case("N502", || feeds_itself(false), || feeds_itself(true)),
    case(
        "P101",
        || {
            orders().network()
                + &Queue::<Order>::builder().name(name!("orders-dead-letter")).build()
        },
        || orders().network() + &Queue::<Order>::builder().name(name!("orders-dead")).build(),
    ),
    case("P102", || environment(4_097), || environment(4_096)),
    case("P103", || linked_to(70), || linked_to(50)),
    case("P104", || raw_resources(501), || raw_resources(500)),
    case("P105", || called(65), || called(64)),
    case("P106", || hiding_by_overlay(43_201), || hiding_by_overlay(43_200)),
];

fn check(network: &Network) -> Vec<Finding> {
    let graph = Graph::new(network);
    check::check(&Plan::new(&name!("test"), &graph), &graph)
}

fn of_rule(network: &Network, code: &str) -> Vec<Finding> {
    check(network).into_iter().filter(|finding| finding.rule.code == code).collect()
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
    let asker = Function::<AsksItself>::builder().name(name!("asker")).code(binary!("any")).loops();
    let asker = asker.build();
    assert!(only(&asker.asks(&asker).into(), "N501").is_fatal());
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
