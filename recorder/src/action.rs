//! What a call does, told by its method and its route.

use axum::http::Method;
use daybook_model::Operation;

/// The action that a method and a route come to: `PATCH /api/v2/clusters/{id}` is `clusters.patch`.
/// Parameters, and the `api` and the version that a route begins with, say nothing about it.
pub fn action_of(method: &Method, route: Option<&str>) -> String {
    let version = |word: &str| {
        word.strip_prefix('v')
            .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    };
    let words = route.unwrap_or("unmatched").split('/').filter(|word| !word.is_empty());
    let words = words.skip_while(|word| *word == "api" || version(word));
    let mut action: String =
        words.filter(|word| !word.starts_with('{')).flat_map(|word| [word, "."]).collect();
    action.push_str(&method.as_str().to_ascii_lowercase());
    action
}

/// The kind of thing that a method does by convention.
pub fn operation_of(method: &Method) -> Option<Operation> {
    Some(match *method {
        Method::GET | Method::HEAD => Operation::Read,
        Method::POST => Operation::Create,
        Method::PUT | Method::PATCH => Operation::Update,
        Method::DELETE => Operation::Delete,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_names_its_action() {
        for (method, route, action) in [
            (Method::PATCH, Some("/api/v2/clusters/{id}"), "clusters.patch"),
            (Method::GET, Some("/projects/{project}/events/{seq}"), "projects.events.get"),
            (Method::POST, Some("/v1/env-groups"), "env-groups.post"),
            (Method::GET, Some("/"), "get"),
            (Method::GET, Some("/vault/{id}"), "vault.get"),
            (Method::DELETE, None, "unmatched.delete"),
        ] {
            assert_eq!(action_of(&method, route), action);
        }
    }
}
