//! JSON bodies: objects, and what is wrong with one in words for people, with the field it is about.

use axum::http::{HeaderMap, header};
use daybook_model::QueryError;
use serde::de::DeserializeOwned;

/// Why a body cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// It is no JSON.
    #[error("the body is not JSON: {0}")]
    Syntax(String),
    /// It is JSON, of another form than the one that is asked for.
    #[error(transparent)]
    Form(QueryError),
}

/// Whether a body says that it is JSON.
pub fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// Reads an object. What has the fields of one in their order, but not their names, is none.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Wrong> {
    if body.trim_ascii_start().first() == Some(&b'[') {
        let list = QueryError::new("", "the body is a list, not an object with named fields");
        return Err(Wrong::Form(list));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        wrong(error.inner(), if path == "." { "" } else { &path })
    })?;
    deserializer.end().map_err(|error| wrong(&error, ""))?;
    Ok(value)
}

fn wrong(error: &serde_json::Error, path: &str) -> Wrong {
    if !error.is_data() {
        return Wrong::Syntax(error.to_string());
    }
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(before, _)| before);
    let (name, problem) = in_words(message);
    let field =
        match name {
            Some(name)
                if path.is_empty() || path == name || path.ends_with(&format!(".{name}")) =>
            {
                if path.is_empty() { name.to_owned() } else { path.to_owned() }
            }
            Some(name) => format!("{path}.{name}"),
            None => path.to_owned(),
        };
    Wrong::Form(QueryError::new(field, problem))
}

/// What serde says, as people do; and the name of the field, where that is said in the message alone.
fn in_words(message: &str) -> (Option<&str>, String) {
    let named = |start: &str| {
        let (name, rest) = message.strip_prefix(start)?.split_once('`')?;
        Some((name, rest.strip_prefix(", ").unwrap_or(rest)))
    };
    let known = |rest: &str| {
        let rest = rest.strip_prefix("expected ").unwrap_or(rest);
        let rest = rest.strip_prefix("one of ").unwrap_or(rest).replace('`', "");
        if rest.starts_with("there are no") { "nothing".to_owned() } else { rest }
    };
    if let Some((name, rest)) = named("unknown field `") {
        return (Some(name), format!("is not known here; what is known: {}", known(rest)));
    }
    if let Some((name, _)) = named("missing field `") {
        return (Some(name), "is missing".into());
    }
    if let Some((name, _)) = named("duplicate field `") {
        return (Some(name), "is given twice; keep one".into());
    }
    if let Some((word, rest)) = named("unknown variant `") {
        return (None, format!("{word:?} is not one of {}", known(rest)));
    }
    let rest = ["invalid type: ", "invalid value: "].iter().find_map(|s| message.strip_prefix(s));
    match rest.and_then(|rest| rest.rsplit_once(", expected ")) {
        Some((found, wanted)) => (None, format!("is {}, not {}", thing(found), form(wanted))),
        None => (None, message.to_owned()),
    }
}

/// A value that was found.
fn thing(found: &str) -> String {
    let kind = |start: &str| found.strip_prefix(start).map(|rest| rest.trim_matches('`'));
    match found {
        "null" => "nothing".into(),
        "sequence" => "a list".into(),
        "map" => "an object".into(),
        _ => {
            let number = kind("integer ").or_else(|| kind("floating point "));
            number
                .map(|number| format!("the number {number}"))
                .or_else(|| kind("string ").map(|text| format!("the text {text}")))
                .or_else(|| kind("boolean ").map(str::to_owned))
                .unwrap_or_else(|| found.to_owned())
        }
    }
}

/// What was wanted.
fn form(wanted: &str) -> &str {
    match wanted {
        "a string" | "a borrowed string" | "a character" => "a text",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number from 0",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a sequence" => "a list",
        "a boolean" => "true or false",
        "a map" => "an object",
        "string or map" => "a word",
        _ if wanted.starts_with("struct ") || wanted.contains("enum ") => "an object",
        _ => wanted,
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    struct Asked {
        page: Option<usize>,
        names: Vec<String>,
        whether: bool,
        inner: Inner,
    }

    #[derive(Debug, Default, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only whether it can be read is of interest")]
    struct Inner {
        n: u8,
    }

    #[test]
    fn what_is_wrong_is_said_in_words() {
        for (body, field, problem) in [
            (r#"{"page":-1}"#, "page", "is the number -1, not a whole number from 0"),
            (r#"{"page":"2"}"#, "page", "is the text \"2\", not a whole number from 0"),
            (r#"{"page":1.5}"#, "page", "is the number 1.5, not a whole number from 0"),
            (r#"{"names":"a"}"#, "names", "is the text \"a\", not a list"),
            (r#"{"names":[true]}"#, "names[0]", "is true, not a text"),
            (r#"{"whether":null}"#, "whether", "is nothing, not true or false"),
            (r#"{"inner":{}}"#, "inner.n", "is missing"),
            (r#"{"inner":{"n":1,"m":2}}"#, "inner.m", "is not known here; what is known: n"),
            (r#"{"page":1,"page":2}"#, "page", "is given twice; keep one"),
            ("[1]", "", "the body is a list, not an object with named fields"),
            (" [1", "", "the body is a list, not an object with named fields"),
            ("5", "", "is the number 5, not an object"),
        ] {
            let Err(Wrong::Form(error)) = read::<Asked>(body.as_bytes()) else { panic!("{body}") };
            assert_eq!((error.key.as_str(), error.problem.as_str()), (field, problem), "{body}");
        }
        for body in ["", "{", "{} x", "page=1"] {
            assert!(matches!(read::<Asked>(body.as_bytes()), Err(Wrong::Syntax(_))), "{body}");
        }
        assert!(read::<Asked>(br#"{"inner":{"n":1}}"#).is_ok());
    }
}
