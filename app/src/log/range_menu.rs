//! Which time is looked at: a menu of ranges that end now, and one of the reader's own.

use daybook_model::{Preset, Range, Span};
use leptos::prelude::*;

use crate::{
    clock::Clock,
    later::{Later, later},
    reactive::dynamic,
    ui::{
        icon::{Icon, icon},
        lazy::loading,
        popover::{Align, Popover},
        time::{Zone, span_text},
    },
    url::{History, LogAddress},
};

mod editor;

use editor::RangeEditor;

/// The menu.
#[component]
pub(crate) fn RangeMenu(
    /// Where we are.
    log: LogAddress,
    /// By whose clock.
    zone: RwSignal<Zone>,
    /// The time that the answer covers, to begin a range of one's own with.
    covered: Signal<Option<Span>>,
) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let range = log.part(|view| view.filter.range);
    let open = RwSignal::new(false);
    let words = Signal::derive(move || match range.get() {
        Range::Last(preset) => preset.label().to_owned(),
        Range::Between(span) => span_text(span, clock.now_untracked(), zone.get()),
    });
    let close = Callback::new(move |()| open.set(false));

    view! {
        <Popover
            class="button range-button"
            align=Align::End
            open
            label=Signal::derive(move || format!("{}: change the time range", words.get()))
            trigger=move || view! { {icon(Icon::Calendar)} <span class="range-words">{words}</span> {icon(Icon::Chevron)} }
        >
            {later(move || Later::Ranges(RangesProps { log, zone, covered, close }), loading)}
        </Popover>
    }
}

/// What the menu offers.
#[component]
pub(crate) fn Ranges(
    /// Where we are.
    log: LogAddress,
    /// By whose clock.
    zone: RwSignal<Zone>,
    /// The time that the answer covers.
    covered: Signal<Option<Span>>,
    /// Closes the menu.
    close: Callback<()>,
) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let range = log.part(|view| view.filter.range);
    let preset = move |preset: Preset| {
        let chosen = move || range.get() == Range::Last(preset);
        let href =
            Signal::derive(move || log.filter_link(|view| view.filter.range = Range::Last(preset)));
        view! {
            <li>
                <a class="menu-item" href=href aria-current=Signal::derive(move || chosen().then_some("true")) on:click=move |_| close.run(())>
                    <span class="menu-check">{dynamic(move || chosen().then(|| icon(Icon::Check)))}</span>
                    <span class="menu-text">{preset.label()}</span>
                </a>
            </li>
        }
    };
    let choose = Callback::new(move |range: Range| {
        close.run(());
        log.change(History::Push, |view| {
            view.cursor = None;
            view.filter.range = range;
        });
    });
    let editor = move || {
        // All time would begin in 1970, which is no help.
        let start = covered
            .get_untracked()
            .filter(|span| *span != Span::ALL)
            .unwrap_or_else(|| Range::default().resolve(clock.now_untracked()));
        let now = Callback::new(move |()| clock.now_untracked());
        view! { <RangeEditor start zone now on_choose=choose /> }
    };

    view! {
        <div class="range-menu">
            <ul role="list">{Preset::ALL.iter().copied().map(preset).collect_view()}</ul>
            {editor()}
        </div>
    }
}
