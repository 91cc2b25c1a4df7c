//! The latest times at which a rule would have fired, each with an entry of it.

use daybook_model::{
    Filter, Seq, View,
    alert::{Backtest, Episode},
    sentence,
};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    api,
    clock::Clock,
    preferences::Preferences,
    reactive::dynamic,
    ui::{
        number::{counted, grouped},
        text::first_upper,
        text::visible,
        time::minute,
    },
    url::log_href,
};

/// How many are told.
const TOLD: usize = 5;

/// The list.
#[component]
pub(super) fn Tried(
    /// The project.
    project: StoredValue<String>,
    /// What the rule watches.
    filter: Filter,
    /// What was found.
    tried: Backtest,
) -> impl IntoView {
    let (filter, as_of) = (StoredValue::new(filter), tried.as_of);
    let more = tried.total.saturating_sub(tried.episodes.len().min(TOLD) as u64);
    let latest = tried.episodes.into_iter().take(TOLD);
    view! {
        <ul class="tried" role="list" aria-label="The latest times">
            {latest.map(|episode| view! { <Time project filter as_of episode /> }).collect_view()}
        </ul>
        {(more > 0).then(|| view! { <p class="hint">{format!("And {} earlier.", grouped(more))}</p> })}
    }
}

/// One of them.
#[component]
fn Time(
    project: StoredValue<String>,
    filter: StoredValue<Filter>,
    as_of: Seq,
    episode: Episode,
) -> impl IntoView {
    let (clock, zone) = (expect_context::<Clock>(), expect_context::<Preferences>().zone);
    let filter = filter.with_value(|watched| episode.filter(watched, as_of));
    let view = View { filter, ..View::default() };
    let Episode { at, count, group, value, samples, .. } = episode;
    let about: Vec<_> =
        group.into_iter().chain(value).map(|group| visible(&group.label).into_owned()).collect();
    let entries = match count {
        0 => "nothing arrived".to_owned(),
        count => counted(count, "entry", "entries"),
    };
    let href = project.with_value(|project| log_href(project, &view));
    let text = format!(
        "{entries}{}",
        if about.is_empty() { String::new() } else { format!(", {}", about.join(", ")) }
    );
    let sample = RwSignal::new(None);
    if let Some(&seq) = samples.first() {
        let slug = project.get_value();
        spawn_local(async move {
            // One that cannot be had is not needed: the link leads to all of them.
            let entry = api::entry(&slug, seq, None).await;
            let _ = sample.try_set(entry.ok());
        });
    }
    let kept = StoredValue::new(view);
    let shown = move || {
        sample.get().map(|entry| {
            let view = View { event: Some(entry.seq), ..kept.get_value() };
            let href = project.with_value(|project| log_href(project, &view));
            let what = visible(&sentence(&entry.event)).into_owned();
            view! { <a class="sample" href=href>{what}</a> }
        })
    };
    view! {
        <li>
            <span class="tried-when">{dynamic(move || first_upper(&minute(at, clock.now_untracked(), zone.get())))}</span>
            <a href=href>{text}</a>
            {dynamic(shown)}
        </li>
    }
}
