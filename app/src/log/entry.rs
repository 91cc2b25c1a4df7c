//! The opened entry, beside the list: what, who, when, where from, and what it changed.

use daybook_model::{Entry, Outcome, Seq, Severity, change::Diff};
use leptos::prelude::*;

use crate::{
    api::{self, Failure},
    clock::Clock,
    load::load,
    log::{
        answer::LogAnswer,
        diff::Changes,
        facts::{Fact, facts},
        sentence::sentence,
        terms::{not_link, only_link},
    },
    reactive::{dynamic, effect, memo},
    session::Session,
    ui::{
        copy::CopyButton,
        icon::{Icon, icon},
        number::grouped,
        time::{self, Zone},
    },
    url::LogAddress,
};

/// The panel. It is there while the address names an entry.
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
    let neighbours = move || seq.get().map(|seq| neighbours(answer, seq));
    let step = move |to: Option<Seq>, glyph: Icon, name: &'static str, key: &'static str| {
        let href = to.map(|to| log.link(|view| view.event = Some(to)));
        let disabled = href.is_none().then_some("true");
        view! { <a class="icon-button" role="link" href=href aria-disabled=disabled aria-label=name data-tip=format!("{name} ({key})")>{icon(glyph)}</a> }
    };
    // The tab that was chosen stays while entries are walked.
    let depth = RwSignal::new(None::<Depth>);
    let closed = Signal::derive(move || log.link(|view| view.event = None));
    let link = Signal::derive(move || log.absolute(&log.view()));

    view! {
        <aside class="panel" aria-label="Entry">
            <header class="panel-head">
                <span class="panel-seq">{dynamic(move || seq.get().map(|seq| format!("#{}", grouped(seq))))}</span>
                {dynamic(move || {
                    let (before, after) = neighbours().unwrap_or_default();
                    view! {
                        {step(before, Icon::ArrowUp, "Entry above", "k")}
                        {step(after, Icon::ArrowDown, "Entry below", "j")}
                    }
                })}
                <CopyButton text=link what="link to this entry" />
                <a class="icon-button" href=closed aria-label="Close" data-tip="Close (Esc)">{icon(Icon::Close)}</a>
            </header>
            {dynamic(move || match (entry.get(), loaded.failure.get()) {
                (Some(entry), failure) => view! { <Told log entry zone failure depth /> }.into_any(),
                (None, Some(failure)) => view! { <p class="problem" role="alert">{failure.message()}</p> }.into_any(),
                (None, None) => view! { <div class="panel-skeleton" aria-hidden="true"><span class="skeleton"></span><span class="skeleton"></span><span class="skeleton"></span></div> }.into_any(),
            })}
        </aside>
    }
}

/// The entries above and below in the list.
fn neighbours(answer: LogAnswer, seq: Seq) -> (Option<Seq>, Option<Seq>) {
    answer.page.value.with(|page| {
        let entries = page.as_ref().map(|page| page.entries.as_slice()).unwrap_or_default();
        let Some(at) = entries.iter().position(|entry| entry.seq == seq) else {
            return (None, None);
        };
        let seq_at = |at: usize| entries.get(at).map(|entry| entry.seq);
        (at.checked_sub(1).and_then(seq_at), seq_at(at + 1))
    })
}

/// What the panel says of an entry.
#[component]
fn Told(
    log: LogAddress,
    entry: Entry,
    zone: RwSignal<Zone>,
    failure: Option<Failure>,
    depth: RwSignal<Option<Depth>>,
) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let event = &entry.event;
    let at = event.occurred_at;
    let received = entry.received_at;
    let when = move || time::long(at, zone.get());
    let other = move || match zone.get() {
        Zone::Local => time::long(at, Zone::Utc),
        Zone::Utc => time::long(at, Zone::Local),
    };
    let ago = move || time::relative(at, clock.now());
    let severity = match Severity::of(event) {
        Severity::Quiet => "quiet",
        Severity::Failure => "failure",
        Severity::ServerError => "server-error",
    };
    let outcome = event.outcome.map(Outcome::label);
    let code = event.request.status_code;
    let shown = facts(&entry);
    view! {
        <div class="panel-body">
            <h2 class="panel-sentence">{sentence(event)}</h2>
            <p class="panel-when">
                <time datetime=at.to_string()>{dynamic(when)}</time>
                <span class="muted">{dynamic(other)}" · "{dynamic(ago)}</span>
            </p>
            <dl class="facts">
                {(outcome.is_some() || code.is_some()).then(|| view! {
                    <div class="fact">
                        <dt>"Outcome"</dt>
                        <dd class="fact-outcome" data-severity=severity>
                            {code.map(|code| view! { <code>{code.to_string()}</code>" " })}
                            {outcome}
                        </dd>
                    </div>
                })}
                {shown.into_iter().map(|fact| view! { <FactLine log fact /> }).collect_view()}
                <div class="fact">
                    <dt>"Received"</dt>
                    <dd><span class="fact-value">{dynamic(move || time::long(received, zone.get()))}</span></dd>
                </div>
            </dl>
            {failure.map(|failure| view! { <p class="problem" role="alert">{failure.message()}</p> })}
            <Depths entry depth />
        </div>
    }
}

