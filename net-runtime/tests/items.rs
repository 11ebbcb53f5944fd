//! Items hold what DynamoDB holds, in code, in tables and in streams.

use net_dsl::{Number, NumberSet, prelude::*};
use net_runtime::{BoxError, Context, Handler, Memory, Runtime, Update};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// One of everything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Photo {
    #[serde(with = "serde_bytes")]
    digest: Vec<u8>,
    taken: Number,
    #[serde(with = "serde_bytes")]
    pixels: Vec<u8>,
    #[serde(with = "serde_dynamo::string_set")]
    tags: BTreeSet<String>,
    #[serde(with = "serde_dynamo::number_set")]
    sizes: BTreeSet<u64>,
    primes: NumberSet,
    price: f64,
    small: i8,
    nested: Vec<Option<Number>>,
    anything: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires: Option<Value>,
}

impl Item for Photo {
    const NAME: &'static str = "Photo";
    const PARTITION: Key = Key::binary("digest");
    const SORT: Option<Key> = Some(Key::number("taken"));
    const EXPIRES: Option<&'static str> = Some("expires");
}

const DIGITS: &str = "12345678901234567890123456789012345678";

fn photo() -> Photo {
    Photo {
        digest: vec![0, 0xff, 7],
        taken: DIGITS.parse().expect("a number"),
        pixels: vec![],
        tags: ["sea".to_owned(), "sun".to_owned()].into(),
        sizes: [1, u64::MAX].into(),
        primes: [DIGITS, "2"]
            .map(|text| text.parse::<Number>().expect("a number"))
            .into_iter()
            .collect(),
        price: 0.1,
        small: -7,
        nested: vec![None, Some("-0.5".parse().expect("a number"))],
        anything: json!({ "list": [1, 2.5, null, "text"] }),
        expires: None,
    }
}

contract! {
    Album: Tick => () { reads Photo, writes Photo }
    Watch: Change<Photo> => () {}
}

type Done<'c> = std::pin::Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send + 'c>>;
struct Does(for<'c> fn(&'c Context<Album>) -> Done<'c>);

impl Handler<Album> for Does {
    async fn handle(&self, _: Tick, context: &Context<Album>) -> Result<(), BoxError> {
        (self.0)(context).await
    }
}

async fn run(
    memory: Memory,
    work: for<'c> fn(&'c Context<Album>) -> Done<'c>,
) -> Result<Value, BoxError> {
    let bindings = [("NET_TABLE_PHOTO", "photos")];
    let runtime = Runtime::<Album>::new(memory, bindings).expect("bound");
    runtime.invoke(&Does(work), json!({ "scheduled_at": "2026-11-25T00:00:00Z" })).await
}

#[tokio::test]
async fn an_item_comes_back_as_it_went() {
    let memory = Memory::new();
    let done = run(memory, |context| {
        Box::pin(async move {
            let table = context.table::<Photo>();
            table.put(&photo()).await?;
            let key = || (&[0, 0xff, 7], DIGITS.parse::<Number>().expect("a number"));
            assert_eq!(table.get(key()).await?, Some(photo()));
            assert_eq!(table.query(&[0, 0xff, 7]).await?, [photo()]);
            let small = Update::set("small", 8).and_set("pixels", serde_bytes::Bytes::new(b"x"));
            let changed = table.update_if(key(), small, net_runtime::Condition::Exists).await?;
            assert_eq!(changed, Some(Photo { small: 8, pixels: b"x".to_vec(), ..photo() }));
            table.delete(key()).await?;
            assert_eq!(table.scan().await?, []);
            Ok(())
        })
    });
    done.await.expect("it is held");
}

struct Watcher;

impl Handler<Watch> for Watcher {
    async fn handle(&self, change: Change<Photo>, _: &Context<Watch>) -> Result<(), BoxError> {
        assert_eq!(change, Change { before: None, after: Some(photo()) });
        Ok(())
    }
}

