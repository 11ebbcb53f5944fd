//! Kinds of entities. What a kind is, is said once, in the descriptor in its own file.

use super::{
    alexa_skill, bucket, event_bus, external_service, fifo_queue, function, http_api, queue, raw,
    schedule, table, topic,
};
use crate::{
    Verb,
    entity::MESSAGE,
    facts::{Claim, Facts, Scalar, scalar_enum},
};

/// The one list of kinds: a case, its name in `network.json`, and the module with its descriptor.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $text:literal in $module:ident,)*) => {
        scalar_enum! {
            /// What an entity is.
            pub enum Kind { $($(#[$doc])* $kind = $text,)* }
        }

        impl Kind {
            /// What the kind is.
            ///
            /// ```
            /// use net_dsl::Kind;
            ///
            /// assert_eq!(Kind::FifoQueue.descriptor().word, "FIFO queue");
            /// ```
            pub const fn descriptor(self) -> &'static Descriptor {
                match self { $(Kind::$kind => &$module::DESCRIPTOR,)* }
            }
        }
    };
}

kinds! {
    /// Code that runs when something triggers it (Lambda).
    Function = "function" in function,
    /// Messages waiting in no particular order (SQS standard queue).
    Queue = "queue" in queue,
    /// Messages waiting in order inside their group (SQS FIFO queue).
    FifoQueue = "fifo-queue" in fifo_queue,
    /// Messages copied to every subscriber (SNS topic).
    Topic = "topic" in topic,
    /// Items found by key (DynamoDB table).
    Table = "table" in table,
    /// Objects found by key (S3 bucket).
    Bucket = "bucket" in bucket,
    /// Events that rules lead to their targets (EventBridge event bus).
    EventBus = "event-bus" in event_bus,
    /// A clock (EventBridge Scheduler).
    Schedule = "schedule" in schedule,
    /// An HTTP front (API Gateway HTTP API).
    HttpApi = "http-api" in http_api,
    /// A service outside the network.
    ExternalService = "external-service" in external_service,
    /// An Alexa Smart Home skill.
    AlexaSkill = "alexa-skill" in alexa_skill,
    /// Any CloudFormation resource.
    Raw = "raw" in raw,
}

/// What a kind of entity is: checks, diagrams, reports, open ends and tables are made of it.
#[derive(Clone, Copy, Debug)]
pub struct Descriptor {
    /// What one of them is called in diagrams and counts.
    pub word: &'static str,
    /// The same with an article, told apart from its relatives.
    pub article: &'static str,
    /// What follows its name in the logical ids of its own resources and parameters, its main resource
    /// first: the queue `orders` is `OrdersQueue`. Resources of links are not among them.
    pub suffixes: &'static [&'static str],
    /// How diagrams draw it.
    pub shape: Shape,
    /// What is lost with it.
    pub holds: Holds,
    /// What sets it going.
    pub starts: Starts,
    /// Whether its service starts a function by a permission in the function's own policy.
    pub permitted: bool,
    /// Whether nobody waits for a function that it triggers, so that failures need a place.
    pub unattended: bool,
    /// The verbs of the needs that a link to it provides.
    pub provides: &'static [Verb],
    /// Whether what is known of it says that it provides a message, item, object or service of a name.
    pub is_typed: fn(&Facts, &str) -> bool,
    /// What to say if it has no link that it starts something by; none where that is all right.
    pub unlinked: Option<Unlinked>,
    /// How long it keeps what goes through it, in seconds, at the longest.
    pub time: fn(&Facts) -> u64,
}

/// How diagrams draw a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A box with round ends.
    Pill,
    /// A box with a bar at each end.
    Slots,
    /// A box with two bars at each end.
    NumberedSlots,
    /// A box with a point at its right.
    Flag,
    /// A drum that lies open upwards.
    Cylinder,
    /// A box that is narrower below, with a rim.
    Bucket,
    /// A box between two lines that go further.
    Bus,
    /// An ellipse.
    Ellipse,
    /// Six corners.
    Hexagon,
    /// A box that leans to the right.
    Parallelogram,
    /// A box that is narrower below.
    Trapezium,
    /// A box.
    Rectangle,
}

/// What an entity holds, and so what is lost with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Nothing that its template does not say.
    Nothing,
    /// Messages on their way.
    Messages,
    /// Data that is kept.
    Data,
}

/// What sets an entity going.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Starts {
    /// Nothing: it is used, and starts nothing itself.
    Never,
    /// What reaches it by a link.
    Reached,
    /// A clock.
    Clock,
    /// What happens outside of the network, or is written into it.
    Outside,
}

/// What is said of an entity that starts nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unlinked {
    /// It is a source, and nobody would learn of what happens there.
    Source {
        /// What to do.
        help: &'static str,
    },
    /// It takes messages that nothing takes from it.
    Conduit {
        /// What would become of the messages.
        why: &'static str,
        /// What to do.
        help: &'static str,
    },
}

/// The type of what has one message, item or service.
pub(super) fn by_message(facts: &Facts, what: &str) -> bool {
    facts.get(MESSAGE).is_some_and(|message| message == what)
}

/// The time of what keeps nothing waiting.
pub(super) fn no_time(_: &Facts) -> u64 {
    0
}

impl Kind {
    /// A claimed kind with its article, for reports.
    pub(crate) fn article(claim: &Claim) -> &'static str {
        Kind::load(&claim.value).map_or("something unknown", |kind| kind.descriptor().article)
    }

    /// Whether it is a queue of SQS's, standard or FIFO.
    pub const fn is_queue(self) -> bool {
        matches!(self, Kind::Queue | Kind::FifoQueue)
    }
}
