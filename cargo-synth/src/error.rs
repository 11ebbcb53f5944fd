//! What went wrong, and what to do about it.

use std::{fmt, io, path::Path};

pub(crate) type Result<T> = std::result::Result<T, Error>;

/// What went wrong; where something can be done, what.
#[derive(Debug)]
pub(crate) struct Error {
    what: String,
    notes: Vec<(&'static str, String)>,
}

impl Error {
    pub(crate) fn new(what: impl Into<String>) -> Error {
        Error { what: what.into(), notes: Vec::new() }
    }

    /// A file or folder that could not be read, written, made.
    pub(crate) fn file(path: &Path, done: &str, error: &io::Error) -> Error {
        Error::new(format!("`{}` could not be {done}: {error}", path.display()))
    }

    /// A program that could not be started.
    pub(crate) fn start(program: &str, error: &io::Error) -> Error {
        Error::new(format!("`{program}` could not be started: {error}"))
    }

    pub(crate) fn why(mut self, why: impl Into<String>) -> Error {
        self.notes.push(("why", why.into()));
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Error {
        self.notes.push(("help", help.into()));
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (red, bold) =
            (anstyle::AnsiColor::BrightRed.on_default().bold(), anstyle::Style::new().bold());
        writeln!(f, "{red}error{red:#}: {}", self.what)?;
        for (kind, text) in &self.notes {
            writeln!(f, "  {bold}= {kind}{bold:#}: {}", text.replace('\n', "\n    "))?;
        }
        Ok(())
    }
}
