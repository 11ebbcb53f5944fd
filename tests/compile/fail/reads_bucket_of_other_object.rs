//! A contract reads what it says.

use net_dsl::prelude::*;

pub struct Photo;
pub struct Invoice;
objects! { Photo in "photos/", Invoice in "invoices/" }
contract! { pub Clerk: Tick => () { reads Invoice } }

fn main() {
    let photos = Bucket::<Photo>::builder().name(name!("photos")).build();
    let clerk = Function::<Clerk>::builder().name(name!("clerk")).build();
    clerk.reads(&photos);
}
