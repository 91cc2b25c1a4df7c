//! Streams: entries of a project, sent to another system as they arrive.

mod header;
mod target;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize};

use crate::{
    Filter, QueryError, Range, Seq, Timestamp,
    saved::checked_name,
    vocabulary::{UnknownWord, vocabulary},
};
pub use header::StreamHeader;
pub use target::{Scheme, Target};

/// How many streams a project may have.
pub const MAX_STREAMS: usize = 20;
/// How many refused entries a stream keeps. Where there are so many, it waits.
pub const MAX_DEAD_LETTERS: usize = 1_000;
vocabulary! {
    /// What entries are written as.
    StreamFormat {
        Daybook = "daybook", "Daybook";
        Ocsf = "ocsf", "OCSF";
        Ecs = "ecs", "ECS";
        Structured = "structured", "Structured data";
    }
}

vocabulary! {
    /// Whether a stream is meant to send.
    StreamState {
        Running = "running", "Running";
        Paused = "paused", "Paused";
    }
}

/// A stream to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewStream {
    /// What it is called; no other stream of the project is called so.
    pub name: String,
    /// Where to: `https://siem.acme.dev/ingest`, `http://…`, `syslogs://logs.acme.dev:6514` (TLS) or
    /// `syslog://…` (TCP).
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub target: Target,
    /// What entries are written as. `structured` is for syslog alone.
    #[serde(default = "daybook")]
    pub format: StreamFormat,
    /// Which entries, as in the address; all of them where it is empty.
    #[serde(default, with = "crate::tab::text", skip_serializing_if = "is_whole")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub filter: Filter,
    /// What says to the target who sends; for HTTP alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<StreamHeader>,
    /// Begins behind this place in the log: `0` is all of it. Absent: with what arrives from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Seq>,
}

/// What to change of a stream; what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StreamChange {
    /// Another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Another target. Where that is another server, the header has to be given again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub target: Option<Target>,
    /// Another format.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<StreamFormat>,
    /// Another filter.
    #[serde(default, with = "optional_filter", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub filter: Option<Filter>,
    /// Another header; `null`: none.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<StreamHeader>"))]
    pub header: Option<Option<StreamHeader>>,
    /// Whether it is to send.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<StreamState>,
    /// Goes on behind this place in the log: an earlier one sends entries again, a later one leaves some
    /// out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Seq>,
}

/// A stream, as a project's admins see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StreamInfo {
    /// Ours.
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// Where to. What stands behind a `?` is not told: it may be secret.
    pub target: String,
    /// What entries are written as.
    pub format: StreamFormat,
    /// Which entries.
    #[serde(default, with = "crate::tab::text", skip_serializing_if = "is_whole")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub filter: Filter,
    /// The name of the header whose value is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// Whether it is meant to send.
    pub state: StreamState,
    /// When it was made.
    pub created_at: Timestamp,
    /// The place in the log up to which everything that matches was taken by the target, or refused
    /// for good.
    pub upto: Seq,
    /// How many entries of the log lie behind that, whether they match or not.
    pub behind: u64,
    /// When the first of these was received.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behind_since: Option<Timestamp>,
    /// How many entries the target took.
    pub sent: u64,
    /// When it took some last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Timestamp>,
    /// Why it does not get on, where it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<Trouble>,
    /// How many entries the target refused for good.
    pub dead_letters: u64,
}

/// Why a stream does not get on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Trouble {
    /// What went wrong last.
    pub error: String,
    /// Since when nothing was taken.
    pub since: Timestamp,
    /// When it is tried again.
    pub again_at: Timestamp,
}

/// An entry that a target refused for good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DeadLetter {
    /// Its place in the log.
    pub seq: Seq,
    /// When it was refused last.
    pub at: Timestamp,
    /// What the target said.
    pub error: String,
    /// Whether it waits to be sent again.
    pub again: bool,
}

/// Which dead letters are to be sent again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SendAgain {
    /// These; absent: all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seqs: Option<Vec<Seq>>,
}

impl NewStream {
    /// Checks it and brings its name to one form.
    pub fn checked(mut self) -> Result<Self, QueryError> {
        self.name = checked_name(&self.name)?;
        check_filter(&self.filter)?;
        check_together(self.target.scheme, self.format, self.header.as_ref())?;
        Ok(self)
    }
}

