//! One entry as a row; on a narrow page, as a card.

use daybook_model::{ActorType, Entry, Field, FieldValue, Outcome, Seq, Severity, vocabulary};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::{
    clock::Clock,
    log::{
        sentence::sentence,
        terms::{not_link, only_link},
    },
    reactive::{dynamic, memo},
    ui::{
        icon::{Icon, icon},
        middle::Middle,
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
    /// By whose clock.
    zone: RwSignal<Zone>,
    /// The row under the pointer or the focus.
    hot: RwSignal<Option<Seq>>,
    /// Whether the row says its date.
    dated: Memo<bool>,
) -> impl IntoView {
    let clock = expect_context::<Clock>();
    let Entry { seq, event, .. } = entry;
    let open = log.part(move |view| view.event == Some(seq));
    let heat = move || hot.set(Some(seq));
    let is_hot = memo(move || hot.get() == Some(seq));
    let acts = |field: Field| {
        let value = field.value_of(&event).and_then(|text| field.value(&text).ok());
        let label = field.label_of(&event).map(std::borrow::Cow::into_owned).unwrap_or_default();
        dynamic(move || {
            value.clone().filter(|_| is_hot.get()).map(|value| cell_acts(log, field, value, &label))
        })
    };

    let at = event.occurred_at;
    let date = move || {
        dated.get().then(|| view! { <span class="date">{time::day(at, clock.now_untracked(), zone.get())}" "</span> })
    };
    let (glyph, kind) = actor_glyph(event.actor.kind);
    let actor = event.actor.label().to_owned();
    let severity = match Severity::of(&event) {
        Severity::Quiet => "quiet",
        Severity::Failure => "failure",
        Severity::ServerError => "server-error",
    };
    let status = match (event.request.status_code, event.outcome) {
        (Some(code), _) => code.to_string(),
        (None, Some(Outcome::Failure)) => "failed".into(),
        (None, Some(Outcome::Success)) => "ok".into(),
        (None, None) => String::new(),
    };
    let method = event.request.method.clone().unwrap_or_default();
    let resource = event.resource.as_ref().map(|resource| {
        (vocabulary::resource_type_label(&resource.kind), resource.label().to_owned())
    });
    let action = vocabulary::action_label(&event.action);
    let raw = [Some(event.action.as_str()), event.request.path.as_deref()]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("\n");
    let href = Signal::derive(move || log.link(|view| view.event = Some(seq)));
    let told = sentence(&event);
    let name = Signal::derive(move || {
        format!("{}{}, {told}", time::clock(at, zone.get()), time::millis(at))
    });
    // A tap on the action shows its tooltip; with a mouse that was shown before the click.
    let click_action = move |event: web_sys::MouseEvent| {
        if event
            .dyn_ref::<web_sys::PointerEvent>()
            .is_none_or(|pointer| pointer.pointer_type() != "touch")
        {
            log.change(History::Push, |view| view.event = Some(seq));
        }
    };

    view! {
        <tr
            class="entry"
            class:open=open
            role="row"
            data-seq=seq.to_string()
            aria-current=Signal::derive(move || open.get().then_some("true"))
            on:pointerenter=move |_| heat()
            on:focusin=move |_| heat()
        >
            <td class="cell-time" role="cell">
                <a class="row-link" href=href aria-label=name>
                    {dynamic(date)}{dynamic(move || time::clock(at, zone.get()))}<span class="millis">{time::millis(at)}</span>
                </a>
            </td>
            <td class="cell-actor" role="cell">
                <span class="actor-glyph" title=kind>{icon(glyph)}<span class="visually-hidden">{kind}" "</span></span>
                <span class="cell-text" title=actor.clone()>{actor.clone()}</span>
                {(event.source.as_deref() == Some("cli")).then(|| view! { <span class="badge">"CLI"</span> })}
                {acts(Field::Actor)}
            </td>
            <td class="cell-method" role="cell" data-method=method.clone()>
                <span class="cell-text">{method.clone()}</span>
                {acts(Field::Method)}
            </td>
            <td class="cell-status" role="cell" data-severity=severity>
                <span class="cell-text">{status}</span>
                {acts(if event.request.status_code.is_some() { Field::Status } else { Field::Outcome })}
            </td>
            <td class="cell-resource" role="cell">
                {match resource {
                    Some((kind, label)) => view! {
                        <span class="cell-text"><span class="kind">{kind}</span>" "<Middle text=label /></span>
                    }.into_any(),
                    None => view! { <span class="none"><span aria-hidden="true">"—"</span><span class="visually-hidden">"no resource"</span></span> }.into_any(),
                }}
                {acts(Field::Resource)}
            </td>
            <td class="cell-action" role="cell">
                <span class="cell-text tipped" tabindex="0" data-tip=raw on:click=click_action>{action}</span>
                {acts(Field::Action)}
            </td>
        </tr>
    }
}

/// Only this, and not this.
fn cell_acts(
    log: LogAddress,
    field: Field,
    value: FieldValue,
    label: &str,
) -> impl IntoView + use<> {
    let (only, not) = (value.clone(), value);
    let (only_name, not_name) =
        (format!("Only {} {label}", field.label()), format!("Not {} {label}", field.label()));
    view! {
        <span class="cell-acts">
            <a href=Signal::derive(move || only_link(log, field, &only)) aria-label=only_name.clone() data-tip=only_name>{icon(Icon::Plus)}</a>
            <a href=Signal::derive(move || not_link(log, field, &not)) aria-label=not_name.clone() data-tip=not_name>{icon(Icon::Minus)}</a>
        </span>
    }
}

/// The picture and the word of an actor's type.
pub(crate) const fn actor_glyph(kind: ActorType) -> (Icon, &'static str) {
    let glyph = match kind {
        ActorType::User => Icon::User,
        ActorType::ServiceAccount => Icon::ServiceAccount,
        ActorType::ApiToken => Icon::ApiToken,
        ActorType::Integration => Icon::Integration,
        ActorType::Webhook => Icon::Webhook,
        ActorType::Automation => Icon::Automation,
        ActorType::System => Icon::System,
    };
    (glyph, kind.label())
}
