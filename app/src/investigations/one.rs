//! The page of one investigation.

use daybook_model::{Seq, investigation::Pin, paths};
use leptos::prelude::*;

use super::{
    comments::{Comments, Say},
    file::File,
    head::Head,
    order::Carried,
    pinned::Pinned,
};
use crate::{
    api::investigations,
    log::places::INVESTIGATIONS,
    reactive::{dynamic, each, effect, memo, when},
    settings::{
        bar::PlainBar,
        form::{Form, FormProblem},
    },
    ui::{
        icon::{Icon, icon},
        lazy::loading,
    },
};

/// The page.
#[component]
pub(crate) fn InvestigationPage(
    /// The project, by slug or number.
    project: String,
    /// Its number.
    number: i64,
) -> impl IntoView {
    let file = File::new(project, number);
    let project = file.project.get_value();
    let asking = Form::new(&[]);
    let look = move || {
        let project = file.project.get_value();
        asking.send(async move { investigations::find(&project, number).await }, "", move |it| {
            file.findings.set(Some(it));
        });
    };
    look();
    effect(move || {
        let title = file.findings.with(|it| it.as_ref().map(|it| it.investigation.title.clone()));
        let title = title.unwrap_or_else(|| format!("Investigation {number}"));
        document().set_title(&format!("{title} · {} · Daybook", file.project.get_value()));
    });
    let known = memo(move || file.findings.with(Option::is_some));
    view! {
        <PlainBar project=Some(project.clone()) here=INVESTIGATIONS />
        <main class="settings investigation" id="content" tabindex="-1">
            <a class="back" href=paths::investigations_page(&project)>{icon(Icon::ChevronLeft)}"Investigations"</a>
            <FormProblem form=asking />
            {when(move || !known.get() && asking.busy.get(), loading)}
            {when(move || !known.get() && !asking.busy.get(), move || view! {
                <button type="button" class="button" on:click=move |_| look()>"Try again"</button>
            })}
            {when(move || known.get(), move || view! { <Head file /> <Findings file /> <Entries file /> })}
        </main>
    }
}

/// What was said of all of it.
#[component]
fn Findings(file: File) -> impl IntoView {
    let comments = memo(move || {
        file.findings.with(|it| it.as_ref().map(|it| it.comments.clone()).unwrap_or_default())
    });
    view! {
        <section aria-labelledby="findings-title">
            <h2 id="findings-title">"Findings"</h2>
            <Comments file comments />
            {when(move || comments.with(Vec::is_empty) && !file.open.get(), || view! { <p class="hint">"Nothing was noted."</p> })}
            {when(move || file.open.get(), move || view! { <Say file seq=None /> })}
        </section>
    }
}

/// The entries, in their order.
#[component]
fn Entries(file: File) -> impl IntoView {
    let carried = Carried::nothing();
    let seqs = memo(move || {
        let seqs = |pins: &[Pin]| pins.iter().map(|pin| pin.seq).collect::<Vec<Seq>>();
        file.findings.with(|it| it.as_ref().map(|it| seqs(&it.pins)).unwrap_or_default())
    });
    let empty = move || seqs.with(Vec::is_empty);
    view! {
        <section aria-labelledby="pinned-title">
            <h2 id="pinned-title">"Entries"</h2>
            {when(empty, || view! {
                <p class="hint">"None is pinned. Open an entry in the log and press Pin in the head of its panel."</p>
            })}
            <ol class="pinned-list" role="list" aria-labelledby="pinned-title">
                {each(move || seqs.get(), ToString::to_string, move |seq| view! { <Pinned file carried seqs seq /> })}
            </ol>
            <p class="problem" role="alert">{dynamic(move || file.form.problem_of("").get())}</p>
        </section>
    }
}
