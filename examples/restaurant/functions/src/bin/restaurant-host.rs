//! The function `host`.

use restaurant::{handlers::AnswerGuest, messages::Host};
use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    net_runtime::run::<Host>(AnswerGuest).await
}
