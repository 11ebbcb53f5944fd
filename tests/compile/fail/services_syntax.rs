//! What is no list of services says what it lacks.

use net_dsl::prelude::*;

services! { pub Bank; pub Post }
services! { pub struct Clock; }
services! { enum Clock }
services! { pub Bank = "https://bank.example.com" }

fn main() {}
