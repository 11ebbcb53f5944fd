//! An entity has a name.

use net_dsl::prelude::*;

contract! { pub Task: Tick => () {} }

fn main() {
    let _entity = Function::<Task>::builder().timeout(seconds!(30)).build();
}
