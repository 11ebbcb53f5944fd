//! DynamoDB's expressions, as far as the engine carries them out: conditions of `attribute_exists`,
//! `attribute_not_exists`, `=`, `<`, AND, OR; updates of SET and REMOVE of whole attributes; queries of one
//! partition ("Condition and filter expressions, operators, and functions", "Update expressions").

use super::Refusal;
use net_runtime::{AttributeValue, Attributes, Condition, Update};
use serde_json::Value;

/// An expression being read, and what its placeholders stand for.
struct Reader<'e> {
    text: &'e str,
    words: std::vec::IntoIter<String>,
    ahead: Option<String>,
    names: &'e Value,
    values: &'e Value,
}

/// The words of an expression: names, placeholders, operators, parentheses.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            letter if letter.is_whitespace() => {}
            '(' | ')' | ',' | '=' | '+' | '-' => words.push(letter.to_string()),
            '<' | '>' => {
                let mut word = letter.to_string();
                word.extend(letters.next_if(|next| matches!(next, '=' | '>')));
                words.push(word);
            }
            letter => {
                let mut word = letter.to_string();
                let goes_on = |next: &char| !next.is_whitespace() && !"(),=<>+-".contains(*next);
                while let Some(next) = letters.next_if(goes_on) {
                    word.push(next);
                }
                words.push(word);
            }
        }
    }
    words
}

impl<'e> Reader<'e> {
    fn new(text: &'e str, request: &'e Value) -> Reader<'e> {
        let mut words = words(text).into_iter();
        let ahead = words.next();
        let (names, values) =
            (&request["ExpressionAttributeNames"], &request["ExpressionAttributeValues"]);
        Reader { text, words, ahead, names, values }
    }

    fn next(&mut self) -> Option<String> {
        std::mem::replace(&mut self.ahead, self.words.next())
    }

    fn next_if(&mut self, word: &str) -> bool {
        let is_it = self.ahead.as_ref().is_some_and(|ahead| ahead.eq_ignore_ascii_case(word));
        if is_it {
            self.next();
        }
        is_it
    }

    fn expect(&mut self, word: &str) -> Result<(), Refusal> {
        if self.next_if(word) { Ok(()) } else { Err(self.refusal()) }
    }

    fn refusal(&self) -> Refusal {
        let at = self.ahead.as_deref().unwrap_or("its end");
        let message = format!(
            "the expression `{}` is not carried out on this machine, from `{at}` on; docs/dev.md has what is",
            self.text
        );
        Refusal::new("ValidationException", message)
    }

    /// An attribute's name, through its placeholder.
    fn name(&mut self) -> Result<String, Refusal> {
        let Some(word) = self.next() else { return Err(self.refusal()) };
        if word.starts_with('#') {
            let name = self.names[&word].as_str().map(str::to_owned);
            return name.ok_or_else(|| self.refusal());
        }
        let is_name = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if is_name { Ok(word) } else { Err(self.refusal()) }
    }

    fn value(&mut self) -> Result<AttributeValue, Refusal> {
        let Some(word) = self.next() else { return Err(self.refusal()) };
        let value = serde_json::from_value(self.values[&word].clone());
        value.map_err(|_| self.refusal())
    }

    fn any(&mut self, key: &str) -> Result<Condition, Refusal> {
        let mut condition = self.all(key)?;
        while self.next_if("OR") {
            condition = condition.or(self.all(key)?);
        }
        Ok(condition)
    }

    fn all(&mut self, key: &str) -> Result<Condition, Refusal> {
        let mut condition = self.one(key)?;
        while self.next_if("AND") {
            condition = condition.and(self.one(key)?);
        }
        Ok(condition)
    }

    fn one(&mut self, key: &str) -> Result<Condition, Refusal> {
        if self.next_if("(") {
            let condition = self.any(key)?;
            self.expect(")")?;
            return Ok(condition);
        }
        for (word, exists) in [("attribute_exists", true), ("attribute_not_exists", false)] {
            if self.next_if(word) {
                self.expect("(")?;
                let name = self.name()?;
                self.expect(")")?;
                // An item is there if it has a key.
                return match (name == key, exists) {
                    (true, true) => Ok(Condition::Exists),
                    (true, false) => Ok(Condition::Absent),
                    (false, false) => Ok(Condition::Lacks(name)),
                    (false, true) => Err(self.refusal()),
                };
            }
        }
        let name = self.name()?;
        if self.next_if("=") {
            return Ok(Condition::Equals(name, self.value()?.into()));
        }
        if self.next_if("<") {
            return Ok(Condition::Below(name, self.value()?.into()));
        }
        Err(self.refusal())
    }

    fn end<T>(&self, read: T) -> Result<T, Refusal> {
        if self.ahead.is_none() { Ok(read) } else { Err(self.refusal()) }
    }
}

