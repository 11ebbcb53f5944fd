//! The three networks under all faults, seed by seed: a directive is answered once or reported late, never
//! lost. `cargo bench --bench simulation` plays 100,000 seeds each.

mod world;

use std::sync::Arc;
use world::{Counts, How, Said, simulation};

fn holds(how: How, said: Said) {
    let counts = Arc::new(Counts::default());
    let report = simulation(how, said, &counts).seeds(50).run().unwrap();
    assert_eq!(report.seeds(), 50, "{how:?} {said:?}: {report}; {counts:?}");
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
