//! An item's keys are two attributes, and what expires it is a number.

use net_dsl::prelude::*;

pub struct Twice;
impl Item for Twice {
    const NAME: &'static str = "Twice";
    const PARTITION: Key = Key::text("id");
    const SORT: Option<Key> = Some(Key::text("id"));
}
pub struct Text;
impl Item for Text {
    const NAME: &'static str = "Text";
    const PARTITION: Key = Key::text("until");
    const EXPIRES: Option<&'static str> = Some("until");
}
pub struct Nothing;
impl Item for Nothing {
    const NAME: &'static str = "";
    const PARTITION: Key = Key::text("id");
}
pub struct Lines;
impl Item for Lines {
    const NAME: &'static str = "two\nlines";
    const PARTITION: Key = Key::text("id");
}
contract! { pub ReadsTwice: Tick => () { reads Twice } }
contract! { pub ReadsText: Tick => () { reads Text } }
contract! { pub ReadsNothing: Tick => () { writes Nothing } }
contract! { pub ReadsLines: Tick => () { writes Lines } }

fn main() {}
