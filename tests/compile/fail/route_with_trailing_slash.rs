//! A route's path does not end in a slash.

use net_dsl::prelude::*;

contract! { pub Door: HttpRequest<()> => HttpResponse {} }

fn main() {
    let api = HttpApi::builder().name(name!("api")).build();
    let door = Function::<Door>::builder().name(name!("door")).build();
    let _ = api.routes(route!(GET "/things/"), &door);
}
