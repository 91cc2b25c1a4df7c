//! Letting somebody in: a person who is there, or one who is invited.

use daybook_model::{
    account::{Grant, GrantChange, MadePerson, NewPerson, ProjectGrant, Role},
    paths,
};
use leptos::{ev, prelude::*};

use super::{
    form::{Form, FormProblem},
    grant_form::{Draft, GrantFields},
    people::People,
    section::{Adding, FormActs},
};
use crate::{
    api::accounts,
    ui::{announce::announce, copy::CopyButton, field::TextField},
};

/// Address, role, part, end.
#[component]
pub(crate) fn InviteForm(
    /// The people there are.
    people: People,
    /// The form is open.
    adding: Adding,
    /// Who was invited last, with the link, until it was taken down.
    made: RwSignal<Option<MadePerson>>,
) -> impl IntoView {
    let form = Form::new(&["email", "filter", "until"]);
    let email = RwSignal::new(String::new());
    let draft = Draft::of(&Grant::of(Role::Auditor));
    let hint = if people.instance_admin {
        "Whoever is new here gets a link with which they set a password."
    } else {
        "Somebody who can sign in here. Others are invited by those who look after the instance."
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let grant = match draft.read() {
            Ok(grant) => grant,
            Err(error) => return form.refuse(&error.key, &format!("This {}", error.problem)),
        };
        let address = email.get_untracked().trim().to_lowercase();
        let known = people.everybody.with_untracked(|all| all.iter().any(|p| p.email == address));
        let project = people.project.get_value();
        made.set(None);
        if people.instance_admin && !known {
            let grants = vec![ProjectGrant { project, grant }];
            let new = NewPerson { email: address, password: None, instance_admin: false, grants };
            form.send(async move { accounts::create_person(&new).await }, "email", move |person| {
                announce(&format!("{} is invited", person.person.email));
                adding.close();
                made.set(Some(person));
                people.look();
            });
        } else {
            let said = format!("{address} may look now");
            let change = GrantChange { email: address, grant };
            form.send(
                async move { accounts::grant(&project, &change).await },
                "email",
                move |list| {
                    announce(&said);
                    adding.close();
                    people.list.set(Some(list));
                },
            );
        }
    };
    view! {
        <form class="settings-form" aria-labelledby="invite-title" on:submit=submit>
            <h3 id="invite-title">"Add a person"</h3>
            <TextField label="E-mail address" kind="email" required=true value=email hint=hint problem=form.problem_of("email") />
            <GrantFields draft form />
            <FormProblem form />
            <FormActs word="Add person" busy=form.busy adding />
        </form>
    }
}

/// The link of an invitation, shown this once.
#[component]
pub(crate) fn Invitation(
    /// Who is invited.
    made: MadePerson,
    /// It was taken down.
    on_done: Callback<()>,
) -> impl IntoView {
    let email = made.person.email;
    made.invitation.map(|secret| {
        let origin = window().location().origin().unwrap_or_default();
        let link = format!("{origin}{}#{secret}", paths::INVITATION);
        view! {
            <div class="secret" role="status">
                <p><strong>{format!("Send this link to {email}.")}</strong>" It works once, for three days, and is not shown again."</p>
                <div class="secret-line">
                    <code>{link.clone()}</code>
                    <CopyButton text=link what="invitation link" shown="Copy" />
                    <button type="button" class="button quiet" on:click=move |_| on_done.run(())>"Done"</button>
                </div>
            </div>
        }
    })
}
