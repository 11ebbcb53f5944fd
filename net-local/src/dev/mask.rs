//! Secrets that are known, and are shown to nobody.

use super::Entry;

/// What is shown in a secret's place.
pub(crate) const MASK: &str = "•••";
/// A text that is shorter is in too many others.
const SHORTEST: usize = 4;

/// The values that are not shown.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mask(Vec<String>);

impl Mask {
    pub(crate) fn new<'v>(values: impl Iterator<Item = &'v String>) -> Mask {
        let mut values: Vec<String> =
            values.filter(|value| value.len() >= SHORTEST).cloned().collect();
        // One may be a part of another.
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        Mask(values)
    }

    /// A text without secrets.
    pub(crate) fn text(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), MASK))
    }

    /// A line of the log without secrets.
    pub(crate) fn entry(&self, mut entry: Entry) -> Entry {
        for text in entry.said.iter_mut().chain(&mut entry.failures) {
            *text = self.text(text);
        }
        entry.because = self.text(&entry.because);
        entry
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_shown_nowhere() {
        let mask = Mask::new(["swordfish", "sword", "a"].map(str::to_owned).iter());
        assert_eq!(mask.text("Bearer swordfish, sword, a fish"), "Bearer •••, •••, a fish");
        let said = vec!["token=swordfish".to_owned()];
        let entry = Entry { failures: said.clone(), said, ..Entry::default() };
        let shown = mask.entry(entry);
        assert_eq!(
            (&shown.said[0], &shown.failures[0]),
            (&"token=•••".into(), &"token=•••".into())
        );
    }
}
