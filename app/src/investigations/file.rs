//! An investigation on its page: what is known of it, and the one way to change it.

use daybook_model::investigation::{Findings, InvestigationStatus};
use leptos::prelude::*;

use crate::{api::Failure, reactive::memo, settings::form::Form, ui::announce::announce};

/// An investigation.
#[derive(Clone, Copy)]
pub(crate) struct File {
    /// The project.
    pub(crate) project: StoredValue<String>,
    /// Its number.
    pub(crate) number: i64,
    /// What is in it; unknown until the server has said so.
    pub(crate) findings: RwSignal<Option<Findings>>,
    /// What is done to it as a whole.
    pub(crate) form: Form,
    /// Whether it can be changed.
    pub(crate) open: Memo<bool>,
}

impl File {
    /// One of which nothing is known yet.
    pub(crate) fn new(project: String, number: i64) -> Self {
        let findings = RwSignal::new(None::<Findings>);
        let is_open = |it: &Findings| it.investigation.status == InvestigationStatus::Open;
        let open = memo(move || findings.with(|it| it.as_ref().is_some_and(is_open)));
        Self {
            project: StoredValue::new(project),
            number,
            findings,
            form: Form::new(&["title"]),
            open,
        }
    }

    /// Sends a change by a form. What it is then takes the place of what it was; `said` is said to whoever
    /// listens.
    pub(crate) fn send(
        self,
        form: Form,
        answer: impl Future<Output = Result<Findings, Failure>> + 'static,
        said: &'static str,
        done: impl FnOnce() + 'static,
    ) {
        form.send(answer, "", move |findings| {
            self.findings.set(Some(findings));
            if !said.is_empty() {
                announce(said);
            }
            done();
        });
    }
}
