//! Policies as IAM reads them, which is the same in every template language but for the terms.

use crate::plan::{self, Term};
use serde::{Serialize, Serializer, ser::SerializeMap};
use smol_str::SmolStr;

/// A policy document with its terms as `T`.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Document<'p, T> {
    version: &'static str,
    statement: Vec<Statement<'p, T>>,
}

impl<'p, T> Document<'p, T> {
    pub(super) fn new(
        statements: &'p [plan::Statement],
        term: impl Fn(&'p Term) -> T,
    ) -> Document<'p, T> {
        let statement =
            statements.iter().map(|statement| Statement::of(statement, &term)).collect();
        Document { version: "2012-10-17", statement }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement<'p, T> {
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<&'p SmolStr>,
    effect: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal: Option<Service>,
    action: Actions,
    #[serde(skip_serializing_if = "OneOrMany::is_empty")]
    resource: OneOrMany<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<Condition<T>>,
}

impl<'p, T> Statement<'p, T> {
    fn of(statement: &'p plan::Statement, term: &impl Fn(&'p Term) -> T) -> Statement<'p, T> {
        Statement {
            sid: statement.sid.as_ref(),
            effect: "Allow",
            principal: statement.principal.map(|service| Service { service }),
            action: match (statement.principal, statement.actions) {
                (Some(_), [one]) => Actions::One(one),
                (_, many) => Actions::Many(many),
            },
            resource: OneOrMany(statement.resources.iter().map(term).collect()),
            condition: statement.condition.as_ref().map(|condition| Condition {
                operator: condition.operator,
                key: condition.key,
                values: OneOrMany(condition.values.iter().map(term).collect()),
            }),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Service {
    service: &'static str,
}

/// What a service may do is one action, and what a role may do a list.
#[derive(Serialize)]
#[serde(untagged)]
enum Actions {
    One(&'static str),
    Many(&'static [&'static str]),
}

struct OneOrMany<T>(Vec<T>);

impl<T> OneOrMany<T> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Serialize> Serialize for OneOrMany<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [one] => one.serialize(serializer),
            many => many.serialize(serializer),
        }
    }
}

/// `{operator: {key: values}}`.
struct Condition<T> {
    operator: &'static str,
    key: &'static str,
    values: OneOrMany<T>,
}

impl<T: Serialize> Serialize for Condition<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Test<'a, T>(&'static str, &'a OneOrMany<T>);

        impl<T: Serialize> Serialize for Test<'_, T> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry(self.0, self.1)?;
                map.end()
            }
        }

        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(self.operator, &Test(self.key, &self.values))?;
        map.end()
    }
}
