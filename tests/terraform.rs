//! The Terraform configuration says what the CloudFormation template says, and Terraform takes it.

#[path = "terraform/fixtures.rs"]
mod fixtures;

use fixtures::{beyond_the_provider, both, jobs, long_names, networks, worker};
use net_dsl::{
    Graph, Network,
    prelude::*,
    property::{self, lambda, sqs},
};
use net_synth::{Plan, check};
use net_tests::{
    everything::everything,
    run::Folder,
    terraform::{blocks, entries, faults},
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
};

fn configuration(network: &Network) -> Value {
    both(&name!("test"), network).0
}

#[test]
fn the_provider_takes_every_configuration() {
    for (name, network) in networks() {
        assert_eq!(faults(&both(&name, &network).0), [""; 0], "{name}");
    }
}

#[test]
fn what_the_provider_does_not_take_is_found() {
    let good = configuration(&everything());
    let faulty = |at: &str, value: Value| {
        let mut configuration = good.clone();
        let (parent, name) = at.rsplit_once('/').expect("a path");
        let parent = configuration.pointer_mut(parent).expect("there is such a place");
        match value {
            Value::Null => drop(parent.as_object_mut().expect("an object").remove(name)),
            value => parent[name] = value,
        }
        let found = faults(&configuration);
        assert!(!found.is_empty(), "{at}");
        found.join("\n")
    };
    let queue = "/resource/aws_sqs_queue/OrdersQueue";
    for (at, value, said) in [
        (format!("{queue}/visibility_timout"), json!(1), "there is no such argument"),
        (format!("{queue}/arn"), json!("x"), "cannot be set"),
        (format!("{queue}/delay_seconds"), json!("soon"), "is not \"number\""),
        (format!("{queue}/fifo_queue"), json!(1), "is not \"bool\""),
        ("/resource/aws_lambda_function/TillFunction/role".into(), Value::Null, "role is missing"),
        (
            "/resource/aws_scheduler_schedule/ClockToCleanerSchedule/target".into(),
            Value::Null,
            "target is missing",
        ),
        ("/resource/aws_sqs_qeue".into(), json!({ "X": {} }), "there is no such type"),
        (format!("{queue}/policy"), json!("${aws_sqs_queue.Nowhere.arn}"), "leads nowhere"),
        (format!("{queue}/policy"), json!("${aws_sqs_queue.CoursesQueue.are}"), "leads nowhere"),
        (format!("{queue}/policy"), json!("${aws_sqs_queue.OrdersQueue.arn}"), "itself"),
        (
            format!("{queue}/depends_on"),
            json!(["aws_sqs_queue_policy.OrdersQueuePolicy"]),
            "itself",
        ),
        ("/variable/Idle".into(), json!({ "type": "string" }), "nothing uses it"),
    ] {
        let found = faulty(&at, value);
        assert!(found.contains(said), "{at}: {found}");
    }
}

