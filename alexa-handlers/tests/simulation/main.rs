//! The networks under all faults, seed by seed: a directive is answered once or reported late, never
//! lost. `cargo bench --bench simulation` plays 100,000 seeds each.

mod world;

use std::{
    env,
    io::Write as _,
    process::Command,
    sync::{Arc, atomic::Ordering},
};
use world::{Counts, How, Said, simulation};

fn holds(how: How, said: Said) {
    let counts = Arc::new(Counts::default());
    let report = simulation(how, said, &counts).seeds(50).run().unwrap();
    assert_eq!(report.seeds(), 50, "{how:?} {said:?}: {report}; {counts:?}");
    // Faults are few enough for most to be told, if late.
    let told = counts.answered.load(Ordering::Relaxed) + counts.reported.load(Ordering::Relaxed);
    assert!(told > 20, "{how:?} {said:?}: of {told} of 50 somebody has heard");
}

#[test]
fn a_synchronous_answer_is_never_lost() {
    holds(How::Sync, Said::TurnOn);
    holds(How::Sync, Said::Unlock);
}

#[test]
fn a_pushed_answer_is_never_lost() {
    holds(How::Push, Said::TurnOn);
    holds(How::Push, Said::Unlock);
}

#[test]
fn a_polled_answer_is_never_lost() {
    holds(How::Polling, Said::TurnOn);
    holds(How::Polling, Said::Unlock);
}

#[test]
fn an_answer_that_is_looked_for_is_never_lost() {
    holds(How::Waiting, Said::TurnOn);
    holds(How::Waiting, Said::Unlock);
}

#[test]
fn an_answer_that_is_looked_for_in_time_is_never_lost() {
    holds(How::Adaptive, Said::TurnOn);
    holds(How::Adaptive, Said::Unlock);
}

#[test]
fn an_early_answer_comes_true_or_is_corrected() {
    holds(How::Optimistic, Said::TurnOn);
    holds(How::Optimistic, Said::Unlock);
}

const TRACES: &str = "PRINT_TRACES";

/// A failure that is told by its seed must be the same failure wherever it is repeated. Two processes differ in
/// the order of hash maps, in addresses and in the time of day.
#[test]
fn a_seed_is_the_same_in_every_process() {
    let networks =
        [How::Sync, How::Push, How::Polling, How::Waiting, How::Adaptive, How::Optimistic];
    let traces = networks.map(|how| {
        let simulation = simulation(how, Said::TurnOn, &Arc::default());
        [0, 1, 2, 3].map(|seed| simulation.trace(seed))
    });
    let traces = format!("traces: {traces:?}");
    if env::var_os(TRACES).is_some() {
        let _ = writeln!(std::io::stdout(), "{traces}");
        return;
    }
    let other = Command::new(env::current_exe().expect("a path"))
        .args(["a_seed_is_the_same_in_every_process", "--exact", "--nocapture"])
        .env(TRACES, "yes")
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&other.stdout);
    assert!(other.status.success() && said.contains(&traces), "{traces}\n{said}");
}
