//! A field, with what can be done with its value.

use leptos::prelude::*;

use crate::{
    log::{
        facts::{Fact, Value},
        gone::quiet,
        masked::{filters, mark},
        terms::{not_link, only_link},
    },
    ui::{
        copy::CopyButton,
        icon::{Icon, icon},
        text::visible,
    },
    url::LogAddress,
};

/// Lines of fields. A click on a value leads to what has it; beside it are the way to everything
/// else, and the clipboard.
#[component]
pub(super) fn Facts(
    /// Where we are.
    log: LogAddress,
    /// The fields.
    facts: Vec<Fact>,
    /// Marks the outcome, where it means something.
    #[prop(optional)]
    severity: Option<&'static str>,
) -> impl IntoView {
    let line = |fact: Fact| {
        let Fact { label, before, mut value, note, gone, copy } = fact;
        value.filter.take_if(|(field, _)| !filters(log, *field));
        let exclude = value.filter.clone().map(|(field, of)| {
            let name = format!("Not this {}", field.label());
            view! {
                <a class="fact-act" href=Signal::derive(move || not_link(log, field, &of)) aria-label=name data-tip="Not this">{icon(Icon::Minus)}</a>
            }
        });
        view! {
            <div class="fact" data-severity=severity.filter(|_| label == "Outcome")>
                <dt>{label}</dt>
                <dd>
                    <span class="fact-value">
                        {before.map(|before| view! { <span class="kind">{shown(log, before)}" "</span> })}
                        {shown(log, value)}
                        {gone.map(quiet)}
                        {note.map(|note| view! { <span class="kind">" "{note}</span> })}
                    </span>
                    <span class="fact-acts">
                        {exclude}
                        <CopyButton text=copy what=label.to_lowercase() />
                    </span>
                </dd>
            </div>
        }
    };
    view! { <dl class="facts">{facts.into_iter().map(line).collect_view()}</dl> }
}

/// A value; where the log can be filtered by it, a link to what has it.
fn shown(log: LogAddress, value: Value) -> AnyView {
    let Value { text, mono, filter } = value;
    let text = visible(&text).into_owned();
    match filter {
        Some((field, of)) => {
            let name = format!("Only this {}: {text}", field.label());
            view! {
                {mark(&text)}
                <a class="fact-link" class:mono=mono href=Signal::derive(move || only_link(log, field, &of)) aria-label=name data-tip="Only this">{text}</a>
            }
            .into_any()
        }
        None => view! { {mark(&text)}<span class:mono=mono>{text}</span> }.into_any(),
    }
}
