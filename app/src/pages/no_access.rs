//! A project in which the reader has no role. Nothing of it was fetched.

use daybook_model::{View, account::WhomToAsk};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    api::accounts, reactive::dynamic, session::Session, ui::copy::CopyButton, url::log_href,
};

/// Says so, and whom to ask.
#[component]
pub(crate) fn NoAccessPage(
    /// The project, as the address has it.
    project: String,
) -> impl IntoView {
    document().set_title("No access · Daybook");
    let session = expect_context::<Session>();
    let email = Signal::derive(move || {
        session.viewer.with(|viewer| viewer.as_ref().map(|v| v.email.clone())).unwrap_or_default()
    });
    let others = move || {
        let slugs = session.viewer.with(|viewer| {
            let projects = viewer.iter().flat_map(|viewer| &viewer.projects);
            projects.map(|project| project.slug.clone()).collect::<Vec<_>>()
        });
        (!slugs.is_empty()).then(|| {
            let link = |slug: String| {
                let href = log_href(&slug, &View::default());
                view! { <li><a href=href>{slug}</a></li> }
            };
            view! {
                <h2>"Projects you may open"</h2>
                <ul role="list" class="projects" aria-label="Projects you may open">{slugs.into_iter().map(link).collect_view()}</ul>
            }
        })
    };
    let whom = RwSignal::new(None::<WhomToAsk>);
    let wanted = project.clone();
    spawn_local(async move {
        // Without an answer it is said in general.
        let _ = whom.try_set(accounts::whom_to_ask(&wanted).await.ok());
    });
    view! {
        <a class="brand" href="/">"Daybook"</a>
        <h1>"You have no access to "<span class="mono">{project}</span></h1>
        <p>"You have no role in this project, or it does not exist. Nothing of it was read."</p>
        <p>
            "Ask one of its admins, or whoever looks after this instance, to let you in under Settings, People. They need your address: "
            <strong>{email}</strong>" "<CopyButton text=email what="your address" />
        </p>
        {dynamic(move || whom.get().map(told))}
        <p class="hint">"This link works as it is once you are let in."</p>
        {dynamic(others)}
        <p class="form-acts">
            <button type="button" class="button" on:click=move |_| session.sign_out()>"Sign in as somebody else"</button>
        </p>
        <p class="problem" role="alert">{dynamic(move || session.stuck.get())}</p>
    }
}

/// Who can let the reader in, as far as the server tells.
fn told(whom: WhomToAsk) -> AnyView {
    if whom.masked {
        return view! {
            <p class="hint">"Addresses are masked for you, so nobody is named here. Ask whoever gave you your access."</p>
        }
        .into_any();
    }
    let list = |title: &'static str, emails: Vec<String>| {
        let item = |email: String| {
            view! { <li><span>{email.clone()}</span><CopyButton text=email.clone() what=email /></li> }
        };
        (!emails.is_empty()).then(|| {
            view! {
                <h2>{title}</h2>
                <ul role="list" class="whom" aria-label=title>{emails.into_iter().map(item).collect_view()}</ul>
            }
        })
    };
    view! {
        {list("Admins of this project", whom.project)}
        {list("Who looks after this instance", whom.instance)}
    }
    .into_any()
}
