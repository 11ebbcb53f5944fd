//! Least privilege, from both sides: what functions ask of AWS they are allowed, and what they are
//! allowed they ask, or there is a reason.

use crate::skill::Skill;
use alexa_doubles::directive;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};
use xtask::TOKEN;

/// What AWS does with a function's role, so that its code never asks for it: by the start of the
/// statement's name.
const BY_AWS: [(&str, &str); 3] = [
    ("Logs", "Lambda writes what the function says into its log group"),
    ("Consumes", "Lambda receives and deletes what the function is started with"),
    ("SendsDeadLetters", "Lambda keeps what the function failed to do when nobody waited for it"),
];

/// A link allows all ways to do what its verb says; which of them code needs is its own affair.
const VERB: &str = "it comes with the verb";
/// A case that does not come up in these tests.
const AGAIN: &str =
    "a directive that is delivered again is looked up, to know whether it has arrived";

/// What code may and does not ask for: by function and statement, the actions, and why they are there.
const UNUSED: [(&str, &str, &[&str], &str); 10] = [
    ("DispatcherFunction", "ReadsGrants", &["GetItem", "Scan"], VERB),
    ("DispatcherFunction", "WritesGrants", &["DeleteItem", "PutItem"], VERB),
    ("DispatcherFunction", "WritesSent", &["DeleteItem"], VERB),
    ("EntrypointFunction", "ReadsGrants", &["Query", "Scan"], VERB),
    ("EntrypointFunction", "WritesGrants", &["DeleteItem", "UpdateItem"], VERB),
    ("PollerFunction", "ReadsPending", &["GetItem", "Query"], VERB),
    ("RequesterFunction", "ReadsPending", &["GetItem", "Query", "Scan"], AGAIN),
    ("RequesterFunction", "WritesPending", &["DeleteItem"], VERB),
    ("ResponderFunction", "ReadsPending", &["GetItem", "Scan"], VERB),
    ("ResponderFunction", "WritesPending", &["DeleteItem", "PutItem"], VERB),
];

/// Holds what the code of functions has asked for so far against what their roles allow.
pub(crate) fn are_used_or_explained(skill: &Skill) {
    let request = json!({ "StackName": skill.stack });
    let found = skill.stage.engine.ask("cloudformation", "GetTemplate", request);
    let resources = &found["TemplateBody"]["Resources"];
    for (id, name) in skill.functions() {
        let role = resources[&id]["Properties"]["Role"]["Fn::GetAtt"][0].as_str().expect("a role");
        let allowed = allowed(&resources[role]);
        let asked = asked(skill, &name);
        for action in &asked {
            let is_allowed = allowed.values().any(|actions| actions.contains(action));
            assert!(is_allowed, "{id} has asked for {action}, and its role allows {allowed:#?}");
        }
        for (statement, actions) in &allowed {
            if BY_AWS.iter().any(|(start, _)| statement.starts_with(start)) {
                continue;
            }
            for action in actions.difference(&asked) {
                assert!(
                    is_explained(&id, statement, action),
                    "{id} may {action} by {statement}, never did, and nothing says why: {asked:#?}"
                );
            }
        }
    }
}

fn is_explained(function: &str, statement: &str, action: &str) -> bool {
    let name = action.split(':').nth(1).unwrap_or_default();
    let mut unused = UNUSED.iter();
    unused.any(|(f, s, names, _)| (*f, *s) == (function, statement) && names.contains(&name))
}

/// The engine refuses what a role does not allow: otherwise all this would say nothing.
pub(crate) async fn are_enforced(skill: &Skill) {
    let engine = &skill.stage.engine;
    let role = &skill.resources("AWS::IAM::Role")["EntrypointRole"];
    let policies = engine.ask("iam", "ListRolePolicies", json!({ "RoleName": role }));
    for policy in policies["PolicyNames"].as_array().expect("policies") {
        let request = json!({ "RoleName": role, "PolicyName": policy });
        engine.ask("iam", "DeleteRolePolicy", request);
    }
    let report = directive::to_device("Alexa", "ReportState", "lamp", TOKEN, "c-refused");
    let answer = skill.says(&report).await;
    assert_eq!(answer["event"]["header"]["name"], "ErrorResponse", "{answer}");
}

/// What a role allows: actions by the name of their statement, so by the link they follow from.
fn allowed(role: &Value) -> BTreeMap<String, BTreeSet<String>> {
    let policies = role["Properties"]["Policies"].as_array().into_iter().flatten();
    let statements =
        policies.flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array()).flatten();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    statements
        .map(|statement| {
            let actions = statement["Action"].as_array().into_iter().flatten().map(text);
            (text(&statement["Sid"]), actions.collect())
        })
        .collect()
}

/// What a function's code has asked of AWS so far, as the engine's CloudTrail has it.
fn asked(skill: &Skill, function: &str) -> BTreeSet<String> {
    let engine = &skill.stage.engine;
    let request = json!({ "FunctionName": function });
    let found = engine.ask("lambda", "GetFunctionConfiguration", request);
    let [arn, role] = ["FunctionArn", "Role"].map(|name| found[name].as_str().expect("an ARN"));
    // The engine makes each function's access key of these.
    let mut key = "ASIA".to_owned();
    for byte in &Sha256::digest(format!("{arn}:{role}"))[..8] {
        let _ = write!(key, "{byte:02X}");
    }
    let attributes = json!([{ "AttributeKey": "AccessKeyId", "AttributeValue": key }]);
    let request = json!({ "LookupAttributes": attributes });
    let events = engine.ask("cloudtrail", "LookupEvents", request)["Events"].take();
    let events = events.as_array().expect("events");
    assert!(events.len() < 50, "more events than the engine tells at a time");
    let action = |event: &Value| {
        let service = event["EventSource"].as_str()?.split('.').next()?;
        Some(match (service, event["EventName"].as_str()?) {
            // CloudTrail names what is called, IAM what is allowed.
            ("lambda", "Invoke") => "lambda:InvokeFunction".to_owned(),
            (service, name) => format!("{service}:{name}"),
        })
    };
    events.iter().filter_map(action).collect()
}
