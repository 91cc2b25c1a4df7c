//! Keeping the stream: it is asked for, and asked for again where it ended.

use std::time::Duration;

use daybook_model::{
    Timestamp,
    live::{HEARTBEAT_MILLIS, Message},
};
use leptos::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::pending::Pending;
use crate::{
    api::{self, Failure},
    clock::Clock,
    load::{Ticket, per_question},
    reactive::effect,
    session::Session,
};

/// Without a sign of life for so long the connection is taken for dead.
const SILENCE: i64 = 3 * HEARTBEAT_MILLIS;
/// The longest pause between two tries.
const LONGEST: i64 = 30_000;

/// What is listened for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) project: String,
    /// The filter, as the API is asked.
    pub(super) query: String,
}

/// The state of the stream.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) enum Connection {
    /// Nobody asked for it, or the answer is on its way.
    #[default]
    Opening,
    /// It says something.
    Open,
    /// It was cut; the next try is at this time.
    Lost(Timestamp),
    /// The server does not give it.
    Refused(String),
}

/// What the stream has told.
#[derive(Clone, Copy)]
pub(super) struct Told {
    pub(super) connection: RwSignal<Connection>,
    pub(super) pending: RwSignal<Pending>,
    /// When it last said something.
    pub(super) heard: RwSignal<Timestamp>,
}

/// Listens for what a question asks for, from where `pending` stands.
pub(super) fn listen(
    question: Signal<Option<Question>>,
    told: Told,
    on_message: impl Fn(&Message) + Copy + 'static,
) {
    let clock = expect_context::<Clock>();
    let session = expect_context::<Session>();
    // Another number asks again.
    let tries = RwSignal::new(0_u32);
    let asked = Signal::derive(move || (question.get(), tries.get()));
    per_question(asked, move |(question, _), ticket| {
        told.connection.set(Connection::Opening);
        async move {
            let Some(question) = question else { return };
            keep(&question, &ticket, told, clock, session, &on_message).await;
        }
    });
    effect(move || {
        let silent = clock.now().millis() - told.heard.get_untracked().millis() > SILENCE;
        if silent && told.connection.with_untracked(|c| *c == Connection::Open) {
            tries.update(|tries| *tries += 1);
        }
    });
}

/// Asks again and again, more and more slowly while there is no answer.
async fn keep(
    question: &Question,
    ticket: &Ticket,
    told: Told,
    clock: Clock,
    session: Session,
    on_message: &dyn Fn(&Message),
) {
    let mut pause = 1_000;
    loop {
        if !ticket.is_current() {
            return;
        }
        let mut spoke = false;
        let take = |message: Message| {
            if !ticket.is_current() {
                return;
            }
            if let Message::Head(head) = &message {
                clock.set(head.now);
            }
            told.heard.set(clock.now_untracked());
            told.pending.update(|pending| pending.take(&message));
            if !spoke {
                told.connection.set(Connection::Open);
                spoke = true;
            }
            on_message(&message);
        };
        let from = told.pending.with_untracked(Pending::read);
        let (project, query) = (&question.project, &question.query);
        let result = api::live(project, query, from, ticket.signal.clone(), take).await;
        if !ticket.is_current() {
            return;
        }
        match result {
            Err(Failure::Unauthorized) => return session.check(&Failure::Unauthorized),
            Err(Failure::Rejected(detail)) => {
                return told.connection.set(Connection::Refused(detail.message));
            }
            Ok(()) | Err(Failure::Unavailable(_) | Failure::Wait(_)) => {}
        }
        pause = if spoke { 1_000 } else { (pause * 2).min(LONGEST) };
        told.connection.set(Connection::Lost(clock.now_untracked().plus_millis(pause)));
        sleep(Duration::from_millis(pause.unsigned_abs())).await;
    }
}

async fn sleep(time: Duration) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        set_timeout(move || drop(resolve.call0(&wasm_bindgen::JsValue::NULL)), time);
    });
    // It is never rejected.
    let _ = JsFuture::from(promise).await;
}
