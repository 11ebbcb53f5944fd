//! All functions together: a directive in, an answer at the gateway.

use crate::{entrypoint::every_command, support::*};
use alexa_doubles::{Hook, Pace, Pushes, Trouble};
use alexa_handlers::{Receiver, acme};
use alexa_patterns::contract;
use net_runtime::Runtime;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

/// An API in front of the receiver; it ends with the test.
pub(crate) async fn hook(world: &World) -> Hook {
    let runtime: Arc<Runtime<contract::Receiver>> = Arc::new(world.runtime());
    Hook::start(move |push| {
        let runtime = runtime.clone();
        async move {
            let signature = push.headers.get("acme-signature").map_or("", String::as_str);
            let event = http(&push.body, signature);
            let answer = runtime.invoke(&Receiver::new(acme::Acme), event).await;
            let status = answer.unwrap_or_default()["statusCode"].as_u64().unwrap_or(500);
            (u16::try_from(status).unwrap_or(500), Value::Null)
        }
    })
    .await
}

#[derive(Clone, Copy, Debug)]
enum Network {
    Sync,
    Push,
    EarlyPush,
    DoublePush,
    UnnamedPush,
    Polling,
    All,
}

const NETWORKS: [Network; 7] = [
    Network::Sync,
    Network::Push,
    Network::EarlyPush,
    Network::DoublePush,
    Network::UnnamedPush,
    Network::Polling,
    Network::All,
];

impl Network {
    fn set(self, world: &World, hook: &Hook) {
        let pushes = Pushes::to(hook.url());
        let pushes = match self {
            Network::Sync | Network::Polling => None,
            Network::Push => Some(pushes),
            Network::EarlyPush => Some(pushes.before_the_answer().times(2)),
            Network::DoublePush | Network::All => Some(pushes.times(2)),
            Network::UnnamedPush => Some(pushes.unnamed()),
        };
        if !matches!(self, Network::Sync) {
            world.acme.set_pace(Pace::WhenTold);
        }
        if let Some(pushes) = pushes {
            world.acme.set_pushes(pushes);
        }
    }

    /// Takes every message to its function until none is left.
    async fn settle(self, world: &World) {
        let deferred = world.take(DEFERRED);
        let failed = match self {
            Network::Sync => world.sync(&deferred).await,
            _ => world.request(&deferred).await,
        };
        assert!(failed.is_empty());
        world.acme.carry_out().await;
        if matches!(self, Network::Polling | Network::All) {
            world.poll().await;
        }
        let mut changes = world.take(CHANGES);
        if matches!(self, Network::All) {
            changes.extend(changes.clone());
        }
        assert!(world.respond(&changes).await.is_empty());
        assert!(world.dispatch(&world.take(RESPONSES)).await.is_empty());
    }
}

#[tokio::test]
async fn every_command_is_answered_once_by_every_network() {
    for network in NETWORKS {
        // What these networks do with each command their functions' own tests say.
        let simple = matches!(network, Network::Sync | Network::Push | Network::DoublePush);
        let most = if simple { 1 } else { usize::MAX };
        for (device, namespace, name_, payload) in every_command().into_iter().take(most) {
            let world = World::start().await;
            let hook = hook(&world).await;
            network.set(&world, &hook);
            let granted = world.ask(accept_grant(&world.login.code("ann"))).await;
            assert_eq!(name(&granted).1, "AcceptGrant.Response");
            let answer = world.ask(directive(device, namespace, name_, payload)).await;
            assert_eq!(name(&answer).1, "DeferredResponse");
            network.settle(&world).await;
            let correlation = format!("{CORRELATION}-m-1");
            let answers = world.gateway.answers(&correlation);
            // What the end looks like is not always known: then a push has to say which request it is.
            let known = !matches!(
                name_,
                "AdjustBrightness"
                    | "IncreaseColorTemperature"
                    | "DecreaseColorTemperature"
                    | "AdjustTargetTemperature"
                    | "ResumeSchedule"
            );
            let unnamed = matches!(network, Network::UnnamedPush) && name_ == "ResumeSchedule";
            if unnamed {
                assert!(!known && answers.is_empty());
                continue;
            }
            assert_eq!(answers.len(), 1, "{network:?} {name_}");
            assert_eq!(answers[0].name(), "Response");
            assert_eq!(answers[0].user, "ann");
            assert_eq!(world.acme.acts().len(), 1, "{network:?} {name_}");
            assert!(world.gateway.refused().is_empty(), "{:?}", world.gateway.refused());
        }
    }
}

