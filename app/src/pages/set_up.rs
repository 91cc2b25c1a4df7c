//! The one-time link. Its secret is in the fragment, so no server log has it.

use daybook_model::account::SetUp;
use leptos::{prelude::*, task::spawn_local};

use crate::{
    api::{self, Failure},
    reactive::dynamic,
    session::Session,
    url::{Address, History},
};

/// Signs in and leads to the log.
#[component]
pub(crate) fn SetUpPage() -> impl IntoView {
    document().set_title("Welcome · Daybook");
    let address = expect_context::<Address>();
    let session = expect_context::<Session>();
    let problem = RwSignal::new(None::<String>);
    let form = SetUp { secret: untrack(|| address.place().fragment) };

    spawn_local(async move {
        match api::set_up(&form).await {
            Ok(viewer) => {
                session.viewer.set(Some(viewer));
                // The secret leaves the address and the history.
                address.go("/", History::Replace);
            }
            Err(Failure::Unauthorized) => {
                let _ =
                    problem.try_set(Some("This link was used before, or it has expired.".into()));
            }
            Err(failure) => {
                let _ = problem.try_set(Some(failure.message()));
            }
        }
    });

    view! {
        <p class="brand">"Daybook"</p>
        {dynamic(move || match problem.get() {
            None => view! { <p role="status">"Signing in…"</p> }.into_any(),
            Some(problem) => view! {
                <h1>"This link does not sign in"</h1>
                <p role="alert">{problem}</p>
                <p class="muted">"Each link works once. The server prints a new one when it starts."</p>
                <p><a class="button primary" href="/sign-in">"Sign in with a password"</a></p>
            }
            .into_any(),
        })}
    }
}
