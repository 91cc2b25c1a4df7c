//! A link to exactly these entries, and what is said to those who open it.

use std::time::Duration;

use daybook_model::{Preset, Range, Span, View, live::Newer};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    api,
    clock::Clock,
    load::load,
    log::answer::LogAnswer,
    reactive::{dynamic, memo},
    ui::{
        announce::announce,
        copy::copy_text,
        icon::{Icon, icon},
        number::{counted, grouped},
        time::{Zone, minute},
    },
    url::LogAddress,
};

/// How often it is looked whether there is more by now.
const AGAIN: Duration = Duration::from_secs(15);

/// Copies the link.
#[derive(Clone, Copy)]
pub(crate) struct Share {
    log: LogAddress,
    answer: LogAnswer,
    copied: RwSignal<bool>,
}

impl Share {
    /// Of this list.
    pub(crate) fn of(log: LogAddress, answer: LogAnswer) -> Self {
        Self { log, answer, copied: RwSignal::new(false) }
    }

    /// Copies a link to exactly these entries: the time is absolute, and later entries stay out.
    pub(crate) fn copy(self) {
        let view = self.log.view_untracked();
        let page = self.answer.page.value;
        let known = page.with_untracked(|page| page.as_ref().map(|page| (page.span, page.as_of)));
        let view =
            known.map_or_else(|| view.clone(), |(span, as_of)| pinned_to(&view, span, as_of));
        let (link, copied) = (self.log.absolute(&view), self.copied);
        spawn_local(async move {
            if copy_text(&link).await {
                announce("Link copied");
                let _ = copied.try_set(true);
                let reset = move || {
                    let _ = copied.try_set(false);
                };
                set_timeout(reset, Duration::from_millis(1500));
            } else {
                announce("The browser does not allow copying. Copy the address instead.");
            }
        });
    }
}

/// The button that copies the link.
#[component]
pub(crate) fn ShareButton(
    /// What it copies.
    share: Share,
) -> impl IntoView {
    let copied = share.copied;
    let word = move || if copied.get() { "Copied" } else { "Share" };
    view! {
        <button type="button" class="button share" aria-label=Signal::derive(word) aria-keyshortcuts="c" data-tip="Copy a link to exactly these entries" on:click=move |_| share.copy()>
            {dynamic(move || icon(if copied.get() { Icon::Check } else { Icon::Link }))}
            <span>{dynamic(word)}</span>
        </button>
    }
}

/// Keeps the place of the button.
pub(crate) fn soon() -> AnyView {
    view! { <span class="button share" aria-hidden="true">{icon(Icon::Link)}<span>"Share"</span></span> }.into_any()
}

/// Says of which moment the entries are, where the address pins one, how many came later, and leads to
/// them. What retention has removed of the span since then will be said here too.
#[component]
pub(crate) fn Pinned(
    /// Where we are.
    log: LogAddress,
    /// By whose clock.
    zone: RwSignal<Zone>,
) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let looks = RwSignal::new(0_u32);
    let query =
        log.part(|view| view.filter.as_of.is_some().then(|| first_page(view).to_api_query()));
    let asked = memo(move || query.get().map(|query| (query, looks.get())));
    let newer = load(asked.into(), move |(query, _): (String, u32), signal| async move {
        api::newer(&log.project(), &query, signal).await
    });
    // Nobody looks at a tab in the background.
    let look = move || {
        if query.with_untracked(Option::is_some) && !document().hidden() {
            looks.update(|looks| *looks = looks.wrapping_add(1));
        }
    };
    if let Ok(handle) = set_interval_with_handle(look, AGAIN) {
        on_cleanup(move || handle.clear());
    }

    let pinned = log.part(|view| view.filter.as_of);
    dynamic(move || {
        let as_of = pinned.get()?;
        // An answer to another address says nothing of this one.
        let told = newer.value.get().filter(|told| told.as_of <= as_of);
        let place = format!("entry #{}", grouped(as_of));
        let moment = match told.and_then(|told| told.at) {
            Some(at) => {
                format!("As of {}, {place}", moment(&minute(at, clock.now_untracked(), zone.get())))
            }
            None => format!("As of {place}"),
        };
        let more = match told.map(|told| told.newer) {
            Some(0) => ": nothing newer.".to_owned(),
            Some(n) => format!(": {}.", counted(n, "newer entry", "newer entries")),
            None => ": what was stored later is left out.".to_owned(),
        };
        let href = log.filter_link(|view| unpin(view, told, clock));
        Some(view! {
            <p class="pinned">
                {icon(Icon::Clock)}
                <span><strong>{moment}</strong>{more}</span>
                <a href=href>{if told.is_some_and(|told| told.newer == 0) { "Follow the log" } else { "Show newer entries" }}</a>
            </p>
        })
    })
}

/// `at 14:32` without its first word, which the sentence has already.
fn moment(minute: &str) -> String {
    minute.trim_start_matches("at ").trim_start_matches("on ").to_owned()
}

fn first_page(view: &View) -> View {
    View { cursor: None, ..view.clone() }
}

/// A view as it is at a moment. A cursor holds span and moment already, and belongs to the filter as
/// it stands.
pub(crate) fn pinned_to(view: &View, span: Span, as_of: u64) -> View {
    let mut view = view.clone();
    if view.cursor.is_none() {
        pin(&mut view, span, as_of);
    }
    view
}

fn pin(view: &mut View, span: Span, as_of: u64) {
    if span != Span::ALL {
        view.filter.range = Range::Between(span);
    }
    view.filter.as_of = Some(as_of);
}

/// Lets later entries in. A range that reached the end of the log goes on with it: as the running
/// range that it was, where it is as long as one.
fn unpin(view: &mut View, newer: Option<Newer>, clock: Clock) {
    view.filter.as_of = None;
    let Range::Between(span) = view.filter.range else { return };
    if newer.is_none_or(|newer| newer.span.to <= span.to) {
        return;
    }
    let preset = Preset::ALL.iter().find(|preset| preset.millis() == Some(span.millis()));
    let until_now = || Span::new(span.from, clock.now_untracked().plus_millis(1)).unwrap_or(span);
    view.filter.range =
        preset.map_or_else(|| Range::Between(until_now()), |preset| Range::Last(*preset));
}
