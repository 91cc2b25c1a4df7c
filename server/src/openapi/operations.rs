//! What is said of what is served: a file for each part of it, in the order in which it is told.

mod alerts;
mod entries;
mod exports;
mod investigations;
mod own;
mod people;
mod published;
mod retention;
mod schedules;
mod streams;
mod views;

use super::{operation::Operation, schemas::Schemas};

/// A part of what is served, and what it is called.
pub(super) type Part = (&'static str, Vec<Operation>);

/// Everything that is said, part by part.
pub(super) fn operations(schemas: &mut Schemas) -> Vec<Part> {
    vec![
        ("Entries", entries::entries()),
        ("Counts", entries::counts(schemas)),
        ("Live", entries::live(schemas)),
        ("Exports", exports::operations(schemas)),
        ("Views", views::operations(schemas)),
        ("Investigations", investigations::operations(schemas)),
        ("Schedules", schedules::operations(schemas)),
        ("Alerts", alerts::alerts(schemas)),
        ("Recipients of alerts", alerts::recipients(schemas)),
        ("Retention", retention::operations(schemas)),
        ("Projects", people::projects(schemas)),
        ("People", people::people(schemas)),
        ("Tokens", people::tokens(schemas)),
        ("Streams", streams::operations(schemas)),
        ("Sessions and settings of one's own", own::operations(schemas)),
        ("Published by Porter", published::porter()),
        ("Published by Port", published::port()),
        ("About", published::about()),
    ]
}
