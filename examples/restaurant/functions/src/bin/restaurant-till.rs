//! The function `till`.

use restaurant::{handlers::Billing, messages::Till};
use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    net_runtime::run::<Till>(Billing).await
}
