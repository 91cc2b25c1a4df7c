//! The filter as sentences: one chip a choice.

use daybook_model::{FacetCounts, Field, Tab, View};
use leptos::prelude::*;

use crate::{
    later::{Later, later, patiently},
    log::{chip::Chip, hidden::HiddenProps, masked::filters, names::Names, terms::ChipId},
    reactive::{each, memo, when},
    ui::{
        combobox::{ComboOption, Combobox},
        icon::{Icon, icon},
        lazy::{loading, nothing},
        popover::Popover,
    },
    url::LogAddress,
};

/// The chips, the way to another one, and the way back to none.
#[component]
pub(crate) fn Chips(
    /// Where we are.
    log: LogAddress,
    /// What values are called.
    names: Names,
    /// The facets as counted.
    facets: Signal<Option<Vec<FacetCounts>>>,
    /// The tabs.
    tabs: Signal<Option<Vec<Tab>>>,
    /// The chip that is edited; it may not be in the address yet.
    editing: RwSignal<Option<ChipId>>,
    /// Whether the list of fields is open.
    adding: RwSignal<bool>,
) -> impl IntoView {
    let present = log.part(ChipId::all);
    let chips = memo(move || {
        let mut chips = present.get();
        if let Some(id) = editing.get()
            && let Err(place) = chips.binary_search(&id)
        {
            chips.insert(place, id);
        }
        chips
    });
    let narrowed = log.part(|view| {
        !view.filter.choices.is_empty() || !view.off.is_empty() || view.filter.search.is_some()
    });
    let cleared = Signal::derive(move || log.filter_link(clear));

    view! {
        <div class="chips">
            <ul class="chip-list" role="list" aria-label="Filters">
                {each(move || chips.get(), |id| id.key(), move |id| view! { <Chip log names id facets editing /> })}
            </ul>
            <Popover class="button quiet" open=adding trigger=|| view! { {icon(Icon::Plus)} "Filter" }>
                {later(move || Later::Fields(FieldsProps { log, adding, editing }), loading)}
            </Popover>
            {when(move || narrowed.get(), move || view! {
                <a class="button quiet" href=cleared>"Clear all"</a>
            })}
            {patiently(move || Later::Hidden(HiddenProps { log, names, tabs }), nothing)}
        </div>
    }
}

/// The list of fields; to choose one begins a chip.
#[component]
pub(crate) fn Fields(
    /// Where we are.
    log: LogAddress,
    /// Whether the list is open.
    adding: RwSignal<bool>,
    /// The chip that is edited.
    editing: RwSignal<Option<ChipId>>,
) -> impl IntoView {
    let choose = move |key: String| {
        adding.set(false);
        editing.set(Field::from_key(&key).map(|field| ChipId::on(field, false)));
    };
    view! {
        <div class="field-list">
            <Combobox label="Filter by" placeholder="Filter by…" multiple=false options=fields(log) on_toggle=choose />
        </div>
    }
}

/// Every field that the reader can filter by.
fn fields(log: LogAddress) -> Vec<ComboOption> {
    let option = |field: &Field| ComboOption {
        value: field.key().to_owned(),
        label: field.label().to_owned(),
        count: None,
        checked: false,
    };
    Field::ALL.iter().filter(|&&field| filters(log, field)).map(option).collect()
}

/// Drops every choice and the search; the range is not a filter of this kind and stays.
pub(crate) fn clear(view: &mut View) {
    view.filter.choices.clear();
    view.filter.search = None;
    view.off.clear();
}
