//! HTTP APIs: their stage, and for each route what it leads to.

use super::{
    LogicalId, Need, Output, Part, Planned, Planner, PropertyKey, Value, naming::derived_name,
    types, value::object,
};
use net_dsl::{GraphNode, Id, Link, Verb, entity::function};
use smol_str::{SmolStr, format_smolstr};

pub(super) struct HttpApi;

impl Planned for HttpApi {
    fn main(&self) -> Option<&'static str> {
        Some("Api")
    }

    fn own_type(&self) -> Option<&'static str> {
        Some(types::API)
    }

    fn resources(&self, planner: &mut Planner<'_, '_>, number: usize) {
        let node = planner.node(number);
        let (id, facts) = (node.id, node.facts);
        let api = planner.reference(number);
        let properties = object! { "Name": derived_name(id), "ProtocolType": "HTTP" };
        let main = planner.id(number);
        planner.add(main, Part::of(id, facts, "api"), types::API, properties);
        let properties =
            object! { "ApiId": api.clone(), "StageName": "$default", "AutoDeploy": true };
        let stage = LogicalId::of(id, "Stage");
        planner.add(stage, Part::of(id, facts, "stage"), types::STAGE, properties);
        planner.plan.outputs.push(Output {
            id: LogicalId::of(id, "Url"),
            description: format!("Where {id} is reached."),
            value: url(api.clone()),
        });
        let mut integrated = None;
        for (to, link) in node.outgoing(Verb::Routes) {
            let target = planner.node(to);
            let integration = LogicalId::of_link(id, target.id, "", "Integration");
            if integrated.replace(to) != Some(to) {
                let properties = object! {
                    "ApiId": api.clone(),
                    "IntegrationType": "AWS_PROXY",
                    "IntegrationUri": planner.arn(to),
                    "PayloadFormatVersion": "2.0",
                    // API Gateway gives up after 30 seconds.
                    "TimeoutInMillis": (function::timeout(target.facts) * 1_000).min(30_000),
                };
                let part = Part::of(id, link.facts(), "integration");
                planner.add(integration.clone(), part, types::INTEGRATION, properties);
            }
            let key = SmolStr::new(link.label());
            let condition = (&"SourceArn", route_arn(api.clone(), &key));
            let properties = object! {
                "ApiId": api.clone(),
                "RouteKey": key,
                // Who may call is the function's to decide.
                "AuthorizationType": "NONE",
                "Target": Value::join(["integrations/".into(), Value::Ref(integration)]),
            };
            let route = LogicalId::of_link(id, target.id, link.label(), "Route");
            planner.add(route, Part::of(id, link.facts(), "route"), types::ROUTE, properties);
            permission(planner, node, to, link, "apigateway.amazonaws.com", condition);
        }
    }

    fn feeds(&self, _: &Planner<'_, '_>, _: usize, _: &Link) -> Option<Value> {
        None
    }

    fn serves(&self, planner: &Planner<'_, '_>, _: usize, number: usize, link: &Link) -> Need {
        match link.verb() {
            Verb::Calls => Need::bound(link, url(planner.reference(number))),
            Verb::Triggers
            | Verb::Routes
            | Verb::FansOut
            | Verb::Sends
            | Verb::Asks
            | Verb::Reads
            | Verb::Writes => Need::default(),
        }
    }
}

/// The permission for an AWS service to invoke a function, for the one source of the condition.
pub(super) fn permission<'n>(
    planner: &mut Planner<'_, 'n>,
    node: &GraphNode<'n>,
    to: usize,
    link: &'n Link,
    principal: &'static str,
    (condition, source): (PropertyKey, Value),
) {
    let properties = Value::object([
        (&"Action", Some("lambda:InvokeFunction".into())),
        (&"FunctionName", Some(planner.arn(to))),
        (&"Principal", Some(principal.into())),
        (condition, Some(source)),
    ]);
    let function: &Id = planner.node(to).id;
    let id = LogicalId::of_link(node.id, function, link.label(), "Permission");
    let part = Part::of(node.id, link.facts(), "permission");
    planner.add(id, part, types::PERMISSION, properties);
}

/// From the API's id and not from its stage, so that the URL may stand in the environment of the
/// very function the API calls.
fn url(api: Value) -> Value {
    use super::Pseudo::{Region, UrlSuffix};
    Value::join([
        "https://".into(),
        api,
        ".execute-api.".into(),
        Region.into(),
        ".".into(),
        UrlSuffix.into(),
    ])
}

/// The requests of one route in any stage; a placeholder stands for any value.
fn route_arn(api: Value, key: &str) -> Value {
    use super::Pseudo::{AccountId, Partition, Region};
    let (method, path) = key.split_once(' ').unwrap_or((key, ""));
    let method = if method == "ANY" { "*" } else { method };
    let parts: Vec<&str> =
        path.split('/').map(|part| if part.starts_with('{') { "*" } else { part }).collect();
    Value::join([
        "arn:".into(),
        Partition.into(),
        ":execute-api:".into(),
        Region.into(),
        ":".into(),
        AccountId.into(),
        ":".into(),
        api,
        format_smolstr!("/*/{method}{}", parts.join("/")).into(),
    ])
}
