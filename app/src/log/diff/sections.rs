//! What is compared, as headed rows.

use daybook_model::{
    Change,
    change::{Diff, Difference, Redaction, TextDiff},
};
use serde_json::Value;

use super::rows::{Layout, Row, rows};
use crate::preferences::Extent;

/// A field with its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Section {
    /// Its path.
    pub(super) path: String,
    /// What is to be said of it.
    pub(super) note: Option<&'static str>,
    /// The rows.
    pub(super) rows: Vec<Row>,
}

/// What is shown of a change.
pub(super) fn of(change: &Change, diff: &Diff, extent: Extent, split: bool) -> Vec<Section> {
    match extent {
        Extent::States => vec![states(change, split)],
        Extent::Changed => changed(diff, split),
        Extent::Fields => {
            let same = |(path, value): &(String, Value)| Section {
                path: shown_path(path),
                note: redaction(value),
                rows: same_text(value).split('\n').map(|line| Row::Same(line.to_owned())).collect(),
            };
            changed(diff, split).into_iter().chain(diff.unchanged.iter().map(same)).collect()
        }
    }
}

/// Both states, line by line. What did not exist has no line.
fn states(change: &Change, split: bool) -> Section {
    let text = |state: &Value| {
        (!state.is_null()).then(|| serde_json::to_string_pretty(state).unwrap_or_default())
    };
    let (before, after) = (text(&change.before), text(&change.after));
    let diff = TextDiff::of(before.as_deref(), after.as_deref());
    Section {
        path: "the whole state".into(),
        note: None,
        rows: rows(diff, Layout { split, fold: false }),
    }
}

/// The changed fields. What is of one path stands together: the elements of a list.
fn changed(diff: &Diff, split: bool) -> Vec<Section> {
    let mut sections = Vec::<Section>::new();
    let mut last = None;
    for difference in &diff.changed {
        let rows = field_rows(difference, split);
        let same_path = !difference.order && last == Some(&difference.path);
        match sections.last_mut().filter(|_| same_path) {
            Some(section) => section.rows.extend(rows),
            None => sections.push(Section {
                path: shown_path(&difference.path),
                note: note(difference),
                rows,
            }),
        }
        last = (!difference.order).then_some(&difference.path);
    }
    sections
}

fn field_rows(difference: &Difference, split: bool) -> Vec<Row> {
    let Difference { before, after, .. } = difference;
    // A text of several lines is read best without quotation marks, on both sides or on none.
    let lines = |value: &Option<Value>| match value {
        Some(Value::String(text)) => Some(text.contains('\n')),
        Some(_) => None,
        None => Some(false),
    };
    let plain = matches!((lines(before), lines(after)), (Some(a), Some(b)) if a || b);
    let text = |value: &Option<Value>| {
        value.as_ref().map(|value| match value {
            Value::String(text) if plain => text.clone(),
            value => text_of(value),
        })
    };
    let mut diff = TextDiff::of(text(before).as_deref(), text(after).as_deref());
    // The words that stand in place of a redacted value are not its own.
    if [before, after].into_iter().flatten().any(|value| Redaction::of(value).is_some()) {
        diff.unmark();
    }
    rows(diff, Layout { split, fold: true })
}

pub(super) fn note(difference: &Difference) -> Option<&'static str> {
    if difference.order {
        return Some("in another order");
    }
    [&difference.after, &difference.before].into_iter().flatten().find_map(redaction)
}

fn redaction(value: &Value) -> Option<&'static str> {
    Redaction::of(value).map(|redaction| match redaction {
        Redaction::ByLog { .. } => "redacted when stored",
        Redaction::ByProducer => "redacted by the producer",
    })
}

pub(super) fn shown_path(path: &str) -> String {
    if path.is_empty() { "the whole".to_owned() } else { path.to_owned() }
}

pub(super) fn text_of(value: &Value) -> String {
    match value {
        value if matches!(Redaction::of(value), Some(Redaction::ByLog { changed: true })) => {
            "•••••••• (redacted, changed)".into()
        }
        value if matches!(Redaction::of(value), Some(Redaction::ByLog { .. })) => {
            "•••••••• (redacted)".into()
        }
        Value::Object(_) | Value::Array(_) if !is_short(value) => {
            serde_json::to_string_pretty(value).unwrap_or_default()
        }
        _ => value.to_string(),
    }
}

/// A value that did not change.
fn same_text(value: &Value) -> String {
    match Redaction::of(value) {
        Some(Redaction::ByLog { .. }) => "•••••••• (redacted, unchanged)".into(),
        _ => text_of(value),
    }
}

/// Whether a list of plain values fits on a line.
fn is_short(value: &Value) -> bool {
    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let plain = !list.iter().any(|value| value.is_array() || value.is_object());
    (plain && value.is_array() && list.len() <= 16 && value.to_string().len() <= 48)
        || value.as_object().is_some_and(serde_json::Map::is_empty)
}

#[cfg(test)]
mod tests {
    use daybook_model::change::Redaction;
    use serde_json::json;

    use super::*;

    fn sections(before: Value, after: Value, extent: Extent) -> Vec<(String, usize)> {
        let change = Change { before, after };
        let sections = of(&change, &Diff::of(&change), extent, false);
        sections.into_iter().map(|section| (section.path, section.rows.len())).collect()
    }

    #[test]
    fn what_changed_comes_first() {
        let (before, after) =
            (json!({"a": 1, "z": 1, "l": [1, 2]}), json!({"a": 1, "z": 2, "l": [3]}));
        let changed = [("l[]".into(), 3), ("z".into(), 2)];
        assert_eq!(sections(before.clone(), after.clone(), Extent::Changed), changed);
        let all = [changed.as_slice(), &[("a".into(), 1)]].concat();
        assert_eq!(sections(before.clone(), after.clone(), Extent::Fields), all);
        assert_eq!(
            sections(json!({"a": 1}), Value::Null, Extent::States),
            [("the whole state".into(), 3)]
        );
    }

    #[test]
    fn texts_of_several_lines_are_compared_by_line() {
        let lines = sections(json!({"t": "one\ntwo"}), json!({"t": "one\nthree"}), Extent::Changed);
        assert_eq!(lines, [("t".into(), 3)]);
        let quoted = sections(json!({"t": "one"}), json!({"t": "1"}), Extent::Changed);
        assert_eq!(quoted, [("t".into(), 2)]);
    }

    #[test]
    fn nothing_of_a_redacted_value_is_shown() {
        let change = Change {
            before: json!({"key": Redaction::marker(false)}),
            after: json!({"key": Redaction::marker(true)}),
        };
        let sections = of(&change, &Diff::of(&change), Extent::Changed, false);
        assert_eq!(sections[0].note, Some("redacted when stored"));
        let told = format!("{:?}", sections[0].rows);
        assert!(told.contains("(redacted") && told.contains(", changed"), "{told}");
        let kept = json!({"key": Redaction::marker(false)});
        let change = Change { before: kept.clone(), after: kept };
        let sections = of(&change, &Diff::of(&change), Extent::Fields, false);
        assert_eq!(sections[0].rows, [Row::Same("•••••••• (redacted, unchanged)".into())]);
    }
}
