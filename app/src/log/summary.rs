//! The line over the rows: how many there are, which are shown, and what vouches for it.

use daybook_model::{Column, Histogram, Page, Seq, Sort, Timestamp};
use leptos::prelude::*;

use crate::{
    clock::Clock,
    log::chart::Selection,
    preferences::Preferences,
    reactive::dynamic,
    ui::{
        icon::{Icon, icon},
        number::{counted, grouped},
        time::day,
    },
    url::LogAddress,
};

/// Total, rows, whether bars and rows agree, and up to where the log was read.
#[component]
pub(crate) fn Summary(
    /// The rows.
    page: Signal<Option<Page>>,
    /// The bars.
    bars: Signal<Option<Histogram>>,
    /// Whether bars are on their way.
    counting: Signal<bool>,
    /// Up to where the rows are complete by now, where that is more than they say.
    complete: RwSignal<Option<(Seq, Timestamp)>>,
    /// What the brush selects.
    selected: RwSignal<Option<Selection>>,
    /// Whether any of it is of an earlier question.
    stale: Signal<bool>,
) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let total = move || bars.with(|bars| bars.as_ref().map(|b| (b.sum, b.total)));
    let rows = move || page.with(|page| page.as_ref().map(|p| (p.before, p.entries.len() as u64)));
    let read = move || {
        complete.get().or_else(|| page.with(|page| page.as_ref().map(|p| (p.as_of, p.now))))
    };

    let entries = move || match total() {
        Some((_, total)) => {
            let text = counted(total, "entry", "entries");
            let (n, word) = text
                .split_once(' ')
                .map(|(n, word)| (n.to_owned(), word.to_owned()))
                .unwrap_or_default();
            view! { <span class="summary-total"><strong>{n}</strong>" "{word}</span> }.into_any()
        }
        None if counting.get() => {
            view! { <span class="summary-total muted">"Counting…"</span> }.into_any()
        }
        None => ().into_any(),
    };
    let brushed = move || {
        let selection = selected.get()?;
        let n = bars.with(|bars| Some(selection.counts(&bars.as_ref()?.buckets)))?;
        // No more than all of it: what stands beside the number stays where it is.
        let width = total().map(|(_, all)| format!("{}ch", grouped(all).len()));
        Some(view! {
            <span class="summary-selected"><strong style:width=width>{grouped(n.iter().sum())}</strong>" selected of"</span>
        })
    };
    let shown = move || {
        let (before, n) = rows().filter(|(_, n)| *n > 0)?;
        let last = before + n;
        Some(view! {
            <span class="summary-rows">"rows "<strong>{format!("{}–{}", grouped(before + 1), grouped(last))}</strong></span>
        })
    };
    let agreement = move || {
        let agree = || {
            view! { {icon(Icon::Check)}<span class="summary-long">"bars and rows agree"</span><span class="summary-short">"counts agree"</span> }
        };
        let Some((sum, total)) = total() else {
            let held = || view! { <span class="summary-proof held">{agree()}</span> }.into_any();
            return counting.get().then(held);
        };
        Some(if sum == total {
            view! { <span class="summary-proof" data-tip="The bars add up to the number of entries, counted apart.">{agree()}</span> }.into_any()
        } else {
            let text = format!(
                "The bars add up to {}, but {} match. Do not rely on these counts.",
                grouped(sum),
                grouped(total)
            );
            view! { <span class="summary-alarm" role="alert">{icon(Icon::Warning)}{text}</span> }
                .into_any()
        })
    };
    let stored = move || {
        let (as_of, at) = read()?;
        let seconds = (clock.now().millis() - at.millis()).max(0) / 1000;
        let age = match seconds {
            0..60 => format!("{seconds} s ago"),
            60..3600 => format!("{} min ago", seconds / 60),
            _ => format!("{} h ago", seconds / 3600),
        };
        Some(view! {
            <span class="summary-proof" data-tip="Everything that was stored up to this place in the log is counted.">
                {icon(Icon::Check)}<span class="summary-long">"stored "</span>{format!("to #{}, {age}", grouped(as_of))}
            </span>
        })
    };

    let zone = expect_context::<Preferences>().zone;
    let history = move || {
        let since = bars.with(|bars| bars.as_ref()?.since)?;
        let day = day(since, clock.now_untracked(), zone.get());
        Some(view! {
            <span class="summary-history" data-tip="The earliest entry that the log has, whatever the filter."><span class="summary-long">"history "</span>{format!("since {day}")}</span>
        })
    };

    view! {
        <div class="summary" class:stale=stale>
            {dynamic(brushed)}
            {dynamic(entries)}
            {dynamic(shown)}
            {dynamic(agreement)}
            {dynamic(stored)}
            {dynamic(history)}
        </div>
    }
}

/// Asks the same again.
#[component]
pub(crate) fn Refresh(
    /// Whether an answer is under way.
    waiting: Signal<bool>,
    /// Asks.
    again: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="icon-button"
            class:turning=waiting
            aria-label="Refresh"
            aria-keyshortcuts="r"
            data-tip="Refresh"
            on:click=move |_| again.run(())
        >
            {icon(Icon::Refresh)}
        </button>
    }
}

/// The ways to the pages before and after this one.
#[component]
pub(crate) fn Pager(
    /// Where we are.
    log: LogAddress,
    /// The rows.
    page: Signal<Option<Page>>,
    /// What tells it from the other one.
    #[prop(default = "Pages")]
    label: &'static str,
) -> impl IntoView {
    let sort = log.part(|view| view.sort);
    let cursors = move || {
        page.with(|page| {
            page.as_ref().map(|p| (p.previous.clone(), p.next.clone())).unwrap_or_default()
        })
    };
    let link = move |cursor: Option<String>,
                     glyph: Icon,
                     text: &'static str,
                     key: &'static str,
                     before: bool| {
        let href = cursor.map(|cursor| {
            log.link(|view| {
                view.cursor = Some(cursor);
                view.event = None;
            })
        });
        let disabled = href.is_none().then_some("true");
        let rel = if before { "prev" } else { "next" };
        view! {
            <a class="button" role="link" rel=rel href=href aria-disabled=disabled aria-keyshortcuts=key>
                {before.then(|| icon(glyph))}
                {text}
                {(!before).then(|| icon(glyph))}
            </a>
        }
    };
    view! {
        <nav class="pager" aria-label=label>
            {dynamic(move || {
                let (previous, next) = cursors();
                let (back, on) = words(sort.get());
                view! {
                    {link(previous, Icon::ChevronLeft, back, "[", true)}
                    {link(next, Icon::ChevronRight, on, "]", false)}
                }
            })}
        </nav>
    }
}

/// What lies before and after a page in this order.
fn words(sort: Sort) -> (&'static str, &'static str) {
    match (sort.column, sort.descending) {
        (Column::Time, true) => ("Newer", "Older"),
        (Column::Time, false) => ("Older", "Newer"),
        _ => ("Previous", "Next"),
    }
}
