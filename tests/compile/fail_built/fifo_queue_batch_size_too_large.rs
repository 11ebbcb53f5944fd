//! A FIFO queue hands over 10 messages at most.

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

contract! { pub Device: Command => () {} }

fn main() {
    let commands = FifoQueue::<Command>::builder().name(name!("commands")).build();
    let device = Function::<Device>::builder().name(name!("device")).build();
    let _network = Network::from(commands.triggers(&device).batch_size(count!(100)));
}
