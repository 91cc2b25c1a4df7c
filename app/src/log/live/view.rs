//! Live on the screen: a dot with a word in the bar, and the pill over the rows.

use leptos::prelude::*;

use super::{Live, Standing};
use crate::{
    alerts::bell::Bell,
    clock::Clock,
    log::chart::Selection,
    preferences::Preferences,
    reactive::{dynamic, memo, when},
    ui::{
        icon::{Icon, icon},
        number::counted,
    },
    url::{Address, Page},
};

/// The dot, the word and the reason. Pressed, it pauses and goes on. The bell stands before it, which makes
/// one part less to wait for.
#[component]
pub(crate) fn LiveSwitch(
    /// How the list stands to the log.
    live: Live,
) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let zone = expect_context::<Preferences>().zone;
    let address = expect_context::<Address>();
    let project = Signal::derive(move || {
        Page::at(&address.place().path).project().unwrap_or_default().to_owned()
    });
    let standing = live.standing;
    let word = memo(move || standing.with(Standing::word));
    let why = memo(move || standing.with(|standing| standing.why(clock.now(), zone.get())));
    let text = memo(move || match why.get() {
        Some(why) => format!("{}: {why}", word.get()),
        None => word.get().to_owned(),
    });
    let tip = Signal::derive(move || {
        let does = if live.on.get() { "Press to pause" } else { "Press to follow the log" };
        format!("{}. {does} (l).", text.get())
    });
    view! {
        <Bell project />
        <button
            type="button"
            class="button quiet live"
            data-live=Signal::derive(move || standing.with(Standing::key))
            data-tip=tip
            aria-pressed=Signal::derive(move || if live.on.get() { "true" } else { "false" })
            aria-label=text
            aria-keyshortcuts="l"
            on:click=move |_| live.toggle()
        >
            <i class="live-dot"></i>
            <span>{word}</span>
            {dynamic(move || why.get().map(|why| view! { <span class="live-why">{why}</span> }))}
        </button>
    }
}

/// Follows the log, and offers what arrived and is not shown.
#[component]
pub(crate) fn LivePill(
    /// How the list stands to the log.
    live: Live,
    /// What the brush selects.
    selected: RwSignal<Option<Selection>>,
) -> impl IntoView {
    live.follow(selected);
    let newer = memo(move || live.newer.get() > 0 && live.shows_pill());
    let late = memo(move || live.late.with(Vec::len) as u64);
    view! {
        <div class="live-pill">
            {when(move || newer.get(), move || view! {
                <button type="button" class="button primary" on:click=move |_| live.bring()>
                    {icon(Icon::ArrowUp)}
                    {dynamic(move || counted(live.newer.get(), "newer entry", "newer entries"))}
                </button>
            })}
            {when(move || late.get() > 0, move || view! {
                <button type="button" class="button primary" data-tip="Opens the latest of them" on:click=move |_| live.open_late()>
                    {icon(Icon::ArrowDown)}
                    {dynamic(move || counted(late.get(), "late entry, further down", "late entries, further down"))}
                </button>
            })}
        </div>
    }
}
