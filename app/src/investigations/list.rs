//! The page of a project's investigations.

use daybook_model::{
    investigation::{Investigation, InvestigationStatus, NewInvestigation},
    paths,
};
use leptos::{ev, prelude::*};

use crate::{
    api::investigations,
    clock::Clock,
    log::places::INVESTIGATIONS,
    reactive::{dynamic, memo, when},
    settings::{
        bar::PlainBar,
        form::{Form, FormProblem},
    },
    ui::{field::TextField, lazy::loading, number::grouped, text::one_line, time::relative},
    url::{Address, History},
};

/// The page.
#[component]
pub(crate) fn InvestigationsPage(
    /// The project, by slug or number.
    project: String,
) -> impl IntoView {
    document().set_title(&format!("Investigations · {project} · Daybook"));
    let kept = StoredValue::new(project.clone());
    let all = RwSignal::new(None::<Vec<Investigation>>);
    let asking = Form::new(&[]);
    let look = move || {
        let project = kept.get_value();
        asking.send(async move { investigations::list(&project).await }, "", move |list| {
            all.set(Some(list));
        });
    };
    look();
    let some = memo(move || all.with(|all| all.as_ref().map(|all| !all.is_empty())));
    view! {
        <PlainBar project=Some(project) here=INVESTIGATIONS />
        <main class="settings investigations" id="content" tabindex="-1">
            <header class="page-head">
                <h1>"Investigations"</h1>
                <p class="hint">"Entries that belong together, in an order, with what you found. Pin an entry from its panel in the log."</p>
            </header>
            <Open project=kept />
            <FormProblem form=asking />
            {when(move || all.with(Option::is_none) && !asking.busy.get(), move || view! {
                <button type="button" class="button" on:click=move |_| look()>"Try again"</button>
            })}
            {when(move || all.with(Option::is_none) && asking.busy.get(), loading)}
            {when(move || some.get() == Some(true), move || view! { <All project=kept all /> })}
            {when(move || some.get() == Some(false), || view! {
                <p class="hint">"There are none yet."</p>
            })}
        </main>
    }
}

/// Opens another one.
#[component]
fn Open(project: StoredValue<String>) -> impl IntoView {
    let address = expect_context::<Address>();
    let form = Form::new(&["title"]);
    let title = RwSignal::new(String::new());
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let new = NewInvestigation { title: title.get_untracked(), pin: None };
        let new = match new.checked() {
            Ok(new) => new,
            Err(error) => return form.refuse(&error.key, &format!("The title {}", error.problem)),
        };
        let project = project.get_value();
        let to = project.clone();
        form.send(async move { investigations::open(&project, &new).await }, "", move |made| {
            let page = paths::investigation_page(&to, made.investigation.number);
            address.go(&page, History::Push);
        });
    };
    view! {
        <form class="open-investigation" aria-label="Open an investigation" on:submit=submit novalidate>
            <TextField label="What is to be found out" required=true value=title problem=form.problem_of("title") />
            <button type="submit" class="button primary" disabled=form.busy>"Open investigation"</button>
            <FormProblem form />
        </form>
    }
}

/// The table.
#[component]
fn All(project: StoredValue<String>, all: RwSignal<Option<Vec<Investigation>>>) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let row = move |it: Investigation| {
        let href = project.with_value(|project| paths::investigation_page(project, it.number));
        let closed = it.status == InvestigationStatus::Closed;
        let badge = if closed { "badge quiet" } else { "badge open" };
        let (opened, changed) = (it.opened_at, it.changed_at);
        view! {
            <tr role="row" class:gone=closed>
                <td role="cell" data-label="Investigation"><a class="who" href=href>{one_line(&it.title)}</a></td>
                <td role="cell" data-label="Status"><div class="cell"><span class=badge>{it.status.label()}</span></div></td>
                <td role="cell" class="count" data-label="Entries">{grouped(it.pins)}</td>
                <td role="cell" class="count" data-label="Comments">{grouped(it.comments)}</td>
                <td role="cell" data-label="Opened">
                    <div class="cell">{it.opened_by}<span class="muted">{dynamic(move || format!(" {}", relative(opened, clock.now())))}</span></div>
                </td>
                <td role="cell" data-label="Changed">{dynamic(move || relative(changed, clock.now()))}</td>
            </tr>
        }
    };
    let rows = move || all.with(|all| all.iter().flatten().cloned().map(row).collect_view());
    view! {
        <table class="settings-table" role="table" aria-label="Investigations">
            <thead role="rowgroup">
                <tr role="row">
                    <th role="columnheader" scope="col">"Investigation"</th>
                    <th role="columnheader" scope="col">"Status"</th>
                    <th role="columnheader" scope="col" class="count">"Entries"</th>
                    <th role="columnheader" scope="col" class="count">"Comments"</th>
                    <th role="columnheader" scope="col">"Opened"</th>
                    <th role="columnheader" scope="col">"Changed"</th>
                </tr>
            </thead>
            <tbody role="rowgroup">{dynamic(rows)}</tbody>
        </table>
    }
}
