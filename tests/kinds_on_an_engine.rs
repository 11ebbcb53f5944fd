//! Buckets and event buses on MiniStack, from the template to the queue at the end: what is told, by which way, and
//! what is not. Where MiniStack is silent (archives and API destinations in templates, retries and dead letters of
//! rules), templates are held to AWS's schemas by `validators.rs`.

use net_dsl::{Graph, prelude::*};
use net_synth::{Plan, emit};
use net_tests::engine::Engine;
use serde_json::{Value, json};
use std::{
    thread,
    time::{Duration, Instant},
};

struct Photo;
objects! { Photo in "photos/" as bytes }

struct Placed {
    total: u32,
    customer: Customer,
}
struct Customer {
    country: String,
}
events! { Placed from "my.shop" }

fn queue<M: Message>(name: &str) -> Queue<M> {
    Queue::builder().name(Name::new(name).expect("a name")).build()
}

fn network() -> Network {
    let photos = Bucket::<Photo>::builder().name(name!("album")).removal(Removal::Delete).build();
    let account = EventBus::builder().name(name!("account")).default_bus().build();
    let shop = EventBus::builder().name(name!("shop")).build();
    let other = EventBus::builder().name(name!("other")).build();
    let copied = Topic::<Placed>::builder().name(name!("copied")).build();
    let placed = || shop.events::<Placed>();
    let large = placed().matching([
        field!(Placed, total).between(100, 1_000),
        field!(Placed, customer.country).is(["DE", "AT"]),
    ]);
    photos.created().under(key_part!("new/")).ending(key_part!(".jpg")).fans_out_to(&queue::<
        Created<Photo>,
    >(
        "pictures"
    )) + photos.removed().fans_out_to(&account.events::<Removed<Photo>>())
        + account.events::<Removed<Photo>>().fans_out_to(&queue("removed"))
        + photos.created().ending(key_part!(".png")).fans_out_to(&shop.events::<Created<Photo>>())
        + shop.events::<Created<Photo>>().fans_out_to(&queue("drawings"))
        + large.fans_out_to(&queue("large"))
        + placed().fans_out_to(&copied)
        + copied.fans_out_to(&queue("copies"))
        + placed().fans_out_to(&other.events::<Placed>())
        + other.events::<Placed>().fans_out_to(&queue("far"))
}

/// The bodies of so many messages, in order; none may be left over.
fn received(engine: &Engine, queue: &str, count: usize) -> Vec<Value> {
    let url = physical(engine, queue);
    let start = Instant::now();
    let mut found = Vec::new();
    // Once more when all have come, so that what should not be there is seen.
    let mut enough = false;
    while !enough && start.elapsed() < Duration::from_secs(20) {
        enough = found.len() == count;
        let ask = json!({ "QueueUrl": url, "MaxNumberOfMessages": 10, "WaitTimeSeconds": 1 });
        let answer = engine.ask("sqs", "ReceiveMessage", ask);
        let messages = answer["Messages"].as_array().cloned().unwrap_or_default();
        found.extend(messages.iter().map(|message| {
            let body = message["Body"].as_str().expect("a body");
            serde_json::from_str::<Value>(body).expect("JSON")
        }));
        // A test notification of S3's tells of nothing.
        found.retain(|body| body["Event"] != "s3:TestEvent");
    }
    found.sort_by_key(ToString::to_string);
    assert_eq!(found.len(), count, "{queue}: {found:?}");
    found
}

fn physical(engine: &Engine, resource: &str) -> String {
    let wanted = json!({ "StackName": "kinds", "LogicalResourceId": resource });
    let found = engine.ask("cloudformation", "DescribeStackResource", wanted);
    let id = &found["StackResourceDetail"]["PhysicalResourceId"];
    id.as_str().unwrap_or_else(|| panic!("no `{resource}`")).to_owned()
}

#[test]
fn what_a_template_says_of_buckets_and_buses_comes_to_pass() {
    let Some(engine) = Engine::start() else { return };
    let network = network();
    let graph = Graph::new(&network);
    let plan = Plan::new(&name!("kinds"), &graph);
    assert!(
        net_synth::check::check(&plan, &graph).iter().all(|finding| finding.rule.code == "N301"),
        "queues without consumers, and nothing else"
    );
    let stack = json!({
        "StackName": "kinds",
        "TemplateBody": emit::cloudformation(&plan),
        "Capabilities": ["CAPABILITY_IAM"],
    });
    engine.ask("cloudformation", "CreateStack", stack);
    let start = Instant::now();
    loop {
        let ask = json!({ "StackName": "kinds" });
        let found = engine.ask("cloudformation", "DescribeStacks", ask);
        let status = found["Stacks"][0]["StackStatus"].as_str().unwrap_or_default().to_owned();
        if status == "CREATE_COMPLETE" {
            break;
        }
        let goes_on = status == "CREATE_IN_PROGRESS" && start.elapsed().as_secs() < 60;
        assert!(goes_on, "{found}");
        thread::sleep(Duration::from_millis(200));
    }

    let album = physical(&engine, "AlbumBucket");
    for key in ["photos/new/a b.jpg", "photos/new/c.png", "photos/old/d.jpg", "other/new/e.jpg"] {
        let object = json!({ "Bucket": album, "Key": key, "Body": "x" });
        engine.ask("s3", "PutObject", object);
    }
    for key in ["photos/old/d.jpg", "other/new/e.jpg"] {
        engine.ask("s3", "DeleteObject", json!({ "Bucket": album, "Key": key }));
    }
    let [picture] = received(&engine, "PicturesQueue", 1).try_into().expect("one");
    let record = &picture["Records"][0];
    assert_eq!(record["s3"]["object"]["key"], "photos/new/a+b.jpg");
    let [removed] = received(&engine, "RemovedQueue", 1).try_into().expect("one");
    assert_eq!(removed["detail-type"], "Object Deleted");
    assert_eq!(removed["detail"]["object"]["key"], "photos/old/d.jpg");
    let [drawing] = received(&engine, "DrawingsQueue", 1).try_into().expect("one");
    assert_eq!(drawing["detail"]["object"]["key"], "photos/new/c.png");

    let details = [(100, "DE"), (99, "DE"), (1_001, "AT"), (500, "FR"), (1_000, "AT")]
        .map(|(total, country)| json!({ "customer": { "country": country }, "total": total }));
    let bus = physical(&engine, "ShopEventBus");
    for detail in &details {
        let entry = json!({
            "EventBusName": bus,
            "Source": "my.shop",
            "DetailType": "Placed",
            "Detail": detail.to_string(),
        });
        engine.ask("events", "PutEvents", json!({ "Entries": [entry] }));
    }
    let mut all: Vec<Value> = details.to_vec();
    all.sort_by_key(ToString::to_string);
    let mut large = vec![details[0].clone(), details[4].clone()];
    large.sort_by_key(ToString::to_string);
    assert_eq!(received(&engine, "LargeQueue", 2), large);
    assert_eq!(received(&engine, "CopiesQueue", 5), all);
    assert_eq!(received(&engine, "FarQueue", 5), all);
}
