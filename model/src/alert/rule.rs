//! Rules: what is watched for, and whom to tell.

use serde::{Deserialize, Serialize};

use super::{AlertSeverity, BuiltIn, Condition, MAX_QUIET, MAX_RECIPIENTS};
use crate::{Field, Filter, QueryError, Range, Seq, Timestamp, saved::checked_name};

/// How many rules a project may have, built-in ones included.
pub const MAX_RULES: usize = 200;

/// A rule to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewRule {
    /// What it is called; no other rule of the project is called so.
    pub name: String,
    /// Which entries, as in the address, without a range or a moment; all of them where it is empty.
    #[serde(default, with = "crate::timeless", skip_serializing_if = "is_whole")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub filter: Filter,
    /// What has to be so among them.
    pub condition: Condition,
    /// Asked of each value of this facet by itself, such as `actor`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Field>,
    /// How much it matters.
    pub severity: AlertSeverity,
    /// What happens within so many seconds of the last, or within the condition's window where that is
    /// longer, belongs to the same firing. 0 to 2,592,000.
    #[serde(default)]
    pub quiet: u32,
    /// Who is told, by [`Recipient::id`](super::Recipient::id). Nobody: the page alone tells.
    #[serde(default)]
    pub recipients: Vec<i64>,
    /// Whether it watches.
    #[serde(default = "yes")]
    pub enabled: bool,
}

/// What to change of a rule; what is absent stays. Whose filter, condition or group is changed begins anew:
/// with what arrives from then on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RuleChange {
    /// Another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Another filter.
    #[serde(default, with = "crate::timeless::optional", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub filter: Option<Filter>,
    /// Another condition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    /// Another group; `null`: none.
    #[serde(
        default,
        deserialize_with = "crate::stream::given",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "schema", schemars(with = "Option<Field>"))]
    pub by: Option<Option<Field>>,
    /// Another severity, of firings from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<AlertSeverity>,
    /// Another quiet time, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<u32>,
    /// Other recipients, all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipients: Option<Vec<i64>>,
    /// Whether it watches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

/// A rule, as admins and auditors see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AlertRule {
    /// Ours.
    pub id: i64,
    /// The rule itself.
    #[serde(flatten)]
    pub rule: NewRule,
    /// Which of those that every project begins with it is, however it was changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub built_in: Option<BuiltIn>,
    /// What it means, in a sentence.
    pub sentence: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Up to this place in the log it has looked.
    pub upto: Seq,
    /// How many of its firings are open.
    pub open: u64,
    /// When it fired last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fired_at: Option<Timestamp>,
    /// Why it does not see everything that it should, where so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<RuleProblem>,
}

/// Why a rule does not see everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RuleProblem {
    /// In a sentence.
    pub message: String,
    /// Since when.
    pub since: Timestamp,
}

/// The rules of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AlertRules {
    /// By name.
    pub rules: Vec<AlertRule>,
    /// Whether this server can send mail.
    pub mail: bool,
}

impl NewRule {
    /// Checks it and brings its name and its recipients to one form.
    pub fn checked(mut self) -> Result<Self, QueryError> {
        self.name = checked_name(&self.name)?;
        check_watched(&self.filter, &self.condition, self.by)?;
        check_quiet(self.quiet)?;
        self.recipients.sort_unstable();
        self.recipients.dedup();
        if self.recipients.len() > MAX_RECIPIENTS {
            let problem = format!("are more than {MAX_RECIPIENTS}");
            return Err(QueryError::new("recipients", problem));
        }
        Ok(self)
    }

    /// It with a change, checked.
    pub fn with(&self, change: &RuleChange) -> Result<Self, QueryError> {
        let RuleChange { name, filter, condition, by, severity, quiet, recipients, enabled } =
            change.clone();
        Self {
            name: name.unwrap_or_else(|| self.name.clone()),
            filter: filter.unwrap_or_else(|| self.filter.clone()),
            condition: condition.unwrap_or(self.condition),
            by: by.unwrap_or(self.by),
            severity: severity.unwrap_or(self.severity),
            quiet: quiet.unwrap_or(self.quiet),
            recipients: recipients.unwrap_or_else(|| self.recipients.clone()),
            enabled: enabled.unwrap_or(self.enabled),
        }
        .checked()
    }

    /// Whether both watch for the same.
    pub fn watches_as(&self, other: &Self) -> bool {
        (&self.filter, self.condition, self.by) == (&other.filter, other.condition, other.by)
    }
}

