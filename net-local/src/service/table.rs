//! DynamoDB tables: items, changes that go into streams, and items that expire.
//!
//! What DynamoDB refuses and how it orders is in `net-runtime`, which tests its rules against an engine;
//! here is what takes time. Sources, by the titles of the Amazon DynamoDB Developer Guide: "Using time to
//! live (TTL) in DynamoDB", "Change data capture for DynamoDB Streams".

use super::stream;
use crate::engine::{
    Engine,
    log::{Number, What},
    wiring::Reader,
};
use net_runtime::{
    Act, AttributeValue, Attributes, Condition, Failure, Page, Read, Schema, Write, Written, rules,
};
#[cfg(feature = "dev")]
use net_synth::plan::Value;

/// One table, as the plan has it.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) entity: usize,
    pub(crate) arn: String,
    pub(crate) name: String,
    /// Its key attributes and their types, the partition key first.
    #[cfg(feature = "dev")]
    pub(crate) keys: Vec<(String, String)>,
    /// The attribute with the second after which an item may vanish.
    expires: Option<String>,
    /// Which images its stream has, if it has one.
    pub(crate) view: Option<String>,
    /// Who reads its stream, by number.
    pub(crate) streams: Vec<usize>,
}

pub(crate) fn read_settings(reader: &mut Reader<'_, '_>) {
    reader.refuse_all_but(&[
        "KeySchema",
        "AttributeDefinitions",
        "TimeToLiveSpecification",
        "StreamSpecification/StreamViewType",
        // Without effect here: how it is paid, kept, encrypted and called.
        "TableName",
        "BillingMode",
        "OnDemandThroughput",
        "PointInTimeRecoverySpecification",
        "DeletionProtectionEnabled",
        "SSESpecification",
        "TableClass",
        "ContributorInsightsSpecification",
        "Tags",
    ]);
    let enabled = reader.flag("TimeToLiveSpecification/Enabled");
    let expires = reader.text("TimeToLiveSpecification/AttributeName").filter(|_| enabled);
    let settings = Settings {
        entity: reader.entity(),
        arn: reader.arn(),
        name: reader.physical(),
        #[cfg(feature = "dev")]
        keys: keys(reader),
        expires,
        view: reader.text("StreamSpecification/StreamViewType"),
        streams: Vec::new(),
    };
    reader.wiring.tables.push(settings);
}

/// The key attributes that the table's resource declares, and their types.
#[cfg(feature = "dev")]
fn keys(reader: &Reader<'_, '_>) -> Vec<(String, String)> {
    let text = |of: &Value, name: &str| of.get(name).and_then(Value::as_text).map(str::to_owned);
    let list = |name: &str| reader.value(name).map(Value::items).unwrap_or_default();
    let keys = list("KeySchema").iter().filter_map(|key| {
        let name = text(key, "AttributeName")?;
        let mut attributes = list("AttributeDefinitions").iter();
        let of = attributes.find(|it| text(it, "AttributeName").as_ref() == Some(&name))?;
        Some((text(key, "KeyType")?, name, text(of, "AttributeType")?))
    });
    let mut keys: Vec<_> = keys.collect();
    // HASH comes before RANGE.
    keys.sort();
    keys.into_iter().map(|(_, name, letter)| (name, letter)).collect()
}

/// Puts an item back that was in the table when another engine ended.
#[cfg(feature = "dev")]
pub(crate) fn restore(
    engine: &mut Engine,
    table: usize,
    schema: Schema,
    item: Attributes,
) -> Result<(), Failure> {
    let wiring = engine.wiring.clone();
    let settings = &wiring.tables[table];
    let keys = keys_of(schema, &item);
    let expires = settings.expires.as_ref().and_then(|name| second(item.get(name)));
    let write = Write { act: Act::Put { item }, condition: Condition::Always };
    engine.services.tables.write(&settings.name, schema, write)?;
    if let Some(second) = expires {
        expire_later(engine, table, schema, keys, second);
    }
    Ok(())
}

fn find(engine: &Engine, table: &str) -> Option<usize> {
    engine.wiring.tables.iter().position(|known| known.name == table)
}

/// What people call a table.
pub(crate) fn name(engine: &Engine, table: &str) -> String {
    let found = find(engine, table).map(|table| engine.wiring.tables[table].entity);
    found.map(|entity| engine.wiring.name(entity).to_owned()).unwrap_or_default()
}

fn number(engine: &Engine, table: &str) -> Result<usize, Failure> {
    find(engine, table).ok_or_else(|| {
        Failure::Permanent("ResourceNotFoundException: Requested resource not found".into())
    })
}

