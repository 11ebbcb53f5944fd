//! Queues, standard and FIFO, each with its dead-letter queue.

use super::{
    LogicalId, Need, Part, Planned, Planner, Sender, Value,
    key::{Encryption, SENDS, TAKES},
    policy::{self, allow},
    types,
    value::{fixed, object},
};
use net_dsl::{
    GraphNode, Link, Removal, Verb,
    binding::transport,
    entity::{fifo_queue, queue},
    link,
};

pub(super) struct Queue {
    pub(super) fifo: bool,
}

const ENCRYPTION: Encryption = Encryption {
    property: "queue/KmsMasterKeyId",
    links: &[(Verb::Triggers, TAKES), (Verb::Sends, SENDS)],
    via: None,
};

impl Planned for Queue {
    fn main(&self) -> Option<&'static str> {
        Some("Queue")
    }

    fn own_type(&self) -> Option<&'static str> {
        Some(types::QUEUE)
    }

    fn resources(&self, planner: &mut Planner<'_, '_>, number: usize) {
        let node = planner.node(number);
        let (id, facts) = (node.id, node.facts);
        let redrive = queue::max_receives(facts)
            .map(|receives| (LogicalId::of(id, "DeadLetterQueue"), receives));
        let high_throughput = self.fifo && facts.setting(fifo_queue::HIGH_THROUGHPUT) == Some(true);
        let properties = object! {
            "FifoQueue": self.fifo.then_some(true),
            "ContentBasedDeduplication":
                self.fifo.then(|| facts.setting(fifo_queue::CONTENT_DEDUPLICATION).unwrap_or(false)),
            "DeduplicationScope": high_throughput.then_some("messageGroup"),
            "FifoThroughputLimit": high_throughput.then_some("perMessageGroupId"),
            "VisibilityTimeout": queue::effective_visibility_timeout(planner.graph, node),
            "MessageRetentionPeriod": queue::retention(facts),
            "DelaySeconds": queue::delay(facts),
            // SQS takes one kind of encryption: by the key that an overlay names, or its own.
            "SqsManagedSseEnabled": planner.key(facts, ENCRYPTION.property).is_none().then_some(true),
            "RedrivePolicy": redrive.clone().map(|(queue, receives)| object! {
                "deadLetterTargetArn": Value::Arn(queue),
                "maxReceiveCount": receives,
            }),
        };
        let main = planner.id(number);
        let part = Part::main(node, "queue");
        planner.add(main.clone(), part, types::QUEUE, properties);
        if let Some((queue, _)) = redrive {
            let part = Part::of(id, facts, "dead-letter-queue").kept(Removal::Delete);
            planner.add(queue, part, types::QUEUE, self::dead_letters(self.fifo));
        }
        let senders = planner.senders(number, Verb::FansOut);
        senders_may_send(planner, number, senders, main, "QueuePolicy");
        for (to, link) in node.outgoing(Verb::Triggers) {
            mapping(planner, node, planner.arn(number), to, link, None);
        }
    }

    fn feeds(&self, planner: &Planner<'_, '_>, number: usize, _: &Link) -> Option<Value> {
        let actions = &["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"];
        Some(allow(planner.sid("Consumes", number), actions, planner.arn(number)))
    }

    fn encryption(&self) -> Option<&'static Encryption> {
        Some(&ENCRYPTION)
    }

    fn serves(&self, planner: &Planner<'_, '_>, _: usize, number: usize, link: &Link) -> Need {
        match link.verb() {
            Verb::Sends => {
                let scheme = if self.fifo { transport::FIFO_QUEUE } else { transport::QUEUE };
                let address = Value::join([scheme.into(), planner.reference(number)]);
                let sid = planner.sid("SendsTo", number);
                Need::bound(link, address).allowed(allow(
                    sid,
                    &["sqs:SendMessage"],
                    planner.arn(number),
                ))
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

/// A queue for what failed: the dead letters of a FIFO queue go to one of their own kind.
pub(super) fn dead_letters(fifo: bool) -> Value {
    fn made(fifo: bool) -> Value {
        object! {
            "FifoQueue": fifo.then_some(true),
            "ContentBasedDeduplication": fifo.then_some(false),
            "VisibilityTimeout": 30_u64,
            "MessageRetentionPeriod": queue::DEAD_LETTER_RETENTION,
            "DelaySeconds": 0_u64,
            "SqsManagedSseEnabled": true,
        }
    }
    if fifo { fixed!(made(true)) } else { fixed!(made(false)) }
}

/// Lets services send to a queue that is made for an entity.
pub(super) fn senders_may_send(
    planner: &mut Planner<'_, '_>,
    number: usize,
    senders: Vec<Sender>,
    queue: LogicalId,
    suffix: &str,
) {
    let node = planner.node(number);
    if senders.is_empty() {
        return;
    }
    let properties = object! {
        "Queues": Value::from([Value::Ref(queue.clone())]),
        "PolicyDocument": policy::senders("sqs:SendMessage", &Value::Arn(queue), senders),
    };
    let part = Part::of(node.id, node.facts, "queue-policy");
    planner.add(LogicalId::of(node.id, suffix), part, types::QUEUE_POLICY, properties);
}

/// What a function answers of a batch.
const REPORTS: &[&str] = &["ReportBatchItemFailures"];

/// What feeds a function from a queue or, with a place for records that fail, from a stream.
pub(super) fn mapping<'n>(
    planner: &mut Planner<'_, 'n>,
    node: &GraphNode<'n>,
    source: Value,
    to: usize,
    link: &'n Link,
    stream_failures: Option<LogicalId>,
) {
    let facts = link.facts();
    let is_stream = stream_failures.is_some();
    let properties = object! {
        "EventSourceArn": source,
        "FunctionName": planner.arn(to),
        "BatchSize": facts.setting(link::BATCH_SIZE),
        "MaximumBatchingWindowInSeconds":
            facts.setting(link::BATCH_WINDOW),
        // What the function answers: the messages of a batch that failed, and only they come again.
        "FunctionResponseTypes": REPORTS,
        "ScalingConfig": facts
            .setting(link::MAX_CONCURRENCY)
            .map(|runs| object! { "MaximumConcurrency": runs }),
        // Nothing that was written is left out.
        "StartingPosition": is_stream.then_some("TRIM_HORIZON"),
        // A stream's failing batch is halved, so that what fails is found; and it counts as failed
        // after some tries, since it holds up its shard.
        "BisectBatchOnFunctionError": is_stream.then_some(true),
        "MaximumRetryAttempts": is_stream.then_some(5_u64),
        "DestinationConfig": stream_failures
            .map(|queue| object! { "OnFailure": object! { "Destination": Value::Arn(queue) } }),
    };
    let id = LogicalId::of_link(node.id, planner.node(to).id, "", "Mapping");
    planner.add(id, Part::of(node.id, facts, "mapping"), types::MAPPING, properties);
}
