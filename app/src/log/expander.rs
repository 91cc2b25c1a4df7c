//! Changes in place: a button at the left edge of a row, and the line it opens below.

use daybook_model::{Entry, Seq};
use leptos::prelude::*;

use crate::{
    api,
    later::{Later, later},
    load::load,
    log::{diff::ChangesBelow, entry::unchanged},
    reactive::{dynamic, effect, when},
    session::Session,
    ui::icon::{Icon, icon},
    url::{History, LogAddress},
};

/// Opens and closes the line below its row. Only entries that have a change have one.
#[component]
pub(crate) fn Expander(
    /// Where we are.
    log: LogAddress,
    /// The entry of the row.
    seq: Seq,
    /// What the button is called.
    name: String,
) -> impl IntoView {
    let open = log.part(move |view| view.open.contains(&seq));
    let toggle = move |_| log.change(History::Replace, |view| view.toggle_open(seq));
    view! {
        <button
            type="button"
            class="expander"
            aria-expanded=Signal::derive(move || if open.get() { "true" } else { "false" })
            aria-controls=Signal::derive(move || open.get().then(|| line_id(seq)))
            aria-label=name
            data-tip="What changed"
            on:click=toggle
        >
            {icon(Icon::ChevronRight)}
        </button>
    }
}

/// The line below a row while it is open.
#[component]
pub(crate) fn InlineDiff(
    /// Where we are.
    log: LogAddress,
    /// The entry of the row.
    seq: Seq,
) -> impl IntoView {
    let open = log.part(move |view| view.open.contains(&seq));
    when(
        move || open.get(),
        move || {
            view! {
                <tr class="inline" role="row" id=line_id(seq)>
                    <td role="cell">{later(move || Later::ChangesInPlace(ChangesInPlaceProps { log, seq }), waiting)}</td>
                </tr>
            }
        },
    )
}

fn line_id(seq: Seq) -> String {
    format!("changes-{seq}")
}

/// What the line looks like before the change is known.
fn waiting() -> AnyView {
    view! { <span class="skeleton"></span> }.into_any()
}

/// The change of an entry, asked for when it is needed.
#[component]
pub(crate) fn ChangesInPlace(
    /// Where we are.
    log: LogAddress,
    /// The entry.
    seq: Seq,
) -> impl IntoView {
    let session = expect_context::<Session>();
    let loaded = load(Signal::derive(move || Some(seq)), move |seq, signal| async move {
        api::entry(&log.project(), seq, signal).await
    });
    effect(move || {
        loaded.failure.with(|failure| failure.iter().for_each(|failure| session.check(failure)));
    });
    let shown = |entry: &Entry| match entry.event.change.clone() {
        Some(change) => view! { <ChangesBelow change /> }.into_any(),
        None => unchanged(entry).into_any(),
    };
    dynamic(move || {
        if let Some(failure) = loaded.failure.get() {
            return view! { <p class="problem" role="alert">{failure.message()}</p> }.into_any();
        }
        loaded.value.with(|entry| match entry {
            Some(entry) => shown(entry),
            None => waiting(),
        })
    })
}

/// Whether there is something to open.
pub(crate) fn has_change(entry: &Entry) -> bool {
    entry.event.change.is_some() || entry.omitted.iter().any(|part| part == "change")
}
