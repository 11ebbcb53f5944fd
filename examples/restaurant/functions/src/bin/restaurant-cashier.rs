//! The function `cashier`.

use restaurant::{handlers::Charging, messages::Cashier};
use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    net_runtime::run::<Cashier>(Charging).await
}
