//! Contracts have parameters, and `#[cfg]` takes contracts, needs, messages and services away.

use net_dsl::{Sends, prelude::*};

pub struct Command(String);
pub struct Report(String);
messages! {
    Command,
    /// Told to whoever asks.
    Report,
    #[cfg(any())]
    Missing,
}
impl Grouped for Command {
    fn group(&self) -> String {
        self.0.clone()
    }
}
impl Grouped for Report {
    fn group(&self) -> String {
        self.0.clone()
    }
}
services! {
    /// There.
    #[cfg(all())]
    pub Bank,
    #[cfg(any())]
    pub Nobody,
}
mod keys {
    pub trait Keyed {}
    impl Keyed for super::Command {}
}
contract! {
    /// Hands messages on in their order.
    pub Forward<M: Grouped>: M => () { sends M }
    pub Pair<A: Grouped + keys::Keyed, B: net_dsl::Message + Send>: A => () { sends B, }
    /// One.
    /// Two.
    /// Three.
    /// Four.
    /// Five.
    /// Six.
    /// Seven.
    /// Eight.
    /// Nine.
    #[cfg(all())]
    #[allow(dead_code)]
    /// Ten.
    pub Task: Tick => () {
        /// For the archive.
        sends Report,
        #[cfg(any())]
        sends Missing,
        #[cfg(all())]
        calls Bank,
    }
    #[cfg(any())]
    pub Nothing: Missing => () { calls Nobody }
    Private<M: Message>: M => () {}
}

fn main() {
    let commands = FifoQueue::<Command>::builder().name(name!("commands")).build();
    let done = FifoQueue::<Command>::builder().name(name!("done")).build();
    let forward = Function::<Forward<Command>>::builder().name(name!("forward")).build();
    let task = Function::<Task>::builder().name(name!("task")).build();
    let private = Function::<Private<Report>>::builder().name(name!("private")).build();
    let pair = Function::<Pair<Command, Report>>::builder().name(name!("pair")).build();
    let _network = commands.triggers(&forward)
        + forward.sends_to(&done)
        + task.sends_to(&private)
        + pair.sends_to(&private)
        + commands.triggers(&pair);
    let group = <Forward<Command> as Sends<Command>>::group(&Command(String::from("lamp")));
    assert_eq!(group.as_deref(), Some("lamp"));
    assert_eq!(Task::NEEDS.len(), 2);
    assert_eq!(<Forward<Command> as Contract>::NAME, "Forward");
}
