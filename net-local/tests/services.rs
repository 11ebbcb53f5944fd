//! What each service does in time, as AWS's documentation says; the titles are of its pages.

use net_dsl::{Once, prelude::*, property, property::lambda::event_source_mapping};
use net_local::{self as local, Local};
use net_runtime::{BoxError, Context, ExposeSecret as _, Handler};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Job {
    id: String,
    group: String,
    /// How often it fails before it succeeds.
    fails: u32,
    /// How long it takes, in milliseconds.
    takes: u64,
}
messages! { Job }

impl Grouped for Job {
    fn group(&self) -> String {
        self.group.clone()
    }
}

impl Request for Job {
    type Reply = Job;
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Note {
    id: String,
    text: String,
    expires: Option<u64>,
}
impl Item for Note {
    const NAME: &'static str = "Note";
    const PARTITION: Key = Key::text("id");
    const EXPIRES: Option<&'static str> = Some("expires");
}

services! { Bank }

contract! {
    /// Works on jobs.
    Work: Job => () {}
    /// Hears of changes.
    Hear: Change<Note> => () {}
    /// Asks, and notes what it is told.
    Ask: Tick => () { asks Job, writes Note }
    /// Answers.
    Reply: Job => Job {}
    /// Calls a bank.
    Pay: Tick => () { calls Bank, writes Note }
    /// Does its work once.
    Careful: Job => () { writes Once, writes Note }
}

fn job(id: &str) -> Job {
    Job { id: id.to_owned(), group: "g".to_owned(), fails: 0, takes: 0 }
}

/// What was begun when, in milliseconds since the first, and how many were at work at most.
#[derive(Clone, Default)]
struct Worker(Arc<Inner>);

#[derive(Default)]
struct Inner {
    begun: Mutex<Vec<(String, SystemTime)>>,
    at_work: AtomicUsize,
    most: AtomicUsize,
}

impl Worker {
    async fn work(&self, job: Job, now: SystemTime) -> Result<(), BoxError> {
        let times = {
            let mut begun = self.0.begun.lock().expect("no panic");
            begun.push((job.id.clone(), now));
            begun.iter().filter(|(id, _)| *id == job.id).count()
        };
        let at_work = self.0.at_work.fetch_add(1, Ordering::SeqCst) + 1;
        self.0.most.fetch_max(at_work, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(job.takes)).await;
        self.0.at_work.fetch_sub(1, Ordering::SeqCst);
        if times <= job.fails as usize {
            return Err(format!("try {times} of {}", job.id).into());
        }
        Ok(())
    }

    /// In which order jobs were begun.
    fn order(&self) -> Vec<String> {
        self.0.begun.lock().expect("no panic").iter().map(|(id, _)| id.clone()).collect()
    }

