//! One's own password.

use daybook_model::account::PasswordChange;
use leptos::{ev, prelude::*};

use super::form::{Form, FormProblem};
use crate::{
    api::{Failure, accounts},
    reactive::dynamic,
    session::Session,
    ui::{announce::announce, field::TextField},
};

/// The section.
#[component]
pub(crate) fn PasswordSection(
    /// The other sessions ended.
    on_changed: Callback<()>,
) -> impl IntoView {
    let session = expect_context::<Session>();
    let form = Form::new(&["current", "new"]);
    let (current, new) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let done = RwSignal::new(false);
    let email = move || {
        session.viewer.with(|viewer| viewer.as_ref().map(|v| v.email.clone())).unwrap_or_default()
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        done.set(false);
        let change = PasswordChange { current: current.get_untracked(), new: new.get_untracked() };
        let answer = async move {
            // Which of the two is wrong is told by the kind of the refusal.
            accounts::change_password(&change).await.map_err(|failure| match failure {
                Failure::Rejected(mut detail) if detail.code == "forbidden" => {
                    detail.field = Some("current".into());
                    Failure::Rejected(detail)
                }
                failure => failure,
            })
        };
        form.send(answer, "new", move |()| {
            current.set(String::new());
            new.set(String::new());
            done.set(true);
            announce("The password is changed");
            on_changed.run(());
        });
    };
    view! {
        <section id="password" aria-labelledby="password-title">
            <header class="section-head">
                <h2 id="password-title">"Password"</h2>
                <p class="hint">"A new one ends all your other sessions."</p>
            </header>
            <form class="settings-form" aria-labelledby="password-title" on:submit=submit>
                // For password managers: whose password it is.
                <input class="visually-hidden" type="email" autocomplete="username" tabindex="-1" aria-hidden="true" readonly prop:value=email />
                <TextField label="Current password" kind="password" autocomplete="current-password" value=current hint="Empty, if you have never had one." problem=form.problem_of("current") />
                <TextField label="New password" kind="password" autocomplete="new-password" required=true value=new hint="At least 12 characters. Several words are easy to keep in mind." problem=form.problem_of("new") />
                <FormProblem form />
                <div class="form-acts">
                    <button type="submit" class="button primary" disabled=form.busy>"Change the password"</button>
                    {dynamic(move || done.get().then(|| view! { <span class="done">"Changed."</span> }))}
                </div>
            </form>
        </section>
    }
}
