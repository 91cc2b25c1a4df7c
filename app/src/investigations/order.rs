//! The order of the entries, by the pointer and by keys.

use daybook_model::{Seq, investigation::PinMove};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, PointerEvent};

use super::file::File;
use crate::{api::investigations, ui::announce::announce};

/// The entry that the pointer carries, and the place that it would get.
#[derive(Clone, Copy)]
pub(crate) struct Carried(RwSignal<Option<(Seq, usize)>>);

impl Carried {
    /// Nothing is carried.
    pub(super) fn nothing() -> Self {
        Self(RwSignal::new(None))
    }

    /// Whether it is this one.
    pub(super) fn is(self, seq: Seq) -> bool {
        self.0.with(|carried| carried.is_some_and(|(carried, _)| carried == seq))
    }

    /// Whether it would be put in front of the one at this place, or behind the last.
    pub(super) fn lands(self, seqs: &[Seq], at: usize) -> bool {
        self.0.with(|carried| {
            carried.is_some_and(|(seq, to)| {
                let from = seqs.iter().position(|&other| other == seq);
                to == at && from.is_some_and(|from| to != from && to != from + 1)
            })
        })
    }

    /// The pointer takes an entry by its handle.
    pub(super) fn take(self, seqs: &[Seq], seq: Seq, event: &PointerEvent) {
        let from = seqs.iter().position(|&other| other == seq);
        let Some(from) = from.filter(|_| event.button() == 0) else { return };
        event.prevent_default();
        if let Some(handle) = handle(event) {
            // Whatever the pointer is over, its events come here until it is let go.
            let _ = handle.set_pointer_capture(event.pointer_id());
        }
        self.0.set(Some((seq, from)));
    }

    /// The pointer moves.
    pub(super) fn carry(self, event: &PointerEvent) {
        let Some((seq, before)) = self.0.get_untracked() else { return };
        let to = place_under(event).unwrap_or(before);
        if to != before {
            self.0.set(Some((seq, to)));
        }
    }

    /// It is let go, or given up.
    pub(super) fn let_go(self, file: File, seqs: &[Seq], meant: bool) {
        if let Some((seq, to)) = self.0.try_update(Option::take).flatten()
            && meant
        {
            put(file, seqs, seq, to, false);
        }
    }
}

/// Moves an entry by so many places.
pub(super) fn shift(file: File, seqs: &[Seq], seq: Seq, by: isize) {
    let Some(from) = seqs.iter().position(|&other| other == seq) else { return };
    let Some(to) = from.checked_add_signed(by).filter(|&to| to < seqs.len()) else { return };
    put(file, seqs, seq, if to > from { to + 1 } else { to }, true);
}

/// The id of an entry's handle.
pub(super) fn handle_id(seq: Seq) -> String {
    format!("handle-{seq}")
}

/// Puts an entry in front of the one at a place. By keys, the focus goes with it.
fn put(file: File, seqs: &[Seq], seq: Seq, to: usize, by_keys: bool) {
    let from = seqs.iter().position(|&other| other == seq);
    if from.is_none_or(|from| to == from || to == from + 1) {
        return;
    }
    let to = PinMove { before: seqs.get(to).copied() };
    let project = file.project.get_value();
    let answer = async move { investigations::move_pin(&project, file.number, seq, &to).await };
    file.send(file.form, answer, "", move || {
        let at = file.findings.with_untracked(|it| {
            it.as_ref().and_then(|it| {
                Some((it.pins.iter().position(|p| p.seq == seq)? + 1, it.pins.len()))
            })
        });
        if let Some((at, of)) = at {
            announce(&format!("Entry {seq} is number {at} of {of}"));
        }
        if by_keys {
            request_animation_frame(move || focus(seq));
        }
    });
}

fn focus(seq: Seq) {
    let handle = document().get_element_by_id(&handle_id(seq));
    if let Some(Ok(handle)) = handle.map(JsCast::dyn_into::<HtmlElement>) {
        let _ = handle.focus();
    }
}

/// In front of which entry the pointer is: their number, where it is behind the last.
fn place_under(event: &PointerEvent) -> Option<usize> {
    let list = handle(event)?.closest("ol").ok()??;
    let items = list.query_selector_all(":scope > li").ok()?;
    let y = f64::from(event.client_y());
    let under = (0..items.length()).find(|&i| {
        let item = items.item(i).and_then(|item| item.dyn_into::<Element>().ok());
        item.is_some_and(|item| {
            let edges = item.get_bounding_client_rect();
            y < edges.top() + edges.height() / 2.0
        })
    });
    usize::try_from(under.unwrap_or_else(|| items.length())).ok()
}

fn handle(event: &PointerEvent) -> Option<Element> {
    event.current_target()?.dyn_into().ok()
}
