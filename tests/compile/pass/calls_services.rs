//! Services outside the network, and an API of the network under the name of the service it serves.

use net_dsl::prelude::*;

services! { pub Bank, pub Webhooks }
contract! { pub Payer: Tick => () { calls Bank, calls Webhooks } }

fn main() {
    let bank = ExternalService::<Bank>::builder()
        .name(name!("bank"))
        .base_url(url!("https://bank.example.com/v2"))
        .secret()
        .build();
    let gateway = HttpApi::builder().name(name!("gateway")).build();
    let payer = Function::<Payer>::builder().name(name!("payer")).build();
    let network = payer.calls(&bank) + payer.calls(&gateway.serves::<Webhooks>());
    assert_eq!(network.len(), 3);
}
