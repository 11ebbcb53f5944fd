//! Resources as the provider wants them: each property as the argument that is the same, but for
//! some exceptions.

use super::{
    CODE_FOLDER,
    argument::{Argument, Shape},
    arguments::ARGUMENTS,
    block::{Block, Value, literal, quoted},
    bucket,
    expression::{Expressions, resource_type},
};
use crate::{
    plan::{self, PhysicalName, Resource, function, types},
    schema::is_of_cloud_control,
};

/// The blocks of one resource: the provider makes two of some.
pub(super) struct Made {
    pub(super) main: (&'static str, Block),
    pub(super) others: Vec<(&'static str, Block)>,
    /// Documents that the blocks refer to, in order of name.
    pub(super) local: Vec<(String, Value)>,
    /// What cannot be said in Terraform.
    pub(super) missing: Vec<Missing>,
}

/// Something of a resource that cannot be said in Terraform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Missing {
    /// The path of the property; empty for the whole resource.
    pub(crate) path: String,
    /// What Terraform lacks.
    pub(crate) lacks: Lacks,
}

/// What Terraform lacks to say something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lacks {
    /// The provider has no argument for the property.
    Argument,
    /// Terraform has no expression for the value, or there is nothing that it refers to.
    Expression,
    /// The provider has no resource for the type, and AWS Cloud Control does not make it.
    Resource,
}

/// One resource as blocks.
pub(super) fn make(resource: &Resource<'_>, terms: &Expressions<'_>) -> Made {
    let kind = resource.resource_type.as_str();
    let found = ARGUMENTS.binary_search_by(|(name, _)| (*name).cmp(kind));
    let mut making = Making {
        resource,
        terms,
        arguments: found.map_or(&[][..], |found| ARGUMENTS[found].1),
        block: Block::new().with("//", provenance(resource)),
        others: Vec::new(),
        local: Vec::new(),
        missing: Vec::new(),
    };
    if types::ALL.contains(&kind) {
        making.name();
        let mut path = String::with_capacity(64);
        making.properties(&resource.properties, &mut path);
        making.order();
    } else {
        making.raw();
    }
    let Making { block, others, mut local, missing, .. } = making;
    local.sort_by(|a, b| a.0.cmp(&b.0));
    Made { main: (resource_type(kind), block), others, local, missing }
}

struct Making<'r, 'n, 'p> {
    resource: &'r Resource<'n>,
    terms: &'r Expressions<'p>,
    arguments: &'static [Argument],
    block: Block,
    others: Vec<(&'static str, Block)>,
    local: Vec<(String, Value)>,
    missing: Vec<Missing>,
}

