//! Field by field: what differs, and what does not.

use serde_json::{Map, Value};

use super::{Redaction, budget::Budget, lists};
use crate::Change;

/// A field whose value is not the same before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Where it is: `variables.RETRY_LIMIT`, `containers[web].image`, `linked_applications[]`.
    pub path: String,
    /// The value before; `None` where there was none.
    pub before: Option<Value>,
    /// The value after; `None` where there is none.
    pub after: Option<Value>,
    /// Whether it is the order of a list's elements that differs. The values are then the elements
    /// that are in both, by name where they have one.
    pub order: bool,
}

/// The length of a list's place in a path, about.
const INDEX: usize = 8;

/// Two states, compared.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Diff {
    /// The fields that differ, in the order of their paths.
    pub changed: Vec<Difference>,
    /// The fields that do not, with their value.
    pub unchanged: Vec<(String, Value)>,
    /// What the paths may still take. Beyond it, what has parts is told whole.
    budget: Budget,
}

impl Diff {
    /// Compares the states of a change. `null` in place of a state is a thing without fields.
    pub fn of(change: &Change) -> Self {
        let mut diff = Self::default();
        match (&change.before, &change.after) {
            (Value::Null, Value::Object(after)) => diff.objects("", &Map::new(), after),
            (Value::Object(before), Value::Null) => diff.objects("", before, &Map::new()),
            (before, after) => diff.values("", before, after),
        }
        if diff.changed.is_empty() && change.before != change.after {
            diff.differ("", Some(&change.before), Some(&change.after));
        }
        diff
    }

    pub(super) fn values(&mut self, path: &str, before: &Value, after: &Value) {
        match (before, after) {
            (before, after) if before == after => self.same(path, before),
            (before, after) if is_taken_out(before) || is_taken_out(after) => {
                self.differ(path, Some(before), Some(after));
            }
            (Value::Object(was), Value::Object(is)) if self.affords(path, [was, is]) => {
                self.objects(path, was, is);
            }
            (Value::Array(was), Value::Array(is))
                if self.budget.affords(path, was.iter().chain(is).map(|_| INDEX)) =>
            {
                lists::compare(self, path, was, is);
            }
            _ => self.differ(path, Some(before), Some(after)),
        }
    }

    fn objects(&mut self, path: &str, before: &Map<String, Value>, after: &Map<String, Value>) {
        for key in lists::names(before.keys().chain(after.keys()).map(String::as_str)) {
            self.side(&member(path, key), (before.get(key), after.get(key)));
        }
    }

    pub(super) fn side(&mut self, path: &str, side: (Option<&Value>, Option<&Value>)) {
        match side {
            (Some(before), Some(after)) => self.values(path, before, after),
            // What appears or goes away whole is told by its parts, down to the plain values.
            (None, Some(value @ Value::Object(after)))
                if has_parts(value) && self.affords(path, [after]) =>
            {
                self.objects(path, &Map::new(), after);
            }
            (Some(value @ Value::Object(before)), None)
                if has_parts(value) && self.affords(path, [before]) =>
            {
                self.objects(path, before, &Map::new());
            }
            (before, after) => self.differ(path, before, after),
        }
    }

    fn same(&mut self, path: &str, value: &Value) {
        match value {
            Value::Object(object) if has_parts(value) && self.affords(path, [object]) => {
                for (key, value) in object {
                    self.same(&member(path, key), value);
                }
            }
            _ => self.unchanged.push((path.to_owned(), value.clone())),
        }
    }

    /// Whether the members of these are to be told one by one.
    fn affords<const N: usize>(&mut self, path: &str, of: [&Map<String, Value>; N]) -> bool {
        self.budget.affords(path, of.into_iter().flat_map(|map| map.keys().map(String::len)))
    }

    pub(super) fn differ(&mut self, path: &str, before: Option<&Value>, after: Option<&Value>) {
        self.changed.push(Difference {
            path: path.to_owned(),
            before: before.cloned(),
            after: after.cloned(),
            order: false,
        });
    }
}

/// Whether a value is an object whose members are told one by one.
fn has_parts(value: &Value) -> bool {
    value.as_object().is_some_and(|object| !object.is_empty()) && !is_taken_out(value)
}

fn is_taken_out(value: &Value) -> bool {
    Redaction::of(value).is_some()
}

/// The path of a member; a key that would read as a path is quoted.
fn member(path: &str, key: &str) -> String {
    let plain = !key.is_empty()
        && !key.contains(['.', '[', ']', '"'])
        && !key.contains(char::is_whitespace);
    match (path, plain) {
        ("", true) => key.to_owned(),
        (_, true) => format!("{path}.{key}"),
        (_, false) => format!("{path}[{key:?}]"),
    }
}
