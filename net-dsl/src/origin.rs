//! Where in the source something was declared.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use smol_str::SmolStr;
use std::{fmt, panic::Location};

/// A position in the source: file, line and column.
///
/// Written `file:line:column`. Paths into cargo's registry or git checkouts are shortened to the
/// part that is the same on every machine, so that equal programs give equal files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    file: SmolStr,
    line: u32,
    column: u32,
}

impl Origin {
    pub(crate) const fn new(file: &'static str, line: u32, column: u32) -> Origin {
        Origin { file: SmolStr::new_static(file), line, column }
    }

    /// The position of the caller.
    #[track_caller]
    pub fn here() -> Origin {
        let here = Location::caller();
        Origin::new(here.file(), here.line(), here.column())
    }

    /// The file as the compiler names it: relative to the workspace for the workspace's own files.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The line, from 1.
    pub fn line(&self) -> u32 {
        self.line
    }

    /// The column, from 1.
    pub fn column(&self) -> u32 {
        self.column
    }

    fn portable_file(&self) -> &str {
        for (mark, skip) in [("/registry/src/", 1), ("/git/checkouts/", 2)] {
            if let Some((_, rest)) = self.file.split_once(mark) {
                return rest.splitn(skip + 1, '/').last().unwrap_or(rest);
            }
        }
        &self.file
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.portable_file(), self.line, self.column)
    }
}

impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Origin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut parts = text.rsplitn(3, ':');
        let mut number = || parts.next().and_then(|part| part.parse().ok());
        match (number(), number(), parts.next()) {
            (Some(column), Some(line), Some(file)) => {
                Ok(Origin { file: SmolStr::new(file), line, column })
            }
            _ => Err(de::Error::custom(format!("`{text}` is not a `file:line:column` position"))),
        }
    }
}