impl Making<'_, '_, '_> {
    /// CloudFormation makes names up where none is given; the provider would as well, but with
    /// nothing in them that says what they are.
    fn name(&mut self) {
        let properties = &self.resource.properties;
        let Some(name) = PhysicalName::of(&self.resource.resource_type) else { return };
        // Logical ids have capitals, and names of buckets have none: the provider makes one up.
        let is_bucket = self.resource.resource_type == types::BUCKET;
        if is_bucket || properties.get(name.property).is_some() {
            return;
        }
        if let Some(argument) = self.argument(name.property) {
            let suffix = PhysicalName::suffix(properties);
            let value = self.terms.name(&self.resource.id, suffix, name.limit);
            self.block.set(argument.argument, value);
        }
    }

    fn argument(&self, path: &str) -> Option<&'static Argument> {
        let found = self.arguments.binary_search_by(|argument| argument.property.cmp(path));
        found.ok().map(|found| &self.arguments[found])
    }

    /// Sets what is set in an object at a path.
    fn properties(&mut self, object: &plan::Value, path: &mut String) {
        let length = path.len();
        for (key, value) in object.entries() {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(key);
            self.property(value, path);
            path.truncate(length);
        }
    }

    fn property(&mut self, value: &plan::Value, path: &mut String) {
        if let Some(expressible) = self.exception(path, value) {
            if expressible.is_none() {
                self.miss(path, Lacks::Expression);
            }
            return;
        }
        if let Some(argument) = self.argument(path) {
            match self.shaped(value, &argument.shape) {
                Some(value) => self.block.set_at(argument.argument, value),
                None => self.miss(path, Lacks::Expression),
            }
        } else if value.is_object() && !value.is_function() {
            self.properties(value, path);
        } else {
            self.miss(path, Lacks::Argument);
        }
    }

    fn miss(&mut self, path: &str, lacks: Lacks) {
        self.missing.push(Missing { path: path.to_owned(), lacks });
    }

    fn shaped(&self, value: &plan::Value, shape: &Shape) -> Option<Value> {
        let terms = self.terms;
        match shape {
            Shape::Same => terms.value(value),
            Shape::Tags => {
                let mut map = Block::new();
                for tag in value.items() {
                    map.set(&literal(tag.get("Key")?.as_text()?), terms.value(tag.get("Value")?)?);
                }
                Some(map.into())
            }
            Shape::Blocks => {
                let blocks = value.items().iter().map(|object| {
                    let mut block = Block::new();
                    for (name, value) in object.entries() {
                        block.set(&snake_case(name), terms.value(value)?);
                    }
                    Some(Value::from(block))
                });
                blocks.collect::<Option<Vec<_>>>().map(Value::from)
            }
            Shape::Encoded => match value.as_text() {
                Some(text) => Some(literal(text).into()),
                None => Some(format!("${{jsonencode({})}}", terms.expression(value)?).into()),
            },
        }
    }

    /// What is no argument, or more than one: `None` if there is nothing to say otherwise, and in it
    /// `None` if the provider has no words for the value.
    fn exception(&mut self, path: &str, value: &plan::Value) -> Option<Option<()>> {
        match (self.resource.resource_type.as_str(), path) {
            (types::BUCKET, _) => bucket::setting(path).map(|setting| self.setting(setting, value)),
            (types::BUCKET_POLICY, "PolicyDocument") | (types::TOPIC_POLICY, "PolicyDocument") => {
                Some(self.document("policy", self.resource.id.to_string(), value))
            }
            (types::TOPIC_POLICY, "Topics") => Some(self.only_topic(value)),
            (types::RULE, "EventPattern") => {
                Some(self.document("event_pattern", self.resource.id.to_string(), value))
            }
            (types::RULE, "Targets") => Some(self.rule_target(value)),
            // A value of Secrets Manager's is no text of Terraform's.
            (types::CONNECTION, "AuthParameters/ApiKeyAuthParameters/ApiKeyValue")
                if value.has_text("{{resolve:") =>
            {
                Some(None)
            }
            (types::FUNCTION, "Code/S3Bucket") => Some(self.code_bucket(value)),
            (types::FUNCTION, function::CODE_KEY) => Some(self.package(value)),
            (types::FUNCTION, "RecursiveLoop") => Some(self.recursion(value)),
            (types::ROLE, "AssumeRolePolicyDocument") => {
                let local = format!("{}Trust", self.resource.id);
                Some(self.document("assume_role_policy", local, value))
            }
            (types::ROLE, "Policies") => Some(self.policy(value)),
            (types::QUEUE_POLICY, "PolicyDocument") => {
                Some(self.document("policy", self.resource.id.to_string(), value))
            }
            (types::QUEUE_POLICY, "Queues") => Some(self.only_queue(value)),
            // The key schema says them as well.
            (types::TABLE, "AttributeDefinitions") => Some(Some(())),
            (types::TABLE, "KeySchema") => Some(self.keys(value)),
            (types::TABLE, "StreamSpecification/StreamViewType") => {
                self.block.set("stream_enabled", true);
                None
            }
            _ => None,
        }
    }

    /// Terraform uploads the package itself, so that no bucket is needed.
    fn code_bucket(&self, bucket: &plan::Value) -> Option<()> {
        matches!(bucket, plan::Value::Ref(id) if id.as_str() == function::CODE_BUCKET).then_some(())
    }

    /// The package is a file, and Terraform sees by its hash that it has changed.
    fn package(&mut self, key: &plan::Value) -> Option<()> {
        let package = format!("${{var.{CODE_FOLDER}}}/{}", self.terms.template(key)?);
        let hash = format!("${{filebase64sha256({})}}", quoted(&package));
        self.block.set("filename", package);
        self.block.set("source_code_hash", hash);
        Some(())
    }

    /// What Lambda does about loops is a resource of its own.
    fn recursion(&mut self, value: &plan::Value) -> Option<()> {
        let id = &self.resource.id;
        let block = Block::new()
            .with("//", provenance(self.resource))
            .with("function_name", format!("${{aws_lambda_function.{id}.function_name}}"))
            .with("recursive_loop", self.terms.value(value)?);
        self.others.push(("aws_lambda_function_recursion_config", block));
        Some(())
    }

    /// A policy stands among the locals, as IAM reads it.
    fn document(&mut self, argument: &str, local: String, document: &plan::Value) -> Option<()> {
        let value = self.terms.value(document)?;
        self.block.set(argument, encoded(&local));
        self.local.push((local, value));
        Some(())
    }

    /// A role's policy is a resource of its own.
    fn policy(&mut self, policies: &plan::Value) -> Option<()> {
        let [policy] = policies.items() else { return None };
        let id = &self.resource.id;
        let document = self.terms.value(policy.get("PolicyDocument")?)?;
        let block = Block::new()
            .with("//", provenance(self.resource))
            .with("name", self.terms.value(policy.get("PolicyName")?)?)
            .with("role", format!("${{aws_iam_role.{id}.name}}"))
            .with("policy", encoded(id.as_str()));
        self.others.push(("aws_iam_role_policy", block));
        self.local.push((id.to_string(), document));
        Some(())
    }

    /// A setting of a bucket is a resource of its own.
    fn setting(&mut self, setting: &bucket::Setting, value: &plan::Value) -> Option<()> {
        let id = &self.resource.id;
        let mut block = Block::new()
            .with("//", provenance(self.resource))
            .with("bucket", format!("${{aws_s3_bucket.{id}.id}}"));
        for (name, value) in setting.block(value, self.terms)?.entries() {
            block.set(&name, value);
        }
        if setting.resource == bucket::NOTIFICATION {
            let after = self.after();
            if !after.is_empty() {
                block.set("depends_on", after);
            }
        }
        self.others.push((setting.resource, block));
        Some(())
    }

    /// What is to be there before, and is not referred to.
    fn after(&self) -> Vec<String> {
        self.resource.after.iter().filter_map(|id| self.terms.address(id)).collect()
    }

    /// The provider's policy is of one topic.
    fn only_topic(&mut self, topics: &plan::Value) -> Option<()> {
        let [topic] = topics.items() else { return None };
        let arn = self.terms.value(topic)?;
        self.block.set("arn", arn);
        Some(())
    }

    /// What a rule leads to is a resource of its own.
    fn rule_target(&mut self, targets: &plan::Value) -> Option<()> {
        let [target] = targets.items() else { return None };
        let id = &self.resource.id;
        let mut block = Block::new()
            .with("//", provenance(self.resource))
            .with("rule", format!("${{aws_cloudwatch_event_rule.{id}.name}}"))
            .with("event_bus_name", format!("${{aws_cloudwatch_event_rule.{id}.event_bus_name}}"));
        for (key, value) in target.entries() {
            let argument = match key {
                "Id" => "target_id",
                "Arn" => "arn",
                "RoleArn" => "role_arn",
                "InputPath" => "input_path",
                "RetryPolicy" => {
                    let policy = Block::new()
                        .with(
                            "maximum_event_age_in_seconds",
                            self.terms.value(value.get("MaximumEventAgeInSeconds")?)?,
                        )
                        .with(
                            "maximum_retry_attempts",
                            self.terms.value(value.get("MaximumRetryAttempts")?)?,
                        );
                    block.set("retry_policy", policy);
                    continue;
                }
                "DeadLetterConfig" => {
                    let letters = Block::new().with("arn", self.terms.value(value.get("Arn")?)?);
                    block.set("dead_letter_config", letters);
                    continue;
                }
                _ => return None,
            };
            block.set(argument, self.terms.value(value)?);
        }
        self.others.push(("aws_cloudwatch_event_target", block));
        Some(())
    }

    /// The provider's policy is of one queue.
    fn only_queue(&mut self, queues: &plan::Value) -> Option<()> {
        let [queue] = queues.items() else { return None };
        let url = self.terms.value(queue)?;
        self.block.set("queue_url", url);
        Some(())
    }

    /// Keys have arguments of their own, and all attributes their types.
    fn keys(&mut self, schema: &plan::Value) -> Option<()> {
        for key in schema.items() {
            let argument = match key.get("KeyType")?.as_text()? {
                "HASH" => "hash_key",
                _ => "range_key",
            };
            let name = self.terms.value(key.get("AttributeName")?)?;
            self.block.set(argument, name);
        }
        let attributes = self.resource.properties.get("AttributeDefinitions")?.items().iter();
        let attributes = attributes.map(|attribute| {
            let name = self.terms.value(attribute.get("AttributeName")?)?;
            let kind = self.terms.value(attribute.get("AttributeType")?)?;
            Some(Block::new().with("name", name).with("type", kind))
        });
        let attributes = attributes.collect::<Option<Vec<_>>>()?;
        self.block.set("attribute", attributes);
        Some(())
    }

    /// A function cannot be made before its role may do what Lambda checks, such as sending to the
    /// dead-letter queue; CloudFormation makes a role and its policy in one.
    fn order(&mut self) {
        let role = match self.resource.resource_type.as_str() {
            types::FUNCTION => "Role",
            types::SCHEDULE => "Target/RoleArn",
            _ => return,
        };
        if let Some(plan::Value::Arn(role)) = self.resource.properties.get(role)
            && self.terms.is(role, types::ROLE)
        {
            self.block.set("depends_on", vec![format!("aws_iam_role_policy.{role}")]);
        }
    }

    /// A type of CloudFormation's that the provider makes through AWS Cloud Control.
    fn raw(&mut self) {
        if !is_of_cloud_control(&self.resource.resource_type) {
            self.miss("", Lacks::Resource);
        }
        let id = self.resource.id.to_string();
        let mut properties = Block::new();
        for (name, value) in self.resource.properties.entries() {
            match self.terms.value(value) {
                Some(value) => properties.push(&literal(name), value),
                None => self.miss(name, Lacks::Expression),
            }
        }
        self.block.set("type_name", literal(&self.resource.resource_type));
        self.block.set("desired_state", encoded(&id));
        self.local.push((id, properties.into()));
    }
}

/// Who asked for a resource, as a comment.
fn provenance(resource: &Resource<'_>) -> String {
    let bricks: Vec<_> = resource.part.facts.bricks().iter().map(|brick| brick.as_str()).collect();
    let of = match bricks.len() {
        0 => "",
        1 => ", of brick ",
        _ => ", of bricks ",
    };
    literal(&format!("{}{of}{}", resource.part.entity, bricks.join(", ")))
}

/// A document among the locals, as the text that AWS takes.
fn encoded(local: &str) -> String {
    format!("${{jsonencode(local.{local})}}")
}

/// `MaximumPollers` → `maximum_pollers`.
fn snake_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}
