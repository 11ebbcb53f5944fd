//! Whatever wraps a handle is one: references of any depth, boxes, shared pointers, lazy statics.

use super::Handle;
use crate::{
    Name,
    facts::Facts,
    link::{Broadcast, Callee, Front, Notified, Runs, Selection, Sink, Source, Store, Subscriber},
    property::Makes,
    reference::{HasArn, Refers},
};
use once_cell::{sync, unsync};
use std::{
    cell::LazyCell,
    rc::Rc,
    sync::{Arc, LazyLock},
};

// One implementation for each wrapper and not one for all that `Deref`: where something is no handle,
// the compiler would say of it that it does not `Deref`.
macro_rules! wrappers {
    ($($wrapper:ty)*) => {
        $(
            #[diagnostic::do_not_recommend]
            impl<T: Handle> Handle for $wrapper {
                fn name(&self) -> &Name {
                    (**self).name()
                }

                fn facts(&self) -> Facts {
                    (**self).facts()
                }
            }

            #[diagnostic::do_not_recommend]
            impl<T: Runs> Runs for $wrapper {
                type Contract = T::Contract;
                type Code = T::Code;
            }

            #[diagnostic::do_not_recommend]
            impl<T: Source> Source for $wrapper {
                type Payload = T::Payload;
                type Delivery = T::Delivery;

                fn selection(&self) -> Selection {
                    Source::selection(&**self)
                }
            }

            #[diagnostic::do_not_recommend]
            impl<T: Sink> Sink for $wrapper {
                type Message = T::Message;
                const ORDERED: bool = T::ORDERED;
            }

            #[diagnostic::do_not_recommend]
            impl<T: Store> Store for $wrapper {
                type Item = T::Item;
            }

            #[diagnostic::do_not_recommend]
            impl<T: Callee> Callee for $wrapper {
                type Service = T::Service;
            }

            #[diagnostic::do_not_recommend]
            impl<T: Broadcast> Broadcast for $wrapper {
                type Message = T::Message;
                type How = T::How;

                fn selection(&self) -> Selection {
                    Broadcast::selection(&**self)
                }
            }

            #[diagnostic::do_not_recommend]
            impl<M, T: Subscriber<M>> Subscriber<M> for $wrapper {}

            #[diagnostic::do_not_recommend]
            impl<M, T: Notified<M>> Notified<M> for $wrapper {}

            #[diagnostic::do_not_recommend]
            impl<T: Front> Front for $wrapper {
                type Gate = T::Gate;
            }

            #[diagnostic::do_not_recommend]
            impl<T: Refers> Refers for $wrapper {}

            #[diagnostic::do_not_recommend]
            impl<T: HasArn> HasArn for $wrapper {
                const ARN: Option<&'static str> = T::ARN;
            }

            #[diagnostic::do_not_recommend]
            impl<R, T: Makes<R>> Makes<R> for $wrapper {
                const PART: &'static str = T::PART;
            }
        )*
    };
}

wrappers! {
    &T
    Box<T>
    Rc<T>
    Arc<T>
    LazyCell<T>
    LazyLock<T>
    unsync::Lazy<T>
    sync::Lazy<T>
}
