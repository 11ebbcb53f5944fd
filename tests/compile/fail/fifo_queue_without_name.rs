//! An entity has a name.

use net_dsl::prelude::*;

pub struct Command {
    device: String,
}
messages! { Command }
impl Grouped for Command {
    fn group(&self) -> String {
        self.device.clone()
    }
}

fn main() {
    let _entity = FifoQueue::<Command>::builder().high_throughput().build();
}
