//! One brick a file.

pub(crate) mod adaptive_poll;
pub(crate) mod async_processor;
pub(crate) mod dispatcher;
pub(crate) mod entrypoint;
pub(crate) mod home;
pub(crate) mod optimistic_processor;
pub(crate) mod polling_event_processor;
pub(crate) mod push_gateway;
pub(crate) mod sync_processor;
pub(crate) mod waiting_poll;
