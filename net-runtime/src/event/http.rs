//! Requests: API Gateway's events in and its answers out, payload format 2.0 (API Gateway, "Create AWS
//! Lambda proxy integrations for HTTP APIs in API Gateway").

use super::Record;
use crate::input::Flaw;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use net_dsl::HttpResponse;
use serde::{
    Deserializer,
    de::{self, DeserializeOwned, IntoDeserializer as _, Visitor},
};
use serde_json::{Error, Map, Value, json};
use std::{cell::Cell, collections::BTreeMap};

/// A request, before it is known what its body is read as.
#[derive(Debug)]
pub(crate) struct Request {
    /// All but the body, as `HttpRequest` has it.
    parts: Map<String, Value>,
    body: Result<Vec<u8>, String>,
    pub(crate) record: Record,
}

pub(super) fn request(event: &Value) -> Request {
    let text = event["body"].as_str().unwrap_or_default();
    let body = if event["isBase64Encoded"] == true {
        STANDARD.decode(text).map_err(|error| format!("it is no base64: {error}"))
    } else {
        Ok(text.as_bytes().to_vec())
    };
    let headers = headers(event);
    let parts = json!({
        "method": text_of(&event["requestContext"]["http"]["method"]),
        "route": text_of(&event["routeKey"]),
        "raw_path": text_of(&event["rawPath"]),
        "path": texts(&event["pathParameters"]),
        "raw_query": text_of(&event["rawQueryString"]),
        "query": query(event),
        "cookies": cookies(event, &headers),
        "headers": headers,
        "context": context(&event["requestContext"]),
    });
    let id = text_of(&event["requestContext"]["requestId"]);
    Request {
        parts: parts.as_object().cloned().unwrap_or_default(),
        body,
        record: Record::of(id, Ok(Value::Null)).known_by(&[id]),
    }
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn texts(map: &Value) -> Map<String, Value> {
    let entries = map.as_object().into_iter().flatten().filter(|(_, value)| value.is_string());
    entries.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Names in lower case: API Gateway writes them so, who invokes by hand may not.
fn headers(event: &Value) -> BTreeMap<String, String> {
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in event["headers"].as_object().into_iter().flatten() {
        let Some(value) = value.as_str() else { continue };
        headers
            .entry(name.to_ascii_lowercase())
            .and_modify(|known| {
                known.push(',');
                known.push_str(value);
            })
            .or_insert_with(|| value.to_owned());
    }
    headers
}

/// As the query is written: `queryStringParameters` joins the values of one name by commas, which
/// values may have, too.
fn query(event: &Value) -> Vec<(String, String)> {
    match text_of(&event["rawQueryString"]) {
        "" => {
            let parameters = texts(&event["queryStringParameters"]).into_iter();
            parameters.map(|(name, value)| (name, text_of(&value).to_owned())).collect()
        }
        written => form_urlencoded::parse(written.as_bytes()).into_owned().collect(),
    }
}

fn cookies(event: &Value, headers: &BTreeMap<String, String>) -> Vec<String> {
    match event["cookies"].as_array() {
        Some(cookies) => cookies.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        None => {
            let cookies = headers.get("cookie").map(String::as_str).unwrap_or_default();
            let cookies = cookies.split(';').map(str::trim).filter(|cookie| !cookie.is_empty());
            cookies.map(str::to_owned).collect()
        }
    }
}

fn context(context: &Value) -> Value {
    json!({
        "request_id": text_of(&context["requestId"]),
        "source_ip": text_of(&context["http"]["sourceIp"]),
        "user_agent": text_of(&context["http"]["userAgent"]),
        "time": context["timeEpoch"].as_u64().unwrap_or_default(),
        "protocol": text_of(&context["http"]["protocol"]),
        "domain": text_of(&context["domainName"]),
        "api": text_of(&context["apiId"]),
        "stage": text_of(&context["stage"]),
        "account": text_of(&context["accountId"]),
    })
}

impl Request {
    /// The request as an input.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn input<T: DeserializeOwned>(&self) -> Result<T, Flaw> {
        let bytes = self
            .body
            .as_ref()
            .map_err(|why| Flaw { field: "body".to_owned(), why: why.clone() })?;
        let takes_all = Cell::new(false);
        let read = |as_text| {
            let body = Body { bytes, as_text, takes_all: &takes_all };
            serde_path_to_error::deserialize(Whole { parts: self.parts.clone(), body })
        };
        let error = match read(false) {
            Ok(input) => return Ok(input),
            Err(error) => error,
        };
        if takes_all.get()
            && let Ok(input) = read(true)
        {
            return Ok(input);
        }
        let mut flaw = Flaw::of(&error);
        // Fields of the body are what its sender knows.
        if let Some(field) = flaw.field.strip_prefix("body")
            && (field.is_empty() || field.starts_with(['.', '[']))
        {
            let field = field.strip_prefix('.').unwrap_or(field);
            flaw.field = if field.is_empty() { "body" } else { field }.to_owned();
        }
        Err(flaw)
    }
}

/// An `HttpRequest` to be read: a map of its parts.
struct Whole<'b> {
    parts: Map<String, Value>,
    body: Body<'b>,
}

