//! The heading of a column: it sorts, and its menu does the rest.

use daybook_model::{Column, Sort};
use leptos::{html, prelude::*};

use super::{
    Columns,
    pull::{self, Pull},
};
use crate::{
    later::{Later, later},
    log::{
        masked::{NO_ORDER, filters, orders},
        terms::ChipId,
    },
    reactive::{dynamic, each, memo},
    ui::{
        icon::{Icon, icon},
        lazy::loading,
        menu::{Menu, MenuItem, MenuRule, MenuTitle},
        popover::Align,
    },
    url::{History, LogAddress},
};

/// By how much a column gets wider or narrower by keyboard, in pixels.
const STEP: f64 = 32.0;

/// The headings of all columns.
#[component]
pub(crate) fn Headings(
    /// Where we are.
    log: LogAddress,
    /// The columns.
    columns: Columns,
    /// The chip that is edited.
    editing: RwSignal<Option<ChipId>>,
) -> impl IntoView {
    let sort = log.part(|view| view.sort);
    let pull = RwSignal::new(Pull::Idle);
    let shown = memo(move || columns.placed().iter().map(|p| p.column).collect::<Vec<_>>());
    let carried = RwSignal::new(false);
    view! {
        <tr
            role="row"
            on:pointermove=move |e| pull::go(columns, pull, &e)
            on:pointerup=move |_| carried.set(pull::end(columns, pull))
            on:pointercancel=move |_| pull.set(Pull::Idle)
            // What was carried is not clicked.
            on:click:capture=move |e| {
                if carried.get_untracked() {
                    carried.set(false);
                    e.prevent_default();
                    e.stop_propagation();
                }
            }
        >
            {each(move || shown.get(), |column| column.key().into(), move |column| view! { <Heading log columns sort pull editing column /> })}
        </tr>
    }
}

#[component]
fn Heading(
    log: LogAddress,
    columns: Columns,
    sort: Memo<Sort>,
    pull: RwSignal<Pull>,
    editing: RwSignal<Option<ChipId>>,
    column: Column,
) -> impl IntoView {
    let label = column.label();
    let here = move || Some(sort.get()).filter(|sort| sort.column == column);
    let next = move || match here() {
        Some(sort) => Sort { column, descending: !sort.descending },
        // What is newest or worst comes first, words from A to Z.
        None => Sort { column, descending: matches!(column, Column::Time | Column::Status) },
    };
    let href = Signal::derive(move || {
        let sort = next();
        orders(log, column).then(|| log.filter_link(|view| view.sort = sort))
    });
    let state = Signal::derive(move || {
        here().map(|sort| if sort.descending { "descending" } else { "ascending" })
    });
    let arrow = move || {
        here().map(|sort| icon(if sort.descending { Icon::ArrowDown } else { Icon::ArrowUp }))
    };
    let by = memo(move || pull.get().carries(column));
    let th = NodeRef::<html::Th>::new();
    view! {
        <th
            scope="col"
            role="columnheader"
            aria-label=label
            node_ref=th
            aria-sort=state
            data-column=column.key()
            data-drop=Signal::derive(move || by.get().filter(|by| *by != 0).map(|by| if by < 0 { "left" } else { "right" }))
            class:carried=Signal::derive(move || by.get().is_some())
            on:pointerdown=move |e| pull::press(pull, column, &e)
        >
            <a class="heading" href=href title=Signal::derive(move || (!orders(log, column)).then_some(NO_ORDER)) draggable="false">{label}{dynamic(arrow)}</a>
            <Menu class="icon-button heading-menu" label=format!("{label}: column") align=Align::End trigger=move || icon(Icon::Chevron)>
                {later(move || Later::HeadingItems(HeadingItemsProps { log, columns, editing, column, th }), loading)}
            </Menu>
            <span class="edge" aria-hidden="true" on:pointerdown=move |e| pull::press_edge(pull, column, &e)></span>
        </th>
    }
}

/// What the menu of a heading offers.
#[component]
pub(crate) fn HeadingItems(
    /// Where we are.
    log: LogAddress,
    /// The columns.
    columns: Columns,
    /// The chip that is edited.
    editing: RwSignal<Option<ChipId>>,
    /// Whose heading it is.
    column: Column,
    /// The heading itself.
    th: NodeRef<html::Th>,
) -> impl IntoView {
    let sort_by = move |descending: bool| {
        Callback::new(move |()| {
            log.change(History::Push, |view| {
                view.cursor = None;
                view.sort = Sort { column, descending };
            });
        })
    };
    let sort = log.part(|view| view.sort);
    let is_sorted = move |descending: bool| sort.get() == Sort { column, descending };
    let resize = move |by: f64| {
        Callback::new(move |()| {
            if let Some(th) = th.get_untracked() {
                columns.widen(column, th.get_bounding_client_rect().width() + by);
            }
        })
    };
    let (ascending, descending) = match column {
        Column::Time => ("Oldest first", "Newest first"),
        Column::Status => ("Lowest first", "Highest first"),
        _ => ("A to Z", "Z to A"),
    };
    let orders = orders(log, column);
    view! {
        {orders.then(|| view! {
            <MenuItem checked=Signal::derive(move || is_sorted(false)) on_select=sort_by(false)>{ascending}</MenuItem>
            <MenuItem checked=Signal::derive(move || is_sorted(true)) on_select=sort_by(true)>{descending}</MenuItem>
        })}
        {(!orders).then(|| view! { <MenuTitle>{NO_ORDER}</MenuTitle> })}
        <MenuRule />
        {column.field().filter(|&field| filters(log, field)).map(|field| view! {
            <MenuItem glyph=Icon::Filter on_select=Callback::new(move |()| editing.set(Some(ChipId::on(field, false))))>"Filter…"</MenuItem>
            <MenuRule />
        })}
        <MenuItem on_select=Callback::new(move |()| columns.shift(column, -1))>"Move left"</MenuItem>
        <MenuItem on_select=Callback::new(move |()| columns.shift(column, 1))>"Move right"</MenuItem>
        <MenuItem on_select=resize(STEP)>"Wider"</MenuItem>
        <MenuItem on_select=resize(-STEP)>"Narrower"</MenuItem>
        <MenuItem on_select=Callback::new(move |()| columns.toggle(column))>"Hide"</MenuItem>
    }
}
