//! The networks under all faults, 100,000 seeds each: what becomes of a directive, and how long an
//! answer takes.

#[path = "../tests/simulation/world.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod world;

use std::sync::{Arc, atomic::Ordering};
use world::{Counts, How, Said, simulation};

const ALL: [How; 6] =
    [How::Sync, How::Push, How::Polling, How::Waiting, How::Adaptive, How::Optimistic];

#[expect(clippy::print_stdout, reason = "figures are what it is for")]
fn main() {
    let seeds = std::env::var("SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(100_000);
    println!(
        "| network | seeds | faults and events | answered | reported | not done | answer taken twice | median | 99 % |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for how in ALL {
        let counts = Arc::new(Counts::default());
        match simulation(how, Said::TurnOn, &counts).seeds(seeds).run() {
            Ok(report) => {
                let of = |count: &std::sync::atomic::AtomicUsize| count.load(Ordering::Relaxed);
                let mut times = counts.times.lock().expect("no panic").clone();
                times.sort_unstable();
                let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or(0);
                println!(
                    "| {how:?} | {seeds} | {report} | {} | {} | {} | {} | {} ms | {} ms |",
                    of(&counts.answered),
                    of(&counts.reported),
                    of(&counts.not_done),
                    of(&counts.twice),
                    at(50),
                    at(99),
                );
            }
            Err(found) => println!("{how:?}: {found}"),
        }
    }
}
