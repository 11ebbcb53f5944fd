//! The entities that bricks share, and by which they join.

use crate::{
    contract::Responder,
    message::{
        AlexaGateway, Answer, DeferredDirective, DeviceCloud, Grant, GrantHub, LoginWithAmazon,
        Pending,
    },
};
use net_dsl::prelude::*;
use once_cell::sync::Lazy;

/// Directives that Alexa waits for, deferred: the final answer is due within 6 seconds.
///
/// Alexa documents 8 seconds for a directive's answer; the 2 that are left are for the way to the
/// entrypoint and back.
pub static DEFERRED: Lazy<Queue<DeferredDirective>> =
    Lazy::new(|| Queue::builder().name(name!("deferred")).deadline(seconds!(6)).build());

/// Events on their way to Alexa.
pub static RESPONSES: Lazy<Queue<Answer>> =
    Lazy::new(|| Queue::builder().name(name!("responses")).build());

/// Requests that a manufacturer has accepted and not yet carried out.
pub static PENDING: Lazy<Table<Pending>> =
    Lazy::new(|| Table::builder().name(name!("pending")).build());

/// The customers' permissions to send events to Alexa.
pub static GRANTS: Lazy<Table<Grant>> =
    Lazy::new(|| Table::builder().name(name!("grants")).build());

/// What was sent to Alexa: it is not sent again, although the queue may bring it again.
pub static SENT: Lazy<Table<Once>> =
    Lazy::new(|| Table::builder().name(name!("sent")).removal(Removal::Delete).build());

/// The way to the hubs in the users' homes: each keeps the grants of its household. A deployment says where,
/// and its secret is the key by which the hubs know the skill.
pub static GRANT_HUB: Lazy<ExternalService<GrantHub>> =
    Lazy::new(|| ExternalService::builder().name(name!("grant-hub")).secret().build());

/// Matches new states with the requests that wait for them, whoever brings them.
pub static RESPONDER: Lazy<Function<Responder>> = Lazy::new(|| {
    Function::builder()
        .name(name!("responder"))
        .code(binary!("alexa-responder"))
        .timeout(seconds!(3))
        .build()
});

/// The manufacturer's HTTP API; a deployment says where.
pub static DEVICE_CLOUD: Lazy<ExternalService<DeviceCloud>> =
    Lazy::new(|| ExternalService::builder().name(name!("device-cloud")).secret().build());

/// Amazon's OAuth server; its secret holds the skill's client id and client secret.
pub static LOGIN_WITH_AMAZON: Lazy<ExternalService<LoginWithAmazon>> = Lazy::new(|| {
    ExternalService::builder()
        .name(name!("login-with-amazon"))
        .base_url(url!("https://api.amazon.com"))
        .secret()
        .build()
});

/// Alexa's event gateway; this is North America's. Europe and India have `api.eu.amazonalexa.com`,
/// the Far East and Australia `api.fe.amazonalexa.com`.
pub static ALEXA_GATEWAY: Lazy<ExternalService<AlexaGateway>> = Lazy::new(|| {
    ExternalService::builder()
        .name(name!("alexa-gateway"))
        .base_url(url!("https://api.amazonalexa.com"))
        .build()
});

/// The entrypoint's variable that is `true` in a network which takes a manufacturer's reports of changes
/// to Alexa: what discovery says of `proactivelyReported`.
pub const REPORTS_CHANGES: &str = "REPORTS_CHANGES";
