//! The page of one rule, or of one to make: what it means, where it would have fired, and its fields.

use daybook_model::{
    Filter, Range,
    alert::{AlertRule, sentence},
    paths,
};
use leptos::prelude::*;

use super::{backtest::BacktestSection, draft::Draft, parts::may_change, rule_form::RuleForm};
use crate::{
    api::alerts,
    log::places::ALERTS,
    reactive::{dynamic, memo, when},
    session::Session,
    settings::{
        bar::PlainBar,
        form::{Form, FormProblem},
    },
    ui::{
        icon::{Icon, icon},
        lazy::loading,
        text::visible,
    },
    url::{Address, filter_of_rule},
};

/// The page.
#[component]
pub(crate) fn RulePage(
    /// The project, by slug or number.
    project: String,
    /// The rule; absent where one is to be made, for what the address asks for.
    id: Option<i64>,
) -> impl IntoView {
    let slug = StoredValue::new(project);
    let project = slug.get_value();
    document().set_title(&format!("Alert rule · {project} · Daybook"));
    let address = expect_context::<Address>();
    let rule = RwSignal::new(None::<AlertRule>);
    let asking = Form::new(&[]);
    let look = move || {
        let project = slug.get_value();
        asking.send(async move { alerts::rules(&project).await }, "", move |told| {
            match told.rules.into_iter().find(|rule| Some(rule.id) == id) {
                Some(found) => rule.set(Some(found)),
                None => asking.refuse("", "There is no such rule in this project"),
            }
        });
    };
    if id.is_some() {
        look();
    }
    let begun = move || {
        let (filter, wrong) = untrack(|| filter_of_rule(&address.place()));
        let filter = Filter { range: Range::default(), as_of: None, ..filter };
        let wrong = wrong.map(|wrong| view! {
            <p class="problem" role="alert">{format!("The address: {} {}. The rest stands.", wrong.key, wrong.problem)}</p>
        });
        view! { {wrong}<Editor project=slug draft=Draft::new(filter) rule=None /> }
    };
    view! {
        <PlainBar project=Some(project.clone()) here=ALERTS />
        <main class="settings alerts rule" id="content" tabindex="-1">
            <a class="back" href=paths::alert_rules_page(&project)>{icon(Icon::ChevronLeft)}"Rules"</a>
            <FormProblem form=asking />
            {when(move || id.is_some() && rule.with(Option::is_none) && asking.busy.get(), loading)}
            {if id.is_none() {
                begun().into_any()
            } else {
                dynamic(move || rule.get().map(|rule| view! {
                    <Editor project=slug draft=Draft::of(rule.rule.clone()) rule=Some(rule) />
                }))
                .into_any()
            }}
        </main>
    }
}

/// What it means, where it would have fired, and the fields.
#[component]
fn Editor(project: StoredValue<String>, draft: Draft, rule: Option<AlertRule>) -> impl IntoView {
    let session = expect_context::<Session>();
    let may = memo(move || project.with_value(|project| may_change(session, project)));
    let title =
        rule.as_ref().map_or("New rule".to_owned(), |rule| visible(&rule.rule.name).into_owned());
    let built_in = rule.as_ref().is_some_and(|rule| rule.built_in.is_some());
    let problem = rule.as_ref().and_then(|rule| rule.problem.clone());
    let watched = memo(move || draft.watched());
    let means = move || match watched.get() {
        Ok(rule) => sentence(&rule.filter, &rule.condition, rule.by, rule.quiet),
        Err(_) => "Complete the fields below to see what it means.".to_owned(),
    };
    let kept = StoredValue::new(rule);
    view! {
        <header class="page-head">
            <h1>{title}{built_in.then(|| view! { " "<span class="badge quiet">"Built in"</span> })}</h1>
            <p class="rule-sentence" role="status">{dynamic(move || visible(&means()).into_owned())}</p>
            {problem.map(|problem| view! { <p class="problem">{problem.message}</p> })}
        </header>
        <BacktestSection project watched />
        <section aria-labelledby="rule-title">
            <h2 id="rule-title">"The rule"</h2>
            {when(move || may.get(), move || view! { <RuleForm project draft rule=kept.get_value() /> })}
            {when(move || !may.get(), || view! { <p class="hint">"Rules are changed by the admins of this project."</p> })}
        </section>
    }
}
