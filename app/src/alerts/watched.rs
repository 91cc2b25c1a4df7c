//! Which entries a rule watches: its filter as chips, taken from a view of the log.

use daybook_model::{Filter, Range, View};
use leptos::{ev, prelude::*};

use super::draft::Draft;
use crate::{
    log::{names::Names, terms::ChipId},
    reactive::{dynamic, memo, when},
    settings::{form::Form, limit},
    ui::{
        field::TextField,
        icon::{Icon, icon},
    },
    url::log_href,
};

/// The chips, and the way to others.
#[component]
pub(super) fn Watched(
    /// The project.
    project: StoredValue<String>,
    /// What stands in the fields.
    draft: Draft,
    /// What is wrong with them.
    form: Form,
) -> impl IntoView {
    let names = Names::new();
    let view = move || View { filter: draft.filter.get(), ..View::default() };
    let chip = move |chip: ChipId, phrase: String| {
        let name = format!("Remove {phrase}");
        let remove = move |_| {
            let mut view = View { filter: draft.filter.get_untracked(), ..View::default() };
            chip.take(&mut view);
            draft.filter.set(view.filter);
        };
        view! {
            <li class="watched-chip">
                <span>{phrase}</span>
                <button type="button" class="icon-button" aria-label=name on:click=remove>{icon(Icon::Close)}</button>
            </li>
        }
    };
    let chips = move || {
        let view = view();
        let all = ChipId::all(&view).into_iter();
        all.map(|id| chip(id, id.phrase(&view, names))).collect_view()
    };
    let search = move || {
        let text = draft.filter.with(|filter| filter.search.clone())?;
        let phrase = format!("contains “{text}”");
        let remove = move |_| draft.filter.update(|filter| filter.search = None);
        Some(view! {
            <li class="watched-chip">
                <span>{phrase}</span>
                <button type="button" class="icon-button" aria-label="Remove the search" on:click=remove>{icon(Icon::Close)}</button>
            </li>
        })
    };
    let whole = memo(move || draft.filter.with(|filter| *filter == Filter::default()));
    let href = Signal::derive(move || project.with_value(|project| log_href(project, &view())));
    let problem = form.problem_of("filter");
    view! {
        <div class="form-field watched" role="group" aria-label="Which entries">
            <span class="field-label" aria-hidden="true">"Which entries"</span>
            <ul role="list" class="watched-chips" aria-label="Which entries">
                {dynamic(chips)}
                {dynamic(search)}
                {when(move || whole.get(), || view! { <li class="muted">"Everything"</li> })}
            </ul>
            <p class="problem" role="alert">{dynamic(move || problem.get())}</p>
            <p class="hint"><a href=href>"See them in the log"</a></p>
        </div>
        <Other draft />
    }
}

/// Another view in the place of this one.
#[component]
fn Other(draft: Draft) -> impl IntoView {
    let open = RwSignal::new(false);
    let form = Form::new(&["filter"]);
    let link = RwSignal::new(String::new());
    let take = move || match limit::read(&link.get_untracked()) {
        Ok(filter) => {
            // A rule watches from now on: time is left out.
            draft.filter.set(Filter { range: Range::default(), as_of: None, ..filter });
            link.set(String::new());
            open.set(false);
        }
        Err(error) => form.refuse("filter", &format!("This {}", error.problem)),
    };
    let key = move |event: ev::KeyboardEvent| {
        if event.key() == "Enter" {
            event.prevent_default();
            take();
        }
    };
    view! {
        {when(move || !open.get(), move || view! {
            <button type="button" class="button quiet take-view" on:click=move |_| open.set(true)>"Take another view…"</button>
        })}
        {when(move || open.get(), move || view! {
            <div class="open-investigation" on:keydown=key>
                <TextField label="Link to a view of the log" value=link problem=form.problem_of("filter") />
                <span class="form-acts">
                    <button type="button" class="button" on:click=move |_| take()>"Take it"</button>
                    <button type="button" class="button quiet" on:click=move |_| open.set(false)>"Cancel"</button>
                </span>
            </div>
        })}
    }
}
