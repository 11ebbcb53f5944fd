//! What Alexa sends a skill.

use super::{
    Command, CorrelationToken, EndpointId, ErrorType, EventBody, Instance, MessageId, Token,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt};

/// What Alexa sends a skill (Smart Home Skill API, "directive").
///
/// Reading one is total: what is no directive, or one that no interface here has, is a
/// [`Request::Invalid`], so that it can be answered. Fields that Alexa may add are ignored.
///
/// ```
/// use alexa_patterns::message::{Command, Directive, Power, Request};
/// use serde_json::json;
///
/// let directive = Directive::from(json!({ "directive": {
///     "header": { "namespace": "Alexa.PowerController", "name": "TurnOn", "payloadVersion": "3",
///                 "messageId": "1", "correlationToken": "c" },
///     "endpoint": { "endpointId": "lamp", "scope": { "type": "BearerToken", "token": "t" } },
///     "payload": {},
/// }}));
/// assert!(matches!(directive.request, Request::Control(_, Command::Power(Power::On))));
/// assert!(matches!(Directive::from(json!("?")).request, Request::Invalid(_)));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Value", into = "Value")]
pub struct Directive {
    /// The id of the message.
    pub message_id: String,
    /// What it asks for.
    pub request: Request,
}

/// What a directive asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// `Alexa.Authorization`: permission to send events to Alexa.
    AcceptGrant {
        /// The code to be exchanged for tokens, once and within minutes.
        code: Token,
        /// The user's token.
        grantee: Token,
    },
    /// `Alexa.Discovery`: which devices a user has.
    Discover {
        /// The user's token.
        token: Token,
    },
    /// `Alexa`: the state of a device.
    ReportState(Target),
    /// A controller's interface: that a device does something.
    Control(Target, Command),
    /// Nothing that can be done.
    Invalid(Invalid),
}

/// The device that a directive is about, on whose behalf, and what ties the answer to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The device.
    pub endpoint: EndpointId,
    /// The token that account linking gave the user: from the skill, not from Amazon.
    pub token: Token,
    /// To be copied into the answer.
    pub correlation: CorrelationToken,
    /// What discovery asked to have sent along.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub cookie: BTreeMap<String, String>,
}

/// What was sent instead of a directive that can be carried out, and how to answer it.
#[derive(Clone, PartialEq)]
pub struct Invalid {
    /// What to tell Alexa.
    pub error: ErrorType,
    /// What to tell people.
    pub why: String,
    /// The device, if it names one.
    pub endpoint: Option<EndpointId>,
    /// To be copied into the answer.
    pub correlation: Option<CorrelationToken>,
    grant: bool,
    raw: Value,
}

impl Invalid {
    /// What it is answered with. `Alexa.Authorization` knows one error only, and no other interface
    /// knows that one.
    pub fn answer(self) -> EventBody {
        let Invalid { error, why: message, endpoint, correlation, grant, .. } = self;
        if grant {
            EventBody::AcceptGrantFailed { message }
        } else {
            EventBody::ErrorResponse { correlation, endpoint, error, message }
        }
    }
}

impl fmt::Debug for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not what came: it may hold a token.
        f.debug_struct("Invalid")
            .field("error", &self.error)
            .field("why", &self.why)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

impl From<Value> for Directive {
    fn from(raw: Value) -> Directive {
        let directive = &raw["directive"];
        let message_id = text(&directive["header"]["messageId"]).unwrap_or_default().to_owned();
        let request = parse(directive).unwrap_or_else(|(error, why)| {
            Request::Invalid(Invalid {
                error,
                why,
                endpoint: endpoint(directive),
                correlation: correlation(directive),
                grant: directive["header"]["namespace"] == AUTHORIZATION,
                raw: raw.clone(),
            })
        });
        Directive { message_id, request }
    }
}

const AUTHORIZATION: &str = "Alexa.Authorization";

fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.is_empty())
}

fn endpoint(directive: &Value) -> Option<EndpointId> {
    EndpointId::new(text(&directive["endpoint"]["endpointId"])?).ok()
}

fn correlation(directive: &Value) -> Option<CorrelationToken> {
    CorrelationToken::new(text(&directive["header"]["correlationToken"])?).ok()
}

fn token(value: &Value) -> Option<Token> {
    Token::new(value.as_str()?).ok()
}

