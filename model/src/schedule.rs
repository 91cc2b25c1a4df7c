//! Schedules: a saved view that is exported or summarised by itself, every day or every week.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    QueryError, Seq, Timestamp, View,
    export::Format,
    saved,
    vocabulary::{UnknownWord, vocabulary},
};

/// The most people one schedule sends a mail to.
pub const MAX_RECIPIENTS: usize = 20;
/// The longest name of a folder or a prefix, in bytes.
pub const MAX_PLACE: usize = 200;

vocabulary! {
    /// A day of the week.
    Weekday {
        Monday = "monday", "Monday";
        Tuesday = "tuesday", "Tuesday";
        Wednesday = "wednesday", "Wednesday";
        Thursday = "thursday", "Thursday";
        Friday = "friday", "Friday";
        Saturday = "saturday", "Saturday";
        Sunday = "sunday", "Sunday";
    }
}

vocabulary! {
    /// How a file is compressed.
    Compression {
        None = "none", "Not compressed";
        Gzip = "gzip", "gzip";
        Zstd = "zstd", "zstd";
    }
}

vocabulary! {
    /// How far a run is.
    RunState {
        Running = "running", "Running";
        Retrying = "retrying", "Failed, will be tried again";
        Done = "done", "Done";
    }
}

impl Compression {
    /// What the name of a file ends in.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Gzip => ".gz",
            Self::Zstd => ".zst",
        }
    }

    /// Whether the file is as it is.
    pub fn is_none(&self) -> bool {
        *self == Self::None
    }

    const fn none() -> Self {
        Self::None
    }
}

/// What is made at each run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Product {
    /// A file of the entries.
    Export {
        /// What kind of file.
        format: Format,
        /// As in an export: `all` unless given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        columns: Option<String>,
        /// How it is compressed; Parquet is by itself.
        #[serde(default = "Compression::none", skip_serializing_if = "Compression::is_none")]
        compression: Compression,
    },
    /// How many there were, by whom and of what, and how many failed, against the time before.
    Summary {},
}

/// When runs are made: at an hour, every day, or on one day of the week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct When {
    /// On this day of each week; every day where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weekday: Option<Weekday>,
    /// At this hour by the clocks of the zone, 0 to 23.
    pub hour: u8,
    /// IANA name of the zone.
    pub zone: String,
}

/// Where what is made goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "to", rename_all = "lowercase", deny_unknown_fields)]
pub enum Destination {
    /// A folder below the one that the server was given for exports.
    Folder {
        /// Its path there, `audit/weekly`; empty for that folder itself.
        #[serde(default)]
        path: String,
    },
    /// The S3-compatible bucket that the server was given.
    Bucket {
        /// What names begin with there, `audit/weekly`; may be empty.
        #[serde(default)]
        prefix: String,
    },
    /// A mail with a link to people of the project.
    Mail {
        /// Their addresses.
        recipients: Vec<String>,
    },
}

/// A schedule to keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewSchedule {
    /// What to call it: the name of the saved view.
    pub name: String,
    /// The query of the saved view, as it is now. Its range and its order are not looked at: each run has
    /// what arrived since the one before, in the order of the log.
    #[serde(default)]
    pub query: String,
    /// What is made.
    pub product: Product,
    /// When.
    pub when: When,
    /// Where it goes.
    pub destination: Destination,
}

impl NewSchedule {
    /// Checks what can be checked without the server, and brings it to one form.
    pub fn checked(mut self) -> Result<Self, QueryError> {
        self.name = saved::checked_name(&self.name)?;
        if self.query.len() > saved::MAX_TEXT {
            let problem = format!("is longer than {} bytes", saved::MAX_TEXT);
            return Err(QueryError::new("query", problem));
        }
        let (view, errors) = View::read(&self.query);
        if let Some(error) = errors.into_iter().next() {
            return Err(error);
        }
        self.query = frozen(view);
        if self.when.hour > 23 {
            return Err(QueryError::new("hour", "is not an hour from 0 to 23"));
        }
        let parquet = matches!(&self.product, Product::Export { format: Format::Parquet, compression, .. } if !compression.is_none());
        if parquet {
            return Err(QueryError::new(
                "compression",
                "is not for Parquet, which is compressed by itself",
            ));
        }
        match &mut self.destination {
            Destination::Folder { path } => *path = place("path", path)?,
            Destination::Bucket { prefix } => *prefix = place("prefix", prefix)?,
            Destination::Mail { recipients } => check_recipients(recipients)?,
        }
        Ok(self)
    }
}

/// What a schedule keeps of a view: which entries, whenever they are.
fn frozen(view: View) -> String {
    let mut kept = View { tab: view.tab, hidden: view.hidden, ..View::default() };
    kept.filter = view.filter;
    kept.filter.range = crate::Range::default();
    kept.filter.as_of = None;
    kept.to_api_query()
}

/// A path of plain names: it leads nowhere else, and is one for files as well as for objects.
fn place(key: &'static str, text: &str) -> Result<String, QueryError> {
    let text = text.trim().trim_matches('/');
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let name = |part: &str| !part.is_empty() && !part.starts_with('.') && part.chars().all(plain);
    if text.len() > MAX_PLACE || !(text.is_empty() || text.split('/').all(name)) {
        let problem = "is not a path of names of A-Z, a-z, 0-9, `.`, `_` and `-`, none of which begins with a dot, such as audit/weekly";
        return Err(QueryError::new(key, problem));
    }
    Ok(text.to_owned())
}

