//! What is wrong, and what can be done about it.

use daybook_model::QueryError;
use leptos::prelude::*;

use crate::{
    api::Failure,
    log::answer::LogAnswer,
    reactive::dynamic,
    ui::icon::{Icon, icon},
    url::LogAddress,
};

/// What is wrong with the address, each with a link that drops the key.
#[component]
pub(crate) fn BadAddress(
    /// Where we are.
    log: LogAddress,
) -> impl IntoView {
    // A key is dropped as a whole, whatever is wrong with it and however often.
    let by_key = move || {
        let mut all: Vec<(String, Vec<String>)> = Vec::new();
        for QueryError { key, problem } in log.errors() {
            match all.iter_mut().find(|(known, _)| *known == key) {
                Some((_, problems)) if problems.contains(&problem) => {}
                Some((_, problems)) => problems.push(problem),
                None => all.push((key, vec![problem])),
            }
        }
        all
    };
    let problem = move |(key, problems): (String, Vec<String>)| {
        let href = log.without_key(&key);
        view! {
            <li>
                <span><code>{key.clone()}</code>" "{problems.join("; ")}</span>
                <a class="button" href=href aria-label=format!("Drop it: {key}")>"Drop it"</a>
            </li>
        }
    };
    view! {
        <section class="banner" role="alert">
            {icon(Icon::Warning)}
            <div>
                <h2>"A part of this address cannot be used"</h2>
                <p>"The rest of it is in force, so there may be more here than was meant."</p>
                <ul role="list">{dynamic(move || by_key().into_iter().map(problem).collect_view())}</ul>
            </div>
        </section>
    }
}

/// Why there are no entries, or no counts of them: the server's own words, and the way on.
#[component]
pub(crate) fn NoAnswer(
    /// Where we are.
    log: LogAddress,
    /// What was asked.
    answer: LogAnswer,
) -> impl IntoView {
    dynamic(move || {
        let (what, failure, earlier) = match answer.page.failure.get() {
            Some(failure) => ("The entries", failure, answer.page.value.with(Option::is_some)),
            None => ("The counts", answer.bars.failure.get()?, false),
        };
        if failure == Failure::Unauthorized {
            return None;
        }
        let message = failure.message();
        let field = match &failure {
            Failure::Rejected(detail) => detail.field.clone(),
            _ => None,
        };
        let way_on = match field {
            Some(key) => view! { <a class="button" href=log.without_key(&key)>{format!("Drop “{key}”")}</a> }.into_any(),
            None => view! { <button type="button" class="button" on:click=move |_| answer.again()>"Try again"</button> }.into_any(),
        };
        Some(view! {
            <section class="banner no-answer" role="alert">
                {icon(Icon::Warning)}
                <div>
                    <h2>{what}" could not be read"</h2>
                    <p>{message}{earlier.then_some(" What is below answers an earlier question.")}</p>
                </div>
                {way_on}
            </section>
        })
    })
}
