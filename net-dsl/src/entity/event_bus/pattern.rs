//! Conditions on the fields of events, held to their types while compiling.

use crate::facts::{Scalar, Value};
use serde_json::{Value as Json, json};
use std::{collections::BTreeSet, marker::PhantomData};

/// A field of event `E` that holds a `T`, made by [`field!`](crate::field): what a rule can look at.
pub struct Field<E, T> {
    path: &'static str,
    typed: PhantomData<fn(&E) -> T>,
}

impl<E, T> std::fmt::Debug for Field<E, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.path)
    }
}

impl<E, T> Field<E, T> {
    /// `get` only says that there is such a field, and what it holds.
    #[doc(hidden)]
    pub const fn new(path: &'static str, get: fn(&E) -> &T) -> Field<E, T> {
        let _ = get;
        Field { path, typed: PhantomData }
    }

    fn one_of(self, matches: Vec<Json>) -> Condition<E> {
        Condition { path: self.path, matches, typed: PhantomData }
    }
}

impl<E, T: HoldsValue> Field<E, T> {
    /// The field is there, whatever it holds, `null` too.
    pub fn exists(self) -> Condition<E> {
        self.one_of(vec![json!({ "exists": true })])
    }

    /// The field is not there. A `None` that serde writes as `null` is there: say
    /// `#[serde(skip_serializing_if = "Option::is_none")]` on the field.
    pub fn is_absent(self) -> Condition<E> {
        self.one_of(vec![json!({ "exists": false })])
    }
}

impl<E, T: HoldsText> Field<E, T> {
    /// The field is one of these texts.
    pub fn is<'a>(self, texts: impl IntoIterator<Item = &'a str>) -> Condition<E> {
        self.one_of(texts.into_iter().map(Json::from).collect())
    }

    /// The field is none of these texts.
    pub fn is_not<'a>(self, texts: impl IntoIterator<Item = &'a str>) -> Condition<E> {
        let texts: Vec<&str> = texts.into_iter().collect();
        self.one_of(vec![json!({ "anything-but": texts })])
    }

    /// The field starts so.
    pub fn starts_with(self, text: &str) -> Condition<E> {
        self.one_of(vec![json!({ "prefix": text })])
    }

    /// The field ends so.
    pub fn ends_with(self, text: &str) -> Condition<E> {
        self.one_of(vec![json!({ "suffix": text })])
    }
}

impl<E, T: HoldsNumber> Field<E, T> {
    /// The field is this number. Rules compare numbers from -5,000,000,000 to 5,000,000,000 (rule N803).
    pub fn equals(self, number: impl Into<serde_json::Number>) -> Condition<E> {
        self.one_of(vec![json!({ "numeric": ["=", number.into()] })])
    }

    /// The field is this number or greater.
    pub fn at_least(self, number: impl Into<serde_json::Number>) -> Condition<E> {
        self.one_of(vec![json!({ "numeric": [">=", number.into()] })])
    }

    /// The field is this number or smaller.
    pub fn at_most(self, number: impl Into<serde_json::Number>) -> Condition<E> {
        self.one_of(vec![json!({ "numeric": ["<=", number.into()] })])
    }

    /// The field is one of these two numbers, or between them.
    pub fn between(
        self,
        least: impl Into<serde_json::Number>,
        most: impl Into<serde_json::Number>,
    ) -> Condition<E> {
        self.one_of(vec![json!({ "numeric": [">=", least.into(), "<=", most.into()] })])
    }
}

impl<E, T: HoldsSwitch> Field<E, T> {
    /// The field is true, or false.
    pub fn is_switched(self, on: bool) -> Condition<E> {
        self.one_of(vec![on.into()])
    }
}

/// A field's type that is one value in JSON, and no object or list: EventBridge asks of nothing else
/// whether it exists ("Exists matching").
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` is no single value",
    label = "a rule looks at texts, numbers, and what is true or false",
    note = "look at a field inside of it: `field!(Placed, customer.country)`"
)]
pub trait HoldsValue {}

/// A field's type that is a text in JSON.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` is no text",
    label = "rules compare texts with texts",
    note = "an enum of your own that serde writes as a text says so by `impl HoldsValue for {Self} {{}}` and `impl HoldsText for {Self} {{}}`"
)]
pub trait HoldsText: HoldsValue {}

