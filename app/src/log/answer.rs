//! The page's one question and its answer, which comes in parts: rows, bars, facets.

use daybook_model::{Entry, FacetCounts, Field, Histogram, Overview, Page, RunSummary, Seq, Tab};
use leptos::prelude::*;

use crate::{
    api::{self, Failure, OverviewQuestion},
    clock::Clock,
    load::{Answer, per_question},
    log::groups::groups,
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
    /// Whether the same is being asked quietly.
    pub(crate) renewing: RwSignal<bool>,
    /// Rows behind this place in the log came with a quiet answer.
    pub(crate) fresh: RwSignal<Seq>,
    asked: RwSignal<Asked>,
}

/// How often the same was asked again, and how.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Asked {
    times: u32,
    /// What is shown stays in force until the whole of the new answer is there.
    quietly: bool,
}

impl LogAnswer {
    /// Asks for what the address says, and again whenever that changes.
    pub(crate) fn to(log: LogAddress, zone: RwSignal<Zone>) -> Self {
        let session = expect_context::<Session>();
        let clock = expect_context::<Clock>();
        let asked = RwSignal::new(Asked::default());
        let opened = expect_context::<Preferences>().facets;
        let chosen = log.part(|view| {
            let chosen = |field: &&Field| {
                view.filter.choices.contains_key(field) || view.off.contains_key(field)
            };
            Field::facets().iter().filter(chosen).copied().collect::<Vec<_>>()
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
            renewing: RwSignal::new(false),
            fresh: RwSignal::new(Seq::MAX),
            asked,
        };

        let query = log.part(daybook_model::View::to_api_query);
        let question = memo(move || {
            let question = OverviewQuestion {
                project: log.project(),
                query: query.get(),
                zone: zone_name(zone.get()),
                facets: rail.get(),
                // Other parts of the same bars are no reason to ask for the rows again.
                stack: log.view_untracked().chart.stack,
            };
            (question, asked.get())
        });
        let last = StoredValue::new(None::<OverviewQuestion>);
        let shown_tab = StoredValue::new(None);
        per_question(question.into(), move |(question, asked), ticket| {
            let tab = Some(log.view_untracked().tab);
            let quietly = asked.quietly && last.with_value(|last| last.as_ref() == Some(&question));
            last.set_value(Some(question.clone()));
            answer.renewing.set(quietly);
            if !quietly {
                answer.page.ask();
                answer.bars.ask();
                answer.facets.ask();
                answer.totals.ask();
            }
            async move {
                let mut held = Vec::new();
                let take = |part| {
                    if quietly {
                        held.push(part);
                    } else if ticket.is_current() {
                        if matches!(part, Overview::Page(_)) {
                            shown_tab.set_value(tab.clone());
                        }
                        answer.fresh.set(Seq::MAX);
                        answer.take(part, clock);
                    }
                };
                let result = api::overview(&question, ticket.signal.clone(), take).await;
                if !ticket.is_current() {
                    return;
                }
                if quietly {
                    answer.renew_with(held, result, clock, session);
                } else {
                    if answer.page.waiting.get_untracked() && shown_tab.get_value() != tab {
                        answer.forget();
                    }
                    answer.end(result, session);
                }
            }
        });
        answer
    }

    /// Takes a new answer to the same question, whole or not at all, so that rows and counts never
    /// disagree. Where it did not come, what is shown is still true of its moment.
    fn renew_with(
        self,
        parts: Vec<Overview>,
        result: Result<(), Failure>,
        clock: Clock,
        session: Session,
    ) {
        self.renewing.set(false);
        match result {
            Ok(()) if parts.iter().any(|part| matches!(part, Overview::TabTotals { .. })) => {
                let known = self.page.value.with_untracked(|page| page.as_ref().map(|p| p.as_of));
                self.fresh.set(known.unwrap_or(Seq::MAX));
                for part in parts {
                    self.take(part, clock);
                }
            }
            Ok(()) => {}
            Err(failure) => session.check(&failure),
        }
    }

    /// Asks the same again.
    pub(crate) fn again(self) {
        self.ask(false);
    }

    /// Asks the same again, without dimming what is shown: it stays until the new answer is whole.
    pub(crate) fn renew(self) {
        self.ask(true);
    }

    fn ask(self, quietly: bool) {
        self.asked.update(|asked| *asked = Asked { times: asked.times.wrapping_add(1), quietly });
    }

    /// The row of an entry, if it is on the page.
    pub(crate) fn row(self, seq: u64) -> Option<Entry> {
        self.page
            .value
            .with(|page| page.as_ref()?.entries.iter().find(|entry| entry.seq == seq).cloned())
    }

    /// The places of the rows in the log, from top to bottom.
    pub(crate) fn shown(self) -> Vec<Seq> {
        let runs = self.runs.read();
        self.page.value.with(|page| {
            let entries = page.as_ref().map(|page| page.entries.as_slice()).unwrap_or_default();
            let rows = groups(entries, &runs).into_iter().flat_map(|group| group.entries);
            rows.map(|entry| entry.seq).collect()
        })
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
            // They come with each answer, and are seldom others.
            Overview::Tabs { tabs } => {
                if self.tabs.with_untracked(|known| known.as_ref() != Some(&tabs)) {
                    self.tabs.set(Some(tabs));
                }
            }
            Overview::TabTotals { totals } => self.totals.give(totals),
            Overview::Failed { .. } => {}
        }
    }

    /// Rows of one tab are no answer under the headings of another, nor are their counts.
    fn forget(self) {
        self.page.value.set(None);
        self.bars.value.set(None);
        self.facets.value.set(None);
    }

    /// What did not come by now does not come.
    fn end(self, result: Result<(), Failure>, session: Session) {
        let failure = result
            .err()
            .unwrap_or_else(|| Failure::Unavailable("The answer broke off. Try again.".into()));
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
            self.totals.fail(failure.clone());
        }
        // Last: whoever is led to the sign-in page leaves this one.
        session.check(&failure);
    }
}
