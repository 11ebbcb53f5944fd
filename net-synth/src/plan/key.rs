//! Keys of KMS that overlays encrypt things with: who may use them, and what is needed of them.
//!
//! A role is allowed what its part in a link takes, on that key and nothing else:
//!
//! | use | actions | source |
//! |---|---|---|
//! | send to a queue, publish to a topic | `kms:GenerateDataKey`, `kms:Decrypt` | "Key management", Amazon SQS and Amazon SNS Developer Guides |
//! | take from a queue | `kms:Decrypt` | the same |
//! | read, write, stream a table | `kms:Decrypt` by way of DynamoDB | "How DynamoDB uses AWS KMS": a caller's access decrypts the table's key |
//! | read a bucket | `kms:Decrypt` by way of S3 | "Using server-side encryption with AWS KMS keys", Amazon S3 User Guide |
//! | write into a bucket | `kms:GenerateDataKey`, `kms:Decrypt` by way of S3 | the same |
//! | run with an encrypted environment | `kms:Decrypt` | "Securing Lambda environment variables", AWS Lambda Developer Guide |
//! | tick with an encrypted input | `kms:Decrypt` | "Encryption at rest", EventBridge Scheduler User Guide |
//!
//! What a service does in its own name needs a statement in the key's policy, which rules P107 and P108
//! look at.

use super::{Planner, Pseudo, Value, of, value::object};
use net_dsl::{Facts, Flow, Id, Verb, entity::raw::RESOURCE_TYPE};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// A key, as the property that names it says.
#[derive(Clone, Debug)]
pub enum Key {
    /// One that AWS has made for a service: who may use the service may use it, and no other service.
    Managed(SmolStr),
    /// One by its ARN, which a policy may name.
    Arn(Value),
    /// One by an alias, which no policy may name as a resource: a condition does.
    Alias(Value),
    /// One that is known only while deploying, by whatever it may be.
    Unknown,
}

/// A service that needs a key in its own name, so that the key's policy has to allow it.
#[derive(Clone, Debug)]
pub struct KeyUse<'n> {
    /// The entity that is encrypted.
    pub entity: &'n Id,
    /// What sets the key.
    pub facts: &'n Facts,
    /// The property that names the key, as `PART/PATH`.
    pub property: &'static str,
    /// The key.
    pub key: Key,
    /// The service.
    pub service: Service,
}

/// An override that says where something goes or by what it is encrypted, in a way that leaves open what
/// a role has to be allowed.
#[derive(Clone, Debug)]
pub struct Untold<'n> {
    /// The entity.
    pub entity: &'n Id,
    /// What sets the property.
    pub facts: &'n Facts,
    /// The property, as `PART/PATH`.
    pub property: &'static str,
}

/// What a service needs of a key.
#[derive(Clone, Debug)]
pub struct Service {
    /// The service's name as a principal.
    pub principal: Value,
    /// What it does with the key.
    pub actions: &'static [&'static str],
    /// What for.
    pub purpose: String,
}

/// How overlays encrypt the entities of a kind.
pub(super) struct Encryption {
    /// The property that names the key, as `PART/PATH`.
    pub(super) property: &'static str,
    /// What a role needs of the key for its part in a link.
    pub(super) links: &'static [(Verb, &'static [&'static str])],
    /// The service by way of which alone a role uses the key, as its name starts.
    pub(super) via: Option<&'static str>,
}

const LOG_GROUP: &str = "log-group/KmsKeyId";
const MAPPING: &str = "mapping/KmsKeyArn";

/// What putting something into what is encrypted takes.
pub(super) const SENDS: &[&str] = &["kms:Decrypt", "kms:GenerateDataKey"];
/// What taking something out of it takes.
pub(super) const TAKES: &[&str] = &["kms:Decrypt"];

/// As what raw resources of a type send to queues and topics; not those that send in a role of their own.
const RAW_SENDERS: &[(&str, &str)] = &[
    ("AWS::CloudWatch::Alarm", "cloudwatch.amazonaws.com"),
    ("AWS::CloudWatch::CompositeAlarm", "cloudwatch.amazonaws.com"),
    ("AWS::Events::Rule", "events.amazonaws.com"),
    ("AWS::S3::Bucket", "s3.amazonaws.com"),
    ("AWS::SES::ReceiptRule", "ses.amazonaws.com"),
    ("AWS::SNS::Subscription", "sns.amazonaws.com"),
];

/// The statements of a function's role about the keys of what it is linked to, and of its environment.
pub(super) fn statements(planner: &Planner<'_, '_>, number: usize) -> Vec<Value> {
    let node = planner.node(number);
    let mut needs: BTreeMap<usize, (&Encryption, &'static [&'static str])> = BTreeMap::new();
    for (other, link) in node.into.iter().chain(&node.out) {
        let Some(encryption) = planner.encryption(*other) else { continue };
        let mut verbs = encryption.links.iter();
        let Some((_, actions)) = verbs.find(|(verb, _)| *verb == link.verb()) else { continue };
        let (_, most) = needs.entry(*other).or_insert((encryption, actions));
        if actions.len() > most.len() {
            *most = actions;
        }
    }
    let linked = needs.into_iter().filter_map(|(other, (encryption, actions))| {
        let key = planner.key(planner.node(other).facts, encryption.property)?;
        key.allows(planner.sid("UsesKeyOf", other), actions, encryption.via)
    });
    let own = planner.encryption(number);
    let own = own.and_then(|own| planner.key(node.facts, own.property));
    let own = own.and_then(|key| key.allows("UsesOwnKey".into(), TAKES, None));
    linked.chain(own).collect()
}

