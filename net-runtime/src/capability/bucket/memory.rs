//! Buckets in memory, which refuse what S3 refuses.

use super::{Buckets, Listed, ObjectBody, ObjectInfo, Presign, PresignedMethod, rules};
use crate::{Answer, Failure, Memory};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, HashMap};

/// The objects of all buckets, by bucket and key: what [`Memory`] holds, and whoever else stands in for S3.
#[derive(Debug, Default)]
pub struct Objects(HashMap<String, BTreeMap<String, ObjectBody>>);

impl Memory {
    /// The objects of a bucket, in order of key, each with its whole key.
    pub fn objects(&self, bucket: &str) -> Vec<(String, ObjectBody)> {
        self.state().buckets.all(bucket)
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

    /// The objects of a bucket, in order of key, each with its whole key.
    pub fn all(&self, bucket: &str) -> Vec<(String, ObjectBody)> {
        let objects = self.0.get(bucket).into_iter().flatten();
        objects.map(|(key, body)| (key.clone(), body.clone())).collect()
    }

    /// Writes an object in place of whatever the key has.
    ///
    /// # Errors
    /// What S3 answers if it refuses.
    pub fn put(
        &mut self,
        bucket: &str,
        key: &str,
        body: ObjectBody,
    ) -> Result<ObjectInfo, Failure> {
        rules::key(key)?;
        rules::body(&body)?;
        let written = info(key, &body);
        self.0.entry(bucket.to_owned()).or_default().insert(key.to_owned(), body);
        Ok(written)
    }

    /// What the object of a key holds, if there is one.
    ///
    /// # Errors
    /// What S3 answers if it refuses.
    pub fn get(&self, bucket: &str, key: &str) -> Result<Option<ObjectBody>, Failure> {
        rules::key(key)?;
        Ok(self.find(bucket, key).cloned())
    }

    /// What is known of the object of a key, if there is one.
    ///
    /// # Errors
    /// What S3 answers if it refuses.
    pub fn head(&self, bucket: &str, key: &str) -> Result<Option<ObjectInfo>, Failure> {
        rules::key(key)?;
        Ok(self.find(bucket, key).map(|body| info(key, body)))
    }

    /// Removes the object of a key; whether there was one.
    ///
    /// # Errors
    /// What S3 answers if it refuses.
    pub fn delete(&mut self, bucket: &str, key: &str) -> Result<bool, Failure> {
        rules::key(key)?;
        Ok(self.0.get_mut(bucket).and_then(|objects| objects.remove(key)).is_some())
    }

    /// A page of the objects whose keys start so.
    ///
    /// # Errors
    /// What S3 answers if it refuses.
    pub fn list(
        &self,
        bucket: &str,
        prefix: &str,
        next: Option<String>,
    ) -> Result<Listed, Failure> {
        rules::key(prefix)?;
        let start = next.unwrap_or_else(|| prefix.to_owned());
        let mut found = self
            .0
            .get(bucket)
            .into_iter()
            .flat_map(|objects| objects.range(start.clone()..))
            .take_while(|(key, _)| key.starts_with(prefix));
        let objects: Vec<_> =
            found.by_ref().take(rules::PAGE).map(|(key, body)| info(key, body)).collect();
        Ok(Listed { objects, next: found.next().map(|(key, _)| key.clone()) })
    }

    /// A URL that leads nowhere, and says what it would allow.
    ///
    /// # Errors
    /// What S3 answers if it refuses.
    pub fn presign(&self, bucket: &str, key: &str, presign: &Presign) -> Result<String, Failure> {
        rules::key(key)?;
        rules::presign(presign)?;
        let method = match presign.method {
            PresignedMethod::Get => "GET",
            PresignedMethod::Put => "PUT",
        };
        let seconds = presign.expires.as_secs();
        Ok(format!("memory://{bucket}/{key}?method={method}&expires={seconds}"))
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
        self.answer(bucket, |state| state.buckets.put(bucket, key, body))
    }

    fn get_object<'a>(&'a self, bucket: &'a str, key: &'a str) -> Answer<'a, Option<ObjectBody>> {
        self.answer(bucket, |state| state.buckets.get(bucket, key))
    }

    fn head_object<'a>(&'a self, bucket: &'a str, key: &'a str) -> Answer<'a, Option<ObjectInfo>> {
        self.answer(bucket, |state| state.buckets.head(bucket, key))
    }

    fn delete_object<'a>(&'a self, bucket: &'a str, key: &'a str) -> Answer<'a, ()> {
        self.answer(bucket, |state| state.buckets.delete(bucket, key).map(|_| ()))
    }

    fn list_objects<'a>(
        &'a self,
        bucket: &'a str,
        prefix: &'a str,
        next: Option<String>,
    ) -> Answer<'a, Listed> {
        self.answer(bucket, |state| state.buckets.list(bucket, prefix, next))
    }

    fn presign<'a>(
        &'a self,
        bucket: &'a str,
        key: &'a str,
        presign: Presign,
    ) -> Answer<'a, String> {
        self.answer(bucket, |state| state.buckets.presign(bucket, key, &presign))
    }
}
