//! Handlers on events as Lambda gives them, against doubles of what they call, over real HTTP.

mod acme;
mod anything;
mod customers;
mod dispatcher;
mod entrypoint;
mod home;
mod interfaces;
mod network;
mod optimistic;
mod poller;
mod receiver;
mod requester_and_responder;
mod rotation;
mod support;
mod sync_processor;
mod watcher;
