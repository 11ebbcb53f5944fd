//! Logical ids: what resources are called in a template.
//!
//! They are functions of names alone, so that nothing is replaced because something else was added, and
//! injective: different names make different ids, so that no network is refused for its names. Ids have
//! letters and digits only; where two names would come to one id, one of them is spelt with a letter
//! more:
//!
//! ```text
//! async-processor, Function   AsyncProcessorFunction
//! room2, Function             Room2Function
//! room-2, Function            RoomN2Function            a part that starts with a digit
//! room-n2, Function           RoomNn2Function           what would be read as that
//! orders, DeadLetterQueue     OrdersDeadLetterQueue
//! orders-dead-letter, Queue   OrdersDeadLetterrQueue    what would be read as that
//! clock → poller, Schedule    ClockToPollerSchedule
//! up-to → date, Schedule      UpTooToDateSchedule       `To` ends the first name
//! ```

use crate::Id;

/// The id of a resource of an entity, `suffix` being one of its kind's
/// [`suffixes`](crate::entity::Descriptor::suffixes).
///
/// ```
/// use net_dsl::{logical, name};
///
/// assert_eq!(logical::of(name!("async-processor").id(), "Function"), "AsyncProcessorFunction");
/// ```
pub fn of(entity: &Id, suffix: &str) -> String {
    let name = entity.as_str();
    let mut id = String::with_capacity(name.len() + suffix.len() + 4);
    // Schedules have roles for their links.
    push_words(&mut id, name, (suffix == "Role").then_some("to"));
    match suffix {
        "Queue" | "QueuePolicy" => {
            if let Some((before, letter)) = name.rsplit_once('-')
                && (before == "dead" || before.ends_with("-dead"))
                && is_repeated(letter, "letter")
            {
                id.push('r');
            }
        }
        // `CodeBucket` is the parameter with the bucket of the packages.
        "Bucket" if is_repeated(name, "code") => id.push('e'),
        _ => {}
    }
    id.push_str(suffix);
    id
}

impl Id {
    /// The name with each part capitalised and the hyphens dropped, injectively: `room2` and `room-2`
    /// are `Room2` and `RoomN2`.
    ///
    /// ```
    /// # use net_dsl::name;
    /// assert_eq!(name!("async-processor").id().pascal_case(), "AsyncProcessor");
    /// ```
    pub fn pascal_case(&self) -> String {
        let mut words = String::with_capacity(self.as_str().len() + 4);
        push_words(&mut words, self.as_str(), None);
        words
    }
}

/// The id of a resource of a link between two entities.
pub fn of_link(from: &Id, to: &Id, suffix: &str) -> String {
    let mut id = start(from);
    push_words(&mut id, to.as_str(), None);
    id + suffix
}

/// The id of a resource of an API's route, `METHOD /path`: of the API and the route alone, so that a
/// route that leads to another function is the same route.
///
/// ```
/// use net_dsl::{logical, name};
///
/// let id = |route| logical::of_route(name!("shop").id(), route, "Route");
/// assert_eq!(id("POST /orders/{order}"), "ShopToPostOrdersByOrderRoute");
/// assert_eq!(id("GET /oauth-callback"), "ShopToGetOauthX2dcallbackRoute");
/// ```
pub fn of_route(api: &Id, route: &str, suffix: &str) -> String {
    let mut id = start(api);
    let (method, path) = route.split_once(' ').unwrap_or((route, ""));
    push_text(&mut id, &method.to_ascii_lowercase());
    for part in path.split('/').skip(1).filter(|part| !part.is_empty()) {
        match part.strip_prefix('{') {
            Some(placeholder) => {
                id.push_str("By");
                push_text(&mut id, placeholder.strip_suffix('}').unwrap_or(placeholder));
            }
            None => {
                let at = id.len();
                push_text(&mut id, part);
                if is_repeated(&id[at..], "By") {
                    id.push('y');
                }
            }
        }
    }
    id + suffix
}

/// The name in Pascal case, and what ends it in the id of a link.
fn start(from: &Id) -> String {
    let mut id = String::with_capacity(2 * from.as_str().len() + 32);
    push_words(&mut id, from.as_str(), Some("to"));
    id + "To"
}

