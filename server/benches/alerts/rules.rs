//! Rules as a busy project may have them.

use daybook_model::{
    Field, Filter,
    alert::{AlertSeverity, Condition, NewRule},
};

const FILTERS: &[&str] = &[
    "outcome=failure",
    "operation=delete",
    "status=5xx",
    "status=403&method.not=GET",
    "source=terraform&operation=update",
    "resource_type=secret",
    "operation=permissions_changed&operation=member_removed",
    "actor_type=api_token&method=POST&method=DELETE",
    "q=billing",
    "path=/api/v2/projects&status=4xx",
    "cluster=*&operation=restart",
    "environment=*&outcome=failure",
];

fn rule(name: String, filter: &str, condition: Condition, by: Option<Field>) -> NewRule {
    NewRule {
        name,
        filter: filter.parse::<Filter>().expect(filter),
        condition,
        by,
        severity: AlertSeverity::Low,
        quiet: 3_600,
        recipients: Vec::new(),
        enabled: true,
    }
}

/// So many of all kinds.
pub(crate) fn some(number: usize) -> Vec<NewRule> {
    let one = |n: usize| {
        let (at_least, window) = (5 + u32::try_from(n % 20).unwrap_or_default(), 600);
        let (condition, by) = match n % 6 {
            0 => (Condition::Count { at_least, window }, Some(Field::Actor)),
            1 => (Condition::Count { at_least, window }, Some(Field::Ip)),
            2 => (
                Condition::Distinct { field: Field::Resource, at_least, window },
                Some(Field::Actor),
            ),
            3 => (Condition::New { field: Field::Ip }, Some(Field::Actor)),
            4 => (Condition::UnusualHour {}, Some(Field::Actor)),
            _ => (Condition::Absence { window: 86_400 }, None),
        };
        rule(format!("Rule {n}"), FILTERS[n % FILTERS.len()], condition, by)
    };
    (0..number).map(one).collect()
}

/// Rules that most entries match: nobody's, but for comparison.
pub(crate) fn broad() -> Vec<NewRule> {
    let count = Condition::Count { at_least: 100, window: 600 };
    let new = Condition::New { field: Field::Resource };
    vec![
        rule("anything, counted by actor".into(), "", count, Some(Field::Actor)),
        rule("any new resource".into(), "", new, None),
    ]
}