impl StreamChange {
    /// Checks each part by itself and brings the name to one form.
    pub fn checked(mut self) -> Result<Self, QueryError> {
        self.name = self.name.as_deref().map(checked_name).transpose()?;
        if let Some(filter) = &self.filter {
            check_filter(filter)?;
        }
        Ok(self)
    }
}

/// What is wrong with a target, a format and a header together, if anything is.
pub fn check_together(
    scheme: Scheme,
    format: StreamFormat,
    header: Option<&StreamHeader>,
) -> Result<(), QueryError> {
    if let Some(header) = header {
        header.check()?;
        if scheme.is_syslog() {
            let problem = "goes with HTTP; syslog has none: leave it out";
            return Err(QueryError::new("header.name", problem));
        }
    }
    if format == StreamFormat::Structured && !scheme.is_syslog() {
        let problem = "structured goes with syslog; for HTTP choose daybook, ocsf or ecs";
        return Err(QueryError::new("format", problem));
    }
    Ok(())
}

/// A stream has the order of the log and no end: time that moves means nothing to it.
fn check_filter(filter: &Filter) -> Result<(), QueryError> {
    let fixed = matches!(filter.range, Range::Between(_)) || filter.range == Range::default();
    if !fixed || filter.as_of.is_some() {
        let problem = "has a range that moves, or a moment; use from and to, or leave time out";
        return Err(QueryError::new("filter", problem));
    }
    Ok(())
}

fn daybook() -> StreamFormat {
    StreamFormat::Daybook
}

fn is_whole(filter: &Filter) -> bool {
    *filter == Filter::default()
}

/// What is given is given, also as `null`.
pub(crate) fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    d: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(d).map(Some)
}

/// A filter as text, or none.
pub(crate) mod optional_filter {
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

    use crate::Filter;

    #[expect(clippy::ref_option, reason = "serde gives it so")]
    pub(crate) fn serialize<S: Serializer>(f: &Option<Filter>, s: S) -> Result<S::Ok, S::Error> {
        match f {
            Some(filter) => s.collect_str(filter),
            None => s.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Filter>, D::Error> {
        let text = Option::<String>::deserialize(d)?;
        text.map(|text| text.parse().map_err(D::Error::custom)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(target: &str, format: &str, rest: &str) -> Result<NewStream, String> {
        let json = format!(r#"{{"name":" siem ","target":"{target}","format":"{format}"{rest}}}"#);
        let new: NewStream = serde_json::from_str(&json).map_err(|e| e.to_string())?;
        new.checked().map_err(|e| e.key)
    }

    #[test]
    fn what_does_not_go_together_is_named() {
        let header = r#","header":{"name":"Authorization","value":"Bearer x"}"#;
        let made = new("https://siem.acme.dev/x", "ocsf", header).expect("it is right");
        assert_eq!(made.name, "siem");
        assert!(!format!("{made:?}").contains("Bearer"), "{made:?}");
        for (target, format, rest, field) in [
            ("https://a.b", "structured", "", "format"),
            ("syslog://a.b", "structured", header, "header.name"),
            ("https://a.b", "ecs", r#","filter":"range=24h""#, "filter"),
            ("https://a.b", "ecs", r#","filter":"as_of=4""#, "filter"),
            ("https://a.b", "ecs", r#","header":{"name":"Host","value":"x"}"#, "header.name"),
            ("https://a.b", "ecs", r#","header":{"name":"a b","value":"x"}"#, "header.name"),
            ("https://a.b", "ecs", r#","header":{"name":"a","value":"x\ny"}"#, "header.value"),
        ] {
            assert_eq!(new(target, format, rest), Err(field.to_owned()), "{target} {rest}");
        }
    }

    #[test]
    fn a_header_can_be_left_taken_away_and_replaced() {
        let change = |json: &str| serde_json::from_str::<StreamChange>(json).expect(json).header;
        assert_eq!(change("{}"), None);
        assert_eq!(change(r#"{"header":null}"#), Some(None));
        let other = change(r#"{"header":{"name":"a","value":"b"}}"#);
        assert_eq!(other.flatten().map(|header| header.value), Some("b".to_owned()));
    }
}