    /// When a job was begun, in seconds since the first time.
    fn times(&self, id: &str) -> Vec<u64> {
        let begun = self.0.begun.lock().expect("no panic");
        let times: Vec<SystemTime> =
            begun.iter().filter(|(known, _)| known == id).map(|(_, at)| *at).collect();
        times.iter().map(|at| at.duration_since(times[0]).expect("in order").as_secs()).collect()
    }
}

impl Handler<Work> for Worker {
    async fn handle(&self, job: Job, context: &Context<Work>) -> Result<(), BoxError> {
        self.work(job, context.now()).await
    }
}

fn worker() -> Function<Work> {
    Function::<Work>::builder().name(name!("worker")).timeout(seconds!(10)).build()
}

fn jobs() -> Queue<Job> {
    Queue::<Job>::builder().name(name!("jobs")).build()
}

fn fifo() -> FifoQueue<Job> {
    FifoQueue::<Job>::builder().name(name!("jobs")).build()
}

fn with(network: impl Into<Network>) -> (Local, Worker) {
    let worker = Worker::default();
    (local::start(network).handler::<Work>(worker.clone()), worker)
}

/// "Amazon SQS visibility timeout", "Using dead-letter queues in Amazon SQS".
#[test]
fn a_message_that_fails_comes_again_after_its_visibility_timeout() {
    let (here, worker) = with(jobs().triggers(&worker()));
    here.send(&jobs(), &Job { fails: 2, ..job("a") });
    here.settle();
    // Six times the function's ten seconds.
    assert_eq!(worker.times("a"), [0, 60, 120]);
    assert!(here.dead_letters(&jobs()).is_empty() && here.queue(&jobs()).is_empty());

    here.send(&jobs(), &Job { fails: 99, ..job("b") });
    here.settle();
    let [dead] = here.dead_letters(&jobs()).try_into().expect("one dead letter");
    assert_eq!((dead.times(), dead.why()), (5, "try 5 of b"));
}

/// "Implementing partial batch responses": only what failed comes again.
#[test]
fn only_what_failed_of_a_batch_comes_again() {
    let (here, worker) = with(jobs().triggers(&worker()));
    for (id, fails) in [("a", 0), ("b", 1), ("c", 0)] {
        here.send(&jobs(), &Job { fails, ..job(id) });
    }
    here.settle();
    let mut order = worker.order();
    order.sort();
    assert_eq!(order, ["a", "b", "b", "c"]);
}

/// "Batching behavior": a batch goes when it is full or its window ends.
#[test]
fn a_batch_waits_for_its_window() {
    let link = jobs().triggers(&worker()).batch_size(count!(3)).batch_window(seconds!(20));
    let (here, worker) = with(link);
    here.send(&jobs(), &job("a"));
    here.advance(Duration::from_secs(19));
    assert_eq!(worker.order(), Vec::<String>::new());
    here.advance(Duration::from_secs(2));
    assert_eq!(worker.order(), ["a"]);
    for id in ["b", "c", "d"] {
        here.send(&jobs(), &job(id));
    }
    here.advance(Duration::ZERO);
    assert_eq!(worker.order().len(), 4, "a full batch does not wait");
}

/// "Amazon SQS delay queues", and "CreateQueue": MessageRetentionPeriod.
#[test]
fn messages_are_held_back_and_kept_as_their_queue_says() {
    let held = Queue::<Job>::builder().name(name!("jobs")).delay(seconds!(30)).build();
    let (here, worker) = with(held.triggers(&worker()));
    here.send(&held, &job("a"));
    here.advance(Duration::from_secs(29));
    assert_eq!(worker.order(), Vec::<String>::new());
    here.settle();
    assert_eq!(worker.order(), ["a"]);

    // A message that is older than its queue keeps it is gone, not handled.
    let short = Queue::<Job>::builder()
        .name(name!("jobs"))
        .retention(minutes!(2))
        .max_receives(count!(9))
        .build();
    let (here, worker) = with(short.triggers(&self::worker()));
    here.send(&short, &Job { fails: 99, ..job("b") });
    here.settle();
    assert_eq!(worker.times("b"), [0, 60, 120]);
    assert!(here.failures().iter().any(|line| line.contains("LOST")), "{:?}", here.failures());
    assert!(here.dead_letters(&short).is_empty());
}

/// "FIFO queue delivery logic": order in a group, which waits for its message that failed; others do not.
#[test]
fn a_group_keeps_its_order_and_others_go_on() {
    let (here, worker) = with(fifo().triggers(&worker()).batch_size(count!(1)));
    for (id, group, fails) in [("a1", "a", 1), ("a2", "a", 0), ("b1", "b", 0), ("b2", "b", 0)] {
        here.send_in_group(&fifo(), group, &Job { fails, group: group.to_owned(), ..job(id) });
    }
    here.settle();
    let order = worker.order();
    let of =
        |group: &str| -> Vec<&String> { order.iter().filter(|id| id.starts_with(group)).collect() };
    assert_eq!(of("a"), ["a1", "a1", "a2"]);
    assert_eq!(of("b"), ["b1", "b2"]);
    assert!(worker.times("a1")[1] == 60, "its group waits for its visibility timeout");
    assert!(order.iter().position(|id| id == "b2") < order.iter().position(|id| id == "a2"));
}

/// "Configuring reserved concurrency", "Configuring scaling behavior": no more at once than may be.
#[test]
fn no_more_runs_at_once_than_are_reserved_or_the_mapping_allows() {
    let few = Function::<Work>::builder()
        .name(name!("worker"))
        .timeout(seconds!(10))
        .reserved_concurrency(count!(2))
        .build();
    let (here, worker) = with(jobs().triggers(&few).batch_size(count!(1)));
    for number in 0..8 {
        here.send(&jobs(), &Job { takes: 500, ..job(&format!("j{number}")) });
    }
    here.settle();
    assert_eq!(worker.0.most.load(Ordering::SeqCst), 2);
    assert_eq!(worker.order().len(), 8, "what is throttled is tried again");

    let link = jobs().triggers(&self::worker()).batch_size(count!(1)).max_concurrency(count!(3));
    let (here, worker) = with(link);
    for number in 0..12 {
        here.send(&jobs(), &Job { takes: 500, ..job(&format!("j{number}")) });
    }
    here.settle();
    assert_eq!(worker.0.most.load(Ordering::SeqCst), 3);

    // Without a limit a mapping begins with five.
    let (here, worker) = with(jobs().triggers(&self::worker()).batch_size(count!(1)));
    for number in 0..12 {
        here.send(&jobs(), &Job { takes: 500, ..job(&format!("j{number}")) });
    }
    here.settle();
    assert_eq!(worker.0.most.load(Ordering::SeqCst), 5);
}

/// "How Lambda handles errors and retries with asynchronous invocation": after one minute, after two more,
/// then to the dead-letter queue.
#[test]
fn an_event_is_tried_three_times() {
    let (here, worker) = with(net_of_topic());
    here.send(&topic(), &Job { fails: 1, ..job("a") });
    here.send(&topic(), &Job { fails: 9, ..job("b") });
    here.settle();
    assert_eq!(worker.times("a"), [0, 60]);
    assert_eq!(worker.times("b"), [0, 60, 180]);
    let [dead] = here.dead_letters(&self::worker()).try_into().expect("one");
    assert!(dead.why() == "try 3 of b" && dead.body().contains("aws:sns"), "{dead:?}");
    // The queue that subscribes has its own copy, the bare message.
    assert_eq!(here.queue(&jobs()).messages().len(), 2);
}

fn topic() -> Topic<Job> {
    Topic::<Job>::builder().name(name!("news")).build()
}

fn net_of_topic() -> Network {
    topic().triggers(&worker()) + topic().fans_out_to(&jobs())
}

fn notes() -> Table<Note> {
    Table::<Note>::builder().name(name!("notes")).build()
}

fn note(id: &str, text: &str) -> Note {
    Note { id: id.to_owned(), text: text.to_owned(), expires: None }
}

#[derive(Clone, Default)]
struct Listener(Arc<Mutex<Vec<String>>>);

impl Handler<Hear> for Listener {
    async fn handle(&self, change: Change<Note>, _: &Context<Hear>) -> Result<(), BoxError> {
        let text = |note: &Option<Note>| note.as_ref().map_or("-".to_owned(), |it| it.text.clone());
        let heard = format!("{}>{}", text(&change.before), text(&change.after));
        self.0.lock().expect("no panic").push(heard.clone());
        if heard.ends_with("poison") { Err("it cannot be swallowed".into()) } else { Ok(()) }
    }
}

/// "Process DynamoDB records with Lambda": order in a shard; what fails is found by halving, given up after
/// its retries, and told to the dead-letter queue; what comes after it is handled.
#[test]
fn a_stream_is_in_order_and_a_poison_record_holds_it_up_for_a_while() {
    let hear = Function::<Hear>::builder().name(name!("hear")).build();
    let listener = Listener::default();
    let here = local::start(Network::from(notes().stream().triggers(&hear)))
        .handler::<Hear>(listener.clone());
    for text in ["1", "2", "poison", "3"] {
        here.table(&notes()).put(&note("n", text));
    }
    // What changes nothing makes no record.
    here.table(&notes()).put(&note("n", "3"));
    here.table(&notes()).delete("n");
    here.settle();
    let mut heard = listener.0.lock().expect("no panic").clone();
    let poisoned = heard.iter().filter(|change| change.ends_with("poison")).count();
    heard.dedup();
    assert_eq!(heard, ["->1", "1>2", "2>poison", "poison>3", "3>-"]);
    assert!(poisoned >= 6, "once and five retries: {poisoned}");
    let [dead] = here.dead_letters(&hear).try_into().expect("one");
    assert!(dead.body().contains("DDBStreamBatchInfo"), "{dead:?}");
}

/// "Control which events Lambda sends to your function": what no filter takes starts nobody, holds nothing
/// up, and is deleted from its queue.
#[test]
fn what_no_filter_takes_starts_nobody() {
    let new = json!([{ "Pattern": json!({ "eventName": ["INSERT"] }).to_string() }]);
    let hear = Function::<Hear>::builder().name(name!("hear")).build();
    let listener = Listener::default();
    let link = notes().stream().triggers(&hear);
    let here =
        local::start(Network::from(link.set(event_source_mapping::FILTER_CRITERIA_FILTERS, new)))
            .handler::<Hear>(listener.clone());
    for text in ["1", "2"] {
        here.table(&notes()).put(&note("n", text));
    }
    here.table(&notes()).delete("n");
    here.settle();
    assert_eq!(*listener.0.lock().expect("no panic"), ["->1"]);

    let for_a = json!([
        { "Pattern": json!({ "body": { "takes": [{ "numeric": [">", 5] }] } }).to_string() },
        { "Pattern": json!({ "body": { "id": [{ "prefix": "a" }] } }).to_string() },
    ]);
    let link = jobs().triggers(&worker());
    let (here, worker) = with(link.set(event_source_mapping::FILTER_CRITERIA_FILTERS, for_a));
    for (id, takes) in [("b", 5), ("a", 0), ("c", 6)] {
        here.send(&jobs(), &Job { takes, ..job(id) });
    }
    here.settle();
    let mut order = worker.order();
    order.sort();
    assert_eq!(order, ["a", "c"]);
    assert!(here.queue(&jobs()).is_empty() && here.dead_letters(&jobs()).is_empty());
    let story = here.story_of(&job("b").id).to_string();
    assert!(story.contains("no filter of the event source mapping takes it"), "{story}");

    let odd = json!([{ "Pattern": "{ \"body\": [{ \"cidr\": \"10.0.0.0/8\" }] }" }]);
    let link = jobs().triggers(&self::worker());
    let (here, _) = with(link.set(event_source_mapping::FILTER_CRITERIA_FILTERS, odd));
    let told = here.check().expect_err("it is not carried out").to_string();
    assert!(told.contains("a filter cannot be carried out here"), "{told}");
}

/// "Using time to live (TTL) in DynamoDB": deleted late, and in the stream.
#[test]
fn an_item_expires_and_its_end_is_in_the_stream() {
    let hear = Function::<Hear>::builder().name(name!("hear")).build();
    let listener = Listener::default();
    let here = local::start(Network::from(notes().stream().triggers(&hear)))
        .handler::<Hear>(listener.clone());
    let now = here.now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_secs();
    here.table(&notes()).put(&Note { expires: Some(now + 60), ..note("n", "1") });
    here.table(&notes()).put(&Note { expires: Some(now + 600_000), ..note("m", "2") });
    here.advance(Duration::from_secs(61));
    assert!(here.table(&notes()).get("n").is_some(), "it is deleted late");
    here.advance(Duration::from_secs(3_600));
    assert!(here.table(&notes()).get("n").is_none() && here.table(&notes()).get("m").is_some());
    assert!(listener.0.lock().expect("no panic").contains(&"1>-".to_owned()));
}

struct Asker;

impl Handler<Ask> for Asker {
    async fn handle(&self, _: Tick, context: &Context<Ask>) -> Result<(), BoxError> {
        let answer = context.ask(&job("a")).await?;
        let note = Note { id: "answer".to_owned(), text: answer.id, expires: None };
        Ok(context.table::<Note>().put(&note).await?)
    }
}

struct Answerer;

impl Handler<Reply> for Answerer {
    async fn handle(&self, job: Job, _: &Context<Reply>) -> Result<Job, BoxError> {
        Ok(Job { id: format!("{} done", job.id), ..job })
    }
}

fn noon() -> Schedule {
    Schedule::builder().name(name!("noon")).cron(cron!("0 12 * * ? *")).build()
}

#[test]
fn a_function_asks_another_and_a_schedule_ticks_at_its_time() {
    let ask = Function::<Ask>::builder().name(name!("ask")).timeout(seconds!(40)).build();
    let reply = Function::<Reply>::builder().name(name!("reply")).build();
    let network = noon().triggers(&ask) + ask.asks(&reply) + ask.writes(&notes());
    let here = local::start(network).handler::<Ask>(Asker).handler::<Reply>(Answerer);
    here.advance(Duration::from_secs(12 * 3_600 - 1));
    assert!(here.table(&notes()).items().is_empty());
    here.advance(Duration::from_secs(2));
    assert_eq!(here.table(&notes()).get("answer").expect("a note").text, "a done");
    let answer = here.invoke(&reply, &job("b")).expect("an answer");
    assert_eq!(answer.id, "b done");
}

struct Payer;

impl Handler<Pay> for Payer {
    async fn handle(&self, _: Tick, context: &Context<Pay>) -> Result<(), BoxError> {
        let bank = context.call::<Bank>();
        let key = bank.secret().await?;
        let request = bank.post("/pay?cents=7").bearer_auth(key.expose_secret()).json(&job("a"));
        let answer = request.send().await?;
        let text = format!("{} {}", answer.status().as_u16(), answer.text().await?);
        Ok(context
            .table::<Note>()
            .put(&Note { id: "paid".to_owned(), text, expires: None })
            .await?)
    }
}

fn paying() -> Network {
    let bank = ExternalService::<Bank>::builder().name(name!("bank")).secret().build();
    let pay = Function::<Pay>::builder().name(name!("pay")).build();
    noon().triggers(&pay) + pay.calls(&bank) + pay.writes(&notes())
}

#[test]
fn a_double_answers_for_a_service_without_a_socket() {
    let here = local::start(paying())
        .handler::<Pay>(Payer)
        .secret::<Bank>("swordfish")
        .service::<Bank>(|request| {
            assert_eq!((request.method.as_str(), request.raw_path.as_str()), ("POST", "/pay"));
            assert_eq!(request.query, [("cents".to_owned(), "7".to_owned())]);
            assert_eq!(request.header("authorization"), Some("Bearer swordfish"));
            let job: Job = request.json().expect("a job");
            HttpResponse::text(201, format!("paid {}", job.id))
        });
    here.tick(&noon());
    here.settle();
    assert_eq!(here.table(&notes()).get("paid").expect("a note").text, "201 paid a");
    assert!(!here.log().join("\n").contains("swordfish"), "no secret is in the log");

    // A double that takes its time takes the network's.
    let here = local::start(paying()).handler::<Pay>(Payer).secret::<Bank>("swordfish");
    let here = here.service_async::<Bank, _>(|_| async {
        tokio::time::sleep(Duration::from_secs(20)).await;
        HttpResponse::new(204)
    });
    let before = here.now();
    here.tick(&noon());
    here.settle();
    assert_eq!(here.now().duration_since(before).expect("later"), Duration::from_secs(20));
}

#[test]
fn what_nothing_answers_for_is_named() {
    let error = local::start(paying()).handler::<Pay>(Payer).check().expect_err("two are missing");
    let told = error.to_string();
    assert!(told.contains("`bank` (net-local/tests/services.rs:"), "{told}");
    assert!(told.contains("give it a double with `.service::<Bank>(|request| …)`"), "{told}");
    assert!(told.contains("`.secret::<Bank>("), "{told}");
}

#[test]
fn what_is_not_carried_out_is_refused_by_its_name() {
    let network = Network::from(jobs().triggers(&worker()))
        + property::set(&jobs(), property::sqs::queue::MAXIMUM_MESSAGE_SIZE, 1_024);
    let error = local::start(network).handler::<Work>(Worker::default()).check();
    let told = error.expect_err("it is not carried out").to_string();
    assert!(told.contains("`jobs` (its queue, net-local/tests/services.rs:"), "{told}");
    assert!(told.contains("`MaximumMessageSize` is set, and not carried out here yet"), "{told}");
}

struct CarefulWorker;

impl Handler<Careful> for CarefulWorker {
    async fn handle(&self, job: Job, context: &Context<Careful>) -> Result<(), BoxError> {
        let work = async {
            tokio::time::sleep(Duration::from_millis(job.takes)).await;
            let note = Note { id: context.unique_id(), text: job.id.clone(), expires: None };
            Ok(context.table::<Note>().put(&note).await?)
        };
        context.once(&job.id, work).await
    }
}

#[test]
fn work_that_is_done_once_is_done_once() {
    let careful = Function::<Careful>::builder().name(name!("careful")).build();
    let once = Table::<Once>::builder().name(name!("once")).build();
    let network = jobs().triggers(&careful).batch_size(count!(1))
        + careful.writes(&once)
        + careful.writes(&notes());
    let here = local::start(network).handler::<Careful>(CarefulWorker);
    for _ in 0..4 {
        here.send(&jobs(), &Job { takes: 300, ..job("a") });
    }
    here.settle();
    assert_eq!(here.table(&notes()).items().len(), 1);
    assert_eq!(here.failures(), Vec::<String>::new());
}

/// A run that takes too long is over; its message comes again.
#[test]
fn a_run_that_takes_too_long_fails_and_says_so() {
    let (here, worker) = with(jobs().triggers(&worker()));
    here.send(&jobs(), &Job { takes: 60_000, fails: 0, ..job("a") });
    here.settle();
    assert_eq!(worker.times("a").len(), 5);
    let [dead] = here.dead_letters(&jobs()).try_into().expect("one");
    assert!(dead.why().contains("raise the function's timeout"), "{dead:?}");
}

#[test]
fn async_code_runs_on_the_clock_of_the_network() {
    let (here, worker) = with(jobs().triggers(&worker()));
    here.send(&jobs(), &Job { fails: 1, ..job("a") });
    let before = here.now();
    here.block_on(async { tokio::time::sleep(Duration::from_secs(7_200)).await });
    assert_eq!(here.now().duration_since(before).expect("later"), Duration::from_secs(7_200));
    assert_eq!(worker.times("a"), [0, 60], "what was due meanwhile has happened");
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Placed {
    id: String,
    total: u32,
    customer: Customer,
}
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Customer {
    country: String,
}
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Health {
    service: String,
}
events! {
    Placed from "my.shop",
    Health from "aws.health" as "AWS Health Event",
}
services! { Ledger }

#[derive(Debug)]
struct Photo(Vec<u8>);
#[derive(Debug)]
struct Thumbnail(Vec<u8>);
impl AsRef<[u8]> for Photo {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}
impl From<Vec<u8>> for Photo {
    fn from(bytes: Vec<u8>) -> Photo {
        Photo(bytes)
    }
}
impl AsRef<[u8]> for Thumbnail {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}
impl From<Vec<u8>> for Thumbnail {
    fn from(bytes: Vec<u8>) -> Thumbnail {
        Thumbnail(bytes)
    }
}
objects! { Photo in "photos/" as bytes, Thumbnail in "thumbnails/" as bytes }

contract! {
    /// Sells.
    Till: Job => () { sends Placed }
    /// Thanks whoever buys much.
    Thanks: Placed => () { writes Note }
    /// Looks after the account.
    Doctor: Health => () { writes Note }
    /// Makes thumbnails.
    Resize: Created<Photo> => () { reads Photo, writes Thumbnail }
    /// Clears up.
    Forget: Removed<Photo> => () { writes Thumbnail }
}

fn placed(id: &str, total: u32, country: &str) -> Placed {
    Placed { id: id.to_owned(), total, customer: Customer { country: country.to_owned() } }
}

struct Seller;

impl Handler<Till> for Seller {
    async fn handle(&self, job: Job, context: &Context<Till>) -> Result<(), BoxError> {
        let country = if job.fails == 0 { "DE" } else { "FR" };
        context.send(&placed(&job.id, job.takes as u32, country)).await?;
        Ok(())
    }
}

struct Thanker;

impl Handler<Thanks> for Thanker {
    async fn handle(&self, placed: Placed, context: &Context<Thanks>) -> Result<(), BoxError> {
        context.table::<Note>().put(&note(&placed.id, "thanked")).await?;
        if placed.customer.country == "XX" { Err("no such country".into()) } else { Ok(()) }
    }
}

struct Healer;

impl Handler<Doctor> for Healer {
    async fn handle(&self, health: Health, context: &Context<Doctor>) -> Result<(), BoxError> {
        context.table::<Note>().put(&note(&health.service, "looked after")).await?;
        Ok(())
    }
}

fn shop() -> EventBus {
    EventBus::builder().name(name!("shop")).build()
}

fn thanks() -> Function<Thanks> {
    Function::<Thanks>::builder().name(name!("thanks")).build()
}

/// "Amazon EventBridge event patterns", "Event bus targets": each rule takes what it asks for, and hands on the event or
/// what it tells; a function that sends knows nothing of it.
#[test]
fn rules_take_what_they_ask_for_and_hand_it_to_their_targets() {
    let other = EventBus::builder().name(name!("other")).build();
    let till = Function::<Till>::builder().name(name!("till")).build();
    let orders = Queue::<Placed>::builder().name(name!("orders")).build();
    let news = Topic::<Placed>::builder().name(name!("placed")).build();
    let copies = Queue::<Placed>::builder().name(name!("copies")).build();
    let far = Queue::<Placed>::builder().name(name!("far")).build();
    let large = shop().events::<Placed>().matching([
        field!(Placed, total).at_least(100),
        field!(Placed, customer.country).is(["DE", "AT", "XX"]),
    ]);
    let network = jobs().triggers(&till)
        + till.sends_to(&shop().events::<Placed>())
        + large.triggers(&thanks())
        + thanks().writes(&notes())
        + shop().events::<Placed>().fans_out_to(&orders)
        + shop().events::<Placed>().fans_out_to(&news)
        + news.fans_out_to(&copies)
        + shop().events::<Placed>().fans_out_to(&other.events::<Placed>())
        + other.events::<Placed>().fans_out_to(&far);
    let here = local::start(network).handler::<Till>(Seller).handler::<Thanks>(Thanker);
    here.send(&jobs(), &Job { takes: 100, ..job("large") });
    here.send(&jobs(), &Job { takes: 99, ..job("small") });
    here.send(&jobs(), &Job { takes: 500, fails: 1, ..job("french") });
    here.settle();
    let thanked = here.table(&notes()).items();
    assert_eq!(thanked, [note("large", "thanked")]);
    for queue in [&orders, &copies, &far] {
        let mut ids: Vec<String> =
            here.queue(queue).messages().into_iter().map(|placed| placed.id).collect();
        ids.sort();
        assert_eq!(ids, ["french", "large", "small"], "{}", queue.name());
    }
    assert_eq!(here.messages(&shop().events::<Placed>()).len(), 3);

    // What a function fails on goes to its dead letters, as the whole event.
    here.send(&shop().events::<Placed>(), &placed("odd", 100, "XX"));
    here.settle();
    let [dead] = here.dead_letters(&thanks()).try_into().expect("one");
    assert_eq!((dead.times(), dead.why()), (3, "no such country"));
    assert!(dead.body().contains(r#""detail-type":"Placed""#), "{dead:?}");
}

/// "API destinations", "Event retry policy and using dead-letter queues".
#[test]
fn a_bus_calls_a_service_again_until_its_rule_gives_up() {
    let ledger = ExternalService::<Ledger>::builder().name(name!("ledger")).secret().build();
    let call = shop()
        .events::<Placed>()
        .calls(&ledger, route!(POST "/orders" => Placed))
        .retries(count!(3));
    let calls = Arc::new(Mutex::new(Vec::new()));
    let heard = calls.clone();
    let here = local::start(Network::from(call))
        .secret::<Ledger>("key of the ledger")
        .service::<Ledger>(move |request| {
            let body: Placed = serde_json::from_slice(request.body.as_bytes()).expect("an order");
            let key = request.headers.get("authorization").cloned();
            let mut calls = heard.lock().expect("no panic");
            calls.push((request.method.clone(), request.raw_path.clone(), key, body.id.clone()));
            let before = calls.iter().filter(|call| call.3 == body.id).count();
            HttpResponse::new(match body.id.as_str() {
                "busy" if before < 3 => 503,
                "wrong" => 400,
                "down" => 500,
                _ => 200,
            })
        });
    for id in ["good", "busy", "wrong", "down"] {
        here.send(&shop().events::<Placed>(), &placed(id, 1, "DE"));
    }
    here.settle();
    let calls = calls.lock().expect("no panic");
    let of = |id: &str| calls.iter().filter(|call| call.3 == id).count();
    assert_eq!((of("good"), of("busy"), of("wrong"), of("down")), (1, 3, 1, 4));
    let first = &calls[0];
    assert_eq!((first.0.as_str(), first.1.as_str()), ("POST", "/orders"));
    assert_eq!(first.2.as_deref(), Some("key of the ledger"));
    let mut dead: Vec<String> =
        here.dead_letters(&shop()).iter().map(|dead| dead.message::<Placed>().id).collect();
    dead.sort();
    assert_eq!(dead, ["down", "wrong"]);
}

/// "Events from AWS services": the account's own bus has them, and code cannot send them.
#[test]
fn events_of_awss_come_to_the_accounts_own_bus() {
    let account = EventBus::builder().name(name!("account")).default_bus().build();
    let doctor = Function::<Doctor>::builder().name(name!("doctor")).build();
    let network = account.events::<Health>().triggers(&doctor) + doctor.writes(&notes());
    let here = local::start(network).handler::<Doctor>(Healer);
    here.send(&account.events::<Health>(), &Health { service: "LAMBDA".to_owned() });
    here.settle();
    assert_eq!(here.table(&notes()).items(), [note("LAMBDA", "looked after")]);
}

struct Resizer;

impl Handler<Resize> for Resizer {
    async fn handle(
        &self,
        created: Created<Photo>,
        context: &Context<Resize>,
    ) -> Result<(), BoxError> {
        let Some(photo) = context.bucket::<Photo>().get(&created.key).await? else {
            return Ok(());
        };
        assert_eq!(photo.0.len() as u64, created.size);
        let thumbnail = Thumbnail(photo.0.into_iter().take(2).collect());
        context.bucket::<Thumbnail>().put(&created.key, &thumbnail).await?;
        Ok(())
    }
}

struct Forgetful;

impl Handler<Forget> for Forgetful {
    async fn handle(
        &self,
        removed: Removed<Photo>,
        context: &Context<Forget>,
    ) -> Result<(), BoxError> {
        context.bucket::<Thumbnail>().delete(&removed.key).await?;
        Ok(())
    }
}

/// "Amazon S3 Event Notifications": created and removed objects, by prefix and suffix, to functions, queues and topics.
#[test]
fn a_bucket_tells_of_its_objects() {
    let photos = Bucket::<Photo>::builder().name(name!("album")).build();
    let thumbnails = Bucket::<Thumbnail>::builder().name(name!("album")).build();
    let resize = Function::<Resize>::builder().name(name!("resize")).build();
    let forget = Function::<Forget>::builder().name(name!("forget")).build();
    let drawings = Queue::<Created<Photo>>::builder().name(name!("drawings")).build();
    let network = photos.created().ending(key_part!(".jpg")).triggers(&resize)
        + resize.reads(&photos)
        + resize.writes(&thumbnails)
        + photos.created().ending(key_part!(".svg")).fans_out_to(&drawings)
        + photos.removed().triggers(&forget)
        + forget.writes(&thumbnails);
    let here = local::start(network).handler::<Resize>(Resizer).handler::<Forget>(Forgetful);
    for key in ["müller & söhne.jpg", "b.jpg", "c.svg", "d.txt"] {
        here.bucket(&photos).put(key, &Photo(vec![7; 5]));
    }
    here.settle();
    assert_eq!(here.bucket(&photos).keys().len(), 4);
    assert_eq!(here.bucket(&thumbnails).keys(), ["b.jpg", "müller & söhne.jpg"]);
    assert_eq!(here.bucket(&thumbnails).get("b.jpg").expect("it is there").0, [7, 7]);
    let told: Vec<String> =
        here.queue(&drawings).messages().into_iter().map(|created| created.key).collect();
    assert_eq!(told, ["c.svg"]);

    here.bucket(&photos).remove("b.jpg");
    here.bucket(&photos).remove("never there.jpg");
    here.settle();
    assert_eq!(here.bucket(&thumbnails).keys(), ["müller & söhne.jpg"]);
    let story = here.story_of("b.jpg").to_string();
    assert!(story.contains("`album` written"), "{story}");
}

/// "Expiring objects": at midnight after their days, and no event tells of it.
#[test]
fn objects_expire_at_midnight_after_their_days() {
    let photos = Bucket::<Photo>::builder().name(name!("album")).expiry(days!(2)).build();
    let forget = Function::<Forget>::builder().name(name!("forget")).build();
    let thumbnails = Bucket::<Thumbnail>::builder().name(name!("album")).build();
    let network = photos.removed().triggers(&forget) + forget.writes(&thumbnails);
    let here = local::start(network).handler::<Forget>(Forgetful);
    here.bucket(&photos).put("a", &Photo(vec![1]));
    here.bucket(&thumbnails).put("a", &Thumbnail(vec![1]));
    here.advance(Duration::from_secs(86_400));
    here.bucket(&photos).put("b", &Photo(vec![1]));
    here.advance(Duration::from_secs(86_400 * 2));
    assert_eq!(here.bucket(&photos).keys(), ["b"]);
    here.advance(Duration::from_secs(86_400));
    assert_eq!(here.bucket(&photos).keys(), [""; 0]);
    assert_eq!(here.bucket(&thumbnails).keys(), ["a"], "nobody was told");
}

/// "Using EventBridge": a bus is told of what a bucket tells, by the account's own bus where it is another.
#[test]
fn a_bucket_tells_a_bus_what_is_meant_for_it() {
    let photos = Bucket::<Photo>::builder().name(name!("album")).expiry(days!(9)).build();
    let thumbnails = Bucket::<Thumbnail>::builder().name(name!("album")).build();
    let account = EventBus::builder().name(name!("account")).default_bus().build();
    let resize = Function::<Resize>::builder().name(name!("resize")).build();
    let removed = Queue::<Removed<Photo>>::builder().name(name!("removed")).build();
    let (created, gone) = (shop().events::<Created<Photo>>(), account.events::<Removed<Photo>>());
    let network =
        photos.created().under(key_part!("new/")).ending(key_part!(".jpg")).fans_out_to(&created)
            + created.triggers(&resize)
            + resize.reads(&photos)
            + resize.writes(&thumbnails)
            + photos.removed().fans_out_to(&gone)
            + gone.fans_out_to(&removed);
    let here = local::start(network).handler::<Resize>(Resizer);
    for key in ["new/a b+c.jpg", "new/b.png", "old/c.jpg"] {
        here.bucket(&photos).put(key, &Photo(vec![7; 5]));
    }
    here.bucket(&photos).remove("old/c.jpg");
    here.settle();
    assert_eq!(here.bucket(&thumbnails).keys(), ["new/a b+c.jpg"]);
    let told: Vec<String> = here.messages(&created).into_iter().map(|told| told.key).collect();
    assert_eq!(told, ["new/a b+c.jpg"]);
    // An expiry is no removal.
    here.advance(Duration::from_secs(86_400 * 11));
    assert_eq!(here.bucket(&photos).keys(), [""; 0]);
    let told: Vec<String> =
        here.queue(&removed).messages().into_iter().map(|told| told.key).collect();
    assert_eq!(told, ["old/c.jpg"]);
}
