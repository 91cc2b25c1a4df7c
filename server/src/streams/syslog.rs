//! Entries as syslog messages (RFC 5424), counted by octets (RFC 6587, RFC 5425).

use std::{fmt::Write as _, io};

use daybook_model::{Entry, Outcome};

/// The facility of audit logs.
const AUDIT: u8 = 13;
const INFORMATIONAL: u8 = 6;
const WARNING: u8 = 4;
/// What our structured data is called. The number is the one for examples: Daybook has none of its own.
const DATA: &str = "daybook@32473";
/// The longest name of a kind of message.
const MESSAGE_ID: usize = 32;

/// Writes a message with its length in front. Its text is `message`; without one it is a sentence, and the
/// entry's fields are structured data.
pub(super) fn frame(
    project: &str,
    entry: &Entry,
    message: Option<&str>,
    out: &mut Vec<u8>,
) -> io::Result<()> {
    let event = &entry.event;
    let severity = if event.outcome == Some(Outcome::Failure) { WARNING } else { INFORMATIONAL };
    let mut text = format!("<{}>1 {} - daybook - ", AUDIT * 8 + severity, event.occurred_at);
    let id: String = event
        .action
        .chars()
        .map(|c| if c.is_ascii_graphic() { c } else { '_' })
        .take(MESSAGE_ID)
        .collect();
    text.push_str(if id.is_empty() { "-" } else { &id });
    if let Some(message) = message {
        text.push_str(" - ");
        text.push_str(message);
    } else {
        text.push(' ');
        data(project, entry, &mut text);
        text.push(' ');
        text.extend(sentence(entry).chars().map(visible));
    }
    io::Write::write_fmt(out, format_args!("{} {text}", text.len()))
}

/// The entry's fields. States and context are named as left out: they are trees, and may be large.
fn data(project: &str, entry: &Entry, out: &mut String) {
    let event = &entry.event;
    let (request, actor) = (&event.request, &event.actor);
    let resource = event.resource.as_ref();
    let (application, cluster) = (event.application.as_ref(), event.cluster.as_ref());
    let environment = event.environment.as_ref();
    let (seq, received) = (entry.seq.to_string(), entry.received_at.to_string());
    let status = request.status_code.map(|code| code.to_string());
    let omitted: Vec<_> =
        [event.change.is_some().then_some("change"), event.context.is_some().then_some("context")]
            .into_iter()
            .flatten()
            .collect();
    let omitted = omitted.join(",");
    out.push('[');
    out.push_str(DATA);
    for (name, value) in [
        ("project", Some(project)),
        ("seq", Some(&seq)),
        ("received_at", Some(&received)),
        ("id", event.id.as_deref()),
        ("actor_type", Some(actor.kind.as_str())),
        ("actor_id", actor.id.as_deref()),
        ("actor_name", actor.name.as_deref()),
        ("actor_email", actor.email.as_deref()),
        ("source", event.source.as_deref()),
        ("action", Some(&event.action)),
        ("operation", event.operation.map(daybook_model::Operation::as_str)),
        ("outcome", event.outcome.map(Outcome::as_str)),
        ("error", event.error.as_deref()),
        ("method", request.method.as_deref()),
        ("path", request.path.as_deref()),
        ("status_code", status.as_deref()),
        ("remote_ip", request.remote_ip.as_deref()),
        ("user_agent", request.user_agent.as_deref()),
        ("request_id", request.request_id.as_deref()),
        ("session_id", request.session_id.as_deref()),
        ("resource_type", resource.map(|resource| resource.kind.as_str())),
        ("resource_id", resource.and_then(|resource| resource.id.as_deref())),
        ("resource_name", resource.and_then(|resource| resource.name.as_deref())),
        ("application_id", application.map(|named| named.id.as_str())),
        ("application_name", application.and_then(|named| named.name.as_deref())),
        ("cluster_id", cluster.map(|named| named.id.as_str())),
        ("cluster_name", cluster.and_then(|named| named.name.as_deref())),
        ("environment_id", environment.map(|named| named.id.as_str())),
        ("environment_name", environment.and_then(|named| named.name.as_deref())),
        ("run_id", event.run_id.as_deref()),
        ("webhook_id", event.webhook_id.as_deref()),
        ("webhook_event_id", event.webhook_event_id.as_deref()),
        ("installation_id", event.installation_id.as_deref()),
        ("blueprint", event.blueprint.as_deref()),
        ("entity", event.entity.as_deref()),
        ("omitted", Some(omitted.as_str()).filter(|omitted| !omitted.is_empty())),
    ] {
        if let Some(value) = value {
            // Writing to a text does not fail.
            let _ = write!(out, " {name}=\"");
            escape(value, out);
            out.push('"');
        }
    }
    out.push(']');
}

