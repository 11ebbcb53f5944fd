//! Tables and their streams.

use super::{
    Need, Part, Planned, Planner, Value, function,
    key::{Encryption, TAKES},
    policy::allow,
    queue, types,
    value::object,
};
use net_dsl::{Link, Verb, entity::table};
use smol_str::SmolStr;

pub(super) struct Table;

const ENCRYPTION: Encryption = Encryption {
    property: "table/SSESpecification/KMSMasterKeyId",
    links: &[(Verb::Triggers, TAKES), (Verb::Reads, TAKES), (Verb::Writes, TAKES)],
    via: Some("dynamodb"),
};

impl Planned for Table {
    fn main(&self) -> Option<&'static str> {
        Some("Table")
    }

    fn own_type(&self) -> Option<&'static str> {
        Some(types::TABLE)
    }

    fn resources(&self, planner: &mut Planner<'_, '_>, number: usize) {
        let node = planner.node(number);
        let (_id, facts) = (node.id, node.facts);
        let pair = |key: table::TableKey| (key.name, key.key_type);
        let partition = facts.get(table::PARTITION).map(pair).unwrap_or_default();
        let sort = facts.get(table::SORT).flatten().map(pair);
        let keys = || [(Some(&partition), "HASH"), (sort.as_ref(), "RANGE")].into_iter();
        let definitions = keys().filter_map(|(key, _)| {
            let (name, kind) = key?.clone();
            Some(object! { "AttributeName": name, "AttributeType": kind })
        });
        let schema = keys().filter_map(|(key, kind)| {
            Some(object! { "AttributeName": key?.0.clone(), "KeyType": kind })
        });
        let recovery = facts.setting(table::POINT_IN_TIME_RECOVERY).unwrap_or(true);
        let expires = facts.setting(table::EXPIRES).flatten();
        let properties = object! {
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": definitions.collect::<Value>(),
            "KeySchema": schema.collect::<Value>(),
            "PointInTimeRecoverySpecification": object! {
                "PointInTimeRecoveryEnabled": recovery,
            },
            "TimeToLiveSpecification": expires
                .map(|attribute: SmolStr| object! { "AttributeName": attribute, "Enabled": true }),
            // DynamoDB uses a key that an overlay names only where it is told to encrypt with one.
            "SSESpecification": planner
                .key(facts, ENCRYPTION.property)
                .map(|_| object! { "SSEEnabled": true, "SSEType": "KMS" }),
            "StreamSpecification": facts
                .is(table::STREAM)
                .then(|| object! { "StreamViewType": "NEW_AND_OLD_IMAGES" }),
        };
        let main = planner.id(number);
        let part = Part::main(node, "table");
        planner.add(main, part, types::TABLE, properties);
        for (to, link) in node.outgoing(Verb::Triggers) {
            let failures = function::dead_letter_queue(planner, to);
            let stream = planner.attribute(number, "StreamArn");
            queue::mapping(planner, node, stream, to, link, Some(failures));
        }
    }

    fn feeds(&self, planner: &Planner<'_, '_>, number: usize, _: &Link) -> Option<Value> {
        let actions = &[
            "dynamodb:DescribeStream",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
            "dynamodb:ListStreams",
        ];
        let stream = planner.attribute(number, "StreamArn");
        Some(allow(planner.sid("Consumes", number), actions, stream))
    }

    fn encryption(&self) -> Option<&'static Encryption> {
        Some(&ENCRYPTION)
    }

    fn serves(&self, planner: &Planner<'_, '_>, _: usize, number: usize, link: &Link) -> Need {
        let (purpose, actions): (_, &[_]) = match link.verb() {
            Verb::Reads => ("Reads", &["dynamodb:GetItem", "dynamodb:Query", "dynamodb:Scan"]),
            Verb::Writes => {
                ("Writes", &["dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"])
            }
            Verb::Triggers
            | Verb::Routes
            | Verb::FansOut
            | Verb::Sends
            | Verb::Asks
            | Verb::Calls => return Need::default(),
        };
        let sid = planner.sid(purpose, number);
        Need::bound(link, planner.reference(number)).allowed(allow(
            sid,
            actions,
            planner.arn(number),
        ))
    }
}
