//! Texts as outputs show them: nothing that a terminal, a viewer or a parser obeys or hides.

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use std::{
    borrow::Cow,
    io::{self, Write},
};

/// Whether a character is escaped wherever a text is shown.
///
/// These are the control characters (Unicode category Cc, the line break among them), the
/// separators of lines and paragraphs, what turns the direction of writing, so that a text looks
/// like another (CVE-2021-42574), and U+FFFE and U+FFFF, which XML does not have.
pub fn is_unprintable(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}'
        )
}

/// The candidate that somebody who wrote `wanted` has most likely meant; `None` if none is like it.
///
/// Two letters may be other, missing, too many or swapped, in a long text more; or the end is missing.
///
/// ```
/// use net_dsl::text::nearest;
///
/// let queues = ["OrdersQueue", "BillsQueue"];
/// assert_eq!(nearest("OrderQueue", queues), Some("OrdersQueue"));
/// assert_eq!(nearest("Orders", queues), Some("OrdersQueue"));
/// assert_eq!(nearest("Stock", queues), None);
/// ```
pub fn nearest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let most = 2.max(wanted.len() / 6);
    let is_start = |candidate: &str| wanted.len() > 3 && candidate.starts_with(wanted);
    let near = candidates.into_iter().filter_map(|candidate| {
        let distance = strsim::damerau_levenshtein(wanted, candidate);
        let is_near = distance <= most && distance < wanted.len();
        (is_near || is_start(candidate)).then_some((!is_near, distance, candidate))
    });
    near.min().map(|(.., candidate)| candidate)
}

/// A text with what is unprintable written out, as in `\u{1b}`. O(n).
///
/// ```
/// use net_dsl::text::printable;
///
/// assert_eq!(printable("3 dishes"), "3 dishes");
/// assert_eq!(printable("\u{1b}[2J\n"), "\\u{1b}[2J\\n");
/// ```
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        match letter {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            _ if is_unprintable(letter) => out.extend(letter.escape_unicode()),
            _ => out.push(letter),
        }
    }
    Cow::Owned(out)
}

/// A value as JSON with indentation and without a line break at its end, what is unprintable
/// escaped. O(n), without a copy.
///
/// # Errors
/// Those of serde_json: a map whose keys are no texts, and what the value's own `Serialize` says.
///
/// ```
/// let json = net_dsl::text::json(&["\u{9b}31m"])?;
/// assert_eq!(json, "[\n  \"\\u009b31m\"\n]");
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<String, serde_json::Error> {
    json_of_about(128, value)
}

/// The same as [`json`], for a text of about so many bytes.
///
/// # Errors
/// Those of [`json`].
pub fn json_of_about<T: Serialize + ?Sized>(
    bytes: usize,
    value: &T,
) -> Result<String, serde_json::Error> {
    let mut out = Vec::with_capacity(bytes);
    value.serialize(&mut Serializer::with_formatter(&mut out, Printable::default()))?;
    // serde_json writes texts whole, and so they stay UTF-8.
    String::from_utf8(out).map_err(serde::ser::Error::custom)
}

/// JSON with an indentation of two, as serde_json's own, and what is unprintable escaped inside texts.
#[derive(Default)]
struct Printable {
    depth: usize,
    /// Whether the list or object that ends next has anything in it.
    has_values: bool,
}

impl Printable {
    fn begin(&mut self, out: &mut (impl Write + ?Sized), sign: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.has_values = false;
        out.write_all(sign)
    }

    fn value(&mut self, out: &mut (impl Write + ?Sized), is_first: bool) -> io::Result<()> {
        self.line(out, if is_first { "" } else { "," })
    }

    fn end(&mut self, out: &mut (impl Write + ?Sized), sign: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.has_values {
            self.line(out, "")?;
        }
        out.write_all(sign)
    }

    /// Ends a line, and indents the next.
    fn line(&self, out: &mut (impl Write + ?Sized), separator: &str) -> io::Result<()> {
        const LINE: &str = ",\n                                                ";
        let start = 1 - separator.len();
        let end = (2 + 2 * self.depth).min(LINE.len());
        out.write_all(&LINE.as_bytes()[start..end])?;
        // Deeper than most.
        (end..2 + 2 * self.depth).try_for_each(|_| out.write_all(b" "))
    }
}

impl Formatter for Printable {
    fn begin_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b"[")
    }

    fn begin_array_value<W: Write + ?Sized>(
        &mut self,
        out: &mut W,
        is_first: bool,
    ) -> io::Result<()> {
        self.value(out, is_first)
    }

    fn end_array_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_values = true;
        Ok(())
    }

    fn end_array<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b"]")
    }

    fn begin_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.begin(out, b"{")
    }

    fn begin_object_key<W: Write + ?Sized>(
        &mut self,
        out: &mut W,
        is_first: bool,
    ) -> io::Result<()> {
        self.value(out, is_first)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }

    fn end_object_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.has_values = true;
        Ok(())
    }

    fn end_object<W: Write + ?Sized>(&mut self, out: &mut W) -> io::Result<()> {
        self.end(out, b"}")
    }

    fn write_string_fragment<W: Write + ?Sized>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        // Below it, what is unprintable is what JSON escapes anyway.
        const DELETE: u8 = 0x7f;
        if fragment.bytes().fold(true, |is_plain, byte| is_plain & (byte < DELETE)) {
            return out.write_all(fragment.as_bytes());
        }
        for letter in fragment.chars() {
            if is_unprintable(letter) {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}")?;
                }
            } else {
                out.write_all(letter.encode_utf8(&mut [0; 4]).as_bytes())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::json;
    use serde_json::{Value, json};

    #[test]
    fn it_is_laid_out_as_serde_json_lays_it_out() {
        let deep = (0..60).fold(json!([1, {}]), |inside, _| json!({ "a": inside, "b": [] }));
        for value in [
            json!([]),
            json!({}),
            json!("a\u{1}\"\\é😀"),
            json!([[], {}, [null], { "": {} }]),
            deep,
        ] {
            let text = json(&value).expect("keys are texts");
            assert_eq!(text, serde_json::to_string_pretty(&value).expect("keys are texts"));
            assert_eq!(serde_json::from_str::<Value>(&text).ok(), Some(value));
        }
    }
}
