//! S3 buckets: objects, what a bucket tells of them, and objects that expire.
//!
//! What S3 refuses is in `net-runtime`; here is what takes time. Sources, by the titles of the Amazon S3 User
//! Guide: "Event message structure", "Configuring event notifications using object key name filtering",
//! "Expiring objects".

use super::{event_bus, function, queue, topic};
use crate::engine::{
    Engine,
    log::{Number, What},
    wiring::{REGION, Reader},
};
use net_dsl::entity::bucket::{ObjectEvent, SOURCE};
use net_runtime::{Failure, ObjectBody, ObjectInfo, Parcel};
use net_synth::plan::Value as Planned;
use serde_json::{Value, json};
use std::sync::Arc;

/// A day, in milliseconds.
const DAY: u64 = 86_400_000;

/// One bucket, as the plan has it.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) entity: usize,
    pub(crate) name: String,
    expiries: Vec<Expiry>,
    notifications: Vec<Notification>,
    /// Whether the account's own bus is told of everything.
    tells_bus: bool,
}

/// Objects under a prefix are removed after some days.
#[derive(Debug)]
struct Expiry {
    prefix: String,
    days: u64,
}

#[derive(Debug)]
struct Notification {
    /// As S3 calls it, as in `s3:ObjectCreated:*`.
    event: String,
    prefix: String,
    suffix: String,
    to: Target,
}

#[derive(Clone, Copy, Debug)]
enum Target {
    Function(usize),
    Queue(usize),
    Topic(usize),
}

/// A bucket at work: the number of the write that each object is of.
#[derive(Default)]
pub(crate) struct Bucket {
    writes: u64,
    of: std::collections::HashMap<String, u64>,
}

pub(crate) fn read(reader: &mut Reader<'_, '_>) {
    reader.refuse_all_but(&[
        "LifecycleConfiguration/Rules",
        "NotificationConfiguration/LambdaConfigurations",
        "NotificationConfiguration/QueueConfigurations",
        "NotificationConfiguration/TopicConfigurations",
        "NotificationConfiguration/EventBridgeConfiguration/EventBridgeEnabled",
        // Without effect here: earlier versions are out of code's reach, and nothing here is a browser.
        "VersioningConfiguration",
        "BucketName",
        "BucketEncryption",
        "PublicAccessBlockConfiguration",
        "OwnershipControls",
        "CorsConfiguration",
        "Tags",
    ]);
    let text = |value: &Planned, path: &str| reader.resolve(value.get(path)?);
    let rules = reader.value("LifecycleConfiguration/Rules").into_iter().flat_map(Planned::items);
    let expiries = rules.filter_map(|rule| {
        let days = rule.get("ExpirationInDays")?.as_u64()?;
        Some(Expiry { prefix: text(rule, "Prefix").unwrap_or_default(), days })
    });
    let expiries = expiries.collect();
    let mut notifications = Vec::new();
    let mut unknown = Vec::new();
    for (list, target) in [
        ("LambdaConfigurations", "Function"),
        ("QueueConfigurations", "Queue"),
        ("TopicConfigurations", "Topic"),
    ] {
        let path = format!("NotificationConfiguration/{list}");
        for told in reader.value(&path).into_iter().flat_map(Planned::items) {
            let arn = text(told, target).unwrap_or_default();
            let wiring = &*reader.wiring;
            let topic = || wiring.topics.iter().position(|topic| topic.arn == arn);
            let to = match target {
                "Function" => wiring.function(&arn).map(Target::Function),
                "Queue" => wiring.queue(&arn).map(Target::Queue),
                _ => topic().map(Target::Topic),
            };
            let part = |name: &str| {
                let rules = told.get("Filter/S3Key/Rules").into_iter().flat_map(Planned::items);
                let mut named = rules.filter(|rule| text(rule, "Name").as_deref() == Some(name));
                named.next().and_then(|rule| text(rule, "Value")).unwrap_or_default()
            };
            let event = text(told, "Event").unwrap_or_default();
            match to {
                Some(to) => notifications.push(Notification {
                    event,
                    prefix: part("prefix"),
                    suffix: part("suffix"),
                    to,
                }),
                None => unknown.push(arn),
            }
        }
    }
    for arn in unknown {
        reader.refuse(&format!("it tells `{arn}`, which is nothing of this network"));
    }
    let settings = Settings {
        entity: reader.entity(),
        name: reader.reference(),
        expiries,
        notifications,
        tells_bus: reader
            .flag("NotificationConfiguration/EventBridgeConfiguration/EventBridgeEnabled"),
    };
    reader.wiring.buckets.push(settings);
}

