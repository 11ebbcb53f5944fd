//! What a network is added up from, besides links: handles, networks, and collections of such.

use super::Network;
use crate::Handle;

/// What can be added to a network: whatever is `Into<Network>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be added to a network",
    label = "links, networks and references to entities are added",
    note = "an entity is added by reference: `network + &entity`",
    note = "a builder becomes an entity with `.build()`: `network + &builder.build()`"
)]
pub trait Summand {
    #[doc(hidden)]
    fn network(self) -> Network;
}

// Whoever added something else wants no list of all that is `Into<Network>`.
#[diagnostic::do_not_recommend]
impl<N: Into<Network>> Summand for N {
    fn network(self) -> Network {
        self.into()
    }
}

impl<H: Handle> From<&H> for Network {
    /// The network of just this entity.
    fn from(handle: &H) -> Network {
        handle.network()
    }
}

impl From<&Network> for Network {
    /// A copy: `a + &b == a + b.clone()`. O(n).
    fn from(network: &Network) -> Network {
        network.clone()
    }
}

impl<R: Into<Network>> From<Option<R>> for Network {
    /// `a + Some(b) == a + b`, `a + None == a`.
    fn from(part: Option<R>) -> Network {
        part.map_or_else(Network::empty, Into::into)
    }
}

impl<R: Into<Network>> From<Vec<R>> for Network {
    /// The sum: `a + vec![b, c] == a + b + c`.
    fn from(parts: Vec<R>) -> Network {
        parts.into_iter().sum()
    }
}

impl<R: Into<Network>, const N: usize> From<[R; N]> for Network {
    /// The sum: `a + [b, c] == a + b + c`.
    fn from(parts: [R; N]) -> Network {
        parts.into_iter().sum()
    }
}

macro_rules! tuples {
    ($first:ident $($rest:ident)*) => {
        impl<$first: Into<Network>, $($rest: Into<Network>),*> From<($first, $($rest,)*)> for Network {
            /// The sum of summands of several types: `a + (b, c) == a + b + c`.
            fn from(parts: ($first, $($rest,)*)) -> Network {
                #[expect(non_snake_case, reason = "a part is called what its type is")]
                let ($first, $($rest,)*) = parts;
                $first.into() $(+ $rest)*
            }
        }
        tuples! { $($rest)* }
    };
    () => {};
}

tuples! { A B C D E F G H I J K L }
