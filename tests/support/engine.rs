//! MiniStack: an engine that takes CloudFormation and runs functions, for deployments.

use crate::{python, run::Folder};
use serde_json::Value;
use std::{
    fs::File,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// A running engine of a test's own, gone with it.
#[derive(Debug)]
pub struct Engine {
    process: Child,
    /// Where it answers.
    pub endpoint: String,
    /// Python, with an SDK of AWS's that knows every service.
    python: PathBuf,
    // It keeps what it writes in here.
    _folder: Folder,
    // Nobody else's engine is started on its port.
    _port: File,
}

/// A free port that no other test has chosen, in whatever process and checkout, until the file is
/// closed: between the choice and the engine's start it is free for everybody.
fn reserve() -> (u16, File) {
    loop {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
        let port = free.expect("a free port").port();
        let file = std::env::temp_dir().join(format!("net-tests-{port}.lock"));
        let file = File::create(file).expect("a lock can be made");
        if file.try_lock().is_ok() {
            return (port, file);
        }
    }
}

/// What the engine takes for credentials, and where it is: for a process that talks to it.
pub fn credentials(command: &mut Command, endpoint: &str) {
    command
        .env("AWS_ENDPOINT_URL", endpoint)
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_REGION", "eu-west-1")
        .env_remove("AWS_PROFILE");
}

impl Engine {
    /// Installs it into `target/ministack` if need be, and starts it on a free port of this machine
    /// alone; it refuses what a role does not allow. `None`, and a line on standard error, where
    /// there is no Python.
    ///
    /// # Panics
    /// If it cannot be installed or started; in continuous integration also if there is no Python.
    pub fn start() -> Option<Engine> {
        let programs = python::environment("ministack", "tools/ministack.txt")?;
        let folder = Folder::new();
        let (port, reserved) = reserve();
        let address = format!("127.0.0.1:{port}");
        let endpoint = format!("http://{address}");
        let mut command = Command::new(programs.join("ministack"));
        credentials(&mut command, &endpoint);
        let process = command
            .env("AUTH", "true")
            // What is asked of it can be looked up, as in CloudTrail.
            .env("CLOUDTRAIL_RECORDING", "1")
            .env("BIND_HOST", "127.0.0.1")
            .env("GATEWAY_PORT", port.to_string())
            .env("LOG_LEVEL", "ERROR")
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // A group of its own, so that the functions it runs end with it.
            .process_group(0)
            .spawn()
            .expect("the engine starts");
        let mut engine = Engine {
            process,
            endpoint,
            python: programs.join("python"),
            _folder: folder,
            _port: reserved,
        };
        let start = Instant::now();
        while !answers(&address) {
            let ended = engine.process.try_wait().expect("the engine is a child");
            assert!(ended.is_none(), "the engine ended: {ended:?}");
            assert!(start.elapsed() < Duration::from_secs(60), "the engine does not answer");
            thread::sleep(Duration::from_millis(50));
        }
        Some(engine)
    }

    /// Has it forget everything, as if it had just been started.
    ///
    /// # Panics
    /// If it does not answer.
    pub fn reset(&self) {
        let address = self.endpoint.trim_start_matches("http://");
        let reset = ask(address, "POST /_ministack/reset");
        assert!(reset.is_some_and(|answer| answer.starts_with("HTTP/1.1 200")), "{address}");
    }

    /// What it answers to an operation of a service, as in `sqs` and `ListQueues`.
    ///
    /// # Panics
    /// If it does not do what it is asked.
    pub fn ask(&self, service: &str, operation: &str, parameters: Value) -> Value {
        let mut command = Command::new(&self.python);
        credentials(&mut command, &self.endpoint);
        // Its SDK has a name of its own for the region.
        command.env("AWS_DEFAULT_REGION", "eu-west-1");
        command.args(["-c", ASK, service, operation, &parameters.to_string()]);
        let output = command.output().expect("Python runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{service} {operation}: {said}");
        serde_json::from_slice(&output.stdout).expect("the answer is JSON")
    }
}

const ASK: &str = "
import json, sys
from botocore.session import get_session
service, operation, parameters = sys.argv[1:]
client = get_session().create_client(service)
answer = client._make_api_call(operation, json.loads(parameters))
answer.pop('ResponseMetadata', None)
print(json.dumps(answer, default=str))
";

impl Drop for Engine {
    fn drop(&mut self) {
        // What has ended already cannot be ended, and that is all right.
        let _ =
            Command::new("kill").args(["-KILL", "--", &format!("-{}", self.process.id())]).status();
        let _ = self.process.wait();
    }
}

fn answers(address: &str) -> bool {
    ask(address, "GET /_ministack/health").is_some_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

/// What the engine itself answers, head and all; none if it does not.
fn ask(address: &str, what: &str) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    let head = format!("Host: {address}\r\nConnection: close\r\nContent-Length: 0");
    stream.write_all(format!("{what} HTTP/1.1\r\n{head}\r\n\r\n").as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}
