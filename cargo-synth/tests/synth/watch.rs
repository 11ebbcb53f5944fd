//! Deploying again whenever something changes.

use crate::{
    folder::with_python,
    site::Site,
    support::{Said, said},
};
use std::{
    fs,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

/// `synth watch`, which ends with the test.
pub(crate) struct Watch {
    process: Child,
    lines: Receiver<String>,
}

impl Watch {
    fn start(site: &Site) -> Watch {
        Watch::of(site.command(&["watch"]))
    }

    pub(crate) fn of(mut command: Command) -> Watch {
        let command = command.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut process = command.spawn().expect("synth");
        let stderr = BufReader::new(process.stderr.take().expect("a pipe"));
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Watch { process, lines }
    }

    /// What it says up to a line that starts with something.
    #[track_caller]
    pub(crate) fn until(&self, start: &str) -> Said {
        self.until_one(&[start])
    }

    /// The same, of one of several.
    #[track_caller]
    pub(crate) fn until_one(&self, starts: &[&str]) -> Said {
        let mut err = String::new();
        loop {
            let line = self.lines.recv_timeout(Duration::from_secs(120));
            let line = line.unwrap_or_else(|_| panic!("it says none of {starts:?}, only:\n{err}"));
            err += &format!("{line}\n");
            if starts.iter().any(|start| line.trim_start().starts_with(start)) {
                return Said { code: None, out: String::new(), err };
            }
        }
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// Whether it ends within a time.
    pub(crate) fn ends_within(&mut self, time: Duration) -> bool {
        let start = Instant::now();
        while start.elapsed() < time {
            if self.process.try_wait().expect("it is a child").is_some() {
                return true;
            }
            thread::sleep(Duration::from_millis(10));
        }
        false
    }

    /// Interrupts it, as Ctrl-C does.
    pub(crate) fn interrupt(mut self) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().expect("kill runs").success());
        self.until("interrupted").has(&["the stack stays"]);
        assert_eq!(self.process.wait().expect("it ends").code(), Some(130));
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // What has ended already cannot be ended, and that is all right.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn what_changes_is_deployed_while_one_writes() {
    let Some(site) = Site::new() else { return };
    // Compiled as `deploy` compiles, whose turn comes at the end.
    let watch = Watch::of(site.command(&["watch", "--release"]));
    watch.until("Deployed").has(&["Watching ", "13 changes", "+ CookFunction"]);
    let (first, events) = (site.functions(), site.events());
    let template = site.stack().expect("a stack").template;

    // One function's code: one package, one upload, and CloudFormation hears nothing of it.
    site.project.edit("handlers/src/bin/cook.rs", "\"cook\"", "\"chef\"");
    let live = watch.until("Live").has(&["Updated the code of cook (CookFunction)"]);
    assert_eq!((live.count("Compiled "), live.count("Compiled cook")), (1, 1), "{}", live.err);
    assert_eq!((live.count("Uploaded "), live.count("Updated ")), (1, 1), "{}", live.err);
    assert_eq!(site.invoke("Cook"), "\"chef\"");
    assert_eq!(site.functions()["Waiter"], first["Waiter"]);
    assert_eq!(site.events(), events);
    assert_eq!(site.stack().expect("a stack").template, template);

    // The network.
    site.project.edit("network/src/main.rs", "mebibytes!(256)", "mebibytes!(512)");
    watch.until("Live").has(&["~ CookFunction", "MemorySize", "Deployed"]);
    assert_eq!(site.functions()["Cook"].1, 512);
    assert_eq!(site.invoke("Cook"), "\"chef\"");
    assert!(site.events() > events);

    // A finding, which is said once.
    let (sum, hasty) = (
        "front() + kitchen())",
        "front() + kitchen() + net_dsl::property::set(
            &orders(), net_dsl::property::sqs::queue::VISIBILITY_TIMEOUT, 60))",
    );
    site.project.edit("network/src/main.rs", sum, hasty);
    watch.until("Live").has(&["warning[N306]", "~ OrdersQueue"]);

    // A network that does not compile.
    site.project.edit("network/src/main.rs", "binary!(\"waiter\")", "binary!(7)");
    let broken = watch.until("Watching for the next change");
    broken.has(&["error", "network/src/main.rs:", "the package `restaurant` no longer compiles"]);
    site.project.edit("network/src/main.rs", "binary!(7)", "binary!(\"waiter\")");
    watch.until("Live");

    // Nothing.
    fs::write(site.project.path().join("handlers/notes.md"), "# Notes").expect("a file");
    let same = watch.until("Unchanged");
    assert_eq!(same.err.lines().count(), 1, "{}", same.err);
    fs::remove_file(site.project.path().join("handlers/notes.md")).expect("it goes");
    watch.until("Unchanged");

    // What does not compile, and what does.
    site.project.edit("handlers/src/bin/cook.rs", "\"chef\"", "7");
    watch.until("Watching for the next change").has(&["error[E0308]", "do not compile"]);
    assert_eq!(site.invoke("Cook"), "\"chef\"");
    site.project.edit("handlers/src/bin/cook.rs", "7", "\"smith\"");
    watch.until("Live").has(&["Updated the code of cook"]);
    assert_eq!(site.invoke("Cook"), "\"smith\"");

    watch.interrupt();
    assert_eq!(site.invoke("Cook"), "\"smith\"");

    // The template says another code: so it was deployed, and so it is again.
    site.project.edit("handlers/src/bin/cook.rs", "\"smith\"", "\"chef\"");
    said(&mut site.command(&["diff"])).code(0);
    let deployed = site.deploy().code(0).has(&["Restored the code of cook", "Unchanged"]);
    assert_eq!(deployed.count("Restored"), 1, "{}", deployed.err);
    assert_eq!(site.invoke("Cook"), "\"chef\"");
    assert_eq!(site.deploy().code(0).count("Restored"), 0);
}