/// What the provider calls what CloudFormation calls otherwise. What is not listed is compared by the
/// very same name, so anything that only one of the two sets fails.
const CALLED: [(&str, &str); 79] = [
    ("auth_parameters.api_key.key", "AuthParameters.ApiKeyAuthParameters.ApiKeyName"),
    ("auth_parameters.api_key.value", "AuthParameters.ApiKeyAuthParameters.ApiKeyValue"),
    ("connection_arn", "ConnectionArn"),
    ("event_bus_name", "EventBusName"),
    ("http_method", "HttpMethod"),
    ("invocation_endpoint", "InvocationEndpoint"),
    ("retention_days", "RetentionDays"),
    ("state", "State"),
    ("architectures", "Architectures"),
    ("action", "Action"),
    ("api_id", "ApiId"),
    ("authorization_type", "AuthorizationType"),
    ("auto_deploy", "AutoDeploy"),
    ("batch_size", "BatchSize"),
    ("billing_mode", "BillingMode"),
    ("bucket", "Bucket"),
    ("bisect_batch_on_function_error", "BisectBatchOnFunctionError"),
    ("assume_role_policy", "AssumeRolePolicyDocument"),
    ("content_based_deduplication", "ContentBasedDeduplication"),
    ("cors_configuration.allow_origins", "CorsConfiguration.AllowOrigins"),
    ("dead_letter_config.target_arn", "DeadLetterConfig.TargetArn"),
    ("deduplication_scope", "DeduplicationScope"),
    ("default_route_settings.throttling_burst_limit", "DefaultRouteSettings.ThrottlingBurstLimit"),
    ("default_route_settings.throttling_rate_limit", "DefaultRouteSettings.ThrottlingRateLimit"),
    ("delay_seconds", "DelaySeconds"),
    ("deletion_protection_enabled", "DeletionProtectionEnabled"),
    ("destination_config.on_failure.destination_arn", "DestinationConfig.OnFailure.Destination"),
    ("display_name", "DisplayName"),
    ("enabled", "Enabled"),
    ("endpoint", "Endpoint"),
    ("ephemeral_storage.size", "EphemeralStorage.Size"),
    ("event_source_arn", "EventSourceArn"),
    ("event_source_token", "EventSourceToken"),
    ("fifo_queue", "FifoQueue"),
    ("fifo_throughput_limit", "FifoThroughputLimit"),
    ("flexible_time_window.mode", "FlexibleTimeWindow.Mode"),
    ("function_name", "FunctionName"),
    ("function_response_types", "FunctionResponseTypes"),
    ("handler", "Handler"),
    ("integration_type", "IntegrationType"),
    ("integration_uri", "IntegrationUri"),
    ("log_group_class", "LogGroupClass"),
    ("logging_config.log_format", "LoggingConfig.LogFormat"),
    ("logging_config.log_group", "LoggingConfig.LogGroup"),
    ("max_session_duration", "MaxSessionDuration"),
    ("maximum_batching_window_in_seconds", "MaximumBatchingWindowInSeconds"),
    ("maximum_retry_attempts", "MaximumRetryAttempts"),
    ("memory_size", "MemorySize"),
    ("message_retention_seconds", "MessageRetentionPeriod"),
    ("name", "Name"),
    ("payload_format_version", "PayloadFormatVersion"),
    (
        "point_in_time_recovery.enabled",
        "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled",
    ),
    ("principal", "Principal"),
    ("protocol", "Protocol"),
    ("protocol_type", "ProtocolType"),
    ("raw_message_delivery", "RawMessageDelivery"),
    ("receive_wait_time_seconds", "ReceiveMessageWaitTimeSeconds"),
    ("recursive_loop", "RecursiveLoop"),
    ("reserved_concurrent_executions", "ReservedConcurrentExecutions"),
    ("retention_in_days", "RetentionInDays"),
    ("role", "Role"),
    ("route_key", "RouteKey"),
    ("runtime", "Runtime"),
    ("scaling_config.maximum_concurrency", "ScalingConfig.MaximumConcurrency"),
    ("schedule_expression", "ScheduleExpression"),
    ("schedule_expression_timezone", "ScheduleExpressionTimezone"),
    ("source_account", "SourceAccount"),
    ("source_arn", "SourceArn"),
    ("sqs_managed_sse_enabled", "SqsManagedSseEnabled"),
    ("starting_position", "StartingPosition"),
    ("stream_view_type", "StreamSpecification.StreamViewType"),
    ("target", "Target"),
    ("timeout", "Timeout"),
    ("timeout_milliseconds", "TimeoutInMillis"),
    ("topic_arn", "TopicArn"),
    ("ttl.attribute_name", "TimeToLiveSpecification.AttributeName"),
    ("ttl.enabled", "TimeToLiveSpecification.Enabled"),
    ("visibility_timeout_seconds", "VisibilityTimeout"),
    ("policy", "PolicyDocument"),
];

/// The types by which each resource is made, CloudFormation's and the provider's.
const TYPES: [(&str, &str); 23] = [
    ("AWS::ApiGatewayV2::Api", "aws_apigatewayv2_api"),
    ("AWS::ApiGatewayV2::Integration", "aws_apigatewayv2_integration"),
    ("AWS::ApiGatewayV2::Route", "aws_apigatewayv2_route"),
    ("AWS::ApiGatewayV2::Stage", "aws_apigatewayv2_stage"),
    ("AWS::DynamoDB::Table", "aws_dynamodb_table"),
    ("AWS::Events::ApiDestination", "aws_cloudwatch_event_api_destination"),
    ("AWS::Events::Archive", "aws_cloudwatch_event_archive"),
    ("AWS::Events::Connection", "aws_cloudwatch_event_connection"),
    ("AWS::Events::EventBus", "aws_cloudwatch_event_bus"),
    ("AWS::Events::Rule", "aws_cloudwatch_event_rule"),
    ("AWS::IAM::Role", "aws_iam_role"),
    ("AWS::Lambda::EventSourceMapping", "aws_lambda_event_source_mapping"),
    ("AWS::Lambda::Function", "aws_lambda_function"),
    ("AWS::Lambda::Permission", "aws_lambda_permission"),
    ("AWS::Logs::LogGroup", "aws_cloudwatch_log_group"),
    ("AWS::S3::Bucket", "aws_s3_bucket"),
    ("AWS::S3::BucketPolicy", "aws_s3_bucket_policy"),
    ("AWS::SNS::Subscription", "aws_sns_topic_subscription"),
    ("AWS::SNS::Topic", "aws_sns_topic"),
    ("AWS::SNS::TopicPolicy", "aws_sns_topic_policy"),
    ("AWS::SQS::Queue", "aws_sqs_queue"),
    ("AWS::SQS::QueuePolicy", "aws_sqs_queue_policy"),
    ("AWS::Scheduler::Schedule", "aws_scheduler_schedule"),
];

/// The provider's resources that are settings of a bucket, and the property that each is.
const BUCKET_SETTINGS: [(&str, &str); 7] = [
    ("aws_s3_bucket_cors_configuration", "CorsConfiguration"),
    ("aws_s3_bucket_lifecycle_configuration", "LifecycleConfiguration"),
    ("aws_s3_bucket_notification", "NotificationConfiguration"),
    ("aws_s3_bucket_ownership_controls", "OwnershipControls"),
    ("aws_s3_bucket_public_access_block", "PublicAccessBlockConfiguration"),
    ("aws_s3_bucket_server_side_encryption_configuration", "BucketEncryption"),
    ("aws_s3_bucket_versioning", ""),
];

