//! The keyboard: single letters for what is done all day, and the sheet that lists them.

use daybook_model::Seq;
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent};

use crate::{
    log::{answer::LogAnswer, live::Live, share::Share},
    preferences::Preferences,
    session::Session,
    ui::{dialog::Dialog, tooltip::Tooltips},
    url::{History, LogAddress},
};

/// The keys and what they do.
const SHEET: [(&[&str], &str); 11] = [
    (&["/"], "Search"),
    (&["f"], "Add a filter"),
    (&["j", "k"], "Next and previous entry; arrows too"),
    (&["Enter"], "Open the entry"),
    (&["Esc"], "Close"),
    (&["[", "]"], "Previous and next page"),
    (&["l"], "Pause, or follow the log"),
    (&["r"], "Refresh"),
    (&["c"], "Copy a link to exactly this"),
    (&["e"], "Export"),
    (&["?"], "This list"),
];

/// What the keys reach.
#[derive(Clone, Copy)]
pub(crate) struct Reach {
    /// Where we are.
    pub(crate) log: LogAddress,
    /// The rows.
    pub(crate) answer: LogAnswer,
    /// The search field.
    pub(crate) search: NodeRef<html::Input>,
    /// Whether the list of fields is open.
    pub(crate) adding: RwSignal<bool>,
    /// Whether the sheet is open.
    pub(crate) sheet: RwSignal<bool>,
    /// Whether the dialog of exports is open.
    pub(crate) exporting: RwSignal<bool>,
    /// Asks the same again.
    pub(crate) again: Callback<()>,
    /// Copies the link.
    pub(crate) share: Share,
    /// Pauses and follows the log.
    pub(crate) live: Live,
}

/// Listens to the keys, shows what they are called and what things are, and keeps what the reader
/// prefers with the server.
#[component]
pub(crate) fn Help(
    /// What the keys reach.
    reach: Reach,
) -> impl IntoView {
    expect_context::<Preferences>().follow(expect_context::<Session>());
    listen(reach);
    view! {
        <Dialog open=reach.sheet title="Keyboard"><Keys /></Dialog>
        <Tooltips />
    }
}

fn listen(reach: Reach) {
    let preferences = expect_context::<Preferences>();
    let listener = window_event_listener(ev::keydown, move |event: KeyboardEvent| {
        if event.default_prevented()
            || event.ctrl_key()
            || event.meta_key()
            || event.alt_key()
            || is_taken(&event)
        {
            return;
        }
        let key = event.key();
        let letter = key.chars().count() == 1;
        if letter && !preferences.shortcuts.get_untracked() {
            return;
        }
        if press(reach, &key) {
            event.prevent_default();
        }
    });
    on_cleanup(move || listener.remove());
}

/// Whether the key belongs to a field, a menu or a dialog.
fn is_taken(event: &KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let floats = "input, textarea, select, [contenteditable], [popover], dialog, [role=slider], [role=tablist]";
    let inside = target.is_some_and(|target| target.closest(floats).ok().flatten().is_some());
    inside
        || document().query_selector("dialog[open], .popover:popover-open").ok().flatten().is_some()
}

fn press(reach: Reach, key: &str) -> bool {
    let Reach { log, answer, search, adding, sheet, exporting, again, share, live } = reach;
    let page = answer.page.value;
    match key {
        "/" => {
            if let Some(field) = search.get_untracked() {
                let _ = field.focus();
                field.select();
            }
        }
        "f" => adding.set(true),
        "j" | "ArrowDown" => return step(log, answer, 1),
        "k" | "ArrowUp" => return step(log, answer, -1),
        "[" => return turn(log, page.with_untracked(|page| page.as_ref()?.previous.clone())),
        "]" => return turn(log, page.with_untracked(|page| page.as_ref()?.next.clone())),
        "r" => again.run(()),
        "c" => share.copy(),
        "l" => live.toggle(),
        "e" => exporting.set(true),
        "?" => sheet.set(true),
        "Escape" if log.view_untracked().event.is_some() => {
            let open = log.view_untracked().event;
            log.change(History::Push, daybook_model::View::close);
            if let Some(row) = open.and_then(row_link) {
                let _ = row.focus();
            }
        }
        _ => return false,
    }
    true
}

/// Moves to the entry below or above: the opened one where one is open, else the focused row.
fn step(log: LogAddress, answer: LogAnswer, by: isize) -> bool {
    let rows = untrack(|| answer.shown());
    let open = log.view_untracked().event;
    let here = open.or_else(focused_row);
    let at = here.and_then(|seq| rows.iter().position(|&row| row == seq));
    let to = match at {
        Some(at) => at.checked_add_signed(by),
        None => Some(0),
    };
    let Some(&seq) = to.and_then(|to| rows.get(to)) else { return at.is_some() };
    if let Some(link) = row_link(seq) {
        let _ = link.focus();
    }
    if open.is_some() {
        log.change(History::Replace, |view| view.event = Some(seq));
    }
    true
}

/// Goes to the page of this cursor.
fn turn(log: LogAddress, cursor: Option<String>) -> bool {
    let Some(cursor) = cursor else { return false };
    log.change(History::Push, |view| {
        view.cursor = Some(cursor);
        view.event = None;
    });
    true
}

fn focused_row() -> Option<Seq> {
    let row = document().active_element()?.closest("tr[data-seq]").ok()??;
    row.get_attribute("data-seq")?.parse().ok()
}

fn row_link(seq: Seq) -> Option<HtmlElement> {
    document().query_selector(&format!("tr[data-seq='{seq}'] .row-link")).ok()??.dyn_into().ok()
}

/// The keys, and whether single letters are among them.
#[component]
fn Keys() -> impl IntoView {
    let preferences = expect_context::<Preferences>();
    view! {
        <dl class="keys">
            {SHEET.map(|(keys, what)| view! {
                <div>
                    <dt>{keys.iter().map(|key| view! { <kbd class="key">{*key}</kbd>" " }).collect_view()}</dt>
                    <dd>{what}</dd>
                </div>
            }).into_iter().collect_view()}
        </dl>
        <label class="check">
            <input type="checkbox" bind:checked=preferences.shortcuts />
            "Single letters are shortcuts"
        </label>
    }
}
