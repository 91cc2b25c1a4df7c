//! Who is told of what fired, and how.

use daybook_model::alert::{MadeRecipient, Recipient, RecipientChange, RecipientState};
use leptos::prelude::*;

use super::{deliveries::Delivered, recipient_form::RecipientForm};
use crate::{
    api::alerts,
    clock::Clock,
    reactive::{dynamic, each, memo, when},
    settings::form::{Form, FormProblem},
    ui::{
        announce::announce,
        confirm::Confirm,
        copy::CopyButton,
        number::{counted, grouped},
        text::{one_line, sentence},
        time::relative,
    },
};

/// Those of a project.
#[derive(Clone, Copy)]
pub(crate) struct People {
    pub(super) project: StoredValue<String>,
    /// Whether the reader may change them.
    pub(super) may: Memo<bool>,
    list: RwSignal<Option<Vec<Recipient>>>,
    /// The one that was made last, until its secret was taken down.
    made: RwSignal<Option<MadeRecipient>>,
    asking: Form,
    delivered: Delivered,
}

impl People {
    /// Asks who they are.
    pub(super) fn of(project: StoredValue<String>, may: Memo<bool>, delivered: Delivered) -> Self {
        let (list, made) = (RwSignal::new(None), RwSignal::new(None));
        let people = Self { project, may, list, made, asking: Form::new(&[]), delivered };
        people.look();
        people
    }

    fn look(self) {
        let project = self.project.get_value();
        self.asking.send(async move { alerts::recipients(&project).await }, "", move |list| {
            self.list.set(Some(list));
        });
    }

    /// One was made, or has another secret.
    pub(super) fn take(self, made: MadeRecipient) {
        announce(&format!("{} can be told", made.recipient.name));
        let matters = |made: &MadeRecipient| made.secret.is_some() || made.notice.is_some();
        self.made.set(Some(made).filter(matters));
        self.look();
    }
}

/// The section.
#[component]
pub(super) fn RecipientsSection(
    /// Who is told.
    people: People,
) -> impl IntoView {
    let has = move |some: bool| {
        memo(move || {
            people.list.with(|list| list.as_ref().is_some_and(|list| list.is_empty() != some))
        })
    };
    let (some, none) = (has(true), has(false));
    view! {
        <section id="recipients" aria-labelledby="recipients-title">
            <header class="section-head">
                <h2 id="recipients-title">"Recipients"</h2>
                <p class="hint">"Where alerts go beside this page. Each rule says which of them it tells."</p>
            </header>
            <FormProblem form=people.asking />
            {when(move || some.get(), move || view! {
                <table class="settings-table recipients" role="table" aria-labelledby="recipients-title">
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">"Recipient"</th>
                            <th role="columnheader" scope="col">"Told by"</th>
                            <th role="columnheader" scope="col">"Last delivery"</th>
                            <th role="columnheader" scope="col"><span class="visually-hidden">"Changes"</span></th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">
                        {each(move || people.list.get().unwrap_or_default(), key, move |recipient| view! { <RecipientRow people recipient /> })}
                    </tbody>
                </table>
            })}
            {when(move || none.get(), || view! { <p class="hint">"Nobody is told yet but whoever looks here."</p> })}
            {dynamic(move || people.made.get().and_then(|made| made.notice).map(|notice| view! { <p class="hint" role="status">{sentence(&notice)}</p> }))}
            {dynamic(move || people.made.get().and_then(|made| made.secret.clone().map(|secret| view! { <Secret people name=made.recipient.name secret /> })))}
            {when(move || people.may.get(), move || view! { <RecipientForm people /> })}
        </section>
    }
}

fn key(recipient: &Recipient) -> String {
    serde_json::to_string(recipient).unwrap_or_default()
}

/// What a webhook is signed with.
#[component]
fn Secret(people: People, name: String, secret: String) -> impl IntoView {
    view! {
        <div class="secret" role="status">
            <p><strong>{format!("Copy the secret of {name} now.")}</strong>" It is not shown again. Each request is signed with it, as Standard Webhooks describes."</p>
            <div class="secret-line">
                <code>{secret.clone()}</code>
                <CopyButton text=secret what="secret" shown="Copy" />
                <button type="button" class="button quiet" on:click=move |_| people.made.set(None)>"Done"</button>
            </div>
        </div>
    }
}

/// One of them.
#[component]
fn RecipientRow(people: People, recipient: Recipient) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let form = Form::new(&[]);
    let Recipient { id, name, kind, place, state, rules, waiting, delivered_at, error, .. } =
        recipient;
    let paused = state == RecipientState::Paused;
    let project = move || people.project.get_value();
    let test = move |_| {
        let project = project();
        form.send(async move { alerts::test_recipient(&project, id).await }, "", move |_| {
            announce("A test is on its way; the log below tells what becomes of it");
            people.delivered.look(false);
        });
    };
    let pause = {
        let name = name.clone();
        move |_| {
            let state = if paused { RecipientState::Active } else { RecipientState::Paused };
            let change = RecipientChange { state: Some(state), ..RecipientChange::default() };
            let (project, name) = (project(), name.clone());
            form.send(
                async move { alerts::change_recipient(&project, id, &change).await },
                "",
                move |_| {
                    announce(&format!(
                        "{name} {}",
                        if paused { "is told again" } else { "is paused" }
                    ));
                    people.look();
                },
            );
        }
    };
    let renew = Callback::new(move |()| {
        let project = project();
        form.send(async move { alerts::renew_secret(&project, id).await }, "", move |made| {
            people.take(made);
        });
    });
    let delete = Callback::new(move |()| {
        let project = project();
        form.send(async move { alerts::delete_recipient(&project, id).await }, "", move |left| {
            announce("The recipient is deleted");
            people.list.set(Some(left));
        });
    });
    let last = move || match delivered_at {
        None => "None yet".to_owned(),
        Some(at) => relative(at, clock.now()),
    };
    let signed = kind == "webhook";
    let (word, names) = (if paused { "Resume" } else { "Pause" }, StoredValue::new(name.clone()));
    let acts = move || {
        let name = names.get_value();
        view! {
            <button type="button" class="button quiet" aria-label=format!("Test {name}") disabled=form.busy on:click=test>"Test"</button>
            <button type="button" class="button quiet" aria-label=format!("{word} {name}") disabled=form.busy on:click=pause.clone()>{word}</button>
            {signed.then(|| view! { <Confirm word="New secret" grave=false name=format!("New secret for {name}") question="The old one is void at once." busy=form.busy on_confirm=renew /> })}
            <Confirm word="Delete" name=format!("Delete {name}") question="Rules tell it no longer." busy=form.busy on_confirm=delete />
        }
    };
    view! {
        <tr role="row" class:gone=paused>
            <td role="cell" data-label="Recipient">
                <span class="who">{one_line(&name)}</span>
                {paused.then(|| view! { <span class="badge quiet">"Paused"</span> })}
                <span class="muted aside">{kind}": "<code>{place}</code></span>
            </td>
            <td role="cell" data-label="Told by">{counted(rules, "rule", "rules")}</td>
            <td role="cell" data-label="Last delivery">
                <div class="cell">
                {dynamic(last)}
                {(waiting > 0).then(|| view! { <span class="muted aside">{format!("{} waiting", grouped(waiting))}</span> })}
                {error.map(|error| view! { <span class="problem aside">{sentence(&error)}</span> })}
                </div>
            </td>
            <td role="cell" class="acts">{when(move || people.may.get(), acts)}<FormProblem form /></td>
        </tr>
    }
}
