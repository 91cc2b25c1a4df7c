//! How long entries are kept, what is kept longer, and what became of the rest.
//!
//! An entry's age counts from the later of when it happened and when the log received it, so that old
//! entries that are brought along are not removed the night they arrive.

use serde::{Deserialize, Deserializer, Serialize};

use crate::{
    Field, Filter, Operation, QueryError, Range, Term, Timestamp, saved::checked_name,
    vocabulary::OperationClass,
};

/// A day, in milliseconds.
pub const DAY: i64 = 24 * 60 * 60 * 1000;
/// Days that entries are kept unless a project says otherwise.
pub const DAYS: u32 = 90;
/// The same of sign-ins and access to accounts.
pub const ACCESS_DAYS: u32 = 30;
/// The most days that can be asked for; longer is for ever.
pub const MAX_DAYS: u32 = 36_500;
/// How many rules of its own a project may have.
pub const MAX_RULES: usize = 20;
/// How many holds.
pub const MAX_HOLDS: usize = 50;
/// The longest reason of a hold, in characters.
pub const MAX_REASON: usize = 500;

/// The name of the rule for sign-ins and access to accounts.
pub const ACCESS: &str = "access";
/// The name of the rule for everything else.
pub const REST: &str = "all";

/// How long a project's entries are kept. An entry obeys the first rule that it matches: the project's
/// own in their order, then that for sign-ins, then that for everything else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Days that entries are kept; `null`: for ever.
    #[serde(deserialize_with = "said")]
    #[cfg_attr(feature = "schema", schemars(required, extend("type" = ["integer", "null"])))]
    pub days: Option<u32>,
    /// Days that sign-ins and what is done with access to accounts are kept; `null`: for ever.
    #[serde(deserialize_with = "said")]
    #[cfg_attr(feature = "schema", schemars(required, extend("type" = ["integer", "null"])))]
    pub access_days: Option<u32>,
    /// The project's own rules.
    #[serde(default)]
    pub rules: Vec<Rule>,
}

impl Default for Retention {
    fn default() -> Self {
        Self { days: Some(DAYS), access_days: Some(ACCESS_DAYS), rules: Vec::new() }
    }
}

/// A rule of a project's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What it is called; no other rule is called so.
    pub name: String,
    /// Which entries, as in the address.
    #[serde(with = "crate::timeless")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub filter: Filter,
    /// Days that these are kept; `null`: for ever.
    #[serde(deserialize_with = "said")]
    #[cfg_attr(feature = "schema", schemars(required, extend("type" = ["integer", "null"])))]
    pub days: Option<u32>,
}

impl Retention {
    /// Checks names, filters and days.
    pub fn checked(mut self) -> Result<Self, QueryError> {
        check_days("days", self.days)?;
        check_days("access_days", self.access_days)?;
        if self.rules.len() > MAX_RULES {
            return Err(QueryError::new("rules", format!("are more than {MAX_RULES}")));
        }
        let mut names = vec![ACCESS.to_owned(), REST.to_owned()];
        for rule in &mut self.rules {
            rule.name = checked_name(&rule.name)?;
            if names.contains(&rule.name) {
                return Err(QueryError::new("name", format!("{:?} is there twice", rule.name)));
            }
            names.push(rule.name.clone());
            check_filter(&rule.filter)?;
            check_days("days", rule.days)?;
        }
        Ok(self)
    }

    /// All rules, those that everybody has included, in the order in which they are tried.
    pub fn all(&self) -> Vec<Rule> {
        let mut rules = self.rules.clone();
        rules.push(Rule { name: ACCESS.into(), filter: access(), days: self.access_days });
        rules.push(Rule { name: REST.into(), filter: Filter::default(), days: self.days });
        rules
    }
}

/// Sign-ins, and what is done with access to accounts.
pub fn access() -> Filter {
    let mut filter = Filter::default();
    for operation in operations() {
        // Every operation is a value of its field.
        if let Ok(value) = Field::Operation.value(operation.as_str()) {
            filter.add(Field::Operation, false, Term::Is(value));
        }
    }
    filter
}

