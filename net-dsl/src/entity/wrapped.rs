//! Whatever wraps a handle is one: references of any depth, boxes, shared pointers, lazy statics.

use super::Handle;
use crate::{
    Name,
    facts::Facts,
    link::{
        Broadcast, Callee, Front, Notified, RuleTarget, Runs, Selection, Sink, Source, Store,
        Subscriber,
    },
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
    ($($wrapper:ty $(, $closure:ident)?;)*) => {
        $(
            #[diagnostic::do_not_recommend]
            impl<T: Handle $(, $closure: FnOnce() -> T)?> Handle for $wrapper {
                fn name(&self) -> &Name {
                    (**self).name()
                }

                fn facts(&self) -> Facts {
                    (**self).facts()
                }
            }

            #[diagnostic::do_not_recommend]
            impl<T: Runs $(, $closure: FnOnce() -> T)?> Runs for $wrapper {
                type Contract = T::Contract;
                type Code = T::Code;
            }

            #[diagnostic::do_not_recommend]
            impl<T: Source $(, $closure: FnOnce() -> T)?> Source for $wrapper {
                type Payload = T::Payload;
                type Delivery = T::Delivery;

                fn selection(&self) -> Selection {
                    Source::selection(&**self)
                }
            }

            #[diagnostic::do_not_recommend]
            impl<T: Sink $(, $closure: FnOnce() -> T)?> Sink for $wrapper {
                type Message = T::Message;
                const ORDERED: bool = T::ORDERED;
            }

            #[diagnostic::do_not_recommend]
            impl<T: Store $(, $closure: FnOnce() -> T)?> Store for $wrapper {
                type Item = T::Item;
            }

            #[diagnostic::do_not_recommend]
            impl<T: Callee $(, $closure: FnOnce() -> T)?> Callee for $wrapper {
                type Service = T::Service;
            }

            #[diagnostic::do_not_recommend]
            impl<T: Broadcast $(, $closure: FnOnce() -> T)?> Broadcast for $wrapper {
                type Message = T::Message;
                type How = T::How;
                type Delivery = T::Delivery;

                fn selection(&self) -> Selection {
                    Broadcast::selection(&**self)
                }
            }

            #[diagnostic::do_not_recommend]
            impl<M, T: Subscriber<M> $(, $closure: FnOnce() -> T)?> Subscriber<M> for $wrapper {}

            #[diagnostic::do_not_recommend]
            impl<M, T: Notified<M> $(, $closure: FnOnce() -> T)?> Notified<M> for $wrapper {}

            #[diagnostic::do_not_recommend]
            impl<M, T: RuleTarget<M> $(, $closure: FnOnce() -> T)?> RuleTarget<M> for $wrapper {}

            #[diagnostic::do_not_recommend]
            impl<T: Front $(, $closure: FnOnce() -> T)?> Front for $wrapper {
                type Gate = T::Gate;
            }

            #[diagnostic::do_not_recommend]
            impl<T: Refers $(, $closure: FnOnce() -> T)?> Refers for $wrapper {}

            #[diagnostic::do_not_recommend]
            impl<T: HasArn $(, $closure: FnOnce() -> T)?> HasArn for $wrapper {
                const ARN: Option<&'static str> = T::ARN;
            }

            #[diagnostic::do_not_recommend]
            impl<R, T: Makes<R> $(, $closure: FnOnce() -> T)?> Makes<R> for $wrapper {
                const PART: &'static str = T::PART;
            }
        )*
    };
}

wrappers! {
    &T;
    Box<T>;
    Rc<T>;
    Arc<T>;
    LazyCell<T, F>, F;
    LazyLock<T, F>, F;
    unsync::Lazy<T, F>, F;
    sync::Lazy<T, F>, F;
}
