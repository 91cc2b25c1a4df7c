//! What is answered from the first moment on, before the log is open.

use std::sync::{Arc, OnceLock};

use axum::{
    Router,
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use tower::ServiceExt as _;

use crate::{error::Error, health};

/// A server that is about to be one: it lives, and is not ready. Clones are the same.
#[derive(Clone, Default)]
pub struct Front(Arc<OnceLock<Router>>);

impl Front {
    /// What is listened with.
    pub fn router(&self) -> Router {
        Router::new().fallback(pass).with_state(self.clone())
    }

    /// From now on this is served.
    pub fn open(&self, router: Router) {
        // It is opened once.
        let _ = self.0.set(router);
    }
}

async fn pass(State(front): State<Front>, request: Request) -> Response {
    match front.0.get() {
        Some(router) => router.clone().oneshot(request).await.unwrap_or_else(|e| match e {}),
        None if request.uri().path() == "/healthz" => health::alive().await.into_response(),
        None => Error::NotReady(health::STARTING).into_response(),
    }
}
