//! A calendar to choose days from: by pointer, or by the keys of a grid of dates.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use super::{
    icon::{Icon, icon},
    time::{month_name, weekday_name},
};
use crate::reactive::{dynamic, effect};

/// Two days, the first not after the last, both included.
pub(crate) type Chosen = (NaiveDate, NaiveDate);

/// What the parts of a calendar share.
#[derive(Clone, Copy)]
struct State {
    today: NaiveDate,
    week: Weekday,
    months: u32,
    single: bool,
    chosen: Signal<Option<Chosen>>,
    /// The first day of the last month in view.
    last_month: RwSignal<NaiveDate>,
    /// The day that the keys move from, the only stop of the Tab key.
    at: RwSignal<NaiveDate>,
    /// The day that was chosen first, while the second is looked for.
    begun: RwSignal<Option<NaiveDate>>,
    /// The day under the pointer.
    over: RwSignal<Option<NaiveDate>>,
    note: Callback<NaiveDate, Option<String>>,
    on_choose: Callback<Chosen>,
}

/// Some months side by side. One click chooses a day, a second one all days up to another, unless a
/// single one is wanted.
#[component]
pub(crate) fn Calendar(
    /// How many months are shown.
    months: u32,
    /// Whether a single day is wanted.
    #[prop(optional)]
    single: bool,
    /// Today.
    today: NaiveDate,
    /// The day on which a week begins.
    week: Weekday,
    /// The days that are chosen.
    #[prop(into)]
    chosen: Signal<Option<Chosen>>,
    /// What is odd about a day.
    note: Callback<NaiveDate, Option<String>>,
    /// Days were chosen.
    on_choose: Callback<Chosen>,
) -> impl IntoView {
    let at = chosen.get_untracked().map_or(today, |(_, last)| last);
    let state = State {
        today,
        week,
        months,
        single,
        chosen,
        last_month: RwSignal::new(first_of(at)),
        at: RwSignal::new(at),
        begun: RwSignal::new(None),
        over: RwSignal::new(None),
        note,
        on_choose,
    };
    // What is chosen elsewhere is shown.
    effect(move || {
        if let Some((first, last)) = chosen.get() {
            let at = state.at.get_untracked();
            if at < first || last < at {
                state.at.set(last);
            }
            state.show(last);
        }
    });
    let grid = NodeRef::<html::Div>::new();
    let key = move |e: KeyboardEvent| {
        if state.key(&e) {
            e.prevent_default();
            e.stop_propagation();
            // The key may have chosen a day, after which the calendar is gone.
            request_animation_frame(move || {
                let grid = grid.try_get_untracked().flatten();
                if let (Some(grid), Some(at)) = (grid, state.at.try_get_untracked()) {
                    focus(&grid, at);
                }
            });
        }
    };
    let turn = move |by: i32| state.last_month.update(|month| *month = moved(*month, by));
    view! {
        <div class="calendar" on:pointerleave=move |_| state.over.set(None)>
            <button type="button" class="icon-button calendar-back" aria-label="Previous month" on:click=move |_| turn(-1)>
                {icon(Icon::ChevronLeft)}
            </button>
            <button type="button" class="icon-button calendar-on" aria-label="Next month" on:click=move |_| turn(1)>
                {icon(Icon::ChevronRight)}
            </button>
            <div class="calendar-months" node_ref=grid on:keydown=key>
                {dynamic(move || {
                    let last = state.last_month.get();
                    let back = i32::try_from(months).unwrap_or(1) - 1;
                    (-back..=0).map(|by| month(state, moved(last, by))).collect_view()
                })}
            </div>
        </div>
    }
}

/// One month.
fn month(state: State, first: NaiveDate) -> impl IntoView {
    let name = format!("{} {}", month_name(first), first.year());
    let start = first.week(state.week).first_day();
    let end = moved(first, 1);
    let weekdays = start.iter_days().take(7).map(|day| {
        let name = weekday_name(day);
        view! { <th scope="col" abbr=name>{&name[..2]}</th> }
    });
    let weeks = (0..6).map(|i| start + Days::new(7 * i)).take_while(|monday| *monday < end);
    let weeks = weeks.map(|monday| {
        let days = monday.iter_days().take(7).map(|date| {
            if (first..end).contains(&date) {
                day(state, date).into_any()
            } else {
                view! { <td></td> }.into_any()
            }
        });
        view! { <tr>{days.collect_view()}</tr> }
    });
    view! {
        <table class="calendar-month" role="grid" aria-label=name.clone() aria-multiselectable=(!state.single).then_some("true")>
            <caption aria-hidden="true">{name.clone()}</caption>
            <thead><tr>{weekdays.collect_view()}</tr></thead>
            <tbody>{weeks.collect_view()}</tbody>
        </table>
    }
}

