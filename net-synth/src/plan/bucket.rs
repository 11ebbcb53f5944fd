//! Buckets, private and encrypted, and what they tell of.
//!
//! A bucket's notification refers to the function that it starts, the function's role and environment to
//! the bucket, and the permission to both: a circle. It is cut by the bucket's name, which is made of
//! what is known before the bucket is there; nothing but its own policy refers to the bucket itself.

use super::{
    LogicalId, Need, Part, Planned, Planner, PropertyKey, Pseudo, Sender, Value,
    key::{Encryption, SENDS, TAKES},
    policy::{self, allow, allow_if},
    topic, types,
    value::object,
};
use net_dsl::{
    Facts, GraphNode, Kind, Link, Verb, binding,
    entity::{
        MESSAGE,
        bucket::{
            EVENT, OBJECT_EXPIRY, OBJECT_PREFIX, OLD_VERSIONS, ORIGIN, ObjectEvent, PREFIX, SUFFIX,
            VERSIONS,
        },
    },
    facts::{Scalar, Value as Fact},
};
use smol_str::{SmolStr, SmolStrBuilder, format_smolstr};

pub(super) struct Bucket;

/// After how many days the parts of an upload that was never finished are removed; they cost what
/// objects cost, and are in no list of objects.
const UNFINISHED_UPLOADS: u64 = 7;
/// For how many seconds a browser keeps what it was told of other origins.
const PREFLIGHT: u64 = 3_000;

const ENCRYPTION: Encryption = Encryption {
    property: "bucket/BucketEncryption/ServerSideEncryptionConfiguration/0/ServerSideEncryptionByDefault/KMSMasterKeyID",
    links: &[(Verb::Reads, TAKES), (Verb::Writes, SENDS)],
    via: Some("s3"),
};

