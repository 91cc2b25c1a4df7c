//! The page of one firing: what it means, its entries, and what people made of it.

use daybook_model::{
    Entry, Span, Timestamp, View,
    alert::{Firing, FiringState},
    paths, sentence,
};
use leptos::prelude::*;

use super::{
    counts::Counts,
    notes::{Notes, Say},
    parts::{may_change, severity},
};
use crate::{
    api::{Failure, alerts},
    clock::Clock,
    load::load,
    log::places::ALERTS,
    preferences::Preferences,
    reactive::{dynamic, effect, memo, when},
    session::Session,
    settings::{
        bar::PlainBar,
        form::{Form, FormProblem},
    },
    ui::{
        icon::{Icon, icon},
        lazy::loading,
        number::counted,
        text::visible,
        time::{Zone, brief, clock as clock_text, day, millis, minute, span_text},
    },
    url::{log_href, query_href},
};

/// How many of its entries are shown at once.
const SHOWN: usize = 10;

/// What it is about, in words: `ci-deployer`, and the value that is new.
pub(super) fn subject(firing: &Firing) -> Option<String> {
    let group = firing.group.as_ref().map(|group| group.label.clone());
    let value =
        firing.value.as_ref().map(|value| format!("new {}: {}", value.field.label(), value.label));
    let all: Vec<_> =
        group.into_iter().chain(value).map(|text| visible(&text).into_owned()).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// How many entries, and from when to when.
pub(super) fn entries_text(firing: &Firing, now: Timestamp, zone: Zone) -> String {
    if firing.count == 0 {
        return format!("None; the last entry before was {}", minute(firing.from, now, zone));
    }
    let entries = counted(firing.count, "entry", "entries");
    let second = |at: Timestamp| at.plus_millis(-at.millis().rem_euclid(1_000));
    let (from, last) = (second(firing.from), second(firing.last_at));
    match Span::new(from, last) {
        _ if firing.count == 1 => format!("{entries} {}", minute(firing.at, now, zone)),
        Some(span) => format!("{entries}, {}", span_text(span, now, zone)),
        None => format!("{entries}, {}", brief(from, now, zone)),
    }
}

/// A firing on its page.
#[derive(Clone, Copy)]
pub(crate) struct Shown {
    pub(super) project: StoredValue<String>,
    pub(super) id: i64,
    pub(super) firing: RwSignal<Option<Firing>>,
    pub(super) counts: Counts,
}

/// The page.
#[component]
pub(crate) fn FiringPage(
    /// The project, by slug or number.
    project: String,
    /// The firing.
    id: i64,
) -> impl IntoView {
    let slug = StoredValue::new(project);
    let project = slug.get_value();
    let counts = Counts::of(Signal::derive(move || slug.get_value()));
    provide_context(counts);
    let shown = Shown { project: slug, id, firing: RwSignal::new(None), counts };
    let asking = Form::new(&[]);
    let look = move || {
        let project = slug.get_value();
        asking.send(async move { alerts::firing(&project, id).await }, "", move |firing| {
            shown.firing.set(Some(firing));
        });
    };
    look();
    effect(move || {
        let name = shown
            .firing
            .with(|f| f.as_ref().map(|f| f.name.clone()))
            .unwrap_or_else(|| "Alert".into());
        document().set_title(&format!("{name} · {} · Daybook", slug.get_value()));
    });
    let known = memo(move || shown.firing.with(Option::is_some));
    view! {
        <PlainBar project=Some(project.clone()) here=ALERTS />
        <main class="settings alerts firing" id="content" tabindex="-1">
            <a class="back" href=paths::alerts(&project)>{icon(Icon::ChevronLeft)}"Alerts"</a>
            <FormProblem form=asking />
            {when(move || !known.get() && asking.busy.get(), loading)}
            {when(move || !known.get() && !asking.busy.get(), move || view! {
                <button type="button" class="button" on:click=move |_| look()>"Try again"</button>
            })}
            {when(move || known.get(), move || view! { <Head shown /> <Entries shown /> <Handled shown /> })}
        </main>
    }
}

/// What it is, and what its rule meant.
#[component]
fn Head(shown: Shown) -> impl IntoView {
    let (clock, zone) = (expect_context::<Clock>(), expect_context::<Preferences>().zone);
    let Some(firing) = shown.firing.get_untracked() else { return ().into_any() };
    let state = memo(move || shown.firing.with(|f| f.as_ref().map(|f| f.state)));
    let rule = firing.rule.map(|rule| {
        let href = shown.project.with_value(|project| paths::alert_rule_page(project, rule));
        view! { " "<a href=href>"The rule"</a> }
    });
    let badge = move || {
        let state = state.get()?;
        let class = if state == FiringState::Open { "badge open" } else { "badge quiet" };
        Some(view! { <span class=class>{state.label()}</span> })
    };
    let (name, about) = (visible(&firing.name).into_owned(), subject(&firing));
    let (at, noticed) = (firing.at, firing.fired_at);
    let when_text = move || {
        let now = clock.now_untracked();
        format!(
            "fired {}, noticed {}",
            minute(at, now, zone.get()),
            minute(noticed, now, zone.get())
        )
    };
    view! {
        <header class="page-head">
            <h1>{name}{about.map(|about| view! { ": "<span class="about">{about}</span> })}</h1>
            <p class="muted about">{severity(firing.severity)}" "{dynamic(badge)}" "{dynamic(when_text)}</p>
            <p class="rule-sentence">{visible(&firing.sentence).into_owned()}{rule}</p>
        </header>
    }
    .into_any()
}

/// The entries that caused it.
#[component]
fn Entries(shown: Shown) -> impl IntoView {
    let (clock, zone) = (expect_context::<Clock>(), expect_context::<Preferences>().zone);
    let session = expect_context::<Session>();
    let Some(firing) = shown.firing.get_untracked() else { return ().into_any() };
    let href = shown.project.with_value(|project| query_href(project, &firing.query));
    let kept = StoredValue::new(firing.clone());
    let told = move || kept.with_value(|f| entries_text(f, clock.now_untracked(), zone.get()));
    if firing.count == 0 {
        return view! {
            <section aria-labelledby="entries-title">
                <h2 id="entries-title">"Entries"</h2>
                <p>{dynamic(told)}"."</p>
            </section>
        }
        .into_any();
    }
    let question = Signal::derive(move || Some(shown.project.get_value()));
    let page = load(question, move |project, _| async move {
        let query = kept.with_value(|firing| firing.query.clone());
        alerts::entries(&project, &query, SHOWN).await
    });
    effect(move || {
        page.failure
            .with(|failure| failure.iter().for_each(|failure: &Failure| session.check(failure)));
    });
    let rows = move || {
        page.value.with(|page| {
            let entries = page.iter().flat_map(|page| page.entries.iter().cloned());
            entries.map(|entry| view! { <EntryLine shown entry /> }).collect_view()
        })
    };
    let more = memo(move || {
        let listed =
            page.value.with(|page| page.as_ref().map_or(0, |page| page.entries.len())) as u64;
        kept.with_value(|f| f.count).saturating_sub(listed)
    });
    view! {
        <section aria-labelledby="entries-title">
            <h2 id="entries-title">"Entries"</h2>
            <p><a href=href>{dynamic(told)}", in the log"</a></p>
            {dynamic(move || page.failure.get().map(|failure| view! { <p class="problem" role="alert">{failure.message()}</p> }))}
            <ul class="entry-lines" role="list" aria-labelledby="entries-title">{dynamic(rows)}</ul>
            {dynamic(move || (page.value.with(Option::is_some) && more.get() > 0).then(|| {
                view! { <p class="hint">{format!("And {} more.", counted(more.get(), "entry", "entries"))}</p> }
            }))}
        </section>
    }
    .into_any()
}

/// One of them.
#[component]
fn EntryLine(shown: Shown, entry: Entry) -> impl IntoView {
    let query =
        shown.firing.with_untracked(|f| f.as_ref().map(|f| f.query.clone())).unwrap_or_default();
    let view = View { event: Some(entry.seq), ..View::read(&query).0 };
    let href = shown.project.with_value(|project| log_href(project, &view));
    view! { <li>{line(&entry, href)}</li> }
}

/// When an entry happened, and what.
fn line(entry: &Entry, href: String) -> impl IntoView + use<> {
    let (clock, zone) = (expect_context::<Clock>(), expect_context::<Preferences>().zone);
    let at = entry.event.occurred_at;
    let what = visible(&sentence(&entry.event)).into_owned();
    let time = move || {
        format!("{} {}", day(at, clock.now_untracked(), zone.get()), clock_text(at, zone.get()))
    };
    view! {
        <span class="mono muted">{dynamic(time)}<span class="millis">{millis(at)}</span></span>
        <a href=href>{what}</a>
    }
}

/// What people made of it.
#[component]
fn Handled(shown: Shown) -> impl IntoView {
    let session = expect_context::<Session>();
    let may = memo(move || shown.project.with_value(|project| may_change(session, project)));
    view! {
        <section aria-labelledby="notes-title">
            <h2 id="notes-title">"Notes"</h2>
            <Notes shown />
            {when(move || may.get(), move || view! { <Say shown /> })}
        </section>
    }
}
