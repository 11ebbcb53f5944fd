//! What N cells of the polling network cost, from composing to the template's bytes.
//!
//! `cargo bench --bench cells` prints a table: time and peak memory of each step, their sum, and
//! beside them the time of writing the finished templates with serde_json and nothing else. `--
//! 1000 10000` picks the numbers of cells.

use alexa_patterns::{async_processor, dispatcher, entrypoint, polling_event_processor};
use net_dsl::{Graph, Name, Network, check::Finding, name};
use net_synth::{Plan, check, emit};
use peak_alloc::PeakAlloc;
use serde_json::Value;
use std::{
    fmt::Write as _,
    hint::black_box,
    io::Write as _,
    time::{Duration, Instant},
};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

fn main() -> std::io::Result<()> {
    let picked: Vec<usize> =
        std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if picked.is_empty() { vec![1, 10, 100, 1_000, 10_000] } else { picked };
    let mut out = String::new();
    let _ = writeln!(
        out,
        "| cells | resources | template | compose | check | plan | emit | sum | serde_json | ratio | sum per cell | peak memory |\n\
         |---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    );
    for cells in sizes {
        // One run's noise is not a result: the median run, by its ratio, is.
        let runs = (20_000 / cells.max(1)).clamp(3, 101);
        let mut measured: Vec<Run> = (0..runs).map(|_| measure(cells)).collect();
        measured.sort_by(|a, b| a.ratio().total_cmp(&b.ratio()));
        measured[runs / 2].write(cells, &mut out);
    }
    for (shape, compose) in SHAPES {
        let cell = cell();
        let parts: Vec<Network> = (0..1_000).map(|number| numbered(&cell, number)).collect();
        let start = Instant::now();
        let network = compose(parts);
        let time = start.elapsed();
        let _ = writeln!(out, "\n1,000 cells added {shape}: {}", milliseconds(time));
        let _ = black_box(network);
    }
    std::io::stdout().write_all(out.as_bytes())
}

type Compose = fn(Vec<Network>) -> Network;

/// Ways to add the same cells.
const SHAPES: [(&str, Compose); 3] = [
    ("from the left", |parts| parts.into_iter().fold(Network::empty(), |sum, part| sum + part)),
    ("from the right", |parts| {
        parts.into_iter().rev().fold(Network::empty(), |sum, part| part + sum)
    }),
    ("as a balanced tree", balanced),
];

fn balanced(mut parts: Vec<Network>) -> Network {
    if parts.len() <= 1 {
        return parts.pop().unwrap_or_default();
    }
    let right = parts.split_off(parts.len() / 2);
    balanced(parts) + balanced(right)
}

fn cell() -> Network {
    entrypoint() + async_processor() + polling_event_processor() + dispatcher()
}

fn numbered(cell: &Network, number: usize) -> Network {
    // Names of numbers are names: they are made of letters, digits and hyphens.
    Name::new(&format!("cell-{number}"))
        .map_or_else(|_| Network::empty(), |name| cell.prefix(&name, &[]))
}

struct Run {
    resources: usize,
    bytes: usize,
    compose: Duration,
    check: Duration,
    plan: Duration,
    emit: Duration,
    serialise: Duration,
    peak_mebibytes: f32,
}

fn measure(cells: usize) -> Run {
    let name = name!("cells");
    MEMORY.reset_peak_usage();
    let (network, compose) = timed(|| {
        let cell = cell();
        (0..cells).map(|number| numbered(&cell, number)).sum::<Network>()
    });
    // The graph is what check and plan share; checking starts with it.
    let (graph, index) = timed(|| Graph::new(&network));
    let (plan, plan_time) = timed(|| Plan::new(&name, &graph));
    let (findings, check) = timed(|| check::check(&plan, &graph));
    let (template, emit) = timed(|| emit::cloudformation(&plan));
    let peak_mebibytes = MEMORY.peak_usage_as_mb();
    assert!(findings.iter().filter(|finding| finding.rule.code == "N402").count() == cells);
    assert!(!findings.iter().any(|finding: &Finding| finding.rule.code.starts_with("N1")));
    let (resources, bytes) = (plan.resources.len(), template.len());
    drop((findings, plan));

    let value: Value = serde_json::from_str(&template).unwrap_or_default();
    let (alone, serialise) = timed(|| serde_json::to_vec_pretty(&value).unwrap_or_default());
    assert_eq!(alone.len() + 1, bytes, "both write the same");
    Run {
        resources,
        bytes,
        compose,
        check: check + index,
        plan: plan_time,
        emit,
        serialise,
        peak_mebibytes,
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let done = black_box(work());
    (done, start.elapsed())
}

impl Run {
    fn sum(&self) -> Duration {
        self.compose + self.check + self.plan + self.emit
    }

    fn ratio(&self) -> f64 {
        self.sum().as_secs_f64() / self.serialise.as_secs_f64()
    }

    fn write(&self, cells: usize, out: &mut String) {
        let per_cell = self.sum().as_secs_f64() * 1e6 / cells as f64;
        let _ = writeln!(
            out,
            "| {cells} | {} | {:.1} MB | {} | {} | {} | {} | {} | {} | {:.2} | {per_cell:.0} µs | {:.0} MiB |",
            self.resources,
            self.bytes as f64 / 1e6,
            milliseconds(self.compose),
            milliseconds(self.check),
            milliseconds(self.plan),
            milliseconds(self.emit),
            milliseconds(self.sum()),
            milliseconds(self.serialise),
            self.ratio(),
            self.peak_mebibytes,
        );
    }
}

fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}