/// The provider's words inside them, and CloudFormation's.
const IN_SETTINGS: [(&str, &str); 29] = [
    ("abort_incomplete_multipart_upload", "AbortIncompleteMultipartUpload"),
    ("allowed_headers", "AllowedHeaders"),
    ("allowed_methods", "AllowedMethods"),
    ("allowed_origins", "AllowedOrigins"),
    ("apply_server_side_encryption_by_default", "ServerSideEncryptionByDefault"),
    ("block_public_acls", "BlockPublicAcls"),
    ("block_public_policy", "BlockPublicPolicy"),
    ("cors_rule", "CorsRules"),
    ("days_after_initiation", "DaysAfterInitiation"),
    ("expose_headers", "ExposedHeaders"),
    ("id", "Id"),
    ("ignore_public_acls", "IgnorePublicAcls"),
    ("lambda_function", "LambdaConfigurations"),
    ("lambda_function_arn", "Function"),
    ("max_age_seconds", "MaxAge"),
    ("noncurrent_days", "NoncurrentDays"),
    ("noncurrent_version_expiration", "NoncurrentVersionExpiration"),
    ("object_ownership", "ObjectOwnership"),
    ("queue", "QueueConfigurations"),
    ("queue_arn", "Queue"),
    ("restrict_public_buckets", "RestrictPublicBuckets"),
    ("sse_algorithm", "SSEAlgorithm"),
    ("status", "Status"),
    ("topic", "TopicConfigurations"),
    ("topic_arn", "Topic"),
    ("versioning_configuration", "VersioningConfiguration"),
    ("days", "ExpirationInDays"),
    ("expired_object_delete_marker", "ExpiredObjectDeleteMarker"),
    ("prefix", "Prefix"),
];

/// A setting of a bucket in CloudFormation's words.
fn renamed(value: &Value) -> Value {
    let Value::Object(map) = value else {
        return match value {
            Value::Array(items) => items.iter().map(renamed).collect(),
            value => value.clone(),
        };
    };
    let mut object = json!({});
    let mut rules = Vec::new();
    for (key, value) in map {
        match key.as_str() {
            // Of these only what is inside counts.
            "filter" | "expiration" => {
                for (key, value) in entries(&renamed(value)) {
                    object[key] = value.clone();
                }
            }
            "filter_prefix" => rules.insert(0, json!({ "Name": "prefix", "Value": value })),
            "filter_suffix" => rules.push(json!({ "Name": "suffix", "Value": value })),
            "events" => object["Event"] = value[0].clone(),
            "eventbridge" => {
                object["EventBridgeConfiguration"] = json!({ "EventBridgeEnabled": value });
            }
            "rule"
                if value[0].get("object_ownership").is_some() || value[0].get("id").is_some() =>
            {
                object["Rules"] = renamed(value);
            }
            "rule" => object["ServerSideEncryptionConfiguration"] = renamed(value),
            key => {
                let known = IN_SETTINGS.iter().find(|(ours, _)| *ours == key);
                let (_, theirs) = known.unwrap_or_else(|| panic!("{key} is not known"));
                object[*theirs] = renamed(value);
            }
        }
    }
    if !rules.is_empty() {
        object["Filter"] = json!({ "S3Key": { "Rules": rules } });
    }
    object
}

type Facts = BTreeMap<String, Value>;

#[test]
fn both_emitters_describe_the_same_resources_by_value() {
    for (name, network) in networks() {
        let (configuration, template) = both(&name, &network);
        let theirs: BTreeMap<&str, Facts> = entries(&template["Resources"])
            .map(|(id, resource)| (id, of_template(resource)))
            .collect();
        let mut ours: BTreeMap<&str, Facts> = BTreeMap::new();
        for (kind, id, block) in blocks(&configuration, "resource") {
            let facts = of_configuration(&configuration, kind, id, block);
            for (property, value) in facts {
                let set = ours.entry(id).or_default().insert(property.clone(), value);
                assert_eq!(set, None, "{property} of {id} is said twice");
            }
        }
        assert!(ours.keys().eq(theirs.keys()), "{name}");
        for (id, facts) in ours {
            let (ours, theirs) = (json!(facts), json!(theirs[id]));
            assert!(ours == theirs, "{id} of {name}:\n{ours:#}\n{theirs:#}");
        }
    }
}

#[test]
fn both_emitters_ask_and_tell_the_same() {
    for (name, network) in networks() {
        let (configuration, template) = both(&name, &network);
        let parameters: BTreeMap<String, &Value> = entries(&template["Parameters"])
            .map(|(id, parameter)| (id.replace("CodeBucket", "CodeFolder"), parameter))
            .collect();
        let variables: BTreeMap<&str, &Value> =
            entries(&configuration["variable"]).filter(|(id, _)| *id != "StackName").collect();
        assert!(parameters.keys().eq(variables.keys()), "{name}");
        for (id, variable) in variables.into_iter().filter(|(id, _)| *id != "CodeFolder") {
            let parameter = parameters[id];
            assert_eq!(variable["description"], parameter["Description"]);
            assert_eq!(variable.get("default"), parameter.get("Default"));
            let condition = variable["validation"]["condition"].as_str().expect("a condition");
            let pattern = parameter["AllowedPattern"].as_str().expect("a pattern");
            assert!(condition.contains(&pattern.replace('\\', "\\\\")), "{condition}");
        }
        let outputs = |section: &Value, value: &str| -> Facts {
            entries(section).map(|(id, output)| (id.to_owned(), common(&output[value]))).collect()
        };
        let theirs = outputs(&template["Outputs"], "Value");
        assert_eq!(outputs(&configuration["output"], "value"), theirs);
        assert_eq!(configuration["variable"]["StackName"]["default"], name.to_string());
    }
}

