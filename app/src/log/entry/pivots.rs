//! Where an entry leads: everything of the same actor, thing, request or address, and what else
//! happened around it. Each is a question of its own: what the list is narrowed to now is left
//! behind. The entry stays open.

use daybook_model::{
    Chart, Entry, Event, Field, FieldValue, Filter, Preset, Range, Resource, Span, Term, View,
};
use leptos::prelude::*;

use crate::{
    log::facts,
    reactive::dynamic,
    ui::{
        icon::{Icon, icon},
        text::one_line,
    },
    url::LogAddress,
};

/// How far the surroundings of an entry reach, both ways.
const AROUND: i64 = 5 * 60_000;
/// Histories are told from their beginning.
const WHOLE: Range = Range::Last(Preset::All);

/// A way to go.
struct Pivot {
    icon: Icon,
    /// Where it leads.
    label: String,
    /// The same with what is said there.
    name: String,
    /// What the list is narrowed to.
    by: Option<(Field, FieldValue)>,
    range: Range,
}

/// The ways that this entry offers.
fn pivots(event: &Event, range: Range) -> Vec<Pivot> {
    let at = event.occurred_at;
    // What the log cannot be filtered by leads nowhere.
    let to = |icon, label: String, rest: &str, field, range| {
        let by = facts::by(event, field)?;
        Some(Pivot { icon, name: format!("{label}: {rest}"), label, by: Some(by), range })
    };
    let thing = one_line(event.resource.as_ref().map(Resource::label).unwrap_or_default());
    let ip = one_line(event.request.remote_ip.as_deref().unwrap_or_default());
    let (actor, all) = (one_line(event.actor.label()), "all of it, from its beginning");
    [
        to(Icon::User, format!("By {actor}"), "everything in this time", Field::Actor, range),
        to(Icon::Clock, format!("History of {thing}"), all, Field::Resource, WHOLE),
        to(Icon::Link, "This request".into(), all, Field::Request, WHOLE),
        to(Icon::Play, "This run".into(), all, Field::Run, WHOLE),
        to(Icon::External, format!("From {ip}"), "everything in this time", Field::Ip, range),
        Span::new(at.plus_millis(-AROUND), at.plus_millis(AROUND + 1)).map(|span| Pivot {
            icon: Icon::ZoomIn,
            label: "±5 min".into(),
            name: "±5 min: everything around this entry".into(),
            by: None,
            range: Range::Between(span),
        }),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The links, always at hand at the foot of the panel.
#[component]
pub(super) fn Pivots(
    /// Where we are.
    log: LogAddress,
    /// The entry.
    entry: Entry,
) -> impl IntoView {
    let event = StoredValue::new(entry.event);
    let range = log.part(|view| view.filter.range);
    let links = move || {
        let pivots = event.with_value(|event| pivots(event, range.get()));
        pivots
            .into_iter()
            .map(|pivot| {
                let Pivot { icon: glyph, label, name, by, range } = pivot;
                let href = log.link(|view| lead(view, by, range));
                view! { <a class="pivot" href=href aria-label=name.clone() data-tip=name>{icon(glyph)}<span>{label}</span></a> }
            })
            .collect_view()
    };
    view! { <nav class="pivots" aria-label="From this entry">{dynamic(links)}</nav> }
}

/// Makes the view the question of a pivot: what is pinned stays so, and what is open stays open.
fn lead(view: &mut View, by: Option<(Field, FieldValue)>, range: Range) {
    let mut filter = Filter { range, as_of: view.filter.as_of, ..Filter::default() };
    if let Some((field, value)) = by {
        filter.add(field, false, Term::Is(value));
    }
    let kept = std::mem::take(view);
    *view = View {
        filter,
        event: kept.event,
        part: kept.part,
        chart: Chart { compare: None, ..kept.chart },
        ..View::default()
    };
}
