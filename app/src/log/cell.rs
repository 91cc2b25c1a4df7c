//! What a column shows of an entry.

use daybook_model::{ActorType, Column, Event, Field, FieldValue, Outcome, Severity, vocabulary};
use leptos::prelude::*;

use crate::{
    log::{
        gone,
        masked::mark,
        names::word,
        terms::{not_link, only_link},
    },
    ui::{
        icon::{Icon, icon},
        middle::{Middle, whole_escapes},
        text::one_line,
    },
    url::LogAddress,
};

/// The field whose filters a cell offers: that of the column, or of what stands in for it.
pub(crate) fn filter_field(column: Column, event: &Event) -> Option<Field> {
    match column {
        Column::Status if event.request.status_code.is_none() => Some(Field::Outcome),
        _ => column.field(),
    }
}

/// What a cell says.
pub(crate) fn content(column: Column, event: &Event) -> AnyView {
    let mono = |text: &str| {
        view! { {mark(text)}<span class="cell-text mono">{one_line(text)}</span> }.into_any()
    };
    let plain = |text: String| {
        let text = one_line(&text);
        view! { {mark(&text)}<span class="cell-text" title=text.clone()>{whole_escapes(&text)}</span> }.into_any()
    };
    let long = |text: &str| {
        view! { {mark(text)}<span class="cell-text mono"><Middle text=one_line(text) /></span> }
            .into_any()
    };
    let found = match column {
        // Both are the row's: they follow its clock, and its tooltip.
        Column::Time | Column::Action => return ().into_any(),
        Column::Actor => return actor(event),
        Column::Status => return status(event),
        Column::Resource => event.resource.as_ref().map(|resource| {
            let kind = vocabulary::resource_type_label(&resource.kind);
            let label = one_line(resource.label());
            view! { {mark(&label)}<span class="cell-text"><span class="kind">{kind}</span>" "<Middle text=label /></span> }.into_any()
        }),
        Column::Method => event.request.method.as_deref().map(mono),
        Column::Ip => event.request.remote_ip.as_deref().map(mono),
        // Paths begin alike: what tells them apart is at their end.
        Column::Path => event.request.path.as_deref().map(|path| {
            view! { {mark(path)}<span class="cell-text mono end" title=one_line(path)><bdi dir="ltr">{one_line(path)}</bdi></span> }.into_any()
        }),
        Column::Run => event.run_id.as_deref().map(long),
        Column::UserAgent => event.request.user_agent.clone().map(plain),
        Column::Error => event.error.clone().map(plain),
        Column::Source
        | Column::Outcome
        | Column::Operation
        | Column::Application
        | Column::Cluster
        | Column::Environment
        | Column::Blueprint
        | Column::Entity
        | Column::Integration => column.field().and_then(|field| {
            let text = field.label_of(event)?;
            Some(plain(word(field, &text).unwrap_or_else(|| text.into_owned())))
        }),
    };
    found.unwrap_or_else(|| absent(column))
}

/// Where there is nothing to say. Only that nothing was done to anything is told to the eye: a column
/// of dashes would be noise.
fn absent(column: Column) -> AnyView {
    let told = format!("no {}", column.label().to_ascii_lowercase());
    let dash = (column == Column::Resource).then(|| view! { <span aria-hidden="true">"—"</span> });
    view! { <span class="none">{dash}<span class="visually-hidden">{told}</span></span> }.into_any()
}

fn actor(event: &Event) -> AnyView {
    let (glyph, kind) = actor_glyph(event.actor.kind);
    let label = one_line(event.actor.label());
    let gone = Field::Actor.value_of(event).and_then(|actor| gone::badge(actor.into_owned()));
    view! {
        <span class="actor-glyph" title=kind>{icon(glyph)}<span class="visually-hidden">{kind}" "</span></span>
        {mark(&label)}
        <span class="cell-text" title=label.clone()>{whole_escapes(&label)}</span>
        {gone}
        {(event.source.as_deref() == Some("cli")).then(|| view! { <span class="badge">"CLI"</span> })}
    }
    .into_any()
}

fn status(event: &Event) -> AnyView {
    let text = match (event.request.status_code, event.outcome) {
        (Some(code), _) => code.to_string(),
        (None, Some(Outcome::Failure)) => "failed".into(),
        (None, Some(Outcome::Success)) => "ok".into(),
        (None, None) => return absent(Column::Status),
    };
    view! { <span class="cell-text mono">{text}</span> }.into_any()
}

/// How bad it is, as styles know it.
pub(crate) fn severity_word(event: &Event) -> &'static str {
    match Severity::of(event) {
        Severity::Quiet => "quiet",
        Severity::Failure => "failure",
        Severity::ServerError => "server-error",
    }
}

/// Only this, and not this.
pub(crate) fn acts(log: LogAddress, field: Field, value: FieldValue, label: &str) -> AnyView {
    let (only, not) = (value.clone(), value);
    let (only_name, not_name) =
        (format!("Only {} {label}", field.label()), format!("Not {} {label}", field.label()));
    view! {
        <span class="cell-acts">
            <a href=Signal::derive(move || only_link(log, field, &only)) aria-label=only_name.clone() data-tip=only_name>{icon(Icon::Plus)}</a>
            <a href=Signal::derive(move || not_link(log, field, &not)) aria-label=not_name.clone() data-tip=not_name>{icon(Icon::Minus)}</a>
        </span>
    }
    .into_any()
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
