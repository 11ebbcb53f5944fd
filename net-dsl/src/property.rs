//! Any property of a generated resource, set by an overlay.
//!
//! The constants are generated from CloudFormation's published schemas by
//! `tools/properties.py`, so a property that does not exist does not compile, nor does a value of
//! the wrong type.

mod generated;

pub use generated::*;

pub use crate::facts::PROPERTY;
use crate::{Handle, Name, Named, Network, Origin, facts::Value};
use serde_json::Value as Tree;
use smol_str::{SmolStr, format_smolstr};
use std::{borrow::Cow, marker::PhantomData};

/// A property of CloudFormation resource `R` that holds a `V`.
pub struct Property<R, V> {
    path: &'static str,
    typed: PhantomData<fn() -> (R, V)>,
}

impl<R, V> Property<R, V> {
    pub(crate) const fn new(path: &'static str) -> Property<R, V> {
        Property { path, typed: PhantomData }
    }

    /// The path below `Properties`, parts joined by `/`.
    pub const fn path(&self) -> &'static str {
        self.path
    }
}

impl<R, V> Clone for Property<R, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R, V> Copy for Property<R, V> {}

impl<R, V> std::fmt::Debug for Property<R, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.path)
    }
}

/// The type of a property's value.
pub trait PropertyValue {
    /// How the value is given.
    type Given;
    /// The value as JSON.
    fn json(given: Self::Given) -> serde_json::Value;
}

macro_rules! property_values {
    ($($(#[$doc:meta])* $name:ident: $given:ty;)*) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub enum $name {}

        impl PropertyValue for $name {
            type Given = $given;

            fn json(given: $given) -> serde_json::Value {
                given.into()
            }
        })*
    };
}

property_values! {
    /// A property that is true or false.
    Switch: bool;
    /// A property that is a whole number.
    Whole: i64;
    /// A property that is a list or has no fixed shape.
    Json: serde_json::Value;
}

/// A property that is a text.
#[derive(Clone, Copy, Debug)]
pub enum Text {}

impl PropertyValue for Text {
    type Given = GivenText;

    fn json(given: GivenText) -> serde_json::Value {
        given.0
    }
}

/// A text, or what CloudFormation computes as one, such as `json!({ "Ref": "KeyResource" })`.
#[derive(Clone, Debug)]
pub struct GivenText(serde_json::Value);

macro_rules! texts {
    ($($given:ty)*) => {
        $(impl From<$given> for GivenText {
            fn from(given: $given) -> GivenText {
                GivenText(given.into())
            }
        })*
    };
}

texts! { &str String std::borrow::Cow<'_, str> serde_json::Value crate::Reference }

/// A property that is a number.
#[derive(Clone, Copy, Debug)]
pub enum Decimal {}

impl PropertyValue for Decimal {
    type Given = f64;

    fn json(given: f64) -> serde_json::Value {
        // AWS's schemas say "number" of much that is whole; 3 is written `3`.
        if given.fract() == 0.0 && given.abs() < 9e15 {
            (given as i64).into()
        } else {
            given.into()
        }
    }
}

/// A value that a property of type `V` can have.
#[diagnostic::on_unimplemented(
    message = "a property of type `{V}` cannot be `{Self}`",
    label = "this is no value for the property",
    note = "a `Switch` is true or false, a `Whole` a whole number, a `Decimal` a number, a `Text` a text or a reference as a `serde_json::Value`, a `Json` a `serde_json::Value`"
)]
pub trait Fits<V: PropertyValue> {
    /// The value as the property takes it.
    fn given(self) -> V::Given;
}

#[diagnostic::do_not_recommend]
impl<V: PropertyValue, T: Into<V::Given>> Fits<V> for T {
    fn given(self) -> V::Given {
        self.into()
    }
}

/// Which resources are made for a handle, and so which properties an overlay can set.
#[diagnostic::on_unimplemented(
    message = "no `{R}` is made for `{Self}`",
    label = "this property belongs to a resource of another entity",
    note = "the properties of an entity's resources are in the modules of `net_dsl::property`: `lambda::function` and `iam::role` for functions, `sqs::queue` for queues, …"
)]
pub trait Makes<R>: Handle {
    /// The resource's part in the entity.
    const PART: &'static str;
}

