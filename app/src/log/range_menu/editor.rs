//! A range of the reader's own: typed, chosen from a calendar, or by two times. All three show the
//! same range, and a sentence says which it is.

use chrono::{Days, NaiveDate, NaiveTime};
use daybook_model::{
    Range, Span, Timestamp,
    range::{
        typed::{self, Context, Typed, TypedError},
        wall::Wall,
    },
};
use leptos::{ev, prelude::*};

use crate::{
    reactive::{dynamic, memo},
    ui::{
        calendar::{Calendar, Chosen},
        time::{Zone, first_weekday, from_input, length_text, span_with_year, to_input, zone_name},
        unique_id,
    },
};

/// From this width on there is room for two months.
const WIDE: &str = "(min-width: 860px)";

/// What the editor holds.
#[derive(Clone, Copy)]
struct Draft {
    /// The range to begin with.
    start: Span,
    zone: Signal<Zone>,
    now: Callback<(), Timestamp>,
    /// What is typed; empty where the range comes from elsewhere.
    text: RwSignal<String>,
    from: RwSignal<String>,
    to: RwSignal<String>,
    /// The range that is meant, or why there is none.
    range: RwSignal<Result<Typed, String>>,
    /// What was wrong when it was to be applied.
    problem: RwSignal<Option<String>>,
}

/// Chooses a range.
#[component]
pub(crate) fn RangeEditor(
    /// The range to begin with.
    start: Span,
    /// By whose clock.
    #[prop(into)]
    zone: Signal<Zone>,
    /// What time it is.
    now: Callback<(), Timestamp>,
    /// A range was chosen.
    on_choose: Callback<Range>,
) -> impl IntoView {
    let clock = zone.get_untracked();
    let draft = Draft {
        start,
        zone,
        now,
        text: RwSignal::new(String::new()),
        from: RwSignal::new(to_input(start.from, clock)),
        to: RwSignal::new(to_input(start.to, clock)),
        range: RwSignal::new(Ok(Typed { range: Range::Between(start), until_now: false })),
        problem: RwSignal::new(None),
    };
    let apply = move |event: ev::SubmitEvent| {
        event.prevent_default();
        match draft.settled() {
            Ok(range) => on_choose.run(range),
            Err(problem) => draft.problem.set(Some(problem)),
        }
    };
    let today = clock.civil(now.run(())).date();
    let months = if wide() { 2 } else { 1 };
    let chosen = memo(move || draft.days());
    let note = Callback::new(move |date| odd_length(date, zone.get_untracked()));
    let choose = Callback::new(move |(first, last): Chosen| {
        draft.text.set(if first == last {
            first.to_string()
        } else {
            format!("{first} to {last}")
        });
        draft.read();
    });
    let about = unique_id("range");
    let zone_words = Signal::derive(move || zone_name(zone.get()));
    view! {
        <form class="range-editor" on:submit=apply novalidate>
            <label class="range-typed">
                <span>"Type a time"</span>
                <input
                    class="field"
                    type="text"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    maxlength="120"
                    placeholder="2h, yesterday, 20 Nov 14:00 to 15:30"
                    aria-describedby=about.clone()
                    prop:value=draft.text
                    on:input:target=move |e| {
                        draft.text.set(e.target().value());
                        draft.read();
                    }
                />
            </label>
            <p class="range-told" id=about role="status" class:odd=Signal::derive(move || draft.range.with(Result::is_err))>
                {dynamic(move || told(draft.range.get(), zone.get()))}
            </p>
            <Calendar months today week=first_weekday() chosen note on_choose=choose />
            <div class="range-ends">
                {end("From", draft.from, draft)}
                {end("To", draft.to, draft)}
            </div>
            <p class="problem" role="alert">{dynamic(move || draft.problem.get())}</p>
            <p class="range-apply">
                <span class="muted">{zone_words}", up to but without the end"</span>
                <button class="button primary" type="submit">"Apply"</button>
            </p>
        </form>
    }
}

