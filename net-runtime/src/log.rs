//! What a function logs, as Lambda's logging controls have it.
//!
//! Lambda filters the lines of a function by their level if they are JSON objects with a `level` and a
//! `timestamp` in RFC 3339; a line that lacks one counts as INFO, whatever it is (AWS Lambda, "Log
//! level filtering" and "Configuring advanced logging controls for Lambda functions").

use serde_json::{Map, Value};
use std::{fmt, panic};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
};
use tracing_subscriber::{
    EnvFilter, Layer,
    filter::{FilterExt as _, filter_fn},
    fmt::{
        FmtContext, FormatEvent, FormattedFields, MakeWriter,
        format::{JsonFields, Writer},
        time::{FormatTime as _, SystemTime},
    },
    layer::SubscriberExt as _,
    registry::LookupSpan,
    util::SubscriberInitExt as _,
};

/// Sends everything that is logged, panics too, to standard output from now on.
pub(crate) fn start() {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let started = tracing_subscriber::registry().with(layer(variable, std::io::stdout)).try_init();
    // Somebody has set up a log of his own.
    if started.is_err() {
        return;
    }
    if let Some(Err(error)) = variable("LOG_LEVEL").map(|levels| levels.parse::<EnvFilter>()) {
        tracing::warn!(error = %error, "LOG_LEVEL says no levels, such as `debug` or `my_crate=debug`");
    }
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "panicked: {}", panic.payload_as_str().unwrap_or("no reason given"));
    }));
}

fn layer<S>(
    variable: impl Fn(&str) -> Option<String>,
    writer: impl for<'w> MakeWriter<'w> + Send + Sync + 'static,
) -> impl Layer<S>
where
    S: Subscriber + for<'s> LookupSpan<'s>,
{
    let lambda = variable("AWS_LAMBDA_LOG_LEVEL").and_then(|level| lambda_level(&level));
    let own = variable("LOG_LEVEL").and_then(|levels| levels.parse::<EnvFilter>().ok());
    let own = own.unwrap_or_else(|| {
        let level = lambda.unwrap_or(LevelFilter::INFO);
        EnvFilter::builder().with_default_directive(level.into()).parse_lossy("")
    });
    // What Lambda filters out need not be written.
    let filter = own.and(lambda.unwrap_or(LevelFilter::TRACE)).and(filter_fn(is_discreet));
    let text =
        variable("AWS_LAMBDA_LOG_FORMAT").is_some_and(|format| format.eq_ignore_ascii_case("text"));
    let layer = tracing_subscriber::fmt::layer().with_writer(writer);
    if text {
        layer.with_ansi(false).with_filter(filter).boxed()
    } else {
        layer.fmt_fields(JsonFields::new()).event_format(Lines).with_filter(filter).boxed()
    }
}

/// The levels of Lambda's: TRACE, DEBUG, INFO, WARN, ERROR, FATAL. Nothing here is worse than an error.
fn lambda_level(level: &str) -> Option<LevelFilter> {
    if level.eq_ignore_ascii_case("fatal") { Some(LevelFilter::ERROR) } else { level.parse().ok() }
}

/// Whether an event is none of those that quote what is sent and received: clients and servers do so
/// below INFO, tokens and all. No level and no directive of `LOG_LEVEL` brings them back.
fn is_discreet(metadata: &Metadata<'_>) -> bool {
    const LIBRARIES: [&str; 12] = [
        "h2",
        "hyper",
        "hyper_rustls",
        "hyper_util",
        "lambda_runtime",
        "lambda_runtime_api_client",
        "reqwest",
        "rustls",
        "tokio_rustls",
        "tower",
        "tower_http",
        "want",
    ];
    let library = metadata.target().split("::").next().unwrap_or_default();
    let quotes = library.starts_with("aws_") || LIBRARIES.contains(&library);
    *metadata.level() <= Level::INFO || !quotes
}

/// One JSON object a line: `timestamp`, `level`, `target`, `message`, the fields of the event, and in
/// `span` those of all spans around it, the inner ones' before the outer ones'.
struct Lines;

impl<S> FormatEvent<S, JsonFields> for Lines
where
    S: Subscriber + for<'s> LookupSpan<'s>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, JsonFields>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut time = String::new();
        SystemTime.format_time(&mut Writer::new(&mut time))?;
        let mut line = Line(Map::new());
        line.0.insert("timestamp".to_owned(), time.into());
        line.0.insert("level".to_owned(), event.metadata().level().as_str().into());
        line.0.insert("target".to_owned(), event.metadata().target().into());
        let mut around = Map::new();
        for span in context.event_scope().into_iter().flat_map(|scope| scope.from_root()) {
            around.insert("name".to_owned(), span.name().into());
            if let Some(fields) = span.extensions().get::<FormattedFields<JsonFields>>()
                && let Ok(fields) = serde_json::from_str::<Map<String, Value>>(fields)
            {
                around.extend(fields);
            }
        }
        if !around.is_empty() {
            line.0.insert("span".to_owned(), around.into());
        }
        event.record(&mut line);
        writeln!(writer, "{}", Value::Object(line.0))
    }
}

