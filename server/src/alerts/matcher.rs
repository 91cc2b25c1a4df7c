//! Filters made ready to be asked of every entry that arrives. They mean what [`Filter::matches`] says,
//! time aside; a test compares both.

use std::cell::OnceCell;

use daybook_model::{
    Event, Field, Filter, Operation, Outcome, Term, field::StatusTerm, filter::fold,
};

/// Parts the texts that are searched; no search can contain it.
const PART: char = '\u{1f}';

/// An event, with what is made of it once for all rules.
pub(super) struct Facts<'e> {
    event: &'e Event,
    actor: OnceCell<String>,
    resource: OnceCell<String>,
    status: OnceCell<String>,
    path: OnceCell<String>,
    searched: OnceCell<String>,
}

impl<'e> Facts<'e> {
    pub(super) fn of(event: &'e Event) -> Self {
        Self {
            event,
            actor: OnceCell::new(),
            resource: OnceCell::new(),
            status: OnceCell::new(),
            path: OnceCell::new(),
            searched: OnceCell::new(),
        }
    }

    /// The value of a field, as filtered by.
    pub(super) fn value(&self, field: Field) -> Option<&str> {
        let Event { actor, request, .. } = self.event;
        let named = |named: &'e Option<daybook_model::Named>| named.as_ref().map(|n| n.id.as_str());
        match field {
            Field::Actor => Some(self.actor.get_or_init(|| actor.key())),
            Field::ActorType => Some(actor.kind.as_str()),
            Field::Source => self.event.source.as_deref(),
            Field::Method => request.method.as_deref(),
            Field::Status => {
                let code = request.status_code?;
                Some(self.status.get_or_init(|| code.to_string()))
            }
            Field::Outcome => self.event.outcome.map(Outcome::as_str),
            Field::Action => Some(&self.event.action),
            Field::Operation => self.event.operation.map(Operation::as_str),
            Field::ResourceType => self.event.resource.as_ref().map(|r| r.kind.as_str()),
            Field::Resource => {
                let resource = self.event.resource.as_ref()?;
                Some(self.resource.get_or_init(|| resource.key()))
            }
            Field::Application => named(&self.event.application),
            Field::Cluster => named(&self.event.cluster),
            Field::Environment => named(&self.event.environment),
            Field::Ip => request.remote_ip.as_deref(),
            Field::Blueprint => self.event.blueprint.as_deref(),
            Field::Entity => self.event.entity.as_deref(),
            Field::Integration => self.event.installation_id.as_deref(),
            Field::Id => self.event.id.as_deref(),
            Field::Request => request.request_id.as_deref(),
            Field::Session => request.session_id.as_deref(),
            Field::Run => self.event.run_id.as_deref(),
            Field::Webhook => self.event.webhook_id.as_deref(),
            Field::WebhookEvent => self.event.webhook_event_id.as_deref(),
            Field::Path => request.path.as_deref(),
        }
    }

    /// The same with the name to show.
    pub(super) fn named(&self, field: Field) -> Option<(&str, String)> {
        let value = self.value(field)?;
        Some((value, field.label_of(self.event).unwrap_or_default().into_owned()))
    }

    fn path(&self) -> &str {
        self.path.get_or_init(|| fold(self.event.request.path.as_deref().unwrap_or_default()))
    }

    fn searched(&self) -> &str {
        self.searched.get_or_init(|| {
            let mut all = String::new();
            for text in Filter::searched(self.event) {
                all.push_str(&fold(text));
                all.push(PART);
            }
            all
        })
    }
}

/// A filter, made ready.
#[derive(Debug)]
pub(super) struct Matcher {
    choices: Vec<(Field, Vec<Test>, Vec<Test>)>,
    search: Option<String>,
}

#[derive(Debug)]
enum Test {
    Absent,
    Present,
    Is(String),
    Codes(u16, u16),
    Contains(String),
}

impl Matcher {
    pub(super) fn of(filter: &Filter) -> Self {
        let test = |field: Field, term: &Term| match term {
            Term::Absent => Test::Absent,
            Term::Present => Test::Present,
            Term::Is(value) => match (field, StatusTerm::parse(value.as_str())) {
                (Field::Status, Some(status)) => {
                    let (first, last) = status.codes();
                    Test::Codes(first, last)
                }
                (Field::Path, _) => Test::Contains(fold(value.as_str())),
                _ => Test::Is(value.as_str().to_owned()),
            },
        };
        let mut choices: Vec<_> = filter
            .choices
            .iter()
            .map(|(&field, choice)| {
                let tests = |terms: &std::collections::BTreeSet<Term>| {
                    terms.iter().map(|term| test(field, term)).collect()
                };
                (field, tests(&choice.include), tests(&choice.exclude))
            })
            .collect();
        // What rules most out, and costs least, comes first.
        choices.sort_by_key(|(field, include, _): &(Field, Vec<Test>, _)| {
            let made = matches!(field, Field::Actor | Field::Resource | Field::Path);
            (include.is_empty(), made, include.len())
        });
        Self { choices, search: filter.search.as_deref().map(fold) }
    }

    /// Whether it means the event, whenever that happened.
    pub(super) fn matches(&self, facts: &Facts<'_>) -> bool {
        let holds = |field: Field, test: &Test| match test {
            Test::Absent => facts.value(field).is_none(),
            Test::Present => facts.value(field).is_some(),
            Test::Is(wanted) => facts.value(field).is_some_and(|value| value == wanted),
            Test::Codes(first, last) => {
                facts.event.request.status_code.is_some_and(|code| (first..=last).contains(&&code))
            }
            Test::Contains(wanted) => {
                facts.event.request.path.is_some() && facts.path().contains(wanted)
            }
        };
        self.choices.iter().all(|(field, include, exclude)| {
            (include.is_empty() || include.iter().any(|test| holds(*field, test)))
                && !exclude.iter().any(|test| holds(*field, test))
        }) && self.search.as_ref().is_none_or(|wanted| facts.searched().contains(wanted))
    }
}

#[cfg(test)]
mod tests;
