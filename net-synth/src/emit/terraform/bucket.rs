//! Buckets: what is one resource of CloudFormation's is one for each of a bucket's settings here, since the
//! provider makes them by one call each ("aws_s3_bucket", where the arguments are deprecated).

use super::{
    block::{Block, Value},
    expression::Expressions,
};
use crate::plan;

/// A setting of a bucket: its property, the provider's resource, and the argument for each property
/// inside. A path is of blocks; `""` is an object of which only what is inside counts.
pub(super) struct Setting {
    property: &'static str,
    pub(super) resource: &'static str,
    arguments: &'static [(&'static str, &'static str)],
}

const SETTINGS: &[Setting] = &[
    Setting {
        property: "BucketEncryption",
        resource: "aws_s3_bucket_server_side_encryption_configuration",
        arguments: &[
            ("BucketKeyEnabled", "bucket_key_enabled"),
            ("KMSMasterKeyID", "kms_master_key_id"),
            ("SSEAlgorithm", "sse_algorithm"),
            ("ServerSideEncryptionByDefault", "apply_server_side_encryption_by_default"),
            ("ServerSideEncryptionConfiguration", "rule"),
        ],
    },
    Setting {
        property: "CorsConfiguration",
        resource: "aws_s3_bucket_cors_configuration",
        arguments: &[
            ("AllowedHeaders", "allowed_headers"),
            ("AllowedMethods", "allowed_methods"),
            ("AllowedOrigins", "allowed_origins"),
            ("CorsRules", "cors_rule"),
            ("ExposedHeaders", "expose_headers"),
            ("Id", "id"),
            ("MaxAge", "max_age_seconds"),
        ],
    },
    Setting {
        property: "LifecycleConfiguration",
        resource: "aws_s3_bucket_lifecycle_configuration",
        arguments: &[
            ("AbortIncompleteMultipartUpload", "abort_incomplete_multipart_upload"),
            ("DaysAfterInitiation", "days_after_initiation"),
            ("ExpirationInDays", "expiration/days"),
            ("ExpiredObjectDeleteMarker", "expiration/expired_object_delete_marker"),
            ("Id", "id"),
            ("NewerNoncurrentVersions", "newer_noncurrent_versions"),
            ("NoncurrentDays", "noncurrent_days"),
            ("NoncurrentVersionExpiration", "noncurrent_version_expiration"),
            ("Prefix", "filter/prefix"),
            ("Rules", "rule"),
            ("Status", "status"),
        ],
    },
    Setting {
        property: "NotificationConfiguration",
        resource: "aws_s3_bucket_notification",
        arguments: &[
            ("Event", "events"),
            ("EventBridgeConfiguration", ""),
            ("EventBridgeEnabled", "eventbridge"),
            ("Function", "lambda_function_arn"),
            ("LambdaConfigurations", "lambda_function"),
            ("Queue", "queue_arn"),
            ("QueueConfigurations", "queue"),
            ("Topic", "topic_arn"),
            ("TopicConfigurations", "topic"),
        ],
    },
    Setting {
        property: "OwnershipControls",
        resource: "aws_s3_bucket_ownership_controls",
        arguments: &[("ObjectOwnership", "object_ownership"), ("Rules", "rule")],
    },
    Setting {
        property: "PublicAccessBlockConfiguration",
        resource: "aws_s3_bucket_public_access_block",
        arguments: &[
            ("BlockPublicAcls", "block_public_acls"),
            ("BlockPublicPolicy", "block_public_policy"),
            ("IgnorePublicAcls", "ignore_public_acls"),
            ("RestrictPublicBuckets", "restrict_public_buckets"),
        ],
    },
    Setting {
        property: "VersioningConfiguration",
        resource: "aws_s3_bucket_versioning",
        arguments: &[("Status", "versioning_configuration/status")],
    },
];

/// The setting that a property of a bucket is, if it is one.
pub(super) fn setting(property: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.property == property)
}

/// What tells of events: it is made once whoever is told may be.
pub(super) const NOTIFICATION: &str = "aws_s3_bucket_notification";

impl Setting {
    /// The setting as a block; `None` if the provider has no words for it.
    pub(super) fn block(&self, value: &plan::Value, terms: &Expressions<'_>) -> Option<Block> {
        let mut block = Block::new();
        for (key, value) in value.entries() {
            if key == "Filter" {
                filter(&mut block, value, terms)?;
                continue;
            }
            let (_, argument) = self.arguments.iter().find(|(property, _)| *property == key)?;
            match *argument {
                "" => {
                    for (name, value) in self.block(value, terms)?.entries() {
                        block.set(&name, value);
                    }
                }
                // One of CloudFormation's rules is of one event.
                "events" => block.set(argument, Value::List(vec![terms.value(value)?])),
                argument => block.set_at(argument, self.value(value, terms)?),
            }
        }
        Some(block)
    }

    fn value(&self, value: &plan::Value, terms: &Expressions<'_>) -> Option<Value> {
        match value {
            plan::Value::List(items) if items.iter().any(plan::Value::is_object) => {
                let blocks = items.iter().map(|item| {
                    let mut block = self.block(item, terms)?;
                    // A rule of all objects has a filter, and nothing in it.
                    if self.resource == "aws_s3_bucket_lifecycle_configuration"
                        && !block.has("filter")
                    {
                        block.set("filter", Block::new());
                    }
                    Some(Value::from(block))
                });
                blocks.collect::<Option<Vec<_>>>().map(Value::List)
            }
            plan::Value::Object(_) | plan::Value::Map(_) if !value.is_function() => {
                self.block(value, terms).map(Value::from)
            }
            plan::Value::Null
            | plan::Value::Bool(_)
            | plan::Value::Number(_)
            | plan::Value::Text(_)
            | plan::Value::Ref(_)
            | plan::Value::Arn(_)
            | plan::Value::Attribute(_)
            | plan::Value::Pseudo(_)
            | plan::Value::Join(_)
            | plan::Value::List(_)
            | plan::Value::Object(_)
            | plan::Value::Map(_) => terms.value(value),
            plan::Value::Fixed(value) => self.value(value, terms),
        }
    }
}

/// Rules by name are two arguments here.
fn filter(block: &mut Block, value: &plan::Value, terms: &Expressions<'_>) -> Option<()> {
    for rule in value.get("S3Key/Rules")?.items() {
        let argument = match rule.get("Name")?.as_text()? {
            "prefix" => "filter_prefix",
            "suffix" => "filter_suffix",
            _ => return None,
        };
        block.set(argument, terms.value(rule.get("Value")?)?);
    }
    Some(())
}
