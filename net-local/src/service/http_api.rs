//! HTTP APIs of API Gateway: which route takes a request, and what its function's answer means.
//!
//! Sources, by the titles of the API Gateway Developer Guide: "Create routes for HTTP APIs in API Gateway",
//! "Create AWS Lambda proxy integrations for HTTP APIs in API Gateway", "Quotas for configuring and running
//! an HTTP API in API Gateway".

use super::function::{self, Ended, Outcome};
use crate::{
    engine::{
        Engine,
        log::{Number, What},
        wiring::{ACCOUNT, REGION, Reader},
    },
    time,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use net_dsl::HttpResponse;
use serde_json::{Map, Value, json};
use std::sync::{Arc, Mutex, PoisonError};

/// One API, as the plan has it.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) entity: usize,
    pub(crate) id: String,
    integrations: Vec<Integration>,
    pub(crate) routes: Vec<Route>,
}

#[derive(Debug)]
struct Integration {
    name: String,
    function: usize,
    /// In milliseconds.
    timeout: u64,
}

/// One route.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) key: String,
    integration: usize,
}

/// The largest body, in bytes: 10 MB ("Quotas").
const LARGEST: usize = 10 * 1_024 * 1_024;

pub(crate) fn read(reader: &mut Reader<'_, '_>) {
    reader.refuse_all_but(&["Name", "ProtocolType", "Description", "Version", "Tags"]);
    let settings = Settings {
        entity: reader.entity(),
        id: reader.reference(),
        integrations: Vec::new(),
        routes: Vec::new(),
    };
    reader.wiring.apis.push(settings);
}

fn api(reader: &Reader<'_, '_>) -> Option<usize> {
    let id = reader.text("ApiId")?;
    reader.wiring.apis.iter().position(|api| api.id == id)
}

pub(crate) fn read_integration(reader: &mut Reader<'_, '_>) {
    reader.refuse_all_but(&[
        "ApiId",
        "IntegrationType",
        "IntegrationUri",
        "PayloadFormatVersion",
        "TimeoutInMillis",
        "Description",
    ]);
    if reader.text("PayloadFormatVersion").is_some_and(|version| version != "2.0") {
        reader.refuse("only payload format 2.0 is carried out here");
    }
    let function = reader.text("IntegrationUri").and_then(|arn| reader.wiring.function(&arn));
    let (Some(api), Some(function)) = (api(reader), function) else {
        reader.refuse("it leads to no function of this network");
        return;
    };
    let timeout = reader.number("TimeoutInMillis").unwrap_or(30_000);
    let integration = Integration { name: reader.reference(), function, timeout };
    reader.wiring.apis[api].integrations.push(integration);
}

pub(crate) fn read_route(reader: &mut Reader<'_, '_>) {
    reader.refuse_all_but(&["ApiId", "RouteKey", "AuthorizationType", "Target", "OperationName"]);
    if reader.text("AuthorizationType").is_some_and(|who| who != "NONE") {
        reader.refuse("an authorizer is not carried out here yet");
    }
    let Some(api) = api(reader) else { return };
    let target = reader.text("Target").unwrap_or_default();
    let name = target.strip_prefix("integrations/").unwrap_or_default();
    let integrations = &reader.wiring.apis[api].integrations;
    let integration = integrations.iter().position(|known| known.name == name);
    let (Some(key), Some(integration)) = (reader.text("RouteKey"), integration) else {
        reader.refuse("its target is no integration of its API");
        return;
    };
    reader.wiring.apis[api].routes.push(Route { key, integration });
}

pub(crate) fn read_stage(reader: &mut Reader<'_, '_>) {
    reader.refuse_all_but(&[
        "ApiId",
        "StageName",
        "AutoDeploy",
        // Without effect here: what is logged, and how many requests are let through.
        "AccessLogSettings",
        "DefaultRouteSettings",
        "RouteSettings",
        "Description",
        "Tags",
    ]);
}

/// A request on its way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// As it was written, without a query.
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

type Reply = Box<dyn FnOnce(&mut Engine, HttpResponse) + Send>;