/// Adds the parts of a name, each with a capital in front; where a part is a reserved word, or what that
/// makes of others, its last letter once more.
fn push_words(id: &mut String, name: &str, reserved: Option<&str>) {
    for part in name.split('-') {
        let start = id.len();
        if part.trim_start_matches('n').starts_with(|first: char| first.is_ascii_digit()) {
            id.push('n');
        }
        id.push_str(part);
        if let Some(first) = id.get_mut(start..=start) {
            first.make_ascii_uppercase();
        }
        if let Some(reserved) = reserved
            && is_repeated(part, reserved)
        {
            id.extend(reserved.chars().last());
        }
    }
}

/// The entity whose resource has an id of these two halves, if it can be one's.
pub(crate) fn entity(head: &str, suffix: &str) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    for letter in head.chars() {
        match parts.last_mut() {
            Some(part) if !letter.is_ascii_uppercase() => part.push(letter),
            _ => parts.push(letter.to_ascii_lowercase().to_string()),
        }
    }
    for part in &mut parts {
        if part.trim_start_matches('n').starts_with(|first: char| first.is_ascii_digit()) {
            part.remove(0);
        }
    }
    let one = |letter: usize, of: &mut String| {
        if of.len() > letter {
            of.pop();
        }
    };
    match suffix {
        "Role" => {
            for part in parts.iter_mut().filter(|part| is_repeated(part, "to")) {
                one("to".len(), part);
            }
        }
        "Queue" | "QueuePolicy" => {
            if let [.., dead, letter] = parts.as_mut_slice()
                && dead == "dead"
                && is_repeated(letter, "letter")
            {
                one("letter".len(), letter);
            }
        }
        "Bucket" => {
            if let [code] = parts.as_mut_slice()
                && is_repeated(code, "code")
            {
                one("code".len(), code);
            }
        }
        _ => {}
    }
    let name = parts.join("-");
    let id = crate::name::id_from_file(&name).ok()?;
    (of(&id, suffix).strip_suffix(suffix) == Some(head)).then_some(name)
}

/// Whether a text is a word with its last letter any number of times.
fn is_repeated(text: &str, word: &str) -> bool {
    let last = word.chars().last().unwrap_or_default();
    text.strip_prefix(word).is_some_and(|rest| rest.chars().all(|letter| letter == last))
}

