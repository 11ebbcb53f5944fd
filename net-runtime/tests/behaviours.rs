//! The memory side does what AWS's documentation says; `behaviours_on_an_engine.rs` tries the same on an
//! engine.

mod support {
    pub(crate) mod behaviours;
}

use net_runtime::Memory;
use support::behaviours::{Trial, behaves};

#[tokio::test]
async fn memory_behaves_as_documented() {
    let memory = Memory::new();
    behaves(&Trial { backend: &memory, queue: "orders", fifo_queue: "orders.fifo", differs: &[] })
        .await;
}