/// The route that takes a request, and what its placeholders stand for.
pub(crate) fn route<'s>(
    settings: &'s Settings,
    method: &str,
    path: &str,
) -> Option<(&'s Route, Map<String, Value>)> {
    let found = settings.routes.iter().filter_map(|route| {
        let (rank, values) = matches(&route.key, method, path)?;
        Some((rank, route, values))
    });
    // What is said most closely comes first: every part, then a method; a placeholder for the rest last.
    let (_, route, values) = found.max_by(|(one, ..), (other, ..)| one.cmp(other))?;
    Some((route, values))
}

/// How closely a route's key says a request; higher is closer.
fn matches(key: &str, method: &str, path: &str) -> Option<(Vec<u8>, Map<String, Value>)> {
    if key == "$default" {
        return Some((Vec::new(), Map::new()));
    }
    let (wanted, pattern) = key.split_once(' ')?;
    if wanted != "ANY" && wanted != method {
        return None;
    }
    let (mut rank, mut values) = (Vec::new(), Map::new());
    let mut parts = path.split('/').skip(1);
    for pattern in pattern.split('/').skip(1) {
        if let Some(name) = pattern.strip_prefix('{').and_then(|it| it.strip_suffix("+}")) {
            let rest: Vec<&str> = parts.by_ref().collect();
            if rest.iter().all(|part| part.is_empty()) {
                return None;
            }
            values.insert(name.to_owned(), decoded(&rest.join("/")).into());
            rank.push(1);
        } else {
            let part = parts.next()?;
            if let Some(name) = pattern.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
                if part.is_empty() {
                    return None;
                }
                values.insert(name.to_owned(), decoded(part).into());
                rank.push(2);
            } else if pattern == part {
                rank.push(3);
            } else {
                return None;
            }
        }
    }
    if parts.next().is_some() {
        return None;
    }
    rank.push(u8::from(wanted != "ANY"));
    Some((rank, values))
}

fn decoded(text: &str) -> String {
    // A `+` is itself in a path.
    let text = text.replace('+', "%2B");
    let mut pairs = form_urlencoded::parse(text.as_bytes());
    pairs.next().map(|(text, _)| text.into_owned()).unwrap_or_default()
}

fn refusal(status: u16, message: &str) -> HttpResponse {
    let body = json!({ "message": message }).to_string();
    HttpResponse::bytes(status, "application/json", body)
}

/// Has an API answer a request; the request's id, which is its correlation id.
pub(crate) fn request(engine: &mut Engine, api: usize, request: Request, reply: Reply) -> String {
    let wiring = engine.wiring.clone();
    let settings = &wiring.apis[api];
    engine.services.last_request += 1;
    let id = format!("request-{}", engine.services.last_request);
    let correlation = engine.log.correlations.number(&id);
    let text = format!("{} {}", request.method, request.path);
    engine.tell(correlation, 0, What::Requested { api: api as Number, text: text.into() });
    // The first of two answers is the one: the function's, or that it took too long.
    let reply = Arc::new(Mutex::new(Some(reply)));
    let respond = move |engine: &mut Engine, response: HttpResponse| {
        let reply = reply.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(reply) = reply {
            let what = What::Responded { api: api as Number, status: response.status };
            engine.tell(correlation, 0, what);
            reply(engine, response);
        }
    };
    if request.body.len() > LARGEST {
        respond(engine, refusal(413, "Request Entity Too Large"));
        return id;
    }
    let Some((route, values)) = route(settings, &request.method, &request.path) else {
        respond(engine, refusal(404, "Not Found"));
        return id;
    };
    let integration = &settings.integrations[route.integration];
    let event = event(engine, settings, &route.key, &values, &request, &id);
    let answered = respond.clone();
    let done: function::Done = Box::new(move |engine, ended| {
        let response = response(&ended);
        answered(engine, response);
    });
    match function::start(engine, integration.function, event.to_string(), done) {
        Ok(run) => function::is_part_of(engine, run, correlation),
        Err(_) => {
            respond(engine, refusal(503, "Service Unavailable"));
            return id;
        }
    }
    let timeout = engine.real(integration.timeout);
    engine.later(timeout, move |engine| {
        respond(engine, refusal(503, "Service Unavailable"));
    });
    id
}