/// One day.
fn day(state: State, date: NaiveDate) -> impl IntoView {
    let note = state.note.run(date);
    let mut name =
        format!("{} {} {} {}", weekday_name(date), date.day(), month_name(date), date.year());
    if let Some(note) = &note {
        name = format!("{name}, {note}");
    }
    let marked = move || state.marked();
    let within = move || marked().is_some_and(|(first, last)| first <= date && date <= last);
    let is_end =
        move |last: bool| marked().is_some_and(|ends| date == if last { ends.1 } else { ends.0 });
    view! {
        <td
            role="gridcell"
            class="calendar-day"
            class:today=date == state.today
            class:noted=note.is_some()
            class:within=Signal::derive(within)
            class:first=Signal::derive(move || is_end(false))
            class:last=Signal::derive(move || is_end(true))
            title=note
            tabindex=Signal::derive(move || if state.at.get() == date { "0" } else { "-1" })
            aria-label=name
            aria-current=(date == state.today).then_some("date")
            aria-selected=Signal::derive(move || if within() { "true" } else { "false" })
            data-date=date.to_string()
            on:click=move |_| state.choose(date)
            on:pointerenter=move |_| state.over.set(Some(date))
        >
            {date.day()}
        </td>
    }
}

impl State {
    /// The days to be marked: those that are chosen, or would be by a second click.
    fn marked(self) -> Option<Chosen> {
        match (self.begun.get(), self.over.get()) {
            (Some(a), Some(b)) => Some((a.min(b), a.max(b))),
            _ => self.chosen.get(),
        }
    }

    fn choose(self, date: NaiveDate) {
        self.at.set(date);
        if self.single {
            return self.on_choose.run((date, date));
        }
        let begun = self.begun.get_untracked();
        self.begun.set(begun.is_none().then_some(date));
        let other = begun.unwrap_or(date);
        self.on_choose.run((date.min(other), date.max(other)));
    }

    /// Turns to the month of a day, unless it is in view.
    fn show(self, date: NaiveDate) {
        let (month, last) = (first_of(date), self.last_month.get_untracked());
        let back = i32::try_from(self.months).unwrap_or(1) - 1;
        let first = moved(last, -back);
        if month > last {
            self.last_month.set(month);
        } else if month < first {
            self.last_month.set(moved(month, back));
        }
    }

    /// Whether the key was one of a grid's.
    fn key(self, event: &KeyboardEvent) -> bool {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return false;
        }
        let at = self.at.get_untracked();
        let months = if event.shift_key() { 12 } else { 1 };
        let week = at.week(self.week);
        let to = match event.key().as_str() {
            "ArrowLeft" => at.pred_opt(),
            "ArrowRight" => at.succ_opt(),
            "ArrowUp" => at.checked_sub_days(Days::new(7)),
            "ArrowDown" => at.checked_add_days(Days::new(7)),
            "Home" => Some(week.first_day()),
            "End" => Some(week.last_day()),
            "PageUp" => at.checked_sub_months(Months::new(months)),
            "PageDown" => at.checked_add_months(Months::new(months)),
            "Enter" | " " => {
                self.choose(at);
                return true;
            }
            _ => return false,
        };
        if let Some(to) = to.filter(|to| (1970..2200).contains(&to.year())) {
            self.at.set(to);
            self.show(to);
            if self.begun.get_untracked().is_some() {
                self.over.set(Some(to));
            }
        }
        true
    }
}

fn first_of(date: NaiveDate) -> NaiveDate {
    date.with_day(1).unwrap_or(date)
}

/// The first day of another month.
fn moved(month: NaiveDate, by: i32) -> NaiveDate {
    let months = Months::new(by.unsigned_abs());
    let moved =
        if by < 0 { month.checked_sub_months(months) } else { month.checked_add_months(months) };
    moved.filter(|to| (1970..2200).contains(&to.year())).unwrap_or(month)
}

fn focus(grid: &web_sys::Element, date: NaiveDate) {
    let cell = grid.query_selector(&format!("[data-date='{date}']")).ok().flatten();
    if let Some(cell) = cell.and_then(|cell| cell.dyn_into::<HtmlElement>().ok()) {
        let _ = cell.focus();
    }
}
