//! Tabs: named parts of a log, with columns of their own. They are data: a project can define more.

use serde::{Deserialize, Serialize};

use crate::{Column, Filter, QueryError, Range};

/// The tab that an address without one means: the whole log.
pub const ALL: &str = "all";
/// The most tabs a project may have.
pub const MAX_TABS: usize = 40;

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
    /// What bounds a question that is asked in it, with what it hides (`shown`) or without.
    pub fn bounds(&self, shown: bool) -> Vec<Filter> {
        let mut bounds = vec![self.filter.clone()];
        if !shown {
            bounds.push(self.hides.inverse());
        }
        bounds.retain(Filter::is_narrowed);
        bounds
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
