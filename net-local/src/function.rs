//! One function: its process, and the server it takes its events from.

use crate::{Answer, runtime_api::RuntimeApi};
use std::{
    ffi::OsStr,
    io,
    path::Path,
    process::Stdio,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, BufReader},
    process::{Child, Command},
    sync::watch,
};

/// A function's process, running as one instance of Lambda's; it ends when this is dropped.
///
/// Its environment is what is given and what Lambda sets itself, and nothing of this process's own.
pub struct Function {
    api: RuntimeApi,
    log: Arc<Mutex<Vec<String>>>,
    ended: watch::Receiver<Option<Option<i32>>>,
    stop: tokio::sync::mpsc::Sender<()>,
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Function({})", self.api.address())
    }
}

/// Who is told each line that a process writes.
pub(crate) type Hears = Arc<dyn Fn(String) + Send + Sync>;

impl Function {
    /// Starts a function's binary under a name, with environment variables.
    ///
    /// Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// An error of the system, if the binary cannot be started.
    pub async fn start<K: AsRef<OsStr>, V: AsRef<OsStr>>(
        name: &str,
        binary: impl AsRef<Path>,
        environment: impl IntoIterator<Item = (K, V)>,
    ) -> io::Result<Function> {
        let log: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = log.clone();
        let hears: Hears = Arc::new(move |line| {
            kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(line);
        });
        let command = Command::new(binary.as_ref());
        let function = Function::start_command(name, command, environment, &hears).await?;
        Ok(Function { log, ..function })
    }

    /// [`start`](Function::start), for any command, whose lines somebody hears and nobody keeps.
    pub(crate) async fn start_command<K: AsRef<OsStr>, V: AsRef<OsStr>>(
        name: &str,
        mut command: Command,
        environment: impl IntoIterator<Item = (K, V)>,
        hears: &Hears,
    ) -> io::Result<Function> {
        let api = RuntimeApi::start(name).await?;
        let mut process = command
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", api.address().to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{name}"))
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "local")
            .env("AWS_REGION", "eu-west-1")
            .envs(environment)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        tell_lines(process.stdout.take(), hears);
        tell_lines(process.stderr.take(), hears);
        let (tell_end, ended) = watch::channel(None);
        let (stop, stopped) = tokio::sync::mpsc::channel(1);
        tokio::spawn(watch_over(process, stopped, tell_end));
        Ok(Function { api, log: Arc::default(), ended, stop })
    }

    /// Hands the function an event and waits for its answer, for no longer than its timeout.
    ///
    /// As on Lambda, one instance handles one event at a time, and is stopped when it takes too long.
    pub async fn invoke(&self, event: &str, timeout: Duration) -> Answer {
        self.invoke_as(None, event, timeout).await
    }

    /// [`invoke`](Function::invoke) under a request id, if there is one.
    pub(crate) async fn invoke_as(
        &self,
        id: Option<&str>,
        event: &str,
        timeout: Duration,
    ) -> Answer {
        let (id, answered) = self.api.put(id, event, timeout);
        let mut ended = self.ended.clone();
        let answer = tokio::select! {
            biased;
            answer = answered => answer.unwrap_or(Answer::Crashed),
            _ = ended.wait_for(Option::is_some) => Answer::Crashed,
            () = tokio::time::sleep(timeout) => {
                // Nobody listens if it has ended by itself.
                let _ = self.stop.try_send(());
                Answer::TimedOut
            }
        };
        self.api.forget(&id);
        answer
    }

    /// Whether the process has ended.
    #[cfg(feature = "dev")]
    pub(crate) fn has_ended(&self) -> bool {
        self.ended.borrow().is_some()
    }

    /// Waits until the process ends by itself, and tells its exit code; none if it was killed.
    pub async fn exit_code(&self) -> Option<i32> {
        let mut ended = self.ended.clone();
        // The sender tells before it goes.
        ended.wait_for(Option::is_some).await.ok().and_then(|code| code.flatten())
    }

    /// The lines that it has logged so far.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }
}

/// Waits for the end of a process, or brings it about.
async fn watch_over(
    mut process: Child,
    mut stopped: tokio::sync::mpsc::Receiver<()>,
    tell_end: watch::Sender<Option<Option<i32>>>,
) {
    let status = tokio::select! {
        status = process.wait() => status.ok(),
        _ = stopped.recv() => {
            let _ = process.kill().await;
            None
        }
    };
    tell_end.send_replace(Some(status.and_then(|status| status.code())));
}

fn tell_lines(stream: Option<impl AsyncRead + Send + Unpin + 'static>, hears: &Hears) {
    let Some(stream) = stream else { return };
    let hears = Arc::clone(hears);
    tokio::spawn(async move {
        let mut lines = BufReader::new(stream).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            hears(line);
        }
    });
}
