//! The route table: the whole API on one screen.

use std::net::SocketAddr;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::from_fn,
    routing::{get, patch, post},
    serve::{Listener, ListenerExt as _},
};
use tokio::net::{TcpListener, TcpStream};
use tower_http::compression::CompressionLayer;

use crate::{assets, error::Error, headers, state::AppState};

mod admin;
mod events;
mod ingest;
mod live;
mod overview;
mod runs;
mod session;
mod settings;
mod stats;
mod views;

pub use admin::{MadeToken, NewPerson, NewProject, NewToken};
pub(crate) use ingest::report;

/// Everything that is served: the API, and the app everywhere else.
pub fn router(state: AppState) -> Router {
    let api = Router::new()
        .route("/session", get(session::show).post(session::sign_in).delete(session::sign_out))
        .route("/set-up", post(session::set_up))
        .route("/me/settings", get(settings::show).patch(settings::change))
        .route("/projects", post(admin::create_project))
        .route("/people", post(admin::create_person))
        .route("/projects/{project}/tokens", post(admin::create_token))
        .route("/projects/{project}/overview", get(overview::show))
        .route("/projects/{project}/events", get(events::list).post(ingest::create))
        .route("/projects/{project}/events/{seq}", get(events::show))
        .route("/projects/{project}/histogram", get(stats::histogram))
        .route("/projects/{project}/histogram/previous", get(stats::previous))
        .route("/projects/{project}/facets", get(stats::facets))
        .route("/projects/{project}/live", get(live::stream))
        .route("/projects/{project}/newer", get(live::newer))
        .route("/projects/{project}/without", get(stats::without))
        .route("/projects/{project}/conflicts", get(stats::conflicts))
        .route("/projects/{project}/views", get(views::list).post(views::create))
        .route("/projects/{project}/views/{id}", patch(views::change).delete(views::delete))
        .fallback(async || Error::NotFound("there is nothing at this address"))
        // Bodies are bounded where they are read; only `ingest` takes more than this.
        .layer(DefaultBodyLimit::max(64 * 1024))
        // The overview compresses itself, line by line; live streams are not compressed.
        .layer(CompressionLayer::new())
        .layer(from_fn(headers::in_time))
        .with_state(state);
    let app = assets::router();
    Router::new().nest("/api", api).merge(app).layer(from_fn(headers::complete))
}

/// A listener whose answers leave at once. An answer in parts would otherwise wait with its second
/// part until the first is acknowledged, which takes a browser up to 40 ms.
pub fn prompt(listener: TcpListener) -> impl Listener<Io = TcpStream, Addr = SocketAddr> {
    listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection's answers may wait for one another");
        }
    })
}
