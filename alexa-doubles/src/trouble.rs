//! What goes wrong when a test wants it to.

use serde_json::Value;
use std::time::Duration;

/// What goes wrong with the next requests to a double.
///
/// ```
/// use alexa_doubles::Trouble;
/// use std::time::Duration;
///
/// // The next two commands are refused; the one after is carried out, and its answer lost.
/// let troubles = [
///     Trouble::status(503).on("PATCH").times(2),
///     Trouble::hang_up().on("PATCH").after_doing(),
/// ];
/// # let _ = (troubles, Trouble::slow(Duration::ZERO));
/// ```
#[derive(Clone, Debug)]
pub struct Trouble {
    pub(crate) on: Option<&'static str>,
    pub(crate) skips: usize,
    pub(crate) times: usize,
    pub(crate) delay: Duration,
    pub(crate) does: bool,
    pub(crate) retry_after: Option<u64>,
    pub(crate) kind: Kind,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// Nothing but slow.
    Slow,
    Answer(u16, Value),
    HangUp,
    CutBody,
    Twice,
}

impl Trouble {
    fn new(kind: Kind) -> Trouble {
        Trouble {
            on: None,
            skips: 0,
            times: 1,
            delay: Duration::ZERO,
            does: false,
            retry_after: None,
            kind,
        }
    }

    /// A request is answered with a status and no body, and nothing is done.
    pub fn status(status: u16) -> Trouble {
        Trouble::answer(status, Value::Null)
    }

    /// A request is answered with a status and a body, and nothing is done. A body that is a text is
    /// sent as it is, any other as JSON, null as none.
    pub fn answer(status: u16, body: impl Into<Value>) -> Trouble {
        Trouble::new(Kind::Answer(status, body.into()))
    }

    /// A request is answered as usual, but late.
    pub fn slow(delay: Duration) -> Trouble {
        Trouble::new(Kind::Slow).later(delay)
    }

    /// The connection ends without an answer, and nothing is done.
    pub fn hang_up() -> Trouble {
        Trouble::new(Kind::HangUp)
    }

    /// A request is done, and its answer ends in the middle of its body.
    pub fn cut_body() -> Trouble {
        Trouble::new(Kind::CutBody)
    }

    /// A request arrives twice, as if something on the way had sent it again: both are done, and the
    /// second is answered.
    pub fn twice() -> Trouble {
        Trouble::new(Kind::Twice)
    }

    /// The same, but what was asked for is done.
    #[must_use]
    pub fn after_doing(mut self) -> Trouble {
        self.does = true;
        self
    }

    /// The same, but late.
    #[must_use]
    pub fn later(mut self, delay: Duration) -> Trouble {
        self.delay = delay;
        self
    }

    /// The same, and the answer says after how many seconds to try again (`Retry-After`).
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Trouble {
        self.retry_after = Some(seconds);
        self
    }

    /// The same with requests of a method only, such as `PATCH`.
    #[must_use]
    pub fn on(mut self, method: &'static str) -> Trouble {
        self.on = Some(method);
        self
    }

    /// The same, but so many requests go well before.
    #[must_use]
    pub fn after(mut self, requests: usize) -> Trouble {
        self.skips = requests;
        self
    }

    /// The same with so many requests instead of one.
    #[must_use]
    pub fn times(mut self, times: usize) -> Trouble {
        self.times = times;
        self
    }

    /// The same with all requests from now on.
    #[must_use]
    pub fn always(self) -> Trouble {
        self.times(usize::MAX)
    }
}
