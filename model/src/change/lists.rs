//! Lists, compared by element: by its name where each has one, else by its value.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::{Diff, Difference};

/// Compares two lists that are not the same.
pub(super) fn compare(diff: &mut Diff, path: &str, before: &[Value], after: &[Value]) {
    match by_name(before).zip(by_name(after)) {
        Some((before, after)) => named(diff, path, &before, &after),
        None => plain(diff, path, before, after),
    }
}

fn named(diff: &mut Diff, path: &str, before: &[(&str, &Value)], after: &[(&str, &Value)]) {
    let (was, is): (BTreeMap<_, _>, BTreeMap<_, _>) =
        (before.iter().copied().collect(), after.iter().copied().collect());
    for name in names(was.keys().chain(is.keys()).copied()) {
        diff.side(&format!("{path}[{name}]"), (was.get(name).copied(), is.get(name).copied()));
    }
    let common = |list: &[(&str, &Value)], other: &BTreeMap<&str, &Value>| {
        let names = list.iter().map(|(name, _)| *name).filter(|name| other.contains_key(name));
        names.map(Value::from).collect::<Vec<_>>()
    };
    order(diff, path, common(before, &is), common(after, &was));
}

fn plain(diff: &mut Diff, path: &str, before: &[Value], after: &[Value]) {
    let (removed, stayed) = without(before, after);
    let (added, stands) = without(after, before);
    let objects = |(a, b): (&(usize, &Value), &(usize, &Value))| a.1.is_object() && b.1.is_object();
    if removed.len() == added.len() && removed.iter().zip(&added).all(objects) {
        // As many as there were: the same things with other fields.
        for ((_, before), (at, after)) in removed.into_iter().zip(added) {
            diff.values(&format!("{path}[{at}]"), before, after);
        }
    } else {
        let element = format!("{path}[]");
        for (_, value) in removed {
            diff.differ(&element, Some(value), None);
        }
        for (_, value) in added {
            diff.differ(&element, None, Some(value));
        }
    }
    order(diff, path, stayed, stands);
}

/// The elements with their place that the other list does not have (as often), and those that it
/// has.
fn without<'a>(list: &'a [Value], other: &[Value]) -> (Vec<(usize, &'a Value)>, Vec<Value>) {
    let mut left = HashMap::<String, usize>::new();
    for value in other {
        *left.entry(value.to_string()).or_default() += 1;
    }
    let (mut without, mut common) = (Vec::new(), Vec::new());
    for (at, value) in list.iter().enumerate() {
        match left.get_mut(&value.to_string()).filter(|left| **left > 0) {
            Some(left) => {
                *left -= 1;
                common.push(value.clone());
            }
            None => without.push((at, value)),
        }
    }
    (without, common)
}

/// Tells when what is in both lists comes in another order.
fn order(diff: &mut Diff, path: &str, before: Vec<Value>, after: Vec<Value>) {
    if before != after {
        diff.changed.push(Difference {
            path: path.to_owned(),
            before: Some(Value::Array(before)),
            after: Some(Value::Array(after)),
            order: true,
        });
    }
}

/// The elements by `name`, `id` or `key`, if every one is an object with one of its own.
fn by_name(list: &[Value]) -> Option<Vec<(&str, &Value)>> {
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
pub(super) fn names<'a>(of: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut names: Vec<_> = of.collect();
    names.sort_unstable();
    names.dedup();
    names
}
