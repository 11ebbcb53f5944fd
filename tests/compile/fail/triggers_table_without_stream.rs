//! A table triggers nothing; its stream does.

use net_dsl::prelude::*;

pub struct Grant;
impl Item for Grant {
    const NAME: &'static str = "Grant";
    const PARTITION: Key = Key::text("user");
}

contract! { pub Auditor: Change<Grant> => () {} }

fn main() {
    let grants = Table::<Grant>::builder().name(name!("grants")).build();
    let auditor = Function::<Auditor>::builder().name(name!("auditor")).build();
    grants.triggers(&auditor);
}
