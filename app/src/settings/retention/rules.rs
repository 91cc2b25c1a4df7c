//! The rules, the form that changes them, and what they would remove now.

use daybook_model::{
    retention::{ACCESS, Preview, REST, Retention, Rule},
    timeless,
};
use leptos::{ev, prelude::*};

use super::{
    super::{
        form::{Form, FormProblem},
        section::{AddButton, Added, Adding},
    },
    Kept, rule_name, taken,
};
use crate::{
    api::retention,
    clock::Clock,
    preferences::Preferences,
    reactive::{dynamic, each, memo, when},
    ui::{announce::announce, field::TextField, number::counted},
};

/// What is typed.
#[derive(Clone, Copy)]
struct Typed {
    days: RwSignal<String>,
    access: RwSignal<String>,
    rules: RwSignal<Vec<Rule>>,
    name: RwSignal<String>,
    filter: RwSignal<String>,
    own: RwSignal<String>,
}

/// Days as they are typed: for ever where nothing is.
fn days(text: &str, field: &'static str) -> Result<Option<u32>, (&'static str, String)> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || (field, "This is no whole number of days, such as 90".to_owned());
    text.parse().map(Some).map_err(|_| wrong())
}

impl Typed {
    fn take(self, rules: &Retention) {
        let text = |days: Option<u32>| days.map(|days| days.to_string()).unwrap_or_default();
        self.days.set(text(rules.days));
        self.access.set(text(rules.access_days));
        self.rules.set(rules.rules.clone());
        for field in [self.name, self.filter, self.own] {
            field.set(String::new());
        }
    }

    /// All of it, with the rule that is being added, if any.
    fn read(self) -> Result<Retention, (&'static str, String)> {
        let mut rules = self.rules.get_untracked();
        if !self.name.get_untracked().trim().is_empty() {
            let text = self.filter.get_untracked();
            let filter = timeless::read(text.trim().trim_start_matches('?'));
            let filter = filter.map_err(|e| ("filter", e.to_string()))?;
            let days = days(&self.own.get_untracked(), "own")?;
            rules.push(Rule { name: self.name.get_untracked(), filter, days });
        }
        Ok(Retention {
            days: days(&self.days.get_untracked(), "days")?,
            access_days: days(&self.access.get_untracked(), "access_days")?,
            rules,
        })
    }
}

/// So many days.
fn lasting(days: Option<u32>) -> String {
    days.map_or_else(|| "For ever".to_owned(), |days| counted(days.into(), "day", "days"))
}

/// The rules in the order in which they are tried, and the way to change them.
#[component]
pub(super) fn RulesPart(kept: Kept) -> impl IntoView {
    let (adding, saved) = (Adding::changing("Change the rules"), RwSignal::new(false));
    let rules = move || {
        kept.seen.with(|seen| seen.as_ref().map(|seen| seen.rules.all()).unwrap_or_default())
    };
    // The names of the usual ones say which entries they are for.
    let with_own =
        memo(move || kept.seen.with(|s| s.as_ref().is_some_and(|s| !s.rules.rules.is_empty())));
    let row = move |Rule { name, filter, days }: Rule| {
        let which = match name.as_str() {
            ACCESS => "Signing in and out, tokens, keys, people and their roles".into_any(),
            REST => "What no rule above matches".into_any(),
            _ => view! { <code>{filter.to_string()}</code> }.into_any(),
        };
        view! {
            <tr role="row">
                <td role="cell" data-label="Rule"><span class="who">{rule_name(Some(&name))}</span></td>
                {with_own.get_untracked().then(|| view! { <td role="cell" data-label="Entries">{which}</td> })}
                <td role="cell" data-label="Kept">{lasting(days)}</td>
            </tr>
        }
    };
    view! {
        <header class="part-head">
            <div>
                <h3 id="rules-title">"Rules"</h3>
                <p class="hint">"The first that matches an entry counts."</p>
            </div>
            {dynamic(move || saved.get().then(|| view! { <span class="done">"Saved."</span> }))}
            <AddButton adding />
        </header>
        <Added adding><RulesForm kept adding saved /></Added>
        <table class="settings-table" role="table" aria-labelledby="rules-title">
            <thead role="rowgroup">
                <tr role="row">
                    <th role="columnheader" scope="col">"Rule"</th>
                    {when(move || with_own.get(), || view! { <th role="columnheader" scope="col">"Entries"</th> })}
                    <th role="columnheader" scope="col">"Kept"</th>
                </tr>
            </thead>
            <tbody role="rowgroup">{each(rules, move |rule| format!("{rule:?} {}", with_own.get()), row)}</tbody>
        </table>
    }
}

