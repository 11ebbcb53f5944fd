//! How much of a batch is handled at once.

use futures_util::future::{Either, select};
use std::{pin::pin, time::Duration};
use tokio::{
    sync::Semaphore,
    time::{Instant, sleep, timeout_at},
};

/// What is handled at once, whatever the size of a batch: a handler takes memory and sockets, of which
/// Lambda gives an instance 1,024 files ("Lambda quotas").
const AT_ONCE: usize = 50;
/// How many more may be slow.
const SLOW: usize = 50;

/// Places for what is handled at once. What takes longer than the patience there is gives its place to
/// the next as long as few do: messages that hang do not keep the rest of a batch from its turn.
#[derive(Debug)]
pub(crate) struct Slots {
    quick: Semaphore,
    slow: Semaphore,
    patience: Duration,
}

impl Slots {
    pub(crate) fn new(patience: Duration) -> Slots {
        Slots { quick: Semaphore::new(AT_ONCE), slow: Semaphore::new(SLOW), patience }
    }

    /// How many may be on their way, of which some wait for a place.
    pub(crate) fn len(&self) -> usize {
        AT_ONCE + SLOW
    }

    /// Does the work once there is a place; none if there is none before the end. The work itself must
    /// know when to end.
    pub(crate) async fn hold<T>(&self, end: Instant, work: impl Future<Output = T>) -> Option<T> {
        if Instant::now() >= end {
            return None;
        }
        // Nobody closes it.
        let place = timeout_at(end, self.quick.acquire()).await.ok()?.ok()?;
        let work = pin!(work);
        let work = match select(work, pin!(sleep(self.patience))).await {
            Either::Left((done, _)) => return Some(done),
            Either::Right(((), work)) => work,
        };
        match select(work, pin!(self.slow.acquire())).await {
            Either::Left((done, _)) => Some(done),
            Either::Right((slow, work)) => {
                drop(place);
                let done = work.await;
                drop(slow);
                Some(done)
            }
        }
    }
}