/// The condition of a write to a table with a partition key.
pub(super) fn condition(request: &Value, key: &str) -> Result<Condition, Refusal> {
    let Some(text) = request["ConditionExpression"].as_str() else { return Ok(Condition::Always) };
    let mut reader = Reader::new(text, request);
    let condition = reader.any(key)?;
    reader.end(condition)
}

/// What an update changes.
pub(super) fn update(request: &Value) -> Result<Update, Refusal> {
    let mut update = Update::default();
    let Some(text) = request["UpdateExpression"].as_str() else { return Ok(update) };
    let mut reader = Reader::new(text, request);
    while reader.ahead.is_some() {
        if reader.next_if("SET") {
            loop {
                let name = reader.name()?;
                reader.expect("=")?;
                update = update.and_set_operand(&name, reader.value()?.into());
                if !reader.next_if(",") {
                    break;
                }
            }
        } else if reader.next_if("REMOVE") {
            loop {
                update = update.and_remove(&reader.name()?);
                if !reader.next_if(",") {
                    break;
                }
            }
        } else {
            return Err(reader.refusal());
        }
    }
    Ok(update)
}

/// The keys that a query is for: equality alone, joined by AND.
pub(super) fn partition(request: &Value) -> Result<Attributes, Refusal> {
    let text = request["KeyConditionExpression"].as_str().unwrap_or_default();
    let mut reader = Reader::new(text, request);
    let mut keys = Attributes::new();
    loop {
        let name = reader.name()?;
        reader.expect("=")?;
        keys.insert(name, reader.value()?);
        if !reader.next_if("AND") {
            return reader.end(keys);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn request(condition: &str) -> Value {
        json!({
            "ConditionExpression": condition,
            "UpdateExpression": "SET #s = :done, cents = :n REMOVE #o, old",
            "KeyConditionExpression": "#o = :done",
            "ExpressionAttributeNames": { "#s": "state", "#o": "order" },
            "ExpressionAttributeValues": { ":done": { "S": "DONE" }, ":n": { "N": "7" } },
        })
    }

    #[test]
    fn conditions_are_read_as_dynamodb_reads_them() {
        let equals = || Condition::equals("state", "DONE");
        let below = || Condition::below("cents", 7);
        for (text, wanted) in [
            ("attribute_not_exists(#o)", Condition::Absent),
            ("attribute_exists ( order )", Condition::Exists),
            ("attribute_not_exists(#s)", Condition::lacks("state")),
            ("#s = :done", equals()),
            ("cents < :n", below()),
            // AND binds more closely than OR.
            ("#s=:done OR cents<:n AND #s = :done", equals().or(below().and(equals()))),
            ("(#s = :done OR cents < :n) AND #s = :done", equals().or(below()).and(equals())),
        ] {
            assert_eq!(condition(&request(text), "order").expect(text), wanted, "{text}");
        }
        for text in ["#s <> :done", "size(#s) < :n", "#s = :unknown", "(#s = :done", "a.b = :n", ""]
        {
            let refusal = condition(&request(text), "order").expect_err(text);
            assert_eq!(refusal.code, "ValidationException", "{text}");
        }
        assert_eq!(condition(&json!({}), "order").expect("none"), Condition::Always);
    }

    #[test]
    fn updates_and_keys_too() {
        let wanted = Update::set("state", "DONE").and_set("cents", 7);
        let wanted = wanted.and_remove("order").and_remove("old");
        assert_eq!(update(&request("")).expect("an update"), wanted);
        let keys = partition(&request("")).expect("keys");
        assert_eq!(keys, [("order".to_owned(), AttributeValue::S("DONE".to_owned()))].into());
        let counts = json!({ "UpdateExpression": "ADD cents :n" });
        assert!(update(&counts).is_err(), "what is not carried out is refused");
    }
}
