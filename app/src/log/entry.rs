//! The opened entry, beside the list: what, who, when, where from, and what it changed.

mod fact_line;
mod notes;
mod parts;
mod pin;
mod pivots;
mod reveal;
mod told;

use daybook_model::{Entry, Event, Seq};
use leptos::prelude::*;

pub(crate) use self::parts::unchanged;
use self::{
    notes::Notes,
    parts::Parts,
    pin::{PinButton, PinnedIn, Pins},
    pivots::Pivots,
    told::Told,
};
use crate::{
    api,
    later::once_painted,
    load::load,
    log::answer::LogAnswer,
    reactive::{dynamic, effect, memo, when},
    session::Session,
    ui::{
        copy::CopyButton,
        icon::{Icon, icon},
        number::grouped,
        time::Zone,
    },
    url::LogAddress,
};

/// What is in the panel, which is there while the address names an entry.
#[component]
pub(crate) fn EntryPanel(
    /// Where we are.
    log: LogAddress,
    /// The list, which may hold the entry already.
    answer: LogAnswer,
    /// By whose clock.
    zone: RwSignal<Zone>,
    /// The entry.
    seq: Memo<Option<Seq>>,
) -> impl IntoView {
    let session = expect_context::<Session>();
    // What the list has whole is not asked for again.
    let question = memo(move || {
        let seq = seq.get()?;
        let whole = answer.row(seq).is_some_and(|row| row.omitted.is_empty());
        (!whole).then_some(seq)
    });
    let loaded = load(question.into(), move |seq, signal| async move {
        api::entry(&log.project(), seq, signal).await
    });
    effect(move || {
        loaded.failure.with(|failure| failure.iter().for_each(|failure| session.check(failure)));
    });
    let entry = memo(move || {
        let seq = seq.get()?;
        loaded.value.get().filter(|entry| entry.seq == seq).or_else(|| answer.row(seq))
    });
    // What was revealed stands here alone, until another entry is opened or this one is closed.
    let revealed = RwSignal::new(None::<Entry>);
    effect(move || {
        seq.track();
        revealed.set(None);
    });
    let shown = memo(move || {
        let masked = entry.get()?;
        Some(match revealed.get().filter(|revealed| revealed.seq == masked.seq) {
            Some(revealed) => (revealed, Some(masked.event)),
            None => (masked, None),
        })
    });
    // The list tells all but the long parts: what is shown of it at once is not made again when
    // these arrive.
    let told = memo(move || shown.get().map(|(entry, masked)| (brief(entry), masked.map(short))));
    let brief = memo(move || entry.get().map(brief));
    let failed = move || {
        loaded.failure.get().map(|failure| {
            view! { <p class="problem" role="alert">{failure.message()}</p> }
        })
    };
    let pins = Pins::of(log, seq);
    // What tells most is painted first.
    let rest = RwSignal::new(false);
    once_painted(move || {
        let _ = rest.try_set(true);
    });
    let waits = move || entry.with(Option::is_none) && loaded.failure.with(Option::is_none);

    view! {
        <Head log answer seq pins />
        <div class="panel-body">
            {dynamic(move || told.get().map(|(entry, masked)| view! { <Told log entry masked zone /> }))}
            {when(move || rest.get(), move || view! { <PinnedIn pins /> <Notes log entry revealed /> })}
            {dynamic(failed)}
            {when(waits, skeleton)}
            {when(move || rest.get(), move || dynamic(move || shown.get().map(|(entry, masked)| view! { <Parts log entry masked /> })))}
        </div>
        {when(move || rest.get(), move || dynamic(move || brief.get().map(|entry| view! { <Pivots log entry /> })))}
    }
}

/// The entry without its long parts.
fn brief(mut entry: Entry) -> Entry {
    entry.event = short(entry.event);
    entry.omitted.clear();
    entry
}

fn short(event: Event) -> Event {
    Event { change: None, context: None, ..event }
}

/// Which entry it is, the ways to its neighbours, and the way out.
#[component]
fn Head(log: LogAddress, answer: LogAnswer, seq: Memo<Option<Seq>>, pins: Pins) -> impl IntoView {
    let neighbours = memo(move || seq.get().map(|seq| neighbours(answer, seq)).unwrap_or_default());
    let step = move |to: Option<Seq>, glyph: Icon, name: &'static str, key: &'static str| {
        let href = to.map(|to| log.link(|view| view.event = Some(to)));
        let disabled = href.is_none().then_some("true");
        view! { <a class="icon-button" role="link" href=href aria-disabled=disabled aria-label=name data-tip=format!("{name} ({key})")>{icon(glyph)}</a> }
    };
    let closed = Signal::derive(move || log.link(daybook_model::View::close));
    let link = Signal::derive(move || log.absolute(&log.view()));
    view! {
        <header class="panel-head">
            <span class="panel-seq">{dynamic(move || seq.get().map(|seq| format!("#{}", grouped(seq))))}</span>
            {dynamic(move || {
                let (before, after) = neighbours.get();
                view! {
                    {step(before, Icon::ArrowUp, "Entry above", "k")}
                    {step(after, Icon::ArrowDown, "Entry below", "j")}
                }
            })}
            <PinButton pins />
            <CopyButton text=link what="link to this entry" />
            <a class="icon-button" href=closed aria-label="Close" data-tip="Close (Esc)">{icon(Icon::Close)}</a>
        </header>
    }
}

/// What the panel looks like before the entry is known.
pub(crate) fn skeleton() -> AnyView {
    view! { <div class="panel-skeleton" aria-hidden="true"><span class="skeleton"></span><span class="skeleton"></span><span class="skeleton"></span></div> }
        .into_any()
}

/// The entries above and below in the list.
fn neighbours(answer: LogAnswer, seq: Seq) -> (Option<Seq>, Option<Seq>) {
    let rows = answer.shown();
    let Some(at) = rows.iter().position(|&row| row == seq) else { return (None, None) };
    let seq_at = |at: usize| rows.get(at).copied();
    (at.checked_sub(1).and_then(seq_at), seq_at(at + 1))
}