/// A text that starts a word: what is no lower-case letter or digit is spelt as the code of its bytes,
/// and where the start has no capital, `X2f` (a slash) stands before it.
fn push_text(id: &mut String, text: &str) {
    let mut rest = text;
    match text.chars().next() {
        Some(first) if first.is_ascii_lowercase() && first != 'x' => {
            id.push(first.to_ascii_uppercase());
            rest = &text[1..];
        }
        _ => id.push_str("X2f"),
    }
    for byte in rest.bytes() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' => id.push(byte.into()),
            _ => id.push_str(&format!("X{byte:02x}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{entity::Kind, name::id_from_file};
    use std::collections::{BTreeMap, BTreeSet};

    /// What parts of names could be taken for: digits, separators, the ends of ids, and those again with
    /// what tells them apart.
    const PARTS: &[&str] = &[
        "a", "b", "ab", "1", "1a", "a1", "n", "n1", "nn1", "to", "too", "tooo", "t", "by", "dead",
        "letter", "letterr", "queue", "policy", "role", "code", "codee", "bucket", "x", "x2f",
    ];

    fn names() -> Vec<Id> {
        let starts = PARTS.iter().filter(|part| !part.starts_with(|c: char| c.is_ascii_digit()));
        let one: Vec<String> = starts.map(|part| (*part).to_owned()).collect();
        let longer = |names: &[String]| -> Vec<String> {
            let with = |name: &String| {
                PARTS.iter().map(|part| format!("{name}-{part}")).collect::<Vec<_>>()
            };
            names.iter().flat_map(with).collect()
        };
        let two = longer(&one);
        let ends = ["-dead-letter", "-dead-letterr", "-to-b", "-code-1"];
        let three: Vec<String> =
            two.iter().flat_map(|name| ends.map(|end| format!("{name}{end}"))).collect();
        let all = one.into_iter().chain(two).chain(three);
        all.map(|name| id_from_file(&name).expect("a name")).collect()
    }

    /// Every end of an entity's ids, and the one parameter that is nobody's.
    fn suffixes() -> BTreeSet<&'static str> {
        let own = Kind::ALL.iter().flat_map(|kind| kind.descriptor().suffixes.iter().copied());
        own.chain(["Bucket"]).collect()
    }

    #[test]
    fn no_two_names_make_one_id_and_each_id_is_read_as_its_name() {
        let names = names();
        let mut made: BTreeMap<String, (String, &str)> = BTreeMap::new();
        made.insert("CodeBucket".to_owned(), ("the packages".to_owned(), ""));
        for suffix in suffixes() {
            for name in &names {
                let id = of(name, suffix);
                let head = id.strip_suffix(suffix).expect("its end");
                assert_eq!(entity(head, suffix).as_deref(), Some(name.as_str()), "{id}");
                let other = made.insert(id.clone(), (name.to_string(), suffix));
                assert_eq!(other, None, "{id} is of {name} {suffix}, too");
            }
        }
        let few: Vec<&Id> = names.iter().filter(|name| name.as_str().len() < 5).collect();
        for suffix in ["Role", "Mapping", "Subscription", "Permission", "Integration", "Schedule"] {
            for (from, to) in few.iter().flat_map(|from| few.iter().map(move |to| (from, to))) {
                let id = of_link(from, to, suffix);
                let other = made.insert(id.clone(), (format!("{from} → {to}"), suffix));
                assert_eq!(other, None, "{id} is of {from} → {to} {suffix}, too");
            }
        }
    }

    #[test]
    fn no_two_routes_make_one_id() {
        let parts = [
            "a", "ab", "b", "A", "aB", "Ab", "1", "a1", "1a", "a-b", "a_b", "a.b", "a~", "x",
            "x2f", "X", "X2f", "by", "byy", "By", "{a}", "{A}", "{ab}", "{a+}", "{proxy+}", "{by}",
            "{x}", "{1}", "by-a", "ü", "to", "get",
        ];
        let mut paths = vec!["/".to_owned()];
        for one in parts {
            paths.push(format!("/{one}"));
            for other in parts {
                paths.push(format!("/{one}/{other}"));
                paths.extend(["a", "{a}"].map(|third| format!("/{one}/{other}/{third}")));
            }
        }
        let mut made: BTreeMap<String, (String, String)> = BTreeMap::new();
        for api in ["a", "a-to", "a-get"].map(|api| id_from_file(api).expect("a name")) {
            for method in ["GET", "POST", "$default"] {
                for path in &paths {
                    let route = match method {
                        "$default" => method.to_owned(),
                        _ => format!("{method} {path}"),
                    };
                    let id = of_route(&api, &route, "Route");
                    assert!(id.chars().all(|letter| letter.is_ascii_alphanumeric()), "{id}");
                    let said = (api.to_string(), route);
                    let other = made.insert(id.clone(), said.clone());
                    assert!(other.is_none_or(|other| other == said), "{id} is of {said:?}, too");
                }
            }
        }
        assert!(made.len() > 10_000);
    }

    #[test]
    fn what_has_nothing_odd_in_its_name_is_spelt_as_ever() {
        let id = |name| id_from_file(name).expect("a name");
        assert_eq!(of(&id("orders"), "DeadLetterQueue"), "OrdersDeadLetterQueue");
        assert_eq!(of(&id("room2"), "Queue"), "Room2Queue");
        assert_eq!(of_link(&id("clock"), &id("poller"), "Schedule"), "ClockToPollerSchedule");
        assert_eq!(of_route(&id("shop"), "GET /", "Route"), "ShopToGetRoute");
        assert_eq!(of_route(&id("shop"), "$default", "Route"), "ShopToX2fX24defaultRoute");
    }
}
