//! Work that waits for other processes or for people, beside what can be interrupted.

use crate::error::{Error, Result};

/// Does what blocks in a thread of its own, so that an interruption is heard meanwhile.
pub(crate) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
        let panicked = Error::new("synth itself failed").why(error.to_string());
        Err(panicked.help("that is a mistake in synth: please report it, with what you did"))
    })
}
