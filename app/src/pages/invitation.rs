//! An invitation: a password of one's own, and then the log. Its secret is in the fragment, so no
//! server log has it.

use daybook_model::account::AcceptInvitation;
use leptos::{ev, prelude::*};

use crate::{
    api::{Failure, accounts},
    session::Session,
    settings::form::{Form, FormProblem},
    ui::field::TextField,
    url::{Address, History},
};

/// Sets the password and leads to the log.
#[component]
pub(crate) fn InvitationPage() -> impl IntoView {
    document().set_title("Invitation · Daybook");
    let address = expect_context::<Address>();
    let session = expect_context::<Session>();
    let form = Form::new(&["password"]);
    let password = RwSignal::new(String::new());
    let secret = untrack(|| address.place().fragment);
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let given = AcceptInvitation { secret: secret.clone(), password: password.get_untracked() };
        let answer = async move {
            accounts::accept(&given).await.map_err(|failure| match failure {
                // Nobody is to be sent to the sign-in page for this.
                Failure::Unauthorized => Failure::Unavailable(
                    "This invitation was used before, or it has ended. Ask for a new one.".into(),
                ),
                failure => failure,
            })
        };
        form.send(answer, "password", move |viewer| {
            session.viewer.set(Some(viewer));
            // The secret leaves the address and the history.
            address.go("/", History::Replace);
        });
    };
    view! {
        <p class="brand">"Daybook"</p>
        <h1>"Welcome"</h1>
        <p>"Choose the password with which you will sign in."</p>
        <form on:submit=submit>
            <TextField label="Password" kind="password" autocomplete="new-password" required=true value=password hint="At least 12 characters. Several words are easy to keep in mind." problem=form.problem_of("password") />
            <FormProblem form />
            <button class="button primary" type="submit" disabled=form.busy>"Come in"</button>
        </form>
    }
}
