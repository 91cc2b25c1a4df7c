//! A change of a few plain values, a line each: what it was, and what it became.

use daybook_model::{
    Change,
    change::{Diff, Difference},
};
use leptos::prelude::*;
use serde_json::Value;

use super::sections::{note, shown_path, text_of};
use crate::ui::text::visible;

/// The most lines.
const LINES: usize = 3;
/// The longest value, in bytes.
const LONGEST: usize = 80;

/// A field with its two values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    path: String,
    before: Option<String>,
    after: Option<String>,
    note: Option<&'static str>,
}

/// The lines, where they tell the whole change.
pub(super) fn of(change: &Change) -> Option<Vec<Line>> {
    let both = change.before.is_object() && change.after.is_object();
    let diff = both.then(|| Diff::of(change))?;
    let few = (1..=LINES).contains(&diff.changed.len());
    few.then(|| diff.changed.iter().map(line).collect())?
}

fn line(difference: &Difference) -> Option<Line> {
    let value = |value: &Option<Value>| match value {
        None => Some(None),
        Some(value) => {
            let text = text_of(value);
            (text.len() <= LONGEST && !text.contains('\n')).then_some(Some(text))
        }
    };
    (!difference.order).then_some(())?;
    Some(Line {
        path: shown_path(&difference.path),
        before: value(&difference.before)?,
        after: value(&difference.after)?,
        note: note(difference),
    })
}

/// The lines, drawn.
pub(super) fn view(lines: Vec<Line>) -> impl IntoView {
    let side = |text: Option<String>, side: &'static str, class: &'static str| {
        text.map(|text| {
            view! {
                <code class=class><span class="visually-hidden">{side}</span>{visible(&text).into_owned()}</code>
            }
        })
    };
    let line = |Line { path, before, after, note }: Line| {
        let word = match (&before, &after) {
            (Some(_), Some(_)) => {
                view! { <span class="muted" aria-hidden="true">"→"</span> }.into_any()
            }
            (None, _) => view! { <span class="muted">"added"</span> }.into_any(),
            (_, None) => view! { <span class="muted">"removed"</span> }.into_any(),
        };
        view! {
            <div>
                <dt class="diff-path">{visible(&path).into_owned()}{note.map(|note| view! { " "<span class="diff-note">{note}</span> })}</dt>
                <dd>{side(before, "before ", "was")}{word}{side(after, "after ", "is")}</dd>
            </div>
        }
    };
    view! { <dl class="diff-brief">{lines.into_iter().map(line).collect_view()}</dl> }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(before: Value, after: Value) -> Option<Vec<(String, Option<String>, Option<String>)>> {
        let lines = of(&Change { before, after })?;
        Some(lines.into_iter().map(|line| (line.path, line.before, line.after)).collect())
    }

    #[test]
    fn a_few_plain_values_are_a_line_each() {
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            told(json!({"a": "3", "b": 1, "z": 0}), json!({"a": "10", "c": [1, 2], "z": 0})),
            Some(vec![
                ("a".into(), text("\"3\""), text("\"10\"")),
                ("b".into(), text("1"), None),
                ("c".into(), None, text("[1,2]")),
            ])
        );
    }

    #[test]
    fn what_is_long_many_or_new_is_told_at_length() {
        let long = "x".repeat(LONGEST);
        for (before, after) in [
            (json!({"a": 1}), json!({"a": long})),
            (json!({"a": "1"}), json!({"a": {"b": [{"deep": 1}, {"er": "x".repeat(60)}]}})),
            (json!({"a": 1, "b": 1, "c": 1, "d": 1}), json!({})),
            (Value::Null, json!({"a": 1})),
            (json!({"a": 1}), json!({"a": 1})),
        ] {
            assert_eq!(told(before, after), None);
        }
    }
}
