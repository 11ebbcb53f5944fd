//! What code and network are both held to: messages, items, services and contracts.

use crate::facts::scalar_enum;
use std::fmt;

scalar_enum! {
    /// How one entity is linked to another, or what a contract needs.
    pub enum Verb {
        /// A source starts a function.
        Triggers = "triggers",
        /// An HTTP API hands requests to a function and its answers back.
        Routes = "routes",
        /// A topic copies its messages to a queue.
        FansOut = "fans-out",
        /// A function hands a message over and goes on.
        Sends = "sends",
        /// A function asks another and waits for the answer.
        Asks = "asks",
        /// A function reads items of a table.
        Reads = "reads",
        /// A function writes items of a table.
        Writes = "writes",
        /// A function calls a service over HTTP.
        Calls = "calls",
    }
}

/// A type that travels between functions, and what it is called on the way.
///
/// Its name is part of addresses and diagrams; two messages of one network need two names.
/// [`messages!`](crate::messages) names types after themselves.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a message",
    label = "this type cannot travel between functions yet",
    note = "write `messages! {{ {Self} }}` beside the type to make it one"
)]
pub trait Message: 'static {
    /// What the message is called.
    const NAME: &'static str;
}

impl Message for () {
    const NAME: &'static str = "()";
}

/// A message that a FIFO queue can order: it names the group inside which order is kept.
///
/// ```
/// use net_dsl::prelude::*;
///
/// pub struct Command { device: String }
/// messages! { Command }
/// impl Grouped for Command {
///     fn group(&self) -> String { self.device.clone() }
/// }
/// let commands = FifoQueue::<Command>::builder().name(name!("commands")).build();
/// # let _ = commands;
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name its group, so a FIFO queue cannot order it",
    label = "this message has no group",
    note = "write `impl Grouped for {Self}`, or use a standard `Queue<{Self}>`"
)]
pub trait Grouped: Message {
    /// The group inside which messages stay in order; at most 128 characters (SQS).
    fn group(&self) -> String;
}

/// A message that is asked and answered.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a request: it has no reply",
    label = "nothing can be asked with this message",
    note = "write `impl Request for {Self} {{ type Reply = …; }}`"
)]
pub trait Request: Message {
    /// What answers it.
    type Reply: Message;
}

/// Names types after themselves, so that they can travel as [`Message`]s.
///
/// ```
/// use net_dsl::prelude::*;
///
/// pub struct Order;
/// pub struct Receipt;
/// messages! { Order, Receipt }
/// assert_eq!(<Order as Message>::NAME, "Order");
/// ```
#[macro_export]
macro_rules! messages {
    ($($message:ident),+ $(,)?) => {
        $(impl $crate::Message for $message {
            const NAME: &'static str = stringify!($message);
        })+
    };
}

/// The type of a key attribute of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyType {
    /// A text.
    Text,
    /// A number.
    Number,
    /// Bytes.
    Binary,
}

impl KeyType {
    /// DynamoDB's letter for the type.
    pub const fn letter(self) -> &'static str {
        match self {
            KeyType::Text => "S",
            KeyType::Number => "N",
            KeyType::Binary => "B",
        }
    }
}

/// A key attribute of a table: its name in the item and its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    pub(crate) name: &'static str,
    pub(crate) key_type: KeyType,
}

impl Key {
    /// A key that is text. 1 to 255 bytes of name (DynamoDB), checked while compiling.
    pub const fn text(name: &'static str) -> Key {
        Key::of(name, KeyType::Text)
    }

    /// A key that is a number.
    pub const fn number(name: &'static str) -> Key {
        Key::of(name, KeyType::Number)
    }

    /// A key that is bytes.
    pub const fn binary(name: &'static str) -> Key {
        Key::of(name, KeyType::Binary)
    }

    const fn of(name: &'static str, key_type: KeyType) -> Key {
        assert!(
            !name.is_empty() && name.len() <= 255,
            "a key attribute's name is 1 to 255 bytes long"
        );
        Key { name, key_type }
    }

    /// The attribute's name.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// The attribute's type.
    pub const fn key_type(self) -> KeyType {
        self.key_type
    }
}

