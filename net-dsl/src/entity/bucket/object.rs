//! What buckets hold.

use crate::contract::check_name;
use std::fmt;

/// What a contract reads or writes where it lies: an [`Item`](crate::Item) of a table or an [`Object`]
/// of a bucket.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither an item of a table nor an object of a bucket",
    label = "this type is not kept anywhere",
    note = "write `impl Item for {Self}` with its name and its `PARTITION` key, or `objects! {{ {Self} }}`"
)]
pub trait Stored: 'static {
    /// What it is called.
    const WHAT: &'static str;
    /// Where it lies.
    const PLACE: Place;
    #[doc(hidden)]
    const CHECKED: ();
}

/// Where something is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In a table.
    Table,
    /// In a bucket.
    Bucket,
}

/// What a bucket holds: a type, where in the bucket its objects lie, and the form that they have there.
///
/// Declared with [`objects!`](crate::objects). An object has a key, a text of at most 1,024 bytes of
/// which the prefix is the first part (Amazon S3 user guide, "Naming Amazon S3 objects").
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an object of a bucket",
    label = "no bucket holds values of this type",
    note = "write `objects! {{ {Self} in \"prefix/\" }}` beside the type"
)]
pub trait Object: Stored {
    /// What every key starts with: empty, or a text that ends in `/`.
    const PREFIX: &'static str;
    /// How it is written: [`Json`] or [`Bytes`].
    type Form: Form;
}

/// How an object is written.
pub trait Form: 'static {
    /// What the object says of itself if nothing else is said: its `Content-Type`.
    const IS_JSON: bool;
}

/// As JSON, by serde.
#[derive(Clone, Copy, Debug)]
pub enum Json {}

/// As bytes, which the type is made of and gives.
#[derive(Clone, Copy, Debug)]
pub enum Bytes {}

impl Form for Json {
    const IS_JSON: bool = true;
}

impl Form for Bytes {
    const IS_JSON: bool = false;
}

/// Declares what buckets hold: types, and the prefix of the keys that each lies under.
///
/// A type is written as JSON, by serde; with `as bytes` it is made of bytes (`From<Vec<u8>>`) and gives
/// them (`AsRef<[u8]>`). Without a prefix it has its bucket for itself.
///
/// ```
/// use net_dsl::prelude::*;
///
/// pub struct Invoice;
/// pub struct Photo(Vec<u8>);
/// objects! {
///     Invoice in "invoices/",
///     Photo in "photos/" as bytes,
/// }
/// assert_eq!(<Photo as Object>::PREFIX, "photos/");
/// ```
///
/// A prefix is part of permissions, so it has none of the characters that stand for others there:
///
/// ```compile_fail
/// # use net_dsl::prelude::*;
/// pub struct Photo;
/// objects! { Photo in "photos/*/" }
/// ```
#[macro_export]
macro_rules! objects {
    ($($(#[$attribute:meta])* $object:ident $(in $prefix:literal)? $(as $form:ident)?),* $(,)?) => {
        $(
            $(#[$attribute])*
            impl $crate::entity::bucket::Stored for $object {
                const WHAT: &'static ::core::primitive::str = ::core::stringify!($object);
                const PLACE: $crate::entity::bucket::Place = $crate::entity::bucket::Place::Bucket;
                const CHECKED: () = $crate::entity::bucket::check_object::<$object>();
            }

            $(#[$attribute])*
            impl $crate::Object for $object {
                const PREFIX: &'static ::core::primitive::str = ::core::concat!($($prefix)?);
                type Form = $crate::__form!($object $($form)?);
            }

            // Checked where it is declared.
            $(#[$attribute])*
            const _: () = <$object as $crate::entity::bucket::Stored>::CHECKED;
        )*
    };
    ($($wrong:tt)*) => {
        ::core::compile_error!(
            "`objects!` takes types with `,` between, each with its prefix and `as bytes` if it is not \
             JSON, as in `objects! { Invoice in \"invoices/\", Photo in \"photos/\" as bytes }`"
        );
    };
}

/// The form of an object that [`objects!`](crate::objects) declares.
#[doc(hidden)]
#[macro_export]
macro_rules! __form {
    ($object:ident) => {
        $crate::entity::bucket::Json
    };
    ($object:ident json) => {
        $crate::entity::bucket::Json
    };
    ($object:ident bytes) => {
        $crate::entity::bucket::Bytes
    };
    ($object:ident $wrong:ident) => {
        ::core::compile_error!(::core::concat!(
            "object `",
            ::core::stringify!($object),
            "`: it is written `as bytes` or, without more, as JSON, \
             not `as ",
            ::core::stringify!($wrong),
            "`"
        ))
    };
}

/// Refuses a prefix that S3 or a permission would take for something else.
#[doc(hidden)]
#[track_caller]
pub const fn check_object<O: Object>() {
    check_name(O::WHAT);
    if let Some(fault) = prefix_fault(O::PREFIX) {
        panic!("{}", fault)
    }
}

/// Why a text is not the first part of keys.
pub(super) const fn prefix_fault(prefix: &str) -> Option<&'static str> {
    let bytes = prefix.as_bytes();
    if bytes.is_empty() {
        return None;
    }
    if bytes.len() > 512 {
        return Some(
            "an object's prefix is at most 512 bytes long, which leaves as many for the rest of the key",
        );
    }
    if bytes[0] == b'/' || bytes[bytes.len() - 1] != b'/' {
        return Some("an object's prefix ends in `/` and does not start with one, as in `photos/`");
    }
    characters_fault(bytes)
}

/// Why a text is not a part of keys: the characters that S3 calls safe ("Naming Amazon S3 objects"), but
/// for `*`, which stands for others in permissions.
pub(super) const fn characters_fault(bytes: &[u8]) -> Option<&'static str> {
    let mut i = 0;
    while i < bytes.len() {
        let safe =
            matches!(bytes[i], b'/' | b'!' | b'-' | b'_' | b'.' | b'\'' | b'(' | b')' | b'=');
        if !safe && !bytes[i].is_ascii_alphanumeric() {
            return Some(
                "a prefix or suffix of keys is made of letters, digits and `/ ! - _ . ' ( ) =`",
            );
        }
        i += 1;
    }
    None
}

/// Whether keys of one prefix may be keys of another.
pub(crate) fn overlap(one: &str, other: &str) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Place::Table => "table",
            Place::Bucket => "bucket",
        })
    }
}

impl<T: crate::Item> Stored for T {
    const WHAT: &'static str = T::NAME;
    const PLACE: Place = Place::Table;
    const CHECKED: () = crate::contract::check_item::<T>();
}
