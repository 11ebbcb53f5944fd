//! Blocks and expressions, as Terraform's JSON syntax has them: arguments in the order written.

use serde::{Serialize, Serializer};
use serde_json::Number;
use smol_str::SmolStr;

/// What an argument is set to.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Value {
    /// A template, in which `${` starts an expression.
    Template(String),
    Number(Number),
    Flag(bool),
    Null,
    List(Vec<Value>),
    Block(Block),
}

/// Arguments and the blocks inside.
#[derive(Default)]
pub(super) struct Block(Vec<(SmolStr, Value)>);

impl Block {
    pub(super) fn new() -> Block {
        Block::default()
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Block {
        self.set(name, value);
        self
    }

    /// Nothing where there is no value.
    pub(super) fn maybe(self, name: &str, value: Option<impl Into<Value>>) -> Block {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// An argument that is not there yet, without looking for it.
    pub(super) fn push(&mut self, name: &str, value: impl Into<Value>) {
        self.0.push((SmolStr::new(name), value.into()));
    }

    pub(super) fn set(&mut self, name: &str, value: impl Into<Value>) {
        let value = value.into();
        match self.0.iter_mut().find(|(found, _)| found == name) {
            Some((_, place)) => *place = value,
            None => self.0.push((SmolStr::new(name), value)),
        }
    }

    /// Sets what lies at a path of blocks, its parts joined by `/`.
    pub(super) fn set_at(&mut self, path: &str, value: Value) {
        let Some((first, rest)) = path.split_once('/') else {
            return self.set(path, value);
        };
        if !matches!(self.0.iter().find(|(name, _)| name == first), Some((_, Value::Block(_)))) {
            self.set(first, Block::new());
        }
        if let Some((_, Value::Block(inside))) = self.0.iter_mut().find(|(name, _)| name == first) {
            inside.set_at(rest, value);
        }
    }

    /// Whether there is an argument or a block of the name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(found, _)| found == name)
    }

    /// The arguments and blocks, taken apart.
    pub(super) fn entries(self) -> impl Iterator<Item = (SmolStr, Value)> {
        self.0.into_iter()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Block {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// A text that is to stay as it is, as a template.
pub(super) fn literal(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

/// A template as a quoted text inside an expression.
pub(super) fn quoted(template: &str) -> String {
    format!("\"{}\"", escaped(template))
}

/// What a character of a template is in, inside of its text.
#[derive(Clone, Copy)]
enum Inside {
    /// An expression, or braces in one.
    Expression,
    /// A text that an expression quotes.
    Quotes,
}

/// Backslashes, quotes and control characters of the text, but not of the expressions in it.
fn escaped(template: &str) -> String {
    let mut out = String::with_capacity(template.len());
    let (mut inside, mut before) = (Vec::new(), ['\0'; 2]);
    for letter in template.chars() {
        // `$${` is a literal `${`.
        let is_start = letter == '{' && before[1] == '$' && before[0] != '$';
        match (inside.last().copied(), letter) {
            (Some(Inside::Expression), '{') => inside.push(Inside::Expression),
            (Some(Inside::Quotes) | None, '{') if is_start => inside.push(Inside::Expression),
            (Some(Inside::Expression), '}') => drop(inside.pop()),
            (Some(Inside::Expression), '"') => inside.push(Inside::Quotes),
            (Some(Inside::Quotes), '"') if before[1] != '\\' => drop(inside.pop()),
            (Some(_), _) | (None, _) => {}
        }
        match letter {
            '\\' | '"' if inside.is_empty() => out.extend(['\\', letter]),
            '\n' if inside.is_empty() => out.push_str("\\n"),
            '\r' if inside.is_empty() => out.push_str("\\r"),
            '\t' if inside.is_empty() => out.push_str("\\t"),
            _ => out.push(letter),
        }
        // An escaped backslash escapes nothing.
        let is_escaped = before[1] == '\\' && letter == '\\';
        before = [before[1], if is_escaped { '\0' } else { letter }];
    }
    out
}

/// Templates one behind the other. A `$` before an expression would make a literal of it, so it becomes
/// an expression itself.
pub(super) fn joined(templates: impl IntoIterator<Item = String>) -> String {
    let mut out = String::new();
    for template in templates {
        let text = out.trim_end_matches('$').len();
        if template.starts_with("${") && text < out.len() {
            let dollars = out.split_off(text);
            out.extend(["${\"", &dollars, "\"}"]);
        }
        out.push_str(&template);
    }
    out
}

impl From<String> for Value {
    fn from(template: String) -> Self {
        Value::Template(template)
    }
}

/// A constant.
impl From<&'static str> for Value {
    fn from(text: &'static str) -> Self {
        Value::Template(literal(text))
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Value::Number(number.into())
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Value::Flag(flag)
    }
}

impl From<Block> for Value {
    fn from(block: Block) -> Self {
        Value::Block(block)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(list: Vec<T>) -> Self {
        Value::List(list.into_iter().map(Into::into).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_escaped_in_texts_and_left_in_expressions() {
        assert_eq!(quoted(r#"a"b\c"#), r#""a\"b\\c""#);
        assert_eq!(quoted(r#"${f("x")}/"y"#), r#""${f("x")}/\"y""#);
        assert_eq!(quoted("${f({a = 1})}\n"), r#""${f({a = 1})}\n""#);
        assert_eq!(quoted(&literal(r#"${"x"}"#)), r#""$${\"x\"}""#);
        assert_eq!(quoted(r#"${f("}", "\"{")}""#), r#""${f("}", "\"{")}\"""#);
        assert_eq!(quoted(r#"${f("a${g("b")}")}""#), r#""${f("a${g("b")}")}\"""#);
    }

    #[test]
    fn a_dollar_does_not_make_a_literal_of_what_is_behind_it() {
        let all = |parts: &[&str]| joined(parts.iter().map(|part| (*part).to_owned()));
        assert_eq!(all(&["a$", "${x}"]), r#"a${"$"}${x}"#);
        assert_eq!(all(&["$$", "${x}", "$", "b"]), r#"${"$$"}${x}$b"#);
        assert_eq!(all(&["%", "${x}"]), "%${x}");
    }

    #[test]
    fn what_lies_at_a_path_is_set_beside_what_is_there() {
        let mut block = Block::new().with("a", Block::new().with("b", 1)).with("c", true);
        block.set_at("a/d", Value::Flag(false));
        block.set_at("c/e", Value::Null);
        let text = serde_json::to_string(&block).expect("it is data");
        assert_eq!(text, r#"{"a":{"b":1,"d":false},"c":{"e":null}}"#);
    }
}