#[tokio::test]
async fn a_stream_brings_what_the_table_holds() {
    // As DynamoDB Streams hands it to Lambda: bytes in base64, numbers as text ("StreamRecord").
    let image = json!({
        "digest": { "B": "AP8H" },
        "taken": { "N": DIGITS },
        "pixels": { "B": "" },
        "tags": { "SS": ["sun", "sea"] },
        "sizes": { "NS": ["1", "18446744073709551615"] },
        "primes": { "NS": [DIGITS, "2"] },
        "price": { "N": "0.1" },
        "small": { "N": "-7" },
        "nested": { "L": [{ "NULL": true }, { "N": "-0.5" }] },
        "anything": { "M": { "list": { "L": [
            { "N": "1" }, { "N": "2.5" }, { "NULL": true }, { "S": "text" },
        ] } } },
        "$net-put": { "S": "who" },
        "$net-update": { "S": "who else" },
    });
    let event = json!({ "Records": [{
        "eventSource": "aws:dynamodb",
        "dynamodb": { "SequenceNumber": "100", "NewImage": image },
    }] });
    let runtime = Runtime::<Watch>::new(Memory::new(), [("", ""); 0]).expect("bound");
    let answer = runtime.invoke(&Watcher, event).await.expect("a batch is answered");
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
}

#[derive(Debug, Serialize, Deserialize)]
struct Rounded {
    id: String,
    number: f64,
}

impl Item for Rounded {
    const NAME: &'static str = "Rounded";
    const PARTITION: Key = Key::text("id");
}

contract! { Reader: Tick => () { reads Rounded } }

struct Reads;

impl Handler<Reader> for Reads {
    async fn handle(&self, _: Tick, context: &Context<Reader>) -> Result<(), BoxError> {
        context.table::<Rounded>().get("x").await.map(|_| ()).map_err(Into::into)
    }
}

#[tokio::test]
async fn what_a_type_cannot_hold_is_an_error_and_is_not_rounded() {
    #[derive(Serialize)]
    struct Exact {
        id: &'static str,
        number: Number,
    }
    impl Item for Exact {
        const NAME: &'static str = "Exact";
        const PARTITION: Key = Key::text("id");
    }
    for (number, holds) in [("0.1", true), ("1E+30", true), (DIGITS, false)] {
        let memory = Memory::new();
        let number = number.parse().expect("a number");
        memory.store("rounded", &Exact { id: "x", number }).expect("it is stored");
        let bindings = [("NET_TABLE_ROUNDED", "rounded")];
        let runtime = Runtime::<Reader>::new(memory, bindings).expect("bound");
        let tick = json!({ "scheduled_at": "2026-11-25T00:00:00Z" });
        let read = runtime.invoke(&Reads, tick).await;
        assert_eq!(read.is_ok(), holds, "{read:?}");
    }
}

#[tokio::test]
async fn an_expiry_is_a_number_of_seconds() {
    for (expires, taken) in [
        (Value::Null, true),
        (json!(1_795_000_000), true),
        (json!("2026-11-25T00:00:00Z"), false),
        (json!("1795000000"), false),
        (json!(1_795_000_000_123_u64), false),
        (json!(1_795_000_000.5), false),
        (json!(-1), false),
    ] {
        static EXPIRES: std::sync::Mutex<Value> = std::sync::Mutex::new(Value::Null);
        *EXPIRES.lock().expect("no panic") = expires.clone();
        let put = run(Memory::new(), |context| {
            Box::pin(async move {
                let expires = Some(EXPIRES.lock().expect("no panic").clone());
                context.table::<Photo>().put(&Photo { expires, ..photo() }).await?;
                Ok(())
            })
        });
        let update = run(Memory::new(), |context| {
            Box::pin(async move {
                let expires = EXPIRES.lock().expect("no panic").clone();
                let key = (&[1], Number::from(1));
                let update = Update::set("expires", expires);
                let missing = net_runtime::Condition::Exists;
                context.table::<Photo>().update_if(key, update, missing).await?;
                Ok(())
            })
        });
        for done in [put.await, update.await] {
            match done {
                Ok(_) => assert!(taken, "{expires}"),
                Err(error) => {
                    assert!(!taken, "{expires}: {error}");
                    let wanted =
                        "`expires` is when the item may vanish, in whole seconds since 1970";
                    assert!(error.to_string().contains(wanted), "{error}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_key_has_as_many_values_as_its_table() {
    let done = run(Memory::new(), |context| {
        Box::pin(async move {
            context.table::<Photo>().get(b"x").await?;
            Ok(())
        })
    });
    let error = done.await.expect_err("half a key");
    assert_eq!(
        error.to_string(),
        "this is no `Photo`: its key is two values, (…, …): `taken` is missing"
    );
}