/// This resource is made for handles `H`: [`Makes`] turned round, so that the property says which
/// resource is meant, not the handle.
pub trait MadeFor<H> {
    /// The resource's part in the entity.
    const PART: &'static str;

    #[doc(hidden)]
    fn name(handle: &H) -> &Name;
}

impl<R, H: Makes<R>> MadeFor<H> for R {
    const PART: &'static str = H::PART;

    fn name(handle: &H) -> &Name {
        handle.name()
    }
}

/// An overlay that sets a property of a resource made for an entity, over what the plan derives.
///
/// Two overlays that set one property differently are a conflict, as everywhere. Maps are set entry by
/// entry: overlays with different entries add up, with each other and with what is derived.
///
/// ```
/// use net_dsl::{prelude::*, property::{self, lambda}};
///
/// # contract! { pub Task: Tick => () {} }
/// # let task = Function::<Task>::builder().name(name!("task")).build();
/// let overlay = property::set(&task, lambda::function::EPHEMERAL_STORAGE_SIZE, 1024);
/// assert!(overlay.get(&task).is_some());
/// ```
///
/// ```compile_fail
/// # use net_dsl::{prelude::*, property::{self, lambda}};
/// # contract! { pub Task: Tick => () {} }
/// # let task = Function::<Task>::builder().name(name!("task")).build();
/// property::set(&task, lambda::function::EPHEMERAL_STORAGE_SIZES, 1024);
/// ```
#[track_caller]
pub fn set<R: MadeFor<H>, H, V: PropertyValue>(
    entity: &H,
    property: Property<R, V>,
    value: impl Fits<V>,
) -> Network {
    let mut network = Network::empty();
    for (key, value) in entries(R::PART, property.path, &V::json(value.given())) {
        network.note(R::name(entity).id(), key, value, Origin::here());
    }
    network
}

/// The attributes that set a property: one for each entry of a map, at whatever depth, so that
/// overlays of one map add up, and are in conflict entry by entry.
///
/// What CloudFormation computes, as `{ "Ref": … }`, is one value, and so is what rule N107 refuses.
pub(crate) fn entries(part: &str, path: &str, json: &Tree) -> Vec<(SmolStr, Value)> {
    fn push(key: SmolStr, json: &Tree, entries: &mut Vec<(SmolStr, Value)>) {
        let Tree::Object(map) = json else { return entries.push((key, Value::json(json))) };
        if map.is_empty() || is_function(map) {
            return entries.push((key, Value::json(json)));
        }
        for (name, value) in map {
            push(format_smolstr!("{key}/{}", escaped(name)), value, entries);
        }
    }
    let key = format_smolstr!("{PROPERTY}{part}/{path}");
    let whole = Value::json(json);
    let mut entries = Vec::new();
    match whole.nesting() {
        0..=Value::MAX_NESTING => push(key, json, &mut entries),
        _ => entries.push((key, whole)),
    }
    entries
}

/// Whether a map is one of CloudFormation's functions, such as `{ "Ref": … }`, and no map of entries.
fn is_function(map: &serde_json::Map<String, Tree>) -> bool {
    let is_one = |key: &String| key == "Ref" || key == "Condition" || key.starts_with("Fn::");
    map.len() == 1 && map.keys().all(is_one)
}

/// The name of an entry as a part of a path, as in a JSON pointer.
pub(crate) fn escaped(name: &str) -> Cow<'_, str> {
    match name.contains(['~', '/']) {
        true => Cow::Owned(name.replace('~', "~0").replace('/', "~1")),
        false => Cow::Borrowed(name),
    }
}

/// An overlay that accepts the findings of one rule about one entity, for a reason that the report
/// will show.
///
/// They no longer fail a check, and are still listed. An acceptance of nothing is a finding itself.
///
/// ```
/// use net_dsl::prelude::*;
///
/// let overlay = net_dsl::accept(name!("task"), "N203", "started by hand, once a year");
/// ```
#[track_caller]
pub fn accept(entity: impl Named, code: &'static str, reason: &'static str) -> Network {
    let mut network = Network::empty();
    let key = format_smolstr!("{ACCEPT}{code}");
    network.note(entity.id(), key, Value::Text(reason.into()), Origin::here());
    network
}

/// Attributes `accept/CODE`: a finding accepted, and why.
pub const ACCEPT: &str = "accept/";
