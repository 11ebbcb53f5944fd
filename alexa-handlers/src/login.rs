//! Login with Amazon: codes and refresh tokens for access tokens.
//!
//! `POST /auth/o2/token`, form-encoded (Login with Amazon, "Authorization Code Grant"). An access
//! token is good for an hour, a refresh token until the user revokes it.

use crate::http::{SMALL, read_json};
use alexa_patterns::message::Token;
use net_runtime::{CallError, ExposeSecret as _, Failure, Retry, SecretString, ServiceClient};
use serde::Deserialize;
use serde_json::Value;
use std::{error, fmt, time::SystemTime};

/// Tokens just received.
pub(crate) struct Tokens {
    pub(crate) access: Token,
    /// None if the one there was stays good.
    pub(crate) refresh: Option<Token>,
    /// When the access token runs out, in milliseconds since 1970.
    pub(crate) expires_at: u64,
}

/// Why there are no tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LoginError {
    /// The code was used before or is too old, or the user has revoked the refresh token.
    InvalidGrant,
    /// The skill's client id or secret is wrong, even as it is now.
    ClientRefused,
    /// Something else that only we can mend.
    Misconfigured(String),
    /// Amazon has done nothing; it may later.
    Unavailable(String),
    /// Nobody knows whether Amazon has done it.
    TooLate,
}

impl fmt::Display for LoginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoginError::InvalidGrant => f.write_str("Login with Amazon says the grant is invalid"),
            LoginError::ClientRefused => {
                f.write_str("Login with Amazon does not know the skill's client id and secret")
            }
            LoginError::Misconfigured(why) => {
                write!(f, "Login with Amazon does not take our request: {why}")
            }
            LoginError::Unavailable(why) => write!(f, "Login with Amazon cannot be used: {why}"),
            LoginError::TooLate => f.write_str("Login with Amazon did not answer in time"),
        }
    }
}

impl error::Error for LoginError {}

impl Retry for LoginError {
    fn is_temporary(&self) -> bool {
        matches!(self, LoginError::Unavailable(_))
    }

    fn too_late() -> LoginError {
        LoginError::TooLate
    }
}

impl From<Failure> for LoginError {
    fn from(failure: Failure) -> LoginError {
        if failure.is_temporary() {
            LoginError::Unavailable(failure.to_string())
        } else {
            LoginError::Misconfigured(failure.to_string())
        }
    }
}

/// The skill's messaging client: not the one of account linking.
#[derive(Deserialize)]
struct Client {
    client_id: String,
    client_secret: Token,
}

/// What tokens are asked for.
#[derive(Clone, Copy)]
pub(crate) enum Grounds<'a> {
    Code(&'a Token),
    RefreshToken(&'a Token),
}

/// Asks for tokens, once; once more if the client's secret is refused and there is a newer one. A code
/// whose bearer is not known is not used up.
pub(crate) async fn tokens(
    login: &ServiceClient<'_>,
    grounds: Grounds<'_>,
) -> Result<Tokens, LoginError> {
    let secret = login.secret().await?;
    match tokens_with(&secret, login, grounds).await {
        Err(LoginError::ClientRefused) => match login.newer_secret(&secret).await? {
            Some(newer) => tokens_with(&newer, login, grounds).await,
            None => Err(LoginError::ClientRefused),
        },
        tokens => tokens,
    }
}

async fn tokens_with(
    secret: &SecretString,
    login: &ServiceClient<'_>,
    grounds: Grounds<'_>,
) -> Result<Tokens, LoginError> {
    let client: Client = serde_json::from_str(secret.expose_secret()).map_err(|_| {
        let wanted = r#"its secret is not `{"client_id":"…","client_secret":"…"}`"#;
        LoginError::Misconfigured(wanted.to_owned())
    })?;
    let (grant_type, name, grounds) = match grounds {
        Grounds::Code(code) => ("authorization_code", "code", code),
        Grounds::RefreshToken(token) => ("refresh_token", "refresh_token", token),
    };
    let form = [
        ("grant_type", grant_type),
        (name, grounds.expose()),
        ("client_id", &client.client_id),
        ("client_secret", client.client_secret.expose()),
    ];
    // Before the request: a token is never thought good for longer than it is.
    let asked_at = milliseconds(login.now());
    // A code is good for one exchange, which may have happened; a refresh token for as many as one
    // wants.
    let once = grant_type == "authorization_code";
    let lost = |error: CallError| {
        let why = error.to_string();
        if error.is_unsent() || !once { LoginError::Unavailable(why) } else { LoginError::TooLate }
    };
    let answer = login.post("/auth/o2/token").form(&form).send().await.map_err(lost)?;
    let status = answer.status();
    let body = match read_json(answer, SMALL).await {
        Ok(body) => body,
        Err(error) if status.is_success() => return Err(lost(error)),
        Err(_) => Value::Null,
    };
    let token = |name: &str| Token::new(body[name].as_str().unwrap_or_default()).ok();
    let text = |name: &str| body[name].as_str().filter(|text| !text.is_empty());
    if status.is_success() {
        let access = token("access_token").ok_or_else(|| {
            LoginError::Misconfigured("its answer has no access token".to_owned())
        })?;
        let lasts = body["expires_in"].as_u64().unwrap_or(3_600).saturating_mul(1_000);
        return Ok(Tokens {
            access,
            refresh: token("refresh_token"),
            expires_at: asked_at.saturating_add(lasts),
        });
    }
    Err(match (status.as_u16(), text("error")) {
        (_, Some("invalid_grant")) => LoginError::InvalidGrant,
        (_, Some("invalid_client")) | (401, _) => LoginError::ClientRefused,
        (500.. | 429, _) => LoginError::Unavailable(format!("status {status}")),
        (_, error) => {
            // One of a few codes, or something that should not get into a log.
            const KNOWN: [&str; 3] =
                ["invalid_request", "unauthorized_client", "unsupported_grant_type"];
            let error = error.filter(|error| KNOWN.contains(error)).unwrap_or("no known error");
            LoginError::Misconfigured(format!("status {status}, {error}"))
        }
    })
}

fn milliseconds(time: SystemTime) -> u64 {
    alexa_patterns::message::Timestamp::from(time).milliseconds()
}
