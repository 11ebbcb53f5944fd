//! What `network.json` is read with: one key means one value, at every level.

use crate::name::id_from_file;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};
use smol_str::SmolStr;
use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    fmt,
    marker::PhantomData,
};

/// Any JSON without an object that has a key twice, which `serde_json::Value` takes.
pub(crate) struct Json(pub(crate) serde_json::Value);

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(JsonVisitor).map(Json)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = serde_json::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(serde_json::Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Json(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Self::Value, A::Error> {
        let entries: BTreeMap<String, Json> = MapVisitor::new().visit_map(entries)?;
        // How serde_json hands over a number where some crate switched `arbitrary_precision` on.
        if let Some(Json(serde_json::Value::String(number))) =
            entries.get("$serde_json::private::Number")
        {
            let number: serde_json::Number = number.parse().map_err(de::Error::custom)?;
            return Ok(number.into());
        }
        Ok(entries.into_iter().map(|(key, Json(value))| (key, value)).collect())
    }
}

/// A map whose keys are there once each.
pub(crate) struct MapVisitor<K, V>(PhantomData<(K, V)>);

impl<K, V> MapVisitor<K, V> {
    fn new() -> MapVisitor<K, V> {
        MapVisitor(PhantomData)
    }
}

impl<'de, K, V> Visitor<'de> for MapVisitor<K, V>
where
    K: Deserialize<'de> + Ord + fmt::Display,
    V: Deserialize<'de>,
{
    type Value = BTreeMap<K, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut map = BTreeMap::new();
        while let Some(key) = entries.next_key()? {
            match map.entry(key) {
                Entry::Vacant(place) => place.insert(entries.next_value()?),
                Entry::Occupied(place) => {
                    return Err(de::Error::custom(format!("`{}` is there twice", place.key())));
                }
            };
        }
        Ok(map)
    }
}

/// [`MapVisitor`] as a type of its own, for serde's derives.
pub(crate) struct Map<K: Ord, V>(pub(crate) BTreeMap<K, V>);

impl<K: Serialize + Ord, V: Serialize> Serialize for Map<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, K, V> Deserialize<'de> for Map<K, V>
where
    K: Deserialize<'de> + Ord + fmt::Display,
    V: Deserialize<'de>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Map<K, V>, D::Error> {
        deserializer.deserialize_map(MapVisitor::new()).map(Map)
    }
}

/// A list of pairs as a map, in order of key.
pub(crate) mod map {
    use super::Map;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::fmt;

    pub(crate) fn serialize<K: Serialize, V: Serialize, S: Serializer>(
        pairs: &[(K, V)],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_map(pairs.iter().map(|(key, value)| (key, value)))
    }

    pub(crate) fn deserialize<'de, K, V, D>(deserializer: D) -> Result<Vec<(K, V)>, D::Error>
    where
        K: Deserialize<'de> + Ord + fmt::Display,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Ok(Map::deserialize(deserializer)?.0.into_iter().collect())
    }
}

/// Names, each held to its rule.
pub(crate) fn names<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeSet<SmolStr>, D::Error> {
    let names = BTreeSet::<SmolStr>::deserialize(deserializer)?;
    for name in &names {
        id_from_file(name).map_err(de::Error::custom)?;
    }
    Ok(names)
}
