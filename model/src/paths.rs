//! Every path, once: of the page and of the API.

use crate::Seq;

/// The log page of a project.
pub fn log(project: &str) -> String {
    format!("/projects/{project}/log")
}

/// The inverse of [`log`].
pub fn project_of_log(path: &str) -> Option<&str> {
    let project = path.strip_prefix("/projects/")?.strip_suffix("/log")?;
    (!project.is_empty() && !project.contains('/')).then_some(project)
}

/// Sign-in page.
pub const SIGN_IN: &str = "/sign-in";
/// The page that the one-time link opens; the secret is in the fragment, which is not sent or logged.
pub const SET_UP: &str = "/set-up";

/// `GET`: the [`Viewer`](crate::account::Viewer). `POST` a [`SignIn`](crate::account::SignIn):
/// sign in. `DELETE`: sign out.
pub const SESSION: &str = "/api/session";
/// `POST` a [`SetUp`](crate::account::SetUp): sign in by the one-time link.
pub const SET_UP_API: &str = "/api/set-up";

/// `GET`: the [`Overview`](crate::Overview), a part a line.
pub fn overview(project: &str) -> String {
    format!("/api/projects/{project}/overview")
}

/// `GET`: a [`Page`](crate::Page). `POST` events: an [`IngestReport`](crate::ingest::IngestReport).
pub fn events(project: &str) -> String {
    format!("/api/projects/{project}/events")
}

/// `GET`: one [`Entry`](crate::Entry), whole.
pub fn event(project: &str, seq: Seq) -> String {
    format!("/api/projects/{project}/events/{seq}")
}

/// `GET`: [`Conflict`](crate::stats::Conflict), a list: parts of the filter that cannot overlap.
pub fn conflicts(project: &str) -> String {
    format!("/api/projects/{project}/conflicts")
}

/// `GET`: the [`Settings`](crate::settings::Settings) of the person. `PATCH` a
/// [`SettingsChange`](crate::settings::SettingsChange).
pub const SETTINGS: &str = "/api/me/settings";

/// `GET`: the [`SavedView`](crate::saved::SavedView)s of the viewer, a list. `POST` a
/// [`NewView`](crate::saved::NewView): save one.
pub fn views(project: &str) -> String {
    format!("/api/projects/{project}/views")
}

/// `PATCH` a [`ViewChange`](crate::saved::ViewChange), `DELETE`: the list as it is then.
pub fn view(project: &str, id: i64) -> String {
    format!("/api/projects/{project}/views/{id}")
}

/// `GET`: a [`Histogram`](crate::Histogram).
pub fn histogram(project: &str) -> String {
    format!("/api/projects/{project}/histogram")
}

/// `GET`: the [`Previous`](crate::Previous) period of a histogram.
pub fn previous(project: &str) -> String {
    format!("/api/projects/{project}/histogram/previous")
}

/// `GET`: [`FacetCounts`](crate::FacetCounts), a list. With `facet.q=` text, only values whose
/// label or value contains it.
pub fn facets(project: &str) -> String {
    format!("/api/projects/{project}/facets")
}

/// `GET`: the live stream of [`Message`](crate::live::Message), from `after` on.
pub fn live(project: &str) -> String {
    format!("/api/projects/{project}/live")
}

/// `GET`: [`Newer`](crate::live::Newer): what was stored after `as_of`.
pub fn newer(project: &str) -> String {
    format!("/api/projects/{project}/newer")
}

/// `GET`: [`Without`](crate::stats::Without), a list: which part of the filter empties the result.
pub fn without(project: &str) -> String {
    format!("/api/projects/{project}/without")
}

/// `GET` with a query: the file itself. `POST` a [`NewExport`](crate::export::NewExport): the same,
/// for long filters.
pub fn export(project: &str) -> String {
    format!("/api/projects/{project}/export")
}

/// `POST` a [`NewExport`](crate::export::NewExport): an [`Export`](crate::export::Export) that waits
/// to be fetched.
pub fn exports(project: &str) -> String {
    format!("/api/projects/{project}/exports")
}

/// `GET`: the [`Export`](crate::export::Export), as far as it is. `DELETE`: cancel it.
pub fn export_state(project: &str, id: &str) -> String {
    format!("/api/projects/{project}/exports/{id}")
}

/// `GET`, once: the file of an export that waits.
pub fn export_file(project: &str, id: &str) -> String {
    format!("/api/projects/{project}/exports/{id}/file")
}

/// `GET`, `PUT`: the project's [`ExportSettings`](crate::export::ExportSettings).
pub fn export_settings(project: &str) -> String {
    format!("/api/projects/{project}/settings/export")
}
