//! Rules and holds as somebody sees and writes them who sees masks.

use daybook_model::{
    Filter, QueryError, Sort,
    privacy::has_pseudonym,
    retention::{Hold, Retention, Rule},
};

use crate::{
    access::Access,
    error::Error,
    privacy::{refuse, refuse_name},
};

/// Rules as the caller sees them.
pub(super) fn seen(access: &Access, mut given: Retention) -> Retention {
    for rule in &mut given.rules {
        rule.name = access.masks.text(&rule.name).into_owned();
        rule.filter = access.masks.filter(&rule.filter);
    }
    given
}

/// Rules as they are meant by a caller who sees them with masks: what they left alone is what it was. What
/// they write themselves has no address in it, and no pseudonym: rules remove entries as the log has them.
pub(super) fn meant(
    access: &Access,
    given: Retention,
    before: &Retention,
) -> Result<Retention, Error> {
    if access.masks.is_none() {
        return Ok(given);
    }
    let mut given = given;
    for rule in &mut given.rules {
        let same = |kept: &&Rule| {
            access.masks.text(&kept.name) == rule.name.as_str()
                && access.masks.filter(&kept.filter) == rule.filter
        };
        if let Some(kept) = before.rules.iter().find(same) {
            (rule.name, rule.filter) = (kept.name.clone(), kept.filter.clone());
        } else {
            plain(access, &rule.name, &rule.filter)?;
        }
    }
    Ok(given)
}

/// Refuses what names an address, or the pseudonym of one.
pub(super) fn plain(access: &Access, name: &str, filter: &Filter) -> Result<(), Error> {
    if access.masks.is_none() {
        return Ok(());
    }
    refuse_name(&access.masks, "name", name)?;
    refuse(&access.masks, filter, Sort::default())?;
    if has_pseudonym(&filter.to_string()) {
        let problem = "names an address that is masked for you: ask somebody who sees it";
        return Err(QueryError::new("filter", problem).into());
    }
    Ok(())
}

/// A hold as the caller sees it.
pub(super) fn veil(access: &Access, hold: &mut Hold) {
    hold.name = access.masks.text(&hold.name).into_owned();
    hold.filter = access.masks.filter(&hold.filter);
    hold.reason = access.masks.free(&hold.reason).into_owned();
    hold.made_by = access.masks.text(&hold.made_by).into_owned();
}
