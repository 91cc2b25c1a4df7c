//! The list as a file.

use daybook_model::export::{Estimate, Export, ExportSettings, NewExport};

use super::super::{
    operation::{Operation, delete, get, post, put},
    parameters::exported,
    schemas::Schemas,
};

const FILES: &[&str] = &["text/csv", "application/x-ndjson", "application/vnd.apache.parquet"];

pub(super) fn operations(schemas: &mut Schemas) -> Vec<Operation> {
    vec![
        get("/api/projects/{project}/export", "export", "The list as a file")
            .asks(exported())
            .streams("the file", FILES),
        post(
            "/api/projects/{project}/export",
            "exportLong",
            "The list as a file, for long filters",
        )
        .takes_a::<NewExport>(schemas)
        .streams("the file", FILES),
        get(
            "/api/projects/{project}/export/estimate",
            "estimateExport",
            "How many rows and about how many bytes it would be",
        )
        .asks(exported())
        .gives_a::<Estimate>(schemas),
        post(
            "/api/projects/{project}/exports",
            "createExport",
            "Settles an export, which then waits to be fetched",
        )
        .takes_a::<NewExport>(schemas)
        .makes_a::<Export>(schemas),
        get("/api/projects/{project}/exports/{id}", "getExport", "How far an export is")
            .gives_a::<Export>(schemas),
        delete("/api/projects/{project}/exports/{id}", "cancelExport", "Cancels an export")
            .gives_a::<Export>(schemas),
        get(
            "/api/projects/{project}/exports/{id}/file",
            "getExportFile",
            "The file of an export that waits, once",
        )
        .streams("the file", FILES),
        get(
            "/api/projects/{project}/settings/export",
            "getExportSettings",
            "What the project allows",
        )
        .gives_a::<ExportSettings>(schemas),
        put(
            "/api/projects/{project}/settings/export",
            "setExportSettings",
            "Changes what the project allows",
        )
        .takes_a::<ExportSettings>(schemas)
        .gives_a::<ExportSettings>(schemas),
    ]
}
