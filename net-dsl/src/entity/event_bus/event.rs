//! Events: messages with a source and a type, by which rules of a bus find them.

use crate::Message;
use smol_str::SmolStr;

/// A message that a bus carries as an event: what is told is its detail.
///
/// Declared with [`events!`](crate::events).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "no bus carries this type",
    note = "write `events! {{ {Self} from \"my.shop\" }}` beside the type, in place of `messages!`"
)]
pub trait Event: Message {
    /// Who tells of it, as in `my.shop`; those that start with `aws.` are AWS's.
    const SOURCE: &'static str;
    /// What kind of event it is: its `detail-type`.
    const DETAIL_TYPE: &'static str;

    /// What tells it from others on one bus: its name, and what it is about if that is a type of its own.
    fn label() -> SmolStr {
        SmolStr::new_static(Self::NAME)
    }

    /// What every rule asks of it besides: paths, and the list of what each may match.
    #[doc(hidden)]
    fn asked() -> Vec<(&'static str, serde_json::Value)> {
        Vec::new()
    }
}

/// An event whose fields are those of its detail, so that rules can ask for them; [`events!`](crate::events)
/// declares such.
#[diagnostic::on_unimplemented(
    message = "no condition is on the fields of `{Self}`",
    label = "AWS tells of this event, and its fields there are called otherwise",
    note = "what a bucket tells a bus of is narrowed where it is told: `photos.created().under(…).fans_out_to(…)`"
)]
pub trait Plain: Event {}

/// Declares events: each type is a message, with the source that tells of it and, where it is not the
/// type's own name, its `detail-type`.
///
/// ```
/// use net_dsl::prelude::*;
///
/// pub struct Placed;
/// pub struct ObjectCreated;
/// events! {
///     Placed from "my.shop",
///     ObjectCreated from "aws.s3" as "Object Created",
/// }
/// assert_eq!(<Placed as Event>::DETAIL_TYPE, "Placed");
/// ```
#[macro_export]
macro_rules! events {
    ($($(#[$attribute:meta])* $event:ident from $source:literal $(as $detail_type:literal)?),* $(,)?) => {
        $(
            $crate::messages! { $(#[$attribute])* $event }

            $(#[$attribute])*
            impl $crate::Event for $event {
                const SOURCE: &'static ::core::primitive::str = $source;
                const DETAIL_TYPE: &'static ::core::primitive::str =
                    $crate::__detail_type!($event $($detail_type)?);
            }

            $(#[$attribute])*
            impl $crate::entity::event_bus::Plain for $event {}

            // Checked where it is declared.
            $(#[$attribute])*
            const _: () = $crate::entity::event_bus::check_event::<$event>();
        )*
    };
    ($($wrong:tt)*) => {
        ::core::compile_error!(
            "`events!` takes types with `,` between, each with its source and, if it is called otherwise, its \
             type, as in `events! { Placed from \"my.shop\", Shipped from \"my.shop\" as \"Order Shipped\" }`"
        );
    };
}

/// The `detail-type` of an event.
#[doc(hidden)]
#[macro_export]
macro_rules! __detail_type {
    ($event:ident) => {
        ::core::stringify!($event)
    };
    ($event:ident $detail_type:literal) => {
        $detail_type
    };
}

/// Refuses what EventBridge takes for no source or type ("PutEventsRequestEntry"), and what would end an
/// address of ours early.
#[doc(hidden)]
#[track_caller]
pub const fn check_event<E: Event>() {
    assert!(
        fits(E::SOURCE, 256),
        "an event's source has 1 to 256 printable characters of ASCII, and no `|`"
    );
    assert!(
        fits(E::DETAIL_TYPE, 128),
        "an event's type has 1 to 128 printable characters of ASCII, and no `|`"
    );
}

const fn fits(text: &str, most: usize) -> bool {
    let bytes = text.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        if !(bytes[i].is_ascii_graphic() || bytes[i] == b' ') || bytes[i] == b'|' {
            return false;
        }
        i += 1;
    }
    !bytes.is_empty() && bytes.len() <= most
}
