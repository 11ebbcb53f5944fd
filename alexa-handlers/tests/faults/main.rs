//! Every fault at every call of every handler of six networks: no answer is lost, and none is given
//! twice but where nobody can know whether it was given.
//!
//! It takes a minute or two, since what is slow is waited for.

mod injector;
mod stage;
#[path = "../handlers/support.rs"]
#[expect(dead_code, reason = "the handlers' own tests use the rest")]
mod support;

use injector::Fault;
use stage::{End, Network, Said, Site, play};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    thread,
};

/// What became of one fault at one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// Alexa was told while it waited: an answer, or an error.
    Answered,
    /// The answer came after its deadline, and was reported as a change.
    Reported,
    /// Nothing was done in time, and Alexa has said so by itself.
    NotDone,
    /// The device has done it, or had the time to, and nobody was told.
    Lost,
}

fn outcome(said: Said, end: &End) -> Outcome {
    let at_once = end.at_once.as_deref();
    if !said.is_deferred() {
        // Alexa is told by the run itself; where it has died, Alexa says so.
        let stored =
            said != Said::AcceptGrant || end.granted || at_once != Some("AcceptGrant.Response");
        return match at_once {
            Some(_) if stored => Outcome::Answered,
            Some(_) => Outcome::Lost,
            None => Outcome::NotDone,
        };
    }
    match at_once {
        _ if !end.answers.is_empty() => Outcome::Answered,
        _ if !end.reports.is_empty() => Outcome::Reported,
        Some("ErrorResponse") if end.acts == 0 => Outcome::Answered,
        // The run has died before anything was on its way.
        None if end.acts == 0 => Outcome::NotDone,
        _ if end.acts == 0 && end.expired => Outcome::NotDone,
        _ => Outcome::Lost,
    }
}

struct Played {
    network: Network,
    said: Said,
    call: String,
    fault: Fault,
    end: End,
}

/// Plays every scenario, on as many threads as wait for something slow at a time.
fn play_all(scenarios: Vec<(Network, Said, Site, String, Fault)>) -> Vec<Played> {
    const AT_A_TIME: usize = 12;
    let (scenarios, played) = (Mutex::new(scenarios), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                loop {
                    let next = scenarios.lock().unwrap_or_else(PoisonError::into_inner).pop();
                    let Some((network, said, site, call, fault)) = next else { break };
                    let end = block_on(play(network, said, Some((site, fault))));
                    let mut played = played.lock().unwrap_or_else(PoisonError::into_inner);
                    played.push(Played { network, said, call, fault, end });
                }
            });
        }
    });
    played.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(future)
}

#[test]
fn no_answer_is_lost_whatever_goes_wrong_at_whatever_call() {
    let mut scenarios = Vec::new();
    for network in Network::ALL {
        let all = [Said::TurnOn, Said::Unlock];
        // What is answered at once is the same in all of them.
        let at_once = [Said::AcceptGrant, Said::Discover, Said::ReportState];
        let said = all.into_iter().chain(at_once.into_iter().filter(|_| network == Network::Sync));
        for said in said {
            let clean = block_on(play(network, said, None));
            assert_eq!(
                outcome(said, &clean),
                Outcome::Answered,
                "{network:?} {said:?}: {clean:#?}"
            );
            assert!(clean.dead_letters.is_empty() && clean.refused.is_empty(), "{clean:#?}");
            for (site, call) in &clean.calls {
                let faults = Fault::ALL.iter();
                scenarios.extend(faults.map(|fault| (network, said, *site, call.clone(), *fault)));
            }
        }
    }
    let number = scenarios.len();
    let played = play_all(scenarios);
    assert_eq!(played.len(), number, "a scenario has panicked");
    report(&played);

    let described = |it: &Played| {
        format!("{:?} {:?}, {:?} at {}: {:?}", it.network, it.said, it.fault, it.call, it.end)
    };
    let lost: Vec<_> = played
        .iter()
        .filter(|it| outcome(it.said, &it.end) == Outcome::Lost)
        .map(described)
        .collect();
    assert!(lost.is_empty(), "lost: {lost:#?}");
    for it in &played {
        let end = &it.end;
        assert!(end.dead_letters.is_empty() && end.refused.is_empty(), "{}", described(it));
        assert!(it.end.acts <= 1, "a device has done it twice: {}", described(it));
        let mut ids = end.answers.clone();
        ids.sort_unstable();
        ids.dedup();
        assert!(ids.len() <= 1, "two answers to one directive: {}", described(it));
        if end.answers.len() > 1 {
            assert!(may_double(it), "{}", described(it));
        }
    }
}

/// Whether nobody can know if the gateway has taken the answer: its word is lost, and it knows no
/// idempotency; or the run has died between that word and its own record of it.
fn may_double(played: &Played) -> bool {
    let ambiguous = played.call.ends_with("POST gateway") && played.fault.is_ambiguous();
    ambiguous || played.fault == Fault::KilledBefore && played.call == "dispatcher: write once"
}

fn report(played: &[Played]) {
    let mut rows: BTreeMap<(Network, Fault), [usize; 6]> = BTreeMap::new();
    for it in played {
        let row = rows.entry((it.network, it.fault)).or_default();
        row[0] += 1;
        let column = match outcome(it.said, &it.end) {
            Outcome::Answered => 1,
            Outcome::Reported => 2,
            Outcome::NotDone => 3,
            Outcome::Lost => 4,
        };
        row[column] += 1;
        row[5] += usize::from(it.end.answers.len() > 1);
    }
    println!(
        "| network | fault | calls | answered | reported late | not done | lost | sent twice |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    let mut sum = [0; 6];
    for ((network, fault), row) in &rows {
        let cells: Vec<_> = row.iter().map(ToString::to_string).collect();
        println!("| {network:?} | {fault:?} | {} |", cells.join(" | "));
        for (sum, cell) in sum.iter_mut().zip(row) {
            *sum += cell;
        }
    }
    let cells: Vec<_> = sum.iter().map(ToString::to_string).collect();
    println!("| all | all | {} |", cells.join(" | "));
    for it in played.iter().filter(|it| it.end.answers.len() > 1) {
        println!("sent twice: {:?} {:?}, {:?} at {}", it.network, it.said, it.fault, it.call);
    }
}
