//! A project's tokens.

use daybook_model::account::{MadeToken, TokenInfo};
use leptos::{prelude::*, task::spawn_local};

use super::{
    form::{Form, FormProblem},
    limit,
    section::{Added, Adding, Section},
    token_form::TokenForm,
};
use crate::{
    api::{Failure, accounts},
    clock::Clock,
    log::names::Names,
    preferences::Preferences,
    reactive::{dynamic, each, when},
    session::Session,
    ui::{
        announce::announce,
        confirm::Confirm,
        copy::CopyButton,
        text::one_line,
        time::{day_time, relative},
    },
};

/// The tokens.
#[derive(Clone, Copy)]
pub(crate) struct Tokens {
    /// The project.
    pub(crate) project: StoredValue<String>,
    /// Those there are and were; unknown until the server has said so.
    pub(crate) list: RwSignal<Option<Vec<TokenInfo>>>,
    /// The one that was made last, until it was taken down.
    pub(crate) made: RwSignal<Option<MadeToken>>,
    failure: RwSignal<Option<Failure>>,
    session: Session,
}

impl Tokens {
    fn look(self) {
        spawn_local(async move {
            match accounts::tokens(&self.project.get_value()).await {
                Ok(mut list) => {
                    // What is worth nothing any more comes last.
                    list.sort_by_key(|token| (token.revoked_at.is_some(), -token.id));
                    let _ = self.list.try_set(Some(list));
                    let _ = self.failure.try_set(None);
                }
                Err(failure) => {
                    self.session.check(&failure);
                    let _ = self.failure.try_set(Some(failure));
                }
            }
        });
    }

    /// One was made.
    pub(crate) fn take(self, made: MadeToken) {
        announce(&format!("The token {} is made", made.info.name));
        self.list.update(|list| {
            list.get_or_insert_default().insert(0, made.info.clone());
        });
        self.made.set(Some(made));
    }
}

/// The section.
#[component]
pub(crate) fn TokensSection(
    /// The project.
    project: String,
) -> impl IntoView {
    let tokens = Tokens {
        project: StoredValue::new(project),
        list: RwSignal::new(None),
        made: RwSignal::new(None),
        failure: RwSignal::new(None),
        session: expect_context::<Session>(),
    };
    tokens.look();
    let adding = Adding::new("Create a token");
    view! {
        <Section id="tokens" title="Tokens" hint="For programs that send events or read the log. A token is shown once." adding>
            <Added adding><TokenForm tokens adding /></Added>
            {dynamic(move || tokens.made.get().map(|made| view! { <Made tokens made /> }))}
            {dynamic(move || tokens.failure.get().map(|failure| view! {
                <p class="problem" role="alert">{failure.message()}</p>
                <button type="button" class="button" on:click=move |_| tokens.look()>"Try again"</button>
            }))}
            {when(move || tokens.list.with(|list| list.as_ref().is_some_and(|list| !list.is_empty())), move || view! {
                <table class="settings-table tokens" role="table" aria-labelledby="tokens-title">
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">"Token"</th>
                            <th role="columnheader" scope="col">"May"</th>
                            <th role="columnheader" scope="col">"Sees"</th>
                            <th role="columnheader" scope="col">"Ends"</th>
                            <th role="columnheader" scope="col">"Last used"</th>
                            <th role="columnheader" scope="col"><span class="visually-hidden">"Changes"</span></th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">
                        {each(move || tokens.list.get().unwrap_or_default(), key, move |token| view! { <TokenRow tokens token /> })}
                    </tbody>
                </table>
            })}
            {when(move || tokens.list.with(|list| list.as_ref().is_some_and(Vec::is_empty)), || view! {
                <p class="hint">"There are no tokens yet."</p>
            })}
        </Section>
    }
}

fn key(token: &TokenInfo) -> String {
    serde_json::to_string(token).unwrap_or_default()
}

/// The text of a token that was made just now.
#[component]
fn Made(tokens: Tokens, made: MadeToken) -> impl IntoView {
    view! {
        <div class="secret" role="status">
            <p><strong>{format!("Copy {} now.", made.info.name)}</strong>" It is not shown again."</p>
            <div class="secret-line">
                <code>{made.token.clone()}</code>
                <CopyButton text=made.token what="token" shown="Copy" />
                <button type="button" class="button quiet" on:click=move |_| tokens.made.set(None)>"Done"</button>
            </div>
        </div>
    }
}

#[component]
fn TokenRow(tokens: Tokens, token: TokenInfo) -> impl IntoView {
    let (clock, zone) = (expect_context::<Clock>(), expect_context::<Preferences>().zone);
    let (names, form) = (Names::new(), Form::new(&[]));
    let TokenInfo { id, name, prefix, scopes, filter, until, revoked_at, last_used_at, .. } = token;
    let ended = until.is_some_and(|until| until <= clock.now_untracked());
    let scopes = scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", ");
    let sends_only = scopes == "ingest";
    let sees = move || {
        if sends_only {
            return "Nothing".to_owned();
        }
        limit::words(&filter, names, clock.now_untracked(), zone.get())
    };
    let ends = move || {
        until.map_or("Never".to_owned(), |until| day_time(until, clock.now_untracked(), zone.get()))
    };
    let used =
        move || last_used_at.map_or("Never".to_owned(), |at| relative(at, clock.now_untracked()));
    let badge = match (revoked_at, ended) {
        (Some(_), _) => Some("Revoked"),
        (None, true) => Some("Ended"),
        (None, false) => None,
    };
    let revoke = Callback::new({
        let name = name.clone();
        move |()| {
            let (project, name) = (tokens.project.get_value(), name.clone());
            form.send(async move { accounts::revoke_token(&project, id).await }, "", move |_| {
                announce(&format!("{name} is revoked"));
                if tokens.made.with_untracked(|made| made.as_ref().is_some_and(|m| m.info.id == id))
                {
                    tokens.made.set(None);
                }
                tokens.look();
            });
        }
    });
    view! {
        <tr role="row" class:gone=badge.is_some()>
            <td role="cell" data-label="Token">
                <span class="who">{one_line(&name)}</span>
                {prefix.map(|prefix| view! { <code class="muted">{prefix}"…"</code> })}
                {badge.map(|badge| view! { <span class="badge">{badge}</span> })}
            </td>
            <td role="cell" data-label="May">{scopes}</td>
            <td role="cell" data-label="Sees">{dynamic(sees)}</td>
            <td role="cell" data-label="Ends">{dynamic(ends)}</td>
            <td role="cell" data-label="Last used">{dynamic(used)}</td>
            <td role="cell" class="acts">
                {revoked_at.is_none().then(|| view! {
                    <Confirm word="Revoke" name=format!("Revoke {name}") question="Whatever uses it stops working at once." busy=form.busy on_confirm=revoke />
                })}
                <FormProblem form />
            </td>
        </tr>
    }
}
