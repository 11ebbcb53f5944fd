//! Findings as people read them: what, where, why, what to do.

use annotate_snippets::{AnnotationKind, Group, Level, Origin as Place, Renderer, Snippet};
use net_dsl::{
    Origin,
    check::{Finding, Label, Severity},
    text::printable,
};
use std::{
    collections::{BTreeMap, HashMap},
    env, fs,
    path::Path,
};

/// Findings in the style of a compiler, with colours; where a source file is found from the current
/// directory upwards, with its lines.
///
/// ```
/// use net_dsl::prelude::*;
///
/// # contract! { pub Task: Tick => () {} }
/// let task = Function::<Task>::builder().name(name!("task")).build();
/// let report = net_synth::report::render(&net_dsl::check::check(&task.network()));
/// assert!(report.contains("N204"));
/// ```
pub fn render(findings: &[Finding]) -> String {
    let mut sources = Sources::default();
    for label in findings.iter().flat_map(|finding| &finding.labels) {
        sources.load(label.at.file());
    }
    let renderer = Renderer::styled();
    let mut out = String::new();
    for finding in findings {
        out.push_str(&renderer.render(&groups(finding, &sources)));
        out.push_str("\n\n");
    }
    out
}

fn groups<'a>(finding: &'a Finding, sources: &'a Sources) -> Vec<Group<'a>> {
    let level = match (&finding.accepted, finding.rule.severity) {
        (Some(_), _) => Level::NOTE.with_name("accepted"),
        (None, Severity::Error) => Level::ERROR,
        (None, Severity::Warning) => Level::WARNING,
    };
    let mut group = level
        .primary_title(printable(&finding.message))
        .id(finding.rule.code)
        .elements(Vec::<annotate_snippets::Element<'_>>::new());
    let mut first = true;
    for (file, labels) in by_file(&finding.labels) {
        let text = sources.get(file).unwrap_or_default();
        // Where the source has no such place (any more), the place alone is shown.
        let (spans, lost): (Vec<_>, Vec<_>) = labels
            .into_iter()
            .map(|label| (label, span(text, &label.at)))
            .partition(|(_, span)| span.is_some());
        if !spans.is_empty() {
            let mut snippet = Snippet::source(text).path(printable(file)).line_start(1);
            for (label, span) in spans.into_iter().filter_map(|(label, span)| Some((label, span?)))
            {
                let primary = std::mem::take(&mut first);
                let kind = if primary { AnnotationKind::Primary } else { AnnotationKind::Context };
                snippet = snippet.annotation(kind.span(span).label(printable(&label.text)));
            }
            group = group.element(snippet);
        }
        for (label, _) in lost {
            let (line, column) = (label.at.line() as usize, label.at.column() as usize);
            group = group
                .element(Place::path(printable(file)).line(line).char_column(column))
                .element(Level::NOTE.with_name("there").message(printable(&label.text)));
        }
    }
    if let Some(accepted) = &finding.accepted {
        let reason = printable(&accepted.reason);
        return vec![group.element(Level::NOTE.with_name("reason").message(reason))];
    }
    if !finding.why.is_empty() {
        group = group.element(Level::NOTE.with_name("why").message(printable(&finding.why)));
    }
    for help in &finding.help {
        group = group.element(Level::HELP.message(printable(help)));
    }
    vec![group]
}

/// The labels of each file, the file of the first label first.
fn by_file(labels: &[Label]) -> Vec<(&str, Vec<&Label>)> {
    let mut files: Vec<(&str, Vec<&Label>)> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for label in labels {
        let file = label.at.file();
        let place = *places.entry(file).or_insert_with(|| {
            files.push((file, Vec::new()));
            files.len() - 1
        });
        files[place].1.push(label);
    }
    files
}

/// What stands at a position, as far as the bracket it opens or the end of the word.
fn span(text: &str, at: &Origin) -> Option<std::ops::Range<usize>> {
    let line_number = at.line().checked_sub(1)? as usize;
    let line_start: usize = text.split_inclusive('\n').take(line_number).map(str::len).sum();
    let line = text.get(line_start..)?.lines().next()?;
    let (from, _) = line.char_indices().nth(at.column().checked_sub(1)? as usize)?;
    let rest = line[from..].trim_end();
    let mut depth = 0_usize;
    let mut end = rest.len();
    for (position, letter) in rest.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' if depth <= 1 => {
                end = if depth == 1 { position + 1 } else { position };
                break;
            }
            ')' => depth -= 1,
            _ => {}
        }
    }
    (end > 0).then_some(line_start + from..line_start + from + end)
}

/// The source files that positions point into, as far as they are found.
#[derive(Default)]
struct Sources(HashMap<String, Option<String>>);

impl Sources {
    fn load(&mut self, file: &str) {
        if !self.0.contains_key(file) {
            self.0.insert(file.to_owned(), find(file));
        }
    }

    fn get(&self, file: &str) -> Option<&str> {
        self.0.get(file)?.as_deref()
    }
}

/// The compiler names files relative to the workspace, which may be above the current directory.
fn find(file: &str) -> Option<String> {
    const LIMIT: u64 = 4 << 20;
    let here = env::current_dir().ok()?;
    let path = here.ancestors().map(|above| above.join(file)).find(|path| path.is_file())?;
    let is_source = Path::new(file).extension().is_some_and(|extension| extension == "rs");
    let is_small = fs::metadata(&path).is_ok_and(|metadata| metadata.len() <= LIMIT);
    (is_source && is_small).then(|| fs::read_to_string(path).ok())?
}
