//! The route table: the whole API on one screen.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    handler::Handler as _,
    http::Method,
    middleware::{from_fn_with_state, map_response},
    routing::any,
};
use daybook_model::account::Permission;
use tower_http::compression::CompressionLayer;

use crate::{
    access::Rule,
    assets,
    error::{self, Error},
    headers, health, metrics, observe, openapi, patience,
    state::AppState,
};

mod admins;
mod alerts;
mod events;
mod export;
mod ingest;
mod investigations;
mod live;
mod overview;
mod people;
mod port;
mod porter;
mod privacy;
mod projects;
mod retention;
mod runs;
mod schedules;
mod session;
mod sessions;
mod settings;
mod single_sign_on;
mod stats;
mod streams;
mod table;
mod tokens;
mod views;

use alerts::{firings, recipients, rules};
pub(crate) use ingest::report;
use table::Table;
pub use table::{Route, Served};

/// Every route of the API with its rule.
fn table() -> Table {
    const DELETE: Method = Method::DELETE;
    const GET: Method = Method::GET;
    const PATCH: Method = Method::PATCH;
    const POST: Method = Method::POST;
    const PUT: Method = Method::PUT;
    const INGEST: Rule = Rule::Project(Permission::Ingest);
    const EXPORT: Rule = Rule::Project(Permission::Export);
    const READ: Rule = Rule::Project(Permission::Read);
    const VIEWS: Rule = Rule::Project(Permission::KeepViews);
    const SCHEDULES: Rule = Rule::Project(Permission::KeepSchedules);
    const ALERTS: Rule = Rule::Project(Permission::ReadAlerts);
    const ADMIN: Rule = Rule::Project(Permission::Administer);
    Table::default()
        .route(POST, "/session", Rule::Open, session::sign_in)
        .route(POST, "/set-up", Rule::Open, session::set_up)
        .route(POST, "/invitation", Rule::Open, session::accept)
        .route(GET, "/sign-in", Rule::Open, single_sign_on::ways)
        .route(GET, "/auth/oidc/start", Rule::Open, single_sign_on::start)
        .route(GET, "/auth/oidc/callback", Rule::Open, single_sign_on::callback)
        .route(GET, "/session", Rule::Person, session::show)
        .route(DELETE, "/session", Rule::Person, session::sign_out)
        .route(GET, "/sessions", Rule::Person, sessions::list)
        .route(DELETE, "/sessions", Rule::Person, sessions::revoke_others)
        .route(DELETE, "/sessions/{id}", Rule::Person, sessions::revoke)
        .route(GET, "/me/settings", Rule::Person, settings::show)
        .route(PATCH, "/me/settings", Rule::Person, settings::change)
        .route(POST, "/password", Rule::Person, sessions::change_password)
        .route(GET, "/admins", Rule::Person, admins::show)
        .route(GET, "/projects", Rule::Instance, projects::list)
        .route(POST, "/projects", Rule::Instance, projects::create)
        .route(GET, "/people", Rule::Instance, people::list)
        .route(POST, "/people", Rule::Instance, people::create)
        .route(GET, "/people/{id}", Rule::Instance, people::show)
        .route(PATCH, "/people/{id}", Rule::Instance, people::change)
        .route(POST, "/people/{id}/invitation", Rule::Instance, people::invite)
        .route(DELETE, "/people/{id}/identities", Rule::Instance, people::forget_identities)
        .route(GET, "/projects/{project}/people", ADMIN, projects::people)
        .route(PUT, "/projects/{project}/people", ADMIN, projects::grant)
        .route(DELETE, "/projects/{project}/people/{id}", ADMIN, projects::remove)
        .route(GET, "/projects/{project}/tokens", ADMIN, tokens::list)
        .route(POST, "/projects/{project}/tokens", ADMIN, tokens::create)
        .route(DELETE, "/projects/{project}/tokens/{id}", ADMIN, tokens::revoke)
        .route(GET, "/projects/{project}/streams", ADMIN, streams::list)
        .route(POST, "/projects/{project}/streams", ADMIN, streams::create)
        .route(PATCH, "/projects/{project}/streams/{id}", ADMIN, streams::change)
        .route(DELETE, "/projects/{project}/streams/{id}", ADMIN, streams::delete)
        .route(GET, DEAD_LETTERS, ADMIN, streams::letters)
        .route(POST, DEAD_LETTERS, ADMIN, streams::send_again)
        .route(DELETE, DEAD_LETTERS, ADMIN, streams::drop_all)
        .route(DELETE, DEAD_LETTER, ADMIN, streams::drop_one)
        .route(GET, "/projects/{project}/gone", READ, projects::gone)
        .route(GET, "/projects/{project}/privacy", READ, privacy::show)
        .route(PUT, "/projects/{project}/privacy", ADMIN, privacy::change)
        .route(POST, "/projects/{project}/events/{seq}/reveal", EXPORT, privacy::reveal)
        .route(GET, "/projects/{project}/overview", READ, overview::show)
        .route(GET, "/projects/{project}/events", READ, events::list)
        .route(POST, "/projects/{project}/events", INGEST, ingest::create)
        .route(GET, "/projects/{project}/events/{seq}", READ, events::show)
        .route(GET, "/projects/{project}/histogram", READ, stats::histogram)
        .route(GET, "/projects/{project}/histogram/previous", READ, stats::previous)
        .route(GET, "/projects/{project}/facets", READ, stats::facets)
        .route(GET, "/projects/{project}/newer", READ, live::newer)
        .route(GET, "/projects/{project}/without", READ, stats::without)
        .route(GET, "/projects/{project}/conflicts", READ, stats::conflicts)
        .route(GET, "/projects/{project}/export", EXPORT, export::download)
        .route(POST, "/projects/{project}/export", EXPORT, export::post.layer(long()))
        .route(GET, "/projects/{project}/export/estimate", EXPORT, export::weigh)
        .route(POST, "/projects/{project}/exports", EXPORT, export::create.layer(long()))
        .route(GET, "/projects/{project}/exports/{id}", EXPORT, export::show)
        .route(DELETE, "/projects/{project}/exports/{id}", EXPORT, export::cancel)
        .route(GET, "/projects/{project}/exports/{id}/file", EXPORT, export::file)
        .route(GET, "/projects/{project}/settings/export", READ, export::show_settings)
        .route(PUT, "/projects/{project}/settings/export", ADMIN, export::change_settings)
        .route(POST, PORTER_EXPORT, EXPORT, porter::export.layer(long()))
        .route(POST, PORTER_QUERY, READ, porter::query_page.layer(long()))
        .route(GET, "/openapi.json", Rule::Open, openapi::show)
        .route(GET, "/docs", Rule::Open, openapi::read)
        .route(GET, "/docs.css", Rule::Open, openapi::style)
        .route(GET, "/projects/{project}/views", VIEWS, views::list)
        .route(POST, "/projects/{project}/views", VIEWS, views::create)
        .route(PATCH, "/projects/{project}/views/{id}", VIEWS, views::change)
        .route(DELETE, "/projects/{project}/views/{id}", VIEWS, views::delete)
        .route(GET, "/projects/{project}/investigations", VIEWS, investigations::list)
        .route(POST, "/projects/{project}/investigations", VIEWS, investigations::create)
        .route(GET, INVESTIGATION, VIEWS, investigations::show)
        .route(PATCH, INVESTIGATION, VIEWS, investigations::change)
        .route(POST, PINS, VIEWS, investigations::pin)
        .route(PATCH, PIN, VIEWS, investigations::move_pin)
        .route(DELETE, PIN, VIEWS, investigations::unpin)
        .route(POST, COMMENTS, VIEWS, investigations::comment)
        .route(DELETE, COMMENT, VIEWS, investigations::take_back)
        .route(GET, DOCUMENT, EXPORT, investigations::document)
        .route(GET, "/projects/{project}/schedules", SCHEDULES, schedules::list)
        .route(POST, "/projects/{project}/schedules", SCHEDULES, schedules::create)
        .route(PATCH, "/projects/{project}/schedules/{id}", SCHEDULES, schedules::change)
        .route(DELETE, "/projects/{project}/schedules/{id}", SCHEDULES, schedules::delete)
        .route(POST, "/projects/{project}/schedules/{id}/runs", SCHEDULES, schedules::run)
        .route(GET, "/projects/{project}/schedules/{id}/runs", SCHEDULES, schedules::runs)
        .route(GET, SCHEDULE_FILE, SCHEDULES, schedules::file)
        .route(GET, "/projects/{project}/alerts/rules", ALERTS, rules::list)
        .route(POST, "/projects/{project}/alerts/rules", ADMIN, rules::create)
        .route(PATCH, "/projects/{project}/alerts/rules/{id}", ADMIN, rules::change)
        .route(DELETE, "/projects/{project}/alerts/rules/{id}", ADMIN, rules::delete)
        .route(POST, "/projects/{project}/alerts/backtest", ALERTS, rules::backtest)
        .route(GET, "/projects/{project}/alerts/firings", ALERTS, firings::list)
        .route(GET, "/projects/{project}/alerts/firings/{id}", ALERTS, firings::show)
        .route(PATCH, "/projects/{project}/alerts/firings/{id}", ADMIN, firings::change)
        .route(GET, "/projects/{project}/alerts/counts", ALERTS, firings::counts)
        .route(GET, "/projects/{project}/alerts/recipients", ALERTS, recipients::list)
        .route(POST, "/projects/{project}/alerts/recipients", ADMIN, recipients::create)
        .route(PATCH, "/projects/{project}/alerts/recipients/{id}", ADMIN, recipients::change)
        .route(DELETE, "/projects/{project}/alerts/recipients/{id}", ADMIN, recipients::delete)
        .route(POST, RECIPIENT_SECRET, ADMIN, recipients::renew_secret)
        .route(POST, RECIPIENT_TEST, ADMIN, recipients::test)
        .route(GET, "/projects/{project}/alerts/deliveries", ALERTS, firings::deliveries)
        .route(POST, REDELIVERY, ADMIN, firings::deliver_again)
        .route(GET, "/projects/{project}/retention", ADMIN, retention::show)
        .route(PUT, "/projects/{project}/retention", ADMIN, retention::change)
        .route(POST, "/projects/{project}/retention/preview", ADMIN, retention::preview)
        .route(POST, "/projects/{project}/retention/runs", ADMIN, retention::run)
        .route(GET, "/projects/{project}/retained", READ, retention::retained)
        .route(GET, "/projects/{project}/holds", ADMIN, retention::holds)
        .route(POST, "/projects/{project}/holds", ADMIN, retention::hold)
        .route(DELETE, "/projects/{project}/holds/{id}", ADMIN, retention::lift)
        .route(GET, "/projects/{project}/archive", ADMIN, retention::archive)
        .route(POST, "/projects/{project}/archive/{id}/restore", ADMIN, retention::restore)
        .route(POST, "/clock", Rule::Instance, retention::believe)
}

