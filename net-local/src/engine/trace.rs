//! What code logs while it runs, and which input it is at.
//!
//! `net-runtime` handles each input inside a span with its correlation id and its record. The engine listens
//! to what is logged there: it learns why a message failed, and to what a call belongs.

use std::{
    cell::RefCell,
    fmt,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
};
use tracing::{
    Dispatch, Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

/// A line that code has logged.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) level: Level,
    /// What it is about: a message's id.
    pub(crate) record: Arc<str>,
    pub(crate) correlation: Arc<str>,
    pub(crate) text: String,
}

#[derive(Default)]
struct Span {
    holders: usize,
    record: Option<Arc<str>>,
    correlation: Option<Arc<str>>,
}

#[derive(Default)]
struct Here {
    spans: Vec<Span>,
    free: Vec<usize>,
    entered: Vec<usize>,
    lines: Vec<Line>,
}

thread_local! {
    static HERE: RefCell<Here> = RefCell::default();
}

impl Here {
    fn of(&self, pick: impl Fn(&Span) -> Option<&Arc<str>>) -> Arc<str> {
        let spans = self.entered.iter().rev();
        let found = spans.filter_map(|at| pick(self.spans.get(*at)?)).next();
        found.cloned().unwrap_or_default()
    }
}

/// The correlation id of the input that is handled now.
pub(crate) fn correlation() -> Arc<str> {
    HERE.with_borrow(|here| here.of(|span| span.correlation.as_ref()))
}

fn dispatch() -> &'static Dispatch {
    static DISPATCH: OnceLock<Dispatch> = OnceLock::new();
    DISPATCH.get_or_init(|| Dispatch::new(Listener))
}

/// A future whose log is listened to.
pub(crate) struct Listened<F, T> {
    work: Pin<Box<F>>,
    tell: T,
}

/// Hands over what a future logs each time it has gone on.
pub(crate) fn listened<F, T>(work: F, tell: T) -> Listened<F, T>
where
    F: Future<Output = ()>,
    T: FnMut(Vec<Line>) + Unpin,
{
    Listened { work: Box::pin(work), tell }
}

impl<F, T> Future for Listened<F, T>
where
    F: Future<Output = ()>,
    T: FnMut(Vec<Line>) + Unpin,
{
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        let polled =
            tracing::dispatcher::with_default(dispatch(), || this.work.as_mut().poll(context));
        let lines = HERE.with_borrow_mut(|here| std::mem::take(&mut here.lines));
        if !lines.is_empty() {
            (this.tell)(lines);
        }
        polled
    }
}

/// Takes the lines so far, for whoever ends a run before its future has returned.
pub(crate) fn lines() -> Vec<Line> {
    HERE.with_borrow_mut(|here| std::mem::take(&mut here.lines))
}

struct Listener;

fn slot(id: &Id) -> usize {
    usize::try_from(id.into_u64() - 1).unwrap_or(usize::MAX)
}

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::INFO
    }

    fn new_span(&self, attributes: &Attributes<'_>) -> Id {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let span = Span {
            holders: 1,
            record: fields.record.map(Into::into),
            correlation: fields.correlation.map(Into::into),
        };
        HERE.with_borrow_mut(|here| {
            let at = match here.free.pop() {
                Some(at) => {
                    here.spans[at] = span;
                    at
                }
                None => {
                    here.spans.push(span);
                    here.spans.len() - 1
                }
            };
            Id::from_u64(at as u64 + 1)
        })
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let text = fields.text();
        HERE.with_borrow_mut(|here| {
            let (record, correlation) =
                (here.of(|span| span.record.as_ref()), here.of(|span| span.correlation.as_ref()));
            let level = *event.metadata().level();
            here.lines.push(Line { level, record, correlation, text });
        });
    }

    fn enter(&self, id: &Id) {
        HERE.with_borrow_mut(|here| here.entered.push(slot(id)));
    }

    fn exit(&self, id: &Id) {
        HERE.with_borrow_mut(|here| {
            if let Some(at) = here.entered.iter().rposition(|entered| *entered == slot(id)) {
                here.entered.remove(at);
            }
        });
    }

    fn clone_span(&self, id: &Id) -> Id {
        HERE.with_borrow_mut(|here| {
            if let Some(span) = here.spans.get_mut(slot(id)) {
                span.holders += 1;
            }
        });
        id.clone()
    }

    fn try_close(&self, id: Id) -> bool {
        HERE.try_with(|here| {
            let mut here = here.borrow_mut();
            let Some(span) = here.spans.get_mut(slot(&id)) else { return false };
            span.holders = span.holders.saturating_sub(1);
            let closed = span.holders == 0;
            if closed {
                here.free.push(slot(&id));
            }
            closed
        })
        .unwrap_or(false)
    }
}

#[derive(Default)]
struct Fields {
    record: Option<String>,
    correlation: Option<String>,
    message: String,
    error: String,
    others: Vec<String>,
}

impl Fields {
    fn put(&mut self, field: &Field, value: String) {
        match field.name() {
            "record" => self.record = Some(value),
            "correlation" => self.correlation = Some(value),
            "message" => self.message = value,
            "error" => self.error = value,
            other => self.others.push(format!("{other}={value}")),
        }
    }

    /// What is wrong comes first: that is what people look for.
    fn text(self) -> String {
        let mut text = match (self.error.as_str(), self.message.as_str()) {
            ("", message) => message.to_owned(),
            (error, "" | "failed") => error.to_owned(),
            (error, message) => format!("{message}: {error}"),
        };
        for other in self.others {
            text.push(' ');
            text.push_str(&other);
        }
        text
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value.to_owned());
    }
}
