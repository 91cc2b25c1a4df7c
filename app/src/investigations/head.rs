//! The head of an investigation: what it is about, whose it is, and what is done with all of it.

use daybook_model::{
    account::Permission,
    investigation::{DocumentFormat, InvestigationChange, InvestigationStatus},
    paths,
};
use leptos::{ev, prelude::*, task::spawn_local};

use super::file::File;
use crate::{
    api::{exports, investigations},
    clock::Clock,
    preferences::Preferences,
    reactive::{dynamic, memo, when},
    session::Session,
    settings::form::FormProblem,
    ui::{
        field::TextField,
        icon::{Icon, icon},
        menu::{Menu, MenuItem},
        number::counted,
        popover::Align,
        text::visible,
        time::minute,
    },
};

/// The head.
#[component]
pub(super) fn Head(
    /// The investigation.
    file: File,
) -> impl IntoView {
    let (clock, zone) = (expect_context::<Clock>(), expect_context::<Preferences>().zone);
    let renaming = RwSignal::new(false);
    let title =
        memo(move || file.findings.with(|it| it.as_ref().map(|it| it.investigation.title.clone())));
    let about = move || {
        file.findings.with(|it| {
            let it = &it.as_ref()?.investigation;
            let entries = counted(it.pins, "entry", "entries");
            let opened = minute(it.opened_at, clock.now_untracked(), zone.get());
            Some(format!("opened by {} {opened} · {entries}", it.opened_by))
        })
    };
    let turn = move |_| {
        let (status, said) = if file.open.get_untracked() {
            (InvestigationStatus::Closed, "The investigation is closed")
        } else {
            (InvestigationStatus::Open, "The investigation is open again")
        };
        let change = InvestigationChange { status: Some(status), title: None };
        let project = file.project.get_value();
        let answer = async move { investigations::change(&project, file.number, &change).await };
        file.send(file.form, answer, said, || ());
    };
    view! {
        <header class="page-head">
            {when(move || !renaming.get(), move || view! {
                <h1>{dynamic(move || title.get().map(|title| visible(&title).into_owned()))}</h1>
            })}
            {when(move || renaming.get(), move || view! { <Rename file title renaming /> })}
            <p class="muted about">
                {dynamic(move || if file.open.get() {
                    view! { <span class="badge open">"Open"</span> }
                } else {
                    view! { <span class="badge quiet">"Closed"</span> }
                })}
                " "{dynamic(about)}
            </p>
            <div class="form-acts">
                {when(move || file.open.get() && !renaming.get(), move || view! {
                    <button type="button" class="button" on:click=move |_| renaming.set(true)>"Rename"</button>
                })}
                <Export file />
                <button type="button" class="button" disabled=file.form.busy on:click=turn>
                    {dynamic(move || if file.open.get() { "Close investigation" } else { "Open again" })}
                </button>
            </div>
        </header>
    }
}

/// Another title.
#[component]
fn Rename(file: File, title: Memo<Option<String>>, renaming: RwSignal<bool>) -> impl IntoView {
    let value = RwSignal::new(title.get_untracked().unwrap_or_default());
    let form = file.form;
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let change = InvestigationChange { title: Some(value.get_untracked()), status: None };
        let change = match change.checked() {
            Ok(change) => change,
            Err(error) => return form.refuse(&error.key, &format!("The title {}", error.problem)),
        };
        let project = file.project.get_value();
        let answer = async move { investigations::change(&project, file.number, &change).await };
        file.send(form, answer, "It has another title", move || renaming.set(false));
    };
    view! {
        <form class="open-investigation" aria-label="Rename" on:submit=submit novalidate>
            <TextField label="Title" required=true value problem=form.problem_of("title") />
            <span class="form-acts">
                <button type="submit" class="button primary" disabled=form.busy>"Save"</button>
                <button type="button" class="button quiet" on:click=move |_| renaming.set(false)>"Cancel"</button>
            </span>
            <FormProblem form />
        </form>
    }
}

/// All of it as a file, for whoever may take entries away.
#[component]
fn Export(file: File) -> impl IntoView {
    let session = expect_context::<Session>();
    let enabled = RwSignal::new(false);
    let project = file.project.get_value();
    spawn_local(async move {
        // Where this is not told the server says why.
        let told = exports::settings(&project).await.unwrap_or_default();
        let _ = enabled.try_set(told.enabled);
    });
    let may = move || {
        enabled.get() && file.project.with_value(|project| session.may(project, Permission::Export))
    };
    when(may, move || {
        let item = move |format: DocumentFormat| {
            let href = file.project.with_value(|p| paths::document(p, file.number, format));
            view! { <MenuItem href download=true>{format.label()}</MenuItem> }
        };
        let items = move || DocumentFormat::ALL.iter().map(|&format| item(format)).collect_view();
        view! {
            <Menu class="button" label="Export" align=Align::Start trigger=|| view! { {icon(Icon::Download)}<span>"Export"</span>{icon(Icon::Chevron)} }>
                {items()}
            </Menu>
        }
    })
}
