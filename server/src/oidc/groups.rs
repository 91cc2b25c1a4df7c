//! What groups of a provider are worth here.

use std::{collections::BTreeMap, str::FromStr};

use daybook_model::account::{Project, Role};

/// A role in a project for whoever is in a group: `GROUP=PROJECT:ROLE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupGrant {
    /// The group, as the provider names it.
    pub group: String,
    /// The project, by its word or number.
    pub project: String,
    /// What its people are there.
    pub role: Role,
}

/// Why something is not [`GroupGrant`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not a group with its role in a project, such as platform-team=acme:auditor; roles \
     are member, auditor and admin"
)]
pub struct GroupGrantError(String);

impl FromStr for GroupGrant {
    type Err = GroupGrantError;

    fn from_str(text: &str) -> Result<Self, GroupGrantError> {
        let wrong = || GroupGrantError(text.into());
        // From the right: a group may be `cn=audit,ou=groups`.
        let (group, place) = text.rsplit_once('=').ok_or_else(wrong)?;
        let (project, role) = place.split_once(':').ok_or_else(wrong)?;
        let group = group.trim();
        let is_number = !project.is_empty() && project.bytes().all(|b| b.is_ascii_digit());
        let is_project = is_number || Project::is_slug(project) && !project.starts_with('_');
        if group.is_empty() || !is_project {
            return Err(wrong());
        }
        let role = role.parse().map_err(|_| wrong())?;
        Ok(Self { group: group.into(), project: project.into(), role })
    }
}

/// What somebody in these groups is, by project as it was written. Of two roles the greater counts.
pub(super) fn worth<'g>(grants: &'g [GroupGrant], groups: &[String]) -> BTreeMap<&'g str, Role> {
    let mut roles = BTreeMap::new();
    for grant in grants.iter().filter(|grant| groups.contains(&grant.group)) {
        let role = roles.entry(grant.project.as_str()).or_insert(grant.role);
        *role = grant.role.max(*role);
    }
    roles
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(text: &str) -> GroupGrant {
        text.parse().expect("a grant")
    }

    #[test]
    fn a_group_is_read_with_whatever_is_in_its_name() {
        let ldap = grant("cn=audit,ou=groups=acme:auditor");
        assert_eq!((ldap.group.as_str(), ldap.role), ("cn=audit,ou=groups", Role::Auditor));
        for wrong in
            ["", "a", "a=acme", "=acme:admin", "a=_account:admin", "a=acme:root", "a=:admin"]
        {
            assert!(wrong.parse::<GroupGrant>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn of_two_roles_the_greater_counts() {
        let grants = ["a=acme:admin", "b=acme:member", "b=globex:auditor", "c=globex:admin"];
        let grants = grants.map(grant);
        let groups = ["b", "a", "x"].map(str::to_owned);
        let expected = [("acme", Role::Admin), ("globex", Role::Auditor)];
        assert_eq!(worth(&grants, &groups), BTreeMap::from(expected));
        assert!(worth(&grants, &["A".to_owned()]).is_empty(), "names are exact");
    }
}
