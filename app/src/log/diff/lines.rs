//! Rows, drawn.

use daybook_model::change::{Marked, Piece};
use leptos::prelude::*;

use super::{rows::Row, sections::Section};
use crate::ui::{number::counted, text::visible};

/// A field with its lines.
pub(super) fn section(section: Section, split: bool) -> impl IntoView {
    let Section { path, note, rows } = section;
    view! {
        <div class="diff-field">
            <dt>
                <span class="diff-path">{visible(&path).into_owned()}</span>
                {note.map(|note| view! { " "<span class="diff-note">{note}</span> })}
            </dt>
            <dd class="diff-lines">{rows.into_iter().map(|of| row(of, split)).collect_view()}</dd>
        </div>
    }
}

fn row(row: Row, split: bool) -> AnyView {
    match row {
        Row::Same(text) if split => view! {
            {line("line left", "", "", plain(text.clone()))}
            // It is there to be looked at, not to be read twice.
            <div class="line right" aria-hidden="true"><span class="sign"></span><code>{visible(&text).into_owned()}</code></div>
        }
        .into_any(),
        Row::Same(text) => line("line", "", "", plain(text)),
        Row::Fold(lines) => {
            let lines = counted(lines as u64, "line", "lines");
            view! { <div class="line fold">{format!("{lines} unchanged")}</div> }.into_any()
        }
        Row::Pair(Some(before), None) => line("line removed left", "before ", "−", before),
        Row::Pair(None, Some(after)) => line("line added right", "after ", "+", after),
        Row::Pair(before, after) => {
            let removed = before.map(|before| line("line removed left", "before ", "−", before));
            let added = after.map(|after| line("line added right", "after ", "+", after));
            view! { {removed}{added} }.into_any()
        }
    }
}

fn plain(text: String) -> Marked {
    vec![Piece { text, marked: false }]
}

fn line(class: &'static str, word: &'static str, sign: &'static str, line: Marked) -> AnyView {
    let piece = |Piece { text, marked }: Piece| {
        let text = visible(&text).into_owned();
        if marked { view! { <mark>{text}</mark> }.into_any() } else { text.into_any() }
    };
    view! {
        <div class=class>
            <span class="visually-hidden">{word}</span>
            <span class="sign" aria-hidden="true">{sign}</span>
            <code>{line.into_iter().map(piece).collect_view()}</code>
        </div>
    }
    .into_any()
}
