//! What kind of file, and how large it will be.

use daybook_model::{
    View,
    export::{Estimate, Export, Format, Formulas, NewExport},
};
use leptos::{ev, prelude::*};

use super::size;
use crate::{
    api::{Failure, exports},
    load::load,
    log::columns::Columns,
    reactive::{dynamic, memo},
    settings::form::{Form, FormProblem},
    ui::number::{counted, grouped},
    url::LogAddress,
};

/// The form.
#[component]
pub(super) fn Choice(
    log: LogAddress,
    columns: Columns,
    running: RwSignal<Option<Export>>,
) -> impl IntoView {
    let form = Form::new(&[]);
    let (format, all) = (RwSignal::new(Format::Csv), RwSignal::new(true));
    let query = log.part(|view| View { cursor: None, ..view.clone() }.to_api_query());
    let wanted = memo(move || {
        let visible = || {
            let placed = columns.placed();
            placed.iter().map(|placed| placed.column.key()).collect::<Vec<_>>().join(",")
        };
        (query.get(), format.get(), (!all.get()).then(visible))
    });
    let question = memo(move || Some(wanted.get()));
    let estimate = load(
        question.into(),
        move |(query, format, columns): (String, Format, Option<String>), signal| async move {
            exports::estimate(&log.project(), &query, format, columns.as_deref(), signal).await
        },
    );
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let (query, format, columns) = wanted.get_untracked();
        let new =
            NewExport { query, format, columns, trailer: false, formulas: Formulas::default() };
        let project = log.project();
        form.send(async move { exports::create(&project, &new).await }, "", move |export| {
            running.set(Some(export));
        });
    };
    let kind = move |one: Format| {
        let chosen = Signal::derive(move || format.get() == one);
        view! {
            <label>
                <input type="radio" name="export-format" prop:checked=chosen on:change=move |_| format.set(one) />
                {one.label()}
            </label>
        }
    };
    let shown = move || columns.placed().len();
    view! {
        <form class="export-form" on:submit=submit>
            <fieldset class="choices">
                <legend>"Format"</legend>
                {Format::ALL.iter().copied().map(kind).collect_view()}
            </fieldset>
            <fieldset class="choices">
                <legend>"Columns"</legend>
                <label>
                    <input type="radio" name="export-columns" prop:checked=all on:change=move |_| all.set(true) />
                    "All, with the states before and after"
                </label>
                <label>
                    <input type="radio" name="export-columns" prop:checked=Signal::derive(move || !all.get()) on:change=move |_| all.set(false) />
                    {dynamic(move || format!("The {} visible ones", shown()))}
                </label>
            </fieldset>
            <div class="estimate" role="status" class:stale=Signal::derive(move || estimate.is_stale())>
                {dynamic(move || estimate.value.with(|value| value.as_ref().map(told)))}
                {dynamic(move || estimate.value.with(Option::is_none).then_some("Counting…").filter(|_| estimate.failure.with(Option::is_none)))}
            </div>
            {dynamic(move || estimate.failure.with(|failure| failure.as_ref().map(refused)))}
            <FormProblem form />
            <div class="form-acts">
                <button type="submit" class="button primary" disabled=form.busy>"Export"</button>
                <span class="hint">"Times in UTC. The export is written into the log."</span>
            </div>
        </form>
    }
}

/// How much there will be; what is left out comes first.
fn told(estimate: &Estimate) -> AnyView {
    let Estimate { matching, rows, bytes, max_rows, capped, .. } = *estimate;
    view! {
        {capped.then(|| {
            let most = grouped(max_rows.unwrap_or(rows));
            view! { <p class="capped">{format!("This project exports at most {most} rows at once: the file will have the first {most} of {} and say so at its end.", grouped(matching))}</p> }
        })}
        <p><strong>{counted(rows, "row", "rows")}</strong>{format!(", about {}", size(bytes))}</p>
    }
    .into_any()
}

fn refused(failure: &Failure) -> AnyView {
    view! { <p class="problem" role="alert">{failure.message()}</p> }.into_any()
}
