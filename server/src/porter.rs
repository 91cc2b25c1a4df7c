//! Porter's published API audit logs: its query in, its entries out. Its words live here alone.

use std::collections::BTreeSet;

use daybook_model::{
    ActorType, Entry, Field, Filter, QueryError, Range, Seq, Span, Term, Timestamp,
    export::MAX_VALUES, filter::MAX_SEARCH,
};
use serde::{Deserialize, Serialize, de};

use crate::body;

/// The most values of one list.
pub const MAX_LIST: usize = MAX_VALUES;
/// How many entries a page of a query has.
pub const PAGE: usize = 50;
/// The methods there are (RFC 9110, and PATCH of RFC 5789).
pub const METHODS: [&str; 9] =
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE"];
/// The last page that is answered; what lies further back is for an export.
pub const MAX_PAGE: usize = 4_000;

/// What is asked, as published, and `page` for a query.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(missing_docs, reason = "the fields are those of the published contract")]
pub struct Asked {
    pub start_date: Option<String>,
    pub end_date: Option<String>,
    pub actors: Vec<Word>,
    pub actors_exclude: Vec<Word>,
    pub methods: Vec<Word>,
    pub methods_exclude: Vec<Word>,
    pub status_codes: Vec<Status>,
    pub status_codes_exclude: Vec<Status>,
    pub resource_types: Vec<Word>,
    pub resource_types_exclude: Vec<Word>,
    pub ips: Vec<Word>,
    pub ips_exclude: Vec<Word>,
    pub actions: Vec<Word>,
    pub actions_exclude: Vec<Word>,
    pub application_ids: Vec<Word>,
    pub application_ids_exclude: Vec<Word>,
    pub cluster_ids: Vec<Word>,
    pub cluster_ids_exclude: Vec<Word>,
    pub path: Option<String>,
    pub search: Option<String>,
    pub page: Option<usize>,
    pub as_of: Option<Seq>,
}

/// A text, or a whole number: ids are either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word(String);

/// A status code or a class of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status(String);

struct WordVisitor;

impl de::Visitor<'_> for WordVisitor {
    type Value = String;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a text or a whole number")
    }

    fn visit_str<E>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_u64<E>(self, number: u64) -> Result<String, E> {
        Ok(number.to_string())
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WordVisitor).map(Self)
    }
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = deserializer.deserialize_any(WordVisitor)?;
        Field::Status.value(&text).map_err(|e| de::Error::custom(e.problem))?;
        Ok(Self(text))
    }
}

impl Asked {
    /// Reads a body. What is wrong is told by its field.
    pub fn read(body: &[u8]) -> Result<Self, QueryError> {
        body::read(body).map_err(|wrong| match wrong {
            body::Wrong::Form(error) => error,
            body::Wrong::Syntax(_) => QueryError::new("", wrong.to_string()),
        })
    }

    /// The filter that is meant.
    pub fn filter(&self) -> Result<Filter, QueryError> {
        let mut filter = Filter { range: Range::Between(self.span()?), ..Filter::default() };
        filter.as_of = self.as_of;
        let lists = [
            (Field::Method, "methods", &self.methods, &self.methods_exclude),
            (
                Field::ResourceType,
                "resource_types",
                &self.resource_types,
                &self.resource_types_exclude,
            ),
            (Field::Ip, "ips", &self.ips, &self.ips_exclude),
            (Field::Action, "actions", &self.actions, &self.actions_exclude),
            (
                Field::Application,
                "application_ids",
                &self.application_ids,
                &self.application_ids_exclude,
            ),
            (Field::Cluster, "cluster_ids", &self.cluster_ids, &self.cluster_ids_exclude),
            (Field::Actor, "actors", &self.actors, &self.actors_exclude),
        ];
        for (field, name, include, exclude) in lists {
            let text = |words: &[Word]| words.iter().map(|word| word.0.clone()).collect::<Vec<_>>();
            add(&mut filter, field, name, &text(include), &text(exclude))?;
        }
        let text = |words: &[Status]| words.iter().map(|word| word.0.clone()).collect::<Vec<_>>();
        let (include, exclude) = (text(&self.status_codes), text(&self.status_codes_exclude));
        add(&mut filter, Field::Status, "status_codes", &include, &exclude)?;
        if let Some(path) = self.path.as_deref().filter(|path| !path.is_empty()) {
            add(&mut filter, Field::Path, "path", &[path.to_owned()], &[])?;
        }
        if let Some(search) = &self.search {
            if search.chars().count() > MAX_SEARCH {
                let problem = format!("is longer than {MAX_SEARCH} characters");
                return Err(QueryError::new("search", problem));
            }
            if search.chars().any(|c| c.is_control() && !c.is_whitespace()) {
                return Err(QueryError::new("search", "contains a control character"));
            }
            let text = search.split_whitespace().collect::<Vec<_>>().join(" ");
            filter.search = Some(text).filter(|text| !text.is_empty());
        }
        Ok(filter)
    }

    /// The span: both ends are required, and the last is inside, to the precision given.
    fn span(&self) -> Result<Span, QueryError> {
        let required = |text: &Option<String>, field: &str| {
            text.clone()
                .ok_or_else(|| QueryError::new(field, "is required, such as 2026-05-01T00:00:00Z"))
        };
        let (start, end) =
            (required(&self.start_date, "start_date")?, required(&self.end_date, "end_date")?);
        let (from, _) = instant(&start).map_err(|e| QueryError::new("start_date", e))?;
        let (last, precision) = instant(&end).map_err(|e| QueryError::new("end_date", e))?;
        Span::new(from, last.plus_millis(precision))
            .filter(|_| from <= last)
            .ok_or_else(|| QueryError::new("start_date", "is after end_date"))
    }
}

