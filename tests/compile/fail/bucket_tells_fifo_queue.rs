//! S3 tells no FIFO queue.

use net_dsl::prelude::*;

pub struct Photo;
objects! { Photo in "photos/" }
pub struct Course;
messages! { Course }
impl Grouped for Course {
    fn group(&self) -> String {
        String::new()
    }
}

fn main() {
    let photos = Bucket::<Photo>::builder().name(name!("photos")).build();
    let courses = FifoQueue::<Course>::builder().name(name!("courses")).build();
    photos.created().fans_out_to(&courses);
}