/// What a template says of a resource: each property that is no object, by its path.
fn of_template(resource: &Value) -> Facts {
    let mut facts = Facts::new();
    facts.insert("Type".into(), resource["Type"].clone());
    let kind = resource["Type"].as_str().expect("a type");
    if TYPES.iter().any(|(known, _)| *known == kind) {
        flatten(&common(&resource["Properties"]), "", &mut facts);
    } else {
        facts.insert("Properties".into(), resource["Properties"].clone());
    }
    if resource["DeletionPolicy"] == "Retain" {
        facts.insert("Retained".into(), json!(true));
    }
    // Where the package lies is a bucket's key in the one, a folder's file in the other.
    facts.remove("Code.S3Bucket");
    if let Some(queues) = facts.remove("Queues") {
        facts.insert("Queue".into(), queues[0].clone());
    }
    // A resource of which nothing is said has no properties.
    facts.remove("");
    if let Some(topics) = facts.remove("Topics") {
        facts.insert("Topic".into(), topics[0].clone());
    }
    facts
}

/// What a configuration says of a resource, as [`of_template`] says it.
fn of_configuration(configuration: &Value, kind: &str, id: &str, block: &Value) -> Facts {
    let mut said = Facts::new();
    flatten(&documents(configuration, block), "", &mut said);
    let mut facts = Facts::new();
    let mut take = |name: &str| said.remove(name);
    take("//");
    // The order of making; the check of references sees to it.
    take("depends_on");
    if take("lifecycle.prevent_destroy") == Some(json!(true)) {
        facts.insert("Retained".into(), json!(true));
    }
    match kind {
        "aws_cloudcontrolapi_resource" => {
            facts.insert("Type".into(), take("type_name").expect("a type"));
            let mut properties = json!({});
            let prefix = "desired_state.";
            for (path, value) in &said {
                let path = path.strip_prefix(prefix).unwrap_or_else(|| panic!("{path} of {id}"));
                let mut place = &mut properties;
                for part in path.split('.') {
                    place = &mut place[part];
                }
                *place = value.clone();
            }
            facts.insert("Properties".into(), properties);
            return facts;
        }
        // Two resources of the provider are parts of one of CloudFormation's.
        "aws_iam_role_policy" => {
            assert_eq!(take("role"), Some(json!(format!("<{id}>"))));
            let policy = json!([{ "PolicyName": take("name"), "PolicyDocument": said["policy"] }]);
            facts.insert("Policies".into(), policy);
            return facts;
        }
        // Each setting of a bucket is one.
        setting if BUCKET_SETTINGS.iter().any(|(known, _)| *known == setting) => {
            assert_eq!(take("bucket"), Some(json!(format!("<{id}>"))));
            let (_, theirs) =
                BUCKET_SETTINGS.iter().find(|(known, _)| *known == setting).expect("it is");
            let mut block = json!({});
            for (path, value) in said {
                let place = path.split('.').fold(&mut block, |place, part| &mut place[part]);
                *place = value;
            }
            flatten(&renamed(&block), theirs, &mut facts);
            return facts;
        }
        // What a rule leads to.
        "aws_cloudwatch_event_target" => {
            assert_eq!(take("rule"), Some(json!(format!("<{id}>"))));
            assert_eq!(take("event_bus_name"), Some(json!(format!("<{id}.EventBusName>"))));
            let mut target = json!({});
            for (ours, theirs) in [
                ("target_id", "/Id"),
                ("arn", "/Arn"),
                ("role_arn", "/RoleArn"),
                ("input_path", "/InputPath"),
                ("dead_letter_config.arn", "/DeadLetterConfig/Arn"),
                ("retry_policy.maximum_retry_attempts", "/RetryPolicy/MaximumRetryAttempts"),
                (
                    "retry_policy.maximum_event_age_in_seconds",
                    "/RetryPolicy/MaximumEventAgeInSeconds",
                ),
            ] {
                if let Some(value) = take(ours) {
                    let place =
                        theirs.split('/').skip(1).fold(&mut target, |place, part| &mut place[part]);
                    *place = value;
                }
            }
            assert!(said.is_empty(), "{said:?}");
            facts.insert("Targets".into(), json!([target]));
            return facts;
        }
        "aws_lambda_function_recursion_config" => {
            assert_eq!(take("function_name"), Some(json!(format!("<{id}>"))));
        }
        _ => {
            let known = TYPES.iter().find(|(_, ours)| *ours == kind);
            let (theirs, _) = known.unwrap_or_else(|| panic!("{kind} is not known"));
            facts.insert("Type".into(), json!(theirs));
        }
    }
    let made_up = json!(format!("<AWS::StackName>-{id}"));
    match kind {
        "aws_lambda_function" => {
            let hash = take("source_code_hash").expect("a hash");
            let file = take("filename").expect("a package");
            let file = file.as_str().expect("a path");
            assert_eq!(hash, format!("filebase64sha256(\"{file}\")"));
            let key = file.strip_prefix("<CodeFolder>/").expect("a file in the folder");
            facts.insert("Code.S3Key".into(), json!(key));
            if said["function_name"] == made_up {
                said.remove("function_name");
            }
            let variables = said.keys().filter(|path| path.starts_with("environment.")).cloned();
            for path in variables.collect::<Vec<_>>() {
                let value = said.remove(&path).expect("it is there");
                facts.insert(path.replace("environment.variables", "Environment.Variables"), value);
            }
        }
        "aws_dynamodb_table" => {
            assert_eq!(take("name"), Some(made_up));
            let keys = [("hash_key", "HASH"), ("range_key", "RANGE")].into_iter();
            let keys: Vec<_> = keys
                .filter_map(|(name, kind)| {
                    Some(json!({ "AttributeName": take(name)?, "KeyType": kind }))
                })
                .collect();
            facts.insert("KeySchema".into(), json!(keys));
            let attributes = take("attribute").expect("attributes");
            let attributes = attributes.as_array().expect("a list").iter();
            let attributes: Vec<_> = attributes
                .map(|one| json!({ "AttributeName": one["name"], "AttributeType": one["type"] }))
                .collect();
            facts.insert("AttributeDefinitions".into(), json!(attributes));
            assert_eq!(take("stream_enabled").is_some(), said.contains_key("stream_view_type"));
        }
        "aws_iam_role" | "aws_cloudwatch_log_group" | "aws_sns_topic" => {
            assert_eq!(take("name"), Some(made_up));
        }
        "aws_sqs_queue" => {
            let suffix = if said.contains_key("fifo_queue") { ".fifo" } else { "" };
            assert_eq!(said.remove("name"), Some(json!(format!("<AWS::StackName>-{id}{suffix}"))));
        }
        "aws_sqs_queue_policy" => {
            facts.insert("Queue".into(), take("queue_url").expect("a queue"));
        }
        "aws_scheduler_schedule" => {
            assert_eq!(take("name"), Some(made_up));
            for (ours, theirs) in [
                ("target.arn", "Target.Arn"),
                ("target.role_arn", "Target.RoleArn"),
                ("target.input", "Target.Input"),
                (
                    "target.retry_policy.maximum_event_age_in_seconds",
                    "Target.RetryPolicy.MaximumEventAgeInSeconds",
                ),
                (
                    "target.retry_policy.maximum_retry_attempts",
                    "Target.RetryPolicy.MaximumRetryAttempts",
                ),
            ] {
                facts.extend(take(ours).map(|value| (theirs.to_owned(), value)));
            }
        }
        kind if kind.starts_with("aws_cloudwatch_event_") => {
            if said.get("name") == Some(&made_up) {
                said.remove("name");
            }
            if kind == "aws_cloudwatch_event_archive" {
                facts.insert("SourceArn".into(), said.remove("event_source_arn").expect("a bus"));
            }
            let pattern: Facts =
                said.extract_if(.., |path, _| path.starts_with("event_pattern")).collect();
            for (path, value) in pattern {
                facts.insert(path.replacen("event_pattern", "EventPattern", 1), value);
            }
        }
        "aws_s3_bucket" => {
            facts.extend(take("bucket").map(|name| ("BucketName".to_owned(), name)));
        }
        "aws_sns_topic_policy" => {
            facts.insert("Topic".into(), take("arn").expect("a topic"));
        }
        "aws_apigatewayv2_stage" => {
            facts.insert("StageName".into(), take("name").expect("a name"));
        }
        _ => {}
    }
    for (path, value) in said {
        // Documents are compared part by part.
        let (first, rest) = match path.split_once('.') {
            Some((first, rest)) if first == "redrive_policy" => (first, rest),
            _ => (path.as_str(), ""),
        };
        let name = match (first, rest) {
            ("redrive_policy", part) => format!("RedrivePolicy.{part}"),
            (path, _) => {
                let called = CALLED.iter().find(|(ours, _)| *ours == path);
                called.unwrap_or_else(|| panic!("{path} of {kind} is not known")).1.to_owned()
            }
        };
        facts.insert(name, value);
    }
    facts
}

