//! Live: the list follows the log.
//!
//! A stream tells what arrives. While the reader looks at the newest rows, the page's one question is
//! asked again, at a gentle pace, and the new answer takes the place of the old one as a whole: so rows,
//! bars and counts are of one moment, and a late entry stands where its time belongs. Elsewhere what
//! arrives is counted until the reader wants it.

mod connection;
mod pending;
mod standing;
mod view;

use daybook_model::{Page, Range, Seq, Timestamp, View, live::Message};
use leptos::{ev, prelude::*};

use crate::{
    clock::Clock,
    log::{answer::LogAnswer, chart::Selection},
    preferences::Preferences,
    reactive::{effect, memo},
    ui::announce::announce,
    url::{History, LogAddress},
};
use connection::{Connection, Question, Told};
use pending::Pending;
use standing::{Standing, Wait};
pub(crate) use view::{LivePill, LivePillProps, LiveSwitch, LiveSwitchProps};

/// The shortest time between two questions, in milliseconds; and they take at most a third of it.
const PACE: i64 = 1_000;
/// The share of a running range after which it is asked for again though nothing arrived: what falls
/// out at its other end moves the bars by less than one.
const DRIFT: i64 = 120;
/// Where the first row must be for the reader to see it, in pixels below the window's top.
const TOP: f64 = 40.0;

/// The list and the log, for whoever shows how they stand.
#[derive(Clone, Copy)]
pub(crate) struct Live {
    log: LogAddress,
    answer: LogAnswer,
    on: RwSignal<bool>,
    standing: RwSignal<Standing>,
    /// How many entries match that the list does not show.
    newer: RwSignal<u64>,
    /// Entries that belong further down than this page, the latest last.
    late: RwSignal<Vec<Seq>>,
    /// Up to where in the log the rows are complete, and since when that is known, where that is more
    /// than the answer itself says.
    pub(crate) complete: RwSignal<Option<(Seq, Timestamp)>>,
}

impl Live {
    /// Of this list; nothing is known yet.
    pub(crate) fn of(log: LogAddress, answer: LogAnswer) -> Self {
        Self {
            log,
            answer,
            on: expect_context::<Preferences>().live,
            standing: RwSignal::new(Standing::Connecting),
            newer: RwSignal::new(0),
            late: RwSignal::new(Vec::new()),
            complete: RwSignal::new(None),
        }
    }

    /// Follows the log from now on, as far as the reader and the view allow.
    fn follow(self, selected: RwSignal<Option<Selection>>) {
        let Self { log, answer, on, late, .. } = self;
        let clock = expect_context::<Clock>();
        let page = answer.page.value;
        let hidden = hidden();
        let at_top = at_top();
        let told = Told {
            connection: RwSignal::default(),
            pending: RwSignal::default(),
            heard: RwSignal::default(),
        };

        // The stream begins where an answer ends. While one is awaited there is nothing to add to.
        let known = memo(move || !answer.page.is_stale() && page.with(Option::is_some));
        let query = log.part(|view| {
            let mut view = View { cursor: None, ..view.clone() };
            view.sort = daybook_model::Sort::default();
            view.to_api_query()
        });
        let pinned = log.part(|view| view.filter.as_of.is_some());
        let question = memo(move || {
            let wanted = on.get() && !hidden.get() && !pinned.get() && known.get();
            wanted.then(|| Question { project: log.project(), query: query.get() })
        });
        let last = StoredValue::new(None::<Question>);
        effect(move || {
            question.with(|question| {
                if question.is_some() && last.with_value(|last| last != question) {
                    let shown = page.with_untracked(|p| p.as_ref().map_or(0, |page| page.as_of));
                    told.pending.set(Pending::behind(shown));
                    last.set_value(question.clone());
                }
            });
        });
        effect(move || {
            page.with(|page| {
                if let Some(page) = page {
                    told.pending.update(|pending| pending.show(page.as_of, page.span.to));
                }
            });
        });

        let before = memo(move || page.with(|page| page.as_ref().map_or(0, |page| page.before)));
        let of_view = memo(move || Wait::of(&log.view(), before.get()));
        let standing = memo(move || {
            if !on.get() {
                return Standing::Paused;
            }
            if hidden.get() {
                return Standing::Waiting(Wait::Hidden);
            }
            match told.connection.get() {
                Connection::Lost(at) => return Standing::Reconnecting(at),
                Connection::Refused(message) => return Standing::Refused(message),
                Connection::Opening | Connection::Open => {}
            }
            if answer.page.failure.with(Option::is_some) {
                return Standing::Waiting(Wait::Unanswered);
            }
            let selecting = selected.with(Option::is_some).then_some(Wait::Selecting);
            let scrolled = (!at_top.get()).then_some(Wait::Scrolled);
            match of_view.get().or(selecting).or(scrolled) {
                Some(wait) => Standing::Waiting(wait),
                None if told.connection.with(|c| *c == Connection::Open) => Standing::Live,
                None => Standing::Connecting,
            }
        });

        let running = log.part(|view| match view.filter.range {
            Range::Last(preset) => preset.millis(),
            Range::Between(_) => None,
        });
        let newer = memo(move || {
            // Only a running range leaves out what lies ahead of the clock.
            let now = if running.get().is_some() { clock.now() } else { Timestamp::END };
            told.pending.with(|pending| pending.count(now))
        });
        let on_message = move |message: &Message| match message {
            Message::Entry(entry) if standing.with_untracked(|s| *s == Standing::Live) => {
                let below = page.with_untracked(|page| is_below(page.as_ref(), entry));
                if below {
                    late.update(|late| late.push(entry.seq));
                }
            }
            // The place that was asked for lies behind the end: this is another log.
            Message::Missed(missed) if missed.missed == 0 => answer.again(),
            _ => {}
        };
        connection::listen(question.into(), told, on_message);
        // What another question showed further down is of no interest any more.
        effect(move || {
            if answer.page.waiting.get() {
                late.set(Vec::new());
            }
        });

        let complete = memo(move || {
            let fixed = log.view().cursor.is_some();
            let heard = told.heard.get();
            let whole = told.pending.with(|p| p.is_empty().then(|| p.read()))?;
            let open = told.connection.with(|c| *c == Connection::Open);
            let shown = page.with(|page| page.as_ref().map(|page| page.as_of))?;
            (open && !fixed && whole >= shown).then_some((whole, heard))
        });
        effect(move || self.standing.set(standing.get()));
        effect(move || self.newer.set(newer.get()));
        effect(move || self.complete.set(complete.get()));
        self.drive(running, clock);
        self.announce();
    }