impl Planned for Bucket {
    fn main(&self) -> Option<&'static str> {
        Some("Bucket")
    }

    fn own_type(&self) -> Option<&'static str> {
        Some(types::BUCKET)
    }

    fn resources(&self, planner: &mut Planner<'_, '_>, number: usize) {
        let node = planner.node(number);
        let (id, facts) = (node.id, node.facts);
        let main = planner.id(number);
        let keeps_versions =
            facts.get(VERSIONS).unwrap_or_else(|| facts.get(OLD_VERSIONS).is_some());
        let (notifications, after) = notifications(planner, number);
        let properties = object! {
            "BucketName": name(planner, node),
            "BucketEncryption": object! {
                "ServerSideEncryptionConfiguration": Value::from([object! {
                    "ServerSideEncryptionByDefault": object! { "SSEAlgorithm": "AES256" },
                }]),
            },
            "PublicAccessBlockConfiguration": object! {
                "BlockPublicAcls": true,
                "BlockPublicPolicy": true,
                "IgnorePublicAcls": true,
                "RestrictPublicBuckets": true,
            },
            "OwnershipControls": object! {
                "Rules": Value::from([object! { "ObjectOwnership": "BucketOwnerEnforced" }]),
            },
            "VersioningConfiguration":
                keeps_versions.then(|| object! { "Status": "Enabled" }),
            "LifecycleConfiguration": object! { "Rules": lifecycle(facts) },
            "CorsConfiguration": origins(facts),
            "NotificationConfiguration": notifications,
        };
        let part = Part::main(node, "bucket");
        planner.add_after(main.clone(), part, types::BUCKET, properties, after);
        let arn = Value::Arn(main.clone());
        let properties = object! {
            "Bucket": Value::Ref(main),
            "PolicyDocument": policy::document(vec![object! {
                "Sid": "OverTlsAlone",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": Value::from([arn.clone(), Value::join([arn, "/*".into()])]),
                "Condition": object! { "Bool": object! { "aws:SecureTransport": "false" } },
            }]),
        };
        let policy = LogicalId::of(id, "BucketPolicy");
        planner.add(policy, Part::of(id, facts, "bucket-policy"), types::BUCKET_POLICY, properties);
    }

    fn feeds(&self, _: &Planner<'_, '_>, _: usize, _: &Link) -> Option<Value> {
        None
    }

    fn delivers(
        &self,
        planner: &Planner<'_, '_>,
        number: usize,
        _: usize,
        link: &Link,
    ) -> Option<Sender> {
        // What a function fails on, Lambda puts away, and not S3.
        (link.verb() == Verb::FansOut).then(|| Sender {
            sid: "BucketsSend",
            service: "s3.amazonaws.com",
            source: arn(planner, planner.node(number), ""),
            in_this_account: true,
        })
    }

    fn encryption(&self) -> Option<&'static Encryption> {
        Some(&ENCRYPTION)
    }

    fn serves(&self, planner: &Planner<'_, '_>, _: usize, number: usize, link: &Link) -> Need {
        let node = planner.node(number);
        let what = link.facts().get(MESSAGE).unwrap_or_default();
        let prefix = object_prefix(node.facts, &what);
        let objects = arn(planner, node, &format!("/{prefix}*"));
        let need = Need::default().told(binding::bucket_variable(&what), name(planner, node));
        let sid = |purpose: &str| {
            let mut sid = SmolStrBuilder::new();
            sid.push_str(&planner.sid(purpose, number));
            sid.extend(what.chars().filter(char::is_ascii_alphanumeric));
            sid.finish()
        };
        match link.verb() {
            // Without leave to list, S3 answers for a key that is not there as for one that may not be
            // read ("GetObject"); code asks for the key in a list.
            Verb::Reads => {
                let listing = match prefix.is_empty() {
                    true => allow(sid("Lists"), &["s3:ListBucket"], arn(planner, node, "")),
                    false => {
                        let below = Value::from(format_smolstr!("{prefix}*"));
                        let condition = object! { "StringLike": object! { "s3:prefix": below } };
                        allow_if(
                            sid("Lists"),
                            &["s3:ListBucket"],
                            arn(planner, node, ""),
                            condition,
                        )
                    }
                };
                need.allowed(allow(sid("Reads"), &["s3:GetObject"], objects)).allowed(listing)
            }
            Verb::Writes => {
                let actions = &["s3:DeleteObject", "s3:PutObject"];
                need.allowed(allow(sid("Writes"), actions, objects))
            }
            Verb::Triggers
            | Verb::Routes
            | Verb::FansOut
            | Verb::Sends
            | Verb::Asks
            | Verb::Calls => Need::default(),
        }
    }
}

/// The bucket's name: what an overlay sets, or else one that no other stack of any account has.
fn name(planner: &Planner<'_, '_>, node: &GraphNode<'_>) -> Value {
    match planner.overridden(node.facts, "bucket/BucketName") {
        Some(name) => name,
        None => Value::join([
            Pseudo::StackName.into(),
            "-".into(),
            SmolStr::new(node.id.as_str()).into(),
            "-".into(),
            Pseudo::AccountId.into(),
            "-".into(),
            Pseudo::Region.into(),
        ]),
    }
}

/// The ARN of the bucket, or of what is in it, by its name.
fn arn(planner: &Planner<'_, '_>, node: &GraphNode<'_>, rest: &str) -> Value {
    let rest = (!rest.is_empty()).then(|| Value::from(SmolStr::new(rest)));
    let parts = ["arn:".into(), Pseudo::Partition.into(), ":s3:::".into(), name(planner, node)];
    Value::join(parts.into_iter().chain(rest))
}

/// Where the objects of a type lie.
fn object_prefix(facts: &Facts, what: &str) -> SmolStr {
    let claims = facts.claims(&format_smolstr!("{OBJECT_PREFIX}{what}"));
    claims.and_then(|flat| SmolStr::load(flat.agreed()?)).unwrap_or_default()
}

fn lifecycle(facts: &Facts) -> Vec<Value> {
    let days = |seconds: u64| seconds.div_ceil(86_400);
    let mut rules = vec![object! {
        "Id": "UnfinishedUploads",
        "Status": "Enabled",
        "AbortIncompleteMultipartUpload":
            object! { "DaysAfterInitiation": UNFINISHED_UPLOADS },
    }];
    for (what, flat) in facts.below(OBJECT_EXPIRY) {
        let Some(Fact::Number(seconds)) = flat.agreed() else { continue };
        let prefix = object_prefix(facts, what);
        rules.push(object! {
            "Id": format_smolstr!("Expiry{what}"),
            "Status": "Enabled",
            "Prefix": (!prefix.is_empty()).then_some(prefix),
            "ExpirationInDays": days(*seconds),
        });
    }
    if let Some(age) = facts.get(OLD_VERSIONS) {
        rules.push(object! {
            "Id": "OldVersions",
            "Status": "Enabled",
            "NoncurrentVersionExpiration": object! { "NoncurrentDays": days(age.get()) },
            "ExpiredObjectDeleteMarker": true,
        });
    }
    rules
}

/// Lets pages of the web sites use presigned URLs.
fn origins(facts: &Facts) -> Option<Value> {
    let origins: Value =
        facts.below(ORIGIN).map(|(origin, _)| Value::from(SmolStr::new(origin))).collect();
    if origins.items().is_empty() {
        return None;
    }
    Some(object! {
        "CorsRules": Value::from([object! {
            "AllowedHeaders": Value::from(["*".into()]),
            "AllowedMethods": Value::from(["GET".into(), "HEAD".into(), "PUT".into()]),
            "AllowedOrigins": origins,
            "ExposedHeaders": Value::from(["ETag".into()]),
            "MaxAge": PREFLIGHT,
        }]),
    })
}

/// Whom the bucket tells of what, and what S3 wants to be there before that: it asks each whether it may.
fn notifications(planner: &mut Planner<'_, '_>, number: usize) -> (Option<Value>, Vec<LogicalId>) {
    let node = planner.node(number);
    let (mut functions, mut queues, mut topics) = (Vec::new(), Vec::new(), Vec::new());
    let (mut after, mut tells_a_bus) = (Vec::new(), false);
    for (to, link) in &node.out {
        let Some(event) = link.facts().get(EVENT) else { continue };
        let target = planner.node(*to);
        let (destination, list): (PropertyKey, _) = match (link.verb(), target.kind) {
            (Verb::Triggers, _) => {
                after.push(permission(planner, node, *to, link));
                (&"Function", &mut functions)
            }
            (Verb::FansOut, Some(Kind::Topic)) => {
                after.push(topic::policy_id(target.id));
                (&"Topic", &mut topics)
            }
            // S3 tells the account's own bus of everything; rules there say who is told of what.
            (Verb::FansOut, Some(Kind::EventBus)) => {
                tells_a_bus = true;
                continue;
            }
            (Verb::FansOut, _) => {
                after.push(LogicalId::of(target.id, "QueuePolicy"));
                (&"Queue", &mut queues)
            }
            (
                Verb::Routes | Verb::Sends | Verb::Asks | Verb::Reads | Verb::Writes | Verb::Calls,
                _,
            ) => {
                continue;
            }
        };
        let address = match *destination {
            "Topic" => planner.reference(*to),
            _ => planner.arn(*to),
        };
        let rule = |name: &'static str, value: Option<SmolStr>| {
            let value = value.filter(|value| !value.is_empty())?;
            Some(object! { "Name": name, "Value": value })
        };
        let rules =
            [rule("prefix", link.facts().get(PREFIX)), rule("suffix", link.facts().get(SUFFIX))];
        let rules: Vec<Value> = rules.into_iter().flatten().collect();
        let filter = (!rules.is_empty()).then(|| object! { "S3Key": object! { "Rules": rules } });
        list.push(Value::object([
            (&"Event", Some(event.pattern().into())),
            (&"Filter", filter),
            (destination, Some(address)),
        ]));
    }
    let some = |list: Vec<Value>| (!list.is_empty()).then_some(list);
    let tells = !after.is_empty() || tells_a_bus;
    let notifications = object! {
        "LambdaConfigurations": some(functions),
        "QueueConfigurations": some(queues),
        "TopicConfigurations": some(topics),
        "EventBridgeConfiguration": tells_a_bus.then(|| object! { "EventBridgeEnabled": true }),
    };
    (tells.then_some(notifications), after)
}

/// What a link has a bus told of the bucket, as a pattern of the detail ("EventBridge event message structure").
pub(super) fn told(planner: &Planner<'_, '_>, node: &GraphNode<'_>, link: &Link) -> Value {
    let part = |attribute| link.facts().get(attribute).unwrap_or_default();
    let (prefix, suffix) = (part(PREFIX), part(SUFFIX));
    let key = match (prefix.is_empty(), suffix.is_empty()) {
        (true, true) => None,
        (false, true) => Some(object! { "prefix": prefix }),
        (true, false) => Some(object! { "suffix": suffix }),
        (false, false) => Some(object! { "wildcard": format_smolstr!("{prefix}*{suffix}") }),
    };
    // EventBridge is told of expiries too, which nobody else is.
    let reason = match link.facts().get(EVENT) {
        Some(ObjectEvent::Removed) => Some(Value::from(["DeleteObject".into()])),
        Some(ObjectEvent::Created) | None => None,
    };
    object! {
        "bucket": object! { "name": Value::from([name(planner, node)]) },
        "object": key.map(|key| object! { "key": Value::from([key]) }),
        "reason": reason,
    }
}

/// The permission for the bucket to start a function, one however many events start it.
fn permission<'n>(
    planner: &mut Planner<'_, 'n>,
    node: &GraphNode<'n>,
    to: usize,
    link: &'n Link,
) -> LogicalId {
    let id = LogicalId::of_link(node.id, planner.node(to).id, "", "Permission");
    let properties = object! {
        "Action": "lambda:InvokeFunction",
        "FunctionName": planner.arn(to),
        "Principal": "s3.amazonaws.com",
        "SourceAccount": Pseudo::AccountId,
        "SourceArn": arn(planner, node, ""),
    };
    let mut made = planner.plan.resources.iter().rev();
    if !made.any(|resource| resource.id == id) {
        let part = Part::of(node.id, link.facts(), "permission");
        planner.add(id.clone(), part, types::PERMISSION, properties);
    }
    id
}
