//! Who sees pseudonyms in place of addresses, and who may see what is behind them.

mod what;

use daybook_model::{account::Role, privacy::Privacy};
use leptos::{ev, prelude::*};

use self::what::What;
use super::{
    form::{Form, FormProblem},
    grant_form::role_name,
    section::Section,
};
use crate::{
    api::accounts,
    reactive::{dynamic, when},
    session::Session,
    ui::announce::announce,
};

/// Whom a row is about.
fn row_name(role: Role) -> &'static str {
    match role {
        Role::Auditor => "Auditor, and tokens that read",
        role => role_name(role),
    }
}

/// The section.
#[component]
pub(crate) fn PrivacySection(
    /// The project.
    project: String,
) -> impl IntoView {
    let session = expect_context::<Session>();
    let project = StoredValue::new(project);
    let kept = RwSignal::new(None::<Privacy>);
    let typed = RwSignal::new(Privacy::default());
    let saved = RwSignal::new(false);
    let (ask, form) = (Form::new(&[]), Form::new(&["emails", "ips", "reveal"]));
    let look = move || {
        let answer = async move { accounts::privacy(&project.get_value()).await };
        ask.send(answer, "", move |privacy| {
            typed.set(privacy.clone());
            kept.set(Some(privacy));
        });
    };
    look();
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        saved.set(false);
        let given = typed.get_untracked();
        let answer = async move { accounts::set_privacy(&project.get_value(), &given).await };
        form.send(answer, "", move |privacy| {
            typed.set(privacy.clone());
            kept.set(Some(privacy));
            saved.set(true);
            announce("Privacy is saved");
            // It may be about the reader as well.
            session.look_again();
        });
    };
    let cell = move |what: What, role: Role| {
        let chosen = Signal::derive(move || typed.with(|privacy| what.has(privacy, role)));
        let toggle = move |_| {
            saved.set(false);
            typed.update(|privacy| {
                let roles = what.roles(privacy);
                match roles.iter().position(|&one| one == role) {
                    Some(at) => drop(roles.remove(at)),
                    None => roles.push(role),
                }
            });
        };
        let name =
            format!("{}: {}, {}", row_name(role), what.heading(), what.word().to_lowercase());
        view! {
            <td role="cell" data-label=what.heading()>
                {if what.fits(role) {
                    view! {
                        <label class="tick"><input type="checkbox" aria-label=name prop:checked=chosen on:change=toggle /><span>{what.word()}</span></label>
                    }
                    .into_any()
                } else {
                    view! { <span class="muted">"Never"</span> }.into_any()
                }}
            </td>
        }
    };
    let row = move |role: Role| {
        view! {
            <tr role="row">
                <th role="rowheader" scope="row">{row_name(role)}</th>
                {What::ALL.map(|what| cell(what, role)).into_iter().collect_view()}
            </tr>
        }
    };
    let wrong = ["emails", "ips", "reveal"].map(|field| form.problem_of(field));
    let none = move || {
        typed.with(|privacy| {
            let masks = !privacy.emails.is_empty() || !privacy.ips.is_empty();
            match (masks, privacy.reveal.is_empty()) {
                (false, _) => "Everybody who may look sees all addresses.",
                (true, true) => "Nobody may reveal what is masked.",
                (true, false) => "To reveal takes a reason, and is an entry of the log.",
            }
        })
    };
    view! {
        <Section id="privacy" title="Privacy" hint="Who sees pseudonyms in place of addresses: the same one for the same address, in lists, counts and exports. Whoever sees them cannot search, nor sort by texts.">
            {when(move || kept.with(Option::is_none), move || view! {
                <FormProblem form=ask />
                {when(move || !ask.busy.get(), move || view! {
                    <button type="button" class="button" on:click=move |_| look()>"Try again"</button>
                })}
            })}
            {when(move || kept.with(Option::is_some), move || view! {
                <form class="settings-form wide" aria-labelledby="privacy-title" on:submit=submit>
                    <table class="settings-table privacy" role="table" aria-label="Who sees masks">
                        <thead role="rowgroup">
                            <tr role="row">
                                <th role="columnheader" scope="col">"Role"</th>
                                {What::ALL.map(|what| view! { <th role="columnheader" scope="col">{what.heading()}</th> }).into_iter().collect_view()}
                            </tr>
                        </thead>
                        <tbody role="rowgroup">{Role::ALL.map(row).into_iter().collect_view()}</tbody>
                    </table>
                    <p class="problem" role="alert">{dynamic(move || wrong.iter().find_map(|wrong| wrong.get()))}</p>
                    <p class="hint">{dynamic(none)}</p>
                    <FormProblem form />
                    <div class="form-acts">
                        <button type="submit" class="button primary" disabled=form.busy>"Save privacy"</button>
                        {dynamic(move || saved.get().then(|| view! { <span class="done">"Saved. It counts from now on."</span> }))}
                    </div>
                </form>
            })}
            <p class="hint secrets">
                "Secrets in what an event says of its change and context (passwords, tokens, keys) are redacted for everybody, before the entry is stored. More keys are named when the server is started: "<code>"daybook serve --redact FILE"</code>"."
            </p>
        </Section>
    }
}