/// What lasts as long as its reader stays. It is not compressed: what that takes is held for each of them.
fn followed() -> Table {
    let rule = Rule::Project(Permission::Read);
    Table::default().route(Method::GET, "/projects/{project}/live", rule, live::stream)
}

/// The route that has the name of another API.
fn published() -> Table {
    let rule = Rule::Token(Permission::Read);
    Table::default().route(Method::GET, "/audit-log", rule, port::list)
}

/// What tells whether this server lives and is worth asking.
fn probes() -> Table {
    Table::default().route(Method::GET, "/healthz", Rule::Open, health::alive).route(
        Method::GET,
        "/readyz",
        Rule::Open,
        health::ready,
    )
}

/// What is served at an address of its own, to whoever reaches that.
fn watched() -> Table {
    probes().route(Method::GET, "/metrics", Rule::Operator, metrics::show)
}

const DEAD_LETTERS: &str = "/projects/{project}/streams/{id}/dead-letters";
const DEAD_LETTER: &str = "/projects/{project}/streams/{id}/dead-letters/{seq}";

const INVESTIGATION: &str = "/projects/{project}/investigations/{id}";
const PINS: &str = "/projects/{project}/investigations/{id}/pins";
const PIN: &str = "/projects/{project}/investigations/{id}/pins/{seq}";
const COMMENTS: &str = "/projects/{project}/investigations/{id}/comments";
const COMMENT: &str = "/projects/{project}/investigations/{id}/comments/{seq}";
const DOCUMENT: &str = "/projects/{project}/investigations/{id}/document";
const RECIPIENT_SECRET: &str = "/projects/{project}/alerts/recipients/{id}/secret";
const RECIPIENT_TEST: &str = "/projects/{project}/alerts/recipients/{id}/test";
const REDELIVERY: &str = "/projects/{project}/alerts/deliveries/{id}/again";