impl Key {
    /// A statement that allows a role to use the key, by way of a service if need be.
    ///
    /// An AWS managed key needs none. AWS takes no alias as a resource: `kms:ResourceAliases` is what
    /// it offers instead ("Use aliases to control access to KMS keys", AWS KMS Developer Guide), so
    /// that the statement allows the keys of the account that have the alias, which is one.
    pub(super) fn allows(
        &self,
        sid: SmolStr,
        actions: &'static [&'static str],
        via: Option<&'static str>,
    ) -> Option<Value> {
        let (resource, alias) = match self {
            Key::Managed(_) | Key::Unknown => return None,
            Key::Arn(arn) => (arn.clone(), None),
            Key::Alias(alias) => (key_arn("*".into()), Some(alias.clone())),
        };
        let via = via.map(|service| {
            let name = [service.into(), ".".into(), Pseudo::Region.into(), ".".into()];
            let name = Value::join(name.into_iter().chain([Pseudo::UrlSuffix.into()]));
            object! { "kms:ViaService": name }
        });
        let alias = alias.map(|alias| object! { "kms:ResourceAliases": alias });
        let is_conditional = via.is_some() || alias.is_some();
        let condition = is_conditional.then(|| {
            object! { "StringEquals": via, "ForAnyValue:StringEquals": alias }
        });
        Some(object! {
            "Sid": sid,
            "Effect": "Allow",
            "Action": actions,
            "Resource": resource,
            "Condition": condition,
        })
    }

    fn of(value: Value, planner: &Planner<'_, '_>) -> Option<Key> {
        Some(match value {
            Value::Null | Value::Pseudo(Pseudo::NoValue) => return None,
            Value::Text(text) if text.is_empty() => return None,
            Value::Text(text) => Key::of_text(&text),
            Value::Ref(id) => match planner.called(&id).as_ref().map(|(_, kind)| kind.as_str()) {
                Some("AWS::KMS::Key" | "AWS::KMS::ReplicaKey") => Key::Arn(Value::Arn(id)),
                Some("AWS::KMS::Alias") => Key::Alias(Value::Ref(id)),
                Some(_) | None => Key::Unknown,
            },
            arn @ Value::Arn(_) => Key::Arn(arn),
            Value::Join(parts) => Key::of_join(parts),
            Value::Bool(_)
            | Value::Number(_)
            | Value::Attribute(_)
            | Value::Pseudo(_)
            | Value::List(_)
            | Value::Object(_)
            | Value::Map(_)
            | Value::Fixed(_) => Key::Unknown,
        })
    }

    /// `alias/NAME`, an ARN or an id.
    fn of_text(text: &str) -> Key {
        let name = text.find("alias/").filter(|at| *at == 0 || text.starts_with("arn:"));
        match name.map(|at| &text[at..]) {
            Some(name) if name.starts_with("alias/aws/") => Key::Managed(SmolStr::new(name)),
            Some(name) => Key::Alias(SmolStr::new(name).into()),
            None if text.starts_with("arn:") => Key::Arn(SmolStr::new(text).into()),
            None => Key::Arn(key_arn(SmolStr::new(text).into())),
        }
    }

    /// The same, with references in it.
    fn of_join(parts: Box<[Value]>) -> Key {
        let first = parts.first().and_then(Value::as_text).unwrap_or_default();
        let says = |what: &str| {
            parts.iter().any(|part| part.as_text().is_some_and(|text| text.contains(what)))
        };
        if first.starts_with("alias/") {
            Key::Alias(Value::Join(parts))
        } else if first.starts_with("arn:") && says(":key/") {
            Key::Arn(Value::Join(parts))
        } else {
            Key::Unknown
        }
    }
}

/// The ARN of a key of this account, by its id.
fn key_arn(id: Value) -> Value {
    let (partition, region, account) = (Pseudo::Partition, Pseudo::Region, Pseudo::AccountId);
    Value::join([
        "arn:".into(),
        partition.into(),
        ":kms:".into(),
        region.into(),
        ":".into(),
        account.into(),
        ":key/".into(),
        id,
    ])
}

