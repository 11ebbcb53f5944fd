//! Services outside of the network: doubles answer for them, as functions of requests.

use super::http_api;
use crate::engine::{Engine, Shared, log::What, wiring::REGION};
use net_dsl::{HttpRequest, HttpResponse, RawBody};
use net_runtime::CallError;
use reqwest::{Request, Response};
use std::{pin::Pin, sync::Arc};
use tokio::sync::oneshot;

/// What answers for a service.
pub(crate) type Double = Arc<
    dyn Fn(HttpRequest<RawBody>) -> Pin<Box<dyn Future<Output = HttpResponse> + Send>>
        + Send
        + Sync,
>;

/// Has a service answer: a double, or an HTTP API of the network itself.
///
/// # Errors
/// [`CallError`], if nothing answers for it.
pub(crate) async fn call(
    shared: &Shared,
    service: &str,
    request: Request,
    correlation: &str,
    run: u32,
) -> Result<Response, CallError> {
    let host = request.url().host_str().unwrap_or_default().to_owned();
    let shown = format!("{} {}", request.method(), request.url().path());
    let own = shared.with(|engine| {
        let domain = |id: &str| format!("{id}.execute-api.{REGION}.amazonaws.com");
        engine.wiring.apis.iter().position(|api| domain(&api.id) == host)
    });
    let response = match own {
        Some(api) => {
            let request = request_of_api(&request);
            let (tell, told) = oneshot::channel();
            shared.with(|engine| {
                // Who does not wait any more has died.
                let reply = Box::new(move |_: &mut Engine, response| drop(tell.send(response)));
                http_api::request(engine, api, request, reply);
            });
            told.await.map_err(CallError::lost)?
        }
        None => {
            let double = shared.with(|engine| engine.services.doubles.get(service).cloned());
            // It was looked for when the engine started.
            let double = double.ok_or_else(|| CallError::unsent("nothing answers for it"))?;
            {
                let now = shared.with(|engine| engine.now());
                double(request_of_double(&request, now)).await
            }
        }
    };
    shared.with(|engine| {
        let correlation = match correlation {
            "" => 0,
            text => engine.log.correlations.number(text),
        };
        let text = format!("{shown} answered: {}", response.status);
        let what = What::Called { service: service.into(), text: text.into() };
        engine.tell(correlation, run, what);
    });
    Ok(answer(response))
}

fn body_of(request: &Request) -> Vec<u8> {
    // A body that is a stream cannot be told twice; handlers send what they have.
    request.body().and_then(|body| body.as_bytes()).unwrap_or_default().to_vec()
}

fn headers_of(request: &Request) -> Vec<(String, String)> {
    let headers = request.headers().iter();
    headers
        .map(|(name, value)| {
            (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect()
}

fn request_of_api(request: &Request) -> http_api::Request {
    http_api::Request {
        method: request.method().to_string(),
        path: request.url().path().to_owned(),
        query: request.url().query().unwrap_or_default().to_owned(),
        headers: headers_of(request),
        body: body_of(request),
    }
}

fn request_of_double(request: &Request, now: u64) -> HttpRequest<RawBody> {
    let url = request.url();
    let mut told = HttpRequest::new(RawBody::from(body_of(request)));
    told.method = request.method().to_string();
    told.raw_path = url.path().to_owned();
    told.raw_query = url.query().unwrap_or_default().to_owned();
    told.query = url.query_pairs().into_owned().collect();
    told.headers = headers_of(request).into_iter().collect();
    told.context.time = now;
    told.context.domain = url.host_str().unwrap_or_default().to_owned();
    told
}

/// An answer as a client gets it.
fn answer(response: HttpResponse) -> Response {
    let mut answer = http::Response::builder().status(response.status);
    for (name, value) in &response.headers {
        answer = answer.header(name, value);
    }
    for cookie in &response.cookies {
        answer = answer.header("set-cookie", cookie);
    }
    let body = response.body.into_bytes();
    match answer.body(body) {
        Ok(answer) => Response::from(answer),
        // What is no status or no header is the double's mistake, and a server's error.
        Err(_) => {
            let mut failed = http::Response::new(Vec::new());
            *failed.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
            Response::from(failed)
        }
    }
}
