//! The entrypoint.

use crate::support::{DEFERRED, Skill, accept_grant, milliseconds, name, property, turn_on};
use net_runtime::Backend as _;
use serde_json::json;

#[tokio::test]
async fn a_grant_is_exchanged_stored_and_then_confirmed() {
    let skill = Skill::new().await;
    let code = skill.login.code("ann");
    assert_eq!(
        name(&skill.entrypoint(accept_grant(&code)).await),
        "Alexa.Authorization AcceptGrant.Response"
    );
    let grants = skill.memory.items("grants");
    assert_eq!(grants.len(), 1);
    assert_eq!(grants[0]["user"], "ann");
    let access = grants[0]["access_token"].as_str().expect("a token");
    assert_eq!(skill.login.user(access).as_deref(), Some("ann"));
}

#[tokio::test]
async fn what_a_controller_is_asked_is_deferred_with_its_deadline() {
    let skill = Skill::with_grant().await;
    let before = milliseconds(skill.memory.now());
    let event = skill.entrypoint(turn_on("c-1")).await;
    assert_eq!(name(&event), "Alexa DeferredResponse");
    assert_eq!(event["event"]["header"]["correlationToken"], "c-1");
    let parcel = skill.memory.parcels(DEFERRED).remove(0);
    let deadline = parcel.deadline.expect("a deadline");
    assert!((before + 6_000..before + 8_000).contains(&deadline));
}

#[tokio::test]
async fn a_directive_is_carried_out_answered_and_taken_to_alexa() {
    let skill = Skill::with_grant().await;
    skill.entrypoint(turn_on("c-1")).await;
    let done = skill.sync_processor(skill.last(DEFERRED)).await;
    assert_eq!(done.expect("it is handled"), json!({ "batchItemFailures": [] }));
    let done = skill.dispatcher(skill.last(crate::support::RESPONSES)).await;
    assert_eq!(done.expect("it is handled"), json!({ "batchItemFailures": [] }));
    let answers = skill.gateway.answers("c-1");
    assert_eq!(answers.len(), 1, "{:#?}", skill.gateway.refused());
    assert_eq!(property(&answers[0].event, "powerState"), "ON");
}
