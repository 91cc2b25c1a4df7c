//! The document as a page: plain HTML, which needs no script to be read.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// The page.
pub(super) fn html(document: &Value) -> String {
    let mut out = String::from(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Daybook's API</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <link rel=\"stylesheet\" href=\"/api/docs.css\"></head><body><header><h1>Daybook's API</h1>",
    );
    let info = text(document, "/info/description");
    // Writing to a String cannot fail, here and below.
    let _ = write!(
        out,
        "<p>{}</p><p>The same for programs: <a href=\"/api/openapi.json\">openapi.json</a>. \
         Send a token as <code>Authorization: Bearer …</code>.</p></header><main>",
        escaped(info)
    );
    let empty = Map::new();
    let paths = document.get("paths").and_then(Value::as_object).unwrap_or(&empty);
    let mut tags: Vec<&str> = Vec::new();
    for operation in paths.values().filter_map(Value::as_object).flat_map(Map::values) {
        let tag = text(operation, "/tags/0");
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    out.push_str("<nav aria-label=\"Contents\"><ul>");
    for tag in &tags {
        let _ = write!(out, "<li><a href=\"#{}\">{}</a></li>", anchor(tag), escaped(tag));
    }
    out.push_str("</ul></nav>");
    for tag in tags {
        let _ = write!(out, "<section><h2 id=\"{}\">{}</h2>", anchor(tag), escaped(tag));
        for (path, methods) in paths {
            for (method, operation) in methods.as_object().unwrap_or(&empty) {
                if text(operation, "/tags/0") == tag {
                    section(&mut out, path, method, operation);
                }
            }
        }
        out.push_str("</section>");
    }
    out.push_str("<section><h2 id=\"schemas\">What is sent and answered</h2>");
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
    for (name, schema) in schemas.unwrap_or(&empty) {
        let json = serde_json::to_string_pretty(schema).unwrap_or_default();
        let _ = write!(
            out,
            "<details id=\"schema-{}\"><summary>{}</summary><pre tabindex=\"0\">{}</pre></details>",
            anchor(name),
            escaped(name),
            escaped(&json)
        );
    }
    out + "</section></main></body></html>"
}

fn section(out: &mut String, path: &str, method: &str, operation: &Value) {
    let id = text(operation, "/operationId");
    let _ = write!(
        out,
        "<article id=\"{}\"><h3><span>{}</span> <code>{}</code></h3><p>{}. {}</p>",
        anchor(id),
        escaped(&method.to_uppercase()),
        escaped(path),
        escaped(text(operation, "/summary")),
        escaped(text(operation, "/description"))
    );
    let parameters = operation.get("parameters").and_then(Value::as_array);
    let parameters: Vec<&Value> = parameters.into_iter().flatten().collect();
    if !parameters.is_empty() {
        let _ = write!(out, "<details><summary>{} parameters</summary><dl>", parameters.len());
        for parameter in parameters {
            let _ = write!(
                out,
                "<dt><code>{}</code></dt><dd>{}</dd>",
                escaped(text(parameter, "/name")),
                escaped(told(parameter))
            );
        }
        out.push_str("</dl></details>");
    }
    for (what, content) in [("Body", operation.pointer("/requestBody/content"))].into_iter().chain(
        ["200", "201"].map(|s| ("Answer", operation.pointer(&format!("/responses/{s}/content")))),
    ) {
        for (kind, value) in content.and_then(Value::as_object).into_iter().flatten() {
            let schema = text(value, "/schema/$ref").rsplit('/').next().unwrap_or_default();
            let _ = write!(out, "<p>{what}: <code>{}</code>", escaped(kind));
            if !schema.is_empty() {
                let _ =
                    write!(out, ", <a href=\"#schema-{}\">{}</a>", anchor(schema), escaped(schema));
            }
            out.push_str("</p>");
        }
    }
    out.push_str("</article>");
}

fn told(parameter: &Value) -> &str {
    match text(parameter, "/description") {
        "" => "in the path",
        description => description,
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn anchor(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
        .collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
