//! Directives, as Alexa sends them to a skill (Smart Home Skill API, payload version 3).

use serde_json::{Value, json};

/// A user links the skill: the code is good for one exchange with Login with Amazon.
pub fn accept_grant(code: &str, token: &str) -> Value {
    json!({ "directive": {
        "header": header("Alexa.Authorization", "AcceptGrant", "m-grant"),
        "payload": { "grant": { "type": "OAuth2.AuthorizationCode", "code": code },
                     "grantee": { "type": "BearerToken", "token": token } },
    }})
}

/// A user looks for devices.
pub fn discover(token: &str) -> Value {
    json!({ "directive": {
        "header": header("Alexa.Discovery", "Discover", "m-discover"),
        "payload": { "scope": { "type": "BearerToken", "token": token } },
    }})
}

/// A user wants something of a device, without saying more; the answer has to name the correlation
/// token.
///
/// ```
/// let said = alexa_doubles::directive::to_device(
///     "Alexa.PowerController", "TurnOn", "lamp", "token of ann", "correlation 1",
/// );
/// assert_eq!(said["directive"]["header"]["correlationToken"], "correlation 1");
/// ```
pub fn to_device(
    namespace: &str,
    name: &str,
    device: &str,
    token: &str,
    correlation: &str,
) -> Value {
    let mut header = header(namespace, name, &format!("m-{correlation}"));
    header["correlationToken"] = correlation.into();
    json!({ "directive": {
        "header": header,
        "endpoint": { "endpointId": device, "cookie": {},
                      "scope": { "type": "BearerToken", "token": token } },
        "payload": {},
    }})
}

fn header(namespace: &str, name: &str, message: &str) -> Value {
    json!({ "namespace": namespace, "name": name, "messageId": message, "payloadVersion": "3" })
}