/// The form.
#[component]
fn RulesForm(kept: Kept, adding: Adding, saved: RwSignal<bool>) -> impl IntoView {
    let (clock, zone) = (expect_context::<Clock>(), expect_context::<Preferences>().zone);
    let form = Form::new(&["days", "access_days", "name", "filter", "own"]);
    let text = || RwSignal::new(String::new());
    let typed = Typed {
        days: text(),
        access: text(),
        rules: RwSignal::new(Vec::new()),
        name: text(),
        filter: text(),
        own: text(),
    };
    if let Some(seen) = kept.seen.get_untracked() {
        typed.take(&seen.rules);
    }
    saved.set(false);
    let preview = RwSignal::new(None::<Preview>);
    let read = move || {
        preview.set(None);
        typed.read().map_err(|(field, problem)| form.refuse(field, &problem)).ok()
    };
    let look = move |_| {
        let Some(rules) = read() else { return };
        let project = kept.project.get_value();
        let answer = async move { retention::preview(&project, &rules).await };
        form.send(answer, "", move |told| {
            announce(&format!("{} would go", counted(told.count, "entry", "entries")));
            preview.set(Some(told));
        });
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let Some(rules) = read() else { return };
        let project = kept.project.get_value();
        let answer = async move { retention::change(&project, &rules).await };
        form.send(answer, "", move |seen| {
            adding.close();
            kept.take(seen);
            saved.set(true);
            announce("Retention is saved");
        });
    };
    let shown = move |told: Preview| {
        let (now, zone) = (clock.now_untracked(), zone.get_untracked());
        let parts: Vec<_> =
            told.taken.iter().map(|part| view! { <li>{taken(part, now, zone)}</li> }).collect();
        let held = (told.held > 0).then(|| {
            format!(" {} would go if they were not held.", counted(told.held, "entry", "entries"))
        });
        view! {
            <div class="retention-preview" role="status">
                <p>{match told.count {
                    0 => "Nothing would go now.".to_owned(),
                    count => format!("{} would go now.", counted(count, "entry", "entries")),
                }}{held}</p>
                <ul>{parts}</ul>
            </div>
        }
    };
    view! {
        <form class="settings-form wide" aria-label="Rules of retention" on:submit=submit novalidate>
            <div class="field-row">
                <TextField label="Days entries are kept" value=typed.days hint="Empty: for ever." problem=form.problem_of("days") />
                <TextField label="Days of sign-ins and account access" value=typed.access hint="Empty: for ever." problem=form.problem_of("access_days") />
            </div>
            {when(move || typed.rules.with(|rules| !rules.is_empty()), move || view! {
                <ul class="retention-rules" aria-label="Own rules, the first that matches counts">
                    {each(move || typed.rules.get(), |rule| format!("{rule:?}"), move |rule| {
                        let days = lasting(rule.days);
                        let (name, gone) = (rule.name.clone(), rule.name);
                        view! {
                            <li>
                                <span><strong>{name.clone()}</strong>{format!(", {days}")}</span>
                                <code>{rule.filter.to_string()}</code>
                                <button type="button" class="button quiet" aria-label=format!("Take {name} out") on:click=move |_| typed.rules.update(|rules| rules.retain(|rule| rule.name != gone))>"Take out"</button>
                            </li>
                        }
                    })}
                </ul>
            })}
            <fieldset class="field-row">
                <legend>"Add a rule of your own"</legend>
                <TextField label="Rule" value=typed.name hint="What it is called." problem=form.problem_of("name") />
                <TextField label="Filter of the rule" value=typed.filter hint="As in the address of the log, such as action=DeployApp." problem=form.problem_of("filter") />
                <TextField label="Days of the rule" value=typed.own hint="Empty: for ever." problem=form.problem_of("own") />
            </fieldset>
            <FormProblem form />
            <div class="form-acts">
                <button type="submit" class="button primary" disabled=form.busy>"Save retention"</button>
                <button type="button" class="button" disabled=form.busy on:click=look>"What would go?"</button>
                <button type="button" class="button quiet" on:click=move |_| adding.close()>"Cancel"</button>
            </div>
            {dynamic(move || preview.get().map(shown))}
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::days;

    #[test]
    fn days_are_read_as_people_write_them() {
        assert_eq!(days(" ", "days"), Ok(None));
        assert_eq!(days(" 90 ", "days"), Ok(Some(90)));
        for text in ["ninety", "-1", "1.5"] {
            assert!(days(text, "days").is_err(), "{text}");
        }
    }
}