impl<'de> Deserializer<'de> for Whole<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(Parts {
            parts: self.parts.into_iter(),
            part: None,
            body: Some(self.body),
        })
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct Parts<'b> {
    parts: serde_json::map::IntoIter,
    /// The value of the key that was read last; the body's if there is none.
    part: Option<Value>,
    body: Option<Body<'b>>,
}

impl<'de> de::MapAccess<'de> for Parts<'de> {
    type Error = Error;

    fn next_key_seed<K: de::DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let name = match self.parts.next() {
            Some((name, part)) => {
                self.part = Some(part);
                name
            }
            None if self.body.is_some() => "body".to_owned(),
            None => return Ok(None),
        };
        seed.deserialize(name.into_deserializer()).map(Some)
    }

    fn next_value_seed<S: de::DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        match (self.part.take(), self.body.take()) {
            (Some(part), body) => {
                self.body = body;
                seed.deserialize(part)
            }
            (None, Some(body)) => seed.deserialize(body),
            (None, None) => Err(de::Error::custom("a value without a key")),
        }
    }
}

/// A body to be read by what its type asks for: text and bytes as they came, everything else as JSON.
#[derive(Clone, Copy)]
struct Body<'b> {
    bytes: &'b [u8],
    /// Whether a type that takes everything gets the text.
    as_text: bool,
    /// Whether there was such a type.
    takes_all: &'b Cell<bool>,
}

impl<'b> Body<'b> {
    fn is_empty(self) -> bool {
        self.bytes.trim_ascii().is_empty()
    }

    fn text(self) -> Result<&'b str, Error> {
        std::str::from_utf8(self.bytes).map_err(|_| de::Error::custom("it is no text in UTF-8"))
    }

    /// Reads the body as JSON, and what stands for none if there is none.
    fn json<T>(
        self,
        none: &'static str,
        read: impl FnOnce(
            &mut serde_json::Deserializer<serde_json::de::SliceRead<'b>>,
        ) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let bytes = if self.is_empty() { none.as_bytes() } else { self.bytes };
        let mut json = serde_json::Deserializer::from_slice(bytes);
        let value = read(&mut json)?;
        json.end()?;
        Ok(value)
    }
}

macro_rules! as_json {
    ($($method:ident)+) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.json("null", |json| json.$method(visitor))
        })+
    };
}

impl<'de> Deserializer<'de> for Body<'de> {
    type Error = Error;

    as_json! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_i128 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_u128 deserialize_f32 deserialize_f64 deserialize_char deserialize_seq
        deserialize_identifier
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if !self.as_text {
            self.takes_all.set(true);
            return self.json("null", |json| json.deserialize_any(visitor));
        }
        match std::str::from_utf8(self.bytes) {
            Ok(text) => visitor.visit_str(text),
            Err(_) => visitor.visit_bytes(self.bytes),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str(self.text()?)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str(self.text()?)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_bytes(self.bytes)
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_byte_buf(self.bytes.to_vec())
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.is_empty() || self.bytes.trim_ascii() == b"null" {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    /// Who wants nothing takes any body.
    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.json("null", |json| json.deserialize_tuple(length, visitor))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.json("null", |json| json.deserialize_tuple_struct(name, length, visitor))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.json("{}", |json| json.deserialize_map(visitor))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.json("{}", |json| json.deserialize_struct(name, fields, visitor))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.json("null", |json| json.deserialize_enum(name, variants, visitor))
    }
}

/// An answer as API Gateway takes it.
///
/// # Errors
/// Why it takes no such answer.
pub(crate) fn answer(response: HttpResponse) -> Result<Value, String> {
    let status = response.status;
    if !(100..600).contains(&status) {
        return Err(format!("the handler answered with status {status}, which is not 100 to 599"));
    }
    let mut cookies = response.cookies;
    let mut headers = Map::new();
    for (name, value) in response.headers {
        let name = name.to_ascii_lowercase();
        // A map has but one of them.
        if name == "set-cookie" {
            cookies.push(value);
        } else {
            headers.insert(name, value.into());
        }
    }
    let (body, encoded) = match String::from_utf8(response.body.into_bytes()) {
        Ok(text) => (text, false),
        Err(bytes) => (STANDARD.encode(bytes.as_bytes()), true),
    };
    let mut answer = json!({
        "statusCode": status,
        "headers": headers,
        "body": body,
        "isBase64Encoded": encoded,
    });
    if !cookies.is_empty() {
        answer["cookies"] = cookies.into();
    }
    Ok(answer)
}

/// An answer that the handler had no part in: why, and because of which field.
pub(crate) fn refusal(status: u16, message: &str, field: &str) -> Value {
    let body = match field {
        "" => json!({ "message": message }),
        field => json!({ "message": message, "field": field }),
    };
    json!({
        "statusCode": status,
        "headers": { "content-type": "application/json" },
        "body": body.to_string(),
        "isBase64Encoded": false,
    })
}
