//! Constants and statics are evaluated whether or not a program uses them: also by `cargo check`.

use net_dsl::{Bounded, prelude::*, range};

pub const TIMEOUT: Bounded<range::Timeout> = seconds!(901);
pub static RATE: Bounded<range::Rate> = seconds!(90);
pub const NAMES: [Name; 2] = [name!(""), name!("or\nders")];

fn main() {}
