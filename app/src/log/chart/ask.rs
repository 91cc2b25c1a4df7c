//! What the chart asks for by itself, after the page's one question was answered and of the same
//! time and moment: other parts of the same bars, and what was there before.

use daybook_model::{Histogram, Preset, Previous, Range, StackBy};
use leptos::prelude::*;

use super::series::stacked_by;
use crate::{
    api::{self, BarsQuestion},
    load::{Answer, load_into, per_question},
    reactive::{effect, memo},
    session::Session,
    ui::time::{Zone, zone_name},
    url::LogAddress,
};

/// The question about the bars of an answer, of the same time and moment.
fn pinned(log: LogAddress, zone: Zone, histogram: &Histogram) -> BarsQuestion {
    // Not followed: another view has other bars, and they are waited for.
    let mut view = log.view_untracked();
    view.cursor = None;
    view.filter.range = Range::Between(histogram.span);
    view.filter.as_of = Some(histogram.as_of);
    BarsQuestion {
        project: log.project(),
        query: view.to_api_query(),
        zone: zone_name(zone),
        stack: view.chart.stack,
    }
}

/// Asks, now and whenever the address or the bars change.
pub(crate) fn ask_more(
    log: LogAddress,
    bars: Answer<Histogram>,
    previous: Answer<Previous>,
    zone: RwSignal<Zone>,
) {
    restack(log, bars, zone);
    compare(log, bars, previous, zone);
}

/// Keeps the bars stacked as the address says. The rows are not asked for again.
fn restack(log: LogAddress, bars: Answer<Histogram>, zone: RwSignal<Zone>) {
    let session = expect_context::<Session>();
    let by = log.part(|view| view.chart.stack);
    let question = memo(move || {
        let by = by.get();
        // Bars that are on their way are stacked already. A question that failed may be asked anew.
        if bars.waiting.get() {
            return None;
        }
        bars.value.with(|h| {
            let other = h.as_ref().filter(|h| stacked_by(h) != by)?;
            Some(pinned(log, zone.get_untracked(), other))
        })
    });
    per_question(question.into(), move |question, ticket| async move {
        let Some(question) = question else { return };
        let result = api::histogram(&question, ticket.signal.clone()).await;
        if ticket.is_current() {
            match result {
                Ok(histogram) => bars.give(histogram),
                Err(failure) => {
                    session.check(&failure);
                    bars.fail(failure);
                }
            }
        }
    });
}

/// What was there before the bars, where the address wants it.
fn compare(
    log: LogAddress,
    bars: Answer<Histogram>,
    previous: Answer<Previous>,
    zone: RwSignal<Zone>,
) {
    let wanted = log
        .part(|view| view.chart.compare.is_some() && view.filter.range != Range::Last(Preset::All));
    let question = RwSignal::new(None::<BarsQuestion>);
    effect(move || {
        let wanted = wanted.get();
        // Bars keep their line while newer ones are on their way.
        if wanted && bars.is_stale() {
            return;
        }
        let asked = bars.value.with(|h| {
            let asked = pinned(log, zone.get_untracked(), h.as_ref().filter(|_| wanted)?);
            Some(BarsQuestion { stack: StackBy::default(), ..asked })
        });
        if question.with_untracked(|old| *old != asked) {
            question.set(asked);
        }
    });
    load_into(previous, question.into(), |question, signal| async move {
        api::previous(&question, signal).await
    });
}
