//! S3 as functions call it, by path: objects put, got, looked at, deleted, listed.

use super::{Refusal, decoded, escaped, text, xml};
use crate::engine::port::Port;
use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use net_runtime::{Buckets as _, ObjectBody, ObjectInfo};
use std::{collections::HashMap, fmt::Write as _};

/// What is asked of a bucket or an object.
pub(super) async fn answer(
    port: &Port,
    method: &str,
    path: &str,
    query: &str,
    headers: &HeaderMap,
    body: Vec<u8>,
) -> Response {
    let (bucket, key) = path.trim_start_matches('/').split_once('/').unwrap_or((path, ""));
    let (bucket, key) = (decoded(bucket.trim_start_matches('/')), decoded(key));
    let done = match (method, key.as_str()) {
        ("GET", "") => list(port, &bucket, query).await,
        ("PUT", key) if !key.is_empty() => {
            let content_type = text(headers, "content-type").map(str::to_owned);
            put(port, &bucket, key, ObjectBody { bytes: unchunked(headers, body), content_type })
                .await
        }
        ("GET", key) => get(port, &bucket, key).await,
        ("HEAD", key) if !key.is_empty() => head(port, &bucket, key).await,
        ("DELETE", key) if !key.is_empty() => {
            let deleted = port.delete_object(&bucket, key).await;
            deleted.map(|()| StatusCode::NO_CONTENT.into_response()).map_err(Refusal::from)
        }
        _ => Err(Refusal::unknown(&format!("s3 {method} {path}"))),
    };
    done.unwrap_or_else(|refusal| {
        let (code, message) = (escaped(&refusal.code), escaped(&refusal.message));
        xml(
            refusal.status,
            format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>"),
        )
    })
}

fn with_info(mut response: Response, info: &ObjectInfo) -> Response {
    let put = |headers: &mut HeaderMap, name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    let headers = response.headers_mut();
    if let Some(etag) = &info.etag {
        put(headers, header::ETAG, etag);
    }
    if let Some(version) = &info.version {
        put(headers, HeaderName::from_static("x-amz-version-id"), version);
    }
    response
}

async fn put(port: &Port, bucket: &str, key: &str, body: ObjectBody) -> Result<Response, Refusal> {
    let info = port.put_object(bucket, key, body).await?;
    Ok(with_info(StatusCode::OK.into_response(), &info))
}

fn no_such_key() -> Refusal {
    let refusal = Refusal::new("NoSuchKey", "The specified key does not exist.");
    Refusal { status: StatusCode::NOT_FOUND, ..refusal }
}

async fn get(port: &Port, bucket: &str, key: &str) -> Result<Response, Refusal> {
    let body = port.get_object(bucket, key).await?.ok_or_else(no_such_key)?;
    let kind = body.content_type.unwrap_or_else(|| "binary/octet-stream".to_owned());
    Ok(([(header::CONTENT_TYPE, kind)], body.bytes).into_response())
}

async fn head(port: &Port, bucket: &str, key: &str) -> Result<Response, Refusal> {
    let info = port.head_object(bucket, key).await?.ok_or_else(no_such_key)?;
    let length = [(header::CONTENT_LENGTH, info.size.to_string())];
    Ok(with_info(length.into_response(), &info))
}

async fn list(port: &Port, bucket: &str, query: &str) -> Result<Response, Refusal> {
    let asked: HashMap<String, String> =
        form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    if asked.get("list-type").map(String::as_str) != Some("2") {
        return Err(Refusal::unknown("s3 GET of a bucket but ListObjectsV2"));
    }
    let prefix = asked.get("prefix").map(String::as_str).unwrap_or_default();
    let next = asked.get("continuation-token").cloned();
    let listed = port.list_objects(bucket, prefix, next).await?;
    let mut text = String::from("<ListBucketResult>");
    // Writing into a string does not fail.
    let _ = write!(
        text,
        "<Name>{}</Name><Prefix>{}</Prefix><KeyCount>{}</KeyCount><IsTruncated>{}</IsTruncated>",
        escaped(bucket),
        escaped(prefix),
        listed.objects.len(),
        listed.next.is_some()
    );
    if let Some(next) = &listed.next {
        let _ = write!(text, "<NextContinuationToken>{}</NextContinuationToken>", escaped(next));
    }
    for object in &listed.objects {
        let etag = object.etag.as_deref().unwrap_or_default();
        let _ = write!(
            text,
            "<Contents><Key>{}</Key><Size>{}</Size><ETag>{}</ETag></Contents>",
            escaped(&object.key),
            object.size,
            escaped(etag)
        );
    }
    text.push_str("</ListBucketResult>");
    Ok(xml(StatusCode::OK, text))
}

/// A body as it is, of one that was sent in chunks with signatures or checksums between them ("Signature
/// calculations for the authorization header: transferring a payload in multiple chunks").
fn unchunked(headers: &HeaderMap, body: Vec<u8>) -> Vec<u8> {
    let hash = text(headers, "x-amz-content-sha256").unwrap_or_default();
    if !hash.starts_with("STREAMING-") {
        return body;
    }
    let (mut whole, mut rest) = (Vec::new(), body.as_slice());
    while let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") {
        let line = String::from_utf8_lossy(&rest[..end]).into_owned();
        let size = line.split(';').next().unwrap_or_default();
        let size = usize::from_str_radix(size, 16).unwrap_or_default();
        let start = end + 2;
        if size == 0 || start + size > rest.len() {
            break;
        }
        whole.extend_from_slice(&rest[start..start + size]);
        rest = rest.get(start + size + 2..).unwrap_or_default();
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_put_together() {
        let mut headers = HeaderMap::new();
        let chunked =
            b"4;chunk-signature=a\r\nsoup\r\n1\r\n!\r\n0\r\nx-amz-checksum-crc32:A==\r\n\r\n";
        assert_eq!(unchunked(&headers, chunked.to_vec()), chunked);
        let kind = HeaderValue::from_static("STREAMING-UNSIGNED-PAYLOAD-TRAILER");
        headers.insert("x-amz-content-sha256", kind);
        assert_eq!(unchunked(&headers, chunked.to_vec()), b"soup!");
    }
}
