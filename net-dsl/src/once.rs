//! What is kept of work that is done once.

use crate::{Item, Key};
use serde::{Deserialize, Serialize};

/// The record of a piece of work that is done once, however often its message comes.
///
/// A contract that says `writes Once` lets its handler use `context.once(key, work)`, and a table holds the
/// records. Functions may share a table.
///
/// ```
/// use net_dsl::prelude::*;
///
/// # pub struct Order;
/// # messages! { Order }
/// contract! { pub Kitchen: Order => () { writes Once } }
///
/// let once = Table::<Once>::builder().name(name!("once")).removal(Removal::Delete).build();
/// let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
/// let network = Network::from(kitchen.writes(&once));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Once {
    /// The function and its work.
    pub key: String,
    /// Which run is at it, or was.
    pub claim: String,
    /// When that run must have ended, in milliseconds since 1970; the work is free then, unless it
    /// has a result.
    pub until: u64,
    /// What the work gave, as JSON; none while it is not done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// When DynamoDB may forget it, in seconds since 1970.
    pub expires: u64,
}

impl Item for Once {
    const NAME: &'static str = "Once";
    const PARTITION: Key = Key::text("key");
    const EXPIRES: Option<&'static str> = Some("expires");
}
