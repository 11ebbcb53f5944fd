//! From a network to a running stack and away again, with a skill's whole day in between.
//!
//! The three networks of the case study are deployed by `synth` as a user would, to an engine that
//! refuses functions what their roles do not allow.

mod permissions;
mod skill;

use alexa_doubles::{Pace, Pushes};
use skill::Skill;
use std::time::Duration;
use xtask::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_answers_at_once() {
    let Some(skill) = Skill::deploy("sync_api").await else { return };
    skill.is_what_the_network_says().await;
    let poisoned = skill.poison();
    skill.is_linked_and_answers().await;

    skill.turn_on("c-1").await;
    poisoned.ends_in_the_dead_letter_queue().await;
    skill.answered_once("c-1");
    permissions::are_used_or_explained(&skill);

    skill.grows().await;
    permissions::are_enforced(&skill).await;
    skill.leaves_only_tables().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_pushes() {
    let Some(mut skill) = Skill::deploy("async_push").await else { return };
    skill.is_what_the_network_says().await;
    let poisoned = skill.poison();
    skill.is_linked_and_answers().await;

    let stage = &skill.stage;
    stage.acme.set_pace(Pace::After(Duration::from_millis(100)));
    let url = stage.reached(&skill.outputs["PushGatewayUrl"], "/push");
    stage.acme.set_pushes(Pushes::to(url).times(2));
    skill.turn_on("c-1").await;
    skill.is_answered_by_the_requester().await;
    poisoned.ends_in_the_dead_letter_queue().await;
    // Not before: the answer to the first push may be faster than the second.
    assert_eq!(skill.stage.acme.pushed(), [202, 202]);
    skill.answered_once("c-1");
    permissions::are_used_or_explained(&skill);

    skill.polls_instead().await;
    skill.grows().await;
    skill.leaves_only_tables().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_has_to_be_asked_again() {
    let Some(skill) = Skill::deploy("async_polling").await else { return };
    skill.is_what_the_network_says().await;
    let poisoned = skill.poison();
    skill.is_linked_and_answers().await;

    // Said shortly before a tick, it is answered by that tick in time; on a machine that has too much
    // to do it may not be.
    let mut answered = None;
    for correlation in ["c-1", "c-2", "c-3"] {
        let tick = skill.ticks(correlation).await;
        tokio::time::sleep_until((tick + Duration::from_secs(56)).into()).await;
        skill.stage.acme.set_pace(Pace::After(Duration::from_millis(100)));
        if skill.turns_on_in_time(correlation).await {
            answered = Some(correlation);
            break;
        }
    }
    let answered = answered.expect("an answer in time");
    skill.tells_the_door_as_a_change().await;
    skill.is_answered_by_the_requester().await;
    poisoned.ends_in_the_dead_letter_queue().await;
    skill.answered_once(answered);
    permissions::are_used_or_explained(&skill);

    skill.grows().await;
    skill.leaves_only_tables().await;
}

/// All sums of the bricks: each is deployed, linked, answers a directive, and goes.
#[tokio::test(flavor = "multi_thread")]
async fn every_sum_of_the_bricks() {
    let Some(mut stage) = Stage::start().await else { return };
    for scenario in alexa_patterns::scenarios() {
        let name = scenario.name.to_string();
        let (skill, _) = Skill::of(stage, "scenario", &name).deployed().await;
        skill.is_what_the_network_says().await;
        skill.stage.link(&skill.outputs["AlexaToEntrypointEndpoint"]).await;
        let pace = if scenario.terms.contains(&"push_gateway") {
            let url = skill.stage.reached(&skill.outputs["PushGatewayUrl"], "/push");
            skill.stage.acme.set_pushes(Pushes::to(url));
            Pace::After(Duration::from_millis(100))
        } else if scenario.terms.iter().any(|term| ["waiting_poll", "adaptive_poll"].contains(term))
        {
            Pace::After(Duration::from_millis(100))
        } else {
            // A clock takes a minute, and is waited for elsewhere.
            Pace::AtOnce
        };
        skill.stage.acme.set_pace(pace);
        skill.turn_on(&name).await;
        skill.answered_once(&name);
        stage = skill.leaves_nothing().await;
    }
}