fn bearer(scope: &Value) -> Result<Token, (ErrorType, String)> {
    match (scope["type"].as_str(), token(&scope["token"])) {
        (Some("BearerToken" | "BearerTokenWithPartition"), Some(token)) => Ok(token),
        _ => Err((
            ErrorType::InvalidAuthorizationCredential,
            "the scope has no bearer token".to_owned(),
        )),
    }
}

fn parse(directive: &Value) -> Result<Request, (ErrorType, String)> {
    let invalid = |why: &str| (ErrorType::InvalidDirective, why.to_owned());
    let (header, payload) = (&directive["header"], &directive["payload"]);
    let (Some(namespace), Some(name)) = (text(&header["namespace"]), text(&header["name"])) else {
        return Err(invalid("it has no header with a namespace and a name"));
    };
    if namespace == AUTHORIZATION {
        if name != "AcceptGrant" {
            return Err(invalid("Alexa.Authorization has no such directive"));
        }
        let code = token(&payload["grant"]["code"]).ok_or(invalid("there is no code"))?;
        return Ok(Request::AcceptGrant { code, grantee: bearer(&payload["grantee"])? });
    }
    if header["payloadVersion"] != "3" {
        return Err(invalid("its payloadVersion is not \"3\""));
    }
    if (namespace, name) == ("Alexa.Discovery", "Discover") {
        return Ok(Request::Discover { token: bearer(&payload["scope"])? });
    }
    let command = match (namespace, name) {
        ("Alexa", "ReportState") => None,
        _ => {
            let instance = text(&header["instance"]).map(Instance::new).transpose();
            let instance = instance.map_err(|_| invalid("its instance is too long"))?;
            let command = Command::parse(namespace, name, instance.as_ref(), payload);
            Some(command.map_err(|none| (none.error, none.why))?)
        }
    };
    // It tells directives apart: a message that comes twice is known by it.
    if command.is_some() && text(&header["messageId"]).is_none_or(|id| MessageId::new(id).is_err())
    {
        return Err(invalid("it has no messageId of letters, digits and hyphens"));
    }
    let cookies = directive["endpoint"]["cookie"].as_object();
    let cookie = cookies
        .into_iter()
        .flatten()
        .filter_map(|(name, value)| value.as_str().map(|value| (name.clone(), value.to_owned())));
    let target = Target {
        endpoint: endpoint(directive)
            .ok_or((ErrorType::NoSuchEndpoint, "it names no endpoint of ours".to_owned()))?,
        token: bearer(&directive["endpoint"]["scope"])?,
        correlation: correlation(directive).ok_or(invalid("it has no correlationToken"))?,
        cookie: cookie.collect(),
    };
    Ok(match command {
        None => Request::ReportState(target),
        Some(command) => Request::Control(target, command),
    })
}

impl From<Directive> for Value {
    fn from(directive: Directive) -> Value {
        let id = directive.message_id;
        let scope = |token: &Token| json!({ "type": "BearerToken", "token": token });
        let header = |(namespace, name): (&str, &str)| {
            json!({
                "namespace": namespace, "name": name, "payloadVersion": "3", "messageId": id,
            })
        };
        let aimed = |target: &Target, name, payload| {
            let mut header = header(name);
            header["correlationToken"] = json!(target.correlation);
            let endpoint = json!({
                "endpointId": target.endpoint,
                "scope": scope(&target.token),
                "cookie": target.cookie,
            });
            json!({ "header": header, "endpoint": endpoint, "payload": payload })
        };
        let directive = match directive.request {
            Request::Invalid(invalid) => return invalid.raw,
            Request::AcceptGrant { code, grantee } => json!({
                "header": header(("Alexa.Authorization", "AcceptGrant")),
                "payload": {
                    "grant": { "type": "OAuth2.AuthorizationCode", "code": code },
                    "grantee": scope(&grantee),
                },
            }),
            Request::Discover { token } => json!({
                "header": header(("Alexa.Discovery", "Discover")),
                "payload": { "scope": scope(&token) },
            }),
            Request::ReportState(target) => aimed(&target, ("Alexa", "ReportState"), json!({})),
            Request::Control(target, command) => {
                let mut aimed = aimed(&target, command.name(), command.payload());
                if let Some(instance) = command.instance() {
                    aimed["header"]["instance"] = json!(instance);
                }
                aimed
            }
        };
        json!({ "directive": directive })
    }
}
