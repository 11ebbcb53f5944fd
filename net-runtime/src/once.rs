//! Work that is done once although messages come at least once.

use crate::{
    BoxError, Condition, Context, Failure, Update,
    capability::table::{Written, item},
    time::milliseconds,
};
use futures_util::future::BoxFuture;
use net_dsl::{Contract, Item, Once, WritesItem};
use serde::{Serialize, de::DeserializeOwned};
use std::{error, fmt, time::Duration};

/// How long it is remembered that work was done: as long as a message may stay in a queue and come
/// again (SQS's message retention is 14 days at the most).
const REMEMBERED: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// Clocks of two runs differ by less than this.
const CLOCKS: Duration = Duration::from_secs(1);

/// Somebody else is at the same work, and was so until there was no time left to wait.
///
/// The message that fails with it comes again, and finds the work done, or does it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InProgress {
    key: String,
}

impl fmt::Display for InProgress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "another run is at work on `{}`, and this one has no time left to wait", self.key)
    }
}

impl error::Error for InProgress {}

enum Begun {
    Mine { claim: String },
    Done(String),
    Theirs { until: u64 },
}

impl<C: Contract> Context<C> {
    /// Does a piece of work once, however often it is asked for; what the work gave.
    ///
    /// The key names the work within this function: an order's id, or `format!("{id}/bill")` where an order
    /// is several pieces of work. The contract says `writes Once`, and the network gives the function a table
    /// for it: `function.writes(&Table::<Once>::builder().name(name!("once")).build())`. Functions
    /// may share one; what one has done, another has not.
    ///
    /// ```
    /// use net_dsl::prelude::*;
    /// use net_runtime::{BoxError, Context, Handler};
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Serialize, Deserialize)] pub struct Order { id: String, dish: String }
    /// # #[derive(Serialize, Deserialize)] pub struct Ticket { dish: String }
    /// # messages! { Order, Ticket }
    ///
    /// contract! { pub Kitchen: Order => () { sends Ticket, writes Once } }
    ///
    /// struct Cook;
    ///
    /// impl Handler<Kitchen> for Cook {
    ///     async fn handle(&self, order: Order, context: &Context<Kitchen>) -> Result<(), BoxError> {
    ///         let ticket = Ticket { dish: order.dish };
    ///         context.once(&order.id, async { Ok(context.send(&ticket).await?) }).await
    ///     }
    /// }
    /// ```
    ///
    /// # What is guaranteed
    /// - Work that has ended well is not done again for 14 days: whoever asks gets what it gave, which
    ///   is kept as JSON.
    /// - Work that fails is free at once; the message that brought it comes again and does it. So does work
    ///   whose run dies or is cut off: its claim lapses when that run must have ended (the function's
    ///   timeout, and a second for clocks).
    /// - Two runs are not at it at the same time. The second waits until the first has ended, and takes
    ///   what it gave; if its own time ends first it fails with [`InProgress`], and its message comes again.
    ///
    /// | a run dies | then the work is |
    /// |---|---|
    /// | before it began the work | done by the next run |
    /// | in the middle, or before "done" was written | done **again** by the next run, from its beginning |
    /// | after "done" was written | not done again |
    ///
    /// So no work is lost, and what it does to others may happen twice if a run dies in the middle: such
    /// effects carry an id that the other side knows again, or are writes that may be repeated. What cannot
    /// be written down ("done", for want of the table) is logged as a warning, and the work counts as done
    /// for its message.
    ///
    /// It costs two writes of an item; a repetition costs one.
    ///
    /// # Errors
    /// What the work fails with; a [`Failure`], if the table cannot be written or holds something else;
    /// [`InProgress`].
    pub fn once<'w, T, W>(
        &'w self,
        key: impl fmt::Display,
        work: W,
    ) -> BoxFuture<'w, Result<T, BoxError>>
    where
        C: WritesItem<Once>,
        T: Serialize + DeserializeOwned + Send,
        W: Future<Output = Result<T, BoxError>> + Send + 'w,
    {
        let key = key.to_string();
        Box::pin(async move {
            if key.is_empty() {
                return Err("work that is done once needs a key, and this one is empty".into());
            }
            // Two functions that take the same message have their own work with it.
            let key = format!("{}/{key}", self.function());
            let claim = match self.begin(&key).await? {
                Ok(claim) => claim,
                Err(result) => {
                    let result = serde_json::from_str(&result);
                    return Ok(result.map_err(|error| Failure::malformed("result", error))?);
                }
            };
            let result = work.await;
            match &result {
                Ok(done) => match serde_json::to_string(done) {
                    Ok(text) => self.finish(&key, &claim, Update::set("result", text)).await,
                    Err(error) => tracing::warn!(%error, key, "what work gave cannot be kept"),
                },
                Err(_) => self.finish(&key, &claim, Update::set("until", 0)).await,
            }
            result
        })
    }

    /// Claims the work, once nobody else has it; or what it gave.
    async fn begin(&self, key: &str) -> Result<Result<String, String>, BoxError>
    where
        C: WritesItem<Once>,
    {
        let mut pause = Duration::from_millis(100);
        loop {
            let until = match self.claim(key).await? {
                Begun::Mine { claim } => return Ok(Ok(claim)),
                Begun::Done(result) => return Ok(Err(result)),
                Begun::Theirs { until } => until,
            };
            let lapses = Duration::from_millis(until.saturating_sub(self.now_milliseconds()) + 1);
            let wait = pause.min(lapses);
            if self.time_to_try() <= wait {
                return Err(InProgress { key: key.to_owned() }.into());
            }
            tokio::time::sleep(wait).await;
            pause = (pause * 2).min(Duration::from_secs(1));
        }
    }

    async fn claim(&self, key: &str) -> Result<Begun, Failure>
    where
        C: WritesItem<Once>,
    {
        let now = self.now();
        let claim = self.unique_id();
        let record = Once {
            key: key.to_owned(),
            claim: claim.clone(),
            until: milliseconds(self.run_ends() + CLOCKS),
            result: None,
            expires: milliseconds(now + REMEMBERED) / 1_000,
        };
        let lapsed = Condition::lacks("result").and(Condition::below("until", milliseconds(now)));
        let record = item::attributes(&record, Once::NAME)?;
        let free = Condition::Absent.or(lapsed);
        // While this run is alive nobody replaces its claim.
        match self.table::<Once>().put_or_see(record, free, true).await? {
            Written::Applied(_) => Ok(Begun::Mine { claim }),
            Written::Refused(None) => Ok(Begun::Theirs { until: 0 }),
            Written::Refused(Some(there)) => {
                let there: Once = item::load(there, Once::NAME)?;
                Ok(match there.result {
                    Some(result) => Begun::Done(result),
                    None => Begun::Theirs { until: there.until },
                })
            }
        }
    }

    /// Writes down how the work ended. If that fails, the claim lapses.
    async fn finish(&self, key: &str, claim: &str, update: Update)
    where
        C: WritesItem<Once>,
    {
        let mine = Condition::equals("claim", claim);
        match self.table::<Once>().update_if(key, update, mine).await {
            Ok(Some(_)) => {}
            Ok(None) => tracing::warn!(key, "another run has taken the work over"),
            Err(error) => tracing::warn!(%error, key, "how work ended was not written down"),
        }
    }
}
