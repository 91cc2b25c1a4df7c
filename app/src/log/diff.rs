//! What an entry changed: field by field, before and after.

use daybook_model::{
    Change,
    change::{Diff, Difference},
};
use leptos::prelude::*;
use serde_json::Value;

use crate::ui::number::counted;

/// The changed fields, and on demand those that stayed.
#[component]
pub(crate) fn Changes(
    /// The states.
    change: Change,
) -> impl IntoView {
    let Diff { changed, unchanged } = Diff::of(&change);
    let Change { before, after } = change;
    let whole = match (before, after) {
        (Value::Null, after) if !after.is_null() => Some("Created: there was nothing before."),
        (before, Value::Null) if !before.is_null() => Some("Deleted: nothing is left."),
        _ if changed.is_empty() => Some("Both snapshots are the same."),
        _ => None,
    };
    let kept = unchanged.len() as u64;
    view! {
        {whole.map(|text| view! { <p class="muted">{text}</p> })}
        {(!changed.is_empty()).then(|| view! { <dl class="diff">{by_path(changed).into_iter().map(field).collect_view()}</dl> })}
        {(kept > 0).then(|| view! {
            <details class="unchanged">
                <summary>{counted(kept, "field unchanged", "fields unchanged")}</summary>
                <dl class="diff">
                    {unchanged.into_iter().map(|(path, value)| view! {
                        <dt>{shown_path(&path)}</dt>
                        <dd class="same"><code>{text_of(&value)}</code></dd>
                    }).collect_view()}
                </dl>
            </details>
        })}
    }
}

/// Differences of one path stand together: the elements of a list.
fn by_path(changed: Vec<Difference>) -> Vec<(String, Vec<Difference>)> {
    let mut groups = Vec::<(String, Vec<Difference>)>::new();
    for difference in changed {
        match groups.iter_mut().find(|(path, _)| *path == difference.path) {
            Some((_, group)) => group.push(difference),
            None => groups.push((difference.path.clone(), vec![difference])),
        }
    }
    groups
}

fn field((path, differences): (String, Vec<Difference>)) -> impl IntoView {
    let line =
        |class: &'static str, word: &'static str, sign: &'static str, value: Option<Value>| {
            value.map(|value| {
                view! {
                    <dd class=class>
                        <span class="visually-hidden">{word}" "</span>
                        <span class="sign" aria-hidden="true">{sign}</span>
                        <code>{text_of(&value)}</code>
                    </dd>
                }
            })
        };
    let lines = differences.into_iter().map(|difference| {
        view! {
            {line("removed", "before", "−", difference.before)}
            {line("added", "after", "+", difference.after)}
        }
    });
    view! {
        <dt>{shown_path(&path)}</dt>
        {lines.collect_view()}
    }
}

fn shown_path(path: &str) -> String {
    if path.is_empty() { "the whole".to_owned() } else { path.to_owned() }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::Object(_) | Value::Array(_) => {
            serde_json::to_string_pretty(value).unwrap_or_default()
        }
        _ => value.to_string(),
    }
}
