//! A rule made from what is looked at.

use crate::{Choice, Filter, Range, Term};

/// The filter of a rule for what a view shows: its own filter, and what bounds the tab that it is in (see
/// [`Tab::bounds`](crate::Tab::bounds)), without time. `None` where one filter cannot say both.
pub fn filter_of_view(filter: &Filter, bounds: &[Filter]) -> Option<Filter> {
    let mut all = Filter { range: Range::default(), as_of: None, ..filter.clone() };
    for bound in bounds {
        match (&all.search, &bound.search) {
            (_, None) => {}
            (None, Some(search)) => all.search = Some(search.clone()),
            (Some(one), Some(other)) if one == other => {}
            _ => return None,
        }
        for (&field, bounding) in &bound.choices {
            let choice = all.choices.entry(field).or_default();
            choice.include = both(choice, bounding)?;
            choice.exclude.extend(bounding.exclude.iter().cloned());
        }
    }
    all.choices.retain(|_, choice| !choice.is_empty());
    Some(all)
}

/// What both include, where terms that differ exclude each other.
fn both(one: &Choice, other: &Choice) -> Option<std::collections::BTreeSet<Term>> {
    if one.include.is_empty() || one.include == other.include {
        return Some(other.include.clone());
    }
    if other.include.is_empty() {
        return Some(one.include.clone());
    }
    if other.include.contains(&Term::Present) && !one.include.contains(&Term::Absent) {
        return Some(one.include.clone());
    }
    let plain = |term: &Term| matches!(term, Term::Is(value) if !value.as_str().ends_with("xx"));
    let common: std::collections::BTreeSet<_> =
        one.include.intersection(&other.include).cloned().collect();
    let exact = one.include.iter().chain(&other.include).all(plain);
    (exact && !common.is_empty()).then_some(common)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_and_its_tab_become_one_filter_where_they_can() {
        let of = |view: &str, tab: &str| {
            let filter = |text: &str| text.parse::<Filter>().expect(text);
            filter_of_view(&filter(view), &[filter(tab)]).map(|filter| filter.to_string())
        };
        assert_eq!(of("range=24h&as_of=7&status=5xx", ""), Some("status=5xx".into()));
        assert_eq!(
            of("actor=user:1", "operation=login&operation=logout"),
            Some("actor=user:1&operation=login&operation=logout".into())
        );
        assert_eq!(
            of("operation=login", "operation=login&operation=logout"),
            Some("operation=login".into())
        );
        assert_eq!(of("method=POST", "method=*"), Some("method=POST".into()));
        assert_eq!(of("status=500", "status=5xx"), None, "a class has its codes");
        assert_eq!(of("operation=read", "operation=login"), None, "nothing is in both");
        assert_eq!(
            of("method.not=GET", "method.not=HEAD"),
            Some("method.not=GET&method.not=HEAD".into())
        );
    }
}
