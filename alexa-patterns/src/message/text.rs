//! Texts that Alexa takes only in a certain form, and texts that nobody should read in a log.

use serde::{Deserialize, Serialize};
use std::{error, fmt};

/// A text that does not have the form Alexa wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidText(pub(crate) &'static str);

impl fmt::Display for InvalidText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl error::Error for InvalidText {}

/// How serde reads and writes a text: by what it is made of, checked.
macro_rules! conversions {
    ($name:ident) => {
        impl TryFrom<String> for $name {
            type Error = InvalidText;

            fn try_from(text: String) -> Result<$name, InvalidText> {
                $name::new(text)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> String {
                text.0
            }
        }
    };
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident: $fits:expr, $rule:literal;)+) => {
        $($(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// A text in this form.
            ///
            /// # Errors
            /// [`InvalidText`] says the form that the text does not have.
            pub fn new(text: impl Into<String>) -> Result<$name, InvalidText> {
                let text = text.into();
                let fits: fn(&str) -> bool = $fits;
                if fits(&text) { Ok($name(text)) } else { Err(InvalidText($rule)) }
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        conversions! { $name })+
    };
}

fn is_made_of(text: &str, most: usize, others: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || others.contains(letter);
    (1..=most).contains(&text.len()) && text.chars().all(fits)
}

texts! {
    /// The id of a device, as discovery reports it.
    ///
    /// Existing skills have ids with dots, and Alexa sends them back; its schema of 2021 and its documentation do
    /// without, so an id for a new device is better made of the others. None has a space or a slash.
    ///
    /// ```
    /// use alexa_patterns::message::EndpointId;
    ///
    /// assert!(EndpointId::new("kitchen#lamp-1").is_ok());
    /// assert!(EndpointId::new("light.kitchen").is_ok());
    /// assert!(EndpointId::new("kitchen/lamp 1").is_err());
    /// ```
    EndpointId: |text| is_made_of(text, 256, "._-=#;:?@&"),
        "an endpoint's id is 1 to 256 letters, digits and . _ - = # ; : ? @ &";

    /// Something else that is known of a device: 256 characters at the most.
    Attribute: |text| text.chars().count() <= 256,
        "an attribute of a device is 256 characters at the most";

    /// The id of a message, new for each; a UUID fits.
    MessageId: |text| is_made_of(text, 127, "-"),
        "a message's id is 1 to 127 letters, digits and hyphens";

    /// What people see of a device: its name, its maker, its description.
    Label: |text| (1..=128).contains(&text.chars().count()),
        "a name or description is 1 to 128 characters";
}

impl Label {
    /// A text cut to what fits; one of no characters becomes `-`.
    pub fn cut(text: &str) -> Label {
        let text: String = text.chars().take(128).collect();
        Label(if text.is_empty() { "-".to_owned() } else { text })
    }
}

macro_rules! hidden {
    ($($(#[$doc:meta])* $name:ident)+) => {
        $($(#[$doc])*
        ///
        /// It is not shown when debugged, so that no log has it.
        #[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text as it came.
            ///
            /// # Errors
            /// [`InvalidText`], if there is no text: Alexa takes no empty one.
            pub fn new(text: impl Into<String>) -> Result<$name, InvalidText> {
                let text = text.into();
                let empty = InvalidText("a token has one character at the least");
                if text.is_empty() { Err(empty) } else { Ok($name(text)) }
            }

            /// The text itself, to be handed on and not to be shown.
            pub fn expose(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }

        conversions! { $name })+
    };
}

hidden! {
    /// A token or an authorization code: whoever has it may act as somebody.
    Token
    /// What ties an answer to its directive; whoever has it may answer.
    CorrelationToken
}
