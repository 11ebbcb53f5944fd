//! Values that are known only when a stack exists, and typed references to its resources.

use super::{LogicalId, Plan, resource};
use smol_str::SmolStr;
use std::marker::PhantomData;

/// A value in a plan: text, or what becomes text while deploying.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// A text known now.
    Text(SmolStr),
    /// A parameter's value.
    Parameter(LogicalId),
    /// The identity of a resource: what CloudFormation's `Ref` gives.
    Id(LogicalId),
    /// The ARN of a resource.
    Arn(LogicalId),
    /// The ARN of a table's stream.
    StreamArn(LogicalId),
    /// Something about the stack or the account.
    Pseudo(Pseudo),
    /// Terms one behind the other.
    Join(Vec<Term>),
}

/// What AWS says of the stack itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pseudo {
    /// The account's number.
    AccountId,
    /// `aws`, `aws-cn` or `aws-us-gov`.
    Partition,
    /// The region, as in `eu-west-1`.
    Region,
    /// The stack's name.
    StackName,
    /// The domain of AWS's addresses, as in `amazonaws.com`.
    UrlSuffix,
}

impl Term {
    /// About how long the text will be that a deployment makes of it, in characters; on the long
    /// side.
    pub fn expected_length(&self, plan: &Plan<'_>) -> usize {
        // CloudFormation adds a hyphen and 12 or 13 characters to the names it makes.
        let physical = |id: &LogicalId| plan.name.len() + 1 + id.as_str().len() + 14;
        match self {
            Term::Text(text) => text.len(),
            Term::Parameter(id) => plan
                .parameters
                .binary_search_by(|parameter| parameter.id.cmp(id))
                .ok()
                .and_then(|found| plan.parameters[found].default.as_ref())
                .map_or(100, |default| default.len()),
            // A queue's identity is its URL.
            Term::Id(id) => {
                "https://sqs.ap-southeast-1.amazonaws.com/123456789012/".len() + physical(id)
            }
            Term::Arn(id) => {
                "arn:aws:dynamodb:ap-southeast-1:123456789012:table/".len() + physical(id)
            }
            Term::StreamArn(id) => {
                "arn:aws:dynamodb:ap-southeast-1:123456789012:table//stream/2026-11-23T00:00:00.000"
                    .len()
                    + physical(id)
            }
            Term::Pseudo(Pseudo::AccountId) => 12,
            Term::Pseudo(Pseudo::Partition) => 3,
            Term::Pseudo(Pseudo::Region) => 14,
            Term::Pseudo(Pseudo::StackName) => plan.name.len(),
            Term::Pseudo(Pseudo::UrlSuffix) => 13,
            Term::Join(terms) => terms.iter().map(|term| term.expected_length(plan)).sum(),
        }
    }

    pub(crate) const fn text(text: &'static str) -> Term {
        Term::Text(SmolStr::new_static(text))
    }
}

/// A reference to a resource of kind `T`: it offers just what such a resource has.
#[derive(Debug, PartialEq, Eq)]
pub struct Ref<T> {
    id: LogicalId,
    kind: PhantomData<fn() -> T>,
}

impl<T> Clone for Ref<T> {
    fn clone(&self) -> Self {
        Ref::to(self.id.clone())
    }
}

impl<T> Ref<T> {
    pub(super) fn to(id: LogicalId) -> Ref<T> {
        Ref { id, kind: PhantomData }
    }

    /// The logical id of the resource.
    pub fn id(&self) -> &LogicalId {
        &self.id
    }
}

macro_rules! references {
    ($($kind:ident { $($(#[$doc:meta])* $method:ident: $term:ident,)* })*) => {
        $(impl Ref<resource::$kind> {
            $($(#[$doc])*
            pub fn $method(&self) -> Term {
                Term::$term(self.id.clone())
            })*
        })*
    };
}

references! {
    Function {
        /// The function's name.
        name: Id,
        /// The function's ARN.
        arn: Arn,
    }
    Role {
        /// The role's ARN.
        arn: Arn,
    }
    LogGroup {
        /// The log group's name.
        name: Id,
        /// The ARN of the streams in the log group.
        arn: Arn,
    }
    Queue {
        /// The queue's URL.
        url: Id,
        /// The queue's ARN.
        arn: Arn,
    }
    Topic {
        /// The topic's ARN.
        arn: Id,
    }
    Table {
        /// The table's name.
        name: Id,
        /// The table's ARN.
        arn: Arn,
        /// The ARN of the table's stream.
        stream_arn: StreamArn,
    }
    HttpApi {
        /// The API's id.
        api_id: Id,
    }
    Integration {
        /// The integration's id.
        integration_id: Id,
    }
}
