//! Buckets on S3, with the feature `s3`.

use super::Buckets;
use crate::Aws;

#[cfg(not(feature = "s3"))]
impl Buckets for Aws {
    fn put_object<'a>(
        &'a self,
        _: &'a str,
        _: &'a str,
        _: super::ObjectBody,
    ) -> crate::Answer<'a, super::ObjectInfo> {
        without()
    }

    fn get_object<'a>(
        &'a self,
        _: &'a str,
        _: &'a str,
    ) -> crate::Answer<'a, Option<super::ObjectBody>> {
        without()
    }

    fn head_object<'a>(
        &'a self,
        _: &'a str,
        _: &'a str,
    ) -> crate::Answer<'a, Option<super::ObjectInfo>> {
        without()
    }

    fn delete_object<'a>(&'a self, _: &'a str, _: &'a str) -> crate::Answer<'a, ()> {
        without()
    }

    fn list_objects<'a>(
        &'a self,
        _: &'a str,
        _: &'a str,
        _: Option<String>,
    ) -> crate::Answer<'a, super::Listed> {
        without()
    }

    fn presign<'a>(
        &'a self,
        _: &'a str,
        _: &'a str,
        _: super::Presign,
    ) -> crate::Answer<'a, String> {
        without()
    }
}

#[cfg(not(feature = "s3"))]
fn without<'a, T: Send + 'a>() -> crate::Answer<'a, T> {
    let why = "this binary is built without buckets: switch on the feature `s3` of `net-runtime`";
    Box::pin(std::future::ready(Err(crate::Failure::Permanent(why.into()))))
}

#[cfg(feature = "s3")]
mod with {
    use super::*;
    use crate::{
        Answer, Failure,
        backend::aws::failure,
        capability::bucket::{Listed, ObjectBody, ObjectInfo, Presign, PresignedMethod},
    };
    use aws_sdk_s3::{
        Client,
        error::{ProvideErrorMetadata, SdkError},
        presigning::PresigningConfig,
        primitives::ByteStream,
    };

    impl Buckets for Aws {
        fn put_object<'a>(
            &'a self,
            bucket: &'a str,
            key: &'a str,
            body: ObjectBody,
        ) -> Answer<'a, ObjectInfo> {
            Box::pin(async move {
                let size = body.bytes.len() as u64;
                let request = self.s3.put_object().bucket(bucket).key(key);
                let request = request.set_content_type(body.content_type);
                let written = request.body(ByteStream::from(body.bytes)).send().await;
                let written = written.map_err(failure)?;
                let key = key.to_owned();
                Ok(ObjectInfo { key, size, etag: written.e_tag, version: written.version_id })
            })
        }

        fn get_object<'a>(
            &'a self,
            bucket: &'a str,
            key: &'a str,
        ) -> Answer<'a, Option<ObjectBody>> {
            Box::pin(async move {
                let answer = match self.s3.get_object().bucket(bucket).key(key).send().await {
                    Ok(answer) => answer,
                    Err(error) => return missing(&self.s3, bucket, key, error).await,
                };
                // The connection may break in the middle of the object.
                let bytes = answer.body.collect().await;
                let bytes = bytes.map_err(|error| Failure::Temporary(error.into()))?;
                let content_type = answer.content_type;
                Ok(Some(ObjectBody { bytes: bytes.to_vec(), content_type }))
            })
        }

        fn head_object<'a>(
            &'a self,
            bucket: &'a str,
            key: &'a str,
        ) -> Answer<'a, Option<ObjectInfo>> {
            Box::pin(async move {
                let answer = match self.s3.head_object().bucket(bucket).key(key).send().await {
                    Ok(answer) => answer,
                    Err(error) => return missing(&self.s3, bucket, key, error).await,
                };
                Ok(Some(ObjectInfo {
                    key: key.to_owned(),
                    size: bytes(answer.content_length),
                    etag: answer.e_tag,
                    version: answer.version_id,
                }))
            })
        }

        fn delete_object<'a>(&'a self, bucket: &'a str, key: &'a str) -> Answer<'a, ()> {
            Box::pin(async move {
                let request = self.s3.delete_object().bucket(bucket).key(key);
                request.send().await.map(|_| ()).map_err(failure)
            })
        }

        fn list_objects<'a>(
            &'a self,
            bucket: &'a str,
            prefix: &'a str,
            next: Option<String>,
        ) -> Answer<'a, Listed> {
            Box::pin(async move {
                let request = self.s3.list_objects_v2().bucket(bucket).prefix(prefix);
                let answer = request.set_continuation_token(next).send().await.map_err(failure)?;
                let objects = answer.contents.unwrap_or_default().into_iter();
                let objects = objects.map(|object| ObjectInfo {
                    key: object.key.unwrap_or_default(),
                    size: bytes(object.size),
                    etag: object.e_tag,
                    version: None,
                });
                Ok(Listed { objects: objects.collect(), next: answer.next_continuation_token })
            })
        }

        fn presign<'a>(
            &'a self,
            bucket: &'a str,
            key: &'a str,
            presign: Presign,
        ) -> Answer<'a, String> {
            Box::pin(async move {
                let expires = PresigningConfig::expires_in(presign.expires);
                let expires = expires.map_err(|error| Failure::Permanent(error.into()))?;
                let signed = match presign.method {
                    PresignedMethod::Get => {
                        let request = self.s3.get_object().bucket(bucket).key(key);
                        request.presigned(expires).await.map_err(failure)?
                    }
                    PresignedMethod::Put => {
                        let request = self.s3.put_object().bucket(bucket).key(key);
                        request.presigned(expires).await.map_err(failure)?
                    }
                };
                Ok(signed.uri().to_owned())
            })
        }
    }

    fn bytes(length: Option<i64>) -> u64 {
        length.and_then(|length| u64::try_from(length).ok()).unwrap_or_default()
    }

    /// Nothing, if the key is missing. To a role that may list only a part of the bucket, S3 says of a
    /// missing key that it may not be read ("GetObject"), so the list is asked.
    async fn missing<T, E>(
        client: &Client,
        bucket: &str,
        key: &str,
        error: SdkError<E, aws_sdk_s3::config::http::HttpResponse>,
    ) -> Result<Option<T>, Failure>
    where
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        match error.raw_response().map(|response| response.status().as_u16()) {
            Some(404) if error.code() != Some("NoSuchBucket") => Ok(None),
            Some(403) => {
                let request = client.list_objects_v2().bucket(bucket).prefix(key).max_keys(1);
                let listed = request.send().await.map_err(failure)?.contents.unwrap_or_default();
                let first = listed.into_iter().next().and_then(|object| object.key);
                if first.as_deref() == Some(key) { Err(failure(error)) } else { Ok(None) }
            }
            Some(_) | None => Err(failure(error)),
        }
    }
}
