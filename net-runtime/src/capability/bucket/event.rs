//! What S3 tells of objects, on whatever way it comes.

use serde_json::{Value, json};

/// What is in a notification of S3's: each event as the input of a handler, with what it is known by; none
/// if it is no such notification. The test that S3 sends when a notification is set up has no event.
pub fn events(body: &Value) -> Option<Vec<(Value, Vec<Value>)>> {
    if body["Service"] == "Amazon S3" && body["Event"] == "s3:TestEvent" {
        return Some(Vec::new());
    }
    if body["source"] == net_dsl::entity::bucket::SOURCE && body["detail"]["bucket"].is_object() {
        return Some(vec![of_a_bus(body)]);
    }
    let records = body["Records"].as_array()?;
    let is_one = |record: &Value| record["eventSource"] == "aws:s3" && record["s3"].is_object();
    (!records.is_empty() && records.iter().all(is_one)).then(|| records.iter().map(event).collect())
}

/// One event that came by a bus ("EventBridge event message structure"); its key is as it is.
fn of_a_bus(event: &Value) -> (Value, Vec<Value>) {
    let (detail, object) = (&event["detail"], &event["detail"]["object"]);
    let name = event["detail-type"].as_str().unwrap_or_default();
    let happened = match name {
        "Object Created" => "created",
        "Object Deleted" => "removed",
        _ => name,
    };
    let input = json!({
        "event": happened,
        "key": object["key"],
        "size": object["size"],
        "etag": object["etag"],
        "version": object["version-id"],
        "sequencer": object["sequencer"].as_str().unwrap_or_default(),
        "at": event["time"].as_str().unwrap_or_default(),
    });
    let known_by = vec![
        detail["bucket"]["name"].clone(),
        object["key"].clone(),
        object["version-id"].clone(),
        object["sequencer"].clone(),
        name.into(),
    ];
    (input, known_by)
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
    use super::{events, key};
    use serde_json::json;

    #[test]
    fn what_comes_by_a_bus_is_the_same_input() {
        let event = json!({
            "version": "0",
            "id": "1",
            "source": "aws.s3",
            "detail-type": "Object Created",
            "account": "000000000000",
            "time": "2026-11-25T14:00:00Z",
            "region": "eu-west-1",
            "detail": {
                "version": "0",
                "bucket": { "name": "album" },
                "object": { "key": "photos/a+b.jpg", "size": 5, "etag": "e", "sequencer": "0A" },
                "reason": "PutObject",
            },
        });
        let told = events(&event).expect("it is of S3").pop().expect("one").0;
        assert_eq!((&told["event"], &told["key"]), (&json!("created"), &json!("photos/a+b.jpg")));
        assert_eq!((&told["size"], &told["sequencer"]), (&json!(5), &json!("0A")));
    }

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
