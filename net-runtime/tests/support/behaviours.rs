//! What DynamoDB, SQS, EventBridge and S3 do, as their documentation says, tried on any back end.
//!
//! Each rule names its source by the title of the documentation's page: of DynamoDB's developer guide "Supported
//! data types and naming rules in Amazon DynamoDB", "Quotas in Amazon DynamoDB", "Query", "DynamoDB item
//! sizes and formats"; of the API references "PutItem", "GetItem", "UpdateItem", "TransactWriteItems",
//! "SendMessage", "PutEvents" and "PutEventsResultEntry", "PutObject", "GetObject", "DeleteObject",
//! "ListObjectsV2"; of the S3 user guide "Naming Amazon S3 objects".

use net_dsl::{Item, Key, binding::Address};
use net_runtime::{
    Act, AttributeValue, Attributes, Backend, Condition, Failure, ObjectBody, Parcel, Read, Schema,
    Update, Write, Written,
};

/// One key, a text.
pub(crate) struct Plain;
impl Item for Plain {
    const NAME: &'static str = "Plain";
    const PARTITION: Key = Key::text("id");
}

/// A text, and a number to sort by.
pub(crate) struct Numbered;
impl Item for Numbered {
    const NAME: &'static str = "Numbered";
    const PARTITION: Key = Key::text("id");
    const SORT: Option<Key> = Some(Key::number("at"));
}

/// A number, and a text to sort by.
pub(crate) struct Named;
impl Item for Named {
    const NAME: &'static str = "Named";
    const PARTITION: Key = Key::number("id");
    const SORT: Option<Key> = Some(Key::text("at"));
}

/// Bytes, and bytes to sort by.
pub(crate) struct Bytes;
impl Item for Bytes {
    const NAME: &'static str = "Bytes";
    const PARTITION: Key = Key::binary("id");
    const SORT: Option<Key> = Some(Key::binary("at"));
}

/// Where the back end under trial has what it is tried with, and what is known of it to differ.
pub(crate) struct Trial<'t> {
    pub(crate) backend: &'t dyn Backend,
    pub(crate) queue: &'t str,
    pub(crate) fifo_queue: &'t str,
    /// The name of a bus.
    pub(crate) bus: &'t str,
    pub(crate) bucket: &'t str,
    /// The rule, what this one says instead, and why that is wrong.
    pub(crate) differs: &'t [(&'t str, &'t str, &'t str)],
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn n(text: &str) -> AttributeValue {
    AttributeValue::N(text.to_owned())
}

fn b(bytes: &[u8]) -> AttributeValue {
    AttributeValue::B(bytes.to_vec())
}

fn item<const N: usize>(attributes: [(&str, AttributeValue); N]) -> Attributes {
    attributes.map(|(name, value)| (name.to_owned(), value)).into()
}

fn put(item: Attributes) -> Write {
    Write { act: Act::Put { item }, condition: Condition::Always }
}

fn put_x(value: AttributeValue) -> Write {
    put(item([("id", s("x")), ("value", value)]))
}

fn update(update: Update, condition: Condition) -> Write {
    Write { act: Act::Update { keys: item([("id", s("x"))]), update }, condition }
}

fn nested(levels: usize) -> AttributeValue {
    (1..levels).fold(n("1"), |inner, _| AttributeValue::L(vec![inner]))
}

const INVALID: &str = "ValidationException: One or more parameter values were invalid: ";
const NO_EMPTY_KEY: &str = "ValidationException: One or more parameter values are not valid. The \
                            AttributeValue for a key attribute cannot contain an empty";
const NO_SUCH_KEY: &str = "ValidationException: The provided key element does not match the schema";

