//! One entry of an investigation: what happened, what was said of it, and where it stands.

use daybook_model::{
    Entry, Event, Field, Preset, Range, Seq, Span, Term, View,
    investigation::{Absence, Pin, Removed},
    sentence,
    vocabulary::source_label,
};
use leptos::prelude::*;

use super::{
    comments::{Comments, Say},
    file::File,
    order::{Carried, handle_id, shift},
};
use crate::{
    api::investigations,
    clock::Clock,
    preferences::Preferences,
    reactive::{dynamic, memo, when},
    ui::{
        confirm::Confirm,
        icon::{Icon, icon},
        number::grouped,
        text::visible,
        time::{brief, clock as clock_text, day, millis},
    },
    url::log_href,
};

/// How far around an entry the log is shown, both ways.
const AROUND: i64 = 5 * 60_000;

/// The entry.
#[component]
pub(super) fn Pinned(
    /// The investigation.
    file: File,
    /// What the pointer carries.
    carried: Carried,
    /// All of them, in their order.
    seqs: Memo<Vec<Seq>>,
    /// This one.
    seq: Seq,
) -> impl IntoView {
    let pin = memo(move || {
        let mine = |pins: &[Pin]| pins.iter().find(|pin| pin.seq == seq).cloned();
        file.findings.with(|it| it.as_ref().and_then(|it| mine(&it.pins)))
    });
    let comments =
        memo(move || pin.with(|pin| pin.as_ref().map(|p| p.comments.clone()).unwrap_or_default()));
    // What is shown of the entry is not made again when something was said of it.
    let entry = memo(move || pin.with(|pin| pin.as_ref().and_then(|pin| pin.entry.clone())));
    let absent = memo(move || {
        pin.with(|pin| pin.as_ref().and_then(|pin| Some((pin.absent?, pin.removed.clone()))))
    });
    let at =
        memo(move || seqs.with(|seqs| seqs.iter().position(|&s| s == seq)).unwrap_or_default());
    let above = Signal::derive(move || seqs.with(|seqs| carried.lands(seqs, at.get())));
    let below = Signal::derive(move || {
        seqs.with(|seqs| at.get() + 1 == seqs.len() && carried.lands(seqs, seqs.len()))
    });
    let saying = RwSignal::new(false);
    view! {
        <li class="pinned-entry" class:carried=Signal::derive(move || carried.is(seq)) class:above=above class:below=below>
            {when(move || file.open.get(), move || view! { <Handle file carried seqs seq at /> })}
            <div class="pinned-body">
                {dynamic(move || entry.get().map(|entry| view! { <Shown file entry=*entry /> }))}
                {dynamic(move || absent.get().map(|(why, removed)| view! { <Missing file seq why removed /> }))}
                <Comments file comments />
                {when(move || saying.get() && file.open.get(), move || view! {
                    <Say file seq=Some(seq) done=Callback::new(move |()| saying.set(false)) />
                })}
                {when(move || !saying.get() && file.open.get(), move || view! { <Acts file seq saying /> })}
            </div>
        </li>
    }
}

/// What is carried by the pointer, and moved by keys.
#[component]
fn Handle(
    file: File,
    carried: Carried,
    seqs: Memo<Vec<Seq>>,
    seq: Seq,
    at: Memo<usize>,
) -> impl IntoView {
    let key = move |event: web_sys::KeyboardEvent| {
        let by = match event.key().as_str() {
            "ArrowUp" => -1,
            "ArrowDown" => 1,
            "Escape" => return carried.let_go(file, &seqs.read_untracked(), false),
            _ => return,
        };
        event.prevent_default();
        shift(file, &seqs.read_untracked(), seq, by);
    };
    let name = Signal::derive(move || {
        format!(
            "Entry {seq}, number {} of {}: move with the arrow keys",
            at.get() + 1,
            seqs.read().len()
        )
    });
    view! {
        <button
            type="button"
            class="handle"
            id=handle_id(seq)
            aria-label=name
            data-tip="Drag, or move with ↑ and ↓"
            on:keydown=key
            on:pointerdown=move |event| carried.take(&seqs.read_untracked(), seq, &event)
            on:pointermove=move |event| carried.carry(&event)
            on:pointerup=move |_| carried.let_go(file, &seqs.read_untracked(), true)
            on:pointercancel=move |_| carried.let_go(file, &seqs.read_untracked(), false)
        >
            {icon(Icon::Grip)}
        </button>
    }
}

