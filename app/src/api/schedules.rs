//! Schedules: views that are exported or summarised by themselves.

use daybook_model::{
    paths,
    schedule::{NewSchedule, Schedule, ScheduleChange, Schedules},
};
use gloo_net::http::Request;

use super::{Failure, read, send};

/// Those that the viewer sees, and where the server can take things.
pub(crate) async fn list(project: &str) -> Result<Schedules, Failure> {
    read(Request::get(&paths::schedules(project)).send().await).await
}

/// Keeps one.
pub(crate) async fn create(project: &str, new: &NewSchedule) -> Result<Schedule, Failure> {
    send(Request::post(&paths::schedules(project)), new).await
}

/// Pauses one, or lets it go on; all as they are then.
pub(crate) async fn change(
    project: &str,
    id: i64,
    change: &ScheduleChange,
) -> Result<Schedules, Failure> {
    send(Request::patch(&paths::schedule(project, id)), change).await
}

/// Takes one away; those that are left.
pub(crate) async fn delete(project: &str, id: i64) -> Result<Schedules, Failure> {
    read(Request::delete(&paths::schedule(project, id)).send().await).await
}

/// Runs one now.
pub(crate) async fn run(project: &str, id: i64) -> Result<Schedule, Failure> {
    read(Request::post(&paths::schedule_runs(project, id)).send().await).await
}
