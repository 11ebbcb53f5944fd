//! A removal is no creation.

use net_dsl::prelude::*;

pub struct Photo;
objects! { Photo in "photos/" }
contract! { pub Printer: Created<Photo> => () {} }

fn main() {
    let photos = Bucket::<Photo>::builder().name(name!("photos")).build();
    let printer = Function::<Printer>::builder().name(name!("printer")).build();
    photos.removed().triggers(&printer);
}
