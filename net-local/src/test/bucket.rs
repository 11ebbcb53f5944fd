//! What a test does to a bucket, and what it sees of it.

use super::Local;
use crate::service::bucket;
use net_dsl::{Bucket, Handle as _, Object};
use net_runtime::{ObjectBody, WrittenAs};
use std::{fmt, marker::PhantomData};

impl Local {
    /// The objects `O` of a bucket.
    #[track_caller]
    pub fn bucket<O: Object>(&self, bucket: &Bucket<O>) -> BucketView<'_, O> {
        let entity = self.entity(bucket.name().id().as_str());
        match self.wiring.buckets.iter().position(|bucket| bucket.entity == entity) {
            Some(bucket) => BucketView { here: self, bucket, typed: PhantomData },
            None => panic!("`{}` is no bucket", self.wiring.name(entity)),
        }
    }
}

/// The objects of a bucket, for a test. Keys are without the prefix of the type.
pub struct BucketView<'h, O> {
    here: &'h Local,
    bucket: usize,
    typed: PhantomData<fn() -> O>,
}

impl<O> fmt::Debug for BucketView<'_, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BucketView({})", self.name())
    }
}

impl<O> BucketView<'_, O> {
    fn name(&self) -> &str {
        &self.here.wiring.buckets[self.bucket].name
    }
}

impl<O: Object> BucketView<'_, O> {
    /// The keys of all objects, in order.
    #[track_caller]
    pub fn keys(&self) -> Vec<String> {
        let all = self.here.with(|engine| engine.services.objects.all(self.name()));
        let own = all.iter().filter_map(|(key, _)| key.strip_prefix(O::PREFIX));
        own.map(str::to_owned).collect()
    }

    /// The object of a key, if there is one.
    #[track_caller]
    pub fn get(&self, key: &str) -> Option<O>
    where
        O: WrittenAs<O::Form>,
    {
        let key = format!("{}{key}", O::PREFIX);
        let found = self.here.with(|engine| engine.services.objects.get(self.name(), &key));
        let body = found.unwrap_or_else(|failure| panic!("{failure}"))?;
        Some(O::read(body.bytes, O::WHAT).unwrap_or_else(|failure| panic!("{failure}")))
    }

    /// Writes an object in place of whatever the key has, as somebody from outside of the network does; whom
    /// the bucket tells of it, it tells.
    #[track_caller]
    pub fn put(&self, key: &str, object: &O)
    where
        O: WrittenAs<O::Form>,
    {
        self.upload(key, object.body().unwrap_or_else(|failure| panic!("{failure}")));
    }

    /// [`BucketView::put`] with whatever bytes, which need not be an object `O`.
    #[track_caller]
    pub fn upload(&self, key: &str, body: ObjectBody) {
        let key = format!("{}{key}", O::PREFIX);
        let written = self.here.with(|engine| {
            let by = self.hand(engine);
            bucket::put(engine, self.name(), &key, body, by)
        });
        written.unwrap_or_else(|failure| panic!("{failure}"));
    }

    /// Removes the object of a key, if there is one.
    #[track_caller]
    pub fn remove(&self, key: &str) {
        let key = format!("{}{key}", O::PREFIX);
        let removed = self.here.with(|engine| {
            let by = self.hand(engine);
            bucket::delete(engine, self.name(), &key, by)
        });
        removed.unwrap_or_else(|failure| panic!("{failure}"));
    }

    /// What comes from outside is a story of its own.
    fn hand(&self, engine: &mut crate::engine::Engine) -> (u32, u32) {
        let story = format!("object-{}", engine.log.happenings.len() + 1);
        (engine.log.correlations.number(&story), 0)
    }
}
