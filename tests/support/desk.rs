//! `synth dev` as a process, and requests to what it serves.

use serde_json::{Value, json};
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver},
    thread,
    time::Duration,
};

/// How long anything is waited for: what it is made of may have to be compiled.
const PATIENCE: Duration = Duration::from_secs(900);

/// A network that runs on this machine, with `--json`; it ends with the test.
pub struct Desk {
    process: Child,
    lines: Receiver<Value>,
    said: Receiver<String>,
    ready: Value,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Desk({})", self.ready)
    }
}

impl Desk {
    /// Starts it, and waits until it is ready.
    ///
    /// # Panics
    /// If it is not.
    #[track_caller]
    pub fn start(command: &mut Command) -> Desk {
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().expect("synth");
        let lines = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        let said_lines = BufReader::new(process.stderr.take().expect("a pipe")).lines();
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let line = serde_json::from_str(&line).unwrap_or_else(|_| json!({ "?": line }));
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let (say, said) = mpsc::channel();
        thread::spawn(move || {
            for line in said_lines.map_while(Result::ok) {
                if say.send(line).is_err() {
                    break;
                }
            }
        });
        let mut desk = Desk { process, lines: receiver, said, ready: Value::Null };
        desk.ready = desk.until(|line| !line["ready"].is_null());
        desk
    }

    /// Where an API is served.
    #[track_caller]
    pub fn api(&self, name: &str) -> String {
        self.ready["apis"][name].as_str().expect("an API of that name").to_owned()
    }

    /// What it said when it was ready.
    pub fn ready(&self) -> &Value {
        &self.ready
    }

    /// The next line of its log of which something is so.
    ///
    /// # Panics
    /// If there is none.
    #[track_caller]
    pub fn until(&self, is_it: impl Fn(&Value) -> bool) -> Value {
        let mut others = Vec::new();
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) if is_it(&line) => return line,
                Ok(line) => others.push(line.to_string()),
                Err(_) => {
                    let said: Vec<String> = self.said.try_iter().collect();
                    panic!("it logs no such line, but:\n{}\n{}", others.join("\n"), said.join("\n"))
                }
            }
        }
    }

    /// Waits until it has said something on standard error.
    #[track_caller]
    pub fn until_said(&self, what: &str) {
        let mut others = Vec::new();
        loop {
            match self.said.recv_timeout(PATIENCE) {
                Ok(line) if line.contains(what) => return,
                Ok(line) => others.push(line),
                Err(_) => panic!("it does not say `{what}`, but:\n{}", others.join("\n")),
            }
        }
    }

    /// Ends it as Ctrl-C does, and waits until it has ended.
    #[track_caller]
    pub fn end(mut self) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().expect("kill runs").success());
        assert_eq!(self.process.wait().expect("it ends").code(), Some(130));
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // What has ended already cannot be ended, and that is all right.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What a server answers to a `GET`: status and body.
#[track_caller]
pub fn get(url: &str, path: &str) -> (u16, String) {
    ask(url, "GET", path, url.trim_start_matches("http://"), None, "")
}

/// What a server answers to a `POST` of JSON.
#[track_caller]
pub fn post(url: &str, path: &str, body: &Value) -> (u16, String) {
    ask(url, "POST", path, url.trim_start_matches("http://"), None, &body.to_string())
}

/// What a server answers to a request as somebody writes it by hand, under any name and from any page.
#[track_caller]
pub fn ask(
    url: &str,
    method: &str,
    path: &str,
    host: &str,
    origin: Option<&str>,
    body: &str,
) -> (u16, String) {
    let origin = origin.map(|origin| format!("Origin: {origin}\r\n")).unwrap_or_default();
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\n{origin}Content-Type: application/json\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).expect("it is served");
    stream.write_all((head + body).as_bytes()).expect("it listens");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("it answers");
    let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.expect("a status"), body.to_owned())
}
