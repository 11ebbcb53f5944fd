//! The function `closer`.

use restaurant::{handlers::LookAround, messages::Closer};
use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    net_runtime::run::<Closer>(LookAround).await
}
