//! Whatever text may be given for a `network.json`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use net_dsl::{Network, check, name, text::is_unprintable};

fuzz_target!(|text: &str| {
    let network = match Network::from_json(text) {
        Ok(network) => network,
        Err(error) => return assert!(!error.to_string().contains(is_unprintable)),
    };
    let file = network.to_json();
    assert!(!file.contains(|letter| letter != '\n' && is_unprintable(letter)));
    assert_eq!(Network::from_json(&file).as_ref(), Ok(&network));
    assert_eq!(&network + &network, network);
    assert_eq!(network.clone().transpose().transpose(), network);
    assert_eq!(network.prefix(&name!("left"), &[]).len(), network.len());
    assert!(network.is_equivalent(&network.clone().without_origins()));
    check::check(&network);
});
