//! A route's parameters have names of their own.

use net_dsl::prelude::*;

contract! { pub Door: HttpRequest<()> => HttpResponse {} }

fn main() {
    let api = HttpApi::builder().name(name!("api")).build();
    let door = Function::<Door>::builder().name(name!("door")).build();
    let _ = api.routes(route!(GET "/a/{x}/b/{x}"), &door);
}
