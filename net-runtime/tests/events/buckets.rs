//! Objects of buckets: what code does with them, and what it is told of them.

use net_dsl::prelude::*;
use net_runtime::{
    BoxError, Buckets as _, Context, Failure, Handler, Memory, ObjectBody, Presign,
    PresignedMethod, Runtime,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{sync::Mutex, time::Duration};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Invoice {
    total: u32,
}

#[derive(Clone, Debug, PartialEq)]
struct Photo(Vec<u8>);

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

objects! { Invoice in "invoices/", Photo in "photos/" as bytes }

contract! {
    Clerk: Tick => () { reads Invoice, writes Invoice, reads Photo, writes Photo }
    Printer: Created<Photo> => () {}
    Shredder: Removed<Photo> => () {}
}

const BINDINGS: [(&str, &str); 2] = [("NET_BUCKET_INVOICE", "shop"), ("NET_BUCKET_PHOTO", "shop")];

/// The steps of one clerk: it writes, reads, lists, signs and deletes.
struct Steps;

impl Handler<Clerk> for Steps {
    async fn handle(&self, _: Tick, context: &Context<Clerk>) -> Result<(), BoxError> {
        let invoices = context.bucket::<Invoice>();
        let photos = context.bucket::<Photo>();
        assert_eq!(invoices.get("1.json").await?, None);
        assert!(invoices.head("1.json").await?.is_none());
        let written = invoices.put("1.json", &Invoice { total: 7 }).await?;
        assert_eq!((written.key.as_str(), written.size), ("1.json", 11));
        photos.put_as("a b.jpg", &Photo(vec![0xff, 0xd8]), "image/jpeg").await?;
        assert_eq!(invoices.get("1.json").await?, Some(Invoice { total: 7 }));
        assert_eq!(photos.get("a b.jpg").await?, Some(Photo(vec![0xff, 0xd8])));
        assert_eq!(photos.head("a b.jpg").await?.map(|info| info.size), Some(2));
        // Each type sees its own.
        let listed = |objects: Vec<net_runtime::ObjectInfo>| {
            objects.into_iter().map(|object| object.key).collect::<Vec<_>>()
        };
        assert_eq!(listed(photos.list("").await?), ["a b.jpg"]);
        assert_eq!(listed(invoices.list("1").await?), ["1.json"]);
        assert!(invoices.list("2").await?.is_empty());
        let url = photos.presign_get("a b.jpg", minutes!(5)).await?;
        assert!(url.contains("photos/") && url.contains("300"), "{url}");
        photos.presign_put("new.jpg", seconds!(1)).await?;
        invoices.delete("1.json").await?;
        // What is gone may be deleted again, as after a reply that was lost.
        invoices.delete("1.json").await?;
        assert_eq!(invoices.get("1.json").await?, None);
        Ok(())
    }
}

#[tokio::test]
async fn objects_are_written_read_listed_signed_and_deleted() {
    let memory = Memory::new();
    let runtime = Runtime::<Clerk>::new(memory.clone(), BINDINGS).expect("bound");
    runtime.invoke(&Steps, json!({ "scheduled_at": "2026-11-25T14:00:00Z" })).await.expect("done");
    let objects = memory.objects("shop");
    assert_eq!(objects.len(), 1);
    assert_eq!(objects[0].0, "photos/a b.jpg");
    assert_eq!(objects[0].1.content_type.as_deref(), Some("image/jpeg"));
}

struct Puts;

impl Handler<Clerk> for Puts {
    async fn handle(&self, _: Tick, context: &Context<Clerk>) -> Result<(), BoxError> {
        context.bucket::<Invoice>().put("1.json", &Invoice { total: 7 }).await?;
        Ok(())
    }
}

#[tokio::test]
async fn a_reply_that_is_lost_writes_the_same_again() {
    let memory = Memory::new();
    let runtime = Runtime::<Clerk>::new(memory.clone(), BINDINGS).expect("bound");
    memory.lose_replies("shop", 2);
    runtime.invoke(&Puts, json!({ "scheduled_at": "now" })).await.expect("done");
    assert_eq!(memory.objects("shop").len(), 1);
}

struct Reads;

impl Handler<Clerk> for Reads {
    async fn handle(&self, _: Tick, context: &Context<Clerk>) -> Result<(), BoxError> {
        context.bucket::<Invoice>().get("broken.json").await?;
        Ok(())
    }
}

#[tokio::test]
async fn what_is_something_else_is_malformed_and_not_quoted() {
    let memory = Memory::new();
    let runtime = Runtime::<Clerk>::new(memory.clone(), BINDINGS).expect("bound");
    let bytes = br#"{ "total": "secret" }"#.to_vec();
    memory.set_object("shop", "invoices/broken.json", ObjectBody { bytes, content_type: None });
    let error = runtime.invoke(&Reads, json!({ "scheduled_at": "now" })).await.expect_err("no");
    let text = error.to_string();
    assert!(text.contains("Invoice") && !text.contains("secret"), "{text}");
}

#[tokio::test]
async fn memory_refuses_what_s3_refuses() {
    let memory = Memory::new();
    let body = ObjectBody { bytes: vec![1], content_type: None };
    memory.put_object("shop", &"ä".repeat(512), body.clone()).await.expect("1,024 bytes");
    let long = "a".repeat(1_025);
    for refused in [
        memory.put_object("shop", &long, body).await.map(|_| ()),
        memory.get_object("shop", &long).await.map(|_| ()),
        memory.delete_object("shop", &long).await,
    ] {
        let Err(Failure::Permanent(error)) = refused else { panic!("{refused:?}") };
        assert!(error.to_string().starts_with("KeyTooLongError"), "{error}");
    }
    let week =
        |seconds| Presign { method: PresignedMethod::Get, expires: Duration::from_secs(seconds) };
    memory.presign("shop", "a", week(604_800)).await.expect("a week");
    memory.presign("shop", "a", week(604_801)).await.expect_err("more than a week");
}

#[tokio::test]
async fn pages_have_a_thousand_objects() {
    let memory = Memory::new();
    for number in 0..2_001 {
        memory.set_object("shop", &format!("photos/{number:04}"), ObjectBody::default());
    }
    memory.set_object("shop", "photos", ObjectBody::default());
    let mut counts = Vec::new();
    let mut next = None;
    loop {
        let page = memory.list_objects("shop", "photos/", next).await.expect("listed");
        counts.push(page.objects.len());
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    assert_eq!(counts, [1_000, 1_000, 1]);
}

/// Remembers the keys it was told of.
#[derive(Default)]
struct Keys(Mutex<Vec<String>>);

impl Keys {
    fn told(&self, key: &str) -> Result<(), BoxError> {
        self.0.lock().expect("no panic").push(key.to_owned());
        if key.contains("bad") { Err("a bad picture".into()) } else { Ok(()) }
    }

    fn taken(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("no panic"))
    }
}

impl Handler<Printer> for Keys {
    async fn handle(&self, photo: Created<Photo>, _: &Context<Printer>) -> Result<(), BoxError> {
        self.told(&format!("{} {} {}", photo.key, photo.size, photo.version.unwrap_or_default()))
    }
}

impl Handler<Shredder> for Keys {
    async fn handle(&self, photo: Removed<Photo>, _: &Context<Shredder>) -> Result<(), BoxError> {
        self.told(&photo.key)
    }
}

/// An event as S3 tells it ("Event message structure").
fn event(name: &str, key: &str, sequencer: &str) -> Value {
    json!({
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "eu-west-1",
        "eventTime": "2026-11-25T14:00:00.000Z",
        "eventName": name,
        "s3": {
            "s3SchemaVersion": "1.0",
            "bucket": { "name": "shop", "arn": "arn:aws:s3:::shop" },
            "object": {
                "key": key, "size": 1024, "eTag": "0af2", "versionId": "v1", "sequencer": sequencer,
            },
        },
    })
}

fn test_event() -> Value {
    json!({
        "Service": "Amazon S3", "Event": "s3:TestEvent", "Time": "2026-11-25T14:00:00.000Z",
        "Bucket": "shop", "RequestId": "5582815E1AEA5ADF", "HostId": "8cLeGAmw098X5cv4Zkwcmo8vvZa3eH",
    })
}

fn queued(bodies: &[(&str, String)]) -> Value {
    let records = bodies.iter().map(|(id, body)| {
        json!({
            "messageId": id, "body": body, "attributes": {}, "messageAttributes": {},
            "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:told",
        })
    });
    json!({ "Records": records.collect::<Vec<_>>() })
}

#[tokio::test]
async fn events_are_told_on_every_way() {
    let created = |key: &str| event("ObjectCreated:Put", key, "0055AED6DCD90281E5");
    let told =
        json!({ "Records": [created("photos/summer+2026/a%2Bb.jpg"), created("photos/2.jpg")] });
    let keys = ["summer 2026/a+b.jpg 1024 v1", "2.jpg 1024 v1"];
    let published = json!({ "Records": [{
        "EventSource": "aws:sns",
        "Sns": { "MessageId": "m", "TopicArn": "arn:t", "Message": told.to_string() },
    }] });
    let enveloped =
        json!({ "Type": "Notification", "TopicArn": "arn:t", "Message": told.to_string() });
    let runtime = Runtime::<Printer>::new(Memory::new(), [("", ""); 0]).expect("bound");
    let printer = Keys::default();
    for way in [
        told.clone(),
        published,
        queued(&[("1", told.to_string())]),
        queued(&[("1", enveloped.to_string())]),
    ] {
        runtime.invoke(&printer, way.clone()).await.expect("done");
        let mut taken = printer.taken();
        taken.sort_by_key(|key| key.len());
        assert_eq!(taken, [keys[1], keys[0]], "{way}");
    }
}

#[tokio::test]
async fn removed_objects_are_told_of_and_other_events_refused() {
    let runtime = Runtime::<Shredder>::new(Memory::new(), [("", ""); 0]).expect("bound");
    let shredder = Keys::default();
    for name in
        ["ObjectRemoved:Delete", "ObjectRemoved:DeleteMarkerCreated", "s3:ObjectRemoved:Delete"]
    {
        let mut told = event(name, "photos/a.jpg", "1");
        told["s3"]["object"].as_object_mut().expect("an object").remove("size");
        runtime.invoke(&shredder, json!({ "Records": [told] })).await.expect("done");
        assert_eq!(shredder.taken(), ["a.jpg"]);
    }
    for (name, key) in
        [("ObjectCreated:Put", "photos/a.jpg"), ("ObjectRemoved:Delete", "invoices/1")]
    {
        let told = json!({ "Records": [event(name, key, "1")] });
        runtime.invoke(&shredder, told).await.expect_err("it is not this input");
    }
    assert!(shredder.taken().is_empty());
}

#[tokio::test]
async fn the_test_of_a_new_notification_is_no_input() {
    let runtime = Runtime::<Printer>::new(Memory::new(), [("", ""); 0]).expect("bound");
    let printer = Keys::default();
    let answer = runtime.invoke(&printer, queued(&[("1", test_event().to_string())])).await;
    assert_eq!(answer.expect("done"), json!({ "batchItemFailures": [] }));
    let published = json!({ "Records": [{
        "EventSource": "aws:sns",
        "Sns": { "MessageId": "m", "TopicArn": "arn:t", "Message": test_event().to_string() },
    }] });
    runtime.invoke(&printer, published).await.expect("done");
    assert!(printer.taken().is_empty());
}

#[tokio::test]
async fn a_message_with_one_bad_event_comes_again_once() {
    let body = |keys: &[&str]| {
        let events: Vec<_> = keys.iter().map(|key| event("ObjectCreated:Put", key, "1")).collect();
        json!({ "Records": events }).to_string()
    };
    let messages = queued(&[
        ("good", body(&["photos/1", "photos/2"])),
        ("bad", body(&["photos/bad1", "photos/3", "photos/bad2"])),
    ]);
    let runtime = Runtime::<Printer>::new(Memory::new(), [("", ""); 0]).expect("bound");
    let answer = runtime.invoke(&Keys::default(), messages).await.expect("answered");
    assert_eq!(answer, json!({ "batchItemFailures": [{ "itemIdentifier": "bad" }] }));
}

#[test]
fn what_is_told_is_written_as_it_is_read() {
    let created = Created::<Photo>::new("a.jpg", 7);
    let json = serde_json::to_value(&created).expect("it is data");
    assert_eq!(json["key"], "photos/a.jpg");
    let read: Created<Photo> = serde_json::from_value(json).expect("it is one");
    assert_eq!((read.key.as_str(), read.size), ("a.jpg", 7));
    let removed = serde_json::to_value(Removed::<Photo>::new("a.jpg")).expect("it is data");
    assert!(serde_json::from_value::<Created<Photo>>(removed).is_err());
}
