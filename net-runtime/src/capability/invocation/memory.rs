//! Functions in memory: closures.

use super::Invocations;
use crate::{Answer, Failure, Memory, Parcel};
use serde_json::Value;
use std::{collections::HashMap, sync::Arc};

type Function = Arc<dyn Fn(Value) -> Value + Send + Sync>;

/// Functions by ARN.
#[derive(Default)]
pub(crate) struct Functions(HashMap<String, Function>);

impl Memory {
    /// Answers what a function is asked.
    pub fn set_function(&self, arn: &str, answer: impl Fn(Value) -> Value + Send + Sync + 'static) {
        self.state().functions.0.insert(arn.to_owned(), Arc::new(answer));
    }
}

impl Invocations for Memory {
    fn ask<'a>(&'a self, function: &'a str, parcel: Parcel) -> Answer<'a, Value> {
        let found = self.state().functions.0.get(function).cloned();
        // The lock is free while the function runs: it may use the same memory.
        let body = serde_json::from_str(&parcel.body).unwrap_or_default();
        let answer = found.map(|function| function(body));
        self.answer(function, |_| {
            answer.ok_or_else(|| Failure::Permanent(format!("nothing answers `{function}`").into()))
        })
    }
}
