//! The facets beside the list: what there is, how often, and one click to narrow to it.

use daybook_model::{FacetCounts, Field, Term};
use leptos::prelude::*;

use crate::{
    later::{Later, patiently},
    log::{
        chart::{Selected, Selection},
        masked::mark,
        names::Names,
        terms::{ChipId, Standing, standing, toggle_link},
    },
    preferences::Preferences,
    reactive::{dynamic, each, memo, when},
    ui::{
        icon::{Icon, icon},
        lazy::nothing,
        number::grouped,
    },
    url::LogAddress,
};

mod closed;

pub(crate) use closed::{ClosedFacets, ClosedFacetsProps};

/// How many values of a facet are shown before more are asked for.
const SHOWN: usize = 6;

/// The facets in view.
#[component]
pub(crate) fn Rail(
    /// Where we are.
    log: LogAddress,
    /// What values are called.
    names: Names,
    /// Which facets.
    rail: Memo<Vec<Field>>,
    /// The facets as counted.
    facets: Signal<Option<Vec<FacetCounts>>>,
    /// Whether the counts are of an earlier question.
    stale: Signal<bool>,
    /// Whether newer ones are on their way.
    waiting: Signal<bool>,
    /// What the brush selects; the counts follow it.
    selected: Selected,
    /// The chip that is edited.
    editing: RwSignal<Option<ChipId>>,
) -> impl IntoView {
    let opened = expect_context::<Preferences>().facets;
    let section = move |field: Field| {
        let counts = memo(move || {
            facets
                .with(|facets| facets.as_ref()?.iter().find(|facet| facet.field == field).cloned())
        });
        // A facet without any value says nothing, unless it was asked to.
        let shown = memo(move || {
            opened.read().contains(&field)
                || counts.with(|counts| {
                    counts.as_ref().is_some_and(|c| !c.values.is_empty() || c.absent > 0)
                })
        });
        let selected = selected.by_turns(field as usize);
        view! {
            {when(move || shown.get(), move || view! {
                <Facet log names field counts selected editing />
            })}
        }
    };
    view! {
        <div class="facets" class:stale=stale aria-busy=Signal::derive(move || stale.get().then_some("true"))>
            {when(move || facets.with(Option::is_some), move || each(move || rail.get(), |field| field.key().into(), section))}
            {when(move || facets.with(Option::is_none) && waiting.get(), || view! { <Skeleton /> })}
        </div>
        {patiently(move || Later::ClosedFacets(ClosedFacetsProps { rail }), nothing)}
    }
}

/// What the rail looks like before it is known.
#[component]
fn Skeleton() -> impl IntoView {
    view! {
        <div class="facet-skeleton" aria-hidden="true">
            {[5, 4, 5].map(|rows| view! {
                <div class="skeleton-group">{(0..rows).map(|_| view! { <span class="skeleton"></span> }).collect_view()}</div>
            }).into_iter().collect_view()}
        </div>
    }
}

