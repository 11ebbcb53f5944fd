//! The function `waiter`.

use restaurant::{handlers::TakeOrder, messages::Waiter};
use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    net_runtime::run::<Waiter>(TakeOrder).await
}
