//! What `objects!` does not take.

use net_dsl::prelude::*;

pub struct Photo;
pub struct Invoice;
objects! { Photo in "photos/" as jpeg }
objects! { Invoice: "invoices/" }

pub struct Note;
objects! { Note in "/notes" }

fn main() {}