#[tokio::test]
async fn no_network_says_anything_of_a_secret_when_everything_goes_wrong() {
    // What is searched is every log line of a test, and every event.
    let troubles = || {
        [
            Trouble::status(500),
            Trouble::answer(
                400,
                json!({ "code": "hush", "error": "hush", "payload": { "code": "hush" } }),
            ),
            Trouble::answer(
                403,
                json!({ "error": "hush", "message": "hush", "payload": { "type": "hush" } }),
            ),
            Trouble::answer(200, "hush"),
            Trouble::hang_up(),
        ]
    };
    for network in [Network::Sync, Network::Push, Network::Polling] {
        for number in 0..troubles().len() {
            for which in 0..3 {
                let world = World::granted().await;
                let hook = hook(&world).await;
                network.set(&world, &hook);
                world.ask(turn_on()).await;
                let mut stale = world.grants().remove(0);
                stale.expires_at = world.now();
                world.store(&stale).await;
                let trouble = troubles()[number].clone().times(3);
                match which {
                    0 => world.acme.give(trouble),
                    1 => world.login.give(trouble),
                    _ => world.gateway.give(trouble),
                }
                let deferred = world.take(DEFERRED);
                match network {
                    Network::Sync => world.sync(&deferred).await,
                    _ => world.request(&deferred).await,
                };
                world.acme.carry_out().await;
                world.poll().await;
                world.respond(&world.take(CHANGES)).await;
                let mut answers = world.take(RESPONSES);
                // No second of waiting for what comes later.
                for answer in &mut answers {
                    answer.deadline = answer.deadline.map(|_| world.now() + 300);
                }
                world.dispatch(&answers).await;
                assert!(world.gateway.answers(&format!("{CORRELATION}-m-1")).len() <= 1);
            }
        }
    }
}

#[tokio::test]
async fn a_slow_lock_is_answered_within_twenty_seconds() {
    for (after, event) in [(15.0, "Response"), (21.0, "ChangeReport")] {
        let world = World::granted().await;
        let hook = hook(&world).await;
        world.acme.set_pace(Pace::WhenTold);
        world.acme.set_pushes(Pushes::to(hook.url()));
        world.ask(directive("door", "Alexa.LockController", "Unlock", json!({}))).await;
        world.request(&world.take(DEFERRED)).await;
        world.advance(after);
        world.acme.carry_out().await;
        world.respond(&world.take(CHANGES)).await;
        world.dispatch(&world.take(RESPONSES)).await;
        assert_eq!(world.gateway.taken()[0].name(), event, "after {after} s");
    }
}

#[tokio::test]
async fn a_push_while_the_call_is_under_way_over_real_http() {
    let world = World::granted().await;
    let hook = hook(&world).await;
    world.acme.set_pace(Pace::After(Duration::from_millis(10)));
    world.acme.set_pushes(Pushes::to(hook.url()).times(2));
    world.acme.give(Trouble::slow(Duration::from_millis(200)).on("PATCH"));
    world.ask(turn_on()).await;
    let deferred = world.take(DEFERRED);
    let responding = async {
        let mut changes = Vec::new();
        while changes.len() < 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
            changes.extend(world.take(CHANGES));
        }
        world.respond(&changes).await
    };
    tokio::join!(world.request(&deferred), responding);
    world.dispatch(&world.take(RESPONSES)).await;
    assert_eq!(world.gateway.answers(&format!("{CORRELATION}-m-1")).len(), 1);
    assert_eq!(world.gateway.taken().len(), 1, "and nothing else");
}