/// One field, with what can be done with its value.
#[component]
fn FactLine(log: LogAddress, fact: Fact) -> impl IntoView {
    let Fact { label, before, text, copy, mono, filter } = fact;
    let acts = filter.map(|(field, value)| {
        let (only, not) = (value.clone(), value);
        view! {
            <a class="fact-act" href=Signal::derive(move || only_link(log, field, &only)) aria-label=format!("Only this {label}") data-tip="Only this">{icon(Icon::Plus)}</a>
            <a class="fact-act" href=Signal::derive(move || not_link(log, field, &not)) aria-label=format!("Not this {label}") data-tip="Not this">{icon(Icon::Minus)}</a>
        }
    });
    view! {
        <div class="fact">
            <dt>{label}</dt>
            <dd>
                <span class="fact-value" class:mono=mono>
                    {before.map(|before| view! { <span class="kind">{before}" "</span> })}
                    {text}
                </span>
                <span class="fact-acts">
                    {acts}
                    <CopyButton text=copy what=label.to_lowercase() />
                </span>
            </dd>
        </div>
    }
}

/// The tabs of the panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    Changes,
    Context,
    Raw,
}

impl Depth {
    const ALL: [Self; 3] = [Self::Changes, Self::Context, Self::Raw];

    const fn label(self) -> &'static str {
        match self {
            Self::Changes => "Changes",
            Self::Context => "Context",
            Self::Raw => "Raw",
        }
    }
}

/// Changes, context, and the entry as it is stored.
#[component]
fn Depths(entry: Entry, depth: RwSignal<Option<Depth>>) -> impl IntoView {
    // Where nothing was changed, what the producer says beside it comes first.
    let has = |part: &str| entry.omitted.iter().any(|name| name == part);
    let told = has("change") || entry.event.change.is_some();
    let first = if !told && (has("context") || entry.event.context.is_some()) {
        Depth::Context
    } else {
        Depth::Changes
    };
    let count = entry.event.change.as_ref().map(|change| Diff::of(change).changed.len());
    let chosen = move || depth.get().unwrap_or(first);
    let entry = StoredValue::new(entry);
    let tab = move |which: Depth| {
        let selected = move || chosen() == which;
        view! {
            <button
                type="button"
                role="tab"
                class="tab"
                id=format!("tab-{}", which.label())
                aria-selected=Signal::derive(move || if selected() { "true" } else { "false" })
                aria-controls="panel-depth"
                tabindex=Signal::derive(move || if selected() { "0" } else { "-1" })
                on:click=move |_| depth.set(Some(which))
            >
                {which.label()}
                {count.filter(|_| which == Depth::Changes).map(|n| view! { <span class="tab-count">{n}</span> })}
            </button>
        }
    };
    let walk = move |event: web_sys::KeyboardEvent| {
        let at = Depth::ALL.iter().position(|&depth| depth == untrack(chosen)).unwrap_or(0);
        let to = match event.key().as_str() {
            "ArrowRight" => (at + 1) % 3,
            "ArrowLeft" => (at + 2) % 3,
            _ => return,
        };
        event.prevent_default();
        depth.set(Some(Depth::ALL[to]));
        let id = format!("tab-{}", Depth::ALL[to].label());
        if let Some(tab) = document()
            .get_element_by_id(&id)
            .and_then(|tab| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(tab).ok())
        {
            let _ = tab.focus();
        }
    };
    let pending =
        move |part: &str| entry.with_value(|entry| entry.omitted.iter().any(|name| name == part));
    let content = move || match chosen() {
        Depth::Changes => match entry.with_value(|entry| entry.event.change.clone()) {
            Some(change) => view! { <Changes change /> }.into_any(),
            None if pending("change") => view! { <span class="skeleton"></span> }.into_any(),
            None => view! { <p class="muted">"No snapshot was captured."</p> }.into_any(),
        },
        Depth::Context => match entry.with_value(|entry| entry.event.context.clone()) {
            Some(context) => json(pretty(&context)).into_any(),
            None if pending("context") => view! { <span class="skeleton"></span> }.into_any(),
            None => view! { <p class="muted">"The producer sent no context."</p> }.into_any(),
        },
        Depth::Raw => json(entry.with_value(pretty)).into_any(),
    };
    view! {
        <div class="tabs" role="tablist" aria-label="More of this entry" on:keydown=walk>
            {Depth::ALL.map(tab).into_iter().collect_view()}
        </div>
        <div id="panel-depth" class="depth" role="tabpanel" tabindex="0" aria-labelledby=Signal::derive(move || format!("tab-{}", chosen().label()))>
            {dynamic(content)}
        </div>
    }
}

/// JSON as it is, to read and to copy.
fn json(text: String) -> impl IntoView {
    view! {
        <div class="raw">
            <CopyButton text=text.clone() what="JSON" />
            <pre><code>{text}</code></pre>
        </div>
    }
}

fn pretty(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
