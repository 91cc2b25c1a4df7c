//! The tabs: parts of the log, and how many entries each has under the filter.

use daybook_model::{Tab, tab};
use leptos::prelude::*;

use crate::{reactive::dynamic, ui::number::grouped, url::LogAddress};

/// Links to the tabs of the project; the filter is kept.
#[component]
pub(crate) fn Tabs(
    /// Where we are.
    log: LogAddress,
    /// The tabs.
    tabs: Signal<Option<Vec<Tab>>>,
    /// How many entries each has.
    totals: Signal<Option<Vec<u64>>>,
    /// Whether these are of an earlier question.
    stale: Signal<bool>,
) -> impl IntoView {
    let here = log.part(|view| view.tab.clone());
    let item = move |at: usize, tab: Tab| {
        let key = StoredValue::new(tab.key);
        let href = Signal::derive(move || log.href(&log.view().in_tab(&key.read_value())));
        let current = Signal::derive(move || {
            let here = here.get();
            let is = *key.read_value() == here.as_deref().unwrap_or(tab::ALL);
            is.then_some("page")
        });
        let total =
            move || totals.with(|t| t.as_ref().and_then(|t| t.get(at)).map(|&n| (n, grouped(n))));
        let none = Signal::derive(move || total().is_some_and(|(n, _)| n == 0));
        view! {
            <li>
                <a class="log-tab" class:none=none href=href aria-current=current>
                    <span class="log-tab-name">{tab.name}</span>
                    <span class="log-tab-count">{dynamic(move || total().map(|(_, text)| text))}</span>
                </a>
            </li>
        }
    };
    view! {
        <nav class="log-tabs" class:stale=stale aria-label="Parts of the log">
            <ul role="list">
                {dynamic(move || {
                    let tabs = tabs.get().unwrap_or_default();
                    tabs.into_iter().enumerate().map(|(at, tab)| item(at, tab)).collect_view()
                })}
            </ul>
        </nav>
    }
}
