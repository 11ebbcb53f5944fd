//! An event on its way to a bus.

use super::Parcel;
use crate::Failure;
use serde_json::Value;

/// 1 MB of one entry ("PutEvents event entry size"; 256 KB until January 2026).
const ENTRY: usize = 1_048_576;

/// Where an event goes, and as what.
pub(super) struct Entry<'a> {
    #[cfg_attr(not(feature = "aws"), expect(dead_code, reason = "memory keeps the whole address"))]
    pub(super) bus: &'a str,
    pub(super) source: &'a str,
    pub(super) detail_type: &'a str,
}

impl<'a> Entry<'a> {
    /// `bus` is the bus's name, the event's source and its type, with `|` between.
    ///
    /// # Errors
    /// [`Failure`], if it is not.
    pub(super) fn of(bus: &'a str) -> Result<Entry<'a>, Failure> {
        let mut parts = bus.splitn(3, '|');
        let (Some(bus), Some(source), Some(detail_type)) =
            (parts.next(), parts.next(), parts.next())
        else {
            return Err(refused(&format!("`{bus}` is not the name of a bus, a source and a type")));
        };
        Ok(Entry { bus, source, detail_type })
    }

    /// What EventBridge refuses, by the name of its error ("PutEventsResultEntry").
    ///
    /// # Errors
    /// [`Failure`], if the event is too large, no object, or AWS's.
    pub(super) fn check(&self, parcel: &Parcel) -> Result<(), Failure> {
        // No time is said: it would count 14 bytes.
        let size = self.source.len() + self.detail_type.len() + parcel.body.len();
        if size > ENTRY {
            return Err(refused(
                "ValidationException: Total size of the entries in the request is over the limit.",
            ));
        }
        if self.source.starts_with("aws.") {
            return Err(refused("NotAuthorizedForSourceException: Not authorized for the source."));
        }
        if !serde_json::from_str::<Value>(&parcel.body).is_ok_and(|detail| detail.is_object()) {
            return Err(refused("MalformedDetail: Detail is malformed."));
        }
        Ok(())
    }
}

fn refused(why: &str) -> Failure {
    Failure::Permanent(why.to_owned().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(bus: &str, body: String) -> Result<(), String> {
        let parcel = Parcel { body, ..Parcel::default() };
        let entry = Entry::of(bus).and_then(|entry| entry.check(&parcel));
        entry.map_err(|failure| failure.to_string())
    }

    #[test]
    fn an_entry_has_at_most_a_megabyte() {
        let left = ENTRY - "my.shop".len() - "Placed".len() - r#"{"a":""}"#.len();
        let body = |bytes| format!(r#"{{"a":"{}"}}"#, "x".repeat(bytes));
        assert_eq!(taken("shop|my.shop|Placed", body(left)), Ok(()));
        let refused = taken("shop|my.shop|Placed", body(left + 1)).unwrap_err();
        assert!(refused.contains(" ValidationException: "), "{refused}");
    }

    #[test]
    fn a_detail_is_an_object_and_a_source_not_awss() {
        for (bus, body, why) in [
            ("shop|my.shop|Placed", "null", "MalformedDetail"),
            ("shop|my.shop|Placed", "[{}]", "MalformedDetail"),
            ("shop|my.shop|Placed", "{", "MalformedDetail"),
            ("shop|aws.shop|Placed", "{}", "NotAuthorizedForSourceException"),
            ("shop", "{}", "`shop` is not the name of a bus"),
        ] {
            let refused = taken(bus, body.to_owned()).unwrap_err();
            assert!(refused.contains(why), "{refused}");
        }
        assert_eq!(taken("shop|awssome|Placed | and more", "{}".to_owned()), Ok(()));
    }
}