fn find(engine: &Engine, bucket: &str) -> Option<usize> {
    engine.wiring.buckets.iter().position(|known| known.name == bucket)
}

/// What people call a bucket.
pub(crate) fn name(engine: &Engine, bucket: &str) -> String {
    let found = find(engine, bucket).map(|bucket| engine.wiring.buckets[bucket].entity);
    found.map(|entity| engine.wiring.name(entity).to_owned()).unwrap_or_default()
}

fn number(engine: &Engine, bucket: &str) -> Result<usize, Failure> {
    find(engine, bucket).ok_or_else(|| {
        Failure::Permanent("NoSuchBucket: The specified bucket does not exist".into())
    })
}

fn tell(
    engine: &mut Engine,
    bucket: usize,
    text: String,
    applied: bool,
    (correlation, run): (u32, u32),
) {
    let what = What::Stored { bucket: bucket as Number, text: text.into(), applied };
    engine.tell(correlation, run, what);
}

/// Writes an object, and tells of it.
pub(crate) fn put(
    engine: &mut Engine,
    bucket: &str,
    key: &str,
    body: ObjectBody,
    by: (u32, u32),
) -> Result<ObjectInfo, Failure> {
    let number = number(engine, bucket)?;
    let written = engine.services.objects.put(bucket, key, body);
    match &written {
        Ok(info) => {
            tell(engine, number, format!("put {key:?} of {} bytes", info.size), true, by);
            let state = &mut engine.services.buckets[number];
            state.writes += 1;
            let write = state.writes;
            state.of.insert(key.to_owned(), write);
            expire_later(engine, number, key, write);
            notify(engine, number, ObjectEvent::Created, info, by.0);
        }
        Err(failure) => tell(engine, number, format!("not put {key:?}: {failure}"), false, by),
    }
    written
}

/// Puts an object back that was in the bucket when another engine ended; its days count anew.
#[cfg(feature = "dev")]
pub(crate) fn restore(
    engine: &mut Engine,
    bucket: &str,
    key: &str,
    body: ObjectBody,
) -> Result<(), Failure> {
    let number = number(engine, bucket)?;
    engine.services.objects.put(bucket, key, body)?;
    let state = &mut engine.services.buckets[number];
    state.writes += 1;
    let write = state.writes;
    state.of.insert(key.to_owned(), write);
    expire_later(engine, number, key, write);
    Ok(())
}

/// Removes an object, and tells of it if there was one.
pub(crate) fn delete(
    engine: &mut Engine,
    bucket: &str,
    key: &str,
    by: (u32, u32),
) -> Result<(), Failure> {
    let number = number(engine, bucket)?;
    match engine.services.objects.delete(bucket, key) {
        Ok(was_there) => {
            tell(engine, number, format!("removed {key:?}"), true, by);
            if was_there {
                let info = ObjectInfo { key: key.to_owned(), ..ObjectInfo::default() };
                engine.services.buckets[number].writes += 1;
                notify(engine, number, ObjectEvent::Removed, &info, by.0);
            }
            Ok(())
        }
        Err(failure) => {
            tell(engine, number, format!("not removed {key:?}: {failure}"), false, by);
            Err(failure)
        }
    }
}

/// Reads something of a bucket.
pub(crate) fn look<T>(
    engine: &mut Engine,
    bucket: &str,
    (correlation, run): (u32, u32),
    look: impl FnOnce(&net_runtime::rules::Objects) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let number = number(engine, bucket)?;
    engine.tell(correlation, run, What::Fetched { bucket: number as Number });
    look(&engine.services.objects)
}

/// Has an object removed at the next midnight after its days ("Expiring objects"). Nobody is told of it but the
/// account's own bus.
fn expire_later(engine: &mut Engine, bucket: usize, key: &str, write: u64) {
    let wiring = engine.wiring.clone();
    let settings = &wiring.buckets[bucket];
    let meant = settings.expiries.iter().filter(|expiry| key.starts_with(&expiry.prefix));
    let Some(days) = meant.map(|expiry| expiry.days).min() else { return };
    let now = engine.now();
    let at = ((now + days * DAY) / DAY + 1) * DAY;
    let key = key.to_owned();
    engine.later(at - now, move |engine| {
        let is_the_same = engine.services.buckets[bucket].of.get(&key) == Some(&write);
        let name = engine.wiring.buckets[bucket].name.clone();
        if is_the_same && engine.services.objects.delete(&name, &key).is_ok_and(|was| was) {
            let info = ObjectInfo { key: key.clone(), ..ObjectInfo::default() };
            engine.services.buckets[bucket].writes += 1;
            tell_bus(engine, bucket, ObjectEvent::Removed, &info, "Lifecycle Expiration");
            tell(engine, bucket, format!("removed {key:?}: it has expired"), true, (0, 0));
        }
    });
}