/// One end, as date and time: largest first, which no country reads in another way.
fn end(name: &'static str, value: RwSignal<String>, draft: Draft) -> impl IntoView {
    view! {
        <label>
            <span>{name}</span>
            <input
                class="field mono"
                type="text"
                inputmode="numeric"
                autocomplete="off"
                spellcheck="false"
                maxlength="19"
                placeholder="2026-11-20 14:00"
                prop:value=value
                on:input:target=move |e| {
                    value.set(e.target().value());
                    draft.read_ends();
                }
            />
        </label>
    }
}

impl Draft {
    /// Understands what is typed.
    fn read(self) {
        self.problem.set(None);
        let text = self.text.get_untracked();
        if text.trim().is_empty() {
            self.show(Some(self.start));
            return self.read_ends();
        }
        let read = self.understood(&text);
        let span = read.as_ref().ok().map(|typed| typed.range.resolve(self.now.run(())));
        self.show(span.filter(|span| *span != Span::ALL));
        self.range.set(read.map_err(|e| e.to_string()));
    }

    /// Both ends in their fields; empty where there are none, so that they do not say what is not
    /// meant any more.
    fn show(self, span: Option<Span>) {
        let zone = self.zone.get_untracked();
        let text = |end: fn(Span) -> Timestamp| span.map(|span| to_input(end(span), zone));
        self.from.set(text(|span| span.from).unwrap_or_default());
        self.to.set(text(|span| span.to).unwrap_or_default());
    }

    fn understood(self, text: &str) -> Result<Typed, TypedError> {
        let zone = self.zone.get_untracked();
        let offset = |at| zone.offset(at);
        let context = Context { now: self.now.run(()), wall: Wall(&offset), week: first_weekday() };
        typed::read(text, context)
    }

    /// Understands the two fields, which then say what is meant.
    fn read_ends(self) {
        self.problem.set(None);
        self.text.set(String::new());
        let zone = self.zone.get_untracked();
        let read = |text: RwSignal<String>| from_input(&text.get_untracked(), zone);
        self.range.set(match read(self.from).zip(read(self.to)) {
            None => Err("Give both times as year, month, day and time: 2026-11-20 14:00.".into()),
            Some((from, to)) => Span::new(from, to)
                .map(|span| Typed { range: Range::Between(span), until_now: false })
                .ok_or_else(|| "“From” must be before “To”.".into()),
        });
    }

    /// The range at this moment: what ends now has moved since it was typed.
    fn settled(self) -> Result<Range, String> {
        let text = self.text.get_untracked();
        if text.is_empty() {
            return self.range.get_untracked().map(|typed| typed.range);
        }
        self.understood(&text).map(|typed| typed.range).map_err(|e| e.to_string())
    }

    /// The days that the range touches.
    fn days(self) -> Option<Chosen> {
        let range = self.range.get().ok()?.range;
        let span = range.resolve(self.now.run(()));
        let (zone, last) = (self.zone.get(), span.to.plus_millis(-1));
        (span != Span::ALL).then(|| (zone.civil(span.from).date(), zone.civil(last).date()))
    }
}

/// What is meant, in a sentence.
fn told(range: Result<Typed, String>, zone: Zone) -> AnyView {
    match range {
        Err(problem) => problem.into_any(),
        Ok(Typed { range: Range::Last(preset), .. }) => {
            let rest = if preset.millis().is_some() { ", moving with the clock" } else { "" };
            view! { <strong>{preset.label()}</strong>{rest} }.into_any()
        }
        Ok(Typed { range: Range::Between(span), until_now }) => {
            let rest = if until_now {
                ". Fixed from now on: it does not move with the clock."
            } else {
                ""
            };
            view! {
                <strong>{span_with_year(span, until_now, zone)}</strong>
                {format!(" · {}{rest}", length_text(span.millis()))}
            }
            .into_any()
        }
    }
}

/// How long a day is, where clocks change.
fn odd_length(date: NaiveDate, zone: Zone) -> Option<String> {
    let midnight = |date: NaiveDate| zone.instant(date.and_time(NaiveTime::MIN)).millis();
    let length = midnight(date.checked_add_days(Days::new(1))?) - midnight(date);
    (length != 86_400_000).then(|| length_text(length))
}

fn wide() -> bool {
    window().match_media(WIDE).ok().flatten().is_some_and(|media| media.matches())
}
