//! What happens, a line each, on standard output.

use crate::error::{Error, Result};
use anstyle::{AnsiColor, Style};
use net_local::dev::Entry;
use std::{collections::BTreeMap, fmt::Write as _, io::Write as _};

/// Writes what has happened.
pub(crate) fn write(entry: &Entry, json: bool) {
    let text = match json {
        true => serde_json::to_string(entry).unwrap_or_default(),
        false => shown(entry),
    };
    // Nobody reads: the network runs all the same.
    let _ = writeln!(anstream::stdout(), "{text}");
}

/// Writes a JSON object as a line.
pub(crate) fn note(note: &serde_json::Value) -> Result<()> {
    writeln!(anstream::stdout(), "{note}")
        .map_err(|error| Error::new(format!("cannot write: {error}")))
}

/// One line, and one more for each thing that was logged or went wrong.
fn shown(entry: &Entry) -> String {
    let (dim, bold) = (Style::new().dimmed(), Style::new().bold());
    let red = AnsiColor::BrightRed.on_default().bold();
    let failed = !entry.failures.is_empty() || entry.status.is_some_and(|status| status >= 500);
    let name = if failed { red } else { bold };
    let mut line = format!("{dim}{}{dim:#} {name}{}{name:#}", clock(entry.at), entry.entity);
    if !entry.because.is_empty() {
        let _ = write!(line, "  {}", entry.because);
    }
    if let Some(status) = entry.status {
        let color = if status >= 400 { red } else { bold };
        let _ = write!(line, "  {color}{status}{color:#}");
    }
    if let Some(took) = entry.took {
        let _ = write!(line, "  {took} ms");
    }
    if entry.cold {
        line.push_str(", cold");
    }
    for (verb, what) in [("wrote", &entry.wrote), ("sent to", &entry.sent)] {
        if !what.is_empty() {
            let _ = write!(line, "  {verb} {}", counted(what));
        }
    }
    if !entry.correlations.is_empty() {
        let _ = write!(line, "  {dim}{}{dim:#}", entry.correlations.join(" "));
    }
    for said in &entry.said {
        let _ = write!(line, "\n             {dim}| {said}{dim:#}");
    }
    for failure in &entry.failures {
        let _ = write!(line, "\n             {red}! {failure}{red:#}");
    }
    line
}

/// `tickets, orders ×3`.
fn counted(what: &BTreeMap<String, u32>) -> String {
    let times = |(name, count): (&String, &u32)| match count {
        1 => name.clone(),
        count => format!("{name} ×{count}"),
    };
    what.iter().map(times).collect::<Vec<_>>().join(", ")
}

/// The time of day in UTC.
fn clock(milliseconds: u64) -> String {
    let seconds = milliseconds / 1_000;
    let (hours, minutes) = (seconds / 3_600 % 24, seconds / 60 % 60);
    format!("{hours:02}:{minutes:02}:{:02}.{:03}", seconds % 60, milliseconds % 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(entry: &Entry) -> String {
        anstream::adapter::strip_str(&shown(entry)).to_string()
    }

    #[test]
    fn a_run_is_a_line() {
        let entry = Entry {
            at: 12 * 3_600_000 + 1_234,
            correlations: vec!["request-7".to_owned()],
            entity: "cook".to_owned(),
            because: "orders".to_owned(),
            took: Some(8),
            cold: true,
            wrote: [("tickets".to_owned(), 2)].into(),
            sent: [("served".to_owned(), 1)].into(),
            ..Entry::default()
        };
        let wanted =
            "12:00:01.234 cook  orders  8 ms, cold  wrote tickets ×2  sent to served  request-7";
        assert_eq!(plain(&entry), wanted);
    }

    #[test]
    fn what_goes_wrong_has_a_line_of_its_own() {
        let entry = Entry {
            entity: "door".to_owned(),
            because: "GET /".to_owned(),
            status: Some(500),
            said: vec!["looking".to_owned()],
            failures: vec!["no soup".to_owned()],
            ..Entry::default()
        };
        let wanted =
            "00:00:00.000 door  GET /  500\n             | looking\n             ! no soup";
        assert_eq!(plain(&entry), wanted);
    }
}