/// Tells of an object whom the bucket is to tell.
fn notify(
    engine: &mut Engine,
    bucket: usize,
    event: ObjectEvent,
    info: &ObjectInfo,
    correlation: u32,
) {
    let reason = match event {
        ObjectEvent::Created => "PutObject",
        ObjectEvent::Removed => "DeleteObject",
    };
    tell_bus(engine, bucket, event, info, reason);
    let wiring = engine.wiring.clone();
    let settings = &wiring.buckets[bucket];
    for told in &settings.notifications {
        let is_meant = told.event == event.pattern()
            && info.key.starts_with(&told.prefix)
            && info.key.ends_with(&told.suffix);
        if !is_meant {
            continue;
        }
        let body = record(engine, bucket, event, info).to_string();
        let parcel = Arc::new(Parcel { body: body.clone(), ..Parcel::default() });
        let pause = engine.pause("object", bucket);
        let to = told.to;
        engine.on_the_way += 1;
        engine.later(pause, move |engine| {
            engine.on_the_way -= 1;
            match to {
                Target::Function(to) => {
                    let letter = engine.log.letter(parcel);
                    let place = function::to_function(engine, to);
                    engine.tell(correlation, 0, What::Sent { letter, to: place });
                    function::hand_over(engine, to, Some(letter), body.into(), correlation);
                }
                Target::Queue(to) => queue::send(engine, to, &parcel, 0),
                Target::Topic(to) => topic::publish(engine, to, &parcel, 0),
            }
        });
    }
}

/// Tells the account's own bus of an object ("EventBridge event message structure").
fn tell_bus(
    engine: &mut Engine,
    bucket: usize,
    event: ObjectEvent,
    info: &ObjectInfo,
    reason: &str,
) {
    let wiring = engine.wiring.clone();
    let settings = &wiring.buckets[bucket];
    if !settings.tells_bus {
        return;
    }
    let mut object = json!({
        "key": info.key,
        "sequencer": format!("{:018X}", engine.services.buckets[bucket].writes),
    });
    if event == ObjectEvent::Created {
        object["size"] = info.size.into();
        let etag = info.etag.as_deref().unwrap_or_default();
        object["etag"] = etag.trim_matches('"').into();
    }
    let detail = json!({
        "version": "0",
        "bucket": { "name": settings.name },
        "object": object,
        "reason": reason,
    });
    let parcel = Arc::new(Parcel { body: detail.to_string(), ..Parcel::default() });
    let pause = engine.pause("object", bucket);
    engine.on_the_way += 1;
    engine.later(pause, move |engine| {
        engine.on_the_way -= 1;
        event_bus::put_on_default(engine, SOURCE, event.detail_type(), &parcel);
    });
}

/// An event ("Event message structure").
fn record(engine: &Engine, bucket: usize, event: ObjectEvent, info: &ObjectInfo) -> Value {
    let name = &engine.wiring.buckets[bucket].name;
    let event = match event {
        ObjectEvent::Created => "ObjectCreated:Put",
        ObjectEvent::Removed => "ObjectRemoved:Delete",
    };
    let key: String = form_urlencoded::byte_serialize(info.key.as_bytes()).collect();
    let mut object = json!({
        "key": key.replace("%2F", "/"),
        "sequencer": format!("{:018X}", engine.services.buckets[bucket].writes),
    });
    if event.starts_with("ObjectCreated") {
        object["size"] = info.size.into();
        let etag = info.etag.as_deref().unwrap_or_default();
        object["eTag"] = etag.trim_matches('"').into();
    }
    json!({ "Records": [{
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": REGION,
        "eventTime": crate::time::rfc3339(engine.now()),
        "eventName": event,
        "s3": {
            "s3SchemaVersion": "1.0",
            "bucket": { "name": name, "arn": format!("arn:aws:s3:::{name}") },
            "object": object,
        },
    }] })
}
