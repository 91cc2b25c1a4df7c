//! Rules as they are kept.

use daybook_model::{
    Field, Filter, Seq, Term, Timestamp,
    alert::{AlertSeverity, BuiltIn, Condition, NewRule, RuleProblem, sentence},
};

use crate::{database::Row, store::ProjectId};

/// What is told of a rule that cannot be read.
const ILLEGIBLE: &str =
    "what is kept of it cannot be read, so it watches nothing: save it anew, or delete it";

/// A rule as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRule {
    /// Ours.
    pub id: i64,
    /// Whose log it watches.
    pub project: ProjectId,
    /// The rule itself; one that matches nothing where it cannot be read.
    pub rule: NewRule,
    /// Whether it can be read. One that cannot stops nobody but itself.
    pub legible: bool,
    /// Which of those that every project begins with it is.
    pub built_in: Option<BuiltIn>,
    /// Another one watches for something else.
    pub revision: i64,
    /// Begins behind this place.
    pub upto: Seq,
    /// Why it does not see everything.
    pub problem: Option<RuleProblem>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl KeptRule {
    /// What it means.
    pub fn sentence(&self) -> String {
        let NewRule { filter, condition, by, quiet, .. } = &self.rule;
        if self.legible {
            sentence(filter, condition, *by, *quiet)
        } else {
            "What it means cannot be read.".to_owned()
        }
    }
}

pub(super) const SELECT: &str = "SELECT id, project, name, filter, condition, by_field, severity, quiet, recipients, enabled, \
     built_in, revision, upto, problem, problem_at, created_at FROM alert_rule";

pub(super) fn rule(row: &Row) -> Result<KeptRule, sqlx::Error> {
    let built_in: Option<&str> = row.try_get("built_in")?;
    let upto: i64 = row.try_get("upto")?;
    let problem: Option<String> = row.try_get("problem")?;
    let since: Option<i64> = row.try_get("problem_at")?;
    let created_at = Timestamp::saturating(row.try_get("created_at")?);
    let read = read(row)?;
    let legible = read.is_some();
    let problem = if legible {
        let since = since.map(Timestamp::saturating);
        problem.zip(since).map(|(message, since)| RuleProblem { message, since })
    } else {
        Some(RuleProblem { message: ILLEGIBLE.to_owned(), since: created_at })
    };
    Ok(KeptRule {
        id: row.try_get("id")?,
        project: ProjectId(row.try_get("project")?),
        rule: match read {
            Some(rule) => rule,
            None => nothing(row)?,
        },
        legible,
        built_in: built_in.and_then(|word| word.parse().ok()),
        revision: row.try_get("revision")?,
        upto: upto.unsigned_abs(),
        problem,
        created_at,
    })
}

/// The rule itself; `None` where a part of it cannot be read.
fn read(row: &Row) -> Result<Option<NewRule>, sqlx::Error> {
    let text = |column: &str| row.try_get::<&str>(column);
    let (filter, condition, severity) = (text("filter")?, text("condition")?, text("severity")?);
    let (recipients, by) = (text("recipients")?, row.try_get::<Option<&str>>("by_field")?);
    let quiet: i64 = row.try_get("quiet")?;
    let (name, enabled) = (row.try_get("name")?, row.try_get("enabled")?);
    let rule = || {
        Some(NewRule {
            name,
            filter: filter.parse().ok()?,
            condition: serde_json::from_str(condition).ok()?,
            by: by.map(str::parse).transpose().ok()?,
            severity: severity.parse().ok()?,
            quiet: u32::try_from(quiet).ok()?,
            recipients: serde_json::from_str(recipients).ok()?,
            enabled,
        })
    };
    Ok(rule())
}

/// In the place of one that cannot be read: it must not find more than that one did.
fn nothing(row: &Row) -> Result<NewRule, sqlx::Error> {
    let mut filter = Filter::default();
    filter.add(Field::Action, false, Term::Absent);
    Ok(NewRule {
        name: row.try_get("name")?,
        filter,
        condition: Condition::Any {},
        by: None,
        severity: row.try_get::<&str>("severity")?.parse().unwrap_or(AlertSeverity::High),
        quiet: 0,
        recipients: Vec::new(),
        enabled: row.try_get("enabled")?,
    })
}