/// What a run of a schedule has.
const SCHEDULE_FILE: &str = "/projects/{project}/schedules/{id}/runs/{seq}/file";
/// As Porter published them.
const PORTER_EXPORT: &str = "/v2/projects/{project}/api-audit-logs/export";
const PORTER_QUERY: &str = "/v2/projects/{project}/api-audit-logs/query";

/// Bodies that hold long filters.
fn long() -> DefaultBodyLimit {
    DefaultBodyLimit::max(daybook_model::export::MAX_BODY)
}

/// Every route of the API with its rule, for whoever wants to check them.
pub fn routes() -> Vec<Route> {
    table().routes().into_iter().chain(followed().routes()).collect()
}

/// Every route that is served for programs, under its whole path.
pub fn served() -> Vec<Served> {
    let under = |base: &'static str, table: Table| {
        let whole = move |Route { method, path, rule }| Served {
            method,
            path: format!("{base}{path}"),
            rule,
        };
        table.routes().into_iter().map(whole)
    };
    let api = under("/api", table()).chain(under("/api", followed()));
    api.chain(under("/v1", published())).chain(under("", probes())).collect()
}

/// The routes of the address for those who watch over this server.
pub fn watched_routes() -> Vec<Route> {
    watched().routes()
}

/// What is served there.
pub fn watched_router(state: &AppState) -> Router {
    watched()
        .router(state)
        .fallback(async || Error::NotFound("there is nothing at this address"))
        .layer(from_fn_with_state(state.clone(), headers::complete))
        .with_state(state.clone())
}