/// What a table holds, with the keys it is found by.
///
/// The one place that says so: the plan makes the table from it, and the code reads and writes
/// by it.
///
/// ```
/// use net_dsl::prelude::*;
///
/// pub struct Grant;
/// impl Item for Grant {
///     const NAME: &'static str = "Grant";
///     const PARTITION: Key = Key::text("user");
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an item of a table",
    label = "this type has no keys to be stored by",
    note = "write `impl Item for {Self}` with its name and its `PARTITION` key"
)]
pub trait Item: 'static {
    /// What the item is called.
    const NAME: &'static str;
    /// The partition key.
    const PARTITION: Key;
    /// The sort key, where one partition holds several items.
    const SORT: Option<Key> = None;
    /// The attribute with the second since 1970 after which the item may vanish. DynamoDB
    /// deletes late, so readers must look at it too.
    const EXPIRES: Option<&'static str> = None;
}

/// A marker for a service outside the network, or for an HTTP API that functions call.
///
/// [`services!`](crate::services) declares them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a service",
    label = "this type marks nothing that can be called",
    note = "declare the marker with `services! {{ … {Self} … }}`"
)]
pub trait Service: 'static {
    /// What the service is called.
    const NAME: &'static str;
}

/// Declares marker types for services.
///
/// ```
/// use net_dsl::prelude::*;
///
/// services! {
///     /// The manufacturer's HTTP API.
///     pub DeviceCloud,
/// }
/// assert_eq!(<DeviceCloud as Service>::NAME, "DeviceCloud");
/// ```
#[macro_export]
macro_rules! services {
    ($($(#[$doc:meta])* $visibility:vis $service:ident),+ $(,)?) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        $visibility enum $service {}

        impl $crate::Service for $service {
            const NAME: &'static str = stringify!($service);
        })+
    };
}

/// Something a contract's code uses and a network must provide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    /// What the code does with it.
    pub verb: Verb,
    /// The message, item or service.
    pub what: &'static str,
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb, self.what)
    }
}

/// What a function takes, gives and needs; declared with [`contract!`](crate::contract).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a contract",
    label = "no function can be held to this",
    note = "declare it: `contract! {{ pub {Self}: Input => Output {{ }} }}`"
)]
pub trait Contract: Sized + 'static {
    /// What starts the function.
    type Input: Message;
    /// What the function answers to whoever waits.
    type Output: Message;
    /// What the contract is called.
    const NAME: &'static str;
    /// Everything the code uses.
    const NEEDS: &'static [Need];
}

/// The contract takes `M` as its input.
#[diagnostic::on_unimplemented(
    message = "a function under contract `{Self}` does not take `{M}`",
    label = "what arrives here is `{M}`, which is not `{Self}`'s input",
    note = "link a source of `{Self}`'s input, or declare `{Self}: {M} => …` in its `contract!`"
)]
pub trait Takes<M>: Contract {}

/// The contract sends messages `M`.
#[diagnostic::on_unimplemented(
    message = "contract `{Self}` does not declare that it sends `{M}`",
    label = "`{Self}` has no `sends {M}`",
    note = "add `sends {M},` to `{Self}` in its `contract!`, or link a queue, topic or function of a message it sends"
)]
pub trait Sends<M>: Contract {
    /// The group of a message that names one: transport, and none of the code's business.
    #[doc(hidden)]
    fn group(message: &M) -> Option<String> {
        let _ = message;
        None
    }
}

/// Finds out, where a contract is declared and its types are known, whether a message names its
/// group: a method of the value itself is taken before one of a reference to it.
#[doc(hidden)]
#[derive(Debug)]
pub struct GroupProbe<'m, M>(pub &'m M);

#[doc(hidden)]
pub trait GroupOfGrouped {
    fn group(&self) -> Option<String>;
}

#[doc(hidden)]
pub trait GroupOfAny {
    fn group(&self) -> Option<String>;
}

impl<M: Grouped> GroupOfGrouped for GroupProbe<'_, M> {
    fn group(&self) -> Option<String> {
        Some(self.0.group())
    }
}

impl<M> GroupOfAny for &GroupProbe<'_, M> {
    fn group(&self) -> Option<String> {
        None
    }
}

/// The contract asks `R` and waits for the reply.
#[diagnostic::on_unimplemented(
    message = "contract `{Self}` does not declare that it asks `{R}`",
    label = "`{Self}` has no `asks {R}`",
    note = "add `asks {R},` to `{Self}` in its `contract!`, or link a function that takes a request it asks"
)]
pub trait Asks<R>: Contract {
    /// `R` itself, which is one.
    type Request: Request;
}

