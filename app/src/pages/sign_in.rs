//! Signing in. A link to anything in the log survives it.

use daybook_model::account::SignIn;
use leptos::{ev, prelude::*, task::spawn_local};

use crate::{
    api::{self, Failure},
    reactive::dynamic,
    session::Session,
    url::{Address, History, after_sign_in},
};

/// E-mail address and password.
#[component]
pub(crate) fn SignInPage() -> impl IntoView {
    document().set_title("Sign in · Daybook");
    let address = expect_context::<Address>();
    let session = expect_context::<Session>();
    let email = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);

    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let form = SignIn {
            email: email.get_untracked().trim().to_owned(),
            password: password.get_untracked(),
        };
        busy.set(true);
        problem.set(None);
        spawn_local(async move {
            match api::sign_in(&form).await {
                Ok(viewer) => {
                    let back = untrack(|| after_sign_in(&address.place()));
                    session.viewer.set(Some(viewer));
                    address.go(&back, History::Replace);
                }
                Err(Failure::Unauthorized) => {
                    problem.set(Some("The e-mail address or the password is wrong.".into()));
                }
                Err(failure) => problem.set(Some(failure.message())),
            }
            let _ = busy.try_set(false);
        });
    };

    view! {
        <p class="brand">"Daybook"</p>
        <h1>"Sign in"</h1>
        <form on:submit=submit>
            <label for="email">"E-mail address"</label>
            <input id="email" class="field" type="email" autocomplete="username" required autofocus bind:value=email />
            <label for="password">"Password"</label>
            <input id="password" class="field" type="password" autocomplete="current-password" required bind:value=password />
            <p class="problem" role="alert">{dynamic(move || problem.get())}</p>
            <button class="button primary" type="submit" disabled=busy>"Sign in"</button>
        </form>
        <p class="muted">"First time here? Open the one-time link that the server printed when it started."</p>
    }
}
