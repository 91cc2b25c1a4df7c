//! A form on its way to the server: whether it is busy, and which problem belongs to which field.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    api::Failure,
    reactive::{dynamic, memo},
    session::Session,
    ui::text::sentence,
};

/// What is wrong, and with which field; with none of them where `field` is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Problem {
    field: String,
    text: String,
}

/// A form, or anything else that is sent and may be refused.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    /// Whether an answer is awaited.
    pub(crate) busy: RwSignal<bool>,
    problem: RwSignal<Option<Problem>>,
    fields: &'static [&'static str],
    session: Session,
}

impl Form {
    /// A form with these fields.
    pub(crate) fn new(fields: &'static [&'static str]) -> Self {
        Self {
            busy: RwSignal::new(false),
            problem: RwSignal::new(None),
            fields,
            session: expect_context::<Session>(),
        }
    }

    /// What is wrong with a field.
    pub(crate) fn problem_of(self, field: &'static str) -> Signal<Option<String>> {
        let problem = memo(move || {
            self.problem.with(|problem| {
                problem.as_ref().filter(|p| p.field == field).map(|p| p.text.clone())
            })
        });
        problem.into()
    }

    /// Says what is wrong before anything is sent.
    pub(crate) fn refuse(self, field: &str, text: &str) {
        let field = if self.fields.contains(&field) { field } else { "" };
        let problem = Problem { field: field.to_owned(), text: sentence(text) };
        // Gone and back again, so that it is read out again.
        self.problem.set(None);
        self.problem.set(Some(problem));
    }

    /// Sends it, unless it is on its way. What is refused without naming a field is said beside `blamed`.
    pub(crate) fn send<T: 'static>(
        self,
        answer: impl Future<Output = Result<T, Failure>> + 'static,
        blamed: &'static str,
        done: impl FnOnce(T) + 'static,
    ) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.problem.set(None);
        spawn_local(async move {
            let answer = answer.await;
            // Whoever left the page is told nothing any more.
            if self.busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(value) => done(value),
                Err(failure) => {
                    match &failure {
                        Failure::Rejected(detail) => {
                            self.refuse(detail.field.as_deref().unwrap_or(blamed), &detail.message);
                        }
                        _ => self.refuse("", &failure.message()),
                    }
                    self.session.check(&failure);
                }
            }
        });
    }
}

/// What belongs to none of the fields.
#[component]
pub(crate) fn FormProblem(
    /// The form.
    form: Form,
) -> impl IntoView {
    let problem = form.problem_of("");
    view! { <p class="problem" role="alert">{dynamic(move || problem.get())}</p> }
}
