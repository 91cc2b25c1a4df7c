//! Where a rule would have fired, on a chart of what it watches: asked anew while the rule is edited.

use std::time::Duration;

use daybook_model::{
    Filter, Histogram, QueryError, Range, StackBy, View,
    alert::{Backtest, BacktestRequest},
};
use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};

use super::{marks::Marks, tried::Tried};
use crate::{
    api::{self, BarsQuestion, alerts},
    clock::Clock,
    load::{Answer, load},
    preferences::Preferences,
    reactive::{dynamic, effect, memo, when},
    session::Session,
    ui::{
        number::{counted, grouped},
        time::{day, span_text, zone_name},
    },
};

/// How long nothing is typed before it is asked.
const SETTLED: Duration = Duration::from_millis(350);

/// The section.
#[component]
pub(super) fn BacktestSection(
    /// The project.
    project: StoredValue<String>,
    /// The rule, as far as it is right.
    watched: Memo<Result<BacktestRequest, QueryError>>,
) -> impl IntoView {
    let session = expect_context::<Session>();
    let zone = expect_context::<Preferences>().zone;
    let asked = settled(watched);
    let tried: Answer<Backtest> =
        load(asked.into(), move |rule: BacktestRequest, signal| async move {
            alerts::backtest(&project.get_value(), &rule, signal).await
        });
    effect(move || {
        tried.failure.with(|failure| failure.iter().for_each(|failure| session.check(failure)));
    });
    // The bars of the same time and moment.
    let question = memo(move || {
        let filter = asked.get()?.filter;
        let (span, as_of) = tried.value.with(|tried| {
            let tried = tried.as_ref()?;
            Some((tried.span?, tried.as_of))
        })?;
        let mut view = View { filter, ..View::default() };
        view.filter.range = Range::Between(span);
        view.filter.as_of = Some(as_of);
        Some(BarsQuestion {
            project: project.get_value(),
            query: view.to_api_query(),
            zone: zone_name(zone.get()),
            stack: StackBy::default(),
        })
    });
    let bars: Answer<Histogram> = load(question.into(), move |question, signal| async move {
        api::histogram(&question, signal).await
    });
    let filter = memo(move || asked.get().map(|rule| rule.filter).unwrap_or_default());
    view! {
        <section class="backtest" aria-labelledby="backtest-title">
            <h2 id="backtest-title">"Where it would have fired"</h2>
            {dynamic(move || tried.failure.get().map(|failure| view! { <p class="problem" role="alert">{failure.message()}</p> }))}
            {when(move || tried.value.with(Option::is_none) && tried.failure.with(Option::is_none), || view! {
                <p class="hint" role="status">"Looking through the log…"</p>
            })}
            <div class="backtest-result" class:stale=Signal::derive(move || tried.is_stale())>
                {dynamic(move || tried.value.get().map(|tried| view! { <Told tried /> }))}
                {dynamic(move || {
                    let both = bars.value.get().zip(tried.value.get());
                    both.filter(|(bars, tried)| tried.span == Some(bars.span))
                        .map(|(bars, tried)| view! { <Bars project filter=filter.get_untracked() bars tried /> })
                })}
                {dynamic(move || tried.value.get().filter(|tried| tried.total > 0).map(|tried| view! {
                    <Tried project filter=filter.get_untracked() tried />
                }))}
            </div>
        </section>
    }
}

/// The rule once nothing was changed for a moment; the last one that was right.
fn settled(
    watched: Memo<Result<BacktestRequest, QueryError>>,
) -> RwSignal<Option<BacktestRequest>> {
    let asked = RwSignal::new(watched.get_untracked().ok());
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    effect(move || {
        let Ok(rule) = watched.get() else { return };
        if let Some(waiting) = waiting.try_update_value(Option::take).flatten() {
            waiting.clear();
        }
        if asked.with_untracked(|asked| asked.as_ref() == Some(&rule)) {
            return;
        }
        let set = move || {
            let _ = asked.try_set(Some(rule.clone()));
        };
        waiting.set_value(set_timeout_with_handle(set, SETTLED).ok());
    });
    asked
}

/// How often, in a sentence.
#[component]
fn Told(tried: Backtest) -> impl IntoView {
    let (clock, zone) = (expect_context::<Clock>(), expect_context::<Preferences>().zone);
    let Some(span) = tried.span else {
        return view! { <p>"The log has nothing to try it on yet."</p> }.into_any();
    };
    let often = match (tried.total, tried.per_week) {
        (0, _) => "It would not have fired".to_owned(),
        (n, None) => format!("It would have fired {}", counted(n, "time", "times")),
        (n, Some(per_week)) => format!(
            "It would have fired {}, about {} a week,",
            counted(n, "time", "times"),
            rate(per_week)
        ),
    };
    let of = counted(tried.matching, "entry matches", "entries match");
    let told = move || {
        let when = span_text(span, clock.now_untracked(), zone.get());
        format!("{often} in {when}, in which {of} its filter.")
    };
    view! {
        <p role="status">{dynamic(told)}</p>
        {(!tried.complete).then(|| view! {
            <p class="hint">"Only this latest part of the log was tried: all of it would take too long."</p>
        })}
    }
    .into_any()
}

/// A number a week, no more exact than it is known.
fn rate(per_week: f64) -> String {
    match per_week {
        ..0.1 => "less than 0.1".to_owned(),
        ..10.0 => format!("{per_week:.1}"),
        _ => format!("{per_week:.0}"),
    }
}

/// The bars, and a mark over each in which it would have fired.
#[component]
fn Bars(
    project: StoredValue<String>,
    filter: Filter,
    bars: Histogram,
    tried: Backtest,
) -> impl IntoView {
    let (clock, zone) = (expect_context::<Clock>(), expect_context::<Preferences>().zone);
    let span = bars.span;
    let length = (span.to.millis() - span.from.millis()).max(1) as f64;
    let share = move |at: daybook_model::Timestamp| {
        ((at.millis() - span.from.millis()) as f64 / length).clamp(0.0, 1.0)
    };
    let most = bars.buckets.iter().map(daybook_model::Bucket::total).max().unwrap_or(0).max(1);
    let mut path = String::new();
    for bar in bars.buckets.iter().filter(|bar| bar.total() > 0) {
        let (left, right) = (share(bar.from) * 1_000.0, share(bar.to) * 1_000.0);
        let top = 100.0 - (bar.total() as f64 / most as f64 * 100.0).max(2.0);
        let right = if right - left > 3.0 { right - 1.0 } else { right };
        path = format!("{path}M{left:.1},100V{top:.1}H{right:.1}V100Z");
    }
    let name = format!(
        "What the rule watches, and where it would have fired: {}",
        counted(tried.total, "time", "times")
    );
    let ends = move || {
        let now = clock.now_untracked();
        let last = span.to.plus_millis(-1);
        view! { <span>{day(span.from, now, zone.get())}</span><span>{day(last, now, zone.get())}</span> }
    };
    let listed = tried.episodes.len() as u64;
    let total = tried.total;
    let top = format!("Up to {} in {}", counted(most, "entry", "entries"), bars.width);
    view! {
        <figure class="backtest-chart">
            <span class="chart-most" aria-hidden="true">{top}</span>
            <Marks project filter bars tried />
            <svg viewBox="0 0 1000 100" preserveAspectRatio="none" role="img" aria-label=name><path d=path /></svg>
            <div class="backtest-axis" aria-hidden="true">{dynamic(ends)}</div>
        </figure>
        {(total > listed).then(|| view! {
            <p class="hint">{format!("Marked are the latest {}.", grouped(listed))}</p>
        })}
    }
}
