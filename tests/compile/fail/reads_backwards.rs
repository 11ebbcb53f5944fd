//! The arrow is the wrong way round: the function reads the table.

use net_dsl::prelude::*;

pub struct Grant;
impl Item for Grant {
    const NAME: &'static str = "Grant";
    const PARTITION: Key = Key::text("user");
}

contract! { pub Clerk: Tick => () { reads Grant } }

fn main() {
    let clerk = Function::<Clerk>::builder().name(name!("clerk")).build();
    let grants = Table::<Grant>::builder().name(name!("grants")).build();
    grants.reads(&clerk);
}
