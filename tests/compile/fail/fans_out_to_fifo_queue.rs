//! A standard topic cannot feed a FIFO queue.

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
    let issued = Topic::<Command>::builder().name(name!("issued")).build();
    let commands = FifoQueue::<Command>::builder().name(name!("commands")).build();
    issued.fans_out_to(&commands);
}