/// What a function is given.
fn event(
    engine: &Engine,
    settings: &Settings,
    key: &str,
    values: &Map<String, Value>,
    request: &Request,
    id: &str,
) -> Value {
    let domain = format!("{}.execute-api.{REGION}.amazonaws.com", settings.id);
    let (mut headers, mut cookies) = (Map::new(), Vec::new());
    let mut header = |name: &str, value: &str| {
        let known = headers.get(name).and_then(Value::as_str);
        let value = known.map_or_else(|| value.to_owned(), |known| format!("{known},{value}"));
        headers.insert(name.to_owned(), value.into());
    };
    header("host", &domain);
    for (name, value) in &request.headers {
        match name.to_ascii_lowercase().as_str() {
            "cookie" => {
                cookies.extend(value.split(';').map(|cookie| Value::from(cookie.trim())));
            }
            name => header(name, value),
        }
    }
    let mut query: Map<String, Value> = Map::new();
    for (name, value) in form_urlencoded::parse(request.query.as_bytes()) {
        let known = query.get(&*name).and_then(Value::as_str);
        let value = known.map_or_else(|| value.to_string(), |known| format!("{known},{value}"));
        query.insert(name.into_owned(), value.into());
    }
    let (body, encoded) = match std::str::from_utf8(&request.body) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => (STANDARD.encode(&request.body), true),
    };
    let mut event = json!({
        "version": "2.0",
        "routeKey": key,
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": settings.id,
            "domainName": domain,
            "domainPrefix": settings.id,
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "net-local",
            },
            "requestId": id,
            "routeKey": key,
            "stage": "$default",
            "time": time::rfc3339(engine.now()),
            "timeEpoch": engine.now(),
        },
        "isBase64Encoded": encoded,
    });
    if !body.is_empty() {
        event["body"] = body.into();
    }
    if !cookies.is_empty() {
        event["cookies"] = cookies.into();
    }
    if !query.is_empty() {
        event["queryStringParameters"] = query.into();
    }
    if !values.is_empty() {
        event["pathParameters"] = values.clone().into();
    }
    event
}

/// What an answer of a function is as a response: one without a status is a body (payload format 2.0).
fn response(ended: &Ended) -> HttpResponse {
    let failed = || refusal(500, "Internal Server Error");
    let answer = match &ended.outcome {
        Outcome::Answered(answer) => answer,
        Outcome::Failed(_) => return failed(),
    };
    let Some(status) = answer.get("statusCode") else {
        let body = match answer {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        return HttpResponse::bytes(200, "application/json", body);
    };
    let status = status.as_u64().or_else(|| status.as_str()?.parse().ok());
    let Some(status) = status.and_then(|status| u16::try_from(status).ok()) else {
        return failed();
    };
    let text = answer["body"].as_str().unwrap_or_default();
    let body = match answer["isBase64Encoded"] == true {
        true => STANDARD.decode(text).ok(),
        false => Some(text.as_bytes().to_vec()),
    };
    let Some(body) = body else { return failed() };
    let mut response = HttpResponse::new(status);
    response.body = body.into();
    for (name, value) in answer["headers"].as_object().into_iter().flatten() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        response = response.with_header(name, value);
    }
    for cookie in answer["cookies"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        response = response.with_cookie(cookie);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_route_takes_a_request() {
        let keys = [
            "GET /pets/dog/1",
            "GET /pets/dog/{id}",
            "ANY /pets/dog/{id}",
            "GET /pets/{proxy+}",
            "ANY /{proxy+}",
            "$default",
        ];
        let routes = keys.map(|key| Route { key: key.to_owned(), integration: 0 });
        let settings =
            Settings { entity: 0, id: String::new(), integrations: vec![], routes: routes.into() };
        // The examples of "Create routes for HTTP APIs".
        for (method, path, wanted) in [
            ("GET", "/pets/dog/1", "GET /pets/dog/1"),
            ("GET", "/pets/dog/2", "GET /pets/dog/{id}"),
            ("POST", "/pets/dog/2", "ANY /pets/dog/{id}"),
            ("GET", "/pets/cat/1", "GET /pets/{proxy+}"),
            ("POST", "/test/5", "ANY /{proxy+}"),
            ("POST", "/", "$default"),
        ] {
            let (found, _) = route(&settings, method, path).expect("a route");
            assert_eq!(found.key, wanted, "{method} {path}");
        }
        let (_, values) = route(&settings, "GET", "/pets/cat/a%20b/c+d").expect("a route");
        assert_eq!(values["proxy"], "cat/a b/c+d");
    }
}