fn operations() -> impl Iterator<Item = Operation> {
    let all = Operation::ALL.iter().copied();
    all.filter(|operation| operation.class() == OperationClass::Access)
}

fn check_days(field: &str, days: Option<u32>) -> Result<(), QueryError> {
    match days {
        Some(days) if !(1..=MAX_DAYS).contains(&days) => {
            Err(QueryError::new(field, format!("are 1 to {MAX_DAYS}, or `null` for ever")))
        }
        _ => Ok(()),
    }
}

/// For ever is said aloud: what is left out is not taken for it.
fn said<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    Option::deserialize(from)
}

/// A rule or a hold means the same every day: its range does not move.
fn check_filter(filter: &Filter) -> Result<(), QueryError> {
    let fixed = matches!(filter.range, Range::Between(_)) || filter.range == Range::default();
    if !fixed || filter.as_of.is_some() {
        let problem =
            "has a range that moves with the clock, or a moment; give none, or from and to";
        return Err(QueryError::new("filter", problem));
    }
    Ok(())
}

/// A hold to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewHold {
    /// What it is called.
    pub name: String,
    /// Which entries are kept, as in the address; with `from` and `to`, those of a time.
    #[serde(with = "crate::timeless")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub filter: Filter,
    /// Why: a case, a ticket, who asked.
    pub reason: String,
}

impl NewHold {
    /// Checks name, filter and reason.
    pub fn checked(mut self) -> Result<Self, QueryError> {
        self.name = checked_name(&self.name)?;
        check_filter(&self.filter)?;
        self.reason = self.reason.trim().to_owned();
        if self.reason.is_empty() || self.reason.chars().count() > MAX_REASON {
            let problem = format!("is missing, or longer than {MAX_REASON} characters");
            return Err(QueryError::new("reason", problem));
        }
        Ok(self)
    }
}

/// A hold: what matches is kept, whatever the rules say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Hold {
    /// Its number in the project.
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// Which entries, as in the address.
    #[serde(with = "crate::tab::text")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub filter: Filter,
    /// Why.
    pub reason: String,
    /// Who made it.
    pub made_by: String,
    /// When.
    pub created_at: Timestamp,
}

/// What a rule takes, or took, out of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Taken {
    /// The rule's name; `access` and `all` are those that every project has. Absent for readers of a part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// How many entries. Absent for readers of a part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// When the earliest of them happened.
    pub first: Timestamp,
    /// And the latest.
    pub last: Timestamp,
}

/// What retention would remove now.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Preview {
    /// By rule; those that take nothing are left out.
    pub taken: Vec<Taken>,
    /// How many entries in all.
    pub count: u64,
    /// How many would go as well if no hold kept them.
    pub held: u64,
}

/// One application of a project's rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PurgeRun {
    /// Its number in the project.
    pub run: i64,
    /// When it began.
    pub began_at: Timestamp,
    /// When it was over; absent while it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// Whether it ended early, because the rules were changed.
    pub stopped: bool,
    /// What it took out.
    pub taken: Vec<Taken>,
}

/// Why retention waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Trouble {
    /// What is in the way.
    pub problem: String,
    /// Since when.
    pub since: Timestamp,
}

/// A clock that jumped: nothing is removed until somebody says that it is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Doubt {
    /// What the clock said when it was last believed.
    pub before: Timestamp,
    /// What it said when it was looked at next.
    pub after: Timestamp,
}

/// A project's retention, as its admins see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Overview {
    /// The rules.
    pub rules: Retention,
    /// Whether they are those that every project begins with.
    pub usual: bool,
    /// When they are applied next.
    pub next_at: Timestamp,
    /// What is in the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<Trouble>,
    /// Whether the clock is in doubt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<Doubt>,
    /// Where entries go before they are removed; absent: nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive: Option<String>,
    /// What is kept, whatever the rules say.
    pub holds: Vec<Hold>,
    /// The last runs that took something out, newest first.
    pub runs: Vec<PurgeRun>,
}

