//! The API, described: for programs as OpenAPI 3.1, for people as a page without scripts.
//!
//! The words of queries (fields, columns, vocabularies) come from the model, so they cannot differ from
//! what is answered. `operations` lists what is served; a test asks each of them of the router.

#![expect(
    clippy::needless_pass_by_value,
    reason = "schemas are put together from parts that are made for it"
)]

mod operations;
mod page;
mod schemas;

use axum::{
    Json,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

use operations::{Answer, Operation, operations};

/// The document.
pub fn document() -> Value {
    let mut paths = Map::new();
    for operation in operations() {
        let methods = paths.entry(operation.path).or_insert_with(|| json!({}));
        methods[operation.method] = described(&operation);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Daybook",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "An audit log: events in, entries, counts and files out. The query string of the page is that of this API.",
        },
        "servers": [{ "url": "/" }],
        "security": [{ "token": [] }, { "session": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer" },
                "session": { "type": "apiKey", "in": "cookie", "name": "daybook_session" },
            },
            "schemas": schemas::schemas(),
        },
    })
}

fn described(operation: &Operation) -> Value {
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
    let error = if operation.path.starts_with("/v1/") { "PortError" } else { "Error" };
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
    let mut described = json!({
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "parameters": parameters,
        "responses": responses,
    });
    if let Some((kind, schema)) = &operation.body {
        described["requestBody"] =
            json!({ "required": true, "content": { *kind: { "schema": schema } } });
    }
    if operation.is_open {
        described["security"] = json!([]);
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
