//! The page's one question and its answer, which comes in parts: rows, bars, facets.

use daybook_model::{Entry, FacetCounts, Field, Histogram, Overview, Page, RunSummary, Tab};
use leptos::prelude::*;

use crate::{
    api::{self, Failure, OverviewQuestion},
    clock::Clock,
    load::{Answer, per_question},
    preferences::Preferences,
    reactive::memo,
    session::Session,
    ui::time::{Zone, zone_name},
    url::LogAddress,
};

/// The facets that are always in view.
const RAIL: [Field; 9] = [
    Field::Actor,
    Field::Action,
    Field::Method,
    Field::Status,
    Field::Outcome,
    Field::ResourceType,
    Field::Application,
    Field::Cluster,
    Field::Source,
];

/// The answer, as far as it is there. All parts are of one moment.
#[derive(Clone, Copy)]
pub(crate) struct LogAnswer {
    /// The rows.
    pub(crate) page: Answer<Page>,
    /// The bars and the total.
    pub(crate) bars: Answer<Histogram>,
    /// The facets.
    pub(crate) facets: Answer<Vec<FacetCounts>>,
    /// The tabs of the project.
    pub(crate) tabs: RwSignal<Option<Vec<Tab>>>,
    /// How many entries each of them has.
    pub(crate) totals: Answer<Vec<u64>>,
    /// The runs that the rows belong to, where the tab groups by them.
    pub(crate) runs: RwSignal<Vec<RunSummary>>,
    /// The facets that are asked for, in the order of the rail.
    pub(crate) rail: Memo<Vec<Field>>,
    asked: RwSignal<u32>,
}

impl LogAnswer {
    /// Asks for what the address says, and again whenever that changes.
    pub(crate) fn to(log: LogAddress, zone: RwSignal<Zone>) -> Self {
        let session = expect_context::<Session>();
        let clock = expect_context::<Clock>();
        let asked = RwSignal::new(0);
        let opened = expect_context::<Preferences>().facets;
        let chosen = log.part(|view| {
            let chosen = view.filter.choices.keys().chain(view.off.keys()).copied();
            chosen.collect::<std::collections::BTreeSet<_>>()
        });
        let rail = memo(move || {
            let (opened, chosen) = (opened.get(), chosen.get());
            let more = |field: &Field| {
                !RAIL.contains(field) && (opened.contains(field) || chosen.contains(field))
            };
            RAIL.into_iter().chain(Field::facets().iter().copied().filter(more)).collect::<Vec<_>>()
        });
        let answer = Self {
            page: Answer::default(),
            bars: Answer::default(),
            facets: Answer::default(),
            tabs: RwSignal::new(None),
            totals: Answer::default(),
            rail,
            runs: RwSignal::new(Vec::new()),
            asked,
        };

        let query = log.part(daybook_model::View::to_api_query);
        let question = memo(move || {
            let question = OverviewQuestion {
                project: log.project(),
                query: query.get(),
                zone: zone_name(zone.get()),
                facets: rail.get(),
            };
            (question, asked.get())
        });
        per_question(question.into(), move |(question, _), ticket| async move {
            answer.page.ask();
            answer.bars.ask();
            answer.facets.ask();
            answer.totals.ask();
            let take = |part| {
                if ticket.is_current() {
                    answer.take(part, clock);
                }
            };
            let result = api::overview(&question, ticket.signal.clone(), take).await;
            if ticket.is_current() {
                answer.end(result, session);
            }
        });
        answer
    }

    /// Asks the same again.
    pub(crate) fn again(self) {
        self.asked.update(|n| *n += 1);
    }

    /// The row of an entry, if it is on the page.
    pub(crate) fn row(self, seq: u64) -> Option<Entry> {
        self.page
            .value
            .with(|page| page.as_ref()?.entries.iter().find(|entry| entry.seq == seq).cloned())
    }

    fn take(self, part: Overview, clock: Clock) {
        match part {
            Overview::Page(page) => {
                self.runs.set(Vec::new());
                clock.set(page.now);
                self.page.give(page);
            }
            Overview::Histogram(bars) => self.bars.give(bars),
            Overview::Facets { facets } => self.facets.give(facets),
            Overview::Runs { runs } => self.runs.set(runs),
            Overview::Tabs { tabs } => self.tabs.set(Some(tabs)),
            Overview::TabTotals { totals } => self.totals.give(totals),
            Overview::Failed { .. } => {}
        }
    }

    /// What did not come by now does not come.
    fn end(self, result: Result<(), Failure>, session: Session) {
        let failure = result
            .err()
            .unwrap_or_else(|| Failure::Unavailable("The answer broke off. Try again.".into()));
        session.check(&failure);
        if self.page.waiting.get_untracked() {
            self.page.fail(failure.clone());
        }
        if self.bars.waiting.get_untracked() {
            self.bars.fail(failure.clone());
        }
        if self.facets.waiting.get_untracked() {
            self.facets.fail(failure.clone());
        }
        if self.totals.waiting.get_untracked() {
            self.totals.fail(failure);
        }
    }
}