/// A field's type that is a number in JSON.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` is no number",
    label = "rules compare numbers with numbers"
)]
pub trait HoldsNumber: HoldsValue {}

/// A field's type that is true or false in JSON.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` is neither true nor false",
    label = "only a `bool` is switched"
)]
pub trait HoldsSwitch: HoldsValue {}

macro_rules! held {
    ($trait:ident: $($type:ty)*) => {
        $(
            impl HoldsValue for $type {}
            impl $trait for $type {}
        )*
        impl<T: $trait> $trait for Option<T> {}
    };
}

impl<T: HoldsValue> HoldsValue for Option<T> {}

held! { HoldsText: String smol_str::SmolStr &'static str }
held! { HoldsNumber: u8 u16 u32 u64 i8 i16 i32 i64 f32 f64 usize }
held! { HoldsSwitch: bool }

/// What a rule asks of one field of an event `E`.
#[derive(Debug)]
pub struct Condition<E> {
    path: &'static str,
    matches: Vec<Json>,
    typed: PhantomData<fn() -> E>,
}

/// What a rule asks of the fields of an event; all of it must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conditions(BTreeSet<(String, String)>);

impl<E> Condition<E> {
    pub(super) fn add_to(self, conditions: &mut Conditions) {
        conditions.add(self.path, &Json::from(self.matches));
    }
}

impl Conditions {
    pub(super) fn add(&mut self, path: &str, matches: &Json) {
        self.0.insert((path.to_owned(), matches.to_string()));
    }

    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The path of each field, with `.` between its parts, and the list of what it may match, as EventBridge
    /// writes it ("Comparison operators for use in event patterns").
    pub fn entries(&self) -> impl Iterator<Item = (&str, Json)> {
        let entries = self.0.iter();
        entries.map(|(path, matches)| (path.as_str(), matches.parse().unwrap_or_default()))
    }
}

/// A list of pairs: two conditions of one field are kept, and found by rule N803.
impl Scalar for Conditions {
    fn store(self) -> Value {
        let entries = self.entries();
        Value::json(&entries.map(|(path, matches)| json!([path, matches])).collect())
    }

    fn load(value: &Value) -> Option<Conditions> {
        let json = value.to_json();
        let entry = |entry: &Json| Some((entry[0].as_str()?.to_owned(), entry[1].to_string()));
        json.as_array()?.iter().map(entry).collect::<Option<_>>().map(Conditions)
    }
}

/// A field of an event, checked while compiling: `field!(Placed, total)`, `field!(Placed, customer.country)`.
///
/// Its name in JSON is its name in Rust. Where serde calls it otherwise, the whole path in JSON stands behind it:
/// `field!(Placed, total => "totalAmount")`.
///
/// ```
/// use net_dsl::prelude::*;
///
/// pub struct Placed { pub total: u32 }
/// events! { Placed from "my.shop" }
/// let large = field!(Placed, total).at_least(100_u32);
/// # let _ = large;
/// ```
///
/// ```compile_fail
/// # use net_dsl::prelude::*;
/// # pub struct Placed { pub total: u32 }
/// # events! { Placed from "my.shop" }
/// field!(Placed, totals).at_least(100_u32);
/// ```
#[macro_export]
macro_rules! field {
    ($event:ty, $first:ident $(. $rest:ident)* => $path:literal) => {
        $crate::entity::event_bus::Field::new($path, |event: &$event| &event.$first $(. $rest)*)
    };
    ($event:ty, $first:ident $(. $rest:ident)*) => {
        $crate::entity::event_bus::Field::new(
            ::core::concat!(::core::stringify!($first) $(, ".", ::core::stringify!($rest))*),
            |event: &$event| &event.$first $(. $rest)*,
        )
    };
}
