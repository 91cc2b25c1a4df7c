//! The rules, as a form, and what they would remove now.

use daybook_model::{
    Filter,
    retention::{Preview, Retention, Rule},
};
use leptos::{ev, prelude::*};

use super::{
    super::form::{Form, FormProblem},
    Kept, taken,
};
use crate::{
    api::retention,
    clock::Clock,
    preferences::Preferences,
    reactive::{dynamic, each, when},
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
            let filter = text.trim().trim_start_matches('?').parse::<Filter>();
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

/// The form.
#[component]
pub(super) fn RulesForm(kept: Kept) -> impl IntoView {
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
    let (preview, saved) = (RwSignal::new(None::<Preview>), RwSignal::new(false));
    let read = move || {
        saved.set(false);
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
            typed.take(&seen.rules);
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
        <form class="settings-form" aria-labelledby="retention-title" on:submit=submit novalidate>
            <div class="field-row">
                <TextField label="Days entries are kept" value=typed.days hint="Empty: for ever." problem=form.problem_of("days") />
                <TextField label="Days of sign-ins and account access" value=typed.access hint="Empty: for ever." problem=form.problem_of("access_days") />
            </div>
            {when(move || typed.rules.with(|rules| !rules.is_empty()), move || view! {
                <ul class="retention-rules" aria-label="Own rules, the first that matches counts">
                    {each(move || typed.rules.get(), |rule| format!("{rule:?}"), move |rule| {
                        let days = rule.days.map_or_else(|| "for ever".to_owned(), |days| counted(days.into(), "day", "days"));
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
                {dynamic(move || saved.get().then(|| view! { <span class="done">"Saved."</span> }))}
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
