//! Asking to see an entry as it is.

use daybook_model::{
    Actor, Entry, Event,
    privacy::{MAX_REASON, Reveal, looks_masked},
    vocabulary::action_label,
};
use leptos::{ev, prelude::*};

use crate::{
    api,
    clock::Clock,
    preferences::Preferences,
    settings::form::{Form, FormProblem},
    ui::{announce::announce, field::TextArea, time::brief},
    url::LogAddress,
};

/// A reason, without which nothing is revealed.
#[component]
pub(super) fn RevealForm(
    /// Where we are.
    log: LogAddress,
    /// The entry, as it is masked.
    masked: Entry,
    /// Where it goes.
    revealed: RwSignal<Option<Entry>>,
    /// Whether the dialog is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let form = Form::new(&["reason"]);
    let (clock, zone) = (expect_context::<Clock>(), expect_context::<Preferences>().zone);
    let Entry { seq, event, .. } = masked;
    let happened = brief(event.occurred_at, clock.now_untracked(), zone.get_untracked());
    let named = action_label(&event.action);
    let whose = whose(event).into_iter().map(|(what, who)| {
        view! { <div><dt>{what}</dt><dd>{who}</dd></div> }
    });
    let reason = RwSignal::new(String::new());
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let given = match (Reveal { reason: reason.get_untracked() }).checked() {
            Ok(given) => given,
            Err(error) => return form.refuse(&error.key, &format!("The reason {}", error.problem)),
        };
        let project = log.project();
        form.send(async move { api::reveal(&project, seq, &given).await }, "", move |entry| {
            revealed.set(Some(entry));
            open.set(false);
            announce("The addresses of this entry are shown");
        });
    };
    view! {
        <form class="settings-form reveal" on:submit=submit novalidate>
            <p>{format!("All addresses in this entry are revealed to you: {named}, {happened}.")}</p>
            <dl class="reveal-whose" aria-label="Whose data is revealed">{whose.collect_view()}</dl>
            <p>
                "Your name, the time and your reason are written into the log of this project before anything is shown, where its admins read them."
            </p>
            <TextArea label="Reason" required=true most=MAX_REASON value=reason hint="Such as the incident or the request that it is for." problem=form.problem_of("reason") />
            <FormProblem form />
            <div class="form-acts">
                <button type="submit" class="button primary" disabled=form.busy>"Record and reveal"</button>
                <button type="button" class="button quiet" on:click=move |_| open.set(false)>"Cancel"</button>
            </div>
        </form>
    }
}

/// Whom and what the entry is about, where something of that is masked: by its name, which may be
/// shown.
fn whose(masked: Event) -> Vec<(&'static str, String)> {
    let Actor { name, email, id, .. } = &masked.actor;
    let actor = [name, email, id].into_iter().flatten().any(|part| looks_masked(part));
    let hidden = |label: &str| looks_masked(label).then(|| label.to_owned());
    let parts = [
        ("Actor", actor.then(|| masked.actor.label().to_owned())),
        ("IP address", masked.request.remote_ip.and_then(|ip| hidden(&ip))),
        ("Resource", masked.resource.and_then(|resource| hidden(resource.label()))),
        ("Application", masked.application.and_then(|named| hidden(named.label()))),
    ];
    let named = parts.into_iter().filter_map(|(what, who)| Some((what, who?)));
    let mut whose: Vec<_> = named.collect();
    if whose.is_empty() {
        whose.push(("Masked", "what it says of itself, its context and its changes".to_owned()));
    }
    whose
}