impl<'n> Planner<'_, 'n> {
    /// The key that an overlay sets for a property, as `PART/PATH`.
    pub(super) fn key(&self, facts: &Facts, property: &str) -> Option<Key> {
        Key::of(self.overridden(facts, property)?, self)
    }

    /// How overlays encrypt an entity of its kind.
    pub(super) fn encryption(&self, number: usize) -> Option<&'static Encryption> {
        of(self.node(number).kind?).encryption()
    }

    /// Notes which services need the keys of an entity, and of the links that leave it, in their own
    /// name, and which keys are not known.
    pub(super) fn note_keys(&mut self, number: usize) {
        let node = self.node(number);
        if let Some(encryption) = self.encryption(number)
            && let Some(key) = self.key(node.facts, encryption.property)
        {
            let services = self.services(number, encryption);
            self.note_key(node.id, node.facts, encryption.property, key, services);
        }
        if let Some(key) = self.key(node.facts, LOG_GROUP) {
            // "Encrypt log data in CloudWatch Logs using AWS KMS", CloudWatch Logs User Guide.
            let service = Service {
                principal: Value::join([
                    "logs.".into(),
                    Pseudo::Region.into(),
                    ".amazonaws.com".into(),
                ]),
                actions: &[
                    "kms:Encrypt*",
                    "kms:Decrypt*",
                    "kms:ReEncrypt*",
                    "kms:GenerateDataKey*",
                    "kms:Describe*",
                ],
                purpose: format!("CloudWatch Logs keeps what `{}` logs", node.id),
            };
            self.note_key(node.id, node.facts, LOG_GROUP, key, vec![service]);
        }
        for (_, link) in &node.out {
            let Some(key) = self.key(link.facts(), MAPPING) else { continue };
            let service = Service {
                principal: "lambda.amazonaws.com".into(),
                actions: TAKES,
                purpose: "Lambda reads the filter of the event source mapping".to_owned(),
            };
            self.note_key(node.id, link.facts(), MAPPING, key, vec![service]);
        }
    }

    fn note_key(
        &mut self,
        entity: &'n Id,
        facts: &'n Facts,
        property: &'static str,
        key: Key,
        services: Vec<Service>,
    ) {
        if matches!(key, Key::Unknown) {
            self.plan.untold.push(Untold { entity, facts, property });
            return;
        }
        let of = |service| KeyUse { entity, facts, property, key: key.clone(), service };
        self.plan.keys.extend(services.into_iter().map(of));
    }

    /// The services that send, in their own name, to what is encrypted: for links, and for raw resources
    /// ("Configure KMS permissions for AWS services", Amazon SQS Developer Guide; "Encrypting topics", Amazon
    /// SNS Developer Guide).
    fn services(&self, number: usize, encryption: &Encryption) -> Vec<Service> {
        if !encryption.links.iter().any(|(verb, _)| *verb == Verb::Sends) {
            return Vec::new();
        }
        let node = self.node(number);
        let linked = node.incoming(Verb::FansOut).filter_map(|(from, link)| {
            let sender = of(self.node(from).kind?).delivers(self, from, number, link)?;
            Some((sender.service, from, "fans out to it"))
        });
        let raw = node.mentioned.iter().filter(|mention| mention.flow == Flow::Starts);
        let raw = raw.filter_map(|mention| {
            let resource_type = self.node(mention.other).facts.get(RESOURCE_TYPE)?;
            let (_, principal) = RAW_SENDERS.iter().find(|(of, _)| *of == resource_type)?;
            Some((*principal, mention.other, "sends to it"))
        });
        let service = |(principal, from, what): (&'static str, usize, &str)| Service {
            principal: principal.into(),
            actions: SENDS,
            purpose: format!("`{}` {what}", self.node(from).id),
        };
        linked.chain(raw).map(service).collect()
    }
}

impl KeyUse<'_> {
    /// The statement that the key's policy needs, as CloudFormation writes it.
    pub fn statement(&self) -> String {
        let statement = object! {
            "Effect": "Allow",
            "Principal": object! { "Service": self.service.principal.clone() },
            "Action": self.service.actions,
            "Resource": "*",
        };
        statement.to_json().to_string()
    }
}

/// Whether the policy of a key that stands in the network allows a service what it needs.
pub(crate) fn policy_allows(policy: &Value, service: &Service) -> bool {
    let statements = policy.get("Statement").map_or(&[][..], Value::items);
    let allowed = |action: &str| {
        statements.iter().any(|statement| {
            let is_for_it = statement.get("Principal").is_some_and(|principal| {
                principal.as_text() == Some("*")
                    || principal
                        .get("Service")
                        .is_some_and(|services| services.items().contains(&service.principal))
            });
            let is_of_it = statement.get("Action").is_some_and(|actions| {
                actions
                    .items()
                    .iter()
                    .filter_map(Value::as_text)
                    .any(|pattern| covers(pattern, action))
            });
            statement.get("Effect") == Some(&"Allow".into()) && is_for_it && is_of_it
        })
    };
    service.actions.iter().all(|action| allowed(action))
}

/// Whether a pattern of actions, as `kms:GenerateDataKey*`, has another in it.
fn covers(pattern: &str, action: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => action.starts_with(start),
        None => pattern == action,
    }
}
