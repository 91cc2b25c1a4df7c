//! Exports: what is looked at, taken away as a file.

use daybook_model::{
    export::{Estimate, Export, ExportSettings, Format, NewExport},
    paths, query,
};
use gloo_net::http::Request;
use web_sys::AbortSignal;

use super::{Failure, check, join, read, send};

/// Whether a project's log may be exported, and how much of it at once.
pub(crate) async fn settings(project: &str) -> Result<ExportSettings, Failure> {
    read(Request::get(&paths::export_settings(project)).send().await).await
}

/// Changes that.
pub(crate) async fn set_settings(
    project: &str,
    settings: ExportSettings,
) -> Result<ExportSettings, Failure> {
    send(Request::put(&paths::export_settings(project)), &settings).await
}

/// What an export of a query would be.
pub(crate) async fn estimate(
    project: &str,
    query: &str,
    format: Format,
    columns: Option<&str>,
    signal: Option<AbortSignal>,
) -> Result<Estimate, Failure> {
    let mut more = query::Writer::default();
    more.push("format", format.as_str());
    if let Some(columns) = columns {
        more.push("columns", columns);
    }
    let url = join(&paths::export_estimate(project), query, more);
    read(Request::get(&url).abort_signal(signal.as_ref()).send().await).await
}

/// Settles what is exported; its file is fetched by a link.
pub(crate) async fn create(project: &str, new: &NewExport) -> Result<Export, Failure> {
    send(Request::post(&paths::exports(project)), new).await
}

/// How far an export is.
pub(crate) async fn state(project: &str, id: &str) -> Result<Export, Failure> {
    read(Request::get(&paths::export_state(project, id)).send().await).await
}

/// Cancels an export.
pub(crate) async fn cancel(project: &str, id: &str) -> Result<(), Failure> {
    check(Request::delete(&paths::export_state(project, id)).send().await).await.map(drop)
}