/// The block in the common form, with what it encodes from the locals in its place.
fn documents(configuration: &Value, block: &Value) -> Value {
    let mut block = block.clone();
    for (_, value) in block.as_object_mut().expect("a block") {
        let Some(inside) = value
            .as_str()
            .and_then(|text| text.strip_prefix("${jsonencode("))
            .and_then(|text| text.strip_suffix(")}"))
        else {
            continue;
        };
        *value = match inside.strip_prefix("local.") {
            Some(name) => configuration["locals"][name].clone(),
            None => object(inside),
        };
    }
    common(&block)
}

/// `{a = b, c = 1}`, as an expression writes it.
fn object(text: &str) -> Value {
    let text = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).expect("braces");
    let entries = text.split(", ").map(|entry| {
        let (key, value) = entry.split_once(" = ").expect("an entry");
        let number = value.parse::<u64>().map(|number| json!(number));
        (key.to_owned(), number.unwrap_or_else(|_| json!(format!("${{{value}}}"))))
    });
    Value::Object(entries.collect())
}

/// Values that are no objects, by path. Policies stay whole: they are compared statement by statement.
fn flatten(value: &Value, path: &str, facts: &mut Facts) {
    match value {
        Value::Object(map) if !map.is_empty() && !map.contains_key("Statement") => {
            for (key, value) in map {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                flatten(value, &path, facts);
            }
        }
        value => drop(facts.insert(path.to_owned(), value.clone())),
    }
}

