//! Entries, what is counted of them, and what arrives.

use daybook_model::{
    FacetCounts, Histogram,
    live::Newer,
    privacy::Reveal,
    stats::{Conflict, Previous, Without},
};
use serde_json::json;

use super::super::{
    operation::{Operation, get, post},
    parameters::{bars, facets, filter, paged, parameter, seq, text},
    schemas::{Schemas, list, named},
};

pub(super) fn entries() -> Vec<Operation> {
    const REFUSED: &str = "nothing was stored: every event was refused, or the body is not of the form that is described";
    vec![
        get("/api/projects/{project}/events", "listEvents", "A page of entries")
            .asks(paged())
            .gives(200, "the page", named("Page")),
        post(
            "/api/projects/{project}/events",
            "sendEvents",
            "Stores events; a 2xx means that they are on disk",
        )
        .takes(json!({ "oneOf": [named("Event"), list(named("Event"))] }))
        .gives(200, "what became of them", named("IngestReport"))
        .gives(
            422,
            REFUSED,
            json!({ "anyOf": [named("IngestReport"), named("ApiError")] }),
        ),
        get("/api/projects/{project}/events/{seq}", "getEvent", "One entry, whole").gives(
            200,
            "the entry",
            named("Entry"),
        ),
        post(
            "/api/projects/{project}/events/{seq}/reveal",
            "revealEvent",
            "One entry without masks; that it was seen, and why, is in the log first",
        )
        .takes(named("Reveal"))
        .gives(200, "the entry", named("Entry")),
        get(
            "/api/projects/{project}/overview",
            "getOverview",
            "Rows, bars and facets under one moment, a part a line",
        )
        .asks([paged(), bars().split_off(filter().len()), facets()].concat())
        .streams("the parts", &["application/x-ndjson"]),
    ]
}

pub(super) fn counts(schemas: &mut Schemas) -> Vec<Operation> {
    // Taken by `entries`, which names it.
    schemas.of::<Reveal>();
    let containing = parameter("facet.q", "only values that contain this", text());
    vec![
        get("/api/projects/{project}/histogram", "getHistogram", "Bars and total")
            .asks(bars())
            .gives_a::<Histogram>(schemas),
        get(
            "/api/projects/{project}/histogram/previous",
            "getPreviousHistogram",
            "The same bars, the length of the range before",
        )
        .asks(bars())
        .gives_a::<Option<Previous>>(schemas),
        get("/api/projects/{project}/facets", "getFacets", "How often each value occurs")
            .asks([filter(), facets(), vec![containing]].concat())
            .gives_a::<Vec<FacetCounts>>(schemas),
        get(
            "/api/projects/{project}/without",
            "getWithout",
            "Which part of the filter empties the result",
        )
        .asks(filter())
        .gives_a::<Vec<Without>>(schemas),
        get(
            "/api/projects/{project}/conflicts",
            "getConflicts",
            "Parts of the filter that cannot overlap",
        )
        .asks(filter())
        .gives_a::<Vec<Conflict>>(schemas),
    ]
}

pub(super) fn live(schemas: &mut Schemas) -> Vec<Operation> {
    let after = parameter("after", "the place behind which to begin", seq());
    vec![
        get("/api/projects/{project}/newer", "getNewer", "How much was stored since a moment")
            .asks(filter())
            .gives_a::<Newer>(schemas),
        get("/api/projects/{project}/live", "listen", "What arrives, as server-sent events")
            .asks([filter(), vec![after]].concat())
            .streams("the stream", &["text/event-stream"]),
    ]
}
