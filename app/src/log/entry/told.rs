//! What the panel says of an entry at once: the sentence, the time, and the lines that tell most.

use daybook_model::Entry;
use leptos::prelude::*;

use super::fact_line::Facts;
use crate::{
    clock::Clock,
    log::{cell::severity_word, facts, sentence::sentence},
    reactive::dynamic,
    ui::{
        code::visible,
        copy::CopyButton,
        time::{self, Zone},
    },
    url::LogAddress,
};

/// The head of the entry.
#[component]
pub(super) fn Told(
    /// Where we are.
    log: LogAddress,
    /// The entry.
    entry: Entry,
    /// By whose clock.
    zone: RwSignal<Zone>,
) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let facts = facts::summary(&entry);
    let event = entry.event;
    let at = event.occurred_at;
    let other = move || match zone.get() {
        Zone::Local => time::long(at, Zone::Utc),
        Zone::Utc => time::long(at, Zone::Local),
    };
    let severity = severity_word(&event);
    view! {
        <h2 class="panel-sentence">{visible(&sentence(&event)).into_owned()}</h2>
        <p class="panel-when">
            <time datetime=at.to_string()>{dynamic(move || time::long(at, zone.get()))}</time>
            <span class="muted">{dynamic(other)}</span>
            <span class="muted">{dynamic(move || time::relative(at, clock.now()))}</span>
            <CopyButton text=at.to_string() what="time in UTC" />
        </p>
        <Facts log facts severity />
    }
}
