//! What the log tells of investigations: who opened, changed or read one, and what was pinned and said.

use daybook_model::{
    Operation, Outcome, Seq,
    investigation::{DocumentFormat, Investigation, InvestigationStatus},
};
use daybook_recorder::Recording;
use serde_json::{Value, json};

use crate::{extract::Origin, journal::JournalError, state::AppState};

/// What was done with an investigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// It was opened.
    Opened,
    /// It was changed, from this.
    Changed(Box<Investigation>),
    /// An entry was pinned to it.
    Pinned(Seq),
    /// An entry went in front of another one, or to the end.
    Moved(Seq, Option<Seq>),
    /// An entry was taken out of it.
    Unpinned(Seq),
    /// Something was said, of an entry or of all of it.
    Said(i64, Option<Seq>, String),
    /// Something that was said was taken back.
    TakenBack(i64),
}

/// Writes down what was done with an investigation, before it is answered.
pub async fn record(
    state: &AppState,
    from: &Origin,
    it: &Investigation,
    done: &Done,
) -> Result<(), JournalError> {
    let Some(journal) = &state.journal else { return Ok(()) };
    journal.about(from, |recording| tell(recording, it, done)).await
}

/// Writes down that an investigation was taken away as a document, before it is.
pub async fn exported(
    state: &AppState,
    from: &Origin,
    it: &Investigation,
    format: DocumentFormat,
) -> Result<(), JournalError> {
    let Some(journal) = &state.journal else { return Ok(()) };
    let told = journal.about(from, |recording| {
        recording.action("ExportInvestigation").operation(Operation::Export);
        recording.outcome(Outcome::Success).detail("format", format.as_str());
        recording.detail("rows", it.pins);
        named(recording, it);
    });
    told.await
}

fn tell(recording: &Recording, it: &Investigation, done: &Done) {
    let (action, operation) = match done {
        Done::Opened => ("OpenInvestigation", Operation::Create),
        Done::Changed(before) => match (before.status, it.status) {
            (InvestigationStatus::Open, InvestigationStatus::Closed) => {
                ("CloseInvestigation", Operation::Update)
            }
            (InvestigationStatus::Closed, InvestigationStatus::Open) => {
                ("ReopenInvestigation", Operation::Update)
            }
            _ => ("RenameInvestigation", Operation::Update),
        },
        Done::Pinned(_) => ("PinEntry", Operation::Update),
        Done::Moved(..) => ("MovePinnedEntry", Operation::Update),
        Done::Unpinned(_) => ("UnpinEntry", Operation::Update),
        Done::Said(..) => ("CommentOnInvestigation", Operation::Update),
        Done::TakenBack(_) => ("DeleteComment", Operation::Delete),
    };
    recording.action(action).operation(operation).outcome(Outcome::Success);
    named(recording, it);
    match done {
        Done::Opened => {
            recording.change(Value::Null, shown(it));
        }
        Done::Changed(before) => {
            recording.change(shown(before), shown(it));
        }
        Done::Pinned(seq) | Done::Unpinned(seq) => {
            recording.detail("entry", *seq);
        }
        Done::Moved(seq, before) => {
            recording.detail("entry", *seq).detail("before", json!(before));
        }
        Done::Said(number, seq, text) => {
            recording.detail("comment", *number).detail("entry", json!(seq)).message(text.clone());
        }
        Done::TakenBack(number) => {
            recording.detail("comment", *number);
        }
    }
}

fn named(recording: &Recording, it: &Investigation) {
    recording.resource("investigation", it.number.to_string(), it.title.clone());
}

fn shown(it: &Investigation) -> Value {
    json!({ "title": it.title, "status": it.status })
}
