//! What an entity is called: the identity that `+` overlays by.

use crate::Origin;
use smol_str::SmolStr;
use std::{cmp, error, fmt, hash};

/// An entity's identity inside a network: its name without the place it was written.
///
/// Ordered and compared as text. Two entities of one `Id` are one entity once their networks are
/// added. Only [`Network::prefix`](crate::Network::prefix) makes one that is longer than
/// [`Name::MAX_LENGTH`], which rule N106 finds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(SmolStr);

impl Id {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn prefixed(&self, prefix: &Id) -> Id {
        Id(smol_str::format_smolstr!("{}-{}", prefix.0, self.0))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Named for Id {
    fn id(&self) -> &Id {
        self
    }
}

/// What names an entity: a name, an identity, or a handle.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name an entity",
    label = "this is no name",
    note = "write `name!(\"…\")`, or pass the entity's handle"
)]
pub trait Named {
    /// The entity's identity.
    fn id(&self) -> &Id;
}

impl Named for &Id {
    fn id(&self) -> &Id {
        self
    }
}

impl Named for &Name {
    fn id(&self) -> &Id {
        &self.id
    }
}

/// A name and where it was written, which is where its entity counts as declared.
///
/// Lower-case letters, digits and single hyphens, starting with a letter, at most
/// [`Name::MAX_LENGTH`] characters: the common ground of what AWS accepts for the resources that
/// are named after it. Write constants with [`name!`](crate::name), which a wrong one does not
/// survive compiling, under `cargo check` too; make others with [`Name::new`].
///
/// Two names are equal if they name one entity, wherever they were written.
///
/// ```compile_fail
/// net_dsl::name!("Async_Processor");
/// ```
#[derive(Clone, Debug)]
pub struct Name {
    id: Id,
    origin: Origin,
}

impl Name {
    /// The longest name, in characters.
    pub const MAX_LENGTH: usize = 64;

    /// A name known only at run time, declared where this is called.
    ///
    /// # Errors
    /// [`InvalidName`] says which rule the text breaks.
    ///
    /// ```
    /// # use net_dsl::Name;
    /// assert!(Name::new("room-12").is_ok());
    /// let error = Name::new("Room 12").unwrap_err();
    /// assert!(error.to_string().starts_with("`Room 12` is not a name"));
    /// ```
    #[track_caller]
    pub fn new(text: &str) -> Result<Name, InvalidName> {
        match fault(text) {
            None => Ok(Name { id: Id(SmolStr::new(text)), origin: Origin::here() }),
            Some(rule) => Err(InvalidName::new("a name", text, rule)),
        }
    }

    /// What [`name!`](crate::name) expands to.
    #[doc(hidden)]
    #[track_caller]
    pub const fn literal(text: &'static str, file: &'static str, line: u32, column: u32) -> Name {
        if let Some(rule) = fault(text) {
            panic!("{}", rule)
        }
        Name { id: Id(SmolStr::new_static(text)), origin: Origin::new(file, line, column) }
    }

    /// The name without its position.
    pub fn id(&self) -> &Id {
        &self.id
    }

    /// Where the name was written.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }
}

impl Named for Name {
    fn id(&self) -> &Id {
        &self.id
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Name) -> bool {
        self.id == other.id
    }
}

impl Eq for Name {}

impl PartialOrd for Name {
    fn partial_cmp(&self, other: &Name) -> Option<cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Name {
    fn cmp(&self, other: &Name) -> cmp::Ordering {
        self.id.cmp(&other.id)
    }
}

impl hash::Hash for Name {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.id.fmt(f)
    }
}

/// Why a text is not a [`Name`], or not the name of something else.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct InvalidName {
    what: &'static str,
    text: String,
    rule: &'static str,
}

impl InvalidName {
    /// `what` it would have been, with its article.
    pub(crate) fn new(what: &'static str, text: &str, rule: &'static str) -> InvalidName {
        // An error shows the start of it, which tells a text as well as all of it.
        InvalidName { what, text: text.chars().take(80).collect(), rule }
    }
}

impl fmt::Display for InvalidName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not {}: {}", self.text.escape_debug(), self.what, self.rule)
    }
}

impl error::Error for InvalidName {}

const fn fault(text: &str) -> Option<&'static str> {
    if text.len() > Name::MAX_LENGTH {
        return Some("a name has at most 64 characters");
    }
    fault_of_form(text)
}

/// What is wrong with a name, however long it is.
const fn fault_of_form(text: &str) -> Option<&'static str> {
    let bytes = text.as_bytes();
    if bytes.is_empty() {
        return Some("a name has at least one character");
    }
    if !bytes[0].is_ascii_lowercase() {
        return Some("a name starts with a lower-case letter");
    }
    let mut i = 1;
    while i < bytes.len() {
        let hyphen = bytes[i] == b'-';
        if !hyphen && !bytes[i].is_ascii_lowercase() && !bytes[i].is_ascii_digit() {
            return Some(
                "a name is made of lower-case letters, digits and hyphens, as in `async-processor`",
            );
        }
        if hyphen && (i + 1 == bytes.len() || bytes[i + 1] == b'-') {
            return Some("a hyphen in a name stands between two parts, as in `async-processor`");
        }
        i += 1;
    }
    None
}

/// A [`Name`] checked while compiling, declared where it is written.
///
/// ```
/// # use net_dsl::name;
/// assert_eq!(name!("clock").to_string(), "clock");
/// ```
#[macro_export]
macro_rules! name {
    ($text:expr $(,)?) => {{
        // An item, so that `cargo check` evaluates it; items are not hygienic, so the text may name
        // a constant of the user's own.
        const __NAME_OF_ENTITY: $crate::Name =
            $crate::Name::literal($text, ::core::file!(), ::core::line!(), ::core::column!());
        __NAME_OF_ENTITY
    }};
    ($($wrong:tt)*) => {
        ::core::compile_error!("`name!` takes one text, as in `name!(\"async-processor\")`")
    };
}

/// An identity read from a file. One that [`Network::prefix`](crate::Network::prefix) made too long
/// is read as it was written.
pub(crate) fn id_from_file(text: &str) -> Result<Id, InvalidName> {
    match fault_of_form(text) {
        None => Ok(Id(SmolStr::new(text))),
        Some(rule) => Err(InvalidName::new("a name", text, rule)),
    }
}
