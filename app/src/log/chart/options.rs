//! How the chart is drawn: a menu of links, for all of it is in the address.

use daybook_model::{Chart, Compare, Preset, Range, Scale, StackBy};
use leptos::prelude::*;

use super::words;
use crate::{
    later::{Later, later},
    reactive::dynamic,
    ui::{
        icon::{Icon, icon},
        lazy::loading,
        menu::{Menu, MenuItem, MenuRule, MenuTitle},
        popover::Align,
    },
    url::LogAddress,
};

/// The menu.
#[component]
pub(crate) fn Options(
    /// Where we are.
    log: LogAddress,
    /// How long the time is that the bars cover, in milliseconds.
    length: Signal<Option<i64>>,
) -> impl IntoView {
    view! {
        <Menu
            class="icon-button chart-options"
            label="Chart options"
            align=Align::End
            trigger=move || icon(Icon::More)
        >
            {later(move || Later::ChartOptions(OptionItemsProps { log, length }), loading)}
        </Menu>
    }
}

/// What it offers.
#[component]
pub(crate) fn OptionItems(
    /// Where we are.
    log: LogAddress,
    /// How long the time is that the bars cover, in milliseconds.
    length: Signal<Option<i64>>,
) -> impl IntoView {
    let chart = log.part(|view| view.chart);
    let all_time = log.part(|view| view.filter.range == Range::Last(Preset::All));
    let item = move |label: String, change: fn(&mut Chart, usize), to: usize| {
        let changed = move || {
            let mut chart = chart.get();
            change(&mut chart, to);
            chart
        };
        let href = Signal::derive(move || Some(log.link(|view| view.chart = changed())));
        let checked = Signal::derive(move || Some(changed() == chart.get()));
        view! { <MenuItem href checked>{label}</MenuItem> }
    };
    let stacks = move || {
        let set = |chart: &mut Chart, to: usize| chart.stack = StackBy::ALL[to];
        let items = StackBy::ALL.iter().enumerate();
        items.map(|(i, by)| item(by.label().into(), set, i)).collect_view()
    };
    let scales = move || {
        let set = |chart: &mut Chart, to: usize| chart.scale = Scale::ALL[to];
        let items = Scale::ALL.iter().enumerate();
        items.map(|(i, scale)| item(scale.label().into(), set, i)).collect_view()
    };
    let compared = move || {
        if all_time.get() {
            return view! { <p class="menu-note">"All time has nothing before it. Choose a shorter range to compare."</p> }.into_any();
        }
        let set = |chart: &mut Chart, to: usize| chart.compare = Compare::ALL.get(to).copied();
        // Behind the last there is nothing, which is what it is then compared with.
        let nothing = Compare::ALL.len();
        let before = length.get().map_or_else(
            || Compare::Previous.label().into(),
            |length| format!("The {}", words::before(length)),
        );
        view! {
            {item("Nothing".into(), set, nothing)}
            {item(before, set, 0)}
        }
        .into_any()
    };
    view! {
        <MenuTitle>"Stack by"</MenuTitle>
        {dynamic(stacks)}
        <MenuRule />
        <MenuTitle>"Scale"</MenuTitle>
        {dynamic(scales)}
        <MenuRule />
        <MenuTitle>"Compare with"</MenuTitle>
        {dynamic(compared)}
    }
}