/// What is wrong with what a rule watches for, if anything is.
pub(super) fn check_watched(
    filter: &Filter,
    condition: &Condition,
    by: Option<Field>,
) -> Result<(), QueryError> {
    if filter.range != Range::default() || filter.as_of.is_some() {
        let problem = "has a range or a moment; a rule watches from now on: leave time out";
        return Err(QueryError::new("filter", problem));
    }
    condition.check(by)
}

/// What is wrong with a quiet time, if anything is.
pub(super) fn check_quiet(quiet: u32) -> Result<(), QueryError> {
    if quiet > MAX_QUIET {
        let problem = format!("{quiet} is more than {MAX_QUIET} seconds");
        return Err(QueryError::new("quiet", problem));
    }
    Ok(())
}

pub(super) fn is_whole(filter: &Filter) -> bool {
    *filter == Filter::default()
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(condition: &str, rest: &str) -> Result<NewRule, String> {
        let json =
            format!(r#"{{"name":" Many ","condition":{condition},"severity":"high"{rest}}}"#);
        let rule: NewRule = serde_json::from_str(&json).map_err(|e| e.to_string())?;
        rule.checked().map_err(|e| e.key)
    }

    #[test]
    fn a_rule_is_read_checked_and_written() {
        let json = r#"{"kind":"count","at_least":5,"window":600}"#;
        let rule = new(json, r#","filter":"outcome=failure","by":"actor","recipients":[3,1,3]"#);
        let rule = rule.expect("it is right");
        assert_eq!((rule.name.as_str(), &rule.recipients[..]), ("Many", &[1, 3][..]));
        let written = serde_json::to_string(&rule).expect("it can be written");
        assert_eq!(serde_json::from_str::<NewRule>(&written).expect("and read"), rule);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let any = r#"{"kind":"any"}"#;
        for (condition, rest, field) in [
            (r#"{"kind":"count","at_least":0,"window":60}"#, "", "condition.at_least"),
            (r#"{"kind":"count","at_least":1001,"window":60}"#, "", "condition.at_least"),
            (r#"{"kind":"count","at_least":5,"window":0}"#, "", "condition.window"),
            (r#"{"kind":"absence","window":4000000000}"#, "", "condition.window"),
            (
                r#"{"kind":"distinct","field":"path","at_least":2,"window":9}"#,
                "",
                "condition.field",
            ),
            (r#"{"kind":"new","field":"session"}"#, "", "condition.field"),
            (r#"{"kind":"new","field":"ip"}"#, r#","by":"ip""#, "by"),
            (r#"{"kind":"unusual_hour"}"#, "", "by"),
            (r#"{"kind":"absence","window":60}"#, r#","by":"actor""#, "by"),
            (any, r#","by":"request""#, "by"),
            (any, r#","quiet":4000000"#, "quiet"),
            (any, r#","filter":"as_of=4""#, "filter"),
            (any, r#","filter":"from=2026-11-20T00:00:00Z&to=2026-11-21T00:00:00Z""#, "filter"),
        ] {
            assert_eq!(new(condition, rest), Err(field.to_owned()), "{condition} {rest}");
        }
        for (condition, rest) in [
            (r#"{"kind":"count","window":60}"#, ""),
            (r#"{"kind":"count","at_least":-1,"window":60}"#, ""),
            (r#"{"kind":"new","field":"weather"}"#, ""),
            (r#"{"kind":"any","window":60}"#, ""),
            (r#"{"kind":"guess"}"#, ""),
            (any, r#","filter":"colour=red""#),
            (any, r#","filter":"range=24h""#),
            (any, r#","filter":"range=7d""#),
            (any, r#","by":"weather""#),
        ] {
            assert!(new(condition, rest).is_err(), "{condition} {rest}");
        }
    }

    #[test]
    fn a_group_can_be_left_taken_away_and_replaced() {
        let rule = new(r#"{"kind":"any"}"#, r#","by":"actor""#).expect("it is right");
        let with = |json: &str| {
            let change: RuleChange = serde_json::from_str(json).expect(json);
            rule.with(&change).expect(json).by
        };
        assert_eq!(with("{}"), Some(Field::Actor));
        assert_eq!(with(r#"{"by":null}"#), None);
        assert_eq!(with(r#"{"by":"ip"}"#), Some(Field::Ip));
    }
}
