//! Buckets in memory, which refuse what S3 refuses.

use super::{Buckets, Listed, ObjectBody, ObjectInfo, Presign, PresignedMethod, rules};
use crate::{Answer, Memory};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, HashMap};

/// Objects by bucket and key.
#[derive(Default)]
pub(crate) struct Objects(HashMap<String, BTreeMap<String, ObjectBody>>);

impl Memory {
    /// The objects of a bucket, in order of key, each with its whole key.
    pub fn objects(&self, bucket: &str) -> Vec<(String, ObjectBody)> {
        let state = self.state();
        let objects = state.buckets.0.get(bucket).into_iter().flatten();
        objects.map(|(key, body)| (key.clone(), body.clone())).collect()
    }

    /// Puts an object into a bucket, under its whole key.
    pub fn set_object(&self, bucket: &str, key: &str, body: ObjectBody) {
        let mut state = self.state();
        state.buckets.0.entry(bucket.to_owned()).or_default().insert(key.to_owned(), body);
    }
}

impl Objects {
    fn find(&self, bucket: &str, key: &str) -> Option<&ObjectBody> {
        self.0.get(bucket)?.get(key)
    }
}

fn info(key: &str, body: &ObjectBody) -> ObjectInfo {
    let hash = Sha256::digest(&body.bytes);
    let etag = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect::<String>();
    ObjectInfo {
        key: key.to_owned(),
        size: body.bytes.len() as u64,
        etag: Some(format!("\"{etag}\"")),
        version: None,
    }
}

impl Buckets for Memory {
    fn put_object<'a>(
        &'a self,
        bucket: &'a str,
        key: &'a str,
        body: ObjectBody,
    ) -> Answer<'a, ObjectInfo> {
        self.answer(bucket, |state| {
            rules::key(key)?;
            rules::body(&body)?;
            let written = info(key, &body);
            let objects = state.buckets.0.entry(bucket.to_owned()).or_default();
            objects.insert(key.to_owned(), body);
            Ok(written)
        })
    }

    fn get_object<'a>(&'a self, bucket: &'a str, key: &'a str) -> Answer<'a, Option<ObjectBody>> {
        self.answer(bucket, |state| {
            rules::key(key)?;
            Ok(state.buckets.find(bucket, key).cloned())
        })
    }

    fn head_object<'a>(&'a self, bucket: &'a str, key: &'a str) -> Answer<'a, Option<ObjectInfo>> {
        self.answer(bucket, |state| {
            rules::key(key)?;
            Ok(state.buckets.find(bucket, key).map(|body| info(key, body)))
        })
    }

    fn delete_object<'a>(&'a self, bucket: &'a str, key: &'a str) -> Answer<'a, ()> {
        self.answer(bucket, |state| {
            rules::key(key)?;
            if let Some(objects) = state.buckets.0.get_mut(bucket) {
                objects.remove(key);
            }
            Ok(())
        })
    }

    fn list_objects<'a>(
        &'a self,
        bucket: &'a str,
        prefix: &'a str,
        next: Option<String>,
    ) -> Answer<'a, Listed> {
        self.answer(bucket, |state| {
            rules::key(prefix)?;
            let start = next.unwrap_or_else(|| prefix.to_owned());
            let objects = state.buckets.0.get(bucket);
            let mut found = objects
                .into_iter()
                .flat_map(|objects| objects.range(start.clone()..))
                .take_while(|(key, _)| key.starts_with(prefix));
            let objects: Vec<_> =
                found.by_ref().take(rules::PAGE).map(|(key, body)| info(key, body)).collect();
            Ok(Listed { objects, next: found.next().map(|(key, _)| key.clone()) })
        })
    }

    fn presign<'a>(
        &'a self,
        bucket: &'a str,
        key: &'a str,
        presign: Presign,
    ) -> Answer<'a, String> {
        self.answer(bucket, |_| {
            rules::key(key)?;
            rules::presign(&presign)?;
            let method = match presign.method {
                PresignedMethod::Get => "GET",
                PresignedMethod::Put => "PUT",
            };
            let seconds = presign.expires.as_secs();
            Ok(format!("memory://{bucket}/{key}?method={method}&expires={seconds}"))
        })
    }
}
