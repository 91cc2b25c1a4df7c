//! What changed between two states: field by field, lists by element.

use serde_json::{Map, Value};

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
}

/// Two states, compared.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Diff {
    /// The fields that differ, in the order of their paths.
    pub changed: Vec<Difference>,
    /// The fields that do not, with their value.
    pub unchanged: Vec<(String, Value)>,
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
        diff
    }

    fn values(&mut self, path: &str, before: &Value, after: &Value) {
        match (before, after) {
            (before, after) if before == after => self.same(path, before),
            (Value::Object(before), Value::Object(after)) => self.objects(path, before, after),
            (Value::Array(before), Value::Array(after)) => self.lists(path, before, after),
            _ => self.differ(path, Some(before), Some(after)),
        }
    }

    fn objects(&mut self, path: &str, before: &Map<String, Value>, after: &Map<String, Value>) {
        for key in names(before.keys().chain(after.keys()).map(String::as_str)) {
            self.side(&member(path, key), (before.get(key), after.get(key)));
        }
    }

    fn side(&mut self, path: &str, side: (Option<&Value>, Option<&Value>)) {
        match side {
            (Some(before), Some(after)) => self.values(path, before, after),
            // What appears or goes away whole is told by its parts, down to the plain values.
            (None, Some(Value::Object(after))) if !after.is_empty() => {
                self.objects(path, &Map::new(), after);
            }
            (Some(Value::Object(before)), None) if !before.is_empty() => {
                self.objects(path, before, &Map::new());
            }
            (before, after) => self.differ(path, before, after),
        }
    }

    fn lists(&mut self, path: &str, before: &[Value], after: &[Value]) {
        if let Some((before, after)) = named(before).zip(named(after)) {
            let value = |of: &[(&str, &'_ Value)], name: &str| {
                of.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).clone())
            };
            for name in names(before.iter().chain(&after).map(|(name, _)| *name)) {
                let (before, after) = (value(&before, name), value(&after, name));
                self.side(&format!("{path}[{name}]"), (before.as_ref(), after.as_ref()));
            }
            return;
        }
        let element = format!("{path}[]");
        let mut added: Vec<&Value> = after.iter().collect();
        let mut removed = Vec::new();
        for value in before {
            match added.iter().position(|other| *other == value) {
                Some(at) => drop(added.remove(at)),
                None => removed.push(value),
            }
        }
        if added.is_empty() && removed.is_empty() {
            // The same elements in another order.
            let whole = |list: &[Value]| Value::Array(list.to_vec());
            self.differ(path, Some(&whole(before)), Some(&whole(after)));
        }
        for value in removed {
            self.differ(&element, Some(value), None);
        }
        for value in added {
            self.differ(&element, None, Some(value));
        }
    }

    fn same(&mut self, path: &str, value: &Value) {
        match value {
            Value::Object(object) if !object.is_empty() => {
                for (key, value) in object {
                    self.same(&member(path, key), value);
                }
            }
            _ => self.unchanged.push((path.to_owned(), value.clone())),
        }
    }

    fn differ(&mut self, path: &str, before: Option<&Value>, after: Option<&Value>) {
        self.changed.push(Difference {
            path: path.to_owned(),
            before: before.cloned(),
            after: after.cloned(),
        });
    }
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

/// The elements by `name`, `id` or `key`, if every one is an object with one of its own.
fn named(list: &[Value]) -> Option<Vec<(&str, &Value)>> {
    ["name", "id", "key"].into_iter().find_map(|key| {
        let by_name: Vec<_> = list
            .iter()
            .map(|value| Some((value.get(key)?.as_str()?, value)))
            .collect::<Option<_>>()?;
        let unique = names(by_name.iter().map(|(name, _)| *name)).len() == list.len();
        (unique && !list.is_empty()).then_some(by_name)
    })
}

/// The names in order, each once.
fn names<'a>(of: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut names: Vec<_> = of.collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn changed(before: Value, after: Value) -> Vec<(String, Option<Value>, Option<Value>)> {
        let diff = Diff::of(&Change { before, after });
        diff.changed.into_iter().map(|d| (d.path, d.before, d.after)).collect()
    }

    #[test]
    fn only_what_differs_is_told_at_its_own_path() {
        let before =
            json!({"name": "web", "env": {"RETRY": 3, "REGION": "eu"}, "scale": {"min": 1}});
        let after = json!({"name": "web", "env": {"RETRY": 10, "REGION": "eu"}, "scale": 2});
        assert_eq!(
            changed(before.clone(), after.clone()),
            [
                ("env.RETRY".into(), Some(json!(3)), Some(json!(10))),
                ("scale".into(), Some(json!({"min": 1})), Some(json!(2))),
            ]
        );
        let unchanged = Diff::of(&Change { before, after }).unchanged;
        assert_eq!(unchanged, [("env.REGION".into(), json!("eu")), ("name".into(), json!("web"))]);
    }

    #[test]
    fn null_is_a_value_and_absence_is_not() {
        assert_eq!(
            changed(json!({"a": null, "b": 1}), json!({"b": null})),
            [
                ("a".into(), Some(Value::Null), None),
                ("b".into(), Some(json!(1)), Some(Value::Null))
            ]
        );
    }

    #[test]
    fn what_is_created_or_deleted_is_told_field_by_field() {
        let thing = json!({"name": "web", "ports": [80], "labels": {"team": "core"}});
        let paths = |list: Vec<(String, _, _)>| list.into_iter().map(|d| d.0).collect::<Vec<_>>();
        assert_eq!(paths(changed(Value::Null, thing.clone())), ["labels.team", "name", "ports"]);
        assert_eq!(paths(changed(thing, Value::Null)), ["labels.team", "name", "ports"]);
    }

    #[test]
    fn lists_are_compared_by_element() {
        assert_eq!(
            changed(json!({"apps": ["a", "b", "b"]}), json!({"apps": ["b", "c"]})),
            [
                ("apps[]".into(), Some(json!("a")), None),
                ("apps[]".into(), Some(json!("b")), None),
                ("apps[]".into(), None, Some(json!("c"))),
            ]
        );
        assert_eq!(
            changed(json!([1, 2]), json!([2, 1])),
            [(String::new(), Some(json!([1, 2])), Some(json!([2, 1])))]
        );
    }

    #[test]
    fn elements_with_a_name_are_followed_by_it() {
        let before =
            json!({"containers": [{"name": "web", "image": "v1"}, {"name": "job", "image": "v1"}]});
        let after =
            json!({"containers": [{"name": "job", "image": "v1"}, {"name": "web", "image": "v2"}]});
        assert_eq!(
            changed(before, after),
            [("containers[web].image".into(), Some(json!("v1")), Some(json!("v2")))]
        );
    }

    #[test]
    fn a_key_that_reads_as_a_path_is_quoted() {
        assert_eq!(
            changed(json!({"a.b": {"c d": 1}}), json!({"a.b": {"c d": 2}})),
            [(r#"["a.b"]["c d"]"#.into(), Some(json!(1)), Some(json!(2)))]
        );
    }
}
