//! Messages in memory: they stay where they were sent to.

use super::{Messages, Parcel, rules};
use crate::{Answer, Memory};
use net_dsl::binding::{Address, transport};
use serde_json::Value;

/// What was sent, with its address, oldest first.
#[derive(Default)]
pub(crate) struct Sent(Vec<(String, Parcel)>);

impl Memory {
    /// The messages sent to an address such as `sqs:orders`, oldest first.
    pub fn sent(&self, address: &str) -> Vec<Value> {
        let parcels = self.parcels(address);
        parcels
            .iter()
            .map(|parcel| serde_json::from_str(&parcel.body).unwrap_or_default())
            .collect()
    }

    /// The same with what travels along.
    pub fn parcels(&self, address: &str) -> Vec<Parcel> {
        let state = self.state();
        state
            .messages
            .0
            .iter()
            .filter(|(to, _)| to == address)
            .map(|(_, parcel)| parcel.clone())
            .collect()
    }
}

fn address_text(address: &Address) -> String {
    match address {
        Address::Queue(url) => format!("{}{url}", transport::QUEUE),
        Address::FifoQueue(url) => format!("{}{url}", transport::FIFO_QUEUE),
        Address::Topic(arn) => format!("{}{arn}", transport::TOPIC),
        Address::Bus(bus) => format!("{}{bus}", transport::BUS),
        Address::Function(arn) => format!("{}{arn}", transport::FUNCTION),
    }
}

impl Messages for Memory {
    fn send<'a>(&'a self, to: &'a Address, parcel: Parcel) -> Answer<'a, ()> {
        let text = address_text(to);
        self.answer(&text.clone(), |state| {
            rules::check(to, &parcel)?;
            state.messages.0.push((text, parcel));
            Ok(())
        })
    }
}