/// Reads items.
pub(crate) fn read(
    engine: &mut Engine,
    table: &str,
    schema: Schema,
    read: Read,
    correlation: u32,
    run: u32,
) -> Result<Page, Failure> {
    let number = number(engine, table)?;
    engine.tell(correlation, run, What::Read { table: number as Number });
    engine.services.tables.read(table, schema, read)
}

/// Writes an item, and has its change go into the streams.
pub(crate) fn write(
    engine: &mut Engine,
    table: &str,
    schema: Schema,
    write: Write,
    correlation: u32,
    run: u32,
) -> Result<Written, Failure> {
    let number = number(engine, table)?;
    let (verb, keys) = match &write.act {
        Act::Put { item } => ("put", keys_of(schema, item)),
        Act::Update { keys, .. } => ("updated", keys.clone()),
        Act::Delete { keys, .. } => ("deleted", keys.clone()),
    };
    let before = item(engine, table, schema, &keys);
    let written = engine.services.tables.write(table, schema, write);
    let after = item(engine, table, schema, &keys);
    let shown = show(schema, &keys);
    let (text, applied) = match &written {
        Ok(Written::Applied(_)) => {
            let shown = after.clone().map(|item| rules::json(item).to_string());
            (format!("{verb} {}", shown.unwrap_or_else(|| show(schema, &keys))), true)
        }
        Ok(Written::Refused(_)) => {
            (format!("not {verb}: the condition does not hold of {shown}"), false)
        }
        Err(failure) => (format!("not {verb}: {failure}"), false),
    };
    engine.tell(
        correlation,
        run,
        What::Wrote { table: number as Number, text: text.into(), applied },
    );
    if applied {
        changed(engine, number, schema, keys, before, after, correlation, false);
    }
    written
}

fn keys_of(schema: Schema, item: &Attributes) -> Attributes {
    let keys = schema.keys().filter_map(|key| item.get_key_value(key.name()));
    keys.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn item(engine: &Engine, table: &str, schema: Schema, keys: &Attributes) -> Option<Attributes> {
    let read = Read::Item { keys: keys.clone() };
    engine.services.tables.read(table, schema, read).ok()?.items.pop()
}

fn show(schema: Schema, keys: &Attributes) -> String {
    let value = |value: &AttributeValue| match value {
        AttributeValue::S(text) => format!("{text:?}"),
        AttributeValue::N(text) => text.clone(),
        other => format!("{other:?}"),
    };
    let keys = schema.keys().filter_map(|key| keys.get(key.name()));
    keys.map(value).collect::<Vec<_>>().join(", ")
}

/// What a change leads to: its record in the streams, and the item's end.
#[expect(clippy::too_many_arguments, reason = "a change is all that")]
fn changed(
    engine: &mut Engine,
    table: usize,
    schema: Schema,
    keys: Attributes,
    before: Option<Attributes>,
    after: Option<Attributes>,
    correlation: u32,
    expired: bool,
) {
    let wiring = engine.wiring.clone();
    let settings = &wiring.tables[table];
    if let (Some(attribute), Some(after)) = (&settings.expires, &after)
        && let Some(second) = second(after.get(attribute))
    {
        expire_later(engine, table, schema, keys.clone(), second);
    }
    // A write that changes nothing makes no record ("Change data capture for DynamoDB Streams").
    if before != after {
        let record = stream::Record::new(engine, table, keys, before, after, correlation, expired);
        stream::add(engine, table, record);
    }
}

fn second(value: Option<&AttributeValue>) -> Option<u64> {
    match value? {
        AttributeValue::N(text) => text.parse().ok(),
        _ => None,
    }
}

/// Has an item vanish: within a few days of its time, says AWS; where nothing takes time, within the hour.
fn expire_later(engine: &mut Engine, table: usize, schema: Schema, keys: Attributes, second: u64) {
    let late = match engine.faults.jitters {
        true => engine.random("expiry", table).up_to(48 * 3_600_000),
        false => 3_600_000,
    };
    let delay = (second * 1_000).saturating_sub(engine.now()) + late;
    engine.later(delay, move |engine| {
        let wiring = engine.wiring.clone();
        let settings = &wiring.tables[table];
        let before = item(engine, &settings.name, schema, &keys);
        let expires = before.as_ref().zip(settings.expires.as_ref());
        // It may have been given more time, or none.
        if expires.and_then(|(item, name)| self::second(item.get(name))) != Some(second) {
            return;
        }
        let act = Act::Delete { keys: keys.clone(), hand: None };
        let write = Write { act, condition: Condition::Always };
        if engine.services.tables.write(&settings.name, schema, write).is_ok() {
            let text = format!("deleted {}: it has expired", show(schema, &keys));
            let what = What::Wrote { table: table as Number, text: text.into(), applied: true };
            engine.tell(0, 0, what);
            changed(engine, table, schema, keys, before, None, 0, true);
        }
    });
}
