//! `/`: leads to the log of the first project, as the viewer begins with it.

use daybook_model::View;
use leptos::{prelude::*, task::spawn_local};

use crate::{
    api,
    log::columns,
    reactive::{effect, when},
    session::Session,
    url::{Address, History, log_href},
};

/// Leads on as soon as it is known whose projects there are.
#[component]
pub(crate) fn HomePage() -> impl IntoView {
    let session = expect_context::<Session>();
    let address = expect_context::<Address>();
    session.look();
    effect(move || {
        let first =
            session.viewer.with(|viewer| Some(viewer.as_ref()?.projects.first()?.slug.clone()));
        if let Some(project) = first {
            spawn_local(async move {
                // Where these cannot be had the plain log will do.
                let views = api::views(&project).await.unwrap_or_default();
                let default = views.into_iter().find(|view| view.default);
                // Whoever went elsewhere meanwhile stays there.
                if untrack(|| address.place()).path != "/" {
                    return;
                }
                let view = default.as_ref().map(|saved| View::read(&saved.query).0);
                let view = view.unwrap_or_default();
                if let Some(columns) = default.and_then(|saved| saved.columns) {
                    columns::remember(&project, view.tab.as_deref(), &columns);
                }
                address.go(&log_href(&project, &view), History::Replace);
            });
        }
    });
    let homeless = move || {
        session.viewer.with(|viewer| viewer.as_ref().is_some_and(|v| v.projects.is_empty()))
    };
    view! {
        {when(homeless, || view! {
            <h1>"No projects yet"</h1>
            <p>"You are signed in, but there is no project that you may read. Ask an admin to add you to one."</p>
        })}
    }
}
