//! What people did with a firing, and said about it.

use daybook_model::alert::{FiringChange, FiringNote, FiringState, MAX_NOTE};
use leptos::{ev, prelude::*};

use super::firing::Shown;
use crate::{
    api::alerts,
    clock::Clock,
    preferences::Preferences,
    reactive::{dynamic, memo, when},
    settings::form::{Form, FormProblem},
    ui::{announce::announce, field::TextArea, text::visible, time::minute},
};

/// What was done and said, oldest first.
#[component]
pub(super) fn Notes(
    /// The firing.
    shown: Shown,
) -> impl IntoView {
    let (clock, zone) = (expect_context::<Clock>(), expect_context::<Preferences>().zone);
    let notes = memo(move || {
        shown.firing.with(|f| f.as_ref().map(|f| f.notes.clone()).unwrap_or_default())
    });
    let item = move |FiringNote { at, by, state, note }: FiringNote| {
        let did = match state {
            None => "",
            Some(FiringState::Open) => "opened it again, ",
            Some(FiringState::Acknowledged) => "acknowledged it, ",
            Some(FiringState::Closed) => "closed it, ",
        };
        let by = visible(&by).into_owned();
        view! {
            <li>
                {note.map(|note| view! { <p class="comment-text">{visible(&note).into_owned()}</p> })}
                <p class="comment-by muted">{dynamic(move || format!("{by} {did}{}", minute(at, clock.now_untracked(), zone.get())))}</p>
            </li>
        }
    };
    view! {
        {when(move || !notes.with(Vec::is_empty), move || view! {
            <ul class="comments" role="list" aria-label="Notes">{dynamic(move || notes.get().into_iter().map(item).collect_view())}</ul>
        })}
        {when(move || notes.with(Vec::is_empty), || view! { <p class="hint">"Nobody has done anything with it yet."</p> })}
    }
}

/// A field for what there is to say, and the buttons, which take it along.
#[component]
pub(super) fn Say(
    /// The firing.
    shown: Shown,
) -> impl IntoView {
    let form = Form::new(&["note"]);
    let text = RwSignal::new(String::new());
    let state = memo(move || shown.firing.with(|f| f.as_ref().map(|f| f.state)));
    let send = move |state: Option<FiringState>| {
        let change = FiringChange { state, note: Some(text.get_untracked()) };
        let change = match change.checked() {
            Ok(change) => change,
            Err(_) if text.with_untracked(|text| text.trim().is_empty()) => {
                return form.refuse("note", "Write something first");
            }
            Err(error) => return form.refuse(&error.key, &format!("This {}", error.problem)),
        };
        let project = shown.project.get_value();
        let answer = async move { alerts::change_firing(&project, shown.id, &change).await };
        form.send(answer, "", move |firing| {
            text.set(String::new());
            announce(match state {
                None => "The note is added",
                Some(FiringState::Open) => "The alert is open again",
                Some(FiringState::Acknowledged) => "The alert is acknowledged",
                Some(FiringState::Closed) => "The alert is closed",
            });
            shown.firing.set(Some(firing));
            shown.counts.look();
        });
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        send(None);
    };
    let act = move |to: FiringState, word: &'static str, class: &'static str| {
        view! { <button type="button" class=class disabled=form.busy on:click=move |_| send(Some(to))>{word}</button> }
    };
    let acts = move || match state.get() {
        Some(FiringState::Open) => view! {
            {act(FiringState::Acknowledged, "Acknowledge", "button primary")}
            {act(FiringState::Closed, "Close", "button")}
        }
        .into_any(),
        Some(FiringState::Acknowledged) => {
            act(FiringState::Closed, "Close", "button primary").into_any()
        }
        Some(FiringState::Closed) => act(FiringState::Open, "Open again", "button").into_any(),
        None => ().into_any(),
    };
    view! {
        <form class="say" on:submit=submit novalidate>
            <TextArea label="Note" most=MAX_NOTE value=text hint="" problem=form.problem_of("note") />
            <FormProblem form />
            <div class="form-acts">
                {dynamic(acts)}
                <button type="submit" class="button quiet" disabled=form.busy>"Add note only"</button>
            </div>
        </form>
    }
}
