//! How a function learns where its needs are met: the one definition that the plan writes by and
//! the running code reads by.

use crate::Verb;
use smol_str::SmolStr;
use std::{cmp::Ordering, iter};

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
    shouted(&[word(verb), what])
}

/// How a verb is called in variables.
fn word(verb: Verb) -> &'static str {
    verb.descriptor().need.map_or(verb.as_str(), |need| need.variable)
}

/// The order of the variables that bind needs; equal if one variable binds both.
pub(crate) fn compare(a: (Verb, &str), b: (Verb, &str)) -> Ordering {
    let letters = |text| {
        let mut shout = Shout::new(text);
        iter::from_fn(move || shout.next())
    };
    word(a.0).cmp(word(b.0)).then_with(|| letters(a.1).cmp(letters(b.1)))
}

/// The environment variable with the name of the bucket whose objects are read or written.
///
/// ```
/// assert_eq!(net_dsl::binding::bucket_variable("Photo"), "NET_BUCKET_PHOTO");
/// ```
pub fn bucket_variable(object: &str) -> SmolStr {
    shouted(&["bucket", object])
}

/// The environment variable with the ARN of the secret that calls of a service need.
///
/// ```
/// assert_eq!(net_dsl::binding::secret_variable("LoginWithAmazon"), "NET_SECRET_LOGIN_WITH_AMAZON");
/// ```
pub fn secret_variable(service: &str) -> SmolStr {
    shouted(&["secret", service])
}

/// The environment variable with the seconds in which a message sent is due, if it goes where a
/// deadline starts.
///
/// ```
/// let variable = net_dsl::binding::deadline_variable("DeferredDirective");
/// assert_eq!(variable, "NET_DEADLINE_DEFERRED_DIRECTIVE");
/// ```
pub fn deadline_variable(message: &str) -> SmolStr {
    shouted(&["deadline", message])
}

/// How a binding's value starts: by which transport a message goes.
pub mod transport {
    /// An SQS queue; its URL follows.
    pub const QUEUE: &str = "sqs:";
    /// An SQS FIFO queue; its URL follows.
    pub const FIFO_QUEUE: &str = "sqs-fifo:";
    /// An SNS topic; its ARN follows.
    pub const TOPIC: &str = "sns:";
    /// An event bus; its name, the event's source and its type follow, with `|` between.
    pub const BUS: &str = "events:";
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
    /// To an event bus: its name, the event's source and the event's type, separated by `|`.
    Bus(String),
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
            } else if let Some(bus) = value.strip_prefix(transport::BUS) {
                (Address::Bus, bus)
            } else {
                (Address::Function, value.strip_prefix(transport::FUNCTION)?)
            };
        (!rest.is_empty()).then(|| case(rest.to_owned()))
    }
}

/// `NET_` and some names in capitals.
fn shouted(names: &[&str]) -> SmolStr {
    let mut out = String::with_capacity(64);
    out.push_str("NET");
    for name in names {
        out.push('_');
        let mut shout = Shout::new(name);
        while let Some(letter) = shout.next() {
            out.push(letter as char);
        }
    }
    SmolStr::new(out)
}

/// Whether two names make one variable.
pub(crate) const fn is_one(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (Shout::new(a), Shout::new(b));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if a == b => {}
            (Some(_), _) | (None, Some(_)) => return false,
        }
    }
}

/// The ASCII letters of a name in capitals, for constants too.
struct Shout<'a> {
    text: &'a [u8],
    at: usize,
    after_lower: bool,
}

impl<'a> Shout<'a> {
    const fn new(text: &'a str) -> Shout<'a> {
        Shout { text: text.as_bytes(), at: 0, after_lower: false }
    }

    const fn next(&mut self) -> Option<u8> {
        if self.at == self.text.len() {
            return None;
        }
        let letter = self.text[self.at];
        if letter.is_ascii_uppercase() && self.after_lower {
            self.after_lower = false;
            return Some(b'_');
        }
        self.at += 1;
        // One `_` for each character, however many bytes it has.
        while self.at < self.text.len() && self.text[self.at] & 0xC0 == 0x80 {
            self.at += 1;
        }
        self.after_lower = letter.is_ascii_lowercase() || letter.is_ascii_digit();
        Some(if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { b'_' })
    }
}

#[cfg(test)]
mod tests {
    use super::{compare, is_one, shouted};
    use crate::Verb;

    fn shout(text: &str) -> String {
        shouted(&[text]).trim_start_matches("NET_").to_owned()
    }

    #[test]
    fn two_names_are_one_if_their_variables_are() {
        let names = [
            "Order", "order", "ORDER", "OrderV2", "Order_V2", "V2Order", "Bücher", "B_cher", "",
            "()", "_",
        ];
        for (a, b) in names.iter().flat_map(|a| names.map(|b| (*a, b))) {
            let shouts = [a, b].map(|name| shouted(&[name]));
            assert_eq!(is_one(a, b), shouts[0] == shouts[1], "{a} and {b}");
            let order = compare((Verb::Sends, a), (Verb::Sends, b));
            assert_eq!(order, shouts[0].cmp(&shouts[1]), "{a} and {b}");
        }
        assert!(is_one("OrderV2", "Order_V2"));
        assert_eq!(shout("DeferredDirective"), "DEFERRED_DIRECTIVE");
        assert_eq!(shout("Bücher"), "B_CHER");
    }
}
