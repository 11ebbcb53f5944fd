//! Verbs: how one entity is linked to another. What a verb means is said once, in its descriptor.

use crate::facts::scalar_enum;

scalar_enum! {
    /// How one entity is linked to another, or what a contract needs.
    pub enum Verb {
        /// A source starts a function.
        Triggers = "triggers",
        /// An HTTP API hands requests to a function and its answers back.
        Routes = "routes",
        /// A topic copies its messages to a queue.
        FansOut = "fans-out",
        /// A function hands a message over and goes on.
        Sends = "sends",
        /// A function asks another and waits for the answer.
        Asks = "asks",
        /// A function reads items of a table.
        Reads = "reads",
        /// A function writes items of a table.
        Writes = "writes",
        /// A function calls a service over HTTP.
        Calls = "calls",
    }
}

/// What a verb means: checks, diagrams and messages are made of it.
#[derive(Clone, Copy, Debug)]
pub struct VerbDescriptor {
    /// The method of a handle that makes the link.
    pub method: &'static str,
    /// Whether what is at the start of a link sets going what is at its end. If not, the link ends at
    /// something that rests: diagrams draw it dashed, and a deadline ends there.
    pub starts: bool,
    /// Whether anything goes from the start to the end, so that a circle of links may be a loop.
    pub carries: bool,
    /// What a contract says with it; none for links that no code makes use of.
    pub need: Option<NeedWords>,
}

/// How a contract's need is spoken of.
#[derive(Clone, Copy, Debug)]
pub struct NeedWords {
    /// The middle of the environment variable that binds it.
    pub variable: &'static str,
    /// What is missing if there is no link.
    pub missing: &'static str,
    /// What an entity does that provides it, before the name of the message, item or service.
    pub provided_by: &'static str,
    /// What to do instead of linking it twice.
    pub instead_of_two: &'static [&'static str],
}

const ONE_EACH: &[&str] = &["drop one link, or give each a type of its own"];

impl Verb {
    /// What the verb means.
    ///
    /// ```
    /// use net_dsl::Verb;
    ///
    /// assert_eq!(Verb::Sends.descriptor().method, "sends_to");
    /// assert!(!Verb::Reads.descriptor().starts);
    /// ```
    pub const fn descriptor(self) -> VerbDescriptor {
        match self {
            Verb::Triggers => {
                VerbDescriptor { method: "triggers", starts: true, carries: true, need: None }
            }
            Verb::Routes => {
                VerbDescriptor { method: "routes", starts: true, carries: true, need: None }
            }
            Verb::FansOut => {
                VerbDescriptor { method: "fans_out_to", starts: true, carries: true, need: None }
            }
            Verb::Sends => VerbDescriptor {
                method: "sends_to",
                starts: true,
                carries: true,
                need: Some(NeedWords {
                    variable: "sends",
                    missing: "and no link says where to",
                    provided_by: "takes",
                    instead_of_two: &[
                        "send to a `Topic` that copies to both: `topic.fans_out_to(&queue)`",
                        "or give what goes to each a message type of its own",
                    ],
                }),
            },
            Verb::Asks => VerbDescriptor {
                method: "asks",
                starts: true,
                carries: true,
                need: Some(NeedWords {
                    variable: "asks",
                    missing: "and no link says whom",
                    provided_by: "answers",
                    instead_of_two: ONE_EACH,
                }),
            },
            Verb::Reads => VerbDescriptor {
                method: "reads",
                starts: false,
                carries: false,
                need: Some(NeedWords {
                    variable: "table",
                    missing: "and no link says of which table",
                    provided_by: "holds",
                    instead_of_two: ONE_EACH,
                }),
            },
            Verb::Writes => VerbDescriptor {
                method: "writes",
                starts: false,
                carries: true,
                need: Some(NeedWords {
                    variable: "table",
                    missing: "and no link says of which table",
                    provided_by: "holds",
                    instead_of_two: ONE_EACH,
                }),
            },
            Verb::Calls => VerbDescriptor {
                method: "calls",
                starts: false,
                carries: true,
                need: Some(NeedWords {
                    variable: "calls",
                    missing: "and no link says which",
                    provided_by: "is the service",
                    instead_of_two: ONE_EACH,
                }),
            },
        }
    }

    /// Whether a function invokes another by it.
    pub const fn invokes(self) -> bool {
        let descriptor = self.descriptor();
        descriptor.starts && descriptor.need.is_some()
    }
}
