//! Where in the source something was declared.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use smol_str::SmolStr;
use std::{fmt, panic::Location};

/// A position in the source: file, line and column, written `file:line:column`.
///
/// The file is written without what differs between machines, so that equal programs give equal
/// files: a file of the workspace relative to its root, as the compiler names it; any other file
/// from the folder of its package on, as in `serde-1.0.0/src/lib.rs`. No position has an absolute
/// path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    file: SmolStr,
    line: u32,
    column: u32,
}

impl Origin {
    pub(crate) const fn new(file: &'static str, line: u32, column: u32) -> Origin {
        Origin { file: SmolStr::new_static(portable(file)), line, column }
    }

    /// The position of the caller.
    #[track_caller]
    pub fn here() -> Origin {
        let here = Location::caller();
        Origin::new(here.file(), here.line(), here.column())
    }

    /// The file: relative to the workspace's root, or from the folder of its package on.
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
}

/// The part of a path that is the same on every machine: a relative path as it is, of an absolute
/// one what starts with the folder of the package. `portable(portable(path)) == portable(path)`.
///
/// The compiler does not say where a package starts. It is taken to be the folder that holds the
/// innermost `src`, `examples`, `tests` or `benches`, or else the file.
const fn portable(path: &str) -> &str {
    let bytes = path.as_bytes();
    let has_drive = bytes.len() > 1 && bytes[1] == b':';
    if bytes.is_empty() || !(has_drive || is_separator(bytes[0])) {
        return path;
    }
    let (mut package, mut before, mut in_package) = (None, None, false);
    let mut start = if has_drive { 2 } else { 0 };
    let mut end = start;
    while end <= bytes.len() {
        let is_last = end == bytes.len();
        if is_last || is_separator(bytes[end]) {
            if start < end {
                let folder = if let Some(before) = before { before } else { start };
                let is_part = !is_last && is_package_part(bytes, start, end);
                // `src/tests/mod.rs` is in `src`.
                if (is_part && !in_package) || (is_last && package.is_none()) {
                    package = Some(folder);
                }
                in_package = is_part;
                before = Some(start);
            }
            start = end + 1;
        }
        end += 1;
    }
    match package {
        // What is left may look like a drive: a folder can be called `c:`.
        Some(package) => portable(path.split_at(package).1),
        None => "",
    }
}

const fn is_separator(byte: u8) -> bool {
    matches!(byte, b'/' | b'\\')
}

const fn is_package_part(path: &[u8], start: usize, end: usize) -> bool {
    let (_, rest) = path.split_at(start);
    let (folder, _) = rest.split_at(end - start);
    matches!(folder, b"src" | b"examples" | b"tests" | b"benches")
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
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
                Ok(Origin { file: SmolStr::new(portable(file)), line, column })
            }
            _ => Err(de::Error::custom(format!("`{text}` is not a `file:line:column` position"))),
        }
    }
}
