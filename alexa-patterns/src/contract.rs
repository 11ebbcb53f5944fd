//! What each function is held to, on the network's side and on the code's.

use crate::message::{
    AlexaGateway, Answer, DeferredDirective, DeviceCloud, DevicePush, Directive, Event, Grant,
    GrantHub, Habit, LoginWithAmazon, Look, OpenPromise, Pending, StateChange,
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

    /// Hands a directive to an API that accepts now and acts later, and answers with what is expected.
    pub OptimisticRequester: DeferredDirective => () {
        calls DeviceCloud,
        reads Pending,
        writes Pending,
        sends Answer,
        sends OpenPromise,
    }

    /// Sees whether what was promised has come true, and tells the truth if not.
    pub PromiseChecker: OpenPromise => () {
        reads Pending,
        writes Pending,
        calls DeviceCloud,
        sends Answer,
    }

    /// Has a request looked after as soon as there is one.
    pub LookStarter: Change<Pending> => () {
        sends Look,
    }

    /// Looks whether a request has been carried out, and has it looked after again if not.
    pub Watcher: Look => () {
        reads Pending,
        writes Pending,
        calls DeviceCloud,
        sends StateChange,
        sends Look,
    }

    /// Has a request looked after when the device is mostly done.
    pub AdaptiveLookStarter: Change<Pending> => () {
        reads Habit,
        sends Look,
    }

    /// Looks whether a request has been carried out, and learns how long that takes.
    pub AdaptiveWatcher: Look => () {
        reads Pending,
        writes Pending,
        reads Habit,
        writes Habit,
        calls DeviceCloud,
        sends StateChange,
        sends Look,
    }

    /// Answers Alexa at once, or defers, with grants that are kept at home.
    pub HomeEntrypoint: Directive => Event {
        sends DeferredDirective,
        calls GrantHub,
        calls DeviceCloud,
        calls LoginWithAmazon,
    }

    /// Takes events to Alexa, authorised by grants that are kept at home.
    pub HomeDispatcher: Answer => () {
        calls GrantHub,
        writes Once,
        calls LoginWithAmazon,
        calls AlexaGateway,
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
