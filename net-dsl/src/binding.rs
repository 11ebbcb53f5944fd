//! How a function learns where its needs are met: the one definition that the plan writes by and
//! the running code reads by.

use crate::Verb;
use smol_str::{SmolStr, format_smolstr};

/// The environment variable that binds a need: `NET_` and the verb and what is needed, in
/// capitals; one for reading and writing the items of a table.
///
/// ```
/// use net_dsl::{Verb, binding};
///
/// assert_eq!(binding::variable(Verb::Sends, "DeferredDirective"), "NET_SENDS_DEFERRED_DIRECTIVE");
/// assert_eq!(binding::variable(Verb::Reads, "Grant"), binding::variable(Verb::Writes, "Grant"));
/// ```
pub fn variable(verb: Verb, what: &str) -> SmolStr {
    let verb = match verb {
        Verb::Reads | Verb::Writes => "table",
        other => other.as_str(),
    };
    format_smolstr!("NET_{}_{}", shout(verb), shout(what))
}

/// The environment variable with the ARN of the secret that calls of a service need.
///
/// ```
/// assert_eq!(net_dsl::binding::secret_variable("LoginWithAmazon"), "NET_SECRET_LOGIN_WITH_AMAZON");
/// ```
pub fn secret_variable(service: &str) -> SmolStr {
    format_smolstr!("NET_SECRET_{}", shout(service))
}

/// The environment variable with the seconds in which a message sent is due, if it goes where a
/// deadline starts.
///
/// ```
/// let variable = net_dsl::binding::deadline_variable("DeferredDirective");
/// assert_eq!(variable, "NET_DEADLINE_DEFERRED_DIRECTIVE");
/// ```
pub fn deadline_variable(message: &str) -> SmolStr {
    format_smolstr!("NET_DEADLINE_{}", shout(message))
}

/// How a binding's value starts: by which transport a message goes.
pub mod transport {
    /// An SQS queue; its URL follows.
    pub const QUEUE: &str = "sqs:";
    /// An SQS FIFO queue; its URL follows.
    pub const FIFO_QUEUE: &str = "sqs-fifo:";
    /// An SNS topic; its ARN follows.
    pub const TOPIC: &str = "sns:";
    /// A function invoked without waiting; its ARN follows.
    pub const FUNCTION: &str = "lambda:";
}

/// Where a message goes, as a binding's value says it.
///
/// ```
/// use net_dsl::binding::Address;
///
/// let url = "https://sqs.eu-west-1.amazonaws.com/123456789012/orders";
/// assert_eq!(Address::parse(&format!("sqs:{url}")), Some(Address::Queue(url.to_owned())));
/// assert_eq!(Address::parse(url), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Address {
    /// To the SQS queue of a URL.
    Queue(String),
    /// To the SQS FIFO queue of a URL.
    FifoQueue(String),
    /// To the SNS topic of an ARN.
    Topic(String),
    /// To the function of an ARN.
    Function(String),
}

impl Address {
    /// What a binding's value says, if it says anything sensible.
    pub fn parse(value: &str) -> Option<Address> {
        let (case, rest): (fn(String) -> Address, _) =
            if let Some(url) = value.strip_prefix(transport::FIFO_QUEUE) {
                (Address::FifoQueue, url)
            } else if let Some(url) = value.strip_prefix(transport::QUEUE) {
                (Address::Queue, url)
            } else if let Some(arn) = value.strip_prefix(transport::TOPIC) {
                (Address::Topic, arn)
            } else {
                (Address::Function, value.strip_prefix(transport::FUNCTION)?)
            };
        (!rest.is_empty()).then(|| case(rest.to_owned()))
    }
}

fn shout(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 4);
    let mut lower = false;
    for letter in text.chars() {
        if letter.is_ascii_alphanumeric() {
            if letter.is_ascii_uppercase() && lower {
                out.push('_');
            }
            lower = !letter.is_ascii_uppercase();
            out.push(letter.to_ascii_uppercase());
        } else {
            out.push('_');
            lower = false;
        }
    }
    out
}
