//! The page of the rules: what is watched for.

use daybook_model::{
    alert::{AlertRule, RuleChange},
    paths,
};
use leptos::prelude::*;

use super::parts::{Part, Parts, may_change, severity};
use crate::{
    api::alerts,
    clock::Clock,
    log::places::ALERTS,
    reactive::{dynamic, each, memo, when},
    session::Session,
    settings::{
        bar::PlainBar,
        form::{Form, FormProblem},
    },
    ui::{announce::announce, lazy::loading, number::grouped, text::visible, time::relative},
};

/// The page.
#[component]
pub(crate) fn RulesPage(
    /// The project, by slug or number.
    project: String,
) -> impl IntoView {
    document().set_title(&format!("Alert rules · {project} · Daybook"));
    let session = expect_context::<Session>();
    let slug = StoredValue::new(project.clone());
    let rules = RwSignal::new(None::<Vec<AlertRule>>);
    let asking = Form::new(&[]);
    let look = move || {
        let project = slug.get_value();
        asking.send(async move { alerts::rules(&project).await }, "", move |told| {
            rules.set(Some(told.rules));
        });
    };
    look();
    let may = memo(move || slug.with_value(|project| may_change(session, project)));
    let ids =
        move || rules.with(|rules| rules.iter().flatten().map(|rule| rule.id).collect::<Vec<_>>());
    let new = paths::new_alert_rule_page(&project);
    view! {
        <PlainBar project=Some(project) here=ALERTS />
        <main class="settings alerts" id="content" tabindex="-1">
            <Parts project=slug here=Part::Rules />
            <div class="rules-head">
                <p class="hint">"A rule watches what arrives. The entries that it looks for are those of a view: “Alert on this” in the log begins with the one you see."</p>
                {when(move || may.get(), move || view! { <a class="button primary" href=new.clone()>"New rule"</a> })}
            </div>
            <FormProblem form=asking />
            {when(move || rules.with(Option::is_none) && asking.busy.get(), loading)}
            {when(move || rules.with(Option::is_none) && !asking.busy.get(), move || view! {
                <button type="button" class="button" on:click=move |_| look()>"Try again"</button>
            })}
            {when(move || rules.with(Option::is_some), move || view! {
                <table class="settings-table rules" role="table" aria-label="Alert rules">
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">"Rule"</th>
                            <th role="columnheader" scope="col">"Severity"</th>
                            <th role="columnheader" scope="col">"Fired"</th>
                            <th role="columnheader" scope="col">"Watches"</th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">
                        {each(ids, ToString::to_string, move |id| view! { <RuleRow project=slug rules may id /> })}
                    </tbody>
                </table>
            })}
        </main>
    }
}

/// One of them.
#[component]
fn RuleRow(
    project: StoredValue<String>,
    rules: RwSignal<Option<Vec<AlertRule>>>,
    may: Memo<bool>,
    id: i64,
) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let form = Form::new(&[]);
    let found = move |rules: &Option<Vec<AlertRule>>| {
        rules.iter().flatten().find(|rule| rule.id == id).cloned()
    };
    let rule = memo(move || rules.with(found));
    let Some(first) = rule.get_untracked() else { return ().into_any() };
    let enabled = memo(move || rule.with(|rule| rule.as_ref().is_some_and(|r| r.rule.enabled)));
    let name = first.rule.name.clone();
    let turn = {
        let name = name.clone();
        move |_| {
            let on = !enabled.get_untracked();
            let change = RuleChange { enabled: Some(on), ..RuleChange::default() };
            let (project, name) = (project.get_value(), name.clone());
            form.send(
                async move { alerts::change_rule(&project, id, &change).await },
                "",
                move |told| {
                    announce(&format!("{name} is {}", if on { "on" } else { "off" }));
                    rules.update(|rules| {
                        if let Some(rule) = rules.iter_mut().flatten().find(|rule| rule.id == id) {
                            *rule = told;
                        }
                    });
                },
            );
        }
    };
    let href = project.with_value(|project| paths::alert_rule_page(project, id));
    let fired = move || {
        rule.with(|rule| {
            let rule = rule.as_ref()?;
            let last = rule.fired_at.map_or("Never".to_owned(), |at| relative(at, clock.now()));
            let open = (rule.open > 0).then(|| format!("{} open", grouped(rule.open)));
            Some(view! { {last}{open.map(|open| view! { <span class="muted open-count">{open}</span> })} })
        })
    };
    view! {
        <tr role="row" class:gone=Signal::derive(move || !enabled.get())>
            <td role="cell" data-label="Rule">
                <a class="who" href=href>{visible(&name).into_owned()}</a>
                {first.built_in.is_some().then(|| view! { <span class="badge quiet">"Built in"</span> })}
                <span class="rule-means">{visible(&first.sentence).into_owned()}</span>
                {first.problem.map(|problem| view! { <span class="problem">{problem.message}</span> })}
            </td>
            <td role="cell" data-label="Severity">{severity(first.rule.severity)}</td>
            <td role="cell" data-label="Fired"><div class="cell">{dynamic(fired)}</div></td>
            <td role="cell" data-label="Watches">
                <label class="tick">
                    <input type="checkbox" role="switch" aria-label=format!("{name} watches") prop:checked=enabled disabled=Signal::derive(move || form.busy.get() || !may.get()) on:change=turn />
                    <span aria-hidden="true">{dynamic(move || if enabled.get() { "On" } else { "Off" })}</span>
                </label>
                <FormProblem form />
            </td>
        </tr>
    }
    .into_any()
}
