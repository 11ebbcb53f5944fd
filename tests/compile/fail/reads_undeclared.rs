//! The contract does not say that the code reads `Grant`s.

use net_dsl::prelude::*;

pub struct Grant;
impl Item for Grant {
    const NAME: &'static str = "Grant";
    const PARTITION: Key = Key::text("user");
}

contract! { pub Task: Tick => () {} }

fn main() {
    let task = Function::<Task>::builder().name(name!("task")).build();
    let grants = Table::<Grant>::builder().name(name!("grants")).build();
    task.reads(&grants);
}
