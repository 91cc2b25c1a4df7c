//! What is to be known before an entry is read: that addresses in it are masked, that secrets were
//! taken out of it.

use daybook_model::{Entry, change::Redaction, privacy::looks_masked};
use leptos::prelude::*;

use super::reveal::RevealForm;
use crate::{
    log::masked::masking,
    reactive::{dynamic, memo, when},
    ui::{
        announce::announce,
        dialog::Dialog,
        icon::{Icon, icon},
        number::grouped,
    },
    url::LogAddress,
};

/// The notes, where there are any.
#[component]
pub(super) fn Notes(
    /// Where we are.
    log: LogAddress,
    /// The entry as it is in the log of this reader.
    entry: Memo<Option<Entry>>,
    /// The entry as it is, where the reader had it revealed.
    revealed: RwSignal<Option<Entry>>,
) -> impl IntoView {
    let masked = memo(move || {
        !masking(log).is_none() && entry.with(|entry| entry.as_ref().is_some_and(holds_masked))
    });
    let redacted = memo(move || entry.with(|entry| entry.as_ref().is_some_and(holds_redacted)));
    view! {
        {when(move || masked.get(), move || view! { <Masked log entry revealed /> })}
        {when(move || redacted.get(), || view! {
            <div class="panel-note" role="note" aria-label="Redacted">
                {icon(Icon::Exclude)}
                <p>"Secrets were redacted before this entry was stored. Nothing of them is kept, only whether they changed."</p>
            </div>
        })}
    }
}

/// Says what is masked; whoever may, reveals it.
#[component]
fn Masked(
    log: LogAddress,
    entry: Memo<Option<Entry>>,
    revealed: RwSignal<Option<Entry>>,
) -> impl IntoView {
    let asking = RwSignal::new(false);
    let shows = memo(move || revealed.with(Option::is_some));
    let seq = memo(move || entry.with(|entry| entry.as_ref().map(|entry| entry.seq)));
    let text = move || {
        let masking = masking(log);
        let what = masking.label();
        match (shows.get(), masking.may_reveal) {
            (true, _) => {
                "Revealed for you, in this panel alone and until you leave it. It is recorded."
                    .to_owned()
            }
            (false, true) => format!("{what} are masked for you."),
            (false, false) => format!(
                "{what} are masked for you. Who may reveal them is decided by the admins of this project."
            ),
        }
    };
    let press = move |_| {
        if shows.get_untracked() {
            revealed.set(None);
            announce("Addresses are masked again");
        } else {
            asking.set(true);
        }
    };
    let title =
        Signal::derive(move || format!("Reveal entry #{}", grouped(seq.get().unwrap_or_default())));
    view! {
        <div class="panel-note" class:revealed=shows role="note" aria-label="Masked">
            {icon(Icon::Masked)}
            <p>{dynamic(text)}</p>
            {when(move || masking(log).may_reveal, move || view! {
                <button type="button" class="button" on:click=press>
                    {dynamic(move || if shows.get() { "Mask again" } else { "Reveal…" })}
                </button>
            })}
        </div>
        <Dialog open=asking title>
            {dynamic(move || {
                // Of this entry, until it is another one.
                let masked = seq.get().and_then(|_| entry.get_untracked());
                masked.map(|masked| view! { <RevealForm log masked revealed open=asking /> })
            })}
        </Dialog>
    }
}

fn holds_masked(entry: &Entry) -> bool {
    serde_json::to_string(entry).is_ok_and(|text| looks_masked(&text))
}

fn holds_redacted(entry: &Entry) -> bool {
    let change = entry.event.change.iter().flat_map(|change| [&change.before, &change.after]);
    change.chain(&entry.event.context).any(Redaction::is_ours_within)
}
