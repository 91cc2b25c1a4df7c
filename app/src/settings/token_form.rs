//! Making a token.

use daybook_model::{
    Timestamp,
    account::{NewToken, TokenScope},
};
use leptos::{ev, prelude::*};

use super::{
    form::{Form, FormProblem},
    grant_form::{clock_hint, read_moment},
    limit,
    section::{Adding, FormActs},
    tokens::Tokens,
};
use crate::{
    api::accounts,
    clock::Clock,
    log::names::Names,
    preferences::Preferences,
    reactive::{dynamic, when},
    ui::{
        field::{Select, TextField},
        moment::MomentField,
    },
};

/// How long a token may last, in days. `0`: for good.
const LASTS: [(&str, &str); 5] = [
    ("30", "30 days"),
    ("90", "90 days"),
    ("365", "A year"),
    ("0", "No end"),
    (OWN, "Until a moment"),
];
/// The choice of a moment of one's own.
const OWN: &str = "own";

const fn scope_hint(scope: TokenScope) -> &'static str {
    match scope {
        TokenScope::Ingest => "send events",
        TokenScope::Read => "read entries",
        TokenScope::Export => "take entries away as a file",
        TokenScope::Admin => "all of these, and people and tokens",
    }
}

/// Name, scopes, part, end.
#[component]
pub(crate) fn TokenForm(
    /// The tokens there are.
    tokens: Tokens,
    /// The form is open.
    adding: Adding,
) -> impl IntoView {
    let form = Form::new(&["name", "scopes", "filter", "until"]);
    let (clock, zone) = (expect_context::<Clock>(), expect_context::<Preferences>().zone);
    let names = Names::new();
    let (name, part) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (lasts, until) = (RwSignal::new("90".to_owned()), RwSignal::new(String::new()));
    let scopes = RwSignal::new(vec![TokenScope::Ingest]);
    let reads = move || {
        scopes.with(|scopes| {
            !scopes.is_empty()
                && scopes.iter().all(|s| matches!(s, TokenScope::Read | TokenScope::Export))
        })
    };
    let part_hint = Signal::derive(move || {
        let typed = part.get();
        if typed.trim().is_empty() {
            return "Paste a link to a view of the log. Empty: everything.".to_owned();
        }
        match limit::read(&typed) {
            Ok(filter) => {
                let words = limit::words(&filter, names, clock.now_untracked(), zone.get());
                format!("Sees only: {words}.")
            }
            Err(error) => format!("This {}.", error.problem),
        }
    });
    let typed = move || {
        let until = match lasts.get_untracked().as_str() {
            OWN => {
                let moment = read_moment(&until.get_untracked(), zone.get_untracked())?;
                let missing =
                    || daybook_model::QueryError::new("until", "is missing: give a day and a time");
                Some(moment.ok_or_else(missing)?)
            }
            days => end_after(days, clock.now_untracked()),
        };
        let filter = if untrack(reads) {
            limit::read(&part.get_untracked())?
        } else {
            daybook_model::Filter::default()
        };
        NewToken { name: name.get_untracked(), scopes: scopes.get_untracked(), filter, until }
            .checked()
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let new = match typed() {
            Ok(new) => new,
            Err(error) => return form.refuse(&error.key, &format!("This {}", error.problem)),
        };
        let project = tokens.project.get_value();
        form.send(
            async move { accounts::create_token(&project, &new).await },
            "until",
            move |made| {
                adding.close();
                tokens.take(made);
            },
        );
    };
    let choice = move |scope: TokenScope| {
        let chosen = Signal::derive(move || scopes.with(|scopes| scopes.contains(&scope)));
        let toggle = move |_| {
            scopes.update(|scopes| match scopes.iter().position(|&one| one == scope) {
                Some(at) => drop(scopes.remove(at)),
                None => scopes.push(scope),
            });
        };
        view! {
            <label>
                <input type="checkbox" prop:checked=chosen on:change=toggle />
                <span><b>{scope.as_str()}</b>": "{scope_hint(scope)}</span>
            </label>
        }
    };
    let scope_problem = form.problem_of("scopes");
    view! {
        <form class="settings-form" aria-labelledby="token-title" on:submit=submit>
            <h3 id="token-title">"Create a token"</h3>
            <TextField label="Name" required=true value=name hint="What uses it, such as ci-deployer." problem=form.problem_of("name") />
            <fieldset class="form-field" aria-describedby="scopes-wrong">
                <legend>"May"</legend>
                {TokenScope::ALL.map(choice).into_iter().collect_view()}
                <p id="scopes-wrong" class="problem" role="alert">{dynamic(move || scope_problem.get())}</p>
            </fieldset>
            {when(reads, move || view! {
                <TextField label="Only this part" value=part hint=part_hint problem=form.problem_of("filter") />
            })}
            <Select label="Lasts" value=lasts options=LASTS.map(|(word, name)| (word.to_owned(), name.to_owned())).to_vec() />
            {when(move || lasts.with(|lasts| lasts == OWN), move || view! {
                <MomentField label="Until" value=until zone now=clock.now_untracked() hint=clock_hint(zone, "") problem=form.problem_of("until") />
            })}
            <FormProblem form />
            <FormActs word="Create token" busy=form.busy adding />
        </form>
    }
}

/// The end of a token that lasts so many days.
fn end_after(days: &str, now: Timestamp) -> Option<Timestamp> {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    let days: i64 = days.parse().ok().filter(|&days| days > 0)?;
    Some(now.plus_millis(days * DAY))
}
