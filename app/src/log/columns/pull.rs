//! Columns by the pointer: an edge is pulled to make its column wider, a heading is carried to
//! another place.

use daybook_model::Column;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, PointerEvent};

use super::{Columns, NARROWEST};

/// How far a pointer moves before it carries a heading rather than clicks it, in pixels.
const SLACK: i32 = 6;

/// What the pointer does with a heading.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Pull {
    /// Nothing.
    Idle,
    /// Its edge: from this place of the pointer and this width on.
    Edge { column: Column, from: i32, width: f64 },
    /// Pressed, from this place of the pointer on.
    Pressed { column: Column, from: i32 },
    /// Carried, and would be put so many places further right.
    Carried { column: Column, by: isize },
}

impl Pull {
    /// How far a column that is carried would go.
    pub(crate) fn carries(self, column: Column) -> Option<isize> {
        match self {
            Self::Carried { column: carried, by } if carried == column => Some(by),
            _ => None,
        }
    }
}

/// The pointer goes down on the edge of a heading.
pub(crate) fn press_edge(pull: RwSignal<Pull>, column: Column, event: &PointerEvent) {
    let heading = heading(event);
    let Some(heading) = heading.filter(|_| event.button() == 0) else { return };
    event.prevent_default();
    event.stop_propagation();
    capture(event);
    let width = heading.get_bounding_client_rect().width();
    pull.set(Pull::Edge { column, from: event.client_x(), width });
}

/// The pointer goes down on a heading.
pub(crate) fn press(pull: RwSignal<Pull>, column: Column, event: &PointerEvent) {
    if event.button() == 0 && event.pointer_type() != "touch" {
        pull.set(Pull::Pressed { column, from: event.client_x() });
    }
}

/// The pointer moves.
pub(crate) fn go(columns: Columns, pull: RwSignal<Pull>, event: &PointerEvent) {
    let x = event.client_x();
    match pull.get_untracked() {
        Pull::Edge { column, from, width } => {
            columns.widen(column, (width + f64::from(x - from)).max(NARROWEST.into()));
        }
        Pull::Pressed { column, from } if (x - from).abs() > SLACK => {
            capture(event);
            pull.set(Pull::Carried { column, by: 0 });
        }
        Pull::Carried { column, .. } => {
            let by = distance(event, column).unwrap_or_default();
            pull.set(Pull::Carried { column, by });
        }
        Pull::Idle | Pull::Pressed { .. } => {}
    }
}

/// The pointer is let go. Whether that was more than a click.
pub(crate) fn end(columns: Columns, pull: RwSignal<Pull>) -> bool {
    let was = pull.get_untracked();
    pull.set(Pull::Idle);
    if let Pull::Carried { column, by } = was
        && by != 0
    {
        columns.shift(column, by);
    }
    matches!(was, Pull::Carried { .. } | Pull::Edge { .. })
}

/// By how many places the heading is away from the one under the pointer.
fn distance(event: &PointerEvent, column: Column) -> Option<isize> {
    let row = heading(event)?.parent_element()?;
    let headings = row.query_selector_all("th[data-column]").ok()?;
    let (mut own, mut under) = (None, None);
    for i in 0..headings.length() {
        let th: Element = headings.item(i)?.dyn_into().ok()?;
        let at = isize::try_from(i).ok()?;
        if th.get_attribute("data-column").as_deref() == Some(column.key()) {
            own = Some(at);
        }
        let edges = th.get_bounding_client_rect();
        if under.is_none() && f64::from(event.client_x()) < edges.right() {
            under = Some(at);
        }
        if under.is_none() && i + 1 == headings.length() {
            under = Some(at);
        }
    }
    Some(under? - own?)
}

fn heading(event: &PointerEvent) -> Option<Element> {
    event.target()?.dyn_into::<Element>().ok()?.closest("th").ok()?
}

/// Whatever the pointer is over, its events come here until it is let go.
fn capture(event: &PointerEvent) {
    if let Some(heading) = heading(event) {
        let _ = heading.set_pointer_capture(event.pointer_id());
    }
}
