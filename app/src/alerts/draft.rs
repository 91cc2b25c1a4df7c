//! A rule as it is being edited: what stands in its fields, and the rule that this comes to.

use daybook_model::{
    Field, Filter, QueryError,
    alert::{AlertSeverity, BacktestRequest, Condition, NewRule},
};
use leptos::prelude::*;

/// Units of time, in seconds, and what they are called.
pub(super) const UNITS: [(u32, &str); 4] =
    [(1, "seconds"), (60, "minutes"), (3_600, "hours"), (86_400, "days")];

/// The kinds of conditions, and what they are called.
pub(super) const KINDS: [(&str, &str); 6] = [
    ("any", "Every entry"),
    ("count", "Many entries in a while"),
    ("distinct", "Many different values in a while"),
    ("new", "A value never seen before"),
    ("unusual_hour", "An hour that is unusual for whoever did it"),
    ("absence", "No entries for a while"),
];

/// A length of time as it is typed: a number and its unit, in seconds.
#[derive(Clone, Copy)]
pub(crate) struct Length {
    pub(super) number: RwSignal<String>,
    pub(super) unit: RwSignal<String>,
}

impl Length {
    fn of(seconds: u32) -> Self {
        let fits = |unit: u32| seconds > 0 && seconds.is_multiple_of(unit);
        let unit = UNITS.iter().rev().map(|&(unit, _)| unit).find(|&unit| fits(unit)).unwrap_or(60);
        Self {
            number: RwSignal::new((seconds / unit).to_string()),
            unit: RwSignal::new(unit.to_string()),
        }
    }

    fn read(self, key: &str) -> Result<u32, QueryError> {
        let unit: u32 = self.unit.get().parse().unwrap_or(1);
        let seconds = number(&self.number.get()).and_then(|number| number.checked_mul(unit));
        seconds.ok_or_else(|| QueryError::new(key, "is not a whole number, such as 10"))
    }
}

/// What stands in the fields.
#[derive(Clone, Copy)]
pub(crate) struct Draft {
    pub(super) name: RwSignal<String>,
    pub(super) filter: RwSignal<Filter>,
    pub(super) kind: RwSignal<String>,
    pub(super) field: RwSignal<String>,
    pub(super) at_least: RwSignal<String>,
    pub(super) window: Length,
    pub(super) by: RwSignal<String>,
    pub(super) severity: RwSignal<String>,
    pub(super) quiet: Length,
    pub(super) recipients: RwSignal<Vec<i64>>,
    enabled: bool,
}

impl Draft {
    /// A rule, to be changed.
    pub(super) fn of(rule: NewRule) -> Self {
        let text = |text: &str| RwSignal::new(text.to_owned());
        let (kind, at_least, field) = match rule.condition {
            Condition::Any {} => ("any", 5, Field::Ip),
            Condition::Count { at_least, .. } => ("count", at_least, Field::Ip),
            Condition::Distinct { field, at_least, .. } => ("distinct", at_least, field),
            Condition::New { field } => ("new", 5, field),
            Condition::UnusualHour {} => ("unusual_hour", 5, Field::Ip),
            Condition::Absence { .. } => ("absence", 5, Field::Ip),
        };
        Self {
            name: RwSignal::new(rule.name),
            filter: RwSignal::new(rule.filter),
            kind: text(kind),
            field: text(field.key()),
            at_least: text(&at_least.to_string()),
            window: Length::of(rule.condition.window().unwrap_or(600)),
            by: text(rule.by.map_or("", Field::key)),
            severity: text(rule.severity.as_str()),
            quiet: Length::of(rule.quiet),
            recipients: RwSignal::new(rule.recipients),
            enabled: rule.enabled,
        }
    }

    /// A rule for what matches a filter.
    pub(super) fn new(filter: Filter) -> Self {
        Self::of(NewRule {
            name: String::new(),
            filter,
            condition: Condition::Any {},
            by: None,
            severity: AlertSeverity::Medium,
            quiet: 3_600,
            recipients: Vec::new(),
            enabled: true,
        })
    }

    /// The condition, and the facet by whose values it is asked.
    fn condition(self) -> Result<(Condition, Option<Field>), QueryError> {
        let at_least = || {
            let wrong =
                || QueryError::new("condition.at_least", "is not a whole number, such as 5");
            number(&self.at_least.get()).ok_or_else(wrong)
        };
        let window = || self.window.read("condition.window");
        let field = self.field.get().parse().unwrap_or(Field::Ip);
        let condition = match self.kind.get().as_str() {
            "count" => Condition::Count { at_least: at_least()?, window: window()? },
            "distinct" => Condition::Distinct { field, at_least: at_least()?, window: window()? },
            "new" => Condition::New { field },
            "unusual_hour" => Condition::UnusualHour {},
            "absence" => Condition::Absence { window: window()? },
            _ => Condition::Any {},
        };
        let by = match condition {
            Condition::Absence { .. } => None,
            _ => self.by.get().parse().ok(),
        };
        Ok((condition, by))
    }

    /// What it watches for, as far as that is right.
    pub(super) fn watched(self) -> Result<BacktestRequest, QueryError> {
        let (condition, by) = self.condition()?;
        let quiet = self.quiet.read("quiet")?;
        BacktestRequest { filter: self.filter.get(), condition, by, quiet, span: None }.checked()
    }

    /// The rule.
    pub(super) fn rule(self) -> Result<NewRule, QueryError> {
        let BacktestRequest { filter, condition, by, quiet, .. } = self.watched()?;
        NewRule {
            name: self.name.get(),
            filter,
            condition,
            by,
            severity: self.severity.get().parse().unwrap_or(AlertSeverity::Medium),
            quiet,
            recipients: self.recipients.get(),
            enabled: self.enabled,
        }
        .checked()
    }
}

/// A whole number, as people write it.
fn number(text: &str) -> Option<u32> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != ',').collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use daybook_model::alert::BuiltIn;

    #[test]
    fn a_rule_that_nobody_touched_is_the_same() {
        let owner = Owner::new();
        owner.with(|| {
            for built_in in BuiltIn::ALL {
                let rule = built_in.rule();
                assert_eq!(untrack(|| Draft::of(rule.clone()).rule()), Ok(rule), "{built_in}");
            }
        });
    }

    #[test]
    fn what_is_no_number_is_named() {
        let owner = Owner::new();
        owner.with(|| {
            let draft = Draft::new(Filter::default());
            draft.kind.set("count".into());
            for (at_least, window, key) in [
                ("five", "10", "condition.at_least"),
                ("5", "ten", "condition.window"),
                ("5", "99999999", "condition.window"),
            ] {
                draft.at_least.set(at_least.into());
                draft.window.number.set(window.into());
                assert_eq!(untrack(|| draft.watched()).expect_err(window).key, key);
            }
        });
    }
}
