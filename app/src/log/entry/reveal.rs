//! Asking to see an entry as it is.

use daybook_model::{
    Entry, Seq,
    privacy::{MAX_REASON, Reveal},
};
use leptos::{ev, prelude::*};

use crate::{
    api,
    settings::form::{Form, FormProblem},
    ui::{announce::announce, field::TextArea},
    url::LogAddress,
};

/// A reason, without which nothing is revealed.
#[component]
pub(super) fn RevealForm(
    /// Where we are.
    log: LogAddress,
    /// The entry.
    seq: Seq,
    /// Where it goes.
    revealed: RwSignal<Option<Entry>>,
    /// Whether the dialog is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let form = Form::new(&["reason"]);
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
