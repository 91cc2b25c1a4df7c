//! What is said of one route.

use axum::http::Method;
use schemars::JsonSchema;
use serde_json::{Value, json};

use super::schemas::Schemas;

/// What is said of one route; what it asks of its caller is said by the route table.
pub(super) struct Operation {
    pub(super) method: Method,
    pub(super) path: &'static str,
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    pub(super) parameters: Vec<Value>,
    pub(super) body: Option<Value>,
    pub(super) answers: Vec<Answer>,
}

/// An answer that is not an error.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) description: &'static str,
    pub(super) kinds: Vec<(&'static str, Value)>,
}

const JSON: &str = "application/json";

fn operation(
    method: Method,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
) -> Operation {
    Operation { method, path, id, summary, parameters: Vec::new(), body: None, answers: Vec::new() }
}

/// Asks for something.
pub(super) fn get(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    operation(Method::GET, path, id, summary)
}

/// Makes something.
pub(super) fn post(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    operation(Method::POST, path, id, summary)
}

/// Puts something in the place of what there is.
pub(super) fn put(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    operation(Method::PUT, path, id, summary)
}

/// Changes a part of something.
pub(super) fn patch(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    operation(Method::PATCH, path, id, summary)
}

/// Takes something away.
pub(super) fn delete(path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    operation(Method::DELETE, path, id, summary)
}

impl Operation {
    /// What its query string may hold.
    pub(super) fn asks(self, parameters: Vec<Value>) -> Self {
        Self { parameters, ..self }
    }

    /// Takes a body of this schema.
    pub(super) fn takes(self, schema: Value) -> Self {
        Self { body: Some(schema), ..self }
    }

    /// Takes a body of this type.
    pub(super) fn takes_a<T: JsonSchema>(self, schemas: &mut Schemas) -> Self {
        self.takes(schemas.of::<T>())
    }

    /// Answers with JSON of this schema.
    pub(super) fn gives(mut self, status: u16, description: &'static str, schema: Value) -> Self {
        self.answers.push(Answer { status, description, kinds: vec![(JSON, schema)] });
        self
    }

    /// Answers with JSON of this type.
    pub(super) fn gives_a<T: JsonSchema>(self, schemas: &mut Schemas) -> Self {
        let schema = schemas.of::<T>();
        self.gives(200, "the answer", schema)
    }

    /// Answers with JSON of this type, which was made.
    pub(super) fn makes_a<T: JsonSchema>(self, schemas: &mut Schemas) -> Self {
        let schema = schemas.of::<T>();
        self.gives(201, "what was made", schema)
    }

    /// Answers that it is done.
    pub(super) fn ends(mut self) -> Self {
        let kinds = Vec::new();
        self.answers.push(Answer { status: 204, description: "it is done", kinds });
        self
    }

    /// Leads elsewhere.
    pub(super) fn leads(mut self, description: &'static str) -> Self {
        self.answers.push(Answer { status: 303, description, kinds: Vec::new() });
        self
    }

    /// Answers with text of one of these kinds.
    pub(super) fn streams(mut self, description: &'static str, kinds: &[&'static str]) -> Self {
        let kinds = kinds.iter().map(|&kind| (kind, json!({ "type": "string" }))).collect();
        self.answers.push(Answer { status: 200, description, kinds });
        self
    }
}
