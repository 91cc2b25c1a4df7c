//! Daybook's server: it takes events in, keeps them, and answers questions about them.
//!
//! See `ARCHITECTURE.md` for the map. Everything that writes goes through [`ledger`]; everything
//! that reads asks a [`store`] about a [`list`].

pub mod access;
pub mod accounts;
pub mod alerts;
pub mod api;
pub mod assets;
pub mod attempts;
pub mod body;
pub mod buckets;
pub mod cli;
pub mod clock;
pub mod connections;
pub mod database;
pub mod demo;
pub mod duty;
pub mod error;
pub mod export;
pub mod extract;
pub mod front;
pub mod headers;
pub mod health;
pub mod import;
pub mod intake;
pub mod investigations;
pub mod journal;
pub mod ledger;
pub mod list;
pub mod live;
pub mod metrics;
pub mod observe;
pub mod oidc;
pub mod openapi;
pub mod outbound;
pub mod patience;
pub mod people;
pub mod port;
pub mod porter;
pub mod preferences;
pub mod presence;
pub mod privacy;
pub mod project;
pub mod retention;
pub mod schedules;
pub mod secret;
pub mod settings;
pub mod site;
pub mod state;
pub mod store;
pub mod streams;
pub mod tabs;
pub mod views;
mod words;
