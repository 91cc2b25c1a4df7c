//! What an entry changed: field by field or both states whole, unified or side by side.

mod bar;
mod brief;
mod lines;
mod rows;
mod sections;
mod undo;

use daybook_model::{Change, change::Diff};
use leptos::prelude::*;
use serde_json::Value;

use self::{bar::Bar, sections::Section, undo::Undo};
use crate::{preferences::Preferences, reactive::dynamic, ui::number::counted};

/// How many lines are shown before all of them are asked for: more would make the page slow.
const SHOWN: usize = 800;

/// A change, in the way the reader likes to see it.
#[component]
pub(crate) fn Changes(
    /// The states.
    change: Change,
) -> impl IntoView {
    let style = expect_context::<Preferences>().diff;
    let diff = Diff::of(&change);
    let whole = match (&change.before, &change.after) {
        (Value::Null, after) if !after.is_null() => Some("Created: there was nothing before."),
        (before, Value::Null) if !before.is_null() => Some("Deleted: nothing is left."),
        _ if diff.changed.is_empty() => Some("Both snapshots are the same."),
        _ => None,
    };
    let (changed, unchanged) = (diff.changed.len(), diff.unchanged.len());
    let (change, diff) = (StoredValue::new(change), StoredValue::new(diff));
    let undo = (changed > 0).then(|| view! { <Undo change /> });
    let all = RwSignal::new(false);
    let body = move || {
        let (extent, split) = (style.extent.get(), style.split.get());
        let sections =
            change.with_value(|change| diff.with_value(|d| sections::of(change, d, extent, split)));
        let lines: usize = sections.iter().map(|section| section.rows.len()).sum();
        let shown = if all.get() { lines } else { SHOWN };
        view! {
            {(lines > 0).then(|| {
                view! { <dl class="diff" class:split=split>{cut(sections, shown).into_iter().map(|section| lines::section(section, split)).collect_view()}</dl> }
            })}
            {(lines > shown).then(|| view! {
                <button type="button" class="button diff-more" on:click=move |_| all.set(true)>
                    {format!("Show {}", counted((lines - shown) as u64, "more line", "more lines"))}
                </button>
            })}
        }
    };
    view! {
        <div class="changes">
            <Bar style changed unchanged />
            {whole.map(|text| view! { <p class="muted">{text}</p> })}
            {dynamic(body)}
            {undo}
        </div>
    }
}

/// A change below its row: where it is of a few plain values these are told in a line each.
#[component]
pub(crate) fn ChangesBelow(
    /// The states.
    change: Change,
) -> impl IntoView {
    match brief::of(&change) {
        Some(lines) => brief::view(lines).into_any(),
        None => view! { <Changes change /> }.into_any(),
    }
}

/// The first so many lines.
fn cut(sections: Vec<Section>, mut lines: usize) -> Vec<Section> {
    let cut = |mut section: Section| {
        section.rows.truncate(lines);
        lines -= section.rows.len();
        (!section.rows.is_empty()).then_some(section)
    };
    sections.into_iter().map_while(cut).collect()
}
