//! The function `board`.

use restaurant::{handlers::Display, messages::Board};
use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    net_runtime::run::<Board>(Display).await
}
