//! What a back end does with buckets.

use crate::{Answer, Failure};
use std::time::Duration;

/// Buckets of objects. Keys are whole, their prefix included.
///
/// What does without buckets says so in one line, `impl Buckets for Mine {}`, and fails when it is asked.
pub trait Buckets {
    /// Writes an object in place of whatever the key has. Done twice, it is as if it was done once.
    fn put_object<'a>(
        &'a self,
        bucket: &'a str,
        key: &'a str,
        body: ObjectBody,
    ) -> Answer<'a, ObjectInfo> {
        let _ = (bucket, key, body);
        none()
    }

    /// What the object of a key holds, if there is one.
    fn get_object<'a>(&'a self, bucket: &'a str, key: &'a str) -> Answer<'a, Option<ObjectBody>> {
        let _ = (bucket, key);
        none()
    }

    /// What is known of the object of a key, if there is one.
    fn head_object<'a>(&'a self, bucket: &'a str, key: &'a str) -> Answer<'a, Option<ObjectInfo>> {
        let _ = (bucket, key);
        none()
    }

    /// Removes the object of a key, if there is one.
    fn delete_object<'a>(&'a self, bucket: &'a str, key: &'a str) -> Answer<'a, ()> {
        let _ = (bucket, key);
        none()
    }

    /// A page of the objects whose keys start so, in order of the bytes of their keys.
    fn list_objects<'a>(
        &'a self,
        bucket: &'a str,
        prefix: &'a str,
        next: Option<String>,
    ) -> Answer<'a, Listed> {
        let _ = (bucket, prefix, next);
        none()
    }

    /// A URL with which anybody may do one thing with one object for a while.
    fn presign<'a>(
        &'a self,
        bucket: &'a str,
        key: &'a str,
        presign: Presign,
    ) -> Answer<'a, String> {
        let _ = (bucket, key, presign);
        none()
    }
}

fn none<'a, T: Send + 'a>() -> Answer<'a, T> {
    let failure = Failure::Permanent("this back end has no buckets".into());
    Box::pin(std::future::ready(Err(failure)))
}

/// What an object holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectBody {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// What they are, as in `image/jpeg`.
    pub content_type: Option<String>,
}

/// What is known of an object without reading it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectInfo {
    /// Its key.
    pub key: String,
    /// How many bytes it has.
    pub size: u64,
    /// A hash of what it holds, in no certain form.
    pub etag: Option<String>,
    /// Which version it is, if the bucket keeps versions.
    pub version: Option<String>,
}

/// Objects of a bucket, and where to go on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// The objects, in order of the bytes of their keys; at most 1,000.
    pub objects: Vec<ObjectInfo>,
    /// What gives the next page, if there is one.
    pub next: Option<String>,
}

/// What a URL allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presign {
    /// What may be done.
    pub method: PresignedMethod,
    /// For how long.
    pub expires: Duration,
}

/// What may be done with a presigned URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresignedMethod {
    /// To read the object.
    Get,
    /// To write it.
    Put,
}
