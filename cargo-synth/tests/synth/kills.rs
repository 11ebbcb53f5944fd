//! Killed at any point and run again: the same comes out, and what a table has is still there.
//!
//! The points are between any two requests, within them, and some time after them. They are drawn from a
//! seed, which is said: `NET_KILLS_SEED=…` draws others, and `NET_KILLS=…` more or less than 100 for `deploy`.

use crate::{seasons::Season, site::Site, support::said, watch::Watch};
use net_tests::proxy::{Fate, Proxy, Request};
use std::{
    collections::BTreeMap,
    env,
    io::{self, Write as _},
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

/// How far a request gets at which a run is killed.
#[derive(Clone, Copy, Debug)]
enum Phase {
    /// It never arrives.
    Before,
    /// Half of it arrives.
    Half,
    /// It is done, and nobody hears of it.
    After,
    /// It is done and answered, and this long after it the end comes.
    Later(Duration),
}

/// Where a run is killed.
#[derive(Clone, Copy, Debug)]
struct Point {
    /// At which of its requests.
    request: usize,
    phase: Phase,
}

/// Draws points.
struct Dice(fastrand::Rng);

impl Dice {
    fn new(what: &str) -> Dice {
        let seed = env::var("NET_KILLS_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed: u64 = seed.unwrap_or(20_261_125);
        // Not `eprintln!`, which the test harness swallows when tests pass.
        let _ = writeln!(io::stderr(), "{what}: NET_KILLS_SEED={seed}");
        Dice(fastrand::Rng::with_seed(seed))
    }

    fn point(&mut self, requests: usize) -> Point {
        let request = self.0.usize(..requests);
        // The first question comes before anything is read or packaged.
        let longest = if request == 0 { 2_000 } else { 150 };
        let phase = match self.0.u8(..4) {
            0 => Phase::Before,
            1 => Phase::Half,
            2 => Phase::After,
            _ => Phase::Later(Duration::from_millis(self.0.u64(..longest))),
        };
        Point { request, phase }
    }
}

/// Ends a process at once, as nobody can hinder.
fn kill(id: &AtomicU32) {
    // It is known a moment after the process has started.
    while id.load(Ordering::SeqCst) == 0 {
        thread::sleep(Duration::from_millis(1));
    }
    let id = id.load(Ordering::SeqCst).to_string();
    // What has ended already cannot be ended, and that is all right.
    let _ = Command::new("kill").args(["-KILL", &id]).stderr(Stdio::null()).status();
}

/// What becomes of the request at which a process is killed.
fn end(id: &Arc<AtomicU32>, phase: Phase) -> Fate {
    let (id, later) = (id.clone(), id.clone());
    match phase {
        Phase::Before => {
            kill(&id);
            Fate::Drop
        }
        Phase::Half => {
            kill(&id);
            Fate::Half
        }
        Phase::After => Fate::Lose(Box::new(move || kill(&id))),
        Phase::Later(pause) => {
            thread::spawn(move || {
                thread::sleep(pause);
                kill(&later);
            });
            Fate::Pass
        }
    }
}

impl Site {
    /// Runs a command and kills it; whether it was killed before it came to its end.
    fn killed(&self, season: Season, arguments: &[&str], at: Point) -> bool {
        let id = Arc::new(AtomicU32::new(0));
        let victim = id.clone();
        let decide = move |request: &Request| {
            if request.number == at.request { end(&victim, at.phase) } else { Fate::Pass }
        };
        let proxy = Proxy::start(&self.engine.endpoint, decide);
        let mut command = self.in_season(season, &proxy.endpoint, arguments);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("synth");
        id.store(child.id(), Ordering::SeqCst);
        let status = child.wait().expect("it ends");
        assert!(status.success() || status.code().is_none(), "{at:?}: {status}");
        status.code().is_none()
    }

    /// How many requests a command makes that nothing disturbs.
    fn requests(&self, season: Season, arguments: &[&str]) -> usize {
        let proxy = Proxy::start(&self.engine.endpoint, |_: &Request| Fate::Pass);
        said(&mut self.in_season(season, &proxy.endpoint, arguments)).code(0);
        proxy.requests().len()
    }
}

const DEPLOY: &[&str] = &["deploy", "--yes"];

#[test]
fn a_deployment_that_is_killed_anywhere_is_done_by_the_next() {
    let Some(site) = Site::with_seasons() else { return };
    let mut dice = Dice::new("kill -9 of deploy");
    let wanted = env::var("NET_KILLS").ok().and_then(|count| count.parse().ok()).unwrap_or(100);
    let states = site.undisturbed();
    let updates = site.requests(Season::Winter, DEPLOY);
    site.engine.reset();
    let creations = site.requests(Season::Winter, DEPLOY);

    let (mut season, mut kills, mut ends) = (Season::Winter, 0, 0);
    while kills < wanted {
        let is_new = dice.0.bool();
        let at = dice.point(if is_new { creations } else { updates });
        if is_new {
            site.engine.reset();
        } else {
            season = season.next();
        }
        let is_killed = site.killed(season, DEPLOY, at);
        kills += usize::from(is_killed);
        ends += usize::from(!is_killed);
        assert!(ends <= kills + 10, "{ends} runs came to their end");
        // As somebody may who uses what is there by now.
        let stored = site.store();
        let case = format!("{kills}: {season:?}, new: {is_new}, {at:?}");
        let again = said(&mut site.in_season(season, &site.engine.endpoint, DEPLOY));
        assert_eq!(again.code, Some(0), "{case}\n{}", again.text());
        assert_eq!(site.state(), states[&season], "{case}");
        assert_eq!((site.dishes(), site.waiting()), (stored, Vec::new()), "{case}");
        site.store();
    }
}

#[test]
fn a_destruction_that_is_killed_anywhere_is_done_by_the_next() {
    let Some(site) = Site::with_seasons() else { return };
    let mut dice = Dice::new("kill -9 of destroy");
    let with_tables: &[&str] = &["destroy", "--yes", "--delete-tables"];
    let without: &[&str] = &["destroy", "--yes"];
    site.deploy_in(Season::Winter);
    let requests = site.requests(Season::Winter, with_tables);
    let mut kills = 0;
    while kills < 20 {
        site.engine.reset();
        site.deploy_in(Season::Winter);
        let stored = site.store();
        let arguments = if dice.0.bool() { with_tables } else { without };
        let at = dice.point(requests);
        kills += usize::from(site.killed(Season::Winter, arguments, at));
        let case = format!("{kills}: {arguments:?}, {at:?}");
        let again = said(&mut site.in_season(Season::Winter, &site.engine.endpoint, arguments));
        assert_eq!(again.code, Some(0), "{case}\n{}", again.text());
        assert_eq!(site.stack(), None, "{case}");
        assert!(site.functions().is_empty(), "{case}");
        let kept = if arguments == with_tables { 0 } else { stored };
        assert_eq!((stored, site.tables().len(), site.dishes()), (1, kept, kept), "{case}");
    }
}

#[test]
fn a_watch_that_is_killed_anywhere_is_taken_up_by_the_next() {
    let Some(site) = Site::with_seasons() else { return };
    let mut dice = Dice::new("kill -9 of watch");
    let done = ["Deployed", "Unchanged"];
    // Winter's network, whatever is cooked in it: only code changes.
    let cooked = |season| {
        site.cook(season);
        site.deploy().code(0);
        (season, site.state())
    };
    let states = BTreeMap::from([cooked(Season::Summer), cooked(Season::Winter)]);
    let stored = site.store();
    let mut season = Season::Winter;
    for round in 0..12 {
        season = season.next();
        // More than a change of code makes: then it is killed at its end.
        let at = dice.point(10);
        let id = Arc::new(AtomicU32::new(0));
        // The request from which on they are counted; none yet.
        let (victim, base) = (id.clone(), Arc::new(AtomicUsize::new(usize::MAX)));
        let first = base.clone();
        let proxy = Proxy::start(&site.engine.endpoint, move |request: &Request| {
            let is_it =
                first.load(Ordering::SeqCst).checked_add(at.request) == Some(request.number);
            if is_it { end(&victim, at.phase) } else { Fate::Pass }
        });
        let mut watch = Watch::of(site.through(&proxy.endpoint, &["watch"]));
        id.store(watch.id(), Ordering::SeqCst);
        watch.until_one(&done);
        // A deployment asks some more after it has said that it is done.
        let mut asked = 0;
        while asked < proxy.requests().len() {
            asked = proxy.requests().len();
            thread::sleep(Duration::from_millis(300));
        }
        base.store(asked, Ordering::SeqCst);
        site.cook(season);
        if !watch.ends_within(Duration::from_secs(5)) {
            kill(&id);
        }
        drop(watch);

        let case = format!("{round}: {season:?}, {at:?}");
        let watch = Watch::of(site.command(&["watch"]));
        watch.until_one(&done);
        watch.interrupt();
        assert_eq!(site.state(), states[&season], "{case}");
        assert_eq!((site.dishes(), site.waiting()), (stored, Vec::new()), "{case}");
    }
}
