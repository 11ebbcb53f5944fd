//! Messages by SQS, SNS and Lambda.

use super::{Messages, Parcel};
use crate::{
    Answer, Aws, Failure,
    backend::aws::failure,
    event::{CORRELATION, DEADLINE},
};
use aws_sdk_lambda::types::InvocationType;
use aws_sdk_sqs::types::MessageAttributeValue;
use net_dsl::binding::Address;

fn attributes(parcel: &Parcel) -> Vec<(&'static str, String)> {
    let deadline = parcel.deadline.map(|deadline| (DEADLINE, deadline.to_string()));
    let correlation =
        (!parcel.correlation.is_empty()).then(|| (CORRELATION, parcel.correlation.clone()));
    deadline.into_iter().chain(correlation).collect()
}

impl Aws {
    async fn send_to_queue(&self, url: &str, parcel: Parcel, fifo: bool) -> Result<(), Failure> {
        let mut request = self.sqs.send_message().queue_url(url);
        for (name, text) in attributes(&parcel) {
            let value = MessageAttributeValue::builder().data_type("String").string_value(text);
            let value = value.build().map_err(|error| Failure::Permanent(error.into()))?;
            request = request.message_attributes(name, value);
        }
        if parcel.delay > 0 {
            request = request.delay_seconds(parcel.delay.into());
        }
        if fifo {
            // It wins over a hash of the body, where the queue makes one (Amazon SQS API Reference,
            // "SendMessage", MessageDeduplicationId).
            request = request
                .message_deduplication_id(parcel.id)
                .message_group_id(parcel.group.unwrap_or_else(|| "all".to_owned()));
        }
        request.message_body(parcel.body).send().await.map(|_| ()).map_err(failure)
    }

    async fn publish(&self, arn: &str, parcel: Parcel) -> Result<(), Failure> {
        let mut request = self.sns.publish().topic_arn(arn);
        for (name, text) in attributes(&parcel) {
            let value = aws_sdk_sns::types::MessageAttributeValue::builder();
            let value = value.data_type("String").string_value(text).build();
            let value = value.map_err(|error| Failure::Permanent(error.into()))?;
            request = request.message_attributes(name, value);
        }
        request.message(parcel.body).send().await.map(|_| ()).map_err(failure)
    }
}

impl Messages for Aws {
    fn send<'a>(&'a self, to: &'a Address, parcel: Parcel) -> Answer<'a, ()> {
        Box::pin(async move {
            match to {
                Address::Queue(url) => self.send_to_queue(url, parcel, false).await,
                Address::FifoQueue(url) => self.send_to_queue(url, parcel, true).await,
                Address::Topic(arn) => self.publish(arn, parcel).await,
                Address::Bus(bus) => self.tell(bus, parcel).await,
                Address::Function(arn) => {
                    self.invoke(arn, &parcel, InvocationType::Event).await.map(|_| ())
                }
            }
        })
    }
}