/// Everything that is served: the API, and the app everywhere else.
pub fn router(state: AppState) -> Router {
    let in_time = from_fn_with_state(state.clone(), patience::in_time);
    let v1 = published()
        .router(&state)
        .fallback(port::missing)
        .layer(in_time.clone())
        .layer(map_response(port::in_shape))
        // Behind what reads errors.
        .layer(CompressionLayer::new())
        .with_state(state.clone());
    let api = table()
        .router(&state)
        .fallback(async || Error::NotFound("there is nothing at this address"))
        // Bodies are bounded where they are read; only `ingest` takes more than this.
        .layer(DefaultBodyLimit::max(64 * 1024))
        .layer(map_response(error::in_shape))
        // The overview compresses itself, line by line.
        .layer(CompressionLayer::new())
        .merge(followed().router(&state).layer(map_response(error::in_shape)))
        .layer(in_time)
        .with_state(state.clone());
    let api = match &state.journal {
        Some(journal) => api.layer(journal.layer()),
        None => api,
    };
    // The app has every other address, and its page would look like an answer.
    let elsewhere = "figures are served at an address of their own: see --metrics-listen";
    let app = assets::router().route("/metrics", any(async move || Error::NotFound(elsewhere)));
    Router::new()
        .nest("/api", api)
        .nest("/v1", v1)
        .merge(probes().router(&state).with_state(state.clone()))
        .merge(app)
        .layer(from_fn_with_state(state.clone(), headers::complete))
        .layer(from_fn_with_state(state, observe::observe))
}
