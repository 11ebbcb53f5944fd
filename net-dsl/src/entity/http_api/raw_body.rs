//! Bytes of a body.

use crate::Message;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

/// The exact bytes of a request's or an answer's body, whatever they are.
///
/// For requests whose bytes count and not what they mean: a webhook's, whose signature covers them, or
/// an image. `HttpRequest<RawBody>` has the bytes that were sent, neither parsed nor decoded as text.
/// Text that travels as JSON is written as text, and other bytes as a list of numbers.
///
/// ```
/// use net_dsl::prelude::*;
///
/// contract! { pub Hook: HttpRequest<RawBody> => HttpResponse {} }
/// let api = HttpApi::builder().name(name!("hooks")).build();
/// let hook = Function::<Hook>::builder().name(name!("hook")).build();
/// let network = Network::from(api.routes(route!(POST "/paid" => RawBody), &hook));
///
/// let body = RawBody::from("{ }");
/// assert_eq!((body.as_bytes(), body.as_str()), (&b"{ }"[..], Some("{ }")));
/// assert_eq!(RawBody::from(vec![0xff]).as_str(), None);
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct RawBody(Vec<u8>);

impl RawBody {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes as text, if they are text in UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }

    /// The bytes themselves.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// What an HTTP request carries: a message, or a [`RawBody`], which no queue can take.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a message",
    label = "no request carries this type",
    note = "a type of your own can be: write `messages! {{ {Self} }}` beside it; the exact bytes of a request are a `RawBody`"
)]
pub trait Body: 'static {
    /// What it is called.
    const NAME: &'static str;
}

#[diagnostic::do_not_recommend]
impl<M: Message> Body for M {
    const NAME: &'static str = M::NAME;
}

impl Body for RawBody {
    const NAME: &'static str = "RawBody";
}

/// How long it is: what is in it may be a secret.
impl fmt::Debug for RawBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawBody({} bytes)", self.0.len())
    }
}

impl From<Vec<u8>> for RawBody {
    fn from(bytes: Vec<u8>) -> RawBody {
        RawBody(bytes)
    }
}

impl From<String> for RawBody {
    fn from(text: String) -> RawBody {
        RawBody(text.into_bytes())
    }
}

impl From<&str> for RawBody {
    fn from(text: &str) -> RawBody {
        RawBody(text.as_bytes().to_vec())
    }
}

impl PartialEq<str> for RawBody {
    fn eq(&self, other: &str) -> bool {
        self.0 == other.as_bytes()
    }
}

impl PartialEq<&str> for RawBody {
    fn eq(&self, other: &&str) -> bool {
        self == *other
    }
}

impl Serialize for RawBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.as_str() {
            Some(text) => serializer.serialize_str(text),
            None => serializer.serialize_bytes(&self.0),
        }
    }
}

impl<'de> Deserialize<'de> for RawBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RawBody, D::Error> {
        struct Bytes;

        impl<'de> de::Visitor<'de> for Bytes {
            type Value = RawBody;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<RawBody, E> {
                Ok(RawBody(bytes.to_vec()))
            }

            fn visit_byte_buf<E: de::Error>(self, bytes: Vec<u8>) -> Result<RawBody, E> {
                Ok(RawBody(bytes))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<RawBody, E> {
                Ok(RawBody::from(text))
            }

            fn visit_string<E: de::Error>(self, text: String) -> Result<RawBody, E> {
                Ok(RawBody::from(text))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<RawBody, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = list.next_element()? {
                    bytes.push(byte);
                }
                Ok(RawBody(bytes))
            }
        }

        deserializer.deserialize_byte_buf(Bytes)
    }
}
