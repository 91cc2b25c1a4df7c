//! An investigation as somebody may see it.

use daybook_model::{
    Entry, Event, Seq,
    investigation::{Absence, Comment, Findings, Investigation, Pin},
};

use super::{InvestigationsError, Kept, comments::KeptComment};
use crate::{access::Access, error::Error, state::AppState};

/// Who looks, as far as it matters here.
pub struct Reader<'a>(pub &'a Access);

impl Reader<'_> {
    /// Whether this one is shown. An investigation names what others look for: whoever sees a part of the
    /// log alone sees their own, as with saved views.
    pub fn sees(&self, kept: &Kept) -> bool {
        !self.0.is_limited() || self.person() == Some(kept.person)
    }

    fn person(&self) -> Option<i64> {
        self.0.caller.person().map(|person| person.id)
    }

    /// What lists have of it, with what is masked for the reader.
    pub fn shown(&self, mut investigation: Investigation) -> Investigation {
        investigation.title = self.0.masks.free(&investigation.title).into_owned();
        investigation.opened_by = self.masked(&investigation.opened_by);
        investigation
    }

    fn masked(&self, text: &str) -> String {
        self.0.masks.text(text).into_owned()
    }

    fn said(&self, comment: &KeptComment) -> Comment {
        Comment {
            number: comment.number,
            by: self.masked(&comment.by),
            at: comment.at,
            text: self.0.masks.free(&comment.text).into_owned(),
            own: self.person() == Some(comment.person),
        }
    }
}

/// All that is in an investigation, with its entries as the log has them for the reader. `part` says what
/// is taken of each.
pub async fn findings(
    state: &AppState,
    access: &Access,
    kept: Kept,
    part: fn(Entry) -> Entry,
) -> Result<Findings, Error> {
    let (reader, project, number) = (Reader(access), access.id(), kept.investigation.number);
    let pinned = state.investigations.pins(project, number).await?;
    let said = state.investigations.comments(project, number).await?;
    let mut pins = Vec::with_capacity(pinned.len());
    // One after the other: an entry may be a megabyte, of which little is kept.
    for pin in pinned {
        let entry = access.store.entry(project, pin.seq).await?.map(part).map(Box::new);
        let absent = match &entry {
            Some(_) => None,
            None => Some(absence(state, access, pin.seq).await?),
        };
        let of = said.iter().filter(|comment| comment.seq == Some(pin.seq)).cloned();
        let comments = match absent {
            Some(Absence::Hidden) => Vec::new(),
            _ => of.map(|comment| reader.said(&comment)).collect(),
        };
        let removed = match absent {
            // The entry that tells of it is not one of a part.
            Some(Absence::Removed) if !access.is_limited() => {
                let removed = state.investigations.removed(project, pin.seq).await;
                removed.map_err(InvestigationsError::from)?
            }
            _ => None,
        };
        let by = reader.masked(&pin.by);
        pins.push(Pin { seq: pin.seq, by, at: pin.at, entry, absent, removed, comments });
    }
    let whole = said.into_iter().filter(|comment| comment.seq.is_none());
    Ok(Findings {
        comments: whole.map(|comment| reader.said(&comment)).collect(),
        investigation: reader.shown(kept.investigation),
        pins,
    })
}

/// Why an entry that was there when it was pinned is not shown.
async fn absence(state: &AppState, access: &Access, seq: Seq) -> Result<Absence, Error> {
    let there = state.store.entry(access.id(), seq).await?.is_some();
    Ok(if there { Absence::Hidden } else { Absence::Removed })
}

/// An entry as lists have it: without its long parts, which it names.
pub fn brief(mut entry: Entry) -> Entry {
    let event = entry.event;
    for (part, is_there) in
        [("change", event.change.is_some()), ("context", event.context.is_some())]
    {
        if is_there && !entry.omitted.iter().any(|name| name == part) {
            entry.omitted.push(part.to_owned());
        }
    }
    entry.event = Event { change: None, context: None, ..event };
    entry
}
