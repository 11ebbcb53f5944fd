//! A bucket tells of its own objects.

use net_dsl::prelude::*;

pub struct Photo;
pub struct Invoice;
objects! { Photo in "photos/", Invoice in "invoices/" }
contract! { pub Printer: Created<Invoice> => () {} }

fn main() {
    let photos = Bucket::<Photo>::builder().name(name!("photos")).build();
    let printer = Function::<Printer>::builder().name(name!("printer")).build();
    photos.created().triggers(&printer);
}