/// The contract answers `R` with `A`.
#[diagnostic::on_unimplemented(
    message = "a function under contract `{Self}` does not answer `{R}` with `{A}`",
    label = "the reply to `{R}` is `{A}`, which is not `{Self}`'s output",
    note = "declare `{Self}: {R} => {A}` in its `contract!`, or change the reply in `impl Request for {R}`"
)]
pub trait Answers<R, A>: Contract {}

/// The contract reads items `T`.
#[diagnostic::on_unimplemented(
    message = "contract `{Self}` does not declare that it reads `{T}`",
    label = "`{Self}` has no `reads {T}`",
    note = "add `reads {T},` to `{Self}` in its `contract!`, or link a table of an item it reads"
)]
pub trait ReadsItem<T>: Contract {}

/// The contract writes items `T`.
#[diagnostic::on_unimplemented(
    message = "contract `{Self}` does not declare that it writes `{T}`",
    label = "`{Self}` has no `writes {T}`",
    note = "add `writes {T},` to `{Self}` in its `contract!`, or link a table of an item it writes"
)]
pub trait WritesItem<T>: Contract {}

/// The contract calls service `S`.
#[diagnostic::on_unimplemented(
    message = "contract `{Self}` does not declare that it calls `{S}`",
    label = "`{Self}` has no `calls {S}`",
    note = "add `calls {S},` to `{Self}` in its `contract!`, or link a service it calls"
)]
pub trait CallsService<S>: Contract {}

/// Declares contracts: what a function takes, gives, and may use.
///
/// A need is `sends Message`, `asks Request`, `reads Item`, `writes Item` or `calls Service`.
/// On the network's side a link compiles only if it serves a need; on the code's side the need is
/// all that the code can reach.
///
/// ```
/// use net_dsl::prelude::*;
///
/// pub struct Order;
/// pub struct Receipt;
/// messages! { Order, Receipt }
///
/// contract! {
///     /// Takes orders, and promises a receipt.
///     pub Till: Order => () {
///         sends Receipt,
///     }
/// }
/// assert_eq!(Till::NEEDS[0].to_string(), "sends Receipt");
/// ```
#[macro_export]
macro_rules! contract {
    ($($(#[$doc:meta])* $visibility:vis $name:ident: $input:ty => $output:ty {
        $($verb:ident $what:ty),* $(,)?
    })+) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        $visibility enum $name {}

        impl $crate::Contract for $name {
            type Input = $input;
            type Output = $output;
            const NAME: &'static str = stringify!($name);
            const NEEDS: &'static [$crate::Need] = &[$($crate::contract!(@need $verb $what)),*];
        }

        impl $crate::Takes<$input> for $name {}
        impl $crate::Answers<$input, $output> for $name {}
        $($crate::contract!(@implement $name $verb $what);)*)+
    };
    (@need sends $what:ty) => { $crate::contract!(@need Sends Message $what) };
    (@need asks $what:ty) => { $crate::contract!(@need Asks Message $what) };
    (@need reads $what:ty) => { $crate::contract!(@need Reads Item $what) };
    (@need writes $what:ty) => { $crate::contract!(@need Writes Item $what) };
    (@need calls $what:ty) => { $crate::contract!(@need Calls Service $what) };
    (@need $verb:ident $kind:ident $what:ty) => {
        $crate::Need { verb: $crate::Verb::$verb, what: <$what as $crate::$kind>::NAME }
    };
    (@need $verb:ident $what:ty) => {
        compile_error!(concat!(
            "a need is `sends`, `asks`, `reads`, `writes` or `calls`, not `",
            stringify!($verb),
            "`"
        ))
    };
    (@implement $name:ident sends $what:ty) => {
        impl $crate::Sends<$what> for $name {
            fn group(message: &$what) -> ::std::option::Option<::std::string::String> {
                use $crate::{GroupOfAny as _, GroupOfGrouped as _};
                (&$crate::GroupProbe(message)).group()
            }
        }
    };
    (@implement $name:ident asks $what:ty) => {
        impl $crate::Asks<$what> for $name {
            type Request = $what;
        }
    };
    (@implement $name:ident reads $what:ty) => { impl $crate::ReadsItem<$what> for $name {} };
    (@implement $name:ident writes $what:ty) => { impl $crate::WritesItem<$what> for $name {} };
    (@implement $name:ident calls $what:ty) => { impl $crate::CallsService<$what> for $name {} };
    (@implement $name:ident $verb:ident $what:ty) => {};
}
