//! What code and network are both held to: messages, items, services and contracts.

mod syntax;

use crate::{
    Verb, binding,
    entity::bucket::{Place, Stored},
};
use smol_str::SmolStr;
use std::fmt;

/// A type that travels between functions, and what it is called on the way.
///
/// Its name is part of addresses and diagrams; two messages of one contract need two names.
/// [`messages!`](crate::messages) names types after themselves.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a message",
    label = "this type cannot travel between functions",
    note = "a type of your own can: write `messages! {{ {Self} }}` beside it; a list or a tuple goes into a struct of your own",
    note = "`Tick`, `Change`, `HttpRequest`, `HttpResponse` and `RawBody` only start a run or end it; put what travels of them into a message, bytes as a text"
)]
pub trait Message: 'static {
    /// What the message is called: one line of 1 to 128 characters.
    const NAME: &'static str;
}

impl Message for () {
    const NAME: &'static str = "()";
}

/// What starts a run of a function or ends it: a message, or what one kind of source hands over and
/// no queue can take, such as a [`Tick`](crate::Tick).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a message",
    label = "no run of a function starts or ends with this type",
    note = "a type of your own can: write `messages! {{ {Self} }}` beside it; a list or a tuple goes into a struct of your own",
    note = "an error is no answer: the contract names what is answered if all goes well, and the handler returns `Result<_, BoxError>`"
)]
pub trait Payload: 'static {
    /// What it is called.
    const NAME: &'static str;
}

