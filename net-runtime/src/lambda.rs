//! The whole `main` of a function's binary.

use crate::{Aws, Handler, Invocation, Runtime, log};
use futures_util::future::LocalBoxFuture;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use net_dsl::Contract;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::process::ExitCode;

/// Runs a handler on Lambda, with AWS's services behind its context.
///
/// What the environment does not bind is said in one line of the log, and the process ends with an
/// error, before the first event is asked for.
///
/// It logs to standard output what `tracing` is told, a JSON object a line, with the `timestamp` and the
/// `level` that Lambda's filter reads, and in `span` the correlation id and the message. What is logged
/// passes two levels: `AWS_LAMBDA_LOG_LEVEL`, which Lambda sets from the function's logging
/// configuration, and `LOG_LEVEL`, such as `warn` or `info,my_crate=debug`, which is the function's own;
/// INFO if neither is set. Where `AWS_LAMBDA_LOG_FORMAT` is `Text`, lines are for people. The AWS SDK
/// and the HTTP libraries log nothing below INFO at any level: there they quote what is sent, secrets
/// and all.
///
/// ```no_run
/// # use net_dsl::prelude::*;
/// # use net_runtime::{BoxError, Context, Handler};
/// # use std::process::ExitCode;
/// # contract! { pub Chore: Tick => () {} }
/// # struct Sweep;
/// # impl Handler<Chore> for Sweep {
/// #     async fn handle(&self, _: Tick, _: &Context<Chore>) -> Result<(), BoxError> { Ok(()) }
/// # }
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> ExitCode {
///     net_runtime::run::<Chore>(Sweep).await
/// }
/// ```
pub fn run<C>(handler: impl Handler<C>) -> LocalBoxFuture<'static, ExitCode>
where
    C: Contract,
    C::Input: DeserializeOwned + Send,
    C::Output: Serialize + Send,
{
    // A type that says no more, so that the compiler says once what is wrong with a handler.
    Box::pin(serve(handler))
}

async fn serve<C>(handler: impl Handler<C>) -> ExitCode
where
    C: Contract,
    C::Input: DeserializeOwned + Send,
    C::Output: Serialize + Send,
{
    log::start();
    let runtime = match Runtime::<C>::from_environment(Aws::from_environment().await) {
        Ok(runtime) => runtime,
        Err(unbound) => {
            tracing::error!(error = %unbound, "cannot start");
            return ExitCode::FAILURE;
        }
    };
    let (runtime, handler) = (&runtime, &handler);
    let service = service_fn(move |event: LambdaEvent<Value>| async move {
        let invocation = Invocation {
            request_id: event.context.request_id.clone(),
            ends: event.context.deadline(),
        };
        let answer = runtime.invoke_within(handler, event.payload, &invocation).await;
        answer.map_err(|error| Diagnostic {
            error_type: "HandlerError".to_owned(),
            error_message: error.to_string(),
        })
    });
    match lambda_runtime::run(service).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = %error, "stopped");
            ExitCode::FAILURE
        }
    }
}