/// An instant, and the length of what it means in milliseconds: a second where no part of one is
/// given, a day where no time is.
pub fn instant(text: &str) -> Result<(Timestamp, i64), String> {
    let day = text.len() == 10;
    let whole = if day { format!("{text}T00:00:00Z") } else { text.to_owned() };
    let at: Timestamp = whole.parse().map_err(|e| format!("{text:?} {e}"))?;
    let digits = text
        .split_once('.')
        .map_or(0, |(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count());
    Ok((
        at,
        match (day, digits) {
            (true, _) => 24 * 60 * 60 * 1000,
            (_, 0) => 1000,
            (_, 1) => 100,
            (_, 2) => 10,
            _ => 1,
        },
    ))
}

fn add(
    filter: &mut Filter,
    field: Field,
    name: &str,
    include: &[String],
    exclude: &[String],
) -> Result<(), QueryError> {
    let terms = |texts: &[String], name: &str| {
        if texts.len() > MAX_LIST {
            let problem = format!("has {} values; at most {MAX_LIST} are taken", texts.len());
            return Err(QueryError::new(name, problem));
        }
        let mut terms = BTreeSet::new();
        for (i, text) in texts.iter().enumerate() {
            let problem = |e: QueryError| QueryError::new(format!("{name}[{i}]"), e.problem);
            // An empty cell of the file means that it does not apply.
            if text.is_empty() {
                terms.insert(Term::Absent);
            } else if field == Field::Method && !METHODS.contains(&&*text.to_ascii_uppercase()) {
                let known = METHODS.join(", ");
                return Err(problem(QueryError::new(
                    "",
                    format!("{text:?} is not one of {known}"),
                )));
            } else if field == Field::Actor && !names_type(text) {
                for kind in ActorType::ALL {
                    let value = field.value(&format!("{kind}:{text}")).map_err(problem)?;
                    terms.insert(Term::Is(value));
                }
            } else {
                terms.insert(Term::Is(field.value(text).map_err(problem)?));
            }
        }
        Ok(terms)
    };
    let include = terms(include, name)?;
    let exclude = terms(exclude, &format!("{name}_exclude"))?;
    if !include.is_empty() || !exclude.is_empty() {
        filter.choices.insert(field, daybook_model::Choice { include, exclude });
    }
    Ok(())
}

/// Whether an actor is given with its type, as `user:58392`.
fn names_type(text: &str) -> bool {
    text.split_once(':').is_some_and(|(kind, _)| kind.parse::<ActorType>().is_ok())
}

/// An entry as published.
#[derive(Debug, Clone, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the published contract")]
pub struct Published {
    pub id: String,
    pub occurred_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    pub action: String,
    pub actor_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_code: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

impl From<Entry> for Published {
    fn from(Entry { seq, event, .. }: Entry) -> Self {
        let at = event.occurred_at.to_string();
        let (kind, name) = event.resource.map_or((None, None), |r| (Some(r.kind), r.name));
        Self {
            id: event.id.unwrap_or_else(|| seq.to_string()),
            // As published, where the time is a whole second.
            occurred_at: at.strip_suffix(".000Z").map_or(at.clone(), |whole| format!("{whole}Z")),
            method: event.request.method,
            path: event.request.path,
            action: event.action,
            actor_type: event.actor.kind.as_str().to_ascii_uppercase(),
            actor_id: event.actor.id,
            actor_name: event.actor.name.or(event.actor.email),
            resource_type: kind,
            resource_name: name,
            status_code: event.request.status_code,
            source: event.source,
        }
    }
}

/// A page of a query. This envelope is ours: none is published.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    /// The entries, newest first.
    pub entries: Vec<Published>,
    /// Which page this is, from 1.
    pub page: usize,
    /// How many entries a full page has.
    pub page_size: usize,
    /// How many match.
    pub total: u64,
    /// The next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_page: Option<usize>,
    /// Sent back with the next page, it keeps what arrives meanwhile from moving the pages.
    pub as_of: Seq,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_inside_to_the_precision_given() {
        for (end, to) in [
            ("2026-05-26T23:59:59Z", "2026-05-27T00:00:00Z"),
            ("2026-05-26T23:59:59.9Z", "2026-05-27T00:00:00Z"),
            ("2026-05-26T23:59:59.999Z", "2026-05-27T00:00:00Z"),
            ("2026-05-26T23:59:59.250Z", "2026-05-26T23:59:59.251Z"),
            ("2026-05-26T23:59:59.123456Z", "2026-05-26T23:59:59.124Z"),
            ("2026-05-26", "2026-05-27T00:00:00Z"),
            ("2026-05-27T01:59:59+02:00", "2026-05-27T00:00:00Z"),
        ] {
            let (at, length) = instant(end).expect(end);
            assert_eq!(at.plus_millis(length), to.parse().expect(to), "{end}");
        }
    }

    #[test]
    fn the_published_bodies_are_read() {
        let body = br#"{"start_date":"2026-05-01T00:00:00Z","end_date":"2026-05-26T23:59:59Z","methods":["POST","DELETE"],"status_codes":["2xx","4xx"],"cluster_ids":[1234]}"#;
        let filter = Asked::read(body).and_then(|asked| asked.filter()).expect("a filter");
        assert_eq!(
            filter.to_string(),
            "from=2026-05-01T00:00:00.000Z&to=2026-05-27T00:00:00.000Z&method=DELETE&method=POST&status=2xx&status=4xx&cluster=1234"
        );
    }
}
