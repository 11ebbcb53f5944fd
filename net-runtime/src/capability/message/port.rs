//! What a back end does with messages.

use crate::Answer;
use net_dsl::binding::Address;

/// Messages, on their way to whoever takes them.
pub trait Messages {
    /// Hands a message over. It may be asked again after a reply was lost: what travels more than once
    /// has the same [`Parcel::id`].
    fn send<'a>(&'a self, to: &'a Address, parcel: Parcel) -> Answer<'a, ()>;
}

/// A message on its way, and what travels with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parcel {
    /// The message as JSON.
    pub body: String,
    /// The group inside which a FIFO queue keeps order.
    pub group: Option<String>,
    /// When the work that it is part of must be done, in milliseconds since 1970.
    pub deadline: Option<u64>,
    /// For how many seconds a standard queue holds it back: 0 to 900. Nothing else holds messages back.
    pub delay: u16,
    /// What ties together everything that one event caused.
    pub correlation: String,
    /// By which a receiver knows that it has the message already: 64 hexadecimal digits, which a
    /// repeated run makes again, and which are different for each message that a run sends. A FIFO
    /// queue's deduplication id.
    pub id: String,
}
