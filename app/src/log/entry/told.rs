//! What the panel says of an entry at once: the sentence, the time, and the lines that tell most.

use daybook_model::{Entry, Event, Field, sentence};
use leptos::prelude::*;

use super::fact_line::Facts;
use crate::{
    clock::Clock,
    log::{cell::severity_word, facts, gone::GoneActors},
    reactive::dynamic,
    ui::{
        copy::CopyButton,
        text::visible,
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
    /// The same as it is masked for the reader, where this one was revealed.
    masked: Option<Event>,
    /// By whose clock.
    zone: RwSignal<Zone>,
) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let mut facts = facts::summary(&entry);
    // By what is seen in the log.
    let actor = Field::Actor.value_of(masked.as_ref().unwrap_or(&entry.event));
    let gone = use_context::<GoneActors>().zip(actor);
    let gone = gone.and_then(|(gone, actor)| gone.of(&actor));
    for fact in facts.iter_mut().filter(|fact| fact.label == facts::ACTOR) {
        fact.gone = gone;
    }
    if let Some(masked) = masked {
        facts = facts::revealed(facts, &masked);
    }
    let event = entry.event;
    let at = event.occurred_at;
    // Where both clocks show the same, once is enough.
    let other = move || {
        let other = if zone.get() == Zone::Utc { Zone::Local } else { Zone::Utc };
        (Zone::Local.offset(at.millis()) != 0)
            .then(|| view! { <span class="muted">{time::long(at, other)}</span> })
    };
    let severity = severity_word(&event);
    view! {
        <h2 class="panel-sentence">{visible(&sentence(&event)).into_owned()}</h2>
        <p class="panel-when">
            <time datetime=at.to_string()>{dynamic(move || time::long(at, zone.get()))}</time>
            {dynamic(other)}
            <span class="muted">{dynamic(move || time::relative(at, clock.now()))}</span>
            <CopyButton text=at.to_string() what="time in UTC" />
        </p>
        <Facts log facts severity />
    }
}
