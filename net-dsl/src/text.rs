//! Texts as outputs show them: nothing that a terminal, a viewer or a parser obeys or hides.

use serde::Serialize;
use std::borrow::Cow;

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
/// escaped.
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
    let json = serde_json::to_string_pretty(value)?;
    // Line breaks stand between values; inside texts JSON has none.
    let is_bare = |letter: char| letter != '\n' && is_unprintable(letter);
    if !json.contains(is_bare) {
        return Ok(json);
    }
    let mut out = String::with_capacity(json.len() + 8);
    for letter in json.chars() {
        if is_bare(letter) {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(letter);
        }
    }
    Ok(out)
}
