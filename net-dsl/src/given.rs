//! What setters take: a value of the setting's type; of anything else the compiler says how such a
//! value is written.
//!
//! The compiler finds its words by the trait, so each way to write a value has one. They are
//! implemented for the value itself and for nothing else. Those of one kind's values stand in its file.

use crate::{Bounded, Name};

macro_rules! given {
    ($(
        $(#[$doc:meta])*
        $trait:ident $([$parameter:ident $(: $bound:ident)?])? for $value:ty:
        $message:literal, $label:literal, $note:literal;
    )*) => { $(
        $(#[$doc])*
        #[diagnostic::on_unimplemented(message = $message, label = $label, note = $note)]
        pub trait $trait $(<$parameter>)? {
            #[doc(hidden)]
            fn given(self) -> $value;
        }

        // Whoever wrote a text wants no list of types that are no text.
        #[diagnostic::do_not_recommend]
        impl $(<$parameter $(: $bound)?>)? $trait $(<$parameter>)? for $value {
            fn given(self) -> $value {
                self
            }
        }
    )* };
}
pub(crate) use given;

given! {
    /// A [`Name`].
    GivenName for Name:
        "`{Self}` is not the name of an entity or a brick",
        "a name is written `name!(\"…\")`",
        "the macro checks it while compiling; a name known only at run time is `Name::new(…)?`";
    /// A duration in the range `R`.
    GivenSeconds[R] for Bounded<R>:
        "`{Self}` is not a duration that this setting takes",
        "a duration is written `seconds!(…)`, `minutes!(…)`, `hours!(…)` or `days!(…)`",
        "the macro checks its range while compiling; a duration known only at run time is `Bounded::new(…)?`, in seconds";
    /// A size in the range `R`.
    GivenMebibytes[R] for Bounded<R>:
        "`{Self}` is not a size that this setting takes",
        "a size is written `mebibytes!(…)`",
        "the macro checks its range while compiling; a size known only at run time is `Bounded::new(…)?`, in mebibytes";
    /// A number in the range `R`.
    GivenCount[R] for Bounded<R>:
        "`{Self}` is not a number that this setting takes",
        "a number is written `count!(…)`",
        "the macro checks its range while compiling; a number known only at run time is `Bounded::new(…)?`";
}
