//! Nothing matches: an answer, with the reason.

use daybook_model::{
    Field, Page, Preset, Range, Span, Timestamp, View,
    stats::{Conflict, Without},
};
use leptos::prelude::*;

use crate::{
    api,
    clock::Clock,
    load::load,
    log::{chips::clear, names::Names, terms::ChipId},
    reactive::{dynamic, memo, when},
    ui::{
        icon::{Icon, icon},
        number::{counted, grouped},
        time::{Zone, brief, span_text},
    },
    url::LogAddress,
};

/// Says which part of the filter empties the result, and how to drop it.
#[component]
pub(crate) fn Empty(
    /// Where we are.
    log: LogAddress,
    /// What values are called.
    names: Names,
    /// By whose clock.
    zone: RwSignal<Zone>,
    /// The answer without rows.
    page: Signal<Option<Page>>,
) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let query = log.part(|view| View { cursor: None, ..view.clone() }.to_api_query());
    let narrowed = log.part(|view| view.filter.is_narrowed());
    let asked = memo(move || narrowed.get().then(|| query.get()));
    let reasons = load(asked.into(), move |query: String, signal| async move {
        api::without(&log.project(), &query, signal).await
    });

    let two = log.part(|view| {
        let included = view.filter.choices.values().filter(|choice| !choice.include.is_empty());
        included.count() > 1
    });
    let asked = memo(move || two.get().then(|| query.get()));
    let conflicts = load(asked.into(), move |query: String, signal| async move {
        api::conflicts(&log.project(), &query, signal).await
    });
    let conflict = move |Conflict { keys: [a, b], totals: [n, m] }: Conflict| {
        let view = log.view();
        let (first, second) = (part_text(&view, &a, names), part_text(&view, &b, names));
        let (only_a, only_b) = (
            log.filter_link(|view| drop_part(view, &b)),
            log.filter_link(|view| drop_part(view, &a)),
        );
        view! {
            <p class="conflict">
                "No entry has both "<em>{first.clone()}</em>" and "<em>{second.clone()}</em>"; "
                {format!("{} and {} have one.", grouped(n), grouped(m))}
                <span class="empty-acts">
                    <a class="button" href=only_a>{format!("Keep {first}")}</a>
                    <a class="button" href=only_b>{format!("Keep {second}")}</a>
                </span>
            </p>
        }
    };

    let range = log.part(|view| view.filter.range);
    let searched = Signal::derive(move || {
        let span = page.with(|page| page.as_ref().map(|page| page.span));
        if let (Range::Last(preset), Some(span)) =
            (range.get(), span.filter(|span| *span != Span::ALL))
        {
            let since = brief(
                Timestamp::saturating(span.from.millis() / 60_000 * 60_000),
                clock.now_untracked(),
                zone.get(),
            );
            return format!("{}, since {since}.", preset.label());
        }
        match span.filter(|span| *span != Span::ALL) {
            Some(span) => {
                format!("Searched {}.", span_text(span, clock.now_untracked(), zone.get()))
            }
            None => "Searched all time.".to_owned(),
        }
    });
    let helpful = move || {
        let mut reasons = reasons.value.get().unwrap_or_default();
        reasons.retain(|reason| reason.total > 0 && reason.alone != Some(0));
        reasons.sort_unstable_by_key(|reason| std::cmp::Reverse(reason.total));
        reasons
    };
    let reason = move |Without { key, total, .. }: Without| {
        let view = log.view();
        let what = part_text(&view, &key, names);
        let href = log.filter_link(|view| drop_part(view, &key));
        let there = if total == 1 { "is" } else { "are" };
        view! {
            <li>
                <a href=href>"Without "<em>{what}</em></a>
                {format!(" there {there} {}.", counted(total, "entry", "entries"))}
            </li>
        }
    };
    // What nothing has at all is to blame whatever else is asked for.
    let nowhere = move || {
        let mut reasons = reasons.value.get().unwrap_or_default();
        reasons.retain(|reason| reason.alone == Some(0));
        reasons
    };
    let missing = move |Without { key, total, .. }: Without| {
        let what = part_text(&log.view(), &key, names);
        let href = log.filter_link(|view| drop_part(view, &key));
        let all_time = range.get() == Range::Last(Preset::All);
        let scope =
            if all_time { "Nothing in the log matches " } else { "Nothing in this time matches " };
        let drop = format!("Drop {what}");
        let rest = (total > 0).then(|| {
            let there = if total == 1 { "is" } else { "are" };
            format!(" Without it there {there} {}.", counted(total, "entry", "entries"))
        });
        view! {
            <p class="missing">
                {scope}<em>{what}</em>", whatever else is asked for."{rest}
                <span class="empty-acts"><a class="button" href=href>{drop}</a></span>
            </p>
        }
    };
    let is_all = log.part(|view| view.filter.range == Range::Last(Preset::All));

    view! {
        <section class="empty" aria-live="polite">
            {icon(Icon::Search)}
            <h2>"No entries match"</h2>
            <p class="muted">{searched}</p>
            {dynamic(move || nowhere().into_iter().map(missing).collect_view())}
            {dynamic(move || conflicts.value.get().unwrap_or_default().into_iter().map(conflict).collect_view())}
            <ul role="list">{dynamic(move || helpful().into_iter().map(reason).collect_view())}</ul>
            {when(move || narrowed.get() && reasons.value.with(Option::is_some) && helpful().is_empty() && nowhere().is_empty(), move || view! {
                <p>"No single filter is to blame: even without any one of them nothing matches."</p>
            })}
            <p class="empty-acts">
                {when(move || narrowed.get(), move || view! {
                    <a class="button" href=Signal::derive(move || log.filter_link(clear))>"Clear all filters"</a>
                })}
                {when(move || !is_all.get(), move || view! {
                    <a class="button" href=Signal::derive(move || log.filter_link(|view| view.filter.range = Range::Last(Preset::All)))>"Look at all time"</a>
                })}
            </p>
        </section>
    }
}

/// The part of the filter under this key, in words.
fn part_text(view: &View, key: &str, names: Names) -> String {
    match key {
        "q" => format!("the search “{}”", view.filter.search.as_deref().unwrap_or_default()),
        "range" | "from" | "to" => "this time range".to_owned(),
        "as_of" => "the pinned moment".to_owned(),
        _ => chip_of(key).map_or_else(|| key.to_owned(), |chip| chip.phrase(view, names)),
    }
}

/// Drops the part of the filter under this key.
fn drop_part(view: &mut View, key: &str) {
    match key {
        "q" => view.filter.search = None,
        "range" | "from" | "to" => view.filter.range = Range::Last(Preset::All),
        "as_of" => view.filter.as_of = None,
        _ => {
            if let Some(chip) = chip_of(key) {
                chip.take(view);
            }
        }
    }
}

fn chip_of(key: &str) -> Option<ChipId> {
    let (name, exclude) = key.strip_suffix(".not").map_or((key, false), |name| (name, true));
    Field::from_key(name).map(|field| ChipId::on(field, exclude))
}
