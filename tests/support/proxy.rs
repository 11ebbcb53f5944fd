//! What stands between a program and an engine, and gives trouble: replies that are lost, requests that
//! arrive by half, servers that say nothing, and stacks in states that no engine can be brought into.

use std::{
    fmt,
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

/// A request on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// How many came before it.
    pub number: usize,
    /// What is asked for: the operation where the protocol names it (`CreateChangeSet`, `DeleteTable`), else
    /// method and what of (`PUT code`, `HEAD object`, `PUT bucket`, `PUT policy`).
    pub operation: String,
    /// The body, as far as it is text.
    pub body: String,
}

impl Request {
    /// Whether it changes anything where it arrives.
    pub fn is_write(&self) -> bool {
        let (first, _) = self.operation.split_once(' ').unwrap_or((&self.operation, ""));
        let reads = ["Describe", "Get", "List", "HEAD", "GET"];
        !reads.iter().any(|read| first.starts_with(read))
    }
}

/// What becomes of a request.
pub enum Fate {
    /// It arrives, and so does its reply.
    Pass,
    /// It arrives, and the reply's body is another: this, made of it.
    Edit(Box<dyn FnOnce(&str) -> String + Send>),
    /// It does not arrive, and this is the reply: a status and a body.
    Answer(u16, String),
    /// It does not arrive; the connection is cut.
    Drop,
    /// The first half of it arrives.
    Half,
    /// It arrives and is done, something happens then, and the reply is lost.
    Lose(Box<dyn FnOnce() + Send>),
    /// Nothing comes back for as long as anybody waits.
    Silence,
}

impl fmt::Debug for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fate::Pass => "Pass",
            Fate::Edit(_) => "Edit",
            Fate::Answer(..) => "Answer",
            Fate::Drop => "Drop",
            Fate::Half => "Half",
            Fate::Lose(_) => "Lose",
            Fate::Silence => "Silence",
        })
    }
}

/// A proxy in front of an engine; it takes no more connections once it is dropped.
pub struct Proxy {
    /// Where it answers.
    pub endpoint: String,
    seen: Arc<Mutex<Vec<Request>>>,
    stopped: Arc<AtomicBool>,
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}

impl Proxy {
    /// Starts one in front of an endpoint; `decide` is asked about each request, and may take its time.
    ///
    /// # Panics
    /// If the machine has no port left.
    pub fn start(
        endpoint: &str,
        decide: impl Fn(&Request) -> Fate + Send + Sync + 'static,
    ) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
        let address = listener.local_addr().expect("a listener has an address");
        let seen: Arc<Mutex<Vec<Request>>> = Arc::default();
        let (behind, decide) =
            (endpoint.trim_start_matches("http://").to_owned(), Arc::new(decide));
        let (remembered, stopped) = (seen.clone(), Arc::new(AtomicBool::new(false)));
        let stop = stopped.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if stop.load(Ordering::SeqCst) {
                    break;
                }
                let (behind, decide, seen) = (behind.clone(), decide.clone(), remembered.clone());
                // Whoever hangs up knows that there is no reply.
                thread::spawn(move || serve(&stream, &behind, &*decide, &seen));
            }
        });
        Proxy { endpoint: format!("http://{address}"), seen, stopped }
    }

    /// The requests that came so far.
    pub fn requests(&self) -> Vec<Request> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // Only so that it hears of it: one who does not take connections any more is all right.
        let _ = TcpStream::connect(self.endpoint.trim_start_matches("http://"));
    }
}

fn serve(
    client: &TcpStream,
    behind: &str,
    decide: &(impl Fn(&Request) -> Fate + ?Sized),
    seen: &Mutex<Vec<Request>>,
) -> io::Result<()> {
    let (head, body) = read(client)?;
    let request = {
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        let body = String::from_utf8_lossy(&body).into_owned();
        let operation = operation(&head, &body);
        let request = Request { number: seen.len(), operation, body };
        seen.push(request.clone());
        request
    };
    match decide(&request) {
        Fate::Pass => {
            let reply = forward(behind, &head, &body)?;
            (&*client).write_all(&reply)
        }
        Fate::Edit(edit) => {
            let reply = forward(behind, &head, &body)?;
            let reply = String::from_utf8_lossy(&reply).into_owned();
            let (head, body) = reply.split_once("\r\n\r\n").unwrap_or((&reply, ""));
            let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
            answer(client, status.unwrap_or(200), &edit(body))
        }
        Fate::Answer(status, body) => answer(client, status, &body),
        Fate::Drop => Ok(()),
        Fate::Half => {
            let mut server = TcpStream::connect(behind)?;
            let all = [closing(&head).as_bytes(), &body].concat();
            server.write_all(&all[..all.len() - all.len().min(body.len().max(2)) / 2])
        }
        Fate::Lose(then) => {
            forward(behind, &head, &body)?;
            then();
            Ok(())
        }
        Fate::Silence => {
            // Until the other side has had enough.
            let mut end = [0];
            (&*client).read(&mut end).map(|_| ())
        }
    }
}

fn read(client: &TcpStream) -> io::Result<(String, Vec<u8>)> {
    client.set_read_timeout(Some(Duration::from_secs(120)))?;
    let mut reader = BufReader::new(client);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    let length = header(&head, "content-length").and_then(|length| length.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    Ok((head, body))
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut headers = head.lines().filter_map(|line| line.split_once(':'));
    headers.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

/// The same head, of a request after which the connection ends.
fn closing(head: &str) -> String {
    let is_kept = |line: &&str| !line.to_ascii_lowercase().starts_with("connection:");
    let mut lines: Vec<_> = head.trim_end().lines().filter(is_kept).collect();
    lines.extend(["Connection: close", "\r\n"]);
    lines.join("\r\n")
}

fn forward(behind: &str, head: &str, body: &[u8]) -> io::Result<Vec<u8>> {
    let mut server = TcpStream::connect(behind)?;
    server.write_all(closing(head).as_bytes())?;
    server.write_all(body)?;
    let mut reply = Vec::new();
    server.read_to_end(&mut reply)?;
    Ok(reply)
}

fn answer(mut client: &TcpStream, status: u16, body: &str) -> io::Result<()> {
    let length = body.len();
    write!(
        client,
        "HTTP/1.1 {status} -\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

/// As AWS's protocols say it: a header, a field of a form, or method and path.
fn operation(head: &str, body: &str) -> String {
    if let Some(target) = header(head, "x-amz-target") {
        return target.rsplit('.').next().unwrap_or(target).to_owned();
    }
    let named = body.split('&').find_map(|field| field.strip_prefix("Action="));
    if let Some(named) = named {
        return named.to_owned();
    }
    let mut first = head.split(' ');
    let (method, place) = (first.next().unwrap_or_default(), first.next().unwrap_or_default());
    let (path, query) = place.split_once('?').unwrap_or((place, ""));
    let path = path.trim_matches('/');
    let what = if path.contains("/functions") {
        path.rsplit('/').next().unwrap_or_default()
    } else if query.starts_with("policy") {
        "policy"
    } else if path.contains('/') {
        "object"
    } else {
        "bucket"
    };
    format!("{method} {what}")
}
