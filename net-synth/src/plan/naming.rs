//! Logical ids: functions of entities' names alone.

use net_dsl::Id;
use smol_str::{SmolStr, SmolStrBuilder};
use std::fmt;

/// What a resource, parameter or output is called inside a template.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogicalId(SmolStr);

impl LogicalId {
    /// The id as text: letters and digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `async-processor`, `Function` → `AsyncProcessorFunction`.
    pub(super) fn of(entity: &Id, suffix: &str) -> LogicalId {
        let mut id = SmolStrBuilder::new();
        push_pascal(&mut id, entity.as_str());
        id.push_str(suffix);
        LogicalId(id.finish())
    }

    /// `clock`, `poller`, `Schedule` → `ClockToPollerSchedule`.
    pub(super) fn of_link(from: &Id, to: &Id, label: &str, suffix: &str) -> LogicalId {
        let mut id = SmolStrBuilder::new();
        push_pascal(&mut id, from.as_str());
        id.push_str("To");
        push_pascal(&mut id, to.as_str());
        push_route(&mut id, label);
        id.push_str(suffix);
        LogicalId(id.finish())
    }

    pub(crate) fn fixed(id: &'static str) -> LogicalId {
        LogicalId(SmolStr::new_static(id))
    }
}

impl fmt::Display for LogicalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The same as [`Id::pascal_case`], into a builder.
fn push_pascal(out: &mut SmolStrBuilder, name: &str) {
    for part in name.split('-') {
        let mut letters = part.chars();
        if let Some(first) = letters.next() {
            out.push(first.to_ascii_uppercase());
            out.push_str(letters.as_str());
        }
    }
}

/// `POST /orders/{order}` → `PostOrdersOrder`; what is neither letter nor digit is spelt as its
/// code, so that two routes never share an id.
fn push_route(out: &mut SmolStrBuilder, route: &str) {
    let Some((method, path)) = route.split_once(' ') else { return };
    let mut method = method.chars();
    out.extend(method.next());
    out.push_str(&method.as_str().to_ascii_lowercase());
    let mut upper = true;
    for letter in path.chars() {
        match letter {
            '/' => upper = true,
            '{' => out.push_str("By"),
            '}' => {}
            _ if letter.is_ascii_alphanumeric() => {
                out.push(if upper { letter.to_ascii_uppercase() } else { letter });
                upper = false;
            }
            other => out.push_str(&format!("X{:x}", u32::from(other))),
        }
    }
}

/// The stack's name: the network's.
pub fn stack_name(network: &net_dsl::Name) -> &str {
    network.id().as_str()
}
