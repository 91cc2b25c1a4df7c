//! The parts every page is made of. They know neither the API nor the address bar: what they show
//! comes in, what the reader does goes out by a callback.

use std::sync::atomic::{AtomicUsize, Ordering};

pub(crate) mod announce;
pub(crate) mod calendar;
pub(crate) mod code;
pub(crate) mod combobox;
pub(crate) mod confirm;
pub(crate) mod copy;
pub(crate) mod dialog;
pub(crate) mod field;
pub(crate) mod icon;
pub(crate) mod lazy;
pub(crate) mod menu;
pub(crate) mod middle;
pub(crate) mod moment;
pub(crate) mod number;
pub(crate) mod popover;
pub(crate) mod text;
pub(crate) mod theme;
pub(crate) mod time;
pub(crate) mod tooltip;

/// An id that no other element of the document has.
pub(crate) fn unique_id(prefix: &str) -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    format!("{prefix}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}
