//! The title of the window: what a tab, a bookmark or the history calls this view.

use daybook_model::{Seq, View, sentence};
use leptos::prelude::*;

use crate::{
    log::{answer::LogAnswer, names::Names, terms::ChipId},
    reactive::effect,
    url::LogAddress,
};

/// Keeps the title in step with the view.
pub(crate) fn follow(log: LogAddress, answer: LogAnswer, names: Names) {
    effect(move || {
        let view = log.view();
        let entry = view.event.and_then(|seq: Seq| answer.row(seq));
        let what = entry.map_or_else(|| filter_text(&view, names), |entry| sentence(&entry.event));
        document().set_title(&format!("{what} · {} · Daybook", log.project()));
    });
}

/// The filter as a few words.
pub(crate) fn filter_text(view: &View, names: Names) -> String {
    let search = view.filter.search.iter().map(|text| format!("“{text}”"));
    let chips =
        ChipId::all(view).into_iter().filter(|chip| !chip.off).map(|chip| chip.phrase(view, names));
    let text = search.chain(chips).collect::<Vec<_>>().join(", ");
    if text.is_empty() { "Log".to_owned() } else { text }
}
