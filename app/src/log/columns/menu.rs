//! All columns there are: which of them are shown, and in which order.

use daybook_model::Column;
use leptos::prelude::*;

use super::Columns;
use crate::{
    later::{Later, later},
    reactive::{each, memo, when},
    ui::{
        announce::announce,
        icon::{Icon, icon},
        lazy::loading,
        popover::{Align, Popover},
    },
};

/// The button that lists the columns.
#[component]
pub(crate) fn ColumnsMenu(
    /// The columns.
    columns: Columns,
) -> impl IntoView {
    view! {
        <Popover class="icon-button columns-button" label="Columns" align=Align::End trigger=|| icon(Icon::Columns)>
            {later(move || Later::ColumnsList(ColumnsListProps { columns }), loading)}
        </Popover>
    }
}

/// What it lists.
#[component]
pub(crate) fn ColumnsList(
    /// The columns.
    columns: Columns,
) -> impl IntoView {
    // Those that are shown first, in their order.
    let all = memo(move || {
        let shown: Vec<_> = columns.placed().iter().map(|p| p.column).collect();
        let hidden = Column::ALL.iter().copied().filter(|column| !shown.contains(column));
        shown.iter().copied().chain(hidden).collect::<Vec<_>>()
    });
    view! {
        <div class="columns" role="group" aria-label="Columns of this tab">
            <ul role="list">
                {each(move || all.get(), |column| column.key().into(), move |column| view! { <Item columns column /> })}
            </ul>
            {when(move || columns.is_own(), move || view! {
                <button type="button" class="button quiet" on:click=move |_| columns.reset()>"Reset columns"</button>
            })}
        </div>
    }
}

#[component]
fn Item(columns: Columns, column: Column) -> impl IntoView {
    let shown = memo(move || columns.shows(column));
    let label = column.label();
    let step = move |by: isize, glyph: Icon, way: &'static str| {
        let go = move |_| {
            columns.shift(column, by);
            let at = columns.placed().iter().position(|p| p.column == column).unwrap_or_default();
            announce(&format!("{label} is column {}", at + 1));
        };
        view! {
            <button type="button" class="icon-button" aria-label=format!("Move {label} {way}") data-tip=format!("Move {way}") on:click=go>
                {icon(glyph)}
            </button>
        }
    };
    view! {
        <li class:shown=shown>
            <label class="check">
                <input type="checkbox" prop:checked=shown on:change=move |_| columns.toggle(column) />
                {label}
            </label>
            {when(move || shown.get(), move || view! {
                {step(-1, Icon::ArrowUp, "left")}
                {step(1, Icon::ArrowDown, "right")}
            })}
        </li>
    }
}
