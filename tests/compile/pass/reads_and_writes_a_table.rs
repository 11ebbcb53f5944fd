//! One contract reads and writes items; another only reads them.

use net_dsl::prelude::*;

pub struct Grant;
impl Item for Grant {
    const NAME: &'static str = "Grant";
    const PARTITION: Key = Key::text("user");
    const SORT: Option<Key> = Some(Key::number("version"));
    const EXPIRES: Option<&'static str> = Some("expires");
}

contract! {
    pub Clerk: Tick => () { reads Grant, writes Grant }
    pub Auditor: Tick => () { reads Grant }
}

fn main() {
    let grants = Table::<Grant>::builder()
        .name(name!("grants"))
        .removal(Removal::Delete)
        .point_in_time_recovery(false)
        .build();
    let clerk = Function::<Clerk>::builder().name(name!("clerk")).build();
    let auditor = Function::<Auditor>::builder().name(name!("auditor")).build();
    let network = clerk.reads(&grants) + clerk.writes(&grants) + auditor.reads(&grants);
    assert_eq!(network.links().count(), 3);
}