#[test]
fn what_goes_wrong_waits_for_the_next_change() {
    let Some(site) = Site::new() else { return };
    site.project.edit("handlers/src/bin/cook.rs", "\"cook\"", "7");
    let watch = Watch::start(&site);
    watch.until("Watching for the next change").has(&["error[E0308]"]);
    assert_eq!(site.stack(), None);

    // Gone and there again, as some editors save.
    let (cook, aside) = ("handlers/src/bin/cook.rs", "handlers/src/bin/.cook.rs.new");
    let file = |name: &str| site.project.path().join(name);
    let text = fs::read_to_string(file(cook)).expect("a handler");
    fs::write(file(aside), text.replace('7', "\"cook\"")).expect("a file");
    fs::remove_file(file(cook)).expect("it goes");
    fs::rename(file(aside), file(cook)).expect("it comes");
    watch.until("Live").has(&["13 changes"]);
    let before = site.stack();

    // A change while the one before is still being built is not lost.
    site.project.edit("handlers/src/bin/cook.rs", "\"cook\"", "\"chef\"");
    watch.until("Compiled cook");
    site.project.edit("handlers/src/bin/waiter.rs", "\"waiter\"", "\"ober\"");
    watch.until("Live");
    if site.invoke("Waiter") != "\"ober\"" {
        watch.until("Live").has(&["Updated the code of waiter"]);
    }
    assert_eq!(
        (site.invoke("Cook"), site.invoke("Waiter")),
        ("\"chef\"".into(), "\"ober\"".into())
    );

    // What a change would lose.
    site.project.edit("network/src/main.rs", "name!(\"orders\")", "name!(\"tickets\")");
    watch.until("Watching for the next change").has(&["OrdersQueue would be lost"]);
    assert_eq!(site.stack(), before);
    site.project.edit("network/src/main.rs", "name!(\"tickets\")", "name!(\"orders\")");
    watch.until("Live");

    // A folder that was not there.
    fs::create_dir(file("handlers/src/bread")).expect("a folder");
    watch.until("Unchanged");
    fs::write(file("handlers/src/bread/mod.rs"), "//! Bread.").expect("a file");
    watch.until("Unchanged");
    fs::remove_dir_all(file("handlers/src/bread")).expect("it goes");
    watch.until("Unchanged");
    watch.interrupt();
}

#[test]
fn code_in_a_folder_is_watched_too() {
    let Some(site) = Site::new() else { return };
    with_python(&site.project);
    let watch = Watch::start(&site);
    watch.until("Deployed");
    site.project.edit("front/waiter/waiter.py", "took", "has taken");
    let live = watch.until("Updated the code of waiter (WaiterFunction)");
    assert_eq!((live.count("Compiled "), live.count("Uploaded ")), (0, 1), "{}", live.err);
    assert_eq!(site.invoke("Waiter"), "\"sqs has taken True\"");
    watch.interrupt();
}

#[test]
fn a_folder_that_is_missing_is_waited_for() {
    let Some(site) = Site::new() else { return };
    with_python(&site.project);
    let file = |name: &str| site.project.path().join(name);
    let text = fs::read_to_string(file("front/waiter/waiter.py")).expect("the code");
    fs::remove_dir_all(file("front")).expect("the folder");
    let watch = Watch::start(&site);
    watch.until("Watching for the next change").has(&["`front/waiter`", "does not exist"]);
    fs::create_dir(file("front")).expect("a folder");
    watch.until("Watching for the next change").has(&["does not exist"]);
    fs::create_dir(file("front/waiter")).expect("a folder");
    watch.until("Watching for the next change").has(&["is empty"]);
    fs::write(file("front/waiter/waiter.py"), text).expect("a file");
    watch.until("Live").has(&["Deployed"]);
    assert_eq!(site.invoke("Waiter"), "\"sqs took True\"");
    watch.interrupt();
}
