//! A service with orders, each call to which is recorded.
//!
//! ```sh
//! token=$(daybook token create --project acme --name orders --scope ingest)
//! cargo run -p daybook-recorder --example orders -- http://127.0.0.1:8080 acme $token
//! curl -X POST -H 'X-User: maya@acme.dev' http://127.0.0.1:3000/orders/42/refund
//! ```

use std::{net::SocketAddr, time::Duration};

use axum::{
    Extension, Router,
    extract::{Path, Request},
    middleware::{Next, from_fn},
    response::Response,
    routing::{get, post},
};
use daybook_recorder::{
    HttpSink, Recorder, Recording,
    model::{Actor, ActorType},
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().init();
    let mut arguments = std::env::args().skip(1);
    let (Some(server), Some(project), Some(token)) =
        (arguments.next(), arguments.next(), arguments.next())
    else {
        return Err("give the address of Daybook, a project and a token".into());
    };
    let recorder = Recorder::builder(HttpSink::new(&server, &project, &token))
        .trusting(["127.0.0.0/8".parse()?])
        .only(|call| call.route != Some("/health"))
        .start();
    let app = Router::new()
        .route("/health", get(async || "well"))
        .route("/orders/{id}", get(async |Path(id): Path<u64>| format!("order {id}\n")))
        .route("/orders/{id}/refund", post(refund))
        .layer(from_fn(authenticate))
        .layer(recorder.layer());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    println!("orders at http://{}", listener.local_addr()?);
    axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(async { drop(tokio::signal::ctrl_c().await) })
        .await?;
    println!("{:?}", recorder.close(Duration::from_secs(5)).await);
    Ok(())
}

/// Stands for whatever a service knows its callers by.
async fn authenticate(
    Extension(recording): Extension<Recording>,
    request: Request,
    next: Next,
) -> Response {
    if let Some(user) = request.headers().get("x-user").and_then(|user| user.to_str().ok()) {
        let (id, email) = (Some(user.to_owned()), Some(user.to_owned()));
        recording.actor(Actor { kind: ActorType::User, id, name: None, email });
    }
    next.run(request).await
}

/// Says what a route cannot: that it was a refund, and of what.
async fn refund(Extension(recording): Extension<Recording>, Path(id): Path<u64>) -> String {
    recording.action("RefundOrder").resource("order", id.to_string(), None);
    format!("order {id} is refunded\n")
}
