//! Patterns of events: what an event must look like for somebody to be told of it.
//!
//! Lambda's filters and EventBridge's rules are written in the same language. Sources: "Filter rule syntax"
//! in the AWS Lambda Developer Guide, "Comparison operators for use in event patterns" in the Amazon
//! EventBridge User Guide.

use serde_json::{Map, Value};

/// A pattern that has been read, and can be carried out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pattern(Vec<Part>);

/// All parts of a pattern must match.
#[derive(Clone, Debug, PartialEq)]
enum Part {
    Field(String, Wanted),
    /// `"$or"`: one of them must match.
    Or(Vec<Pattern>),
}

#[derive(Clone, Debug, PartialEq)]
enum Wanted {
    /// The field holds an object that looks like this.
    Within(Pattern),
    /// One of these tests holds for the field.
    OneOf(Vec<Test>),
}

#[derive(Clone, Debug, PartialEq)]
enum Test {
    Equals(Value),
    EqualsIgnoringCase(String),
    Prefix(String, Case),
    Suffix(String, Case),
    /// Parts of a text between `*`.
    Wildcard(Vec<String>),
    Numeric(Vec<(Comparison, f64)>),
    Exists(bool),
    /// None of these holds.
    AnythingBut(Vec<Test>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Case {
    Counts,
    DoesNotCount,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is no pattern, or not carried out here.
    pub(crate) fn read(text: &str) -> Result<Pattern, String> {
        let value: Value =
            serde_json::from_str(text).map_err(|error| format!("it is no JSON: {error}"))?;
        Pattern::of(&value)
    }

    /// The pattern that a JSON value is.
    ///
    /// # Errors
    /// What is no pattern, or not carried out here.
    pub(crate) fn of(value: &Value) -> Result<Pattern, String> {
        let fields = value.as_object().ok_or_else(|| format!("`{value}` is no object"))?;
        if fields.is_empty() {
            return Err("it names no field".to_owned());
        }
        fields
            .iter()
            .map(|(name, wanted)| Part::of(name, wanted))
            .collect::<Result<_, _>>()
            .map(Pattern)
    }

    /// Whether an event looks like this.
    pub(crate) fn matches(&self, event: &Value) -> bool {
        self.0.iter().all(|part| match part {
            Part::Or(patterns) => patterns.iter().any(|pattern| pattern.matches(event)),
            Part::Field(name, wanted) => wanted.matches(event.get(name)),
        })
    }
}

impl Part {
    fn of(name: &str, wanted: &Value) -> Result<Part, String> {
        match wanted {
            Value::Array(patterns) if name == "$or" => {
                patterns.iter().map(Pattern::of).collect::<Result<_, _>>().map(Part::Or)
            }
            Value::Array(tests) if tests.is_empty() => {
                Err(format!("`{name}` has an empty list, which nothing matches"))
            }
            Value::Array(tests) => {
                let tests = tests.iter().map(Test::of).collect::<Result<_, _>>()?;
                Ok(Part::Field(name.to_owned(), Wanted::OneOf(tests)))
            }
            Value::Object(_) => {
                let pattern = Pattern::of(wanted).map_err(|why| format!("in `{name}`: {why}"))?;
                Ok(Part::Field(name.to_owned(), Wanted::Within(pattern)))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                Err(format!("`{name}` must be a list of values, `[{wanted}]`"))
            }
        }
    }
}

impl Wanted {
    fn matches(&self, value: Option<&Value>) -> bool {
        match (self, value) {
            // A list matches if something in it does.
            (Wanted::Within(pattern), Some(Value::Array(items))) => {
                items.iter().any(|item| pattern.matches(item))
            }
            // What is not there may be what is wanted: `{"exists": false}`.
            (Wanted::Within(pattern), value) => pattern.matches(value.unwrap_or(&Value::Null)),
            (Wanted::OneOf(tests), value) => tests.iter().any(|test| match value {
                Some(Value::Array(items)) => match test {
                    Test::Exists(wanted) => *wanted != items.is_empty(),
                    test => items.iter().any(|item| test.holds(Some(item))),
                },
                value => test.holds(value),
            }),
        }
    }
}

impl Test {
    fn of(value: &Value) -> Result<Test, String> {
        let Value::Object(map) = value else {
            return match value {
                Value::Array(_) => Err(format!("`{value}` is a list in a list")),
                value => Ok(Test::Equals(value.clone())),
            };
        };
        let (operator, operand) = only(map)?;
        let text = || operand.as_str().map(str::to_owned);
        let unknown = || format!("`{value}` is no test that is known here");
        match operator {
            "exists" => operand.as_bool().map(Test::Exists),
            "equals-ignore-case" => text().map(Test::EqualsIgnoringCase),
            "prefix" | "suffix" => {
                let (text, case) = match operand {
                    Value::Object(inner) => match only(inner)? {
                        ("equals-ignore-case", Value::String(text)) => (text, Case::DoesNotCount),
                        _ => return Err(unknown()),
                    },
                    Value::String(text) => (text, Case::Counts),
                    _ => return Err(unknown()),
                };
                Some(match operator {
                    "prefix" => Test::Prefix(text.clone(), case),
                    _ => Test::Suffix(text.clone(), case),
                })
            }
            "wildcard" => text().map(|text| Test::Wildcard(parts_of_wildcard(&text))),
            "numeric" => numeric(operand),
            "anything-but" => Some(Test::AnythingBut(match operand {
                Value::Array(values) => values.iter().map(Test::of).collect::<Result<_, _>>()?,
                Value::Object(inner) => match only(inner)? {
                    (operator, Value::Array(values)) => values
                        .iter()
                        .map(|value| Test::of(&serde_json::json!({ operator: value })))
                        .collect::<Result<_, _>>()?,
                    _ => vec![Test::of(operand)?],
                },
                operand => vec![Test::of(operand)?],
            })),
            _ => None,
        }
        .ok_or_else(unknown)
    }

    fn holds(&self, value: Option<&Value>) -> bool {
        let Some(value) = value.filter(|value| !value.is_object()) else {
            return *self == Test::Exists(false) && value.is_none();
        };
        let text = value.as_str();
        match self {
            Test::Equals(wanted) => value == wanted,
            Test::EqualsIgnoringCase(wanted) => {
                text.is_some_and(|text| text.to_lowercase() == wanted.to_lowercase())
            }
            Test::Prefix(wanted, Case::Counts) => text.is_some_and(|text| text.starts_with(wanted)),
            Test::Suffix(wanted, Case::Counts) => text.is_some_and(|text| text.ends_with(wanted)),
            Test::Prefix(wanted, Case::DoesNotCount) => {
                text.is_some_and(|text| text.to_lowercase().starts_with(&wanted.to_lowercase()))
            }
            Test::Suffix(wanted, Case::DoesNotCount) => {
                text.is_some_and(|text| text.to_lowercase().ends_with(&wanted.to_lowercase()))
            }
            Test::Wildcard(parts) => text.is_some_and(|text| matches_wildcard(text, parts)),
            Test::Numeric(limits) => value.as_f64().is_some_and(|number| {
                limits.iter().all(|(comparison, limit)| comparison.holds(number, *limit))
            }),
            Test::Exists(wanted) => *wanted,
            Test::AnythingBut(tests) => !tests.iter().any(|test| test.holds(Some(value))),
        }
    }
}

/// The one entry of an operator.
fn only(map: &Map<String, Value>) -> Result<(&str, &Value), String> {
    let mut entries = map.iter();
    match (entries.next(), entries.next()) {
        (Some((operator, operand)), None) => Ok((operator, operand)),
        _ => Err(format!("`{}` is not one operator", Value::Object(map.clone()))),
    }
}

/// `[">", 0, "<=", 5]`.
fn numeric(operand: &Value) -> Option<Test> {
    let parts = operand.as_array()?;
    let limits = parts.chunks(2).map(|pair| match pair {
        [comparison, number] => Some((Comparison::of(comparison.as_str()?)?, number.as_f64()?)),
        _ => None,
    });
    let limits: Vec<_> = limits.collect::<Option<_>>()?;
    (!limits.is_empty()).then_some(Test::Numeric(limits))
}

impl Comparison {
    fn of(sign: &str) -> Option<Comparison> {
        Some(match sign {
            "=" => Comparison::Equal,
            "<" => Comparison::Less,
            "<=" => Comparison::LessOrEqual,
            ">" => Comparison::Greater,
            ">=" => Comparison::GreaterOrEqual,
            _ => return None,
        })
    }

    fn holds(self, number: f64, limit: f64) -> bool {
        match self {
            Comparison::Equal => number == limit,
            Comparison::Less => number < limit,
            Comparison::LessOrEqual => number <= limit,
            Comparison::Greater => number > limit,
            Comparison::GreaterOrEqual => number >= limit,
        }
    }
}

/// The texts between the `*`; `\*` and `\\` are an asterisk and a backslash.
fn parts_of_wildcard(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        let literal = match character {
            '*' => {
                parts.push(String::new());
                continue;
            }
            '\\' => characters.next().unwrap_or('\\'),
            character => character,
        };
        if let Some(part) = parts.last_mut() {
            part.push(literal);
        }
    }
    parts
}

/// Whether a text is the parts with anything between them: the earliest place for each part is as good as
/// any, but the last one must be at the end.
fn matches_wildcard(text: &str, parts: &[String]) -> bool {
    let [first, middle @ .., last] = parts else {
        return parts.first().is_some_and(|whole| whole == text);
    };
    let Some(rest) = text.strip_prefix(first.as_str()) else { return false };
    let Some(mut rest) = rest.strip_suffix(last.as_str()) else { return false };
    for part in middle {
        let Some(at) = rest.find(part.as_str()) else { return false };
        rest = &rest[at + part.len()..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::Pattern;
    use serde_json::{Value, json};

    fn matches(pattern: Value, event: Value) -> bool {
        Pattern::of(&pattern).expect("a pattern").matches(&event)
    }

    #[test]
    fn every_field_must_match_and_one_value_of_each() {
        let pattern = json!({ "source": ["shop", "bar"], "detail": { "state": ["open"] } });
        assert!(matches(
            pattern.clone(),
            json!({ "source": "bar", "detail": { "state": "open", "n": 1 } })
        ));
        assert!(!matches(
            pattern.clone(),
            json!({ "source": "bar", "detail": { "state": "shut" } })
        ));
        assert!(!matches(pattern, json!({ "source": "bar" })));
        let either = json!({ "$or": [{ "a": [1] }, { "b": [2] }] });
        assert!(matches(either.clone(), json!({ "b": 2 })));
        assert!(!matches(either, json!({ "a": 2, "b": 1 })));
    }

    #[test]
    fn operators_are_what_the_guide_says() {
        for (test, value, holds) in [
            (json!({ "prefix": "ab" }), json!("abc"), true),
            (json!({ "prefix": "ab" }), json!("cab"), false),
            (json!({ "prefix": { "equals-ignore-case": "AB" } }), json!("abc"), true),
            (json!({ "suffix": ".png" }), json!("x.png"), true),
            (json!({ "suffix": ".png" }), json!("x.PNG"), false),
            (json!({ "equals-ignore-case": "Alice" }), json!("alicE"), true),
            (json!({ "wildcard": "a*c*" }), json!("abcd"), true),
            (json!({ "wildcard": "a*c" }), json!("abcd"), false),
            (json!({ "wildcard": "a*a" }), json!("a"), false),
            (json!({ "wildcard": "a\\*" }), json!("a*"), true),
            (json!({ "wildcard": "a\\*" }), json!("ab"), false),
            (json!({ "numeric": [">", 0, "<=", 5] }), json!(5), true),
            (json!({ "numeric": [">", 0, "<=", 5] }), json!(0), false),
            (json!({ "numeric": ["=", 3.5] }), json!("3.5"), false),
            (json!({ "anything-but": ["a", "b"] }), json!("c"), true),
            (json!({ "anything-but": "a" }), json!("a"), false),
            (json!({ "anything-but": { "prefix": "a" } }), json!("abc"), false),
            (json!({ "anything-but": { "suffix": ["a", "b"] } }), json!("xb"), false),
            (json!({ "exists": true }), json!(null), true),
            (json!({ "exists": true }), json!({}), false),
            (json!(null), json!(null), true),
            (json!(""), json!(""), true),
            (json!(1), json!("1"), false),
            (json!("x"), json!(["w", "x"]), true),
        ] {
            assert_eq!(
                matches(json!({ "f": [test] }), json!({ "f": value })),
                holds,
                "{test} {value}"
            );
        }
        assert!(matches(json!({ "f": { "g": [{ "exists": false }] } }), json!({ "f": {} })));
        assert!(matches(json!({ "f": { "g": [{ "exists": false }] } }), json!({})));
        assert!(!matches(json!({ "f": [{ "anything-but": "a" }] }), json!({})));
        assert!(matches(json!({ "f": { "g": [1] } }), json!({ "f": [{ "g": 2 }, { "g": 1 }] })));
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for (pattern, why) in [
            (json!({}), "no field"),
            (json!({ "a": "b" }), "must be a list"),
            (json!({ "a": [] }), "empty list"),
            (json!({ "a": [{ "cidr": "10.0.0.0/24" }] }), "no test that is known"),
            (json!({ "a": [{ "numeric": [">"] }] }), "no test that is known"),
            (json!({ "a": { "b": [{ "prefix": 1, "suffix": 2 }] } }), "in `a`"),
            (json!([1]), "no object"),
        ] {
            let told = Pattern::of(&pattern).expect_err("it is none");
            assert!(told.contains(why), "{told}");
        }
        assert!(Pattern::read("{").expect_err("it is none").contains("JSON"));
    }
}
