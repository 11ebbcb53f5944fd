//! Filters of Lambda's event source mappings: which records start a function at all.
//!
//! Source: "Control which events Lambda sends to your function" in the AWS Lambda Developer Guide. A record
//! is taken if one of the filters matches it, or if there is none.

use crate::engine::{pattern::Pattern, wiring::Reader};
use serde_json::Value;

/// The filters of one mapping.
#[derive(Debug, Default)]
pub(crate) struct Filters(Vec<Pattern>);

impl Filters {
    /// Reads `FilterCriteria`; refuses what cannot be carried out.
    pub(crate) fn read(reader: &mut Reader<'_, '_>) -> Filters {
        let filters = reader.value("FilterCriteria/Filters");
        let texts: Vec<Option<String>> = filters.map_or_else(Vec::new, |filters| {
            let pattern = |filter| reader.resolve(net_synth::plan::Value::get(filter, "Pattern")?);
            filters.items().iter().map(pattern).collect()
        });
        let mut patterns = Vec::new();
        for text in texts {
            let text = text.ok_or_else(|| "it has no `Pattern` that is a text".to_owned());
            match text.and_then(|text| Pattern::read(&text)) {
                Ok(pattern) => patterns.push(pattern),
                Err(why) => reader.refuse(&format!("a filter cannot be carried out here: {why}")),
            }
        }
        Filters(patterns)
    }

    /// Whether there is nothing to filter by.
    pub(crate) fn take_all(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a record is taken.
    pub(crate) fn take(&self, record: &Value) -> bool {
        self.take_all() || self.0.iter().any(|pattern| pattern.matches(record))
    }
}
