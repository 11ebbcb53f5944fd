//! What S3 tells of objects, on whatever way it comes.

use serde_json::{Value, json};

/// What is in a notification of S3's: each event as the input of a handler, with what it is known by; none
/// if it is no such notification. The test that S3 sends when a notification is set up has no event.
pub fn events(body: &Value) -> Option<Vec<(Value, Vec<Value>)>> {
    if body["Service"] == "Amazon S3" && body["Event"] == "s3:TestEvent" {
        return Some(Vec::new());
    }
    let records = body["Records"].as_array()?;
    let is_one = |record: &Value| record["eventSource"] == "aws:s3" && record["s3"].is_object();
    (!records.is_empty() && records.iter().all(is_one)).then(|| records.iter().map(event).collect())
}

/// One event, as [`net_dsl::Created`] and [`net_dsl::Removed`] are read.
fn event(record: &Value) -> (Value, Vec<Value>) {
    let object = &record["s3"]["object"];
    let name = record["eventName"].as_str().unwrap_or_default();
    let name = name.strip_prefix("s3:").unwrap_or(name);
    let event = match name.split(':').next() {
        Some("ObjectCreated") => "created",
        Some("ObjectRemoved") => "removed",
        Some(_) | None => name,
    };
    let input = json!({
        "event": event,
        "key": key(object["key"].as_str().unwrap_or_default()),
        "size": object["size"],
        "etag": object["eTag"],
        "version": object["versionId"],
        "sequencer": object["sequencer"].as_str().unwrap_or_default(),
        "at": record["eventTime"].as_str().unwrap_or_default(),
    });
    let known_by = vec![
        record["s3"]["bucket"]["arn"].clone(),
        object["key"].clone(),
        object["versionId"].clone(),
        object["sequencer"].clone(),
        name.into(),
    ];
    (input, known_by)
}

/// A key as it is: in events it is encoded as in a form, a space as `+` ("Event message structure").
fn key(encoded: &str) -> String {
    let form = format!("={}", encoded.replace('&', "%26"));
    let decoded = form_urlencoded::parse(form.as_bytes()).next();
    decoded.map(|(_, key)| key.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn keys_are_decoded() {
        for (encoded, plain) in [
            ("a+b.jpg", "a b.jpg"),
            ("a%2Bb", "a+b"),
            ("r%C3%A9sum%C3%A9.pdf", "résumé.pdf"),
            ("date%3D2026/x=1&y", "date=2026/x=1&y"),
            ("", ""),
        ] {
            assert_eq!(key(encoded), plain);
        }
    }
}
