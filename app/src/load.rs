//! A request per question. When the question changes, the running request is dropped; its answer,
//! should it still come, changes nothing. What was there stays until the new answer is there.

use leptos::{prelude::*, task::spawn_local};
use web_sys::{AbortController, AbortSignal};

use crate::api::Failure;

/// The right to answer one question, until the next one is asked.
#[derive(Clone)]
pub(crate) struct Ticket {
    /// For the fetch: aborted when the question changes.
    pub(crate) signal: Option<AbortSignal>,
    number: u64,
    newest: StoredValue<u64>,
}

impl Ticket {
    /// Whether nobody has asked anything else since.
    pub(crate) fn is_current(&self) -> bool {
        self.newest.try_get_value() == Some(self.number)
    }
}

/// A running request; dropping it aborts it.
struct Running(Option<AbortController>);

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(controller) = &self.0 {
            controller.abort();
        }
    }
}

/// Runs `ask` for the question as it is now and for each one that follows. `ask` must look at its
/// ticket after every wait.
pub(crate) fn per_question<Q, F>(question: Signal<Q>, ask: impl Fn(Q, Ticket) -> F + 'static)
where
    Q: Clone + Send + Sync + 'static,
    F: Future<Output = ()> + 'static,
{
    let newest = StoredValue::new(0_u64);
    Effect::new(move |running: Option<Running>| {
        drop(running);
        newest.update_value(|number| *number += 1);
        let controller = AbortController::new().ok();
        let signal = controller.as_ref().map(AbortController::signal);
        let ticket = Ticket { signal, number: newest.get_value(), newest };
        spawn_local(ask(question.get(), ticket));
        Running(controller)
    });
}

/// An answer: what is shown, whether a newer one is under way, and why it did not come.
#[derive(Debug)]
pub(crate) struct Answer<T: 'static> {
    /// The last answer.
    pub(crate) value: RwSignal<Option<T>>,
    /// Whether `value` answers an earlier question.
    pub(crate) waiting: RwSignal<bool>,
    /// Why there is no answer to the last question.
    pub(crate) failure: RwSignal<Option<Failure>>,
}

impl<T> Clone for Answer<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Answer<T> {}

impl<T: Send + Sync + 'static> Default for Answer<T> {
    fn default() -> Self {
        Self {
            value: RwSignal::new(None),
            waiting: RwSignal::new(false),
            failure: RwSignal::new(None),
        }
    }
}

impl<T: Send + Sync + 'static> Answer<T> {
    /// Whether what is shown answers an earlier question.
    pub(crate) fn is_stale(self) -> bool {
        self.waiting.get() || self.failure.with(Option::is_some)
    }

    /// A question was asked.
    pub(crate) fn ask(self) {
        self.waiting.set(true);
        self.failure.set(None);
    }

    /// It is answered.
    pub(crate) fn give(self, value: T) {
        self.value.set(Some(value));
        self.waiting.set(false);
        self.failure.set(None);
    }

    /// It cannot be answered.
    pub(crate) fn fail(self, failure: Failure) {
        self.failure.set(Some(failure));
        self.waiting.set(false);
    }
}

/// The answer to a question, kept up to date. Where there is no question there is no answer.
pub(crate) fn load<Q, T, F>(
    question: Signal<Option<Q>>,
    ask: impl Fn(Q, Option<AbortSignal>) -> F + Clone + 'static,
) -> Answer<T>
where
    Q: Clone + Send + Sync + 'static,
    T: Send + Sync + 'static,
    F: Future<Output = Result<T, Failure>> + 'static,
{
    let answer = Answer::default();
    load_into(answer, question, ask);
    answer
}

/// The same, for an answer that others know already.
pub(crate) fn load_into<Q, T, F>(
    answer: Answer<T>,
    question: Signal<Option<Q>>,
    ask: impl Fn(Q, Option<AbortSignal>) -> F + Clone + 'static,
) where
    Q: Clone + Send + Sync + 'static,
    T: Send + Sync + 'static,
    F: Future<Output = Result<T, Failure>> + 'static,
{
    per_question(question, move |question, ticket| {
        let ask = ask.clone();
        async move {
            let Some(question) = question else {
                answer.value.set(None);
                answer.waiting.set(false);
                answer.failure.set(None);
                return;
            };
            answer.ask();
            let result = ask(question, ticket.signal.clone()).await;
            if ticket.is_current() {
                match result {
                    Ok(value) => answer.give(value),
                    Err(failure) => answer.fail(failure),
                }
            }
        }
    });
}