/// Writes that are refused, and how.
fn refused_writes() -> Vec<(&'static str, &'static str, Schema, Write, String)> {
    let plain = Schema::of::<Plain>();
    let numbered = Schema::of::<Numbered>();
    let bytes = Schema::of::<Bytes>();
    let keys = |keys: Attributes| Write {
        act: Act::Update { keys, update: Update::set("value", 1) },
        condition: Condition::Always,
    };
    let always = |of: Update| update(of, Condition::Always);
    vec![
        // "PutItem": all key attributes must be there, of the types of the table.
        (
            "a key that is missing",
            "plain",
            plain,
            put(item([("value", n("1"))])),
            format!("{INVALID}Missing the key id in the item"),
        ),
        (
            "a sort key that is missing",
            "numbered",
            numbered,
            put(item([("id", s("x"))])),
            format!("{INVALID}Missing the key at in the item"),
        ),
        (
            "a key of another type",
            "plain",
            plain,
            put(item([("id", n("1"))])),
            format!("{INVALID}Type mismatch for key id expected: S actual: N"),
        ),
        (
            "a list where bytes are the key",
            "bytes",
            bytes,
            put(item([("id", AttributeValue::L(vec![n("1")])), ("at", b(b"1"))])),
            format!("{INVALID}Type mismatch for key id expected: B actual: L"),
        ),
        // "Supported data types": key attributes are not empty.
        (
            "an empty key",
            "plain",
            plain,
            put(item([("id", s(""))])),
            format!("{NO_EMPTY_KEY} string value. Key: id"),
        ),
        (
            "empty bytes as a key",
            "bytes",
            bytes,
            put(item([("id", b(b"x")), ("at", b(b""))])),
            format!("{NO_EMPTY_KEY} binary value. Key: at"),
        ),
        // "UpdateItem", "GetItem": all key attributes and no other.
        ("an update without its sort key", "numbered", numbered, keys(item([("id", s("x"))])), NO_SUCH_KEY.into()),
        ("an update by a key of another type", "plain", plain, keys(item([("id", b(b"x"))])), NO_SUCH_KEY.into()),
        (
            "an update by more than the key",
            "plain",
            plain,
            keys(item([("id", s("x")), ("at", n("1"))])),
            NO_SUCH_KEY.into(),
        ),
        // "Quotas": lengths of keys.
        (
            "a partition key that is too long",
            "plain",
            plain,
            put(item([("id", s(&"x".repeat(2_049)))])),
            format!("{INVALID}Aggregated size of all hash keys has exceeded the size limit of 2048 bytes"),
        ),
        (
            "a sort key that is too long",
            "bytes",
            bytes,
            put(item([("id", b(b"x")), ("at", b(&[7; 1_025]))])),
            format!("{INVALID}Aggregated size of all range keys has exceeded the size limit of 1024 bytes"),
        ),
        // "UpdateItem": a key is not updated.
        (
            "an update of the key",
            "plain",
            plain,
            always(Update::set("id", "y")),
            format!("{INVALID}Cannot update attribute id. This attribute is part of the key"),
        ),
        (
            "a removal of the key",
            "plain",
            plain,
            always(Update::remove("id")),
            format!("{INVALID}Cannot update attribute id. This attribute is part of the key"),
        ),
        // "UpdateItem": one path, one change.
        (
            "an attribute that is set twice",
            "plain",
            plain,
            always(Update::set("value", 1).and_set("value", 2)),
            "ValidationException: Invalid UpdateExpression: Two document paths overlap with each other; must \
             remove or rewrite one of these paths; path one: [value], path two: [value]"
                .into(),
        ),
        (
            "an attribute that is set and removed",
            "plain",
            plain,
            always(Update::set("value", 1).and_remove("value")),
            "ValidationException: Invalid UpdateExpression: Two document paths overlap with each other; must \
             remove or rewrite one of these paths; path one: [value], path two: [value]"
                .into(),
        ),
        // "Supported data types": numbers have 38 digits and a range.
        (
            "a number of 39 digits",
            "plain",
            plain,
            put_x(n(&"1".repeat(39))),
            "ValidationException: Attempting to store more than 38 significant digits in a Number".into(),
        ),
        (
            "a number that is too large",
            "plain",
            plain,
            put_x(n("1E+126")),
            "ValidationException: Number overflow. Attempting to store a number with magnitude larger than \
             supported range"
                .into(),
        ),
        (
            "a number that is too small",
            "plain",
            plain,
            put_x(n("1E-131")),
            "ValidationException: Number underflow. Attempting to store a number with magnitude smaller \
             than supported range"
                .into(),
        ),
        (
            "a number that is none",
            "plain",
            plain,
            put_x(n("many")),
            "ValidationException: The parameter cannot be converted to a numeric value: many".into(),
        ),
        // "Supported data types": sets are not empty, and their members differ.
        (
            "an empty set of texts",
            "plain",
            plain,
            put_x(AttributeValue::Ss(vec![])),
            format!("{INVALID}An string set  may not be empty"),
        ),
        (
            "an empty set of numbers",
            "plain",
            plain,
            put_x(AttributeValue::Ns(vec![])),
            format!("{INVALID}An number set  may not be empty"),
        ),
        (
            "an empty set of bytes",
            "plain",
            plain,
            put_x(AttributeValue::Bs(vec![])),
            format!("{INVALID}Binary sets should not be empty"),
        ),
        (
            "a set with one number twice",
            "plain",
            plain,
            put_x(AttributeValue::Ns(vec!["1".into(), "1.0".into()])),
            format!("{INVALID}Input collection contains duplicates."),
        ),
        // "Quotas": 32 levels.
        (
            "a value of 33 levels",
            "plain",
            plain,
            put_x(nested(33)),
            "ValidationException: Nesting Levels have exceeded supported limits: Attributes in the item have \
             nested levels beyond supported limit"
                .into(),
        ),
        // "Quotas": 400 KB, names included.
        (
            "an item that is too large",
            "plain",
            plain,
            put_x(s(&"x".repeat(409_600 - 7))),
            "ValidationException: Item size has exceeded the maximum allowed size".into(),
        ),
        (
            "an update that makes the item too large",
            "plain",
            plain,
            always(Update::set("value", "x".repeat(409_600 - 7))),
            "ValidationException: Item size to update has exceeded the maximum allowed size".into(),
        ),
        // "Comparison operator and function reference": numbers, texts and bytes have an order.
        (
            "a condition that orders what has no order",
            "plain",
            plain,
            update(Update::set("value", 1), Condition::below("value", true)),
            "ValidationException: Invalid ConditionExpression: Incorrect operand type for operator or \
             function; operator: <, operand type: BOOL"
                .into(),
        ),
    ]
}

