//! One person of a project, and what can be changed of them.

use daybook_model::account::{GrantChange, MadePerson, PersonChange, ProjectPerson, Role};
use leptos::{ev, prelude::*};

use super::{
    form::{Form, FormProblem},
    grant_form::{Draft, GrantFields, role_name},
    invite::Invitation,
    limit,
    people::People,
};
use crate::{
    api::accounts,
    clock::Clock,
    log::names::Names,
    preferences::Preferences,
    reactive::dynamic,
    ui::{
        announce::announce,
        confirm::Confirm,
        time::{day_time, relative},
    },
};

/// The row, and the form below it while it is changed.
#[component]
pub(crate) fn PersonRow(people: People, person: ProjectPerson) -> impl IntoView {
    let (clock, zone) = (expect_context::<Clock>(), expect_context::<Preferences>().zone);
    let names = Names::new();
    let editing = RwSignal::new(false);
    let invitation = RwSignal::new(None::<MadePerson>);
    let form = Form::new(&[]);
    let ProjectPerson { id, email, disabled_at, grant, from_group } = person.clone();
    let role = role_name(grant.role);
    let kept = StoredValue::new(grant);
    let sees = move || {
        kept.with_value(|grant| match grant.role {
            Role::Member => "Own activity and runs".to_owned(),
            _ => limit::words(&grant.filter, names, clock.now_untracked(), zone.get()),
        })
    };
    let until = move || {
        let Some(until) = kept.with_value(|grant| grant.until) else {
            // Until a sign-in no longer shows it.
            return if from_group { "With the group" } else { "No end date" }.into();
        };
        let now = clock.now_untracked();
        let moment = day_time(until, now, zone.get());
        if until <= now { format!("Ended {moment}") } else { moment }
    };
    let out = disabled_at.is_some();
    let remove = Callback::new({
        let email = email.clone();
        move |()| {
            let (project, email) = (people.project.get_value(), email.clone());
            form.send(async move { accounts::remove(&project, id).await }, "", move |left| {
                announce(&format!("{email} has no role here any more"));
                people.list.set(Some(left));
            });
        }
    });
    let keep_out = Callback::new(move |disabled: bool| {
        let change = PersonChange { disabled: Some(disabled), ..PersonChange::default() };
        form.send(async move { accounts::change_person(id, &change).await }, "", move |person| {
            announce(&format!(
                "{} {}",
                person.email,
                if disabled { "is kept out" } else { "may come in again" }
            ));
            people.look();
        });
    });
    let invite = move |_| {
        form.send(accounts::invite(id), "", move |made| invitation.set(Some(made)));
    };
    let person = StoredValue::new(person);

    view! {
        <tr role="row" class:gone=out>
            <td role="cell" data-label="Person">
                <span class="who">{email.clone()}</span>
                {disabled_at.map(|since| view! {
                    <span class="badge" data-tip=day_time(since, clock.now_untracked(), zone.get_untracked())>{format!("Disabled {}", relative(since, clock.now_untracked()))}</span>
                })}
            </td>
            <td role="cell" data-label="Role">
                {role}
                {from_group.then(|| view! { <span class="badge quiet">"From a group"</span> })}
            </td>
            <td role="cell" data-label="Sees">{dynamic(sees)}</td>
            <td role="cell" data-label="Until">{dynamic(until)}</td>
            <td role="cell" class="acts">
                {(!from_group).then(|| view! {
                    <button type="button" class="button quiet" aria-expanded=Signal::derive(move || if editing.get() { "true" } else { "false" }) aria-label=format!("Change {email}") on:click=move |_| editing.update(|open| *open = !*open)>"Change"</button>
                })}
                {people.instance_admin.then(|| if out {
                    view! { <button type="button" class="button quiet" aria-label=format!("Enable {email}") disabled=form.busy on:click=move |_| keep_out.run(false)>"Enable"</button> }.into_any()
                } else {
                    view! { <button type="button" class="button quiet" aria-label=format!("Invite {email} again") disabled=form.busy on:click=invite>"Invite again"</button> }.into_any()
                })}
                {(!from_group).then(|| view! {
                    <Confirm word="Remove" name=format!("Remove {email}") question="Takes the role away; the name stays in the log." busy=form.busy on_confirm=remove />
                })}
                {(people.instance_admin && !out).then(|| view! {
                    <Confirm word="Disable" name=format!("Disable {email}") question="Keeps them out of every project and ends their sessions." busy=form.busy on_confirm=Callback::new(move |()| keep_out.run(true)) />
                })}
                <FormProblem form />
            </td>
        </tr>
        {dynamic(move || editing.get().then(|| view! {
            <tr role="row" class="editor">
                <td role="cell" colspan="5"><Change people person=person.get_value() editing /></td>
            </tr>
        }))}
        {dynamic(move || invitation.get().map(|made| view! {
            <tr role="row" class="editor">
                <td role="cell" colspan="5"><Invitation made on_done=Callback::new(move |()| invitation.set(None)) /></td>
            </tr>
        }))}
    }
}

/// Another role, another part, another end.
#[component]
fn Change(people: People, person: ProjectPerson, editing: RwSignal<bool>) -> impl IntoView {
    let form = Form::new(&["filter", "until"]);
    let draft = Draft::of(&person.grant);
    let email = person.email.clone();
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let grant = match draft.read() {
            Ok(grant) => grant,
            Err(error) => return form.refuse(&error.key, &format!("This {}", error.problem)),
        };
        let change = GrantChange { email: email.clone(), grant };
        let project = people.project.get_value();
        let said = format!("{email} is changed");
        form.send(async move { accounts::grant(&project, &change).await }, "", move |list| {
            announce(&said);
            editing.set(false);
            people.list.set(Some(list));
        });
    };
    view! {
        <form class="settings-form" aria-label=format!("What {} may do", person.email) on:submit=submit>
            <GrantFields draft form />
            <FormProblem form />
            <div class="form-acts">
                <button type="submit" class="button primary" disabled=form.busy>"Save"</button>
                <button type="button" class="button" on:click=move |_| editing.set(false)>"Cancel"</button>
            </div>
        </form>
    }
}
