//! What goes into a query string: the words are those of the model, so they cannot differ from what is read.

use daybook_model::{
    ActorType, Column, Field, StackBy, export::Format, page::MAX_LIMIT, range::Preset, vocabulary,
};
use serde_json::{Value, json};

/// Text.
pub(super) fn text() -> Value {
    json!({ "type": "string" })
}

/// What is listed.
pub(super) fn listed() -> Vec<Value> {
    [filter(), vec![sort()]].concat()
}

/// A page of it.
pub(super) fn paged() -> Vec<Value> {
    let cursor = parameter("cursor", "the page, as given in `next` and `previous`", text());
    [listed(), vec![limit(), cursor]].concat()
}

/// Bars over time.
pub(super) fn bars() -> Vec<Value> {
    let number = json!({ "type": "integer", "minimum": 1, "maximum": 65535 });
    let by = words(StackBy::ALL.iter().map(|by| by.as_str()));
    let own = vec![
        parameter("tz", "the zone whose days the bars follow, such as Europe/Berlin", text()),
        parameter("buckets", "about how many bars", number),
        parameter("stack", "what bars are taken apart by", by),
    ];
    [filter(), own].concat()
}

/// A time, or all of it.
pub(super) fn time() -> Vec<Value> {
    ["from", "to"].map(|key| parameter(key, "an instant; all of the time without", text())).into()
}

/// Which facets.
pub(super) fn facets() -> Vec<Value> {
    vec![parameter("facets", "which, with commas between", text())]
}

/// A file.
pub(super) fn exported() -> Vec<Value> {
    let format = words(Format::ALL.iter().map(|f| f.as_str()));
    let own = vec![
        parameter("format", "what kind of file", format),
        parameter("columns", "`all`, `requests`, or names with commas between", text()),
        parameter(
            "after",
            "only entries behind this place, in the order of the log; of all time, unless `range`, or `from` and `to`, are given",
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
    ];
    [listed(), own].concat()
}

pub(super) fn parameter(name: &str, description: &str, schema: Value) -> Value {
    json!({ "name": name, "in": "query", "description": description, "schema": schema })
}

pub(super) fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> Value {
    json!({ "type": "string", "enum": words.into_iter().collect::<Vec<_>>() })
}

pub(super) fn seq() -> Value {
    json!({ "type": "integer", "minimum": 0, "maximum": i64::MAX })
}

pub(super) fn sort() -> Value {
    let columns = Column::ALL.iter().map(|column| column.key().to_owned());
    let both = columns.flat_map(|key| [format!("-{key}"), key]).collect::<Vec<_>>();
    parameter(
        "sort",
        "the order; `-` in front for descending",
        words(both.iter().map(String::as_str)),
    )
}

pub(super) fn limit() -> Value {
    let schema = json!({ "type": "integer", "minimum": 1, "maximum": MAX_LIMIT });
    parameter("limit", "how many rows a page has", schema)
}

/// The keys of a filter: those that every list, count and file takes.
pub(super) fn filter() -> Vec<Value> {
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

pub(super) fn port() -> Vec<Value> {
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
