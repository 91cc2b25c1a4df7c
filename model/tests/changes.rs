//! Diffs tell all that differs and nothing else, and the inverse patch undoes it.

#![allow(clippy::unwrap_used, reason = "a failing test says enough")]

use daybook_model::{
    Change,
    change::{Chunk, Diff, Marked, Redaction, TextDiff, inverse},
};
use proptest::{collection, prelude::*, sample::select};
use serde_json::{Map, Value, json};

/// Keys that paths and pointers must escape, and those by which elements are known.
fn key() -> impl Strategy<Value = String> {
    const KEYS: [&str; 15] =
        ["a", "b", "c", "name", "id", "a/b", "m~n", "~1", "a.b", "", " ", "x[0]", "\"", "-", "0"];
    select(KEYS.as_slice()).prop_map(str::to_owned)
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0..4_i64).prop_map(Value::from),
        select(["x", "y", "web", "one two", "3", ""].as_slice()).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 8, |inner| {
        prop_oneof![
            collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            collection::vec((key(), inner), 0..6)
                .prop_map(|members| Value::from(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Two states, most often one made of the other by a few changes.
fn states() -> impl Strategy<Value = (Value, Value)> {
    let changed =
        (value(), collection::vec((any::<u8>(), value()), 1..5)).prop_map(|(before, changes)| {
            let mut after = before.clone();
            for (where_, value) in changes {
                disturb(&mut after, where_.into(), value);
            }
            (before, after)
        });
    prop_oneof![1 => (value(), value()), 4 => changed]
}

/// Puts a value somewhere into another, takes one away, or moves one.
fn disturb(state: &mut Value, at: usize, value: Value) {
    match state {
        Value::Object(object) if !object.is_empty() => {
            let key = object.keys().nth(at % object.len()).unwrap().clone();
            match at % 5 {
                0 => drop(object.remove(&key)),
                1 => drop(object.insert("new".into(), value)),
                _ => disturb(&mut object[&key], at / 5, value),
            }
        }
        Value::Array(list) if !list.is_empty() => {
            let place = at % list.len();
            match at % 5 {
                0 => drop(list.remove(place)),
                1 => list.insert(place, value),
                2 => list.reverse(),
                _ => disturb(&mut list[place], at / 5, value),
            }
        }
        other => *other = value,
    }
}

fn changed(before: Value, after: Value) -> Vec<(String, Option<Value>, Option<Value>)> {
    let diff = Diff::of(&Change { before, after });
    diff.changed.into_iter().map(|d| (d.path, d.before, d.after)).collect()
}

fn line(marked: &Marked) -> String {
    marked.iter().map(|piece| piece.text.as_str()).collect()
}

/// The two texts of which a diff was made.
fn texts(diff: &TextDiff) -> (String, String) {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for chunk in &diff.chunks {
        match chunk {
            Chunk::Same(lines) => {
                before.extend(lines.iter().cloned());
                after.extend(lines.iter().cloned());
            }
            Chunk::Differs { before: was, after: is } => {
                before.extend(was.iter().map(line));
                after.extend(is.iter().map(line));
            }
        }
    }
    (before.join("\n"), after.join("\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, failure_persistence: None, ..ProptestConfig::default() })]

    /// The patch is read and applied by another implementation of the RFC, from its text.
    #[test]
    fn the_inverse_patch_makes_of_the_state_after_the_state_before((before, after) in states()) {
        let patch = inverse(&Change { before: before.clone(), after: after.clone() }).unwrap();
        let text = serde_json::to_string(&patch).unwrap();
        let mut state = after.clone();
        let read: json_patch::Patch = serde_json::from_str(&text).unwrap();
        json_patch::patch(&mut state, &read).unwrap();
        prop_assert_eq!(&state, &before, "{}", text);
        prop_assert_eq!(patch.0.is_empty(), before == after);
    }

    /// What the change left behind is tested, so that another state is not patched by mistake.
    #[test]
    fn the_inverse_patch_is_refused_where_what_it_touches_became_something_else(
        (before, after) in states(), odd in "[A-Z]{8}",
    ) {
        let patch = inverse(&Change { before, after: after.clone() }).unwrap();
        let text = serde_json::to_string(&patch).unwrap();
        let patch: json_patch::Patch = serde_json::from_str(&text).unwrap();
        for operation in &patch.0 {
            if let json_patch::PatchOperation::Test(test) = operation {
                let mut state = after.clone();
                *state.pointer_mut(test.path.as_str()).unwrap() = Value::from(odd.clone());
                prop_assert!(json_patch::patch(&mut state, &patch).is_err(), "{} {}", test.path, text);
            }
        }
    }

    #[test]
    fn something_is_told_exactly_where_something_differs((before, after) in states()) {
        let same = before == after;
        let diff = Diff::of(&Change { before, after });
        prop_assert_eq!(diff.changed.is_empty(), same);
        for difference in &diff.changed {
            prop_assert_ne!(&difference.before, &difference.after, "{}", difference.path);
        }
    }

    #[test]
    fn a_text_diff_has_all_lines_of_both_texts(
        before in "([ab c_.é]{0,6}\n?){0,12}", after in "([ab c_.é]{0,6}\n?){0,12}",
    ) {
        let diff = TextDiff::of(Some(&before), Some(&after));
        for chunk in &diff.chunks {
            if let Chunk::Differs { before, after } = chunk {
                // What is not marked in a pair of lines is the same in both, if anything is.
                for (left, right) in before.iter().zip(after) {
                    let rest = |line: &Marked| -> String {
                        line.iter().filter(|p| !p.marked).map(|p| p.text.as_str()).collect()
                    };
                    if left.iter().chain(right).any(|piece| piece.marked) {
                        prop_assert_eq!(rest(left), rest(right));
                    }
                }
            }
        }
        prop_assert_eq!(texts(&diff), (before, after));
    }
}

#[test]
fn only_what_differs_is_told_at_its_own_path() {
    let before = json!({"name": "web", "env": {"RETRY": 3, "REGION": "eu"}, "scale": {"min": 1}});
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
        [("a".into(), Some(Value::Null), None), ("b".into(), Some(json!(1)), Some(Value::Null))]
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
    // Elements without a name, of which one has another field.
    let rule = |port: u16| json!({"allow": "10.0.0.0/8", "port": port});
    assert_eq!(
        changed(json!([rule(80), rule(443)]), json!([rule(80), rule(8443)])),
        [("[1].port".into(), Some(json!(443)), Some(json!(8443)))]
    );
}

#[test]
fn another_order_is_told_as_such() {
    let order = |before, after| {
        let diff = Diff::of(&Change { before, after });
        let order = diff.changed.into_iter().find(|difference| difference.order);
        order.map(|d| (d.path, d.before.unwrap(), d.after.unwrap()))
    };
    assert_eq!(
        order(json!([1, 2, 3]), json!([2, 1, 4])),
        Some((String::new(), json!([1, 2]), json!([2, 1])))
    );
    let list =
        |names: &[&str]| -> Value { names.iter().map(|name| json!({"name": name})).collect() };
    assert_eq!(
        order(json!({"jobs": list(&["a", "b", "c"])}), json!({"jobs": list(&["c", "b"])})),
        Some(("jobs".into(), json!(["b", "c"]), json!(["c", "b"])))
    );
    assert_eq!(order(list(&["a", "b", "c"]), list(&["a", "c"])), None);
}

#[test]
fn elements_with_a_name_are_followed_by_it() {
    let before =
        json!({"containers": [{"name": "web", "image": "v1"}, {"name": "job", "image": "v1"}]});
    let after =
        json!({"containers": [{"name": "web", "image": "v2"}, {"name": "job", "image": "v1"}]});
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

#[test]
fn a_redacted_value_is_one_value_and_is_not_patched() {
    let state = |key: Value| json!({"variables": {"KEY": key, "RETRY": 1}});
    let (was, is) = (Redaction::marker(false), Redaction::marker(true));
    assert_eq!(
        changed(state(was.clone()), state(is.clone())),
        [("variables.KEY".into(), Some(was.clone()), Some(is.clone()))]
    );
    let refused = |before, after| inverse(&Change { before, after }).unwrap_err().paths;
    assert_eq!(refused(state(was.clone()), state(is.clone())), ["/variables/KEY"]);
    assert_eq!(refused(json!({}), json!({"list": [was.clone()]})), ["/list"]);
    assert_eq!(refused(state(json!("***")), state(json!("value"))), ["/variables/KEY"]);
    // One that is not touched is in nobody's way.
    let other = json!({"variables": {"KEY": was, "RETRY": 2}});
    assert!(inverse(&Change { before: state(Redaction::marker(false)), after: other }).is_ok());
}

#[test]
fn the_inverse_patch_reads_well() {
    let change = Change {
        before: json!({"env": {"RETRY": 3}, "apps": ["a", "b"]}),
        after: json!({"env": {"RETRY": 10, "NEW": true}, "apps": ["a"]}),
    };
    assert_eq!(
        serde_json::to_value(inverse(&change).unwrap()).unwrap(),
        json!([
            {"op": "test", "path": "/apps", "value": ["a"]},
            {"op": "test", "path": "/env/NEW", "value": true},
            {"op": "test", "path": "/env/RETRY", "value": 10},
            {"op": "add", "path": "/apps/1", "value": "b"},
            {"op": "remove", "path": "/env/NEW"},
            {"op": "replace", "path": "/env/RETRY", "value": 3},
        ])
    );
}

#[test]
fn lines_that_are_alike_are_compared_by_word() {
    let marked = |before: &str, after: &str| {
        let diff = TextDiff::of(Some(before), Some(after));
        let marks = |lines: &[Marked]| {
            let pieces = lines.iter().flatten().filter(|piece| piece.marked);
            pieces.map(|piece| piece.text.clone()).collect::<Vec<_>>()
        };
        diff.chunks.iter().fold((vec![], vec![]), |mut all, chunk| {
            if let Chunk::Differs { before, after } = chunk {
                all.0.extend(marks(before));
                all.1.extend(marks(after));
            }
            all
        })
    };
    assert_eq!(
        marked("FROM rust:1.88\nRUN cargo build", "FROM rust:1.90\nRUN cargo build"),
        (vec!["88".to_owned()], vec!["90".to_owned()])
    );
    assert_eq!(marked("yes", "not at all"), (vec![], vec![]));
}

/// Whatever a stranger sends, an answer comes soon: a million elements in another order, a text of
/// as many lines of which few are alike.
#[test]
fn large_states_take_little_time() {
    let numbers = |seed: u64, n: u64| -> Vec<Value> {
        (0..n).map(|i| Value::from(i.wrapping_mul(seed) % 50_021)).collect()
    };
    let begun = std::time::Instant::now();
    let change =
        Change { before: numbers(7_919, 150_000).into(), after: numbers(104_729, 150_000).into() };
    let diff = Diff::of(&change);
    assert!(!diff.changed.is_empty());
    let mut state = change.after.clone();
    let patch = serde_json::to_value(inverse(&change).unwrap()).unwrap();
    assert!(patch.as_array().unwrap().len() > 1);
    state.take();
    let lines =
        |seed| numbers(seed, 50_000).iter().map(Value::to_string).collect::<Vec<_>>().join("\n");
    let (before, after) = (lines(31), lines(37));
    assert_eq!(texts(&TextDiff::of(Some(&before), Some(&after))), (before, after));
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}

#[test]
fn long_keys_over_many_fields_stay_small() {
    let leaves =
        |n: u64| (0..20_000).map(|i| (format!("k{i}"), json!(i * n))).collect::<Map<_, _>>();
    let long = "p".repeat(100_000);
    let state = |n| json!({ "plain": n, long.clone(): { "inner": leaves(n), "kept": leaves(0) } });
    let change = Change { before: state(1), after: state(2) };
    let diff = Diff::of(&change);
    let paths = diff.changed.iter().map(|d| &d.path).chain(diff.unchanged.iter().map(|(p, _)| p));
    let bytes: usize = paths.map(String::len).sum();
    assert!(bytes < 9 * 1024 * 1024, "{bytes}");
    // What is not told one by one is told whole: nothing is left out.
    let inner = diff.changed.iter().find(|d| d.path.rsplit('.').next() == Some("inner")).unwrap();
    assert_eq!(inner.after, Some(Value::from(leaves(2))));
    assert!(diff.changed.iter().any(|d| d.path == "plain"));
    let patch = serde_json::to_value(inverse(&change).unwrap()).unwrap();
    assert!(patch.to_string().len() < 12 * 1024 * 1024);
    let patch: json_patch::Patch = serde_json::from_value(patch).unwrap();
    let mut state = change.after.clone();
    json_patch::patch(&mut state, &patch).unwrap();
    assert_eq!(state, change.before);
}