/// What happened.
#[component]
fn Shown(file: File, entry: Entry) -> impl IntoView {
    let (clock, zone) = (expect_context::<Clock>(), expect_context::<Preferences>().zone);
    let (seq, event) = (entry.seq, entry.event);
    let at = event.occurred_at;
    let mut view = View { event: Some(seq), ..View::default() };
    if let Some(span) = Span::new(at.plus_millis(-AROUND), at.plus_millis(AROUND + 1)) {
        view.filter.range = Range::Between(span);
    }
    let href = file.project.with_value(|project| log_href(project, &view));
    let what = visible(&sentence(&event)).into_owned();
    let severity = crate::log::cell::severity_word(&event);
    view! {
        <p class="pinned-when muted">
            <span class="mono">
                {dynamic(move || format!("{} {}", day(at, clock.now_untracked(), zone.get()), clock_text(at, zone.get())))}
                <span class="millis">{millis(at)}</span>
            </span>
            <span class="mono">{format!("#{}", grouped(seq))}</span>
        </p>
        <p class="pinned-what"><a href=href>{what}</a></p>
        <p class="pinned-facts" data-ended=severity>{facts(&event)}</p>
    }
}

/// The request, how it ended, and where it came from.
fn facts(event: &Event) -> AnyView {
    let request = &event.request;
    let line: Vec<_> =
        [request.method.as_deref(), request.path.as_deref()].into_iter().flatten().collect();
    let ended = match (request.status_code, event.outcome) {
        (Some(code), _) => Some(code.to_string()),
        (None, outcome) => outcome.map(|outcome| outcome.label().to_owned()),
    };
    let coded = request.status_code.is_some();
    let mono = |text: String| view! { <span class="mono">{visible(&text).into_owned()}</span> };
    view! {
        {(!line.is_empty()).then(|| mono(line.join(" ")))}
        {ended.map(|text| view! { <span class="ended" class:mono=coded>{text}</span> })}
        {request.remote_ip.clone().map(mono)}
        {event.source.as_deref().map(|source| view! { <span>{source_label(source)}</span> })}
        {event.error.clone().map(|error| view! { <span class="ended">{visible(&error).into_owned()}</span> })}
    }
    .into_any()
}

/// An entry that cannot be shown.
#[component]
fn Missing(file: File, seq: Seq, why: Absence, removed: Option<Removed>) -> impl IntoView {
    let (clock, zone) = (expect_context::<Clock>(), expect_context::<Preferences>().zone);
    // The log tells of each run of retention.
    let told = removed.map(|Removed { run, at, entry }| {
        let mut view = View::default();
        view.filter.range = Range::Last(Preset::All);
        if let Ok(id) = Field::Id.value(&entry) {
            view.filter.add(Field::Id, false, Term::Is(id));
        }
        let href = file.project.with_value(|project| log_href(project, &view));
        let when = move || brief(at, clock.now_untracked(), zone.get());
        view! { " "<a href=href>{format!("Run {run}, ")}{dynamic(when)}</a> }
    });
    view! {
        <p class="pinned-when muted"><span class="mono">{format!("#{}", grouped(seq))}</span></p>
        <p class="pinned-missing">{format!("{}.", why.label())}{told}</p>
    }
}

/// What can be done with it.
#[component]
fn Acts(file: File, seq: Seq, saying: RwSignal<bool>) -> impl IntoView {
    let unpin = Callback::new(move |()| {
        let project = file.project.get_value();
        let answer = async move { investigations::unpin(&project, file.number, seq).await };
        file.send(file.form, answer, "The entry is not pinned any more", || ());
    });
    view! {
        <div class="pinned-acts">
            <button type="button" class="button quiet" aria-label=format!("Comment on entry {seq}") on:click=move |_| saying.set(true)>"Comment"</button>
            <Confirm word="Unpin" name=format!("Unpin entry {seq}") question="Its comments go with it. The entry stays in the log." busy=file.form.busy on_confirm=unpin />
        </div>
    }
}
