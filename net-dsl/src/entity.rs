//! The entities a network is made of: a typed handle each, with a builder.
//!
//! A handle is what links are written with; its [`Facts`] are what the network keeps. An attribute
//! left out of a builder stays unset, so that another brick may set it: a handle with only a name
//! and a memory size is an overlay that tunes memory.

pub mod alexa_skill;
pub mod bucket;
pub mod event_bus;
pub mod external_service;
pub mod fifo_queue;
pub mod function;
pub mod http_api;
mod kind;
pub mod queue;
pub mod raw;
pub mod schedule;
pub mod table;
pub mod topic;
mod wrapped;

use kind::{by_message, no_time};

pub use kind::{Descriptor, Holds, Kind, Shape, Starts, Unlinked};

use crate::{
    Bounded, Id, Name, Named, Network,
    facts::{Attribute, Facts, scalar_enum},
    given::given,
    range,
};
use smol_str::SmolStr;

scalar_enum! {
    /// What becomes of a stateful resource when its stack drops it.
    pub enum Removal {
        /// It stays, with its data.
        Retain = "retain",
        /// It goes, with its data.
        Delete = "delete",
    }
}

/// What the entity is.
pub const KIND: Attribute<Kind> = Attribute::new("kind");
/// The message, item or service the entity is typed with.
pub const MESSAGE: Attribute<SmolStr> = Attribute::new("message");
/// The Rust type of that message, item or service, or of a function's contract: two types of one
/// name are two.
pub const TYPE: Attribute<SmolStr> = Attribute::new("type");
/// How soon whatever enters here must be done with, in seconds. It holds along the path until an
/// entity that sets its own.
pub const DEADLINE: Attribute<Bounded<range::Deadline>> = Attribute::new("deadline");
/// What becomes of the entity's data when its stack drops it.
pub const REMOVAL: Attribute<Removal> = Attribute::new("removal");
/// Whether [`Network::prefix`] was told to share the entity, which is then to be in the network.
pub const SHARED: Attribute<bool> = Attribute::new("shared");
/// The names, in conflict, of entities that [`Network::prefix`] gave one name.
pub const PREFIXED: Attribute<SmolStr> = Attribute::new("prefixed");

/// A typed handle on an entity: what builders make and links are written with.
///
/// A reference, a `Box`, an `Rc` or an `Arc` to a handle is a handle, as is a `LazyLock` or a
/// [`once_cell`](https://docs.rs/once_cell) `Lazy`, so that entities shared by several bricks can be
/// statics:
///
/// ```
/// use net_dsl::prelude::*;
/// use std::sync::LazyLock;
///
/// # pub struct Order; messages! { Order }
/// # contract! { pub Kitchen: Order => () {} }
/// static ORDERS: LazyLock<Queue<Order>> =
///     LazyLock::new(|| Queue::builder().name(name!("orders")).build());
///
/// # let kitchen = Function::<Kitchen>::builder().name(name!("kitchen")).build();
/// let network = Network::from(ORDERS.triggers(&kitchen));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an entity of a network",
    label = "links join functions, queues, topics, tables, schedules, APIs, services and skills",
    note = "pass a handle that a builder made with `.build()`, as in `Queue::<Order>::builder().name(name!(\"orders\")).build()`"
)]
pub trait Handle {
    /// What the entity is called, and where.
    fn name(&self) -> &Name;

    /// What the handle says about the entity.
    fn facts(&self) -> Facts;

    /// The network of just this entity.
    fn network(&self) -> Network {
        Network::entity(self.name().id().clone(), self.facts())
    }
}

#[diagnostic::do_not_recommend]
impl<H: Handle + ?Sized> Named for &H {
    fn id(&self) -> &Id {
        self.name().id()
    }
}

fn facts(kind: Kind, name: &Name) -> Facts {
    Facts::new(name.origin().clone()).with(KIND, kind)
}

/// The facts of an entity of `T`s, which are called `what`.
fn typed<T>(kind: Kind, name: &Name, what: &'static str) -> Facts {
    facts(kind, name)
        .with(MESSAGE, SmolStr::new_static(what))
        .with(TYPE, SmolStr::new_static(std::any::type_name::<T>()))
}

/// A sum may start with an entity: `&a + &b` is the network of both.
macro_rules! starts_a_sum {
    ($handle:ty $(, $parameter:ident: $bound:path)?) => {
        impl<$($parameter: $bound,)? R: crate::Summand> std::ops::Add<R> for &$handle {
            type Output = crate::Network;

            /// The network of just this entity, and another part.
            fn add(self, other: R) -> crate::Network {
                crate::Network::from(self) + other
            }
        }
    };
}
use starts_a_sum;

/// `Debug` as the name alone, and `Clone` and equality whatever the type parameter is: two handles
/// are equal if they name one entity and say the same of it.
macro_rules! handle_impls {
    ($handle:ident<$parameter:ident: $bound:path> { $($field:ident),* $(,)? }) => {
        impl<$parameter: $bound> std::fmt::Debug for $handle<$parameter> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($handle), "({})"), self.name)
            }
        }

        impl<$parameter: $bound> Clone for $handle<$parameter> {
            fn clone(&self) -> Self {
                $handle { $($field: self.$field.clone(),)* typed: std::marker::PhantomData }
            }
        }

        impl<$parameter: $bound> PartialEq for $handle<$parameter> {
            fn eq(&self, other: &Self) -> bool {
                $(self.$field == other.$field)&&*
            }
        }

        impl<$parameter: $bound> Eq for $handle<$parameter> {}

        impl<$parameter: $bound> std::hash::Hash for $handle<$parameter> {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                $(self.$field.hash(state);)*
            }
        }

        super::starts_a_sum!($handle<$parameter>, $parameter: $bound);
    };
}
use handle_impls;

given! {
    /// What becomes of data.
    GivenRemoval for Removal:
        "`{Self}` does not say what becomes of the data",
        "that is written `Removal::Retain` or `Removal::Delete`",
        "data is retained if nothing is said";
}
