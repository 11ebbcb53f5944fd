//! Takes what the manufacturer pushes.

use crate::{DeviceCloud, PushRefused};
use alexa_patterns::{
    contract,
    message::{DeviceCloud as Cloud, DevicePush},
};
use net_dsl::{HttpRequest, HttpResponse};
use net_runtime::{BoxError, Context, Handler};

/// Takes what a manufacturer pushes, and hands it on once it is proven to come from there.
///
/// It answers 202 as soon as everything is handed on; a push that it could not hand on is answered
/// with 503, so that the manufacturer may push again.
#[derive(Clone, Debug)]
pub struct Receiver<D> {
    cloud: D,
}

impl<D: DeviceCloud> Receiver<D> {
    /// The receiver of a skill for a manufacturer's devices.
    pub fn new(cloud: D) -> Receiver<D> {
        Receiver { cloud }
    }
}

impl<D: DeviceCloud> Handler<contract::Receiver> for Receiver<D> {
    async fn handle(
        &self,
        push: HttpRequest<DevicePush>,
        context: &Context<contract::Receiver>,
    ) -> Result<HttpResponse, BoxError> {
        let api = context.call::<Cloud>();
        let changes = match self.cloud.push(&push, &api).await {
            Ok(changes) => changes,
            Err(refused) => {
                tracing::warn!(refused = %refused, "a push is not handed on");
                return Ok(HttpResponse::new(match refused {
                    PushRefused::NotAuthentic => 401,
                    PushRefused::Malformed(_) => 400,
                    PushRefused::Unavailable(_) => 503,
                }));
            }
        };
        for change in &changes {
            if let Err(error) = context.send(change).await {
                tracing::error!(error = %error, "a push could not be handed on");
                return Ok(HttpResponse::new(503));
            }
        }
        Ok(HttpResponse::new(202))
    }
}
