//! The function `cook`.

use restaurant::{handlers::Chef, messages::Cook};
use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    net_runtime::run::<Cook>(Chef).await
}
