//! How to undo a change: a JSON Patch (RFC 6902) that makes of the state after the state before.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Redaction, align::align, budget::Budget, lists::names};
use crate::Change;

/// Operations that are done in order, all of them or none.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Patch(pub Vec<PatchOperation>);

/// One operation at a JSON Pointer (RFC 6901).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "lowercase")]
pub enum PatchOperation {
    /// The value there must be this one.
    Test {
        /// Where.
        path: String,
        /// The value.
        value: Value,
    },
    /// Puts a value where there is none.
    Add {
        /// Where.
        path: String,
        /// The value.
        value: Value,
    },
    /// Puts a value in place of the one that is there.
    Replace {
        /// Where.
        path: String,
        /// The value.
        value: Value,
    },
    /// Takes the value away.
    Remove {
        /// Where.
        path: String,
    },
}

impl PatchOperation {
    fn value(&self) -> Option<(&str, &Value)> {
        match self {
            Self::Test { path, value }
            | Self::Add { path, value }
            | Self::Replace { path, value } => Some((path, value)),
            Self::Remove { .. } => None,
        }
    }
}

/// Why there is no inverse patch: it would have to contain values that were redacted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("what was redacted is not known: {}", paths.join(", "))]
pub struct Unknown {
    /// The JSON Pointers of these values, or of what they are in.
    pub paths: Vec<String>,
}

/// Whether anything in the states was redacted, without which there always is an inverse patch.
pub fn holds_redacted(change: &Change) -> bool {
    Redaction::is_within(&change.before) || Redaction::is_within(&change.after)
}

/// The patch that makes of the state after the state before. What it replaces or takes away it
/// tests at first, so that it is refused where something else happened since.
pub fn inverse(change: &Change) -> Result<Patch, Unknown> {
    let mut undo = Undo::default();
    undo.values("", &change.after, &change.before);
    let Undo { mut tests, steps, .. } = undo;
    tests.extend(steps);
    let unknown = tests.iter().filter_map(PatchOperation::value);
    let unknown = unknown.filter(|(_, value)| Redaction::is_within(value)).map(|(path, _)| path);
    let paths: Vec<_> = names(unknown).into_iter().map(str::to_owned).collect();
    if paths.is_empty() { Ok(Patch(tests)) } else { Err(Unknown { paths }) }
}

/// The length of a list's place in a pointer, about.
const INDEX: usize = 8;

/// A patch in the making. All tests come first and see the state as it is.
#[derive(Default)]
struct Undo {
    tests: Vec<PatchOperation>,
    steps: Vec<PatchOperation>,
    /// What the paths may still take. Beyond it, what has parts is replaced whole.
    budget: Budget,
}

impl Undo {
    /// Makes of `from` what is `to`. Whether both are the same is asked first.
    fn values(&mut self, path: &str, from: &Value, to: &Value) {
        let marked = Redaction::of(from).is_some() || Redaction::of(to).is_some();
        match (from, to) {
            _ if from == to => {}
            (Value::Object(from), Value::Object(to))
                if !marked
                    && self.budget.affords(path, from.keys().chain(to.keys()).map(String::len)) =>
            {
                self.objects(path, from, to);
            }
            (Value::Array(list), Value::Array(to))
                if self.budget.affords(path, list.iter().chain(to).map(|_| INDEX)) =>
            {
                // Places in a list mean something only while the list is this one.
                self.test(path, from);
                let tests = self.tests.len();
                self.lists(path, list, to);
                self.tests.truncate(tests);
            }
            _ => {
                self.test(path, from);
                self.steps.push(PatchOperation::Replace { path: path.into(), value: to.clone() });
            }
        }
    }

    fn objects(&mut self, path: &str, from: &Map<String, Value>, to: &Map<String, Value>) {
        for key in names(from.keys().chain(to.keys()).map(String::as_str)) {
            let path = format!("{path}/{}", key.replace('~', "~0").replace('/', "~1"));
            match (from.get(key), to.get(key)) {
                (Some(from), Some(to)) => self.values(&path, from, to),
                (Some(from), None) => {
                    self.test(&path, from);
                    self.steps.push(PatchOperation::Remove { path });
                }
                (None, Some(to)) => {
                    self.steps.push(PatchOperation::Add { path, value: to.clone() });
                }
                (None, None) => {}
            }
        }
    }

    /// From the end to the beginning, so that places before stay what they are.
    fn lists(&mut self, path: &str, from: &[Value], to: &[Value]) {
        let texts = |list: &[Value]| list.iter().map(Value::to_string).collect::<Vec<_>>();
        for block in align(&texts(from), &texts(to)).into_iter().rev().filter(|block| !block.same) {
            let (was, is) = (block.before, block.after);
            let paired = was.len().min(is.len());
            for at in (was.start + paired..was.end).rev() {
                self.steps.push(PatchOperation::Remove { path: format!("{path}/{at}") });
            }
            for (nth, value) in to[is.start + paired..is.end].iter().enumerate() {
                let path = format!("{path}/{}", was.start + paired + nth);
                self.steps.push(PatchOperation::Add { path, value: value.clone() });
            }
            for (at, value) in was.take(paired).zip(&to[is]) {
                self.values(&format!("{path}/{at}"), &from[at], value);
            }
        }
    }

    fn test(&mut self, path: &str, value: &Value) {
        self.tests.push(PatchOperation::Test { path: path.into(), value: value.clone() });
    }
}
