//! Two deployments of one stack at once: one is done, and the other is done too or ends with one error.

use crate::{
    seasons::{Season, State},
    site::Site,
    support::{Said, said},
};
use net_tests::proxy::{Fate, Proxy, Request};
use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
};

const DEPLOY: &[&str] = &["deploy", "--yes"];
const CONFLICT: &str = "somebody else changes `restaurant` at the same time";

impl Site {
    /// Deploys summer, and while that waits before an operation, winter; what summer came to. None if it
    /// never comes to that operation.
    fn overtaken(&self, operation: &'static str) -> Option<Said> {
        let (arrived, arrivals) = mpsc::channel();
        let (go_on, waits) = mpsc::channel::<()>();
        let (first, waits) = (AtomicBool::new(true), Mutex::new(waits));
        let proxy = Proxy::start(&self.engine.endpoint, move |request: &Request| {
            if request.operation == operation && first.swap(false, Ordering::SeqCst) {
                // Whoever has given up is not waited for.
                let _ = arrived.send(());
                let _ = waits.lock().expect("nobody panics").recv();
            }
            Fate::Pass
        });
        let mut summer = self.in_season(Season::Summer, &proxy.endpoint, DEPLOY);
        let summer = thread::spawn(move || said(&mut summer));
        let comes = loop {
            match arrivals.recv_timeout(std::time::Duration::from_millis(50)) {
                Ok(()) => break true,
                Err(_) if summer.is_finished() => break false,
                Err(_) => {}
            }
        };
        if comes {
            self.deploy_in(Season::Winter);
            // What is not packaged yet is packaged as it was to be.
            self.cook(Season::Summer);
            go_on.send(()).expect("it waits");
        }
        let summer = summer.join().expect("it is run");
        comes.then_some(summer)
    }

    /// That one of several ended well or said why not, and that the stack is what somebody wanted.
    #[track_caller]
    fn is_sound(&self, ended: &Said, states: &BTreeMap<Season, State>, case: &str) {
        let text = ended.text();
        match ended.code {
            Some(0) => {}
            Some(1) => {
                assert!(text.contains(CONFLICT), "{case}\n{text}");
                assert_eq!(ended.count("error"), 1, "{case}\n{text}");
            }
            _ => panic!("{case}\n{text}"),
        }
        let state = self.state();
        assert!(states.values().any(|known| *known == state), "{case}\n{text}");
        assert_eq!(self.waiting(), [""; 0], "{case}\n{text}");
    }
}

#[test]
fn whoever_is_overtaken_at_any_request_says_so_or_comes_after() {
    let Some(site) = Site::with_seasons() else { return };
    let states = site.undisturbed();
    let mut conflicts = Vec::new();
    for is_new in [true, false] {
        for operation in [
            "DescribeStacks",
            "PUT bucket",
            "PUT policy",
            "PUT object",
            "DeleteChangeSet",
            "CreateChangeSet",
            "DescribeChangeSet",
            "DescribeStackEvents",
            "ExecuteChangeSet",
        ] {
            site.engine.reset();
            if !is_new {
                site.deploy_in(Season::Winter);
                // So that winter has something to change too.
                site.cook(Season::Summer);
                site.deploy().code(0);
            }
            let Some(ended) = site.overtaken(operation) else { continue };
            let case = format!("new: {is_new}, {operation}");
            site.is_sound(&ended, &states, &case);
            let expected = if ended.code == Some(0) { Season::Summer } else { Season::Winter };
            assert_eq!(site.state(), states[&expected], "{case}\n{}", ended.text());
            if ended.code == Some(1) {
                conflicts.push((is_new, operation));
            }
            site.deploy_in(Season::Summer);
            assert_eq!(site.state(), states[&Season::Summer], "{case}");
        }
    }
    for is_new in [true, false] {
        assert!(conflicts.contains(&(is_new, "ExecuteChangeSet")), "{conflicts:?}");
    }
}

#[test]
fn two_that_start_together_leave_a_stack_that_one_of_them_wanted() {
    let Some(site) = Site::with_seasons() else { return };
    let states = site.undisturbed();
    for round in 0..6 {
        if round % 2 == 0 {
            site.engine.reset();
        }
        let running = [(); 2].map(|()| {
            let mut command = site.in_season(Season::Winter, &site.engine.endpoint, DEPLOY);
            thread::spawn(move || said(&mut command))
        });
        // Both, before anything is looked at.
        for ended in running.map(|run| run.join().expect("it is run")) {
            site.is_sound(&ended, &states, &format!("round {round}"));
        }
        site.deploy_in(Season::Winter);
        assert_eq!(site.state(), states[&Season::Winter]);
        site.deploy_in(Season::Summer);
    }
}
