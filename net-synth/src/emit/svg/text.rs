//! How long a text is, so that nothing is cut off or written over.

use net_dsl::text::printable;

/// The width of a text in a font size, in the metrics of Helvetica and of Arial.
pub(super) fn width(text: &str, size: f64) -> f64 {
    let thousandths: u32 = printable(text).chars().map(advance).sum();
    f64::from(thousandths) / 1_000.0 * size
}

fn advance(letter: char) -> u32 {
    // From the space to the tilde.
    const ADVANCES: [u16; 95] = [
        278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556,
        556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722,
        722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722,
        667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556,
        556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500,
        500, 334, 260, 334, 584,
    ];
    let place = u32::from(letter).checked_sub(32).and_then(|place| usize::try_from(place).ok());
    place.and_then(|place| ADVANCES.get(place)).map_or(1_000, |advance| u32::from(*advance))
}

/// Text as XML takes it.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // XML has no way to write most control characters.
    for letter in printable(text).chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(letter),
        }
    }
    out
}

/// Parts of a label, as few lines as fit.
pub(super) fn lines(label: &str, size: f64, limit: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in label.split(", ") {
        match lines.last_mut() {
            Some(line) if width(&format!("{line}, {part}"), size) <= limit => {
                line.push_str(", ");
                line.push_str(part);
            }
            _ => {
                if let Some(line) = lines.last_mut() {
                    line.push(',');
                }
                lines.push(part.to_owned());
            }
        }
    }
    lines
}
