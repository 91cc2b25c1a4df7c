//! What kind of file, and how large it will be.

use daybook_model::{
    Range, Span, Tab, View,
    export::{Estimate, Export, Format, Formulas, NewExport},
};
use leptos::{ev, prelude::*};

use crate::{
    api::{Failure, exports},
    clock::Clock,
    load::{Answer, load},
    log::{
        columns::Columns,
        names::Names,
        scope::{filter_words, tab_name},
    },
    preferences::Preferences,
    reactive::{Dynamic, dynamic, memo, when},
    settings::form::{Form, FormProblem},
    ui::{
        number::{counted, grouped, size},
        time::{span_text, zone_name},
    },
    url::LogAddress,
};

/// Which columns it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Width {
    /// All there are.
    All,
    /// Those of the table.
    Visible,
    /// The published ones of a log of requests, in their order; a CSV.
    Requests,
}

/// The tab that is a log of requests.
const REQUESTS: &str = "requests";

/// The form.
#[component]
pub(super) fn Choice(
    log: LogAddress,
    columns: Columns,
    names: Names,
    tabs: Signal<Option<Vec<Tab>>>,
    running: RwSignal<Option<Export>>,
) -> impl IntoView {
    let form = Form::new(&[]);
    let of_requests = log.view_untracked().tab.as_deref() == Some(REQUESTS);
    let width = RwSignal::new(if of_requests { Width::Requests } else { Width::All });
    let format = RwSignal::new(Format::Csv);
    let is_csv = move || format.get() == Format::Csv;
    // Other formats have what CSV has not: no columns of their own were published for them.
    let chosen = memo(move || match width.get() {
        Width::Requests if !is_csv() => Width::All,
        width => width,
    });
    let query = log.part(|view| View { cursor: None, ..view.clone() }.to_api_query());
    let wanted = memo(move || {
        let visible = || {
            let placed = columns.placed();
            placed.iter().map(|placed| placed.column.key()).collect::<Vec<_>>().join(",")
        };
        let columns = match chosen.get() {
            Width::All => None,
            Width::Visible => Some(visible()),
            Width::Requests => Some(REQUESTS.to_owned()),
        };
        (query.get(), format.get(), columns)
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
    let columns_as = move |one: Width, label: Dynamic| {
        let chosen = Signal::derive(move || chosen.get() == one);
        view! {
            <label>
                <input type="radio" name="export-columns" prop:checked=chosen on:change=move |_| width.set(one) />
                {label}
            </label>
        }
    };
    let shown = move || columns.placed().len();
    view! {
        <form class="export-form" on:submit=submit>
            <What log names tabs estimate />
            <fieldset class="choices">
                <legend>"Format"</legend>
                {Format::ALL.iter().copied().map(kind).collect_view()}
            </fieldset>
            <fieldset class="choices">
                <legend>"Columns"</legend>
                {columns_as(Width::All, dynamic(|| "All, with the states before and after"))}
                {columns_as(Width::Visible, dynamic(move || format!("The {} visible ones", shown())))}
                {when(is_csv, move || columns_as(Width::Requests, dynamic(|| "The 17 columns of Porter's API audit log")))}
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

/// Which entries it will have: of which time, under which filter, up to which place in the log.
#[component]
fn What(
    log: LogAddress,
    names: Names,
    tabs: Signal<Option<Vec<Tab>>>,
    estimate: Answer<Estimate>,
) -> impl IntoView {
    let (clock, zone) = (expect_context::<Clock>(), expect_context::<Preferences>().zone);
    let time = move || {
        let (range, zone) = (log.view().filter.range, zone.get());
        let span = estimate.value.with(|estimate| estimate.as_ref().map(|e| e.span));
        let exact = span.filter(|span| *span != Span::ALL).map(|span| {
            format!("{}, {}", span_text(span, clock.now_untracked(), zone), zone_name(zone))
        });
        match range {
            Range::Between(_) => exact.unwrap_or_default(),
            Range::Last(preset) => [Some(preset.label().to_owned()), exact]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(": "),
        }
    };
    let told = move |tell: fn(&View, &[Tab], Names) -> Option<String>| {
        let view = log.view();
        tabs.with(|tabs| tell(&view, tabs.as_deref().unwrap_or_default(), names))
    };
    let as_of = move || {
        let place = estimate.value.with(|estimate| estimate.as_ref().map(|e| grouped(e.as_of)));
        match (log.view().filter.as_of, place) {
            (Some(as_of), _) => {
                format!("Entry #{}: what was stored later is left out", grouped(as_of))
            }
            (None, Some(place)) => format!("When it begins; the log is at entry #{place} now"),
            (None, None) => "When it begins".to_owned(),
        }
    };
    view! {
        <dl class="export-what">
            <dt>"Time"</dt><dd>{dynamic(time)}</dd>
            {dynamic(move || told(|view, tabs, _| tab_name(view, tabs)).map(|name| view! { <dt>"Tab"</dt><dd>{name}</dd> }))}
            <dt>"Filter"</dt><dd>{dynamic(move || told(|view, tabs, names| Some(filter_words(view, tabs, names))))}</dd>
            <dt>"As of"</dt><dd>{dynamic(as_of)}</dd>
        </dl>
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
