//! The FIFO queue holds `Command`s, the function takes ticks.

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

contract! { pub Task: Tick => () {} }

fn main() {
    let commands = FifoQueue::<Command>::builder().name(name!("commands")).build();
    let task = Function::<Task>::builder().name(name!("task")).build();
    commands.triggers(&task);
}
