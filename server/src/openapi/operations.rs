//! What is served.

use daybook_model::{
    ActorType, Column, Field, StackBy, export::Format, page::MAX_LIMIT, range::Preset, vocabulary,
};
use serde_json::{Value, json};

use super::schemas::{list, named};

/// Something that can be asked.
pub(super) struct Operation {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) id: &'static str,
    pub(super) tag: &'static str,
    pub(super) summary: &'static str,
    pub(super) parameters: Vec<Value>,
    pub(super) body: Option<(&'static str, Value)>,
    pub(super) answers: Vec<Answer>,
    /// Whether nobody need be signed in.
    pub(super) is_open: bool,
}

/// An answer that is not an error.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) description: &'static str,
    pub(super) kinds: Vec<(&'static str, Value)>,
}

const JSON: &str = "application/json";

fn get(
    path: &'static str,
    id: &'static str,
    tag: &'static str,
    summary: &'static str,
    parameters: Vec<Value>,
    answer: Value,
) -> Operation {
    let answers =
        vec![Answer { status: 200, description: "the answer", kinds: vec![(JSON, answer)] }];
    Operation {
        method: "get",
        path,
        id,
        tag,
        summary,
        parameters,
        body: None,
        answers,
        is_open: false,
    }
}

impl Operation {
    /// Answers otherwise as well.
    fn also(mut self, status: u16, description: &'static str, schema: Value) -> Self {
        self.answers.push(Answer { status, description, kinds: vec![(JSON, schema)] });
        self
    }

    fn takes(self, method: &'static str, body: Value) -> Self {
        Self { method, body: Some((JSON, body)), ..self }
    }

