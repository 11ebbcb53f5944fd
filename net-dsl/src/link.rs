//! Links: which entity may do what with which.
//!
//! ```text
//! from \ to                                         function   queue, topic      table         service
//! queue, topic, schedule, table stream, skill       triggers   fans_out_to (*)
//! HTTP API                                          routes
//! function                                          asks,      sends_to          reads,        calls
//!                                                   sends_to                     writes
//! (*) from a topic to a queue
//! ```
//!
//! What the table leaves empty does not compile; nor does a link whose message, item or service
//! the contract does not name.

mod delivery;
mod linked;
mod need;
mod role;
mod selection;
mod verb;

pub use delivery::{
    Batched, BatchedFifo, Batches, Direct, Invoked, Mapped, Retries, Ruled, Streamed, Throttles,
    Waits,
};
pub use linked::{
    BATCH_SIZE, BATCH_WINDOW, Linked, MAX_CONCURRENCY, MAXIMUM_AGE, Mapping, RETRIES, batch_window,
};
pub use need::{
    Admits, Asking, Calling, Code, Copying, Gate, Held, NeededBy, Notifying, Reaches, Reading,
    Routing, Ruling, Sending, Suits, Triggering, Writing,
};
pub use role::{
    Broadcast, Callee, Front, Notified, RuleTarget, Runs, Sink, Source, Store, Subscriber,
};
pub use selection::Selection;
pub use verb::Links;
