//! What others published and Daybook answers as it is, and the description itself.

use super::super::{
    operation::{Operation, get, post},
    parameters,
    schemas::named,
};

pub(super) fn porter() -> Vec<Operation> {
    vec![
        post(
            "/api/v2/projects/{project}/api-audit-logs/export",
            "porterExport",
            "The filtered log as CSV",
        )
        .takes(named("PorterFilter"))
        .streams("the file", &["text/csv"]),
        post(
            "/api/v2/projects/{project}/api-audit-logs/query",
            "porterQuery",
            "A page of the filtered log",
        )
        .takes(named("PorterQuery"))
        .gives(200, "the page", named("PorterPage")),
    ]
}

pub(super) fn port() -> Vec<Operation> {
    vec![
        get("/v1/audit-log", "portAuditLog", "The log of the token's project")
            .asks(parameters::port())
            .gives(200, "the events", named("PortAudits")),
    ]
}

pub(super) fn about() -> Vec<Operation> {
    vec![
        get("/api/openapi.json", "getDocument", "This document").gives(
            200,
            "the document",
            serde_json::json!({ "type": "object" }),
        ),
        get("/api/docs", "getDocs", "This document, to be read")
            .streams("the page", &["text/html"]),
        get("/api/docs.css", "getDocsStyle", "How it looks")
            .streams("the style sheet", &["text/css"]),
        get("/healthz", "getHealth", "Whether the process lives")
            .streams("it does", &["text/plain"]),
        get("/readyz", "getReadiness", "Whether the log answers and can be written to").gives(
            200,
            "it is; how far the column index is, which nothing has to wait for",
            serde_json::json!({
                "type": "object",
                "required": ["ready", "index"],
                "properties": {
                    "ready": { "const": true },
                    "index": {
                        "type": "object",
                        "required": ["state", "behind"],
                        "properties": {
                            "state": { "enum": ["ready", "building", "off"] },
                            "behind": { "type": "integer", "minimum": 0 },
                        },
                    },
                },
            }),
        ),
    ]
}
