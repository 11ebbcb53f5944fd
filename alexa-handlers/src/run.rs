//! The whole `main` of each function's binary.
//!
//! ```no_run
//! # mod mine {
//! #     pub use alexa_handlers::acme::Acme as MyCloud;
//! # }
//! use mine::MyCloud;
//! use std::process::ExitCode;
//!
//! fn main() -> ExitCode {
//!     alexa_handlers::run::entrypoint(MyCloud)
//! }
//! ```

use crate::{
    AdaptiveLookStarter, AdaptiveWatcher, DeviceCloud, Dispatcher, Entrypoint, LookStarter,
    OptimisticRequester, Poller, PromiseChecker, Receiver, Requester, Responder, SyncProcessor,
    Watcher,
};
use alexa_patterns::{contract, message::Region, shared::REPORTS_CHANGES};
use net_dsl::Contract;
use net_runtime::Handler;
use serde::{Serialize, de::DeserializeOwned};
use std::process::ExitCode;

fn run<C>(handler: impl Handler<C>) -> ExitCode
where
    C: Contract,
    C::Input: DeserializeOwned + Send,
    C::Output: Serialize + Send,
{
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(net_runtime::run::<C>(handler)),
        // It says nothing of the system that is out of something; Lambda starts another.
        Err(_) => ExitCode::FAILURE,
    }
}

/// The entrypoint. Grants are of the region of the event gateway that goes with the function's own
/// (`AWS_REGION`, which Lambda sets), and what is reported of changes says the network
/// ([`REPORTS_CHANGES`]).
pub fn entrypoint(cloud: impl DeviceCloud) -> ExitCode {
    run::<contract::Entrypoint>(of_environment(cloud))
}

/// The entrypoint of a skill whose grants are kept at home.
pub fn home_entrypoint(cloud: impl DeviceCloud) -> ExitCode {
    run::<contract::HomeEntrypoint>(of_environment(cloud))
}

fn of_environment<D: DeviceCloud>(cloud: D) -> Entrypoint<D> {
    let region = Region::of_aws(&std::env::var("AWS_REGION").unwrap_or_default());
    let reports = std::env::var(REPORTS_CHANGES).is_ok_and(|value| value == "true");
    Entrypoint::new(cloud, region).reporting_changes(reports)
}

/// The sync processor.
pub fn sync_processor(cloud: impl DeviceCloud) -> ExitCode {
    run::<contract::SyncProcessor>(SyncProcessor::new(cloud))
}

/// The requester of the async processor.
pub fn requester(cloud: impl DeviceCloud) -> ExitCode {
    run::<contract::Requester>(Requester::new(cloud))
}

/// The responder of the async processor.
pub fn responder() -> ExitCode {
    run::<contract::Responder>(Responder)
}

/// The receiver of the push gateway.
pub fn receiver(cloud: impl DeviceCloud) -> ExitCode {
    run::<contract::Receiver>(Receiver::new(cloud))
}

/// The poller of the polling event processor.
pub fn poller(cloud: impl DeviceCloud) -> ExitCode {
    run::<contract::Poller>(Poller::new(cloud))
}

/// The dispatcher.
pub fn dispatcher() -> ExitCode {
    run::<contract::Dispatcher>(Dispatcher)
}

/// The dispatcher of a skill whose grants are kept at home.
pub fn home_dispatcher() -> ExitCode {
    run::<contract::HomeDispatcher>(Dispatcher)
}

/// The requester of the optimistic processor.
pub fn optimistic_requester(cloud: impl DeviceCloud) -> ExitCode {
    run::<contract::OptimisticRequester>(OptimisticRequester::new(cloud))
}

/// The checker of the optimistic processor's promises.
pub fn promise_checker(cloud: impl DeviceCloud) -> ExitCode {
    run::<contract::PromiseChecker>(PromiseChecker::new(cloud))
}

/// What starts the looks of the waiting poll.
pub fn look_starter() -> ExitCode {
    run::<contract::LookStarter>(LookStarter)
}

/// The watcher of the waiting poll.
pub fn watcher(cloud: impl DeviceCloud) -> ExitCode {
    run::<contract::Watcher>(Watcher::new(cloud))
}

/// What starts the looks of the adaptive poll.
pub fn adaptive_look_starter() -> ExitCode {
    run::<contract::AdaptiveLookStarter>(AdaptiveLookStarter)
}

/// The watcher of the adaptive poll.
pub fn adaptive_watcher(cloud: impl DeviceCloud) -> ExitCode {
    run::<contract::AdaptiveWatcher>(AdaptiveWatcher::new(cloud))
}
