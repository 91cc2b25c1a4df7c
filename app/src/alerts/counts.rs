//! How many alerts there are: for the bell, and for the page that changes it.

use daybook_model::alert::AlertCounts;
use leptos::{prelude::*, task::spawn_local};

use crate::api::alerts;

/// The counts of a project.
#[derive(Clone, Copy)]
pub(crate) struct Counts {
    project: Signal<String>,
    /// As they were told last.
    pub(crate) told: RwSignal<Option<AlertCounts>>,
}

impl Counts {
    /// Those of a project, of which nothing is known yet.
    pub(crate) fn of(project: Signal<String>) -> Self {
        Self { project, told: RwSignal::new(None) }
    }

    /// Asks.
    pub(crate) fn look(self) {
        let project = self.project.get_untracked();
        spawn_local(async move {
            // Where they cannot be had the bell says nothing, rather than something old.
            let _ = self.told.try_set(alerts::counts(&project).await.ok());
        });
    }
}