/// One facet.
#[component]
fn Facet(
    log: LogAddress,
    names: Names,
    field: Field,
    counts: Memo<Option<FacetCounts>>,
    selected: RwSignal<Option<Selection>>,
    editing: RwSignal<Option<ChipId>>,
) -> impl IntoView {
    let all = RwSignal::new(false);
    let most = memo(move || {
        counts.with(|c| {
            c.as_ref()
                .map_or(0, |c| c.values.iter().map(|v| v.count).max().unwrap_or(0).max(c.absent))
        })
    });
    // By value, so that a value keeps its place under the pointer and the focus while counts change.
    let listed = memo(move || {
        let view = log.view();
        counts.with(|counts| {
            let Some(counts) = counts else { return Vec::new() };
            let terms =
                counts.values.iter().filter_map(|v| field.value(&v.value).ok()).map(Term::Is);
            let absent = (counts.absent > 0).then_some(Term::Absent);
            let chosen = |term: &Term| standing(&view, field, term) != Standing::Free;
            let kept = |(i, term): (usize, Term)| {
                (all.get() || i < SHOWN || chosen(&term)).then_some(term)
            };
            terms.chain(absent).enumerate().filter_map(kept).collect::<Vec<_>>()
        })
    });
    let hidden = move || {
        counts
            .with(|c| c.as_ref().map_or(0, |c| c.values.len() + usize::from(c.absent > 0)))
            .saturating_sub(listed.read().len())
    };
    let more = move || counts.with(|c| c.as_ref().map_or(0, |c| c.other_values));
    // Nothing is told apart by a single value, as long as nothing is chosen.
    let single = Signal::derive(move || {
        let all = listed.read();
        all.len() + hidden() == 1
            && more() == 0
            && all.first().is_some_and(|term| standing(&log.view(), field, term) == Standing::Free)
    });
    let heading = format!("facet-{}", field.key());
    let opened = expect_context::<Preferences>().facets;
    let find = move || editing.set(Some(ChipId::on(field, false)));

    view! {
        <section class="facet" class:single=single aria-labelledby=heading.clone()>
            <header class="facet-head">
                <h2 id=heading.clone()>{field.label()}</h2>
                {when(move || opened.read().contains(&field), move || view! {
                    <button
                        type="button"
                        class="icon-button"
                        aria-label=format!("Close {}", field.label())
                        data-tip="Close this facet"
                        on:click=move |_| opened.update(|all| all.retain(|f| *f != field))
                    >
                        {icon(Icon::Close)}
                    </button>
                })}
                <button
                    type="button"
                    class="icon-button"
                    aria-label=format!("Find in {}", field.label())
                    data-tip="Find a value"
                    on:click=move |_| find()
                >
                    {icon(Icon::Search)}
                </button>
            </header>
            // Counts have the room of the largest: a brush changes no more than their text.
            <ul class="values" role="list" style:--digits=Signal::derive(move || grouped(most.get()).len().to_string())>
                {each(move || listed.get(), Term::to_query, move |term| view! { <Value log names field term counts most selected /> })}
            </ul>
            {dynamic(move || match (hidden(), more(), all.get()) {
                (0, 0, false) => None,
                (0, 0, true) | (_, _, true) => Some(view! {
                    <button type="button" class="more" on:click=move |_| all.set(false)>"Show fewer"</button>
                }.into_any()),
                (0, more, false) => Some(view! {
                    <button type="button" class="more" on:click=move |_| find()>{format!("{} more…", grouped(more))}</button>
                }.into_any()),
                (hidden, more, false) => Some(view! {
                    <button type="button" class="more" on:click=move |_| all.set(true)>{format!("{} more", grouped(hidden as u64 + more))}</button>
                }.into_any()),
            })}
        </section>
    }
}

/// One value: its name includes it, its − excludes it; either, again, takes it back.
#[component]
fn Value(
    log: LogAddress,
    names: Names,
    field: Field,
    term: Term,
    counts: Memo<Option<FacetCounts>>,
    most: Memo<u64>,
    selected: RwSignal<Option<Selection>>,
) -> impl IntoView {
    let term = StoredValue::new(term);
    let count = memo(move || {
        counts.with(|counts| {
            let counts = counts.as_ref()?;
            let (place, whole) = term.with_value(|term| match term {
                Term::Is(value) => {
                    let place = counts.values.iter().position(|v| v.value == value.as_str())?;
                    Some((place, counts.values[place].count))
                }
                _ => Some((counts.values.len(), counts.absent)),
            })?;
            let within = selected.get().and_then(|s| counts.within(place, s.start..s.end));
            Some(within.unwrap_or(whole))
        })
    });
    let standing = memo(move || term.with_value(|term| standing(&log.view(), field, term)));
    // Values come and go with each answer; these stay.
    let name = memo(move || term.with_value(|term| names.of_term(field, term)));
    let most = memo(move || most.get());
    let link = move |exclude| {
        Signal::derive(move || term.with_value(|term| toggle_link(log, field, term, exclude)))
    };
    // In thousandths of the longest bar, which ends where the text does.
    let share = Signal::derive(move || {
        format!("calc({}e-3*(100% - 8px))", count.get().unwrap_or(0) * 1000 / most.get().max(1))
    });
    let state = move || match standing.get() {
        Standing::Free => None,
        Standing::Included => Some(", included"),
        Standing::Excluded => Some(", excluded"),
    };
    let exclude_name = Signal::derive(move || {
        if standing.get() == Standing::Excluded {
            format!("No longer exclude {}", name.get())
        } else {
            format!("Exclude {}", name.get())
        }
    });
    let bare = term.with_value(|term| !matches!(term, Term::Is(_)));

    view! {
        <li
            class="value"
            class:included=Signal::derive(move || standing.get() == Standing::Included)
            class:excluded=Signal::derive(move || standing.get() == Standing::Excluded)
            class:none=bare
        >
            <i style:width=share></i>
            <a class="value-include" href=link(false) title=name>
                {dynamic(move || name.with(|name| mark(name)))}
                <span class="value-name">{name}</span>
                <span class="visually-hidden">{dynamic(state)}</span>
                <span class="value-count">{dynamic(move || count.get().map_or_else(|| "–".into(), grouped))}</span>
            </a>
            <a class="value-exclude" href=link(true) aria-label=exclude_name data-tip=exclude_name>
                {dynamic(move || icon(if standing.get() == Standing::Excluded { Icon::Undo } else { Icon::Minus }))}
            </a>
        </li>
    }
}
