//! What a network still lacks, as data: the studs where bricks join.

use super::{Graph, Network};
use crate::{
    Id, Verb,
    entity::{Kind, Starts, Unlinked, function::NEED},
};
use smol_str::SmolStr;

/// A place where a network is not joined up yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OpenEnd {
    /// A function's code needs something that no link provides.
    Need {
        /// The function.
        function: Id,
        /// What its code does with it.
        verb: Verb,
        /// The message, item or service.
        what: SmolStr,
    },
    /// Nothing starts this function.
    NoTrigger(Id),
    /// Nothing takes what enters here: a queue or a topic.
    NoConsumer(Id),
    /// Nothing sends to this queue or topic.
    NoProducer(Id),
}

impl Network {
    /// Where this network expects others to be added: needs without a link, functions that nothing
    /// starts, queues and topics without a consumer or a producer; in order of entity. O(n).
    ///
    /// ```
    /// use net_dsl::{OpenEnd, prelude::*};
    ///
    /// # pub struct Order; messages! { Order }
    /// # contract! { pub Till: Tick => () { sends Order } }
    /// let clock = Schedule::builder().name(name!("clock")).rate(minutes!(5)).build();
    /// let till = Function::<Till>::builder().name(name!("till")).build();
    /// let network = Network::from(clock.triggers(&till));
    /// assert!(matches!(&network.open_ends()[..], [OpenEnd::Need { what, .. }] if what == "Order"));
    /// ```
    pub fn open_ends(&self) -> Vec<OpenEnd> {
        let mut ends = Vec::new();
        for node in Graph::new(self).nodes() {
            if node.kind == Some(Kind::Function) {
                if !node.is_started() {
                    ends.push(OpenEnd::NoTrigger(node.id.clone()));
                }
                for (need, _) in node.facts.below(NEED) {
                    if let Some((verb, what)) = parse_need(need)
                        && node.providers(verb, what).next().is_none()
                    {
                        let function = node.id.clone();
                        ends.push(OpenEnd::Need { function, verb, what: SmolStr::new(what) });
                    }
                }
            }
            let unlinked = node.descriptor().and_then(|kind| kind.unlinked);
            if let Some(Unlinked::Conduit { .. }) = unlinked {
                if !node.starts_something() {
                    ends.push(OpenEnd::NoConsumer(node.id.clone()));
                }
                let from_outside =
                    node.descriptor().is_some_and(|kind| kind.starts == Starts::Outside);
                if !from_outside && !node.is_started() {
                    ends.push(OpenEnd::NoProducer(node.id.clone()));
                }
            }
        }
        ends
    }
}

/// The verb and the name in a `need/` attribute.
pub(crate) fn parse_need(need: &str) -> Option<(Verb, &str)> {
    let (verb, what) = need.split_once(' ')?;
    Some((Verb::parse(verb)?, what))
}
