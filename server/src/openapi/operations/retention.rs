//! How long entries are kept.

use daybook_model::retention::{
    ArchiveFile, Hold, NewHold, Overview, Preview, Restored, Retained, Retention,
};

use super::super::{
    operation::{Operation, delete, get, post, put},
    parameters,
    schemas::Schemas,
};

const RETENTION: &str = "/api/projects/{project}/retention";
const HOLDS: &str = "/api/projects/{project}/holds";

pub(super) fn operations(schemas: &mut Schemas) -> Vec<Operation> {
    let begun = schemas.of::<Overview>();
    vec![
        get(
            RETENTION,
            "getRetention",
            "How long entries are kept, what is held, and what was removed",
        )
        .gives_a::<Overview>(schemas),
        put(RETENTION, "changeRetention", "Changes how long entries are kept")
            .takes_a::<Retention>(schemas)
            .gives_a::<Overview>(schemas),
        post(
            "/api/projects/{project}/retention/preview",
            "previewRetention",
            "What rules would remove now, without removing it",
        )
        .takes_a::<Retention>(schemas)
        .gives_a::<Preview>(schemas),
        post(
            "/api/projects/{project}/retention/runs",
            "applyRetention",
            "Applies the rules as soon as possible",
        )
        .gives(202, "it begins", begun),
        get("/api/projects/{project}/retained", "getRetained", "What was removed of a time")
            .asks(parameters::time())
            .gives_a::<Retained>(schemas),
        get(HOLDS, "listHolds", "What is kept, whatever the rules say")
            .gives_a::<Vec<Hold>>(schemas),
        post(HOLDS, "makeHold", "Keeps what matches; once this is answered none of it is removed")
            .takes_a::<NewHold>(schemas)
            .makes_a::<Hold>(schemas),
        delete(
            "/api/projects/{project}/holds/{id}",
            "liftHold",
            "Lifts a hold; answers with those that are left",
        )
        .gives_a::<Vec<Hold>>(schemas),
        get(
            "/api/projects/{project}/archive",
            "listArchive",
            "The archive's files with entries of a time",
        )
        .asks(parameters::time())
        .gives_a::<Vec<ArchiveFile>>(schemas),
        post(
            "/api/projects/{project}/archive/{id}/restore",
            "restoreArchive",
            "Brings back what a file of the archive has of a time; each entry is stored once",
        )
        .asks(parameters::time())
        .gives_a::<Restored>(schemas),
        post(
            "/api/clock",
            "confirmClock",
            "Says that the server's clock is right, however far it moved: retention goes on",
        )
        .ends(),
    ]
}
