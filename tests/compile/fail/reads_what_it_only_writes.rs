//! The contract writes `Grant`s and does not read them.

use net_dsl::prelude::*;

pub struct Grant;
impl Item for Grant {
    const NAME: &'static str = "Grant";
    const PARTITION: Key = Key::text("user");
}

contract! { pub Clerk: Tick => () { writes Grant } }

fn main() {
    let clerk = Function::<Clerk>::builder().name(name!("clerk")).build();
    let grants = Table::<Grant>::builder().name(name!("grants")).build();
    clerk.reads(&grants);
}
