//! Statements: who may do what to what.

use super::{Pseudo, Term};
use smol_str::SmolStr;

/// One statement of a policy. It always allows: nothing is said twice, so nothing has to be denied.
#[derive(Clone, Debug)]
pub struct Statement {
    /// What the statement is for, in letters and digits; unique in its policy.
    pub sid: Option<SmolStr>,
    /// The AWS service that may; without one, whoever has the policy.
    pub principal: Option<&'static str>,
    /// The actions.
    pub actions: &'static [&'static str],
    /// The resources; in a role's trust policy that is the role, and not said.
    pub resources: Vec<Term>,
    /// When alone.
    pub condition: Option<Condition>,
}

/// When alone a statement holds: the request's `key` is one of the values.
#[derive(Clone, Debug)]
pub struct Condition {
    /// How IAM compares, as in `ArnEquals`.
    pub operator: &'static str,
    /// What it compares, as in `aws:SourceArn`.
    pub key: &'static str,
    /// With what.
    pub values: Vec<Term>,
}

impl Statement {
    pub(super) fn allow(
        sid: impl Into<SmolStr>,
        actions: &'static [&'static str],
        resources: Vec<Term>,
    ) -> Statement {
        let sid = Some(sid.into());
        Statement { sid, principal: None, actions, resources, condition: None }
    }

    /// Lets a service act in a role, for this account's resources alone if need be.
    pub(super) fn trust(service: &'static str, this_account_only: bool) -> Statement {
        let condition = this_account_only.then(|| Condition {
            operator: "StringEquals",
            key: "aws:SourceAccount",
            values: vec![Term::Pseudo(Pseudo::AccountId)],
        });
        Statement {
            sid: None,
            principal: Some(service),
            actions: &["sts:AssumeRole"],
            resources: Vec::new(),
            condition,
        }
    }

    /// Lets topics send to a queue.
    pub(super) fn topics_send(queue: Term, topics: Vec<Term>) -> Statement {
        Statement {
            sid: Some(SmolStr::new_static("TopicsSend")),
            principal: Some("sns.amazonaws.com"),
            actions: &["sqs:SendMessage"],
            resources: vec![queue],
            condition: Some(Condition {
                operator: "ArnEquals",
                key: "aws:SourceArn",
                values: topics,
            }),
        }
    }
}
