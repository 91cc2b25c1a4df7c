//! Signing in. A link to anything in the log survives it.

mod provider;

use daybook_model::{Timestamp, account::SignIn};
use leptos::{ev, prelude::*, task::spawn_local};

use crate::{
    api::{self, Failure},
    clock::Clock,
    reactive::{dynamic, memo},
    session::Session,
    ui::{announce::announce, number::counted},
    url::{Address, History, after_sign_in, sign_in_problem},
};
use provider::ProviderLink;

/// E-mail address and password.
#[component]
pub(crate) fn SignInPage() -> impl IntoView {
    document().set_title("Sign in · Daybook");
    let address = expect_context::<Address>();
    let session = expect_context::<Session>();
    let email = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    // What single sign-on came back with.
    let began = untrack(|| sign_in_problem(&address.place()));
    let problem = RwSignal::new(began.map(|problem| problem.message().to_owned()));
    let clock = expect_context::<Clock>();
    // Until when nobody may try again, which is counted down.
    let closed = RwSignal::new(None::<Timestamp>);
    let wait = memo(move || {
        let left = closed.get()?.millis() - clock.now().millis();
        (left > 0).then_some((left + 999) / 1000)
    });

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
                Err(Failure::Wait(seconds)) => {
                    let until = clock.now_untracked().plus_millis(i64::from(seconds) * 1000);
                    closed.set(Some(until));
                    // Read out once; what is counted down is not.
                    let wait = length(i64::from(seconds));
                    announce(&format!("Too many attempts failed. Try again in {wait}."));
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
            {dynamic(move || wait.get().map(|seconds| view! {
                <p class="problem">{format!("Too many attempts failed, so none is looked at now. Try again in {}.", length(seconds))}</p>
            }))}
            <button class="button primary" type="submit" disabled=Signal::derive(move || busy.get() || wait.get().is_some())>"Sign in"</button>
        </form>
        <ProviderLink />
        <p class="muted">"First time here? Open the link of your invitation, or the one that the server printed when it started."</p>
    }
}

/// So many seconds, in words.
fn length(seconds: i64) -> String {
    if seconds < 120 {
        counted(seconds.unsigned_abs(), "second", "seconds")
    } else {
        counted(seconds.unsigned_abs().div_ceil(60), "minute", "minutes")
    }
}