fn check_recipients(recipients: &mut Vec<String>) -> Result<(), QueryError> {
    for recipient in recipients.iter_mut() {
        *recipient = recipient.trim().to_lowercase();
    }
    recipients.sort();
    recipients.dedup();
    recipients.retain(|recipient| !recipient.is_empty());
    if !(1..=MAX_RECIPIENTS).contains(&recipients.len()) {
        let problem = format!("are not 1 to {MAX_RECIPIENTS} people of the project");
        return Err(QueryError::new("recipients", problem));
    }
    Ok(())
}

/// What to change of a schedule; what is absent stays. Anything else is another schedule.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ScheduleChange {
    /// Whether no runs are made for a while. What arrives meanwhile is in the next one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<bool>,
}

/// A schedule, as one viewer sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Schedule {
    /// Ours.
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// Which entries.
    pub query: String,
    /// What is made.
    pub product: Product,
    /// When.
    pub when: When,
    /// Where it goes.
    pub destination: Destination,
    /// Who made it, and with whose rights it runs.
    pub owner: String,
    /// Whether this viewer may pause it, run it and take it away.
    pub yours: bool,
    /// Whether no runs are made.
    pub paused: bool,
    /// What arrived until then is taken.
    pub since: Timestamp,
    /// When the next run is due.
    pub next_at: Timestamp,
    /// Why it does not run, where it should and does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// The last run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Run>,
}

/// One run: what arrived between two moments, each entry in exactly one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Run {
    /// The first is 1.
    pub number: u32,
    /// How far it is.
    pub state: RunState,
    /// When the one before was made.
    pub from: Timestamp,
    /// When it was begun.
    pub to: Timestamp,
    /// The last place in the log that is not in it any more.
    pub after: Seq,
    /// The last place in the log that is in it.
    pub as_of: Seq,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried again, where it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Timestamp>,
    /// Why it failed, or who got nothing of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// How many entries it has, once that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// How large its file is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// The SHA-256 of its file, as it lies there, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Where it went: a file, an object, or addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// When it was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

/// Where a server can take things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Outlets {
    /// Whether it has a folder for exports.
    pub folder: bool,
    /// Whether it has a bucket.
    pub bucket: bool,
    /// Whether it can send mail.
    pub mail: bool,
}

/// The schedules that a viewer sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Schedules {
    /// The viewer's own, those whose mails they get, and, for admins, all.
    pub schedules: Vec<Schedule>,
    /// Where this server can take things.
    pub outlets: Outlets,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(destination: Destination) -> NewSchedule {
        NewSchedule {
            name: " Weekly failures ".into(),
            query: "range=24h&status=5xx&sort=actor&as_of=7&tab=requests&event=3".into(),
            product: Product::Summary {},
            when: When { weekday: Some(Weekday::Monday), hour: 8, zone: "UTC".into() },
            destination,
        }
    }

    #[test]
    fn a_schedule_keeps_which_entries_and_not_when() {
        let checked = new(Destination::Folder { path: "/audit/weekly/".into() }).checked();
        let checked = checked.expect("it is right");
        assert_eq!(checked.query, "tab=requests&status=5xx");
        assert_eq!(checked.name, "Weekly failures");
        assert_eq!(checked.destination, Destination::Folder { path: "audit/weekly".into() });
    }

    #[test]
    fn no_path_leads_outside() {
        for path in [
            "..",
            "a/../b",
            "a//b",
            ".hidden",
            "a/./b",
            "a b",
            "a\\b",
            "é",
            "a\0",
            "~/x",
            "%2e%2e",
            &"a".repeat(201),
        ] {
            let error = new(Destination::Folder { path: path.into() }).checked().expect_err(path);
            assert_eq!(error.key, "path", "{path}");
            assert!(new(Destination::Bucket { prefix: path.into() }).checked().is_err(), "{path}");
        }
    }

    #[test]
    fn recipients_are_some_and_not_too_many() {
        let mail = |all: Vec<String>| new(Destination::Mail { recipients: all }).checked();
        assert!(mail(vec![" ".into()]).is_err());
        assert!(mail((0..=MAX_RECIPIENTS).map(|n| format!("{n}@acme.dev")).collect()).is_err());
        let twice = mail(vec!["Maya@acme.dev".into(), "maya@acme.dev ".into()]).expect("one");
        assert_eq!(
            twice.destination,
            Destination::Mail { recipients: vec!["maya@acme.dev".into()] }
        );
    }

    #[test]
    fn parquet_is_not_compressed_again() {
        let mut new = new(Destination::Folder { path: String::new() });
        let product = r#"{"kind":"export","format":"parquet","compression":"gzip"}"#;
        new.product = serde_json::from_str(product).expect("it can be read");
        assert_eq!(new.clone().checked().expect_err("compressed").key, "compression");
        new.product =
            serde_json::from_str(r#"{"kind":"export","format":"parquet"}"#).expect("so can this");
        assert!(new.checked().is_ok());
        assert!(serde_json::from_str::<Product>(r#"{"kind":"summary","format":"csv"}"#).is_err());
    }
}