/// A value of structured data: quotes, backslashes and brackets have a backslash in front.
fn escape(value: &str, out: &mut String) {
    for c in value.chars() {
        if matches!(c, '"' | '\\' | ']') {
            out.push('\\');
        }
        out.push(visible(c));
    }
}

/// Strangers write entries: a line break of theirs must not look like the end of a message in the files that
/// receivers write.
fn visible(c: char) -> char {
    match u32::from(c) {
        code @ 0..=0x1f => char::from_u32(0x2400 + code).unwrap_or('\u{fffd}'),
        0x7f => '\u{2421}',
        0x80..=0x9f | 0x2028 | 0x2029 => '\u{fffd}',
        _ => c,
    }
}

/// What happened, for people.
fn sentence(entry: &Entry) -> String {
    let event = &entry.event;
    if let Some(message) = &event.message {
        return message.clone();
    }
    let mut text = format!("{} {}", event.actor.label(), event.action);
    if let Some(resource) = &event.resource {
        let _ = write!(text, " {} {}", resource.kind, resource.label());
    }
    if let Some(outcome) = event.outcome {
        let _ = write!(text, ": {outcome}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(rest: &str) -> Entry {
        let json = format!(
            r#"{{"seq":101,"received_at":"2026-11-20T12:00:01.000Z","occurred_at":"2026-11-20T12:00:00.120Z",
                "actor":{{"type":"user","id":"58392","name":"Maya Ortiz"}}{rest}}}"#
        );
        serde_json::from_str(&json).expect("an entry")
    }

    fn framed(entry: &Entry, message: Option<&str>) -> String {
        let mut out = Vec::new();
        frame("acme", entry, message, &mut out).expect("it is written to memory");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn a_message_says_how_long_it_is_and_what_happened() {
        let entry = entry(
            r#","action":"UpdateApp","outcome":"failure","resource":{"type":"application","name":"wéb"},
               "change":{"before":1,"after":2}"#,
        );
        let text = framed(&entry, None);
        let (length, message) = text.split_once(' ').expect("a length");
        assert_eq!(length.parse(), Ok(message.len()), "in octets");
        assert_eq!(
            message,
            "<108>1 2026-11-20T12:00:00.120Z - daybook - UpdateApp [daybook@32473 project=\"acme\" seq=\"101\" \
             received_at=\"2026-11-20T12:00:01.000Z\" actor_type=\"user\" actor_id=\"58392\" actor_name=\"Maya Ortiz\" \
             action=\"UpdateApp\" outcome=\"failure\" resource_type=\"application\" resource_name=\"wéb\" \
             omitted=\"change\"] Maya Ortiz UpdateApp application wéb: failure"
        );
        let json = framed(&entry, Some("{}"));
        assert!(json.ends_with(" daybook - UpdateApp - {}"), "{json}");
    }

    #[test]
    fn what_strangers_write_stays_within_its_field() {
        let hostile = entry(
            r#","action":"a b\n<1>1 é","error":"x\"] [evil@1 a=\"b\" \\ ]\n<134>1 forged","message":"one\r\ntwo\u0085""#,
        );
        let text = framed(&hostile, None);
        assert!(!text.contains(['\n', '\r', '\u{85}']), "{text:?}");
        assert!(text.contains(r#"error="x\"\] [evil@1 a=\"b\" \\ \]␊<134>1 forged""#), "{text}");
        assert!(text.contains(" daybook - a_b_<1>1__ ["), "{text}");
        assert!(text.ends_with("] one␍␊two\u{fffd}"), "{text}");
    }
}
