//! The API, described: for programs as OpenAPI 3.1, for people as a page without scripts.
//!
//! The route table says what is served and what it asks of its caller; the words of queries (fields,
//! columns, vocabularies) and the schemas of what is sent come from the model. `operations` adds what neither
//! knows, and a test fails where a route has nothing said of it, or where there is no such route.

#![expect(
    clippy::needless_pass_by_value,
    reason = "schemas are put together from parts that are made for it"
)]

mod operation;
mod operations;
mod page;
mod parameters;
mod schemas;

use std::collections::BTreeSet;

use axum::{
    Json,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use daybook_model::account::Permission;
use serde_json::{Map, Value, json};

use operation::{Answer, Operation};
use schemas::Schemas;

use crate::{
    access::{Rule, SESSION_COOKIE},
    api::{Served, served},
};

/// The document: what is said of each route that is served.
pub fn document() -> Value {
    let mut schemas = Schemas::new();
    let routes = served();
    let mut paths = Map::new();
    for (part, operations) in operations::operations(&mut schemas) {
        for operation in operations {
            let same =
                |route: &&Served| route.method == operation.method && route.path == operation.path;
            let Some(route) = routes.iter().find(same) else { continue };
            let methods = paths.entry(operation.path).or_insert_with(|| json!({}));
            let method = operation.method.as_str().to_ascii_lowercase();
            methods[method] = described(part, &operation, route.rule);
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Daybook",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "An audit log: events in, entries, counts and files out. The query string of the page is that of this API.",
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer" },
                "session": { "type": "apiKey", "in": "cookie", "name": SESSION_COOKIE },
            },
            "schemas": schemas.all(),
        },
    })
}

/// Of which routes something is said, by path and method, whether they are served or not.
pub fn said() -> BTreeSet<(String, String)> {
    let parts = operations::operations(&mut Schemas::new());
    let operations = parts.into_iter().flat_map(|(_, operations)| operations);
    operations.map(|o| (o.path.to_owned(), o.method.to_string())).collect()
}

/// What a route asks of its caller: how they say who they are, and in words.
fn asked(rule: Rule) -> (Value, String) {
    let (token, session) = (json!({ "token": [] }), json!({ "session": [] }));
    match rule {
        Rule::Open => (json!([]), "For everybody.".into()),
        Rule::Operator => (json!([]), "For whoever reaches the address it is served at.".into()),
        Rule::Person => (json!([session]), "For whoever is signed in.".into()),
        Rule::Instance => (json!([session]), "For those who look after the whole instance.".into()),
        Rule::Project(permission) => {
            let both = if matches!(permission, Permission::KeepViews | Permission::KeepSchedules) {
                json!([session])
            } else {
                json!([token, session])
            };
            (both, format!("For whoever may {} in the project.", permitted(permission)))
        }
        Rule::Token(permission) => {
            (json!([token]), format!("For tokens that may {}.", permitted(permission)))
        }
    }
}

fn permitted(permission: Permission) -> &'static str {
    match permission {
        Permission::Ingest => "send events",
        Permission::Read => "read",
        Permission::Export => "export",
        Permission::KeepViews => "keep views",
        Permission::KeepSchedules => "keep schedules",
        Permission::ReadAlerts => "read alerts",
        Permission::Administer => "administer",
    }
}

fn described(part: &str, operation: &Operation, rule: Rule) -> Value {
    let mut parameters: Vec<Value> = Vec::new();
    for name in operation.path.split('{').skip(1).filter_map(|part| part.split('}').next()) {
        parameters.push(json!({
            "name": name, "in": "path", "required": true, "schema": path_schema(name),
        }));
    }
    parameters.extend(operation.parameters.iter().cloned());
    let mut responses = Map::new();
    for answer in &operation.answers {
        responses.insert(answer.status.to_string(), response(answer));
    }
    let error = if operation.path.starts_with("/v1/") { "PortError" } else { "ApiError" };
    // What may go wrong with anything that is asked.
    let wrong = [
        (400, "what was sent is wrong; `field` names where"),
        (401, "nobody is signed in, or the token is not known"),
        (403, "the caller may not"),
        (404, "there is no such thing"),
        (409, "it cannot be done as things are"),
        (410, "it is gone"),
        (413, "the body is too large"),
        (415, "the body is of another type"),
        (422, "the body is not of the form that is described"),
        (429, "too much at once"),
        (503, "try again in a moment"),
    ];
    for (status, description) in wrong {
        let content = json!({ "application/json": { "schema": schemas::named(error) } });
        let entry = json!({ "description": description, "content": content });
        responses.entry(status.to_string()).or_insert(entry);
    }
    let (security, needed) = asked(rule);
    let mut described = json!({
        "operationId": operation.id,
        "tags": [part],
        "summary": operation.summary,
        "description": needed,
        "security": security,
        "parameters": parameters,
        "responses": responses,
    });
    if let Some(schema) = &operation.body {
        let content = json!({ "application/json": { "schema": schema } });
        described["requestBody"] = json!({ "required": true, "content": content });
    }
    described
}

fn response(answer: &Answer) -> Value {
    let mut response = json!({ "description": answer.description });
    if !answer.kinds.is_empty() {
        let content: Map<String, Value> = answer
            .kinds
            .iter()
            .map(|(kind, schema)| ((*kind).to_owned(), json!({ "schema": schema })))
            .collect();
        response["content"] = content.into();
    }
    response
}

fn path_schema(name: &str) -> Value {
    match name {
        "seq" => json!({ "type": "integer", "minimum": 1 }),
        _ => json!({ "type": "string", "minLength": 1 }),
    }
}

/// `GET /api/openapi.json`
pub async fn show() -> Json<Value> {
    Json(document())
}

/// `GET /api/docs`
pub async fn read() -> Response {
    let mut response = page::html(&document()).into_response();
    let headers = response.headers_mut();
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, html);
    let policy = "default-src 'none'; style-src 'self'; frame-ancestors 'none'";
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    response
}

/// `GET /api/docs.css`
pub async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("openapi/page.css"))
}
