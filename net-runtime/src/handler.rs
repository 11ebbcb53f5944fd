//! The code of a function.

use crate::{BoxError, Context};
use net_dsl::Contract;
use serde::{Serialize, de::DeserializeOwned};

/// Code that honours contract `C`.
///
/// Messages are delivered at least once, so a handler may see one twice: what must happen once is
/// given to [`Context::once`].
///
/// A handler that has not returned when the run's time is nearly over is dropped where it waits, and
/// its input counts as failed. Nothing stops code that keeps its thread busy or blocked (it belongs in
/// `tokio::task::spawn_blocking`), and nothing waits for a task that a handler spawned and did not
/// await: Lambda freezes it as soon as the run has answered.
///
/// A handler
/// that uses what its contract does not declare does not compile:
///
/// ```compile_fail,E0277
/// use net_dsl::prelude::*;
/// use net_runtime::{BoxError, Context, Handler};
///
/// #[derive(serde::Serialize)]
/// pub struct Ticket;
/// messages! { Ticket }
/// contract! { pub Waiter: Tick => () {} }
///
/// struct TakeOrders;
/// impl Handler<Waiter> for TakeOrders {
///     async fn handle(&self, _: Tick, context: &Context<Waiter>) -> Result<(), BoxError> {
///         Ok(context.send(&Ticket).await?)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not handle contract `{C}`",
    label = "this cannot run under contract `{C}`",
    note = "write `impl Handler<{C}> for {Self}` with an `async fn handle`"
)]
pub trait Handler<C>: Send + Sync + 'static
where
    C: Contract,
    // Here and not only where it runs, so that a derive that is missing is said where the code is.
    C::Input: DeserializeOwned,
    C::Output: Serialize,
{
    /// Handles one input: one message of a batch, one request, one tick.
    ///
    /// # Errors
    /// Whatever the handler fails with: a message is tried again and goes to its dead-letter queue
    /// in the end, a request is answered with status 500, who asks is told.
    fn handle(
        &self,
        input: C::Input,
        context: &Context<C>,
    ) -> impl Future<Output = Result<C::Output, BoxError>> + Send;
}
