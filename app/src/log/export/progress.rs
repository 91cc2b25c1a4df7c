//! An export under way: the browser writes the file, and this says how far it is.

use std::time::Duration;

use daybook_model::{
    export::{Export, State},
    paths,
};
use leptos::{html, prelude::*, task::spawn_local};

use crate::{
    api::{Failure, exports},
    reactive::{dynamic, effect, when},
    ui::{
        announce::announce,
        copy::CopyButton,
        number::{counted, grouped, size},
    },
    url::LogAddress,
};

/// How often it is asked how far it is.
const AGAIN: Duration = Duration::from_millis(500);

/// The link that the browser follows once, how far it is, and the way out.
#[component]
pub(super) fn Progress(
    log: LogAddress,
    export: Export,
    running: RwSignal<Option<Export>>,
) -> impl IntoView {
    let project = log.project();
    let (id, file) = (export.id.clone(), export.file_name.clone());
    let href = paths::export_file(&project, &id);
    let as_of = export.as_of;
    let whole = export.estimate.as_ref().map(|estimate| estimate.rows);
    let fresh = export.state == State::Waiting && export.rows == 0;
    let now = RwSignal::new(export);
    let failure = RwSignal::new(None::<Failure>);
    let link = NodeRef::<html::A>::new();
    effect(move || {
        if let Some(link) = link.get()
            && fresh
        {
            link.click();
        }
    });

    let over = move || now.with(|export| export.state.is_over());
    let asking = StoredValue::new(false);
    let place = StoredValue::new((project, id));
    let look = move || {
        if untrack(over) || asking.get_value() {
            return;
        }
        asking.set_value(true);
        spawn_local(async move {
            let Some((project, id)) = place.try_get_value() else { return };
            let answer = exports::state(&project, &id).await;
            let _ = asking.try_update_value(|asking| *asking = false);
            match answer {
                Ok(export) => {
                    if export.state.is_over() {
                        announce(ending(export.state));
                    }
                    let _ = failure.try_set(None);
                    let _ = now.try_set(export);
                }
                Err(why) => drop(failure.try_set(Some(why))),
            }
        });
    };
    if let Ok(handle) = set_interval_with_handle(look, AGAIN) {
        on_cleanup(move || handle.clear());
    }
    let cancel = move |_| {
        spawn_local(async move {
            let Some((project, id)) = place.try_get_value() else { return };
            if let Err(why) = exports::cancel(&project, &id).await {
                let _ = failure.try_set(Some(why));
            }
        });
    };
    let share = move || {
        let rows = now.with(|export| export.rows);
        whole.filter(|&whole| whole > 0).map(|whole| rows.saturating_mul(100) / whole)
    };
    view! {
        <div class="export-progress">
            <a node_ref=link class="visually-hidden" tabindex="-1" aria-hidden="true" href=href download=file.clone()></a>
            <p><code>{file}</code><span class="muted">{format!(" · up to entry #{}", grouped(as_of))}</span></p>
            {when(move || !over(), move || view! {
                <progress max="100" aria-label="Rows written" prop:value=Signal::derive(move || share().unwrap_or_default().min(100))></progress>
            })}
            <p>
                {dynamic(move || now.with(|export| {
                    let of = whole.map(|whole| format!(" of {}", grouped(whole))).unwrap_or_default();
                    format!("{}{of}, {}", counted(export.rows, "row", "rows"), size(export.bytes))
                }))}
            </p>
            {dynamic(move || now.with(|export| export.state.is_over().then(|| {
                let class = if export.state.is_whole() { "ending" } else { "ending problem" };
                view! { <p class=class>{ending(export.state)}</p> }
            })))}
            {dynamic(move || now.with(|export| export.sha256.clone()).map(|hash| view! {
                <p class="hash"><span>"SHA-256 "</span><code>{hash.clone()}</code><CopyButton text=hash what="SHA-256" /></p>
            }))}
            {dynamic(move || failure.get().map(|why| view! { <p class="problem" role="alert">{why.message()}</p> }))}
            <div class="form-acts">
                {dynamic(move || if over() {
                    view! { <button type="button" class="button" on:click=move |_| running.set(None)>"Export again"</button> }.into_any()
                } else {
                    view! { <button type="button" class="button" on:click=cancel>"Cancel the export"</button> }.into_any()
                })}
            </div>
        </div>
    }
}

/// How it ended.
const fn ending(state: State) -> &'static str {
    match state {
        State::Waiting | State::Running => "",
        State::Complete => "Complete: the file has all rows.",
        State::Capped => {
            "Complete up to the project's limit: there are more rows, and the file says so at its end."
        }
        State::Failed => "The export failed on the way: the file is not complete. Export again.",
        State::Cancelled => "Cancelled: the file is not complete.",
        State::Interrupted => "The download broke off: the file is not complete. Export again.",
        State::Unfinished => {
            "The server stopped on the way: the file is not complete. Export again."
        }
    }
}
