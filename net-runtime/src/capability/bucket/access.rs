//! Buckets in a handler's hands.

use super::{Listed, ObjectBody, ObjectInfo, Presign, PresignedMethod};
use crate::{Context, Failure, Pending};
use net_dsl::{
    Bounded, Contract, Object, ReadsItem, WritesItem,
    entity::bucket::{Bytes, Json},
    range,
};
use serde::{Serialize, de::DeserializeOwned};
use std::{marker::PhantomData, time::Duration};

/// A value that is written in the form `F`: by serde as [`Json`], or as the [`Bytes`] that it gives and is
/// made of.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written and read as the form that its `objects!` says",
    label = "a form of objects is missing here",
    note = "an object in JSON derives `Serialize` and `Deserialize`; one declared `as bytes` has `AsRef<[u8]>` and `From<Vec<u8>>`"
)]
pub trait WrittenAs<F>: Sized {
    #[doc(hidden)]
    fn body(&self) -> Result<ObjectBody, Failure>;

    #[doc(hidden)]
    fn read(bytes: Vec<u8>, what: &'static str) -> Result<Self, Failure>;
}

impl<O: Object + Serialize + DeserializeOwned> WrittenAs<Json> for O {
    fn body(&self) -> Result<ObjectBody, Failure> {
        let bytes = serde_json::to_vec(self).map_err(|error| Failure::malformed(O::WHAT, error))?;
        Ok(ObjectBody { bytes, content_type: Some("application/json".to_owned()) })
    }

    fn read(bytes: Vec<u8>, what: &'static str) -> Result<O, Failure> {
        serde_json::from_slice(&bytes).map_err(|error| Failure::malformed(what, error))
    }
}

impl<O: Object + AsRef<[u8]> + From<Vec<u8>>> WrittenAs<Bytes> for O {
    fn body(&self) -> Result<ObjectBody, Failure> {
        Ok(ObjectBody { bytes: self.as_ref().to_vec(), content_type: None })
    }

    fn read(bytes: Vec<u8>, _: &'static str) -> Result<O, Failure> {
        Ok(O::from(bytes))
    }
}

/// The objects `O` of a bucket, for code under contract `C`.
///
/// Keys are what follows the prefix of the type, so that code never leaves it. A request that fails for the
/// moment is tried again, as [`Context::retry`] does: writing and deleting are the same done once or twice,
/// though each is an event. Of two that write one key at a time, the later one stays.
pub struct BucketAccess<'c, C, O> {
    context: &'c Context<C>,
    bucket: &'c str,
    typed: PhantomData<fn() -> O>,
}

impl<C, O> std::fmt::Debug for BucketAccess<'_, C, O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BucketAccess({})", self.bucket)
    }
}

