//! Taking away what is looked at: the button, and the dialog it opens.

use daybook_model::{
    Tab,
    account::Permission,
    export::{Export, ExportSettings},
};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    alerts::this::{self, AlertOnThis},
    api::exports,
    log::{columns::Columns, names::Names},
    reactive::{dynamic, when},
    session::Session,
    ui::{
        dialog::Dialog,
        icon::{Icon, icon},
    },
    url::LogAddress,
};

mod choice;
mod progress;

use choice::Choice;
use progress::Progress;

/// The button and the dialog, where the project lets its log be exported. Before them the link that makes a
/// rule of what is looked at.
#[component]
pub(crate) fn ExportButton(
    /// Where we are.
    log: LogAddress,
    /// What is shown.
    columns: Columns,
    /// What values are called.
    names: Names,
    /// The tabs of the project.
    tabs: Signal<Option<Vec<Tab>>>,
    /// Whether the dialog is open.
    open: RwSignal<bool>,
) -> impl IntoView {
    let settings = RwSignal::new(None::<ExportSettings>);
    // What runs goes on while the dialog is closed.
    let running = RwSignal::new(None::<Export>);
    spawn_local(async move {
        // Where this is not told the dialog says why.
        let told = exports::settings(&log.project()).await.unwrap_or_default();
        let _ = settings.try_set(Some(told));
    });
    let waits = when(move || settings.with(Option::is_none), export_soon);
    let button = when(
        move || settings.get().is_some_and(|settings| settings.enabled),
        move || {
            view! {
                <button type="button" class="button export" aria-label="Export" aria-haspopup="dialog" aria-keyshortcuts="e" data-tip="Take these entries away as a file" on:click=move |_| open.set(true)>
                    {icon(Icon::Download)}
                    <span>"Export"</span>
                </button>
                <Dialog open title="Export">
                    {dynamic(move || match running.get() {
                        None => view! { <Choice log columns names tabs running /> }.into_any(),
                        Some(export) => view! { <Progress log export running /> }.into_any(),
                    })}
                </Dialog>
            }
        },
    );
    view! { <AlertOnThis log tabs />{waits}{button} }
}

/// Keeps the places of the link and the button.
pub(crate) fn soon() -> AnyView {
    let rules = expect_context::<Session>().may_yet_here(Permission::Administer);
    view! { {rules.then(this::soon)}{export_soon()} }.into_any()
}

fn export_soon() -> AnyView {
    view! { <span class="button export" aria-hidden="true">{icon(Icon::Download)}<span>"Export"</span></span> }.into_any()
}
