//! The parts of the settings, and the list that leads to each.

use daybook_model::account::{Permission, Viewer};
use leptos::prelude::*;

/// The parts by what they are for: the fragment in the address, and the name.
const GROUPS: [(&str, &[(&str, &str)]); 4] = [
    ("Access", &[("people", "People"), ("tokens", "Tokens"), ("privacy", "Privacy")]),
    ("Data out", &[("exports", "Exports"), ("streams", "Streams"), ("schedules", "Schedules")]),
    ("Keeping", &[("retention", "Retention")]),
    ("Instance", &[("projects", "Projects")]),
];

/// What somebody may open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parts {
    /// What belongs to the project.
    pub(crate) administers: bool,
    /// Schedules of their own.
    schedules: bool,
    instance: bool,
}

impl Parts {
    /// What a viewer may open of a project.
    pub(crate) fn of(viewer: &Viewer, project: &str) -> Self {
        Self {
            administers: viewer.may(project, Permission::Administer),
            schedules: viewer.may(project, Permission::KeepSchedules),
            instance: viewer.instance_admin,
        }
    }

    fn has(self, part: &str) -> bool {
        match part {
            "projects" => self.instance,
            "schedules" => self.schedules || self.administers,
            _ => self.administers,
        }
    }

    /// The part of a fragment, with its name; the first one where it names none that may be opened.
    pub(crate) fn at(self, fragment: &str) -> Option<(&'static str, &'static str)> {
        let all = || GROUPS.iter().flat_map(|(_, parts)| *parts).copied();
        let open = || all().filter(move |(part, _)| self.has(part));
        open().find(|(part, _)| *part == fragment).or_else(|| open().next())
    }
}

/// The list. Each is a link to a place of its own.
#[component]
pub(crate) fn PartsList(
    /// Those there are.
    parts: Parts,
    /// The one that is open.
    here: Signal<&'static str>,
) -> impl IntoView {
    let link = move |&(part, name): &(&'static str, &'static str)| {
        let current = Signal::derive(move || (here.get() == part).then_some("page"));
        view! { <li><a href=format!("#{part}") rel="external" aria-current=current>{name}</a></li> }
    };
    let group = move |&(name, of): &(&'static str, &'static [(&'static str, &'static str)])| {
        let open: Vec<_> = of.iter().filter(|(part, _)| parts.has(part)).map(link).collect();
        (!open.is_empty()).then(|| {
            view! {
                <p class="parts-group" aria-hidden="true">{name}</p>
                <ul role="list" aria-label=name>{open}</ul>
            }
        })
    };
    view! {
        <nav class="parts" aria-label="Parts of the settings">{GROUPS.iter().map(group).collect_view()}</nav>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_may_not_be_opened_is_not() {
        let admin = Parts { administers: true, schedules: true, instance: false };
        assert_eq!(admin.at("tokens"), Some(("tokens", "Tokens")));
        assert_eq!(admin.at("projects"), Some(("people", "People")));
        assert_eq!(admin.at(""), Some(("people", "People")));
        let auditor = Parts { administers: false, schedules: true, instance: false };
        assert_eq!(auditor.at("people"), Some(("schedules", "Schedules")));
        assert_eq!(Parts { schedules: false, ..auditor }.at("people"), None);
    }
}