/// A value with its references as `<Id>`, `<Id.Arn>` and `<AWS::Region>`, whichever language it is in.
fn common(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let only = if map.len() == 1 { map.iter().next() } else { None };
            match only.map(|(key, value)| (key.as_str(), value)) {
                Some(("Ref", Value::String(id))) => json!(format!("<{id}>")),
                Some(("Fn::GetAtt", Value::Array(parts))) => {
                    let parts: Vec<_> = parts.iter().filter_map(Value::as_str).collect();
                    json!(format!("<{}>", parts.join(".")))
                }
                Some(("Fn::Sub", Value::String(text))) => {
                    json!(replaced(text, &|id| id.to_owned()))
                }
                _ => Value::Object(
                    map.iter().map(|(key, value)| (key.clone(), common(value))).collect(),
                ),
            }
        }
        Value::Array(list) => list.iter().map(common).collect(),
        Value::String(text) => {
            json!(replaced(text, &of_expression).replace("LogGroup.Arn>:*", "LogGroup.Arn>"))
        }
        other => other.clone(),
    }
}

/// The text with what stands in `${…}` as `<…>`, by a rule.
fn replaced(text: &str, rule: &dyn Fn(&str) -> String) -> String {
    let Some(start) = text.find("${") else { return text.to_owned() };
    // A function's argument holds expressions itself.
    if let Some(call) =
        text.strip_prefix("${filebase64sha256(").and_then(|rest| rest.strip_suffix(")}"))
    {
        return format!("filebase64sha256({})", replaced(call, rule));
    }
    let (before, after) = (&text[..start], &text[start + 2..]);
    let (inside, rest) = after.split_once('}').expect("a brace");
    format!("{before}<{}>{}", rule(inside), replaced(rest, rule))
}

/// `aws_sqs_queue.X.arn` → `X.Arn`.
fn of_expression(expression: &str) -> String {
    match expression.split('.').collect::<Vec<_>>()[..] {
        ["var", "StackName"] => "AWS::StackName".to_owned(),
        ["var", name] => name.to_owned(),
        ["data", "aws_caller_identity", "current", "account_id"] => "AWS::AccountId".to_owned(),
        ["data", "aws_partition", "current", "partition"] => "AWS::Partition".to_owned(),
        ["data", "aws_partition", "current", "dns_suffix"] => "AWS::URLSuffix".to_owned(),
        ["data", "aws_region", "current", "region"] => "AWS::Region".to_owned(),
        ["aws_sns_topic", id, "arn"] => id.to_owned(),
        [_, id, "arn"] => format!("{id}.Arn"),
        [_, id, "stream_arn"] => format!("{id}.StreamArn"),
        ["aws_sqs_queue", id, "url"]
        | ["aws_lambda_function", id, "function_name"]
        | ["aws_iam_role" | "aws_dynamodb_table" | "aws_cloudwatch_log_group", id, "name"]
        | ["aws_apigatewayv2_api" | "aws_apigatewayv2_integration" | "aws_s3_bucket", id, "id"]
        | ["aws_cloudwatch_event_bus" | "aws_cloudwatch_event_rule", id, "name"] => id.to_owned(),
        ["aws_cloudwatch_event_rule", id, "event_bus_name"] => format!("{id}.EventBusName"),
        _ => panic!("not known: {expression}"),
    }
}

#[test]
fn overrides_are_set_on_the_argument_that_is_the_same_property() {
    let tags = json!([{ "Key": "Team", "Value": "${blue}" }]);
    let filters = json!({ "Pattern": "{\"body\":{\"kind\":[\"urgent\"]}}" });
    let network = jobs()
        .triggers(&worker())
        .set(lambda::event_source_mapping::FILTER_CRITERIA_FILTERS, json!([filters]))
        + property::set(&worker(), lambda::function::TAGS, tags)
        + property::set(&worker(), lambda::function::TRACING_CONFIG_MODE, "Active")
        + property::set(&jobs(), sqs::queue::RECEIVE_MESSAGE_WAIT_TIME_SECONDS, 20);
    let configuration = configuration(&network);
    assert_eq!(faults(&configuration), [""; 0]);
    let resource = &configuration["resource"];
    let function = &resource["aws_lambda_function"]["WorkerFunction"];
    // Terraform would take a brace behind a dollar for an expression.
    assert_eq!(function["tags"], json!({ "Team": "$${blue}" }));
    assert_eq!(function["tracing_config"], json!({ "mode": "Active" }));
    let mapping = &resource["aws_lambda_event_source_mapping"]["JobsToWorkerMapping"];
    let pattern = "{\"body\":{\"kind\":[\"urgent\"]}}";
    assert_eq!(mapping["filter_criteria"], json!({ "filter": [{ "pattern": pattern }] }));
    assert_eq!(resource["aws_sqs_queue"]["JobsQueue"]["receive_wait_time_seconds"], 20);
}

