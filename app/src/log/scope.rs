//! Which entries a view means, in words, for what leaves the page: a printout, a file.

use daybook_model::{Tab, View};

use super::{hidden::hidden_by, names::Names, title::filter_text};

/// The filter as a phrase, with what the tab leaves out by itself.
pub(crate) fn filter_words(view: &View, tabs: &[Tab], names: Names) -> String {
    let what = filter_text(view, names);
    let filter = if what == "Log" { "No filter".to_owned() } else { what };
    match hidden_by(view, tabs).filter(|_| !view.hidden) {
        Some(hidden) => {
            format!("{filter}; without {}, which this tab leaves out", hidden.words(names))
        }
        None => filter,
    }
}

/// What the tab of a view is called; nothing where it is the one of everything.
pub(crate) fn tab_name(view: &View, tabs: &[Tab]) -> Option<String> {
    let key = view.tab.as_ref()?;
    tabs.iter().find(|tab| tab.key == *key).map(|tab| tab.name.clone())
}
