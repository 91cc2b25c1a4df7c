//! Where one is signed in.

use daybook_model::account::SessionInfo;
use leptos::prelude::*;

use super::form::{Form, FormProblem};
use crate::{
    api::accounts,
    clock::Clock,
    log::agent::client,
    preferences::Preferences,
    reactive::{dynamic, each, memo, when},
    ui::{
        announce::announce,
        confirm::Confirm,
        time::{day_time, relative},
    },
};

/// The sessions.
#[derive(Clone, Copy)]
pub(crate) struct Sessions {
    list: RwSignal<Option<Vec<SessionInfo>>>,
    form: Form,
}

impl Sessions {
    /// Nothing is known yet.
    pub(crate) fn new() -> Self {
        Self { list: RwSignal::new(None), form: Form::new(&[]) }
    }

    /// Asks which there are.
    pub(crate) fn look(self) {
        self.form.send(accounts::sessions(), "", move |list| self.list.set(Some(list)));
    }
}

/// The section.
#[component]
pub(crate) fn SessionsSection(
    /// The sessions.
    sessions: Sessions,
) -> impl IntoView {
    let Sessions { list, form } = sessions;
    sessions.look();
    let several = memo(move || list.with(|list| list.as_ref().is_some_and(|list| list.len() > 1)));
    let end_others = Callback::new(move |()| {
        form.send(accounts::end_other_sessions(), "", move |left| {
            announce("You are signed out everywhere else");
            list.set(Some(left));
        });
    });
    view! {
        <section id="sessions" aria-labelledby="sessions-title">
            <header class="section-head">
                <h2 id="sessions-title">"Sessions"</h2>
                <p class="hint">"Where you are signed in. End what you do not know."</p>
            </header>
            {when(move || list.with(Option::is_some), move || view! {
                <table class="settings-table sessions" role="table" aria-labelledby="sessions-title">
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">"Device"</th>
                            <th role="columnheader" scope="col">"From"</th>
                            <th role="columnheader" scope="col">"Signed in"</th>
                            <th role="columnheader" scope="col">"Last used"</th>
                            <th role="columnheader" scope="col"><span class="visually-hidden">"Changes"</span></th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">
                        {each(move || list.get().unwrap_or_default(), |one| one.id.to_string(), move |session| view! { <SessionRow sessions session /> })}
                    </tbody>
                </table>
            })}
            <FormProblem form />
            {when(move || several.get(), move || view! {
                <div class="form-acts">
                    <Confirm word="Sign out everywhere else" name="Sign out everywhere else" question="Ends all sessions but this one." busy=form.busy on_confirm=end_others />
                </div>
            })}
        </section>
    }
}

#[component]
fn SessionRow(sessions: Sessions, session: SessionInfo) -> impl IntoView {
    let (clock, zone) = (expect_context::<Clock>(), expect_context::<Preferences>().zone);
    let SessionInfo { id, current, created_at, seen_at, user_agent, address, .. } = session;
    let device = client(&user_agent).unwrap_or_else(|| "An unknown device".into());
    let end = Callback::new(move |()| {
        sessions.form.send(accounts::end_session(id), "", move |left| {
            announce("The session is ended");
            sessions.list.set(Some(left));
        });
    });
    let name = format!("End the session of {device} from {address}");
    view! {
        <tr role="row">
            <td role="cell" data-label="Device">
                <span class="who">{device}</span>
                {current.then(|| view! { <span class="badge quiet">"This one"</span> })}
            </td>
            <td role="cell" data-label="From"><code>{address}</code></td>
            <td role="cell" data-label="Signed in">{dynamic(move || day_time(created_at, clock.now_untracked(), zone.get()))}</td>
            <td role="cell" data-label="Last used">{dynamic(move || relative(seen_at, clock.now_untracked()))}</td>
            <td role="cell" class="acts">
                {(!current).then(|| view! {
                    <Confirm word="End" name question="Whoever uses it has to sign in again." busy=sessions.form.busy on_confirm=end />
                })}
            </td>
        </tr>
    }
}
