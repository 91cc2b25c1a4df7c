//! Schedules.

use daybook_model::schedule::{NewSchedule, Run, Schedule, ScheduleChange, Schedules};

use super::super::{
    operation::{Operation, delete, get, patch, post},
    schemas::Schemas,
};

const FILES: &[&str] = &["text/csv", "application/x-ndjson", "application/vnd.apache.parquet"];

pub(super) fn operations(schemas: &mut Schemas) -> Vec<Operation> {
    let begun = schemas.of::<Schedule>();
    vec![
        get(
            "/api/projects/{project}/schedules",
            "listSchedules",
            "One's own schedules, those whose mails one gets, and all of them for admins; and where this server can take things",
        )
        .gives_a::<Schedules>(schemas),
        post(
            "/api/projects/{project}/schedules",
            "createSchedule",
            "Keeps a schedule, which runs with the rights of whoever makes it",
        )
        .takes_a::<NewSchedule>(schemas)
        .makes_a::<Schedule>(schemas),
        patch(
            "/api/projects/{project}/schedules/{id}",
            "changeSchedule",
            "Pauses a schedule or lets it go on; answers with all schedules",
        )
        .takes_a::<ScheduleChange>(schemas)
        .gives_a::<Schedules>(schemas),
        delete(
            "/api/projects/{project}/schedules/{id}",
            "deleteSchedule",
            "Takes a schedule away; answers with all that are left",
        )
        .gives_a::<Schedules>(schemas),
        post(
            "/api/projects/{project}/schedules/{id}/runs",
            "runSchedule",
            "Runs a schedule now, with what arrived since its last run",
        )
        .gives(202, "it begins", begun),
        get(
            "/api/projects/{project}/schedules/{id}/runs",
            "listScheduleRuns",
            "The last runs of a schedule, newest first",
        )
        .gives_a::<Vec<Run>>(schemas),
        get(
            "/api/projects/{project}/schedules/{id}/runs/{seq}/file",
            "getScheduleFile",
            "What the run of this number has, as a file, with the rights of whoever asks",
        )
        .streams("the file", FILES),
    ]
}
