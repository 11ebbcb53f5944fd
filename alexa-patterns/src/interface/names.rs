//! What people call a setting of a device.
//!
//! Source: developer.amazon.com, "Resources and Assets".

use crate::message::InvalidText;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A name that people say: a text in a language, or an asset, which is a name that Alexa knows in all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub enum Name {
    /// One of Alexa's names, as in `Alexa.Setting.FanSpeed`.
    Asset(Asset),
    /// A name in a language.
    Text(SpokenText, Locale),
}

/// The id of one of the names that Alexa knows in every language ("Global Alexa Catalog").
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Asset(String);

impl Asset {
    /// An asset by its id.
    ///
    /// # Errors
    /// [`InvalidText`], if it is not letters, digits, and dots or underscores between them.
    pub fn new(id: impl Into<String>) -> Result<Asset, InvalidText> {
        let id = id.into();
        let fits = |it: char| it.is_ascii_alphanumeric() || "._".contains(it);
        if (1..=256).contains(&id.len()) && id.chars().all(fits) {
            Ok(Asset(id))
        } else {
            Err(InvalidText("an asset's id is 1 to 256 letters, digits, dots and underscores"))
        }
    }
}

impl TryFrom<String> for Asset {
    type Error = InvalidText;

    fn try_from(id: String) -> Result<Asset, InvalidText> {
        Asset::new(id)
    }
}

impl From<Asset> for String {
    fn from(asset: Asset) -> String {
        asset.0
    }
}

/// What people say, in one language: 1 to 100 characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SpokenText(String);

impl SpokenText {
    /// What people say.
    ///
    /// # Errors
    /// [`InvalidText`], if it is not 1 to 100 characters.
    pub fn new(text: impl Into<String>) -> Result<SpokenText, InvalidText> {
        let text = text.into();
        if (1..=100).contains(&text.chars().count()) {
            Ok(SpokenText(text))
        } else {
            Err(InvalidText("what people say has 1 to 100 characters"))
        }
    }
}

impl TryFrom<String> for SpokenText {
    type Error = InvalidText;

    fn try_from(text: String) -> Result<SpokenText, InvalidText> {
        SpokenText::new(text)
    }
}

impl From<SpokenText> for String {
    fn from(text: SpokenText) -> String {
        text.0
    }
}

/// A language that Alexa speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Locale {
    #[serde(rename = "ar-SA")]
    ArSa,
    #[serde(rename = "de-DE")]
    DeDe,
    #[serde(rename = "en-AU")]
    EnAu,
    #[serde(rename = "en-CA")]
    EnCa,
    #[serde(rename = "en-GB")]
    EnGb,
    #[serde(rename = "en-IN")]
    EnIn,
    #[serde(rename = "en-US")]
    EnUs,
    #[serde(rename = "es-ES")]
    EsEs,
    #[serde(rename = "es-MX")]
    EsMx,
    #[serde(rename = "es-US")]
    EsUs,
    #[serde(rename = "fr-CA")]
    FrCa,
    #[serde(rename = "fr-FR")]
    FrFr,
    #[serde(rename = "hi-IN")]
    HiIn,
    #[serde(rename = "it-IT")]
    ItIt,
    #[serde(rename = "ja-JP")]
    JaJp,
    #[serde(rename = "nl-NL")]
    NlNl,
    #[serde(rename = "pt-BR")]
    PtBr,
}

/// The names of a setting, of one of its values, of a mode: one at the least, and each once.
///
/// ```
/// use alexa_patterns::message::{Locale, Names};
///
/// let names = Names::asset("Alexa.Setting.FanSpeed")?.and_text("Speed", Locale::EnUs)?;
/// let json = serde_json::to_value(&names)?;
/// assert_eq!(json["friendlyNames"][0]["value"]["assetId"], "Alexa.Setting.FanSpeed");
/// assert_eq!(json["friendlyNames"][1]["@type"], "text");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Friendly", into = "Friendly")]
pub struct Names(Vec<Name>);

impl Names {
    /// One of Alexa's names.
    ///
    /// # Errors
    /// [`InvalidText`], if it is no id of an asset.
    pub fn asset(id: &str) -> Result<Names, InvalidText> {
        Ok(Names(vec![Name::Asset(Asset::new(id)?)]))
    }

    /// A name in a language.
    ///
    /// # Errors
    /// [`InvalidText`], if it is empty or longer than 100 characters.
    pub fn text(text: &str, locale: Locale) -> Result<Names, InvalidText> {
        Ok(Names(vec![Name::Text(SpokenText::new(text)?, locale)]))
    }

    /// The same, and another name in a language.
    ///
    /// # Errors
    /// [`InvalidText`], if it is empty or longer than 100 characters.
    pub fn and_text(self, text: &str, locale: Locale) -> Result<Names, InvalidText> {
        Ok(self.and(Name::Text(SpokenText::new(text)?, locale)))
    }

    /// The same, and another name.
    #[must_use]
    pub fn and(mut self, name: Name) -> Names {
        if !self.0.contains(&name) {
            self.0.push(name);
        }
        self
    }
}

impl From<Name> for Names {
    fn from(name: Name) -> Names {
        Names(vec![name])
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Friendly {
    friendly_names: Vec<Name>,
}

impl From<Names> for Friendly {
    fn from(names: Names) -> Friendly {
        Friendly { friendly_names: names.0 }
    }
}

impl TryFrom<Friendly> for Names {
    type Error = &'static str;

    fn try_from(friendly: Friendly) -> Result<Names, &'static str> {
        let mut names = friendly.friendly_names.into_iter();
        let first = names.next().ok_or("there is no name")?;
        Ok(names.fold(Names::from(first), Names::and))
    }
}

#[derive(Serialize, Deserialize)]
struct Written {
    #[serde(rename = "@type")]
    kind: String,
    value: Value,
}

impl From<Name> for Written {
    fn from(name: Name) -> Written {
        let (kind, value) = match name {
            Name::Asset(id) => ("asset", json!({ "assetId": id })),
            Name::Text(text, locale) => ("text", json!({ "text": text, "locale": locale })),
        };
        Written { kind: kind.to_owned(), value }
    }
}

impl TryFrom<Written> for Name {
    type Error = String;

    fn try_from(written: Written) -> Result<Name, String> {
        let wrong = |error: serde_json::Error| error.to_string();
        match written.kind.as_str() {
            "asset" => {
                Ok(Name::Asset(Asset::deserialize(&written.value["assetId"]).map_err(wrong)?))
            }
            "text" => Ok(Name::Text(
                SpokenText::deserialize(&written.value["text"]).map_err(wrong)?,
                Locale::deserialize(&written.value["locale"]).map_err(wrong)?,
            )),
            other => Err(format!("there is no name of type `{other}`")),
        }
    }
}
