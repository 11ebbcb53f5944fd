//! The case study's networks, as the examples compose them.

use alexa_patterns::{
    async_processor, dispatcher, entrypoint, polling_event_processor, push_gateway, sync_processor,
};
use net_dsl::{Name, Network, name};

/// What `examples/sync_api.rs` composes.
pub fn sync_api() -> Network {
    entrypoint() + sync_processor() + dispatcher()
}

/// What `examples/async_push.rs` composes.
pub fn async_push() -> Network {
    entrypoint() + async_processor() + push_gateway() + dispatcher()
}

/// What `examples/async_polling.rs` composes.
pub fn async_polling() -> Network {
    entrypoint() + async_processor() + polling_event_processor() + dispatcher()
}

/// All three, by the names that the examples give them.
pub fn examples() -> [(Name, Network); 3] {
    [
        (name!("sync-api"), sync_api()),
        (name!("async-push"), async_push()),
        (name!("async-polling"), async_polling()),
    ]
}