impl<M: Message> Payload for M {
    const NAME: &'static str = M::NAME;
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
/// `#[cfg(…)]` may stand before each. A type with parameters has its `impl Message` written out.
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
    ($($(#[$attribute:meta])* $message:ident),* $(,)?) => {
        $(
            $(#[$attribute])*
            impl $crate::Message for $message {
                const NAME: &'static ::core::primitive::str = ::core::stringify!($message);
            }
        )*
    };
    ($($wrong:tt)*) => { $crate::__wrong_messages! { $($wrong)* } };
}

/// What is wrong with the first message that [`messages!`](crate::messages) cannot read.
#[doc(hidden)]
#[macro_export]
macro_rules! __wrong_messages {
    (@say $what:literal) => {
        ::core::compile_error!(::core::concat!($what, ", as in `messages! { Order, Receipt }`"));
    };
    ($(#[$attribute:meta])* struct $($rest:tt)*) => {
        $crate::__wrong_messages! { @say "a type is declared on its own, and then named here" }
    };
    ($(#[$attribute:meta])* enum $($rest:tt)*) => {
        $crate::__wrong_messages! { @say "a type is declared on its own, and then named here" }
    };
    ($(#[$attribute:meta])* pub $($rest:tt)*) => {
        $crate::__wrong_messages! { @say "a message is as public as its type: only the name of the type stands here" }
    };
    ($(#[$attribute:meta])* $message:ident, $($rest:tt)*) => {
        $crate::__wrong_messages! { $($rest)* }
    };
    ($(#[$attribute:meta])* $message:ident; $($rest:tt)*) => {
        $crate::__wrong_messages! { @say "`,`, not `;`, stands between messages" }
    };
    ($(#[$attribute:meta])* $message:ident :: $($rest:tt)*) => {
        $crate::__wrong_messages! { @say "a message is named without a path, in the module of its type" }
    };
    ($(#[$attribute:meta])* $message:ident < $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "a message with parameters is written out, as in `impl<T: Message> Message for ",
            ::core::stringify!($message), "<T> { const NAME: &'static str = \"",
            ::core::stringify!($message), "\"; }`"
        ));
    };
    ($(#[$attribute:meta])* $message:ident => $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "a reply is declared on its own, as in `impl Request for ", ::core::stringify!($message),
            " { type Reply = …; }`"
        ));
    };
    ($(#[$attribute:meta])* $message:ident $next:ident $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "`,` is missing between messages, before `", ::core::stringify!($next), "`"
        ));
    };
    ($($anything:tt)*) => {
        $crate::__wrong_messages! { @say "`messages!` takes names of types with `,` between" }
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
    ($($(#[$($attribute:tt)*])* $visibility:vis $service:ident),* $(,)?) => {
        $(
            $(#[$($attribute)*])*
            #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
            $visibility enum $service {}

            $crate::__service! { [] [$(#[$($attribute)*])*] $service }
        )*
    };
    ($($wrong:tt)*) => { $crate::__wrong_services! { $($wrong)* } };
}

/// What [`services!`](crate::services) implements: of a marker's attributes only `#[cfg(…)]` counts.
#[doc(hidden)]
#[macro_export]
macro_rules! __service {
    ([$($cfg:tt)*] [#[cfg($($condition:tt)*)] $($attribute:tt)*] $service:ident) => {
        $crate::__service! { [$($cfg)* #[cfg($($condition)*)]] [$($attribute)*] $service }
    };
    ([$($cfg:tt)*] [#[$($other:tt)*] $($attribute:tt)*] $service:ident) => {
        $crate::__service! { [$($cfg)*] [$($attribute)*] $service }
    };
    ([$($cfg:tt)*] [] $service:ident) => {
        $($cfg)*
        impl $crate::Service for $service {
            const NAME: &'static ::core::primitive::str = ::core::stringify!($service);
        }
    };
}

/// What is wrong with the first service that [`services!`](crate::services) cannot read.
#[doc(hidden)]
#[macro_export]
macro_rules! __wrong_services {
    (@say $what:literal) => {
        ::core::compile_error!(::core::concat!($what, ", as in `services! { pub Bank, pub Post }`"));
    };
    ($(#[$($attribute:tt)*])* $visibility:vis struct $($rest:tt)*) => {
        $crate::__wrong_services! { @say "`services!` declares the type itself, without `struct`" }
    };
    ($(#[$($attribute:tt)*])* $visibility:vis enum $($rest:tt)*) => {
        $crate::__wrong_services! { @say "`services!` declares the type itself, without `enum`" }
    };
    ($(#[$($attribute:tt)*])* $visibility:vis $service:ident, $($rest:tt)*) => {
        $crate::__wrong_services! { $($rest)* }
    };
    ($(#[$($attribute:tt)*])* $visibility:vis $service:ident; $($rest:tt)*) => {
        $crate::__wrong_services! { @say "`,`, not `;`, stands between services" }
    };
    ($($anything:tt)*) => {
        $crate::__wrong_services! { @say "`services!` takes names with `,` between; a base URL is for `ExternalService::builder()`" }
    };
}

/// Something a contract's code uses and a network must provide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    /// What the code does with it.
    pub verb: Verb,
    /// The message, item, object or service.
    pub what: &'static str,
    /// Where what is read or written lies.
    pub place: Option<Place>,
}

impl Need {
    #[doc(hidden)]
    #[track_caller]
    pub const fn message<M: Message>(verb: Verb) -> Need {
        check_name(M::NAME);
        Need { verb, what: M::NAME, place: None }
    }

    #[doc(hidden)]
    #[track_caller]
    pub const fn stored<T: Stored>(verb: Verb) -> Need {
        let () = T::CHECKED;
        Need { verb, what: T::WHAT, place: Some(T::PLACE) }
    }

    #[doc(hidden)]
    #[track_caller]
    pub const fn service<S: Service>(verb: Verb) -> Need {
        check_name(S::NAME);
        Need { verb, what: S::NAME, place: None }
    }

    /// The environment variable that binds it.
    pub fn variable(self) -> SmolStr {
        match self.place {
            Some(Place::Bucket) => binding::bucket_variable(self.what),
            Some(Place::Table) | None => binding::variable(self.verb, self.what),
        }
    }

    /// Whether no two needs of one verb are bound by one environment variable.
    #[doc(hidden)]
    pub const fn are_distinct(needs: &[Need]) -> bool {
        let mut i = 0;
        while i < needs.len() {
            let mut j = 0;
            while j < i {
                if needs[i].verb as u8 == needs[j].verb as u8
                    && binding::is_one(needs[i].what, needs[j].what)
                {
                    return false;
                }
                j += 1;
            }
            i += 1;
        }
        true
    }
}

/// Refuses what cannot be shown in one line: the name is part of reports, diagrams and variables.
#[track_caller]
pub(crate) const fn check_name(name: &str) {
    let bytes = name.as_bytes();
    assert!(
        !bytes.is_empty() && bytes.len() <= 128,
        "what a message, an item or a service is called is 1 to 128 characters long"
    );
    let mut i = 0;
    while i < bytes.len() {
        assert!(
            !bytes[i].is_ascii_control(),
            "what a message, an item or a service is called is one line"
        );
        i += 1;
    }
}

/// Refuses an item that DynamoDB would refuse a table for.
#[track_caller]
pub(crate) const fn check_item<T: Item>() {
    check_name(T::NAME);
    let (partition, expires) = (T::PARTITION, T::EXPIRES);
    if let Some(sort) = T::SORT {
        assert!(
            !is_same(partition.name, sort.name),
            "an item's `SORT` key is another attribute than its `PARTITION` key"
        );
        if let Some(expires) = expires {
            check_expires(expires, sort);
        }
    }
    if let Some(expires) = expires {
        assert!(
            !expires.is_empty() && expires.len() <= 255,
            "the name of the attribute `EXPIRES` is 1 to 255 bytes long"
        );
        check_expires(expires, partition);
    }
}

/// DynamoDB expires items by an attribute of the type number ("Using time to live (TTL)").
#[track_caller]
const fn check_expires(expires: &str, key: Key) {
    assert!(
        !is_same(expires, key.name) || matches!(key.key_type, KeyType::Number),
        "the attribute `EXPIRES` is a number of seconds, and this key is none"
    );
}

const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut i = 0;
    while i < one.len() && i < other.len() && one[i] == other[i] {
        i += 1;
    }
    i == one.len() && i == other.len()
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
    type Input: Payload;
    /// What the function answers to whoever waits.
    type Output: Payload;
    /// What the contract is called.
    const NAME: &'static str;
    /// Everything the code uses.
    const NEEDS: &'static [Need];
    /// Contracts are declared by `contract!` alone, so that code and network are held to one text.
    #[doc(hidden)]
    const DECLARED_BY_CONTRACT_MACRO: ();
}

/// The contract takes `M` as its input.
#[diagnostic::on_unimplemented(
    message = "a function under contract `{Self}` does not take `{M}`",
    label = "what arrives here is `{M}`, which is not `{Self}`'s input",
    note = "link a source of `{Self}`'s input, or declare `{Self}: {M} => …` in its `contract!`"
)]
pub trait Takes<M>: Contract {
    #[doc(hidden)]
    const DECLARED_BY_CONTRACT_MACRO: ();
}

/// The contract sends messages `M`.
#[diagnostic::on_unimplemented(
    message = "contract `{Self}` does not declare that it sends `{M}`",
    label = "`{Self}` has no `sends {M}`",
    note = "add `sends {M},` to `{Self}` in its `contract!`, or link a queue, topic or function of a message it sends"
)]
pub trait Sends<M>: Contract {
    #[doc(hidden)]
    const DECLARED_BY_CONTRACT_MACRO: Need;

    /// Whether the contract knows that its messages name their group.
    #[doc(hidden)]
    const GROUPED: bool;

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
    fn __group(&self) -> Option<String>;
}

#[doc(hidden)]
pub trait GroupOfAny {
    fn __group(&self) -> Option<String>;
}

impl<M: Grouped> GroupOfGrouped for GroupProbe<'_, M> {
    fn __group(&self) -> Option<String> {
        Some(self.0.group())
    }
}

impl<M> GroupOfAny for &GroupProbe<'_, M> {
    fn __group(&self) -> Option<String> {
        None
    }
}

/// The same without a value: a constant of the type itself is taken before one of its traits.
#[doc(hidden)]
#[derive(Debug)]
pub struct IsGrouped<M>(std::marker::PhantomData<M>);

impl<M: Grouped> IsGrouped<M> {
    #[doc(hidden)]
    pub const GROUPED: bool = true;
}

#[doc(hidden)]
pub trait IsAny {
    const GROUPED: bool = false;
}

impl<M> IsAny for IsGrouped<M> {}

/// The contract asks `R` and waits for the reply.
#[diagnostic::on_unimplemented(
    message = "contract `{Self}` does not declare that it asks `{R}`",
    label = "`{Self}` has no `asks {R}`",
    note = "add `asks {R},` to `{Self}` in its `contract!`, or link a function that takes a request it asks"
)]
pub trait Asks<R>: Contract {
    #[doc(hidden)]
    const DECLARED_BY_CONTRACT_MACRO: Need;

    /// `R` itself, which is one.
    type Request: Request;
}

/// The contract answers with `A`.
#[diagnostic::on_unimplemented(
    message = "a function under contract `{Self}` does not answer with `{A}`",
    label = "`{A}` is waited for here, which is not `{Self}`'s output",
    note = "declare `{Self}: … => {A}` in its `contract!`",
    note = "whoever asks waits for the `Reply` in the request's `impl Request`, a skill for that of its directive, an HTTP API for an `HttpResponse`"
)]
pub trait Answers<A>: Contract {
    #[doc(hidden)]
    const DECLARED_BY_CONTRACT_MACRO: ();
}

/// The contract reads items `T`.
#[diagnostic::on_unimplemented(
    message = "contract `{Self}` does not declare that it reads `{T}`",
    label = "`{Self}` has no `reads {T}`",
    note = "add `reads {T},` to `{Self}` in its `contract!`, or link a table of an item it reads"
)]
pub trait ReadsItem<T>: Contract {
    #[doc(hidden)]
    const DECLARED_BY_CONTRACT_MACRO: Need;
}

/// The contract writes items `T`.
#[diagnostic::on_unimplemented(
    message = "contract `{Self}` does not declare that it writes `{T}`",
    label = "`{Self}` has no `writes {T}`",
    note = "add `writes {T},` to `{Self}` in its `contract!`, or link a table of an item it writes"
)]
pub trait WritesItem<T>: Contract {
    #[doc(hidden)]
    const DECLARED_BY_CONTRACT_MACRO: Need;
}

/// The contract calls service `S`.
#[diagnostic::on_unimplemented(
    message = "contract `{Self}` does not declare that it calls `{S}`",
    label = "`{Self}` has no `calls {S}`",
    note = "add `calls {S},` to `{Self}` in its `contract!`, or link a service it calls"
)]
pub trait CallsService<S>: Contract {
    #[doc(hidden)]
    const DECLARED_BY_CONTRACT_MACRO: Need;
}