impl<'c, C: Contract, O: Object> BucketAccess<'c, C, O> {
    pub(crate) fn new(context: &'c Context<C>, bucket: &'c str) -> BucketAccess<'c, C, O> {
        BucketAccess { context, bucket, typed: PhantomData }
    }

    /// Writes an object in place of whatever the key has.
    ///
    /// # Errors
    /// [`Failure`], if it cannot be written: of more than 5 GB, under a key of more than 1,024 bytes.
    pub fn put(&self, key: &str, object: &O) -> Pending<'c, ObjectInfo>
    where
        C: WritesItem<O>,
        O: WrittenAs<O::Form>,
    {
        self.put_body(key, object.body())
    }

    /// [`BucketAccess::put`] with the type of its content, as in `image/jpeg`, which a browser goes by.
    ///
    /// # Errors
    /// [`Failure`], if it cannot be written.
    pub fn put_as(&self, key: &str, object: &O, content_type: &str) -> Pending<'c, ObjectInfo>
    where
        C: WritesItem<O>,
        O: WrittenAs<O::Form>,
    {
        let content_type = Some(content_type.to_owned());
        self.put_body(key, object.body().map(|body| ObjectBody { content_type, ..body }))
    }

    fn put_body(&self, key: &str, body: Result<ObjectBody, Failure>) -> Pending<'c, ObjectInfo> {
        let (context, bucket, key) = (self.context, self.bucket, whole::<O>(key));
        Box::pin(async move {
            let (key, body) = (key?, body?);
            let put = || context.backend().put_object(bucket, &key, body.clone());
            own::<O>(context.retry(put).await?)
        })
    }

    /// The object of a key, if there is one.
    ///
    /// # Errors
    /// [`Failure`], if it cannot be read, or is something else.
    pub fn get(&self, key: &str) -> Pending<'c, Option<O>>
    where
        C: ReadsItem<O>,
        O: WrittenAs<O::Form>,
    {
        let (context, bucket, key) = (self.context, self.bucket, whole::<O>(key));
        Box::pin(async move {
            let key = key?;
            let found = context.retry(|| context.backend().get_object(bucket, &key)).await?;
            found.map(|body| O::read(body.bytes, O::WHAT)).transpose()
        })
    }

    /// What is known of the object of a key, if there is one.
    ///
    /// # Errors
    /// [`Failure`], if the bucket cannot be read.
    pub fn head(&self, key: &str) -> Pending<'c, Option<ObjectInfo>>
    where
        C: ReadsItem<O>,
    {
        let (context, bucket, key) = (self.context, self.bucket, whole::<O>(key));
        Box::pin(async move {
            let key = key?;
            let found = context.retry(|| context.backend().head_object(bucket, &key)).await?;
            found.map(own::<O>).transpose()
        })
    }

    /// Removes the object of a key, if there is one. In a bucket that keeps versions it is marked as
    /// removed.
    ///
    /// # Errors
    /// [`Failure`], if it cannot be removed.
    pub fn delete(&self, key: &str) -> Pending<'c, ()>
    where
        C: WritesItem<O>,
    {
        let (context, bucket, key) = (self.context, self.bucket, whole::<O>(key));
        Box::pin(async move {
            let key = key?;
            context.retry(|| context.backend().delete_object(bucket, &key)).await
        })
    }

    /// The objects whose keys start so, in order of the bytes of their keys; all pages. An empty text gives
    /// all objects of the type.
    ///
    /// # Errors
    /// [`Failure`], if the bucket cannot be read.
    pub fn list(&self, under: &str) -> Pending<'c, Vec<ObjectInfo>>
    where
        C: ReadsItem<O>,
    {
        let access = BucketAccess::<C, O>::new(self.context, self.bucket);
        let under = under.to_owned();
        Box::pin(async move {
            let mut objects = Vec::new();
            let mut next = None;
            loop {
                let page = access.list_page(&under, next).await?;
                objects.extend(page.objects);
                next = page.next;
                if next.is_none() {
                    return Ok(objects);
                }
            }
        })
    }

    /// A page of [`BucketAccess::list`], at most 1,000 objects; `next` is what the page before has said.
    ///
    /// # Errors
    /// [`Failure`], if the bucket cannot be read.
    pub fn list_page(&self, under: &str, next: Option<String>) -> Pending<'c, Listed>
    where
        C: ReadsItem<O>,
    {
        let (context, bucket, prefix) =
            (self.context, self.bucket, format!("{}{under}", O::PREFIX));
        Box::pin(async move {
            let list = || context.backend().list_objects(bucket, &prefix, next.clone());
            let Listed { objects, next } = context.retry(list).await?;
            let objects = objects.into_iter().map(own::<O>).collect::<Result<_, _>>()?;
            Ok(Listed { objects, next })
        })
    }

    /// A URL by which anybody can read the object of a key, for 1 second to 7 days: no longer than the
    /// credentials last that it is signed with, which are a function's for some hours.
    ///
    /// Whether there is such an object is not asked.
    ///
    /// # Errors
    /// [`Failure`], if it cannot be signed.
    pub fn presign_get(&self, key: &str, expires: Bounded<range::Presigned>) -> Pending<'c, String>
    where
        C: ReadsItem<O>,
    {
        self.presign(key, PresignedMethod::Get, expires)
    }

    /// A URL by which anybody can write the object of a key, as [`BucketAccess::presign_get`]. Pages of web
    /// sites can, if they are among the bucket's `origins`.
    ///
    /// # Errors
    /// [`Failure`], if it cannot be signed.
    pub fn presign_put(&self, key: &str, expires: Bounded<range::Presigned>) -> Pending<'c, String>
    where
        C: WritesItem<O>,
    {
        self.presign(key, PresignedMethod::Put, expires)
    }

    fn presign(
        &self,
        key: &str,
        method: PresignedMethod,
        expires: Bounded<range::Presigned>,
    ) -> Pending<'c, String> {
        let (context, bucket, key) = (self.context, self.bucket, whole::<O>(key));
        let presign = Presign { method, expires: Duration::from_secs(expires.get()) };
        Box::pin(async move { context.backend().presign(bucket, &key?, presign).await })
    }
}

/// A key with the prefix of its type.
fn whole<O: Object>(key: &str) -> Result<String, Failure> {
    if key.is_empty() {
        return Err(Failure::Permanent("the key of an object is empty".into()));
    }
    Ok(format!("{}{key}", O::PREFIX))
}

/// What is known of an object, by the key that code has.
fn own<O: Object>(info: ObjectInfo) -> Result<ObjectInfo, Failure> {
    match info.key.strip_prefix(O::PREFIX) {
        Some(key) => Ok(ObjectInfo { key: key.to_owned(), ..info }),
        None => Err(Failure::malformed(O::WHAT, format!("its key is `{}`", info.key))),
    }
}