/// Tries everything.
pub(crate) async fn behaves(trial: &Trial<'_>) {
    let mut wrong = Vec::new();
    let mut used = Vec::new();
    let mut expect = |rule: &str, said: String, wanted: String| {
        let differs = trial.differs.iter().find(|(of, ..)| *of == rule);
        used.extend(differs.map(|(of, ..)| (*of).to_owned()));
        let wanted = differs.map_or(wanted, |(_, instead, _)| (*instead).to_owned());
        if said != wanted {
            wrong.push(format!("{rule}:\n  wanted {wanted}\n  said   {said}"));
        }
    };
    for (rule, table, schema, write, wanted) in refused_writes() {
        expect(rule, said(trial.backend.write(table, schema, write).await), wanted);
    }
    for (rule, table, schema, read, wanted) in refused_reads() {
        expect(rule, said(trial.backend.read(table, schema, read).await), wanted);
    }
    for (rule, value) in held() {
        let kept = keep(trial.backend, value.clone()).await;
        let (kept, wanted) = (format!("{kept:?}"), format!("Ok({value:?})"));
        let same = if kept == wanted { "held" } else { "something else came back" };
        expect(rule, same.to_owned(), "held".to_owned());
    }
    for (rule, condition, holds) in conditions() {
        let stored = item([
            ("id", s("x")),
            ("number", n("10")),
            ("text", s("b")),
            ("bytes", b(&[0x80])),
            ("set", AttributeValue::Ss(vec!["a".into(), "b".into()])),
        ]);
        let write = trial.backend.write("plain", Schema::of::<Plain>(), put(stored.clone()));
        write.await.expect("it is stored");
        let write = Write { act: Act::Put { item: stored.clone() }, condition };
        let said = match trial.backend.write("plain", Schema::of::<Plain>(), write).await {
            Ok(Written::Applied(_)) => "holds".to_owned(),
            Ok(Written::Refused(Some(there))) if there.len() == stored.len() => {
                "does not hold".to_owned()
            }
            other => format!("{other:?}"),
        };
        expect(rule, said, if holds { "holds" } else { "does not hold" }.to_owned());
    }
    for (rule, to, parcel, wanted) in refused_messages(trial) {
        expect(rule, said(trial.backend.send(&to, parcel).await), wanted);
    }
    for (rule, key, wanted) in keys() {
        let written = trial.backend.put_object(trial.bucket, &key, body("1")).await;
        expect(rule, said(written), wanted.to_owned());
    }
    for (rule, to, parcel) in taken_messages(trial) {
        expect(rule, said(trial.backend.send(&to, parcel).await), "accepted".to_owned());
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    let idle = trial.differs.iter().filter(|(of, ..)| !used.contains(&(*of).to_owned()));
    let idle: Vec<_> = idle.collect();
    assert!(idle.is_empty(), "no such rule: {idle:?}");
    sorts(trial.backend).await;
    writes_say_what_came_of_them(trial.backend).await;
    objects_are_there_until_they_are_removed(trial.backend, trial.bucket).await;
}

fn said<T>(done: Result<T, Failure>) -> String {
    match done {
        Ok(_) => "accepted".to_owned(),
        // Some regions of DynamoDB count what they find, others do not.
        Err(Failure::Permanent(error)) => {
            error.to_string().replacen("1 validation error detected: ", "", 1)
        }
        Err(other) => format!("{other:?}"),
    }
}

/// Reads that are refused, and how.
fn refused_reads() -> Vec<(&'static str, &'static str, Schema, Read, String)> {
    let get = |keys| Read::Item { keys };
    let query = |keys| Read::Partition { keys, after: None };
    vec![
        (
            "a key to get of another type",
            "plain",
            Schema::of::<Plain>(),
            get(item([("id", n("1"))])),
            NO_SUCH_KEY.into(),
        ),
        (
            "half a key to get",
            "numbered",
            Schema::of::<Numbered>(),
            get(item([("id", s("x"))])),
            NO_SUCH_KEY.into(),
        ),
        (
            "an empty key to get",
            "plain",
            Schema::of::<Plain>(),
            get(item([("id", s(""))])),
            format!("{NO_EMPTY_KEY} string value. Key: id"),
        ),
        (
            "a partition to query of another type",
            "named",
            Schema::of::<Named>(),
            query(item([("id", s("1"))])),
            format!("{INVALID}Condition parameter type does not match schema type"),
        ),
        (
            "an empty partition to query",
            "numbered",
            Schema::of::<Numbered>(),
            query(item([("id", s(""))])),
            format!("{NO_EMPTY_KEY} string value. Key: id"),
        ),
    ]
}

/// Values that come back as they went ("Supported data types").
fn held() -> Vec<(&'static str, AttributeValue)> {
    vec![
        ("an empty text", s("")),
        ("empty bytes", b(b"")),
        ("bytes", b(&[0, 0xff, 0x80])),
        ("38 digits", n("12345678901234567890123456789012345678")),
        ("a fraction of 38 digits", n("0.12345678901234567890123456789012345678")),
        ("a negative number", n("-1.5")),
        ("a truth", AttributeValue::Bool(true)),
        ("nothing", AttributeValue::Null(true)),
        ("a set of texts", AttributeValue::Ss(vec!["a".into(), "b".into()])),
        ("a set of numbers", AttributeValue::Ns(vec!["1".into(), "22".into()])),
        ("a set of bytes", AttributeValue::Bs(vec![vec![1], vec![2, 3]])),
        ("a map", AttributeValue::M(item([("inner", AttributeValue::L(vec![n("1"), b(b"x")]))]))),
        ("32 levels", nested(32)),
        ("an item of 400 KB", s(&"x".repeat(409_600 - 8))),
    ]
}

async fn keep(backend: &dyn Backend, value: AttributeValue) -> Result<AttributeValue, String> {
    let schema = Schema::of::<Plain>();
    backend.write("plain", schema, put_x(value)).await.map_err(|error| error.to_string())?;
    let read = Read::Item { keys: item([("id", s("x"))]) };
    let page = backend.read("plain", schema, read).await.map_err(|error| error.to_string())?;
    let [mut item] = <[_; 1]>::try_from(page.items).map_err(|items| format!("{items:?}"))?;
    let mut value = item.remove("value").ok_or("it has no value")?;
    // A set has no order.
    match &mut value {
        AttributeValue::Ss(texts) | AttributeValue::Ns(texts) => texts.sort(),
        AttributeValue::Bs(all) => all.sort(),
        _ => {}
    }
    Ok(value)
}

/// Conditions on an item with number 10, text "b", bytes 80 and set {a, b} ("Comparison operator and function
/// reference").
fn conditions() -> Vec<(&'static str, Condition, bool)> {
    vec![
        ("equal by value", Condition::Equals("number".into(), operand("10.0")), true),
        ("a number is no text", Condition::equals("number", "10"), false),
        ("below by value", Condition::below("number", 100), true),
        ("not below itself", Condition::below("number", 10), false),
        ("a text is below a longer one", Condition::below("text", "ba"), true),
        ("a text is not below a number", Condition::below("text", 100), false),
        ("what is not there is below nothing", Condition::below("other", 100), false),
        ("a set has no order", Condition::Equals("set".into(), set(["b", "a"])), true),
        ("it is there", Condition::Exists, true),
        ("it is not absent", Condition::Absent, false),
        ("it lacks another", Condition::lacks("other"), true),
        ("it does not lack its own", Condition::lacks("text"), false),
        ("one of two", Condition::Absent.or(Condition::equals("text", "b")), true),
        ("both of two", Condition::Exists.and(Condition::equals("text", "c")), false),
        ("always and one", Condition::Always.and(Condition::equals("text", "c")), false),
        ("always or one", Condition::equals("text", "c").or(Condition::Always), true),
    ]
}

fn operand(number: &str) -> net_runtime::Operand {
    net_runtime::Operand::new(number.parse::<net_dsl::Number>().expect("a number"))
}

fn set(texts: [&str; 2]) -> net_runtime::Operand {
    net_runtime::Operand::new(serde_dynamo::string_set::StringSet(texts))
}

/// "SendMessage": group ids, characters, 1 MiB with attributes.
fn refused_messages(trial: &Trial<'_>) -> Vec<(&'static str, Address, Parcel, String)> {
    let queue = || Address::Queue(trial.queue.to_owned());
    let fifo = || Address::FifoQueue(trial.fifo_queue.to_owned());
    let grouped = |group: &str| Parcel { group: Some(group.to_owned()), ..parcel("{}") };
    let group = |group: &str| {
        format!(
            "InvalidParameterValue: Value {group} for parameter MessageGroupId is invalid. Reason: \
             MessageGroupId can only include alphanumeric and punctuation characters. 1 to 128 in length."
        )
    };
    let long = "g".repeat(129);
    let bus = |source: &str| Address::Bus(format!("{}|{source}|Placed", trial.bus));
    vec![
        ("a group that is too long", fifo(), grouped(&long), group(&long)),
        ("a group with a space", fifo(), grouped("living room"), group("living room")),
        ("a group with an umlaut", fifo(), grouped("Küche"), group("Küche")),
        (
            "a character that XML lacks",
            queue(),
            parcel("\"\u{fffe}\""),
            "InvalidMessageContents: Invalid binary character '#xFFFE' was found in the message body, the \
             set of allowed characters is #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to \
             #x10FFFF"
                .to_owned(),
        ),
        (
            "a message that is too large with its attributes",
            queue(),
            Parcel { correlation: "c".to_owned(), ..parcel(&"x".repeat(1_048_576)) },
            "InvalidParameterValue: One or more parameters are invalid. Reason: Message must be shorter than \
             1048576 bytes."
                .to_owned(),
        ),
        ("an event that is no object", bus("my.shop"), parcel("null"), MALFORMED.to_owned()),
        ("an event that is a list", bus("my.shop"), parcel("[{}]"), MALFORMED.to_owned()),
        (
            "an event in AWS's name",
            bus("aws.shop"),
            parcel("{}"),
            "NotAuthorizedForSourceException: Not authorized for the source.".to_owned(),
        ),
        (
            "an event of more than a megabyte",
            bus("my.shop"),
            parcel(&event_of(1_048_577)),
            "ValidationException: Total size of the entries in the request is over the limit."
                .to_owned(),
        ),
    ]
}

const MALFORMED: &str = "MalformedDetail: Detail is malformed.";

/// A detail that makes an event of so many bytes.
fn event_of(bytes: usize) -> String {
    let around = "my.shop".len() + "Placed".len() + r#"{"a":""}"#.len();
    format!(r#"{{"a":"{}"}}"#, "x".repeat(bytes - around))
}

/// "Naming Amazon S3 objects": keys have at most 1,024 bytes of UTF-8.
fn keys() -> Vec<(&'static str, String, &'static str)> {
    const LONG: &str = "KeyTooLongError: Your key is too long";
    vec![
        ("a key of 1,024 bytes", "k".repeat(1_024), "accepted"),
        ("a key of 1,025 bytes", "k".repeat(1_025), LONG),
        ("a key of 1,025 bytes in fewer letters", format!("{}k", "é".repeat(512)), LONG),
    ]
}

fn body(text: &str) -> ObjectBody {
    ObjectBody { bytes: text.as_bytes().to_vec(), content_type: Some("text/plain".to_owned()) }
}

/// "PutObject", "GetObject", "HeadObject", "DeleteObject", "ListObjectsV2".
async fn objects_are_there_until_they_are_removed(backend: &dyn Backend, bucket: &str) {
    let keys = ["a/1", "a/Z", "a/é ü+&.txt", "a/😀", "b"];
    for key in keys.iter().rev().chain(["b"].iter()) {
        let written = backend.put_object(bucket, key, body(key)).await.expect("it is written");
        assert_eq!((written.key.as_str(), written.size), (*key, key.len() as u64));
    }
    let found = backend.get_object(bucket, "a/é ü+&.txt").await.expect("it is read");
    assert_eq!(found, Some(body("a/é ü+&.txt")));
    let known = backend.head_object(bucket, "b").await.expect("it is looked at");
    let known = known.expect("it is there");
    assert_eq!((known.key.as_str(), known.size, known.etag.is_some()), ("b", 1, true));
    let listed = backend.list_objects(bucket, "a/", None).await.expect("they are listed");
    let listed_keys: Vec<&str> = listed.objects.iter().map(|known| known.key.as_str()).collect();
    assert_eq!((listed_keys.as_slice(), listed.next), (&keys[..4], None));
    // Done twice, it is as if it was done once.
    for _ in 0..2 {
        backend.delete_object(bucket, "b").await.expect("it is removed");
        assert_eq!(backend.get_object(bucket, "b").await.expect("it is read"), None);
        assert_eq!(backend.head_object(bucket, "b").await.expect("it is looked at"), None);
    }
}

fn taken_messages(trial: &Trial<'_>) -> Vec<(&'static str, Address, Parcel)> {
    let bus = Address::Bus(format!("{}|my.shop|Placed", trial.bus));
    let attributes = "net-correlation".len() + "String".len() + "c".len();
    let largest = "x".repeat(1_048_576 - attributes);
    let group = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~aA0".to_owned();
    vec![
        (
            "a message of 1 MiB with its attributes",
            Address::Queue(trial.queue.to_owned()),
            Parcel { correlation: "c".to_owned(), ..parcel(&largest) },
        ),
        (
            "a group of all punctuation",
            Address::FifoQueue(trial.fifo_queue.to_owned()),
            Parcel { group: Some(group), ..parcel("{}") },
        ),
        ("an event of a megabyte", bus, parcel(&event_of(1_048_576))),
    ]
}

fn parcel(body: &str) -> Parcel {
    Parcel { body: body.to_owned(), id: "1".to_owned(), ..Parcel::default() }
}

/// "Query": numbers by value, texts by UTF-8 bytes, bytes as unsigned numbers.
async fn sorts(backend: &dyn Backend) {
    // UTF-16 would put the last before the one before it.
    let texts = ["Z", "a", "z", "é", "\u{ffff}", "😀"].map(s);
    let numbers = ["-10", "-9.5", "0", "0.5", "2", "10"].map(n);
    let bytes = [&[0x00, 0xff][..], &[0x01], &[0x7f], &[0x80], &[0x80, 0x00], &[0xff]].map(b);
    let partitions = [
        ("named", Schema::of::<Named>(), n("1"), texts),
        ("numbered", Schema::of::<Numbered>(), s("x"), numbers),
        ("bytes", Schema::of::<Bytes>(), b(&[1]), bytes),
    ];
    for (table, schema, partition, sorted) in partitions {
        for at in sorted.iter().rev().cloned().chain([sorted[0].clone()]) {
            let written = put(item([("id", partition.clone()), ("at", at)]));
            backend.write(table, schema, written).await.expect("it is stored");
        }
        let read = Read::Partition { keys: item([("id", partition)]), after: None };
        let page = backend.read(table, schema, read).await.expect("it is read");
        let read: Vec<_> = page.items.into_iter().map(|item| item["at"].clone()).collect();
        assert_eq!(read, sorted, "{table}");
    }
    // One number is one key, however it is written.
    let (schema, number) = (Schema::of::<Named>(), |id| item([("id", n(id)), ("at", s("x"))]));
    backend.write("named", schema, put(number("7.0"))).await.expect("it is stored");
    let page = backend.read("named", schema, Read::Item { keys: number("7") }).await;
    assert_eq!(page.expect("it is read").items.len(), 1);
}

/// "PutItem", "UpdateItem", "TransactWriteItems": what is there is said, and a deletion by one hand is one.
async fn writes_say_what_came_of_them(backend: &dyn Backend) {
    let schema = Schema::of::<Plain>();
    let keys = || item([("id", s("z"))]);
    let write = |act, condition| backend.write("plain", schema, Write { act, condition });
    let delete = |hand: &str| Act::Delete { keys: keys(), hand: Some(hand.to_owned()) };
    let exists = || Condition::Exists;
    let set = |value: u64| Act::Update { keys: keys(), update: Update::set("value", value) };

    assert_eq!(write(set(1), exists()).await.expect("refused"), Written::Refused(None));
    let made = item([("id", s("z")), ("value", n("1"))]);
    assert_eq!(
        write(set(1), Condition::Absent).await.expect("made"),
        Written::Applied(made.clone())
    );
    let again = write(set(2), Condition::Absent).await.expect("refused");
    assert_eq!(again, Written::Refused(Some(made.clone())));
    let again = write(Act::Put { item: keys() }, Condition::Absent).await.expect("refused");
    assert_eq!(again, Written::Refused(Some(made.clone())));
    let not_yet = write(delete("hand-0"), Condition::equals("value", 2)).await.expect("refused");
    assert_eq!(not_yet, Written::Refused(Some(made)));
    let gone = || Written::Applied(Attributes::new());
    let equal = || Condition::equals("value", 1);
    assert_eq!(write(delete("hand-1"), equal()).await.expect("deleted"), gone());
    assert_eq!(write(delete("hand-1"), equal()).await.expect("deleted already"), gone());
    assert_eq!(write(delete("hand-2"), equal()).await.expect("refused"), Written::Refused(None));
    // The hand that was refused may succeed later.
    assert!(matches!(write(set(2), Condition::Always).await, Ok(Written::Applied(_))));
    let equal = Condition::equals("value", 2);
    assert_eq!(write(delete("hand-0"), equal).await.expect("deleted"), gone());
}
