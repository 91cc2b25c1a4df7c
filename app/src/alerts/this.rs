//! From the log to a rule: one click makes a rule for what is looked at.

use daybook_model::{Tab, alert::filter_of_view};
use leptos::prelude::*;

use super::parts::may_change;
use crate::{
    reactive::{dynamic, memo},
    session::Session,
    ui::icon::{Icon, icon},
    url::{LogAddress, new_rule_href},
};

/// The link, for whoever may make rules.
#[component]
pub(crate) fn AlertOnThis(
    /// Where we are.
    log: LogAddress,
    /// The tabs of the project.
    tabs: Signal<Option<Vec<Tab>>>,
) -> impl IntoView {
    let session = expect_context::<Session>();
    let may = memo(move || may_change(session, &log.project()));
    let known = memo(move || tabs.with(Option::is_some));
    // What the tab has is part of what is looked at.
    let href = memo(move || {
        let view = log.view();
        let bounds = tabs.with(|tabs| {
            let key = view.tab.as_deref().unwrap_or(daybook_model::tab::ALL);
            let tab = tabs.iter().flatten().find(|tab| tab.key == key);
            tab.map(|tab| tab.bounds(view.hidden, &view.filter))
        });
        let filter = filter_of_view(&view.filter, &bounds.unwrap_or_default())?;
        Some(new_rule_href(&log.project(), &filter))
    });
    dynamic(move || {
        may.get().then(|| match href.get() {
            _ if !known.get() => soon(),
            Some(href) => view! {
                <a class="button alert-on" href=href data-tip="Make a rule that watches for these entries">
                    {icon(Icon::BellPlus)}<span>"Alert on this"</span>
                </a>
            }
            .into_any(),
            // A rule of half of it would watch for something else.
            None => view! {
                <span class="button alert-on" role="link" aria-disabled="true" tabindex="0" data-tip="This filter and its tab cannot be said in one rule: choose the tab All, and filter there">
                    {icon(Icon::BellPlus)}<span>"Alert on this"</span>
                </span>
            }
            .into_any(),
        })
    })
}

/// Keeps the place of the link.
pub(crate) fn soon() -> AnyView {
    view! { <span class="button alert-on" aria-hidden="true">{icon(Icon::BellPlus)}<span>"Alert on this"</span></span> }.into_any()
}