/// The fields of a line.
struct Line(Map<String, Value>);

impl Line {
    /// Fields never take the place of what Lambda reads.
    fn put(&mut self, field: &Field, value: Value) {
        let mut name = field.name().to_owned();
        while self.0.contains_key(&name) {
            name.push('_');
        }
        self.0.insert(name, value);
    }
}

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no panic").write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// The lines that work logs under some variables.
    fn logged(variables: &[(&str, &str)], work: impl FnOnce()) -> Vec<String> {
        let written = Written::default();
        let writer = written.clone();
        let variable = |name: &str| {
            let known = variables.iter().find(|(known, _)| *known == name);
            known.map(|(_, value)| (*value).to_owned())
        };
        let layer = layer(variable, move || writer.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), work);
        let text = String::from_utf8(written.0.lock().expect("no panic").clone()).expect("text");
        text.lines().map(str::to_owned).collect()
    }

    fn all_levels() {
        tracing::trace!("trace");
        tracing::debug!("debug");
        tracing::info!("info");
        tracing::warn!("warn");
        tracing::error!("error");
    }

    #[test]
    fn a_line_is_what_lambda_reads() {
        let lines = logged(&[], || {
            let outer = tracing::info_span!("outer", correlation = "c-1", record = "outer");
            let _outer = outer.enter();
            let inner = tracing::info_span!("inner", record = "\"inner\"\n", count = 7);
            let _inner = inner.enter();
            tracing::error!(
                level = 3,
                timestamp = "noon",
                ratio = f64::NAN,
                ok = true,
                "a\nb {}",
                1
            );
        });
        assert_eq!(lines.len(), 1, "{lines:#?}");
        let line: Value = serde_json::from_str(&lines[0]).expect("JSON");
        assert_eq!((&line["level"], &line["message"]), (&"ERROR".into(), &"a\nb 1".into()));
        let time = line["timestamp"].as_str().expect("a text");
        assert!(time.len() == 27 && time.contains('T') && time.ends_with('Z'), "RFC 3339: {time}");
        assert_eq!((&line["level_"], &line["timestamp_"]), (&3.into(), &"noon".into()));
        assert_eq!((&line["ratio"], &line["ok"]), (&Value::Null, &true.into()));
        let span = serde_json::json!({
            "name": "inner", "correlation": "c-1", "record": "\"inner\"\n", "count": 7,
        });
        assert_eq!(line["span"], span, "an inner span keeps what is around it");
    }

    #[test]
    fn levels_are_what_lambda_and_the_function_both_let_through() {
        let cases: [(&[(&str, &str)], usize); 9] = [
            (&[], 3),
            (&[("AWS_LAMBDA_LOG_LEVEL", "DEBUG")], 4),
            (&[("AWS_LAMBDA_LOG_LEVEL", "WARN")], 2),
            (&[("AWS_LAMBDA_LOG_LEVEL", "FATAL")], 1),
            (&[("AWS_LAMBDA_LOG_LEVEL", "loud")], 3),
            (&[("LOG_LEVEL", "trace")], 5),
            (&[("LOG_LEVEL", "trace"), ("AWS_LAMBDA_LOG_LEVEL", "INFO")], 3),
            (&[("LOG_LEVEL", "error"), ("AWS_LAMBDA_LOG_LEVEL", "DEBUG")], 1),
            (&[("LOG_LEVEL", "net_runtime=what")], 3),
        ];
        for (variables, wanted) in cases {
            assert_eq!(logged(variables, all_levels).len(), wanted, "{variables:?}");
        }
        let text = logged(&[("AWS_LAMBDA_LOG_FORMAT", "Text")], all_levels);
        assert!(
            text.len() == 3 && text[2].contains("ERROR") && !text[2].starts_with('{'),
            "{text:?}"
        );
    }

    #[test]
    fn no_level_logs_what_clients_send() {
        let chatter = || {
            tracing::trace!(target: "aws_smithy_runtime::client::orchestrator", "swordfish");
            tracing::debug!(target: "hyper_util::client::legacy", "swordfish");
            tracing::trace!(target: "lambda_runtime::layers::api_response", "swordfish");
            tracing::trace!(target: "reqwest::connect", "swordfish");
            tracing::debug!(target: "h2", "swordfish");
            tracing::warn!(target: "aws_smithy_runtime", "slow");
            tracing::trace!(target: "my_crate", "mine");
        };
        for levels in ["trace", "hyper=trace,h2=trace,aws_smithy_runtime=trace,my_crate=trace"] {
            let lines = logged(&[("LOG_LEVEL", levels)], chatter);
            assert!(lines.len() == 2 && lines.iter().all(|line| !line.contains("swordfish")));
        }
    }
}
