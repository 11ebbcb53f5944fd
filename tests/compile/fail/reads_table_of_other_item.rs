//! The contract reads `Grant`s, the table holds `Session`s.

use net_dsl::prelude::*;

pub struct Grant;
impl Item for Grant {
    const NAME: &'static str = "Grant";
    const PARTITION: Key = Key::text("user");
}

pub struct Session;
impl Item for Session {
    const NAME: &'static str = "Session";
    const PARTITION: Key = Key::text("id");
}

contract! { pub Clerk: Tick => () { reads Grant } }

fn main() {
    let clerk = Function::<Clerk>::builder().name(name!("clerk")).build();
    let sessions = Table::<Session>::builder().name(name!("sessions")).build();
    clerk.reads(&sessions);
}