#[test]
fn what_terraform_cannot_express_is_refused_and_not_left_out() {
    let configuration = configuration(&beyond_the_provider());
    let refusals: BTreeSet<String> = blocks(&configuration, "resource")
        .filter_map(|(_, _, block)| block["lifecycle"]["precondition"].as_array())
        .flatten()
        .map(|refusal| {
            assert_eq!(refusal["condition"], "${var.StackName == null}");
            refusal["error_message"].as_str().expect("a message").to_owned()
        })
        .collect();
    let said: Vec<_> =
        refusals.iter().map(|text| text.split(", and").next().unwrap_or_default()).collect();
    assert_eq!(
        said,
        [
            "The network sets RuntimeManagementConfig/UpdateRuntimeOn of WorkerFunction",
            "The network sets Tags of JobsQueue",
        ]
    );
}

#[test]
fn names_too_long_for_their_service_are_cut_and_stay_different() {
    let configuration = configuration(&long_names());
    let (_, id, block) = blocks(&configuration, "resource")
        .find(|(kind, ..)| *kind == "aws_lambda_function")
        .expect("a function");
    let whole = format!("\"${{var.StackName}}-{id}\"");
    let expected = format!("${{substr({whole}, 0, 55)}}-${{substr(sha256({whole}), 0, 8)}}");
    assert_eq!(block["function_name"], expected);
    assert_eq!(faults(&configuration), [""; 0]);
}

fn checked(network: &Network) -> Vec<(String, &'static str)> {
    let graph = Graph::new(network);
    let findings = check::check_for_terraform(&Plan::new(&name!("test"), &graph), &graph);
    let asked = findings.into_iter().filter(|finding| finding.rule.code == "P301");
    asked
        .map(|finding| {
            assert!(finding.is_fatal());
            let file = finding.labels[0].at.file();
            assert!(
                file == "tests/terraform.rs" || file == "tests/terraform/fixtures.rs",
                "{file}"
            );
            (finding.message, finding.rule.code)
        })
        .collect()
}

#[test]
fn what_terraform_would_refuse_is_found_before() {
    for (name, network) in networks() {
        assert_eq!(checked(&network), [], "{name}");
    }
    let raw = |resource_type, properties| {
        let raw = Raw::builder().name(name!("it")).resource_type(resource_type);
        jobs().triggers(&worker()) + &raw.properties(properties).build()
    };
    let parameter = |value| {
        raw(resource_type!("AWS::SSM::Parameter"), json!({ "Type": "String", "Value": value }))
    };
    let no_value = "`Value` of `it` has a value that Terraform has no expression for";
    for (network, expected) in [
        (
            raw(resource_type!("AWS::IAM::AccessKey"), json!({ "UserName": "cook" })),
            vec!["`it` is of the type AWS::IAM::AccessKey, which Terraform cannot make"],
        ),
        (parameter(json!({ "Fn::ImportValue": "shared" })), vec![no_value]),
        (parameter(json!({ "Ref": "AWS::StackId" })), vec![no_value]),
        (parameter(json!({ "Fn::Sub": "${AWS::NotificationARNs}" })), vec![no_value]),
        (parameter(json!({ "Fn::Join": ["-", ["a", { "Fn::Cidr": [] }]] })), vec![no_value]),
        (parameter(json!({ "Fn::Join": ["-", ["a", { "Ref": "AWS::Region" }]] })), vec![]),
        (
            beyond_the_provider(),
            vec![
                "`RuntimeManagementConfig/UpdateRuntimeOn` of `worker` has no argument in Terraform's provider",
                "`Tags` of `jobs` has a value that Terraform has no expression for",
            ],
        ),
    ] {
        let mut found: Vec<_> = checked(&network).into_iter().map(|(message, _)| message).collect();
        found.sort();
        let mut expected = expected;
        expected.sort_unstable();
        assert_eq!(found, expected);
        // Just what refuses to be planned is found.
        let configuration = configuration(&network);
        let refusals = blocks(&configuration, "resource")
            .filter_map(|(_, _, block)| block["lifecycle"]["precondition"].as_array())
            .map(Vec::len);
        assert_eq!(refusals.sum::<usize>(), expected.len());
        // Who does not ask is not told.
        let graph = Graph::new(&network);
        let findings = check::check(&Plan::new(&name!("test"), &graph), &graph);
        assert!(findings.iter().all(|finding| finding.rule.code != "P301"));
    }
}

fn command(network: &Network, arguments: &[&str]) -> (String, std::process::ExitCode) {
    let folder = Folder::new();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut all = vec![OsString::from("test")];
    all.extend(arguments.iter().map(OsString::from));
    if arguments.is_empty() {
        all.extend(["--out".into(), folder.path().join("files").into()]);
    }
    let code = net_synth::run_with("test", network, all, &mut out, &mut err);
    (anstream::adapter::strip_str(&String::from_utf8_lossy(&out)).to_string(), code)
}

