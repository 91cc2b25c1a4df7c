//! Tabs: named parts of a log, with columns of their own. They are data: a project can define more.

use serde::{Deserialize, Serialize};

use crate::{Column, Field, Filter, QueryError, Range, Term};

/// The tab that an address without one means: the whole log.
pub const ALL: &str = "all";
/// The most tabs a project may have.
pub const MAX_TABS: usize = 40;

/// The resource type of readings: who read what.
const READING: &str = "reading";
/// What is done in each of them.
const READINGS: [&str; 3] = ["ReadLog", "ReadEntry", "BacktestAlertRule"];

/// A named part of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tab {
    /// As in the address: `[a-z0-9-]{1,32}`.
    pub key: String,
    /// As shown to people.
    pub name: String,
    /// Which entries it has, as in the address: `operation=login&operation=logout`. Neither a range
    /// nor a moment.
    #[serde(default, with = "text")]
    pub filter: Filter,
    /// Which of them it leaves out unless the address has `hidden=shown`.
    #[serde(default, with = "text", skip_serializing_if = "is_none")]
    pub hides: Filter,
    /// Whether the entries of a run stand together, under the run's latest status.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_run: bool,
    /// Which columns it shows unless the viewer chose others, from left to right.
    pub columns: Vec<Column>,
}

impl Tab {
    /// What bounds a question with this filter that is asked in it, with what it hides (`shown`) or without.
    pub fn bounds(&self, shown: bool, asked: &Filter) -> Vec<Filter> {
        let mut bounds = vec![self.filter.clone()];
        if !shown {
            bounds.extend(self.left_out(asked).map(Filter::inverse));
        }
        bounds.retain(Filter::is_narrowed);
        bounds
    }

    /// What it leaves out of a question with this filter by itself; nothing where the filter says what is to
    /// become of that: who asks for it by its name is not answered emptily.
    pub fn left_out(&self, asked: &Filter) -> Option<&Filter> {
        let (&field, hidden) = self.hides.choices.first_key_value()?;
        let (wanted, unwanted) = asked.choice(field).map(|c| (&c.include, &c.exclude)).unzip();
        let is_said = wanted.is_some_and(|wanted| !wanted.is_disjoint(&hidden.include))
            || unwanted.is_some_and(|unwanted| unwanted.is_superset(&hidden.include));
        let reading = has(&self.hides, Field::ResourceType, READING);
        let is_read = reading && READINGS.iter().any(|action| has(asked, Field::Action, action));
        (!is_said && !is_read).then_some(&self.hides)
    }

    /// What is wrong with it, if anything is.
    pub fn check(&self) -> Result<(), QueryError> {
        let wrong = |problem: &str| Err(QueryError::new(format!("tab {:?}", self.key), problem));
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !(1..=32).contains(&self.key.len()) || !self.key.bytes().all(plain) {
            return wrong("has a key that is not 1 to 32 of a-z, 0-9 and -");
        }
        if self.name.trim().is_empty() || self.name.chars().count() > 40 {
            return wrong("has a name that is not 1 to 40 characters long");
        }
        if self.hides.choices.len() > 1 || self.hides != self.hides.inverse().inverse() {
            return wrong("hides more than values of one field");
        }
        if self.filter.range != Range::default() || self.filter.as_of.is_some() {
            return wrong(
                "has a range or a moment in its filter; those are the viewer's to choose",
            );
        }
        let twice = |(i, column): (usize, &Column)| self.columns[..i].contains(column);
        if self.columns.is_empty() || self.columns.iter().enumerate().any(twice) {
            return wrong("has no columns, or one of them twice");
        }
        Ok(())
    }
}

/// Whether a filter includes a value.
fn has(filter: &Filter, field: Field, value: &str) -> bool {
    let term = Term::parse(field, value);
    term.is_ok_and(|term| filter.choice(field).is_some_and(|choice| choice.include.contains(&term)))
}

fn is_none(filter: &Filter) -> bool {
    *filter == Filter::default()
}

/// A filter as the text of an address.
pub mod text {
    use serde::{Deserialize, Deserializer, Serializer, de};

    use crate::Filter;

    /// As in the address.
    pub fn serialize<S: Serializer>(filter: &Filter, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(filter)
    }

    /// From an address.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Filter, D::Error> {
        String::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tab(json: &str) -> Result<Tab, String> {
        let tab: Tab = serde_json::from_str(json).map_err(|e| e.to_string())?;
        tab.check().map_err(|e| e.to_string())?;
        Ok(tab)
    }

    #[test]
    fn a_tab_is_read_and_written() {
        let json = r#"{"key":"access","name":"Access","filter":"operation=login&operation=logout","columns":["time","actor"]}"#;
        let read = tab(json).expect("it is right");
        assert_eq!(read.columns, [Column::Time, Column::Actor]);
        assert_eq!(serde_json::to_string(&read).expect("it can be written"), json);
    }

    #[test]
    fn what_is_asked_for_by_its_name_is_not_left_out() {
        let all =
            tab(r#"{"key":"all","name":"All","hides":"resource_type=reading","columns":["time"]}"#);
        let all = all.expect("it is right");
        for (asked, left_out) in [
            ("", true),
            ("status=5xx", true),
            ("resource_type=application", true),
            ("action=UpdateApp", true),
            ("action.not=ReadLog", true),
            ("resource_type=reading", false),
            ("resource_type=reading&resource_type=application", false),
            ("resource_type.not=reading", false),
            ("action=ReadLog", false),
            ("action=UpdateApp&action=ReadEntry", false),
        ] {
            let filter: Filter = asked.parse().expect(asked);
            assert_eq!(all.left_out(&filter).is_some(), left_out, "{asked}");
            assert_eq!(!all.bounds(false, &filter).is_empty(), left_out, "{asked}");
            assert!(all.bounds(true, &filter).is_empty(), "{asked}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (json, part) in [
            (r#"{"key":"A","name":"A","columns":["time"]}"#, "key"),
            (r#"{"key":"a","name":" ","columns":["time"]}"#, "name"),
            (r#"{"key":"a","name":"A","columns":[]}"#, "columns"),
            (r#"{"key":"a","name":"A","columns":["time","time"]}"#, "twice"),
            (r#"{"key":"a","name":"A","columns":["weather"]}"#, "weather"),
            (r#"{"key":"a","name":"A","filter":"range=24h","columns":["time"]}"#, "range"),
            (r#"{"key":"a","name":"A","filter":"colour=red","columns":["time"]}"#, "colour"),
            (r#"{"key":"a","name":"A","filter":"status=999","columns":["time"]}"#, "status"),
        ] {
            let wrong = tab(json).expect_err(json);
            assert!(wrong.contains(part), "{wrong}");
        }
    }
}
