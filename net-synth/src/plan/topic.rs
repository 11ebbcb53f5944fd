//! Topics and what subscribes to them.

use super::{
    LogicalId, Need, Part, Planned, Planner, Sender, Value, function,
    http_api::permission,
    key::{Encryption, SENDS},
    policy::{self, allow},
    types,
    value::object,
};
use net_dsl::{Id, Link, Verb, binding::transport};

pub(super) struct Topic;

const ENCRYPTION: Encryption =
    Encryption { property: "topic/KmsMasterKeyId", links: &[(Verb::Sends, SENDS)], via: None };

impl Planned for Topic {
    fn main(&self) -> Option<&'static str> {
        Some("Topic")
    }

    fn own_type(&self) -> Option<&'static str> {
        Some(types::TOPIC)
    }

    fn resources(&self, planner: &mut Planner<'_, '_>, number: usize) {
        let node = planner.node(number);
        let main = planner.id(number);
        planner.add(main, Part::main(node, "topic"), types::TOPIC, Value::empty());
        let senders = planner.senders(number, Verb::FansOut);
        if !senders.is_empty() {
            let topic = planner.reference(number);
            let properties = object! {
                "Topics": Value::from([topic.clone()]),
                "PolicyDocument": policy::senders("sns:Publish", &topic, senders),
            };
            let part = Part::of(node.id, node.facts, "topic-policy");
            planner.add(policy_id(node.id), part, types::TOPIC_POLICY, properties);
        }
        for (to, link) in &node.out {
            let topic = planner.reference(number);
            let properties = match link.verb() {
                // A queue is given the bare message; a function finds it in SNS's envelope, and what
                // cannot be delivered to it goes to a queue.
                Verb::FansOut => object! {
                    "TopicArn": topic,
                    "Protocol": "sqs",
                    "Endpoint": planner.arn(*to),
                    "RawMessageDelivery": true,
                },
                Verb::Triggers => {
                    let principal = "sns.amazonaws.com";
                    permission(planner, node, *to, link, principal, (&"SourceArn", topic.clone()));
                    let dead_letters = function::dead_letter_queue(planner, *to);
                    object! {
                        "TopicArn": topic,
                        "Protocol": "lambda",
                        "Endpoint": planner.arn(*to),
                        "RedrivePolicy": object! {
                            "deadLetterTargetArn": Value::Arn(dead_letters),
                        },
                    }
                }
                Verb::Routes
                | Verb::Sends
                | Verb::Asks
                | Verb::Reads
                | Verb::Writes
                | Verb::Calls => continue,
            };
            let id = LogicalId::of_link(node.id, planner.node(*to).id, "", "Subscription");
            let part = Part::of(node.id, link.facts(), "subscription");
            planner.add(id, part, types::SUBSCRIPTION, properties);
        }
    }

    fn feeds(&self, _: &Planner<'_, '_>, _: usize, _: &Link) -> Option<Value> {
        None
    }

    fn delivers(
        &self,
        planner: &Planner<'_, '_>,
        number: usize,
        _: usize,
        _: &Link,
    ) -> Option<Sender> {
        Some(Sender {
            sid: "TopicsSend",
            service: "sns.amazonaws.com",
            source: planner.reference(number),
            in_this_account: false,
        })
    }

    fn encryption(&self) -> Option<&'static Encryption> {
        Some(&ENCRYPTION)
    }

    fn serves(&self, planner: &Planner<'_, '_>, _: usize, number: usize, link: &Link) -> Need {
        match link.verb() {
            Verb::Sends => {
                let arn = planner.reference(number);
                let address = Value::join([transport::TOPIC.into(), arn.clone()]);
                let sid = planner.sid("SendsTo", number);
                Need::bound(link, address).allowed(allow(sid, &["sns:Publish"], arn))
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

/// The policy that lets others publish to a topic.
pub(super) fn policy_id(topic: &Id) -> LogicalId {
    LogicalId::of(topic, "TopicPolicy")
}
