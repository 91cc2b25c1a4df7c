//! The API through its real router, over a real store in a temporary folder.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up has failed")]

#[path = "api/admins.rs"]
mod admins;
#[path = "api/alerts.rs"]
mod alerts;
#[path = "api/app.rs"]
mod app;
#[path = "api/chart.rs"]
mod chart;
#[path = "postgres/cluster.rs"]
mod cluster;
#[path = "api/connections.rs"]
mod connections;
#[path = "api/export.rs"]
mod export;
#[path = "api/gone.rs"]
mod gone;
#[path = "api/hardening.rs"]
mod hardening;
#[path = "api/ingest.rs"]
mod ingest;
#[path = "api/investigations.rs"]
mod investigations;
#[path = "api/journal.rs"]
mod journal;
#[path = "api/live.rs"]
mod live;
#[path = "api/masked.rs"]
mod masked;
#[path = "api/narrowed.rs"]
mod narrowed;
#[path = "api/openapi.rs"]
mod openapi;
#[path = "api/operations.rs"]
mod operations;
#[path = "api/people.rs"]
mod people;
#[path = "api/postgres.rs"]
mod postgres;
#[path = "api/privacy.rs"]
mod privacy;
#[path = "postgres/programs.rs"]
mod programs;
#[path = "api/published.rs"]
mod published;
#[path = "api/read.rs"]
mod read;
#[path = "api/retention.rs"]
mod retention;
#[path = "api/roles.rs"]
mod roles;
#[path = "api/runs.rs"]
mod runs;
#[path = "api/schedules.rs"]
mod schedules;
#[path = "api/settings.rs"]
mod settings;
#[path = "api/signin.rs"]
mod signin;
#[path = "api/single_sign_on.rs"]
mod single_sign_on;
#[path = "api/streams.rs"]
mod streams;
#[path = "api/views.rs"]
mod views;
