//! SNS topics: a copy for each subscription.
//!
//! Sources, by the titles of the Amazon SNS Developer Guide: "Amazon SNS raw message delivery", "Fanout to
//! Lambda functions", "Amazon SNS message delivery retries".

use super::{consumer::attributes_of, function, queue};
use crate::engine::{
    Engine,
    log::{Number, What},
    wiring::Reader,
};
use net_runtime::Parcel;
use serde_json::{Value, json};
use std::sync::Arc;

/// One topic, as the plan has it.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) entity: usize,
    pub(crate) arn: String,
    subscriptions: Vec<Subscription>,
}

#[derive(Debug)]
struct Subscription {
    to: Subscriber,
    raw: bool,
}

#[derive(Clone, Copy, Debug)]
enum Subscriber {
    Queue(usize),
    Function(usize),
}

pub(crate) fn read(reader: &mut Reader<'_, '_>) {
    reader.refuse_all_but(&["TopicName", "DisplayName", "KmsMasterKeyId", "TracingConfig", "Tags"]);
    let settings =
        Settings { entity: reader.entity(), arn: reader.arn(), subscriptions: Vec::new() };
    reader.wiring.topics.push(settings);
}

pub(crate) fn read_subscription(reader: &mut Reader<'_, '_>) {
    reader.refuse_all_but(&[
        "TopicArn",
        "Protocol",
        "Endpoint",
        "RawMessageDelivery",
        // What SNS cannot hand over: a function of this account always takes its event.
        "RedrivePolicy",
    ]);
    let (topic, endpoint) = (reader.text("TopicArn"), reader.text("Endpoint").unwrap_or_default());
    let topic = reader.wiring.topics.iter().position(|it| Some(&it.arn) == topic.as_ref());
    let queue = reader.wiring.queue(&endpoint).map(Subscriber::Queue);
    let subscriber = queue.or_else(|| reader.wiring.function(&endpoint).map(Subscriber::Function));
    let (Some(topic), Some(to)) = (topic, subscriber) else {
        reader.refuse("what subscribes is no queue and no function of this network");
        return;
    };
    let raw = reader.flag("RawMessageDelivery");
    reader.wiring.topics[topic].subscriptions.push(Subscription { to, raw });
}

/// Publishes a message.
pub(crate) fn publish(engine: &mut Engine, topic: usize, parcel: &Arc<Parcel>, run: u32) {
    let wiring = engine.wiring.clone();
    let settings = &wiring.topics[topic];
    let letter = engine.log.letter(parcel.clone());
    let correlation = engine.log.of(letter).correlation;
    let to = (wiring.queues.len() + wiring.functions.len() + topic) as Number;
    engine.tell(correlation, run, What::Sent { letter, to });
    for subscription in &settings.subscriptions {
        let pause = engine.pause("copy", topic);
        match subscription.to {
            Subscriber::Queue(queue) => {
                let parcel = match subscription.raw {
                    true => parcel.clone(),
                    false => Arc::new(wrapped(&settings.arn, letter, parcel)),
                };
                if pause == 0 {
                    queue::send(engine, queue, &parcel, run);
                } else {
                    engine.on_the_way += 1;
                    engine.later(pause, move |engine| {
                        engine.on_the_way -= 1;
                        queue::send(engine, queue, &parcel, run);
                    });
                }
            }
            Subscriber::Function(to) => {
                let event = event(engine, &settings.arn, letter, parcel);
                function::hand_over(
                    engine,
                    to,
                    Some(letter),
                    event.to_string().into(),
                    correlation,
                );
            }
        }
    }
}

/// What a function is given ("Fanout to Lambda functions").
fn event(engine: &Engine, arn: &str, letter: Number, parcel: &Parcel) -> Value {
    json!({ "Records": [{
        "EventVersion": "1.0",
        "EventSource": "aws:sns",
        "EventSubscriptionArn": format!("{arn}:subscription"),
        "Sns": {
            "Type": "Notification",
            "MessageId": super::consumer::message_id(letter),
            "TopicArn": arn,
            "Subject": null,
            "Message": parcel.body,
            "Timestamp": crate::time::rfc3339(engine.now()),
            "MessageAttributes": attributes_of(parcel, "Value"),
        },
    }] })
}

/// What a queue is given that did not ask for the bare message.
fn wrapped(arn: &str, letter: Number, parcel: &Parcel) -> Parcel {
    let body = json!({
        "Type": "Notification",
        "MessageId": super::consumer::message_id(letter),
        "TopicArn": arn,
        "Message": parcel.body,
        "MessageAttributes": attributes_of(parcel, "Value"),
    });
    Parcel { body: body.to_string(), deadline: None, correlation: String::new(), ..parcel.clone() }
}
