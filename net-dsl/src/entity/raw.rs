//! Raw resources: whatever CloudFormation has and the language does not.

use super::{
    Descriptor, GivenRemoval, Handle, Holds, Kind, REMOVAL, Removal, Shape, Starts, by_message,
    facts, no_time,
};
use crate::{
    Name,
    facts::{Attribute, Facts},
    given::{GivenName, given},
    property,
    reference::{HasArn, Refers},
};
use smol_str::SmolStr;
use typed_builder::TypedBuilder;

/// The CloudFormation type.
pub const RESOURCE_TYPE: Attribute<SmolStr> = Attribute::new("resource-type");

/// What the kind is.
pub(super) const DESCRIPTOR: Descriptor = Descriptor {
    word: "raw resource",
    article: "a raw resource",
    suffixes: &["Resource"],
    shape: Shape::Rectangle,
    holds: Holds::Data,
    starts: Starts::Never,
    permitted: false,
    unattended: false,
    provides: &[],
    is_typed: by_message,
    unlinked: None,
    time: no_time,
};

/// One CloudFormation resource of any type, its properties as JSON.
///
/// It adds up like every entity: each entry of its properties, at whatever depth, is an attribute. Its properties refer to
/// others by their handles ([`ref_of`](crate::ref_of), [`arn_of`](crate::arn_of),
/// [`attribute_of`](crate::attribute_of)) or, as in any template, by logical id in `Ref`, `Fn::GetAtt`
/// and `Fn::Sub`; its own is its name in Pascal case with `Resource` behind. Both follow when the
/// network is renamed, lead to a resource or are found by rule P201, and count as links: a function that an
/// event source mapping, a rule or a permission refers to is started. Properties are held to
/// CloudFormation's schemas by rule P202, for the types that it lists.
///
/// It stays when its stack is deleted, unless `.removal(Removal::Delete)` says otherwise or its type
/// holds no data: rules, alarms, policies, permissions, …
///
/// ```
/// use net_dsl::prelude::*;
/// use serde_json::json;
///
/// let photos = Raw::builder()
///     .name(name!("photos"))
///     .resource_type(resource_type!("AWS::S3::Bucket"))
///     .properties(json!({ "VersioningConfiguration": { "Status": "Enabled" } }))
///     .build();
/// # let _ = photos;
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, TypedBuilder)]
pub struct Raw {
    #[builder(setter(transform = |name: impl GivenName| name.given()))]
    name: Name,
    /// The CloudFormation type.
    #[builder(setter(transform = |resource_type: impl GivenResourceType| resource_type.given()))]
    resource_type: ResourceType,
    /// The properties: a JSON object. Anything else counts as no properties.
    #[builder(default)]
    properties: serde_json::Value,
    /// What becomes of the resource when the stack drops it; if unset, it is retained where its type
    /// may hold data.
    #[builder(default, setter(transform = |removal: impl GivenRemoval| Some(removal.given())))]
    removal: Option<Removal>,
}

super::starts_a_sum!(Raw);

impl Handle for Raw {
    fn name(&self) -> &Name {
        &self.name
    }

    fn facts(&self) -> Facts {
        let mut facts = facts(Kind::Raw, &self.name)
            .with(RESOURCE_TYPE, self.resource_type.0.clone())
            .maybe(REMOVAL, self.removal);
        for (name, value) in self.properties.as_object().into_iter().flatten() {
            for (key, value) in property::entries("resource", &property::escaped(name), value) {
                facts = facts.with_value(key, value);
            }
        }
        facts
    }
}

/// The name of a CloudFormation type; written with [`resource_type!`](crate::resource_type).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ResourceType(SmolStr);

impl ResourceType {
    #[doc(hidden)]
    #[track_caller]
    pub const fn literal(name: &'static str) -> ResourceType {
        let bytes = name.as_bytes();
        let (mut i, mut parts, mut length) = (0, 1, 0);
        while i < bytes.len() {
            if i + 1 < bytes.len() && bytes[i] == b':' && bytes[i + 1] == b':' && length > 0 {
                parts += 1;
                length = 0;
                i += 2;
                continue;
            }
            assert!(
                bytes[i].is_ascii_alphanumeric(),
                "a resource type is written `Organisation::Service::Resource`, as in `AWS::S3::Bucket`"
            );
            length += 1;
            i += 1;
        }
        assert!(
            (parts == 3 || parts == 4) && length > 0,
            "a resource type is written `Organisation::Service::Resource`, as in `AWS::S3::Bucket`"
        );
        ResourceType(SmolStr::new_static(name))
    }
}

/// A CloudFormation type, its form checked while compiling.
#[macro_export]
macro_rules! resource_type {
    ($name:expr $(,)?) => {{
        // Without a name, so that none of the user's is hidden.
        const _: $crate::entity::raw::ResourceType =
            $crate::entity::raw::ResourceType::literal($name);
        $crate::entity::raw::ResourceType::literal($name)
    }};
    ($($wrong:tt)*) => {
        ::core::compile_error!(
            "`resource_type!` takes one text, as in `resource_type!(\"AWS::S3::Bucket\")`"
        )
    };
}

impl Refers for Raw {}

/// By the attribute `Arn`, which P201 looks for in its type; where `Ref` gives the ARN, as of SNS
/// topics, write [`ref_of`](crate::ref_of).
impl HasArn for Raw {}

given! {
    /// The name of a CloudFormation type.
    GivenResourceType for ResourceType:
        "`{Self}` is not a type of CloudFormation's",
        "a type is written `resource_type!(\"AWS::S3::Bucket\")`",
        "the macro checks its form while compiling";
}
