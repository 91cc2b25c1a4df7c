//! One entry as a row; on a narrow page, as a card.

use std::sync::Arc;

use daybook_model::{Column, Entry, Event, Seq, sentence, vocabulary};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::{
    clock::Clock,
    log::{
        cell::{acts, content, filter_field, severity_word},
        columns::Columns,
        expander::{Expander, InlineDiff, has_change},
        masked::filters,
    },
    reactive::{dynamic, memo},
    ui::{
        text::one_line,
        time::{self, Zone},
    },
    url::{History, LogAddress},
};

/// A row. Its link covers it; the filters of its cells appear under the pointer and the focus.
#[component]
pub(crate) fn Row(
    /// Where we are.
    log: LogAddress,
    /// The entry.
    entry: Entry,
    /// Which columns.
    columns: Columns,
    /// By whose clock.
    zone: RwSignal<Zone>,
    /// The row under the pointer or the focus.
    hot: RwSignal<Option<Seq>>,
    /// Whether the row says its date.
    dated: bool,
    /// Whether it arrived while the reader was looking.
    fresh: bool,
) -> impl IntoView {
    let clock = expect_context::<Clock>();
    // Rows come and go with each answer; these stay.
    let zone = memo(move || zone.get());
    let shown = memo(move || columns.placed().iter().map(|p| p.column).collect::<Vec<_>>());
    let expands = has_change(&entry);
    let Entry { seq, event, .. } = entry;
    let event = Arc::new(event);
    let open = log.part(move |view| view.event == Some(seq));
    let heat = move || hot.set(Some(seq));
    let is_hot = memo(move || hot.get() == Some(seq));

    let at = event.occurred_at;
    let told = one_line(&sentence(&event));
    let link = move |inside: AnyView| {
        let told = told.clone();
        let href = memo(move || log.link(|view| view.event = Some(seq)));
        let expander =
            expands.then(|| view! { <Expander log seq name=format!("Changes: {told}") /> });
        let name = Signal::derive(move || {
            format!("{}{}, {told}", time::clock(at, zone.get()), time::millis(at))
        });
        view! { {expander}<a class="row-link" href=href aria-label=name>{inside}</a> }.into_any()
    };
    let date = move || {
        dated.then(|| view! { <span class="date">{time::day(at, clock.now_untracked(), zone.get())}" "</span> })
    };
    let inside = move |column: Column, event: &Event| {
        match column {
        Column::Time => view! {
            <span class="clock">{dynamic(date)}{dynamic(move || time::clock(at, zone.get()))}<span class="millis">{time::millis(at)}</span></span>
        }
        .into_any(),
        Column::Action => action(log, seq, event),
        _ => content(column, event),
    }
    };
    let cells = {
        let event = Arc::clone(&event);
        move || {
            let cell = |(i, column): (usize, Column)| {
                let field = filter_field(column, &event);
                let value = field.and_then(|field| {
                    let value = field.value(&field.value_of(&event)?).ok()?;
                    Some((field, value, field.label_of(&event)?.into_owned()))
                });
                let offered = move || {
                    let value = value.clone().filter(|_| is_hot.get());
                    let (field, value, label) = value.filter(|(field, ..)| filters(log, *field))?;
                    Some(acts(log, field, value, &label))
                };
                let severity = matches!(column, Column::Status | Column::Outcome)
                    .then(|| severity_word(&event));
                let method = event.request.method.clone().filter(|_| column == Column::Method);
                view! {
                    <td class=format!("cell-{}", column.key()) role="cell" data-label=column.label() data-severity=severity data-method=method>
                        {if i == 0 { link(inside(column, &event)) } else { inside(column, &event) }}
                        {dynamic(offered)}
                    </td>
                }
                .into_any()
            };
            shown.get().into_iter().enumerate().map(cell).collect_view()
        }
    };

    view! {
        <tr
            class="entry"
            class:open=open
            class:fresh=fresh
            role="row"
            data-seq=seq.to_string()
            aria-current=Signal::derive(move || open.get().then_some("true"))
            on:pointerenter=move |_| heat()
            on:focusin=move |_| heat()
        >
            {dynamic(cells)}
        </tr>
        <InlineDiff log seq />
    }
}

/// The action in words, with the producer's own and the path by hover, focus and tap.
fn action(log: LogAddress, seq: Seq, event: &Event) -> AnyView {
    let raw = [Some(event.action.as_str()), event.request.path.as_deref()]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("\n");
    // A tap shows the tooltip; with a mouse that was shown before the click.
    let click = move |event: web_sys::MouseEvent| {
        if event
            .dyn_ref::<web_sys::PointerEvent>()
            .is_none_or(|pointer| pointer.pointer_type() != "touch")
        {
            log.change(History::Push, |view| view.event = Some(seq));
        }
    };
    view! {
        <span class="cell-text tipped" tabindex="0" data-tip=raw on:click=click>{one_line(&vocabulary::action_label(&event.action))}</span>
    }
    .into_any()
}
