//! What interfaces answer in their own words.

use crate::interface::{Interface, each_interface};
use serde_json::Value;

macro_rules! replies {
    ($($(#[$doc:meta])* $interface:ident: $type:path,)+) => {
        /// What an interface answers in its own words when a device has done what it was asked, where that is
        /// not `Alexa` `Response`: by the interface.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Reply {
            $($(#[$doc])* $interface(<$type as Interface>::Reply),)+
        }

        impl Reply {
            /// Interface, name and payload.
            pub(super) fn written(&self) -> (&'static str, &'static str, Value) {
                match self {
                    $(Reply::$interface(reply) => {
                        let (name, payload) = <$type>::write_reply(reply);
                        (<$type>::NAME, name, payload)
                    })+
                }
            }

            /// The answer of this name, if an interface has it.
            pub(super) fn read(
                namespace: &str,
                name: &str,
                payload: &Value,
            ) -> Result<Option<Reply>, String> {
                match namespace {
                    $(<$type>::NAME => {
                        Ok(<$type>::read_reply(name, payload)?.map(Reply::$interface))
                    })+
                    _ => Ok(None),
                }
            }
        }
    };
}

each_interface!(replies);