    fn gives(
        self,
        status: u16,
        description: &'static str,
        kinds: &[(&'static str, Value)],
    ) -> Self {
        Self { answers: vec![Answer { status, description, kinds: kinds.to_vec() }], ..self }
    }

    fn open(self) -> Self {
        Self { is_open: true, ..self }
    }
}

/// Everything that is served for programs, in the order in which it is told.
pub(super) fn operations() -> Vec<Operation> {
    let text = || json!({ "type": "string" });
    let (lines, binary) = (text(), json!({}));
    let files = [
        ("text/csv", lines.clone()),
        ("application/x-ndjson", lines.clone()),
        ("application/vnd.apache.parquet", binary),
    ];
    let listed = || [filter(), vec![sort()]].concat();
    let paged = || {
        [
            listed(),
            vec![
                limit(),
                parameter("cursor", "the page, as given in `next` and `previous`", text()),
            ],
        ]
        .concat()
    };
    let bars = || {
        [
            filter(),
            vec![
                parameter(
                    "tz",
                    "the zone whose days the bars follow, such as Europe/Berlin",
                    text(),
                ),
                parameter(
                    "buckets",
                    "about how many bars",
                    json!({ "type": "integer", "minimum": 1, "maximum": 65535 }),
                ),
                parameter(
                    "stack",
                    "what bars are taken apart by",
                    words(StackBy::ALL.iter().map(|by| by.as_str())),
                ),
            ],
        ]
        .concat()
    };
    let facets = || vec![parameter("facets", "which, with commas between", text())];
    let exported = || {
        [
            listed(),
            vec![
                parameter(
                    "format",
                    "what kind of file",
                    words(Format::ALL.iter().map(|f| f.as_str())),
                ),
                parameter("columns", "`all`, `requests`, or names with commas between", text()),
                parameter(
                    "after",
                    "only entries behind this place, in the order of the log",
                    seq(),
                ),
                parameter(
                    "trailer",
                    "whether NDJSON ends in a line that tells what there was",
                    words(["1", "0"]),
                ),
                parameter(
                    "formulas",
                    "how cells that a spreadsheet takes for formulas are written",
                    words(["escaped", "exact"]),
                ),
            ],
        ]
        .concat()
    };
    vec![
        get(
            "/api/projects/{project}/events",
            "listEvents",
            "Entries",
            "A page of entries",
            paged(),
            named("Page"),
        ),
        get(
            "/api/projects/{project}/events",
            "sendEvents",
            "Events",
            "Stores events; a 2xx means that they are on disk",
            Vec::new(),
            named("IngestReport"),
        )
        .takes("post", json!({ "oneOf": [named("Event"), list(named("Event"))] }))
        .also(
            422,
            "nothing was stored: every event was refused, or the body is not of the form that is described",
            json!({ "anyOf": [named("IngestReport"), named("Error")] }),
        ),
        get(
            "/api/projects/{project}/events/{seq}",
            "getEvent",
            "Entries",
            "One entry, whole",
            Vec::new(),
            named("Entry"),
        ),
        get(
            "/api/projects/{project}/overview",
            "getOverview",
            "Entries",
            "Rows, bars and facets under one moment, a part a line",
            [paged(), bars(), facets()].concat(),
            text(),
        )
        .gives(200, "the parts", &[("application/x-ndjson", text())]),
        get(
            "/api/projects/{project}/histogram",
            "getHistogram",
            "Counts",
            "Bars and total",
            bars(),
            named("Any"),
        ),
        get(
            "/api/projects/{project}/histogram/previous",
            "getPreviousHistogram",
            "Counts",
            "The same bars, the length of the range before",
            bars(),
            named("Any"),
        ),
        get(
            "/api/projects/{project}/facets",
            "getFacets",
            "Counts",
            "How often each value occurs",
            [
                filter(),
                facets(),
                vec![parameter("facet.q", "only values that contain this", text())],
            ]
            .concat(),
            list(named("Any")),
        ),
        get(
            "/api/projects/{project}/without",
            "getWithout",
            "Counts",
            "Which part of the filter empties the result",
            filter(),
            list(named("Any")),
        ),
        get(
            "/api/projects/{project}/conflicts",
            "getConflicts",
            "Counts",
            "Parts of the filter that cannot overlap",
            filter(),
            list(named("Any")),
        ),
        get(
            "/api/projects/{project}/newer",
            "getNewer",
            "Live",
            "How much was stored since a moment",
            filter(),
            named("Any"),
        ),
        get(
            "/api/projects/{project}/live",
            "listen",
            "Live",
            "What arrives, as server-sent events",
            [filter(), vec![parameter("after", "the place behind which to begin", seq())]].concat(),
            text(),
        )
        .gives(200, "the stream", &[("text/event-stream", text())]),
        get(
            "/api/projects/{project}/export",
            "export",
            "Exports",
            "The list as a file",
            exported(),
            text(),
        )
        .gives(200, "the file", &files),
        get(
            "/api/projects/{project}/export",
            "exportLong",
            "Exports",
            "The list as a file, for long filters",
            Vec::new(),
            text(),
        )
        .takes("post", named("NewExport"))
        .gives(200, "the file", &files),
        get(
            "/api/projects/{project}/export/estimate",
            "estimateExport",
            "Exports",
            "How many rows and about how many bytes it would be",
            exported(),
            named("Estimate"),
        ),
        get(
            "/api/projects/{project}/exports",
            "createExport",
            "Exports",
            "Settles an export, which then waits to be fetched",
            Vec::new(),
            text(),
        )
        .takes("post", named("NewExport"))
        .gives(201, "the export", &[(JSON, named("Export"))]),
        get(
            "/api/projects/{project}/exports/{id}",
            "getExport",
            "Exports",
            "How far an export is",
            Vec::new(),
            named("Export"),
        ),
        Operation {
            method: "delete",
            ..get(
                "/api/projects/{project}/exports/{id}",
                "cancelExport",
                "Exports",
                "Cancels an export",
                Vec::new(),
                named("Export"),
            )
        },
        get(
            "/api/projects/{project}/exports/{id}/file",
            "getExportFile",
            "Exports",
            "The file of an export that waits, once",
            Vec::new(),
            text(),
        )
        .gives(200, "the file", &files),
        get(
            "/api/projects/{project}/settings/export",
            "getExportSettings",
            "Exports",
            "What the project allows",
            Vec::new(),
            named("ExportSettings"),
        ),
        get(
            "/api/projects/{project}/settings/export",
            "setExportSettings",
            "Exports",
            "Changes what the project allows",
            Vec::new(),
            named("ExportSettings"),
        )
        .takes("put", named("ExportSettings")),
        get(
            "/api/v2/projects/{project}/api-audit-logs/export",
            "porterExport",
            "Published by Porter",
            "The filtered log as CSV",
            Vec::new(),
            text(),
        )
        .takes("post", named("PorterFilter"))
        .gives(200, "the file", &[("text/csv", text())]),
        get(
            "/api/v2/projects/{project}/api-audit-logs/query",
            "porterQuery",
            "Published by Porter",
            "A page of the filtered log",
            Vec::new(),
            named("PorterPage"),
        )
        .takes("post", named("PorterQuery")),
        get(
            "/v1/audit-log",
            "portAuditLog",
            "Published by Port",
            "The log of the token's project",
            port(),
            named("PortAudits"),
        ),
        get("/api/openapi.json", "getDocument", "About", "This document", Vec::new(), named("Any"))
            .open(),
        get("/api/docs", "getDocs", "About", "This document, to be read", Vec::new(), text())
            .gives(200, "the page", &[("text/html", text())])
            .open(),
        get("/api/docs.css", "getDocsStyle", "About", "How it looks", Vec::new(), text())
            .gives(200, "the style sheet", &[("text/css", text())])
            .open(),
    ]
}

fn parameter(name: &str, description: &str, schema: Value) -> Value {
    json!({ "name": name, "in": "query", "description": description, "schema": schema })
}

fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> Value {
    json!({ "type": "string", "enum": words.into_iter().collect::<Vec<_>>() })
}

fn seq() -> Value {
    json!({ "type": "integer", "minimum": 0, "maximum": i64::MAX })
}

fn sort() -> Value {
    let columns = Column::ALL.iter().map(|column| column.key().to_owned());
    let both = columns.flat_map(|key| [format!("-{key}"), key]).collect::<Vec<_>>();
    parameter(
        "sort",
        "the order; `-` in front for descending",
        words(both.iter().map(String::as_str)),
    )
}

fn limit() -> Value {
    let schema = json!({ "type": "integer", "minimum": 1, "maximum": MAX_LIMIT });
    parameter("limit", "how many rows a page has", schema)
}

/// The keys of a filter: those that every list, count and file takes.
fn filter() -> Vec<Value> {
    let mut keys = vec![
        parameter("tab", "a part of the log by its key", json!({ "type": "string" })),
        parameter(
            "range",
            "the last so much",
            words(Preset::ALL.iter().map(|preset| preset.as_str())),
        ),
        parameter(
            "from",
            "with `to`: the first instant inside",
            json!({ "type": "string", "format": "date-time" }),
        ),
        parameter(
            "to",
            "with `from`: the first instant outside",
            json!({ "type": "string", "format": "date-time" }),
        ),
        parameter(
            "q",
            "any part of what is searched",
            json!({ "type": "string", "maxLength": 255 }),
        ),
        parameter("as_of", "only entries up to this place in the log", seq()),
    ];
    for field in Field::ALL {
        for (ending, what) in [("", "one of these"), (".not", "none of these")] {
            let name = format!("{field}{ending}");
            let description = format!("{}: {what}; empty: has none; `*`: has any", field.label());
            let schema = json!({ "type": "array", "items": value(*field) });
            let mut key = parameter(&name, &description, schema);
            key["explode"] = true.into();
            keys.push(key);
        }
    }
    keys
}

fn value(field: Field) -> Value {
    let closed = |known: Vec<&str>| {
        let any = ["", "*"].into_iter();
        words(known.into_iter().chain(any))
    };
    match field {
        Field::Status => json!({ "type": "string", "pattern": "^([1-5][0-9]{2}|[1-5]xx|\\*)?$" }),
        Field::Outcome => closed(vocabulary::Outcome::ALL.iter().map(|w| w.as_str()).collect()),
        Field::Operation => closed(vocabulary::Operation::ALL.iter().map(|w| w.as_str()).collect()),
        Field::ActorType => closed(ActorType::ALL.iter().map(|w| w.as_str()).collect()),
        Field::Actor => {
            let kinds: Vec<_> = ActorType::ALL.iter().map(|w| w.as_str()).collect();
            json!({ "type": "string", "pattern": format!("^((({}):.*)|\\*)?$", kinds.join("|")) })
        }
        Field::Resource => json!({ "type": "string", "pattern": "^((.*:.*)|\\*)?$" }),
        _ => json!({ "type": "string" }),
    }
}

fn port() -> Vec<Value> {
    let text = || json!({ "type": "string", "minLength": 1 });
    let several = |items: Value| json!({ "type": "array", "items": items });
    let time = || json!({ "type": "string", "format": "date-time" });
    let resources = ["blueprint", "entity", "run", "webhook", "scorecard", "action", "integration"];
    let fields = [
        "action",
        "context",
        "diff",
        "identifier",
        "resourceType",
        "status",
        "trigger",
        "additionalData",
        "message",
    ];
    vec![
        parameter("identifier", "an identifier of the log event", text()),
        parameter("entity", "of this entity", text()),
        parameter("blueprint", "of this blueprint", text()),
        parameter("run_id", "of this action run", text()),
        parameter("webhookId", "of this webhook", text()),
        parameter("webhookEventId", "of this webhook event", text()),
        parameter("origin", "from one of these origins", several(text())),
        parameter("InstallationId", "of this integration", text()),
        parameter("resources", "of one of these types of resources", several(words(resources))),
        parameter("includes", "only these fields", several(words(fields))),
        parameter("from", "the first instant inside", time()),
        parameter("to", "the last instant inside", time()),
        parameter("action", "of this type", words(["CREATE", "UPDATE", "DELETE"])),
        parameter("status", "with this status", words(["SUCCESS", "FAILURE"])),
        parameter("limit", "at most so many", json!({ "type": "integer", "minimum": 1 })),
        parameter(
            "include_deleted_entities",
            "entities that were deleted too; then entity, blueprint, status, from and to are required, at most a day apart",
            words(["true", "false"]),
        ),
        parameter("actionType", "of runs of this kind", words(["automation", "self-service"])),
    ]
}
