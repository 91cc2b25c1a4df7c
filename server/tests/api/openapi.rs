//! The description is of this API.

use std::collections::BTreeSet;

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use serde_json::Value;

use crate::app::TestApp;

fn strings(value: &Value, key: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                match value {
                    Value::String(text) if name == key => drop(found.insert(text.clone())),
                    _ => strings(value, key, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| strings(item, key, found)),
        _ => {}
    }
}

#[tokio::test]
async fn everything_that_is_described_is_there() {
    let app = TestApp::start().await;
    let document = app.get("/api/openapi.json").await.json();
    assert_eq!(document["openapi"], "3.1.0");
    for (path, methods) in document["paths"].as_object().unwrap() {
        let path = path.replace("{project}", "acme").replace("{seq}", "1").replace("{id}", "x");
        for (method, said) in methods.as_object().unwrap() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let request =
                Request::builder().method(&method).uri(&path).body(Body::empty()).unwrap();
            // Nobody is signed in: what is there says so, what is not there would say that.
            let answer = app.send(request).await;
            if said["security"].as_array().unwrap().is_empty() {
                // What is there may say that something else is not.
                let text = String::from_utf8_lossy(&answer.body);
                let nothing = text.contains("there is nothing at this address");
                assert!(!nothing, "{method} {path}");
                assert_ne!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            } else {
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
            }
        }
    }
    let (mut named, mut ids) = (BTreeSet::new(), BTreeSet::new());
    strings(&document, "$ref", &mut named);
    for name in named {
        assert!(document.pointer(&name[1..]).is_some(), "{name}");
    }
    strings(&document["paths"], "operationId", &mut ids);
    let operations = document["paths"].as_object().unwrap().values();
    let count: usize = operations.map(|methods| methods.as_object().unwrap().len()).sum();
    assert_eq!(ids.len(), count, "each has an id of its own");
}

/// A route without a description, or one of something that is not there.
#[tokio::test]
async fn whatever_is_served_is_described() {
    let document = daybook::openapi::document();
    let paths = document["paths"].as_object().unwrap();
    let described: BTreeSet<(String, String)> = paths
        .iter()
        .flat_map(|(path, methods)| {
            methods.as_object().unwrap().keys().map(|method| (path.clone(), method.to_uppercase()))
        })
        .collect();
    let served: BTreeSet<(String, String)> = daybook::api::served()
        .into_iter()
        .map(|route| (route.path, route.method.to_string()))
        .collect();
    assert_eq!(described, served);
    let said = daybook::openapi::said();
    assert_eq!(said, served, "what is said is of something that is served");
}

#[tokio::test]
async fn people_read_it_without_scripts() {
    let app = TestApp::start().await;
    let page = app.send(Request::get("/api/docs").body(Body::empty()).unwrap()).await;
    let text = String::from_utf8(page.body).unwrap();
    assert!(text.contains("/v1/audit-log") && !text.contains("<script"));
    let policy = page.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert_eq!(policy, "default-src 'none'; style-src 'self'; frame-ancestors 'none'");
}
