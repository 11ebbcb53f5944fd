//! From a network to a running stack and away again, with a skill's whole day in between.
//!
//! The three networks of the case study are deployed by `synth` as a user would, to an engine that
//! refuses functions what their roles do not allow.

mod permissions;
mod skill;

use alexa_doubles::{Pace, Pushes, directive};
use skill::{Skill, power};
use std::time::{Duration, Instant};
use xtask::TOKEN;

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_answers_at_once() {
    let Some(skill) = Skill::deploy("sync_api").await else { return };
    let poisoned = skill.poison();
    skill.is_linked_and_answers().await;

    let answer = skill.turn_on("c-1").await;
    assert_eq!(power(&answer), "ON");
    poisoned.ends_in_the_dead_letter_queue().await;
    skill.answered_once("c-1");
    permissions::are_used_or_explained(&skill);

    skill.grows().await;
    skill.leaves_only_tables().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_pushes() {
    let Some(mut skill) = Skill::deploy("async_push").await else { return };
    let poisoned = skill.poison();
    skill.is_linked_and_answers().await;

    let stage = &skill.stage;
    stage.acme.set_pace(Pace::After(Duration::from_millis(100)));
    let url = stage.reached(&skill.outputs["PushGatewayUrl"], "/push");
    stage.acme.set_pushes(Pushes::to(url).times(2));
    let answer = skill.turn_on("c-1").await;
    assert_eq!(power(&answer), "ON");
    assert_eq!(stage.acme.pushed(), [202, 202]);
    skill.is_answered_by_the_requester().await;
    poisoned.ends_in_the_dead_letter_queue().await;
    skill.answered_once("c-1");
    permissions::are_used_or_explained(&skill);

    skill.polls_instead().await;
    skill.grows().await;
    skill.leaves_only_tables().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_has_to_be_asked_again() {
    let Some(skill) = Skill::deploy("async_polling").await else { return };
    let poisoned = skill.poison();
    skill.is_linked_and_answers().await;

    // Said right after a tick, it is answered by the next: too late, so as a change.
    let stage = &skill.stage;
    stage.acme.set_pace(Pace::WhenTold);
    let mut asked = stage.acme.watch();
    skill.says(&directive::to_device("Alexa.LockController", "Unlock", "door", TOKEN, "c-0")).await;
    let tick = loop {
        let exchange = asked.recv().await.expect("Acme is there");
        let is_poll = exchange.method == "GET" && exchange.path.ends_with("/devices/door");
        if is_poll {
            break Instant::now();
        }
    };
    stage.acme.carry_out().await;

    // Said shortly before the next tick, it is answered by it in time.
    tokio::time::sleep_until((tick + Duration::from_secs(56)).into()).await;
    stage.acme.set_pace(Pace::After(Duration::from_millis(100)));
    let answer = skill.turn_on("c-1").await;
    assert_eq!(power(&answer), "ON");
    skill.answered_once("c-1");
    let late = skill.event(|event| event["event"]["header"]["name"] == "ChangeReport").await;
    assert_eq!(late["event"]["endpoint"]["endpointId"], "door", "{late}");
    assert!(stage.gateway.answers("c-0").is_empty());
    skill.is_answered_by_the_requester().await;
    poisoned.ends_in_the_dead_letter_queue().await;
    permissions::are_used_or_explained(&skill);

    skill.grows().await;
    skill.leaves_only_tables().await;
}