/// What was removed of a time, for whoever looks at it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Retained {
    /// By rule, all runs together.
    pub removed: Vec<Taken>,
    /// How many entries of the time from the first to the last of these came back from the archive.
    #[serde(default)]
    pub restored: u64,
}

/// A file of the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ArchiveFile {
    /// Its number, as in its path.
    pub id: String,
    /// Where it is.
    pub place: String,
    /// How many entries it has.
    pub count: u64,
    /// When the earliest of them happened.
    pub first: Timestamp,
    /// And the latest.
    pub last: Timestamp,
    /// How large it is.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: String,
    /// When it was written.
    pub written_at: Timestamp,
    /// Whether what is in it is out of the log.
    pub settled: bool,
}

/// What became of the entries of an archive's file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Restored {
    /// How many are in the log again.
    pub stored: u64,
    /// How many were there already.
    pub duplicates: u64,
    /// How many could not be stored, because the log has others with their ids.
    pub refused: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Retention, String> {
        let read: Retention = serde_json::from_str(json).map_err(|e| e.to_string())?;
        read.checked().map_err(|e| e.to_string())
    }

    #[test]
    fn rules_are_checked() {
        let right = r#"{"days":90,"access_days":null,"rules":[{"name":" Deploys ","filter":"action=DeployApp","days":365}]}"#;
        let read_back = read(right).unwrap();
        assert_eq!(read_back.rules[0].name, "Deploys");
        assert_eq!(read_back.all().len(), 3);
        for (wrong, field) in [
            (r#"{"days":0,"access_days":30}"#, "days"),
            (r#"{"days":90,"access_days":99999}"#, "access_days"),
            (
                r#"{"days":90,"access_days":30,"rules":[{"name":"all","filter":"","days":1}]}"#,
                "twice",
            ),
            (r#"{"days":90,"access_days":30,"rules":[{"name":"","filter":"","days":1}]}"#, "name"),
            (
                r#"{"days":90,"access_days":30,"rules":[{"name":"a","filter":"range=24h","days":1}]}"#,
                "range",
            ),
            // The usual range is one as well.
            (
                r#"{"days":90,"access_days":30,"rules":[{"name":"a","filter":"r%61nge=7d","days":1}]}"#,
                "range",
            ),
            (
                r#"{"days":90,"access_days":30,"rules":[{"name":"a","filter":"as_of=4","days":1}]}"#,
                "filter",
            ),
            (
                r#"{"days":90,"access_days":30,"rules":[{"name":"a","filter":"colour=red","days":1}]}"#,
                "colour",
            ),
            (r#"{"days":90,"access_days":30,"kept":1}"#, "kept"),
            // What is left out is not for ever.
            ("{}", "days"),
            (r#"{"days":90}"#, "access_days"),
            (r#"{"access_days":30,"rules":[]}"#, "missing field `days`"),
            (r#"{"days":90,"access_days":30,"rules":[{"name":"a","filter":""}]}"#, "days"),
        ] {
            let problem = read(wrong).expect_err(wrong);
            assert!(problem.contains(field), "{wrong}: {problem}");
        }
    }

    #[test]
    fn access_is_what_is_done_to_come_in() {
        let access = access().to_string();
        for operation in ["login", "logout", "token_revoked", "ssh_key_added"] {
            assert!(access.contains(operation), "{access}");
        }
        assert!(!access.contains("invite"));
    }

    #[test]
    fn a_hold_has_a_reason() {
        let hold = |reason: &str| NewHold {
            name: "Case 7".into(),
            filter: "actor=user:7".parse().unwrap(),
            reason: reason.into(),
        };
        assert!(hold(" legal asked ").checked().is_ok());
        assert!(hold("  ").checked().is_err());
        let ranged = r#"{"name":"Case 7","filter":"actor=user:7&range=7d","reason":"asked"}"#;
        let problem = serde_json::from_str::<NewHold>(ranged).unwrap_err().to_string();
        assert!(problem.starts_with("range: moves with the clock"), "{problem}");
        assert!(hold(&"x".repeat(MAX_REASON + 1)).checked().is_err());
    }
}
