//! Buckets: objects found by key, and events that tell of them.

mod event;
mod object;

pub use event::{
    BucketEvents, Created, EVENT, KeyPart, ObjectEvent, PREFIX, Removed, SOURCE, SUFFIX,
};
pub(crate) use object::overlap;
pub use object::{Bytes, Form, Json, Object, Place, Stored, check_object};

use super::{
    Descriptor, GivenRemoval, Handle, Holds, Kind, REMOVAL, Removal, Shape, Starts,
    external_service::{GivenUrl, Url},
    facts, handle_impls, no_time,
};
use crate::{
    Bounded, Name, Verb,
    facts::{Attribute, Facts, Value},
    given::{GivenName, GivenSeconds},
    link::Store,
    property::{Makes, s3},
    range,
    reference::{HasArn, Refers},
};
use smol_str::{SmolStr, format_smolstr};
use std::marker::PhantomData;
use typed_builder::TypedBuilder;

/// Attributes `object/NAME`: the Rust type of what the bucket holds.
pub const OBJECT: &str = "object/";
/// Attributes `object-prefix/NAME`: what the keys of those objects start with.
pub const OBJECT_PREFIX: &str = "object-prefix/";
/// Attributes `object-expiry/NAME`: after how many seconds those objects are removed.
pub const OBJECT_EXPIRY: &str = "object-expiry/";
/// Attributes `origin/URL`: a web site whose pages may use presigned URLs.
pub const ORIGIN: &str = "origin/";
/// Whether earlier versions of objects are kept.
pub const VERSIONS: Attribute<bool> = Attribute::new("versions");
/// For how many seconds earlier versions are kept.
pub const OLD_VERSIONS: Attribute<Bounded<range::ObjectAge>> = Attribute::new("old-versions");

/// What the kind is.
pub(super) const DESCRIPTOR: Descriptor = Descriptor {
    word: "bucket",
    article: "a bucket",
    shape: Shape::Bucket,
    holds: Holds::Data,
    starts: Starts::Outside,
    suffixes: &["Bucket", "BucketPolicy"],
    permitted: true,
    unattended: true,
    provides: &[Verb::Reads, Verb::Writes],
    is_typed: |facts, what| facts.claims(&format_smolstr!("{OBJECT}{what}")).is_some(),
    unlinked: None,
    time: no_time,
};

/// A bucket of objects `O`, deployed as an S3 bucket: encrypted, private, and reached over TLS alone.
///
/// Its name is made of the stack's, its own, the account and the region, since all buckets of all
/// accounts share one space of names. It outlives its stack unless `removal` says otherwise. Handles of
/// one name and different objects are one bucket, which holds both.
///
/// ```
/// use net_dsl::prelude::*;
///
/// pub struct Photo(Vec<u8>);
/// pub struct Thumbnail(Vec<u8>);
/// objects! { Photo in "photos/" as bytes, Thumbnail in "thumbnails/" as bytes }
///
/// contract! {
///     /// Makes a thumbnail of each photo.
///     pub Resize: Created<Photo> => () { reads Photo, writes Thumbnail }
/// }
/// let photos = Bucket::<Photo>::builder().name(name!("album")).build();
/// let thumbnails = Bucket::<Thumbnail>::builder().name(name!("album")).build();
/// let resize = Function::<Resize>::builder().name(name!("resize")).code(binary!("resize")).build();
/// let album = photos.created().ending(key_part!(".jpg")).triggers(&resize)
///     + resize.reads(&photos)
///     + resize.writes(&thumbnails);
/// assert_eq!(album.len(), 2);
/// assert!(net_dsl::check::check(&album).is_empty());
/// ```
#[derive(TypedBuilder)]
pub struct Bucket<O: Object> {
    #[builder(setter(transform = |name: impl GivenName| name.given()))]
    name: Name,
    /// What becomes of the data when the stack drops the bucket; it is retained if unset.
    #[builder(default, setter(transform = |removal: impl GivenRemoval| Some(removal.given())))]
    removal: Option<Removal>,
    /// Whether what is overwritten or removed is kept as an earlier version; not if unset.
    #[builder(default, setter(strip_option))]
    versions: Option<bool>,
    /// How long earlier versions are kept: whole days; for ever if unset.
    #[builder(default, setter(transform = |old_versions: impl GivenSeconds<range::ObjectAge>| Some(old_versions.given())))]
    old_versions: Option<Bounded<range::ObjectAge>>,
    /// How old an object `O` becomes before it is removed: whole days; for ever if unset.
    #[builder(default, setter(transform = |expiry: impl GivenSeconds<range::ObjectAge>| Some(expiry.given())))]
    expiry: Option<Bounded<range::ObjectAge>>,
    /// The web sites whose pages may use presigned URLs, as `url!("https://app.example.com")`.
    #[builder(default, setter(transform = |origins: impl IntoIterator<Item: GivenUrl>| {
        origins.into_iter().map(GivenUrl::given).collect()
    }))]
    origins: Vec<Url>,
    #[builder(default, setter(skip))]
    typed: PhantomData<fn() -> O>,
}

handle_impls!(Bucket<O: Object> { name, removal, versions, old_versions, expiry, origins });

impl<O: Object> Bucket<O> {
    /// Events that tell of objects `O` created, or written anew.
    pub fn created(&self) -> BucketEvents<O, Created<O>> {
        BucketEvents::new(self, ObjectEvent::Created)
    }

    /// Events that tell of objects `O` removed, or marked as removed. An expiry is no removal: S3 tells of
    /// it by other events.
    pub fn removed(&self) -> BucketEvents<O, Removed<O>> {
        BucketEvents::new(self, ObjectEvent::Removed)
    }
}

impl<O: Object> Handle for Bucket<O> {
    fn name(&self) -> &Name {
        &self.name
    }

    fn facts(&self) -> Facts {
        const { O::CHECKED };
        let what = O::WHAT;
        let type_name = SmolStr::new_static(std::any::type_name::<O>());
        let mut facts = facts(Kind::Bucket, &self.name)
            .with_value(format_smolstr!("{OBJECT}{what}"), Value::Text(type_name))
            .with_value(
                format_smolstr!("{OBJECT_PREFIX}{what}"),
                Value::Text(SmolStr::new_static(O::PREFIX)),
            )
            .maybe(REMOVAL, self.removal)
            .maybe(VERSIONS, self.versions)
            .maybe(OLD_VERSIONS, self.old_versions);
        if let Some(expiry) = self.expiry {
            let key = format_smolstr!("{OBJECT_EXPIRY}{what}");
            facts = facts.with_value(key, Value::Number(expiry.get()));
        }
        for origin in &self.origins {
            let key = format_smolstr!("{ORIGIN}{}", origin.as_str());
            facts = facts.with_value(key, Value::Bool(true));
        }
        facts
    }
}

impl<O: Object> Store for Bucket<O> {
    type Item = O;
}

impl<O: Object> Makes<s3::Bucket> for Bucket<O> {
    const PART: &'static str = "bucket";
}

impl<O: Object> Refers for Bucket<O> {}

impl<O: Object> HasArn for Bucket<O> {}