    /// Asks again while the list follows the log and something is to be shown.
    fn drive(self, running: Memo<Option<i64>>, clock: Clock) {
        let asked = StoredValue::new(Timestamp::MIN);
        let rest = StoredValue::new(PACE);
        let renewing = self.answer.renewing;
        effect(move || {
            if !renewing.get() && asked.get_value() > Timestamp::MIN {
                // The question that was asked last is answered now.
                let took = clock.now_untracked().millis() - asked.get_value().millis();
                rest.set_value(PACE.max(took.min(10 * PACE) * 3));
            }
        });
        effect(move || {
            let now = clock.now().max(clock.now_untracked());
            let newer = self.newer.get() > 0;
            if renewing.get() || self.standing.with(|s| *s != Standing::Live) {
                return;
            }
            let answered = self.answer.page.value.with_untracked(|p| p.as_ref().map(|p| p.now));
            let drifted = running.get().zip(answered).is_some_and(|(length, answered)| {
                now.millis() - answered.millis() > (length / DRIFT).max(PACE)
            });
            let rested = now.millis() - asked.get_value().millis() >= rest.get_value();
            if (newer || drifted) && rested {
                asked.set_value(now);
                self.answer.renew();
            }
        });
    }

    /// Tells who listens, once, that there is something to be had.
    fn announce(self) {
        let waits = memo(move || self.shows_pill() && self.newer.get() > 0);
        effect(move || {
            if waits.get() {
                announce("There are newer entries.");
            }
        });
    }

    /// Whether newer entries are kept back, so that the reader must ask for them.
    fn shows_pill(self) -> bool {
        self.standing.with(|s| !matches!(s, Standing::Live | Standing::Connecting))
    }

    /// Switches it on and off.
    pub(crate) fn toggle(self) {
        self.on.update(|on| *on = !*on);
        announce(if self.on.get_untracked() { "Live" } else { "Paused" });
    }

    /// Shows what was kept back.
    fn bring(self) {
        if self.log.view_untracked().cursor.is_some() {
            self.log.change(History::Push, |view| view.cursor = None);
        } else if self.standing.with_untracked(|s| *s != Standing::Waiting(Wait::Scrolled)) {
            self.answer.again();
        }
        window().scroll_to_with_x_and_y(0.0, 0.0);
    }

    /// Opens the latest of the entries that belong further down.
    fn open_late(self) {
        if let Some(seq) = self.late.try_update(Vec::pop).flatten() {
            self.log.change(History::Push, |view| view.event = Some(seq));
        }
    }
}

/// Whether an entry belongs behind the last row of a full page.
fn is_below(page: Option<&Page>, entry: &daybook_model::Entry) -> bool {
    let Some(page) = page.filter(|page| page.next.is_some()) else { return false };
    page.entries.last().is_some_and(|last| entry.event.occurred_at < last.event.occurred_at)
}

/// Whether the tab is in the background.
fn hidden() -> RwSignal<bool> {
    let hidden = RwSignal::new(document().hidden());
    let listener =
        window_event_listener(ev::visibilitychange, move |_| hidden.set(document().hidden()));
    on_cleanup(move || listener.remove());
    hidden
}

/// Whether the first row can be seen.
fn at_top() -> RwSignal<bool> {
    let at_top = RwSignal::new(true);
    let look = move || {
        let list = document().get_element_by_id("entries");
        let seen = list.is_none_or(|list| list.get_bounding_client_rect().top() >= TOP);
        if at_top.get_untracked() != seen {
            at_top.set(seen);
        }
    };
    let scrolled = window_event_listener(ev::scroll, move |_| look());
    on_cleanup(move || scrolled.remove());
    at_top
}
