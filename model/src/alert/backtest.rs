//! Backtests: where a rule would have fired.

use serde::{Deserialize, Serialize};

use super::{
    Condition, Group, NewRule,
    rule::{check_quiet, check_watched, is_whole},
};
use crate::{Field, Filter, QueryError, Range, Seq, Span, Term, Timestamp};

/// So many times are listed, the latest ones.
pub const MAX_EPISODES: usize = 1_000;
/// So many entries are told of each of the latest times.
pub const MAX_SAMPLES: usize = 5;

/// A rule, as far as it says when it fires, and how far back to try it. It need not be saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BacktestRequest {
    /// As [`NewRule::filter`].
    #[serde(default, with = "crate::timeless", skip_serializing_if = "is_whole")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub filter: Filter,
    /// As [`NewRule::condition`].
    pub condition: Condition,
    /// As [`NewRule::by`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Field>,
    /// As [`NewRule::quiet`].
    #[serde(default)]
    pub quiet: u32,
    /// Where it may fire; all of the log where absent. What lies before it is learned from all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
}

/// Where a rule would have fired.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Backtest {
    /// What the rule means, in a sentence.
    pub sentence: String,
    /// The time that was tried: what was asked for, as far as the log reaches. Absent: the log has
    /// nothing there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
    /// The place in the log up to which it was tried.
    pub as_of: Seq,
    /// How many entries match the filter.
    pub matching: u64,
    /// How often it would have fired.
    pub total: u64,
    /// How often a week, on the average of that time. Absent where that is less than a week: `total` is all
    /// that is known then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_week: Option<f64>,
    /// The latest of these, newest first, at most [`MAX_EPISODES`].
    pub episodes: Vec<Episode>,
    /// Whether all of `span` was tried. It was not where that would have taken too long: then `span` is what
    /// was, the latest part.
    pub complete: bool,
}

/// One time at which a rule would have fired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Episode {
    /// When its first entry happened.
    pub from: Timestamp,
    /// When the condition was met.
    pub at: Timestamp,
    /// When its last entry happened.
    pub last_at: Timestamp,
    /// How many entries it has.
    pub count: u64,
    /// The value of the group that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Group>,
    /// The value that never occurred before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Group>,
    /// The places of some of its entries, at most [`MAX_SAMPLES`].
    pub samples: Vec<Seq>,
}

impl Episode {
    /// The filter of its entries, among those that its rule watches.
    #[must_use]
    pub fn filter(&self, watched: &Filter, as_of: Seq) -> Filter {
        let mut filter = watched.clone();
        for group in self.group.iter().chain(&self.value) {
            if let Ok(value) = group.field.value(&group.value) {
                filter.choices.entry(group.field).or_default().include = [Term::Is(value)].into();
            }
        }
        if let Some(span) = Span::new(self.from, self.last_at.plus_millis(1)) {
            filter.range = Range::Between(span);
        }
        filter.as_of = Some(as_of);
        filter
    }
}

impl BacktestRequest {
    /// Checks it.
    pub fn checked(self) -> Result<Self, QueryError> {
        check_watched(&self.filter, &self.condition, self.by)?;
        check_quiet(self.quiet)?;
        if self.span.is_some_and(|span| span.from >= span.to) {
            return Err(QueryError::new("span.from", "is not before span.to"));
        }
        Ok(self)
    }
}

impl From<&NewRule> for BacktestRequest {
    fn from(rule: &NewRule) -> Self {
        Self {
            filter: rule.filter.clone(),
            condition: rule.condition,
            by: rule.by,
            quiet: rule.quiet,
            span: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_episode_has_a_link_to_its_entries() {
        let at = Timestamp::saturating;
        let group = |field, value: &str| {
            Some(Group { field, value: value.to_owned(), label: value.to_owned() })
        };
        let episode = Episode {
            from: at(1_000),
            at: at(2_000),
            last_at: at(3_000),
            count: 3,
            group: group(Field::Actor, "user:58392"),
            value: group(Field::Ip, "10.0.0.2"),
            samples: vec![1],
        };
        let watched = "outcome=failure&actor=user:1&actor=user:58392".parse().expect("a filter");
        assert_eq!(
            episode.filter(&watched, 7).to_string(),
            "outcome=failure&actor=user:58392&ip=10.0.0.2&from=1970-01-01T00:00:01.000Z&to=1970-01-01T00:00:03.001Z&as_of=7"
                .parse::<Filter>()
                .expect("a filter")
                .to_string()
        );
    }
}
