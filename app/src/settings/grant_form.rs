//! What somebody may do in a project: the fields of a grant.

use daybook_model::{
    QueryError,
    account::{Grant, Role},
};
use leptos::prelude::*;

use super::{form::Form, limit};
use crate::{
    clock::Clock,
    log::names::Names,
    preferences::Preferences,
    reactive::when,
    ui::{
        field::{Select, TextField},
        moment::MomentField,
        time::{Zone, from_input, local_zone_name, to_input},
    },
};

/// A grant while it is typed.
#[derive(Clone, Copy)]
pub(crate) struct Draft {
    role: RwSignal<String>,
    limit: RwSignal<String>,
    until: RwSignal<String>,
    zone: RwSignal<Zone>,
}

impl Draft {
    /// Begins with this grant.
    pub(crate) fn of(grant: &Grant) -> Self {
        let zone = expect_context::<Preferences>().zone;
        let until = grant.until.map(|until| to_input(until, zone.get_untracked()));
        Self {
            role: RwSignal::new(grant.role.as_str().to_owned()),
            limit: RwSignal::new(if grant.is_limited() {
                grant.filter.to_string()
            } else {
                String::new()
            }),
            until: RwSignal::new(until.unwrap_or_default()),
            zone,
        }
    }

    /// What was typed; or which field is wrong.
    pub(crate) fn read(self) -> Result<Grant, QueryError> {
        let role: Role = self.role.get_untracked().parse()?;
        // The field is not there for the others.
        let filter = match role {
            Role::Auditor => limit::read(&self.limit.get_untracked())?,
            Role::Admin | Role::Member => daybook_model::Filter::default(),
        };
        let until = read_moment(&self.until.get_untracked(), self.zone.get_untracked())?;
        let grant = Grant { role, filter, until };
        grant.check()?;
        Ok(grant)
    }
}

/// A moment that may be left out.
pub(crate) fn read_moment(
    text: &str,
    zone: Zone,
) -> Result<Option<daybook_model::Timestamp>, QueryError> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    from_input(text, zone).map(Some).ok_or_else(|| {
        QueryError::new("until", "is no time: give a day and a time, such as 2026-12-01 18:00")
    })
}

/// By whose clock a moment is given.
pub(crate) fn clock_hint(zone: RwSignal<Zone>, otherwise: &'static str) -> Signal<String> {
    Signal::derive(move || match zone.get() {
        Zone::Utc => format!("In UTC. {otherwise}"),
        Zone::Local => format!("By the clock of {}. {otherwise}", local_zone_name()),
    })
}

/// What each role is, in a few words.
pub(crate) fn role_name(role: Role) -> &'static str {
    match role {
        Role::Member => "Member",
        Role::Auditor => "Auditor",
        Role::Admin => "Admin",
    }
}

fn role_hint(role: &str) -> &'static str {
    match role.parse() {
        Ok(Role::Member) => "Sees only their own activity and their runs.",
        Ok(Role::Auditor) => "Reads and exports, changes nothing.",
        Ok(Role::Admin) => "Reads, exports, and decides who may look.",
        Err(_) => "",
    }
}

/// The fields: role, part, end.
#[component]
pub(crate) fn GrantFields(
    /// What is typed.
    draft: Draft,
    /// The form they belong to: `filter` and `until` are fields of it.
    form: Form,
) -> impl IntoView {
    let (names, clock) = (Names::new(), expect_context::<Clock>());
    let Draft { role, limit: text, until, zone } = draft;
    let roles =
        Role::ALL.map(|role| (role.as_str().to_owned(), role_name(role).to_owned())).to_vec();
    let part = Signal::derive(move || {
        let typed = text.get();
        if typed.trim().is_empty() {
            return "Paste a link to a view of the log: nothing else is shown to them. Empty: everything."
                .to_owned();
        }
        match limit::read(&typed) {
            Ok(filter) => {
                let words = limit::words(&filter, names, clock.now_untracked(), zone.get());
                format!("Sees only: {words}.")
            }
            Err(error) => format!("This {}.", error.problem),
        }
    });
    view! {
        <Select label="Role" value=role options=roles hint=Signal::derive(move || role_hint(&role.read()).to_owned()) />
        {when(move || role.with(|role| role == Role::Auditor.as_str()), move || view! {
            <TextField label="Only this part" value=text hint=part problem=form.problem_of("filter") />
        })}
        <MomentField label="Until" value=until zone now=clock.now_untracked() hint=clock_hint(zone, "Empty: for good.") problem=form.problem_of("until") />
    }
}