#[test]
fn the_command_line_says_what_terraform_would_refuse() {
    let tags = [net_dsl::property::set(
        &jobs(),
        sqs::queue::TAGS,
        json!([{
            "Key": "of",
            "Value": { "Fn::ImportValue": "shared" },
        }]),
    )];
    let network = Network::from(jobs().triggers(&worker())) + tags;
    let clean: Network = jobs().triggers(&worker()).into();
    let (out, code) = command(&network, &["check"]);
    assert!(
        out.ends_with("test: no findings\n") && code == std::process::ExitCode::SUCCESS,
        "{out}"
    );
    let (out, code) = command(&network, &["check", "--terraform"]);
    assert!(out.contains("error[P301]: `Tags` of `jobs`"), "{out}");
    assert_ne!(code, std::process::ExitCode::SUCCESS);
    let (out, code) = command(&clean, &["check", "--terraform"]);
    assert!(
        out.ends_with("test: no findings\n") && code == std::process::ExitCode::SUCCESS,
        "{out}"
    );
    let (out, _) = command(&network, &[]);
    let said = "Not with Terraform, which refuses main.tf.json: `check --terraform` says why\n";
    assert!(out.ends_with(said) && !out.contains("terraform -chdir"), "{out}");
    let (out, _) = command(&clean, &[]);
    assert!(out.contains("terraform -chdir") && !out.contains("Not with Terraform"), "{out}");
}

#[test]
fn keys_are_escaped_as_values_are() {
    const EVIL: &str = "${a} %{b} \"q\" back\\slash\nline $";
    let raw = Raw::builder()
        .name(name!("it"))
        .resource_type(resource_type!("Acme::Shop::Window"))
        .properties(json!({ EVIL: { EVIL: EVIL }, "for": [{ EVIL: EVIL }] }))
        .build();
    // A policy becomes a text, made by an expression.
    let policy = json!({ EVIL: EVIL, "for": { EVIL: { "Ref": "AWS::Region" } } });
    let api = HttpApi::builder().name(name!("shop")).build();
    let network = jobs().triggers(&worker())
        + &raw
        + &api
        + property::set(&jobs(), sqs::queue::REDRIVE_ALLOW_POLICY, policy)
        + property::set(&jobs(), sqs::queue::TAGS, json!([{ "Key": EVIL, "Value": EVIL }]));
    let configuration = configuration(&network);
    let template = "$${a} %%{b} \"q\" back\\slash\nline $";
    assert_eq!(
        configuration["locals"]["ItResource"],
        json!({ template: { template: template }, "for": [{ template: template }] })
    );
    let queue = &configuration["resource"]["aws_sqs_queue"]["JobsQueue"];
    assert_eq!(queue["tags"], json!({ template: template }));
    let quoted = r#""$${a} %%{b} \"q\" back\\slash\nline $""#;
    assert_eq!(
        queue["redrive_allow_policy"],
        format!(
            "${{jsonencode({{{quoted} = {quoted}, \"for\" = {{{quoted} = data.aws_region.current.region}}}})}}"
        )
    );
}

#[test]
fn functions_of_cloudformations_are_terraforms() {
    let of = |value: Value| {
        let bucket = Raw::builder()
            .name(name!("photos"))
            .resource_type(resource_type!("AWS::Kinesis::Stream"))
            .build();
        let raw = Raw::builder()
            .name(name!("it"))
            .resource_type(resource_type!("AWS::SSM::Parameter"))
            .properties(json!({ "Type": "String", "Value": value }))
            .build();
        let network = jobs().triggers(&worker()) + &bucket + &raw;
        let configuration = configuration(&network);
        assert_eq!(faults(&configuration), [""; 0]);
        configuration["locals"]["ItResource"]["Value"].as_str().expect("a text").to_owned()
    };
    let queue = "aws_sqs_queue.JobsQueue";
    for (value, expected) in [
        (
            json!({ "Fn::Join": ["-", ["a", { "Ref": "JobsQueue" }]] }),
            format!(r#"${{join("-", ["a", {queue}.url])}}"#),
        ),
        (
            json!({ "Fn::Sub": ["$${A}/${JobsQueue.Arn}/${B}", { "A": { "Ref": "AWS::Region" }, "B": "}\"" }] }),
            format!(
                r#"${{"${{"$"}}${{data.aws_region.current.region}}/${{{queue}.arn}}/${{"}}\""}}"}}"#
            ),
        ),
        (json!({ "Fn::Sub": "$${JobsQueue}" }), format!(r#"${{"$"}}${{{queue}.url}}"#)),
        (
            json!({ "Fn::Select": [1, { "Fn::Split": [":", { "Fn::GetAtt": ["JobsQueue", "Arn"] }] }] }),
            format!(r#"${{split(":", {queue}.arn)[1]}}"#),
        ),
        (
            json!({ "Fn::Base64": { "Fn::Sub": "x${AWS::Region}" } }),
            r#"${base64encode("x${data.aws_region.current.region}")}"#.to_owned(),
        ),
        (
            json!({ "Fn::GetAtt": ["PhotosResource", "Arn"] }),
            "${jsondecode(aws_cloudcontrolapi_resource.PhotosResource.properties).Arn}".to_owned(),
        ),
    ] {
        assert_eq!(of(value), expected);
    }
}
