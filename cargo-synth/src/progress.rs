//! What is going on: a moving line on a terminal, plain lines elsewhere.

use anstyle::Style;
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    io::{IsTerminal as _, Write as _},
    time::{Duration, Instant},
};

const TICK: Duration = Duration::from_millis(100);

/// Says on standard error what is going on.
pub(crate) struct Progress {
    bar: Option<ProgressBar>,
    start: Instant,
}

impl Progress {
    pub(crate) fn start(what: &str) -> Progress {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg} {elapsed}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(TICK);
            bar
        });
        let progress = Progress { bar, start: Instant::now() };
        progress.now(what);
        progress
    }

    /// Replaces the moving line.
    pub(crate) fn now(&self, what: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(what.to_owned());
        }
    }

    /// A text that stays; ends in a newline or gets one.
    pub(crate) fn say(&self, text: &str) {
        let print = || {
            // Nobody listens: nothing of what is done changes.
            let _ = writeln!(anstream::stderr(), "{}", text.trim_end_matches('\n'));
        };
        self.suspended(print);
    }

    /// `  verb  what`, as cargo says what it has done.
    pub(crate) fn done(&self, verb: &str, what: &str) {
        let style: Style = anstyle::AnsiColor::BrightGreen.on_default().bold();
        self.say(&format!("{style}{verb:>12}{style:#} {what}"));
    }

    fn suspended<T>(&self, act: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(act),
            None => act(),
        }
    }

    /// Is gone while somebody else has the terminal.
    pub(crate) async fn away<T>(&self, meanwhile: impl Future<Output = T>) -> T {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        let done = meanwhile.await;
        if let Some(bar) = &self.bar {
            bar.reset();
            bar.enable_steady_tick(TICK);
        }
        done
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}

/// [`Progress::done`], where nothing moves.
pub(crate) fn tell(verb: &str, what: &str) {
    Progress { bar: None, start: Instant::now() }.done(verb, what);
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// `1.2 s`, `3 min 4 s`.
pub(crate) fn duration(duration: Duration) -> String {
    match duration.as_secs() {
        seconds @ 60.. => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{:.1} s", duration.as_secs_f64()),
    }
}

/// `950 B`, `12.3 kB`, `4.5 MB`.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{}.{} kB", bytes / 1_000, bytes % 1_000 / 100),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// `1 function`, `2 functions`, `2 binaries`.
pub(crate) fn count(number: usize, what: &str) -> String {
    match (number, what.strip_suffix('y')) {
        (1, _) => format!("1 {what}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        (_, None) => format!("{number} {what}s"),
    }
}
