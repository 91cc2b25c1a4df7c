//! A field for a day and a time: typed, or its day chosen from a calendar.

use chrono::NaiveDate;
use daybook_model::Timestamp;
use leptos::prelude::*;

use super::{
    calendar::Calendar,
    icon::{Icon, icon},
    popover::{Align, Popover},
    time::{Zone, first_weekday, from_input},
    unique_id,
};
use crate::reactive::{dynamic, memo};

/// The time of a day that is chosen while there is none: what ends on a day holds through it.
const END_OF_DAY: &str = "23:59";

/// The field. Its text is largest first, as in `2026-12-01 18:00`, which no country reads in another way.
#[component]
pub(crate) fn MomentField(
    /// What it is for.
    label: &'static str,
    /// What is in it.
    value: RwSignal<String>,
    /// By whose clock.
    #[prop(into)]
    zone: Signal<Zone>,
    /// What time it is.
    now: Timestamp,
    /// What helps to fill it in.
    #[prop(into)]
    hint: Signal<String>,
    /// What is wrong with it.
    #[prop(into)]
    problem: Signal<Option<String>>,
) -> impl IntoView {
    let id = unique_id("field");
    let (help, wrong) = (format!("{id}-help"), format!("{id}-wrong"));
    let told = format!("{wrong} {help}");
    let open = RwSignal::new(false);
    let chosen = memo(move || {
        let at = from_input(&value.get(), zone.get())?;
        let date = zone.get().civil(at).date();
        Some((date, date))
    });
    let choose = Callback::new(move |(date, _): (NaiveDate, NaiveDate)| {
        value.update(|text| {
            let time = text.trim().split_once([' ', 'T']).map(|(_, time)| time.trim().to_owned());
            let time = time.filter(|time| !time.is_empty());
            *text = format!("{date} {}", time.as_deref().unwrap_or(END_OF_DAY));
        });
        open.set(false);
    });
    let calendar = move || {
        let today = zone.get_untracked().civil(now).date();
        let note = Callback::new(|_| None);
        view! { <div class="moment-calendar"><Calendar months=1 single=true today week=first_weekday() chosen note on_choose=choose /></div> }
    };
    view! {
        <div class="form-field">
            <label for=id.clone()>{label}</label>
            <div class="moment">
                <input
                    id=id
                    class="field mono"
                    type="text"
                    autocomplete="off"
                    spellcheck="false"
                    maxlength="19"
                    placeholder="2026-12-01 18:00"
                    aria-invalid=Signal::derive(move || problem.with(Option::is_some).then_some("true"))
                    aria-describedby=told
                    bind:value=value
                />
                <Popover class="icon-button" label=format!("{label}: choose a day") open align=Align::End trigger=|| icon(Icon::Calendar)>
                    {calendar()}
                </Popover>
            </div>
            <p id=wrong class="problem" role="alert">{dynamic(move || problem.get())}</p>
            <p id=help class="hint">{dynamic(move || hint.get())}</p>
        </div>
    }
}
