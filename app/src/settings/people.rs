//! Who may look at a project.

use daybook_model::account::{PersonInfo, ProjectPerson};
use leptos::{prelude::*, task::spawn_local};

use super::{
    invite::{Invitation, InviteForm},
    person_row::PersonRow,
    section::{Added, Adding, Section},
};
use crate::{
    api::{Failure, accounts},
    reactive::{dynamic, each, when},
    session::Session,
};

/// The people of a project, and, for those who look after the instance, everybody.
#[derive(Clone, Copy)]
pub(crate) struct People {
    /// The project.
    pub(crate) project: StoredValue<String>,
    /// Who may look; unknown until the server has said so.
    pub(crate) list: RwSignal<Option<Vec<ProjectPerson>>>,
    /// Everybody of the instance. Empty for those who may not know.
    pub(crate) everybody: RwSignal<Vec<PersonInfo>>,
    /// Whether the reader looks after the instance.
    pub(crate) instance_admin: bool,
    failure: RwSignal<Option<Failure>>,
    session: Session,
}

impl People {
    /// Asks who they are.
    pub(crate) fn of(project: String) -> Self {
        let session = expect_context::<Session>();
        let admin = |viewer: &Option<_>| {
            viewer.as_ref().is_some_and(|v: &daybook_model::account::Viewer| v.instance_admin)
        };
        let people = Self {
            project: StoredValue::new(project),
            list: RwSignal::new(None),
            everybody: RwSignal::new(Vec::new()),
            instance_admin: session.viewer.with_untracked(admin),
            failure: RwSignal::new(None),
            session,
        };
        people.look();
        people
    }

    /// Asks again.
    pub(crate) fn look(self) {
        spawn_local(async move {
            let list = accounts::people(&self.project.get_value()).await;
            let everybody =
                if self.instance_admin { accounts::everybody().await } else { Ok(Vec::new()) };
            let failure = match (list, everybody) {
                (Ok(list), Ok(everybody)) => {
                    let _ = self.everybody.try_set(everybody);
                    let _ = self.list.try_set(Some(list));
                    None
                }
                (Err(failure), _) | (_, Err(failure)) => Some(failure),
            };
            if let Some(failure) = &failure {
                self.session.check(failure);
            }
            let _ = self.failure.try_set(failure);
        });
    }
}

/// The section.
#[component]
pub(crate) fn PeopleSection(
    /// The project.
    project: String,
) -> impl IntoView {
    let people = People::of(project);
    let (adding, made) = (Adding::new("Add a person"), RwSignal::new(None));
    let keepers = move || {
        people.everybody.with(|all| {
            let all = all.iter().filter(|person| person.instance_admin);
            all.map(|person| person.email.clone()).collect::<Vec<_>>().join(", ")
        })
    };
    view! {
        <Section id="people" title="People" hint="Who may look at this project. A role counts at once, and so does losing it." adding>
            <Added adding><InviteForm people adding made /></Added>
            {dynamic(move || made.get().map(|person| view! { <Invitation made=person on_done=Callback::new(move |()| made.set(None)) /> }))}
            {dynamic(move || people.failure.get().map(|failure| view! {
                <p class="problem" role="alert">{failure.message()}</p>
                <button type="button" class="button" on:click=move |_| people.look()>"Try again"</button>
            }))}
            {when(move || people.list.with(Option::is_some), move || view! {
                <table class="settings-table people" role="table" aria-labelledby="people-title">
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">"Person"</th>
                            <th role="columnheader" scope="col">"Role"</th>
                            <th role="columnheader" scope="col">"Sees"</th>
                            <th role="columnheader" scope="col">"Until"</th>
                            <th role="columnheader" scope="col"><span class="visually-hidden">"Changes"</span></th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">
                        {each(move || people.list.get().unwrap_or_default(), key, move |person| view! { <PersonRow people person /> })}
                    </tbody>
                </table>
                {when(move || people.list.with(|list| list.as_ref().is_some_and(Vec::is_empty)), || view! {
                    <p class="hint">"Nobody has a role in this project yet."</p>
                })}
            })}
            <p class="hint">
                {dynamic(move || {
                    let keepers = keepers();
                    if keepers.is_empty() {
                        "Instance admins have access as well.".to_owned()
                    } else {
                        format!("Instance admins have access as well: {keepers}.")
                    }
                })}
            </p>
        </Section>
    }
}

/// A person who changed is another row.
fn key(person: &ProjectPerson) -> String {
    serde_json::to_string(person).unwrap_or_default()
}
