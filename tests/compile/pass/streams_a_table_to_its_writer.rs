//! The changes of a table start the function that writes it: a loop, which is allowed.

use net_dsl::prelude::*;

pub struct Grant;
impl Item for Grant {
    const NAME: &'static str = "Grant";
    const PARTITION: Key = Key::text("user");
}

contract! { pub Clerk: Change<Grant> => () { writes Grant } }

fn main() {
    let grants = Table::<Grant>::builder().name(name!("grants")).build();
    let clerk = Function::<Clerk>::builder().name(name!("clerk")).loops().build();
    let network = grants.stream().triggers(&clerk) + clerk.writes(&grants);
    assert_eq!(network.len(), 2);
}
