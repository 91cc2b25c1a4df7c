//! The fields of a rule, and what is done with it.

use daybook_model::{
    alert::{AlertRule, AlertSeverity, NewRule, Recipient, RuleChange},
    paths,
};
use leptos::{ev, prelude::*, task::spawn_local};

use super::{
    condition::{ConditionFields, LengthField},
    draft::Draft,
    watched::Watched,
};
use crate::{
    api::alerts,
    reactive::{dynamic, each, memo, when},
    settings::form::{Form, FormProblem},
    ui::{
        announce::announce,
        confirm::Confirm,
        field::{Select, TextField},
    },
    url::{Address, History},
};

/// The form.
#[component]
pub(super) fn RuleForm(
    /// The project.
    project: StoredValue<String>,
    /// What stands in the fields.
    draft: Draft,
    /// The rule; absent where one is to be made.
    rule: Option<AlertRule>,
) -> impl IntoView {
    let address = expect_context::<Address>();
    let form = Form::new(&[
        "name",
        "filter",
        "condition.at_least",
        "condition.window",
        "quiet",
        "recipients",
    ]);
    let (id, name) = rule.map(|rule| (rule.id, rule.rule.name)).unzip();
    let name = name.unwrap_or_default();
    let to_list = move || project.with_value(|project| paths::alert_rules_page(project));
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let rule = match untrack(|| draft.rule()) {
            Ok(rule) => rule,
            Err(error) => return form.refuse(&error.key, &format!("This {}", error.problem)),
        };
        let project = project.get_value();
        let name = rule.name.clone();
        let answer = async move {
            match id {
                None => alerts::create_rule(&project, &rule).await,
                Some(id) => alerts::change_rule(&project, id, &whole(rule)).await,
            }
        };
        form.send(answer, "", move |_| {
            announce(&format!("{name} is saved"));
            address.go(&to_list(), History::Push);
        });
    };
    let delete = Callback::new(move |()| {
        let Some(id) = id else { return };
        let project = project.get_value();
        form.send(async move { alerts::delete_rule(&project, id).await }, "", move |_| {
            announce("The rule is deleted");
            address.go(&to_list(), History::Push);
        });
    });
    let severities =
        AlertSeverity::ALL.iter().map(|s| (s.as_str().to_owned(), s.label().to_owned()));
    // What is quiet for a while says so by itself.
    let repeats = memo(move || draft.kind.with(|kind| kind != "absence"));
    view! {
        <form class="settings-form rule-form" aria-labelledby="rule-title" on:submit=submit novalidate>
            <TextField label="Name" required=true value=draft.name hint="Its alerts carry this name." problem=form.problem_of("name") />
            <Watched project draft form />
            <ConditionFields draft form />
            <Select label="Severity" value=draft.severity options=severities.collect() />
            {when(move || repeats.get(), move || view! {
                <LengthField label="Quiet time" length=draft.quiet problem=form.problem_of("quiet") />
                <p class="hint">"What repeats within it belongs to the same alert. 0: each is one by itself."</p>
            })}
            <Told project draft />
            <FormProblem form />
            <div class="form-acts">
                <button type="submit" class="button primary" disabled=form.busy>{if id.is_some() { "Save rule" } else { "Make rule" }}</button>
                <a class="button quiet" href=to_list()>"Cancel"</a>
                {id.is_some().then(|| view! {
                    <Confirm word="Delete" name=format!("Delete {name}") question="It watches no longer. What it found stays." busy=form.busy on_confirm=delete />
                })}
            </div>
        </form>
    }
}

/// A change to all of a rule, but whether it watches.
fn whole(rule: NewRule) -> RuleChange {
    let NewRule { name, filter, condition, by, severity, quiet, recipients, .. } = rule;
    RuleChange {
        name: Some(name),
        filter: Some(filter),
        condition: Some(condition),
        by: Some(by),
        severity: Some(severity),
        quiet: Some(quiet),
        recipients: Some(recipients),
        enabled: None,
    }
}

/// Who is told.
#[component]
fn Told(project: StoredValue<String>, draft: Draft) -> impl IntoView {
    let all = RwSignal::new(None::<Vec<Recipient>>);
    let slug = project.get_value();
    spawn_local(async move {
        // Where they are not told the chosen ones stay as they are.
        let told = alerts::recipients(&slug).await;
        let _ = all.try_set(told.ok());
    });
    let choice = move |recipient: Recipient| {
        let Recipient { id, name, kind, place, .. } = recipient;
        let chosen = Signal::derive(move || draft.recipients.with(|ids| ids.contains(&id)));
        let toggle = move |_| {
            draft.recipients.update(|ids| match ids.iter().position(|&one| one == id) {
                Some(at) => drop(ids.remove(at)),
                None => ids.push(id),
            });
        };
        view! {
            <label>
                <input type="checkbox" prop:checked=chosen on:change=toggle />
                <span><b>{name}</b>" "<span class="muted">{format!("{kind}: {place}")}</span></span>
            </label>
        }
    };
    let href = project.with_value(|project| paths::alert_deliveries_page(project));
    let listed = move || all.get().unwrap_or_default();
    let none = memo(move || all.with(|all| all.as_ref().is_some_and(Vec::is_empty)));
    view! {
        <fieldset class="form-field">
            <legend>"Who is told"</legend>
            <p class="muted">"The bell and this page tell everybody who sees alerts."</p>
            {each(listed, |recipient| recipient.id.to_string(), choice)}
            {dynamic(move || {
                let word = if none.get() { "Add somebody to be told" } else { "Change who can be told" };
                view! { <p class="hint"><a href=href.clone()>{word}</a></p> }
            })}
        </fieldset>
    }
}
