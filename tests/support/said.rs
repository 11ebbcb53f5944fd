//! What a process said.

use std::process::{Command, Output};

/// What a process said, and how it ended.
#[derive(Debug)]
pub struct Said {
    /// Its exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// Its standard output.
    pub out: String,
    /// Its standard error.
    pub err: String,
}

/// Runs a process to its end.
///
/// # Panics
/// If it cannot be started, or says what is not UTF-8.
pub fn said(command: &mut Command) -> Said {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let Output { status, stdout, stderr } = output;
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Said { code: status.code(), out: text(stdout), err: text(stderr) }
}

impl Said {
    /// The same, if it ended with a code.
    ///
    /// # Panics
    /// If it did not.
    #[track_caller]
    pub fn code(self, code: i32) -> Said {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.err);
        self
    }

    /// The same, if it said all of this.
    ///
    /// # Panics
    /// If it did not.
    #[track_caller]
    pub fn has(self, parts: &[&str]) -> Said {
        let text = self.text();
        for part in parts {
            assert!(text.contains(part), "no `{part}` in:\n{text}");
        }
        self
    }

    /// How many lines start with a verb, whatever they are indented by.
    pub fn count(&self, verb: &str) -> usize {
        self.text().lines().filter(|line| line.trim_start().starts_with(verb)).count()
    }

    /// All that it said.
    pub fn text(&self) -> String {
        format!("{}{}", self.out, self.err)
    }
}
