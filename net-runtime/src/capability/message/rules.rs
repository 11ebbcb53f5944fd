//! What AWS refuses to carry, in its words: the rules of the memory side for messages.

use crate::{
    Failure, Parcel,
    event::{CORRELATION, DEADLINE},
};
use net_dsl::binding::Address;

/// 1 MiB, message attributes included ("SendMessage"; "Amazon SQS message quotas").
const QUEUE: usize = 1_048_576;
/// 256 KiB, message attributes included ("Publish").
const TOPIC: usize = 262_144;
/// 1 MB for an invocation that nobody waits for ("Lambda quotas": invocation payload).
const FUNCTION: usize = 1_048_576;

/// Whether the address takes the message.
///
/// # Errors
/// What its service answers if it does not.
pub fn check(to: &Address, parcel: &Parcel) -> Result<(), Failure> {
    match to {
        Address::Queue(_) => queue(parcel),
        Address::FifoQueue(_) => {
            let group = parcel.group.as_deref().unwrap_or("all");
            if !is_id(group) {
                return Err(refused(format!(
                    "InvalidParameterValue: Value {group} for parameter MessageGroupId is invalid. Reason: \
                     MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in \
                     length."
                )));
            }
            queue(parcel)
        }
        Address::Topic(_) if size(parcel) > TOPIC => {
            Err(refused("InvalidParameter: Invalid parameter: Message too long".to_owned()))
        }
        Address::Function(_) if parcel.payload().len() > FUNCTION => Err(refused(format!(
            "RequestEntityTooLargeException: {} byte payload is too large for the Event invocation type \
             (limit {FUNCTION} bytes)",
            parcel.payload().len()
        ))),
        Address::Bus(bus) => super::event::Entry::of(bus)?.check(parcel),
        Address::Topic(_) | Address::Function(_) => Ok(()),
    }
}

fn queue(parcel: &Parcel) -> Result<(), Failure> {
    // XML's characters ("SendMessage").
    let odd = |letter: &char| {
        !matches!(letter,
            '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
    };
    if let Some(odd) = parcel.body.chars().find(odd) {
        return Err(refused(format!(
            "InvalidMessageContents: Invalid binary character \'#x{:X}\' was found in the message body, the \
             set of allowed characters is #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to \
             #x10FFFF",
            u32::from(odd)
        )));
    }
    if size(parcel) > QUEUE {
        return Err(refused(format!(
            "InvalidParameterValue: One or more parameters are invalid. Reason: Message must be shorter \
             than {QUEUE} bytes."
        )));
    }
    Ok(())
}

/// The letters, digits and punctuation of ASCII ("SendMessage": `MessageGroupId`).
fn is_id(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Of the body and the attributes: their names, types and values.
fn size(parcel: &Parcel) -> usize {
    let attribute = |name: &str, value: usize| name.len() + "String".len() + value;
    let deadline = parcel.deadline.map_or(0, |at| attribute(DEADLINE, at.to_string().len()));
    let correlation = match parcel.correlation.len() {
        0 => 0,
        length => attribute(CORRELATION, length),
    };
    parcel.body.len() + deadline + correlation
}

fn refused(text: String) -> Failure {
    Failure::Permanent(text.into())
}
