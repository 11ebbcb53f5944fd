//! `answer`: one process for all that `synth` asks, so that every answer is about the same network.

use super::{SUCCEEDED, respond};
use net_dsl::Network;
use serde::{Deserialize, Serialize};
use std::{
    ffi::OsString,
    io::{self, BufRead},
};

/// What a program answers to a question: what it would have written, and how it would have ended.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Its exit status.
    pub status: u8,
    /// Its standard output.
    pub out: String,
    /// Its standard error.
    pub err: String,
}

/// Answers each line, a JSON array of arguments, with a line, an [`Answer`] as JSON.
pub(super) fn run(
    name: &str,
    network: &Network,
    questions: impl BufRead,
    out: &mut dyn io::Write,
) -> io::Result<u8> {
    for line in questions.lines() {
        let arguments: Vec<OsString> = serde_json::from_str(&line?)?;
        let (mut answer, mut error) = (Vec::new(), Vec::new());
        let arguments = [name.into()].into_iter().chain(arguments);
        let status = respond(name, network, arguments, &mut answer, &mut error);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let answer = Answer { status, out: text(&answer), err: text(&error) };
        serde_json::to_writer(&mut *out, &answer)?;
        writeln!(out)?;
        out.flush()?;
    }
    Ok(SUCCEEDED)
}
