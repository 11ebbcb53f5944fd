//! What each function is held to, on the network's side and on the code's.

use crate::message::{
    AlexaGateway, Answer, DeferredDirective, DeviceCloud, DevicePush, Directive, Event, Grant,
    LoginWithAmazon, Pending, StateChange,
};
use net_dsl::prelude::*;

contract! {
    /// Answers Alexa at once, or defers.
    pub Entrypoint: Directive => Event {
        sends DeferredDirective,
        reads Grant,
        writes Grant,
        calls DeviceCloud,
        calls LoginWithAmazon,
    }

    /// Carries out a directive by an API that answers with the new state.
    pub SyncProcessor: DeferredDirective => () {
        calls DeviceCloud,
        sends Answer,
    }

    /// Hands a directive to an API that accepts now and acts later.
    pub Requester: DeferredDirective => () {
        calls DeviceCloud,
        reads Pending,
        writes Pending,
        sends Answer,
    }

    /// Matches a new state with the request that waits for it.
    pub Responder: StateChange => () {
        reads Pending,
        writes Pending,
        sends Answer,
    }

    /// Takes what the manufacturer pushes, once it is proven to come from there.
    pub Receiver: HttpRequest<DevicePush> => HttpResponse {
        calls DeviceCloud,
        sends StateChange,
    }

    /// Asks after every pending request.
    pub Poller: Tick => () {
        reads Pending,
        calls DeviceCloud,
        sends StateChange,
    }

    /// Takes events to Alexa, authorised.
    pub Dispatcher: Answer => () {
        reads Grant,
        writes Grant,
        writes Once,
        calls LoginWithAmazon,
        calls AlexaGateway,
    }
}
