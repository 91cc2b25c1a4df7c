//! Who may do what: roles for people, scopes for tokens, and what either is limited to.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{Filter, QueryError, Range, Timestamp};

/// What can be done in a project. Everything that is served asks for one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Send events.
    Ingest,
    /// Read entries and counts, of which there may be a part only (see [`Grant`]).
    Read,
    /// Take entries away as a file.
    Export,
    /// Keep saved views of one's own; of people only.
    KeepViews,
    /// Keep schedules of one's own, which take entries away; of people only.
    KeepSchedules,
    /// See what alerts found, and the rules; of whoever sees all of the log.
    ReadAlerts,
    /// Change the project: who may look, tokens, settings, views that everybody sees.
    Administer,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 7] = [
        Self::Ingest,
        Self::Read,
        Self::Export,
        Self::KeepViews,
        Self::KeepSchedules,
        Self::ReadAlerts,
        Self::Administer,
    ];
}

/// What a person is in a project, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees only their own activity: the entries of which they are the actor, and those of their
    /// runs.
    Member,
    /// Reads and exports, changes nothing.
    Auditor,
    /// Does everything.
    Admin,
}

impl Role {
    /// Every role, least first.
    pub const ALL: [Self; 3] = [Self::Member, Self::Auditor, Self::Admin];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
        }
    }

    /// Whether whoever has the role may do this.
    pub const fn may(self, permission: Permission) -> bool {
        match permission {
            Permission::Read | Permission::KeepViews => true,
            Permission::Export | Permission::KeepSchedules | Permission::ReadAlerts => {
                matches!(self, Self::Auditor | Self::Admin)
            }
            Permission::Ingest | Permission::Administer => matches!(self, Self::Admin),
        }
    }
}

/// What a token may do in its project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TokenScope {
    /// Send events.
    Ingest,
    /// Read entries.
    Read,
    /// Take entries away as a file.
    Export,
    /// All of these, and people and tokens of the project.
    Admin,
}

impl TokenScope {
    /// Every scope.
    pub const ALL: [Self; 4] = [Self::Ingest, Self::Read, Self::Export, Self::Admin];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Read => "read",
            Self::Export => "export",
            Self::Admin => "admin",
        }
    }

    /// Whether a token with this scope may do this.
    pub const fn may(self, permission: Permission) -> bool {
        match (self, permission) {
            (_, Permission::KeepViews | Permission::KeepSchedules) => false,
            (Self::Admin, _)
            | (Self::Ingest, Permission::Ingest)
            | (Self::Read, Permission::Read | Permission::ReadAlerts)
            | (Self::Export, Permission::Export) => true,
            _ => false,
        }
    }
}

macro_rules! words {
    ($($name:ident, $what:literal;)+) => { $(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = QueryError;

            fn from_str(word: &str) -> Result<Self, QueryError> {
                Self::ALL.into_iter().find(|known| known.as_str() == word).ok_or_else(|| {
                    let words = Self::ALL.map(Self::as_str).join(", ");
                    QueryError::new($what, format!("{word:?} is not one of {words}"))
                })
            }
        }
    )+ };
}

words! {
    Role, "role";
    TokenScope, "scope";
}

/// A role in a project, perhaps for a part of its log and for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// What its holder is there.
    pub role: Role,
    /// The entries that there are for its holder, as in the address:
    /// `application=billing&from=…&to=…`. All of them where it is empty.
    #[serde(default, with = "crate::tab::text", skip_serializing_if = "is_whole")]
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub filter: Filter,
    /// The moment from which it is worth nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// Whether a filter that limits somebody leaves everything.
fn is_whole(filter: &Filter) -> bool {
    *filter == Filter::default()
}

impl Grant {
    /// A role in all of a project, for good.
    pub fn of(role: Role) -> Self {
        Self { role, filter: Filter::default(), until: None }
    }

    /// Whether it is worth anything at this moment.
    pub fn holds_at(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    /// Whether it is for a part of the log that was fixed beforehand.
    pub fn is_limited(&self) -> bool {
        !is_whole(&self.filter)
    }

    /// Whether it is for all of the log and for good.
    pub fn is_whole(&self) -> bool {
        self.role != Role::Member && !self.is_limited() && self.until.is_none()
    }

    /// What is wrong with it, if anything is.
    pub fn check(&self) -> Result<(), QueryError> {
        check_limit(&self.filter)?;
        if self.is_limited() && self.role != Role::Auditor {
            let problem = format!(
                "goes with the role auditor, not with {}: leave one of them out",
                self.role
            );
            return Err(QueryError::new("filter", problem));
        }
        Ok(())
    }
}

/// What is wrong with a filter that is to limit somebody, if anything is.
pub(super) fn check_limit(filter: &Filter) -> Result<(), QueryError> {
    let fixed = matches!(filter.range, Range::Between(_)) || filter.range == Range::default();
    if !fixed || filter.as_of.is_some() {
        let problem = "has a range that moves, or a moment; use from and to, or leave time out";
        return Err(QueryError::new("filter", problem));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_more_than_the_one_before() {
        for pair in Role::ALL.windows(2) {
            for permission in Permission::ALL {
                assert!(!pair[0].may(permission) || pair[1].may(permission), "{permission:?}");
            }
        }
        assert!(
            !Role::Auditor.may(Permission::Administer) && !Role::Auditor.may(Permission::Ingest)
        );
        assert!(!Role::Member.may(Permission::Export));
    }

    #[test]
    fn a_grant_is_read_and_written_as_in_the_address() {
        let json = r#"{"role":"auditor","filter":"application=billing","until":"2026-12-01T00:00:00.000Z"}"#;
        let grant: Grant = serde_json::from_str(json).expect("it is right");
        assert!(grant.is_limited() && grant.check().is_ok());
        assert_eq!(serde_json::to_string(&grant).expect("it can be written"), json);
        let plain = serde_json::to_string(&Grant::of(Role::Admin)).expect("it can be written");
        assert_eq!(plain, r#"{"role":"admin"}"#);
    }

    #[test]
    fn what_cannot_limit_anybody_is_refused() {
        let grant = |role: Role, filter: &str| {
            Grant { role, filter: filter.parse().expect("a filter"), until: None }.check()
        };
        assert!(
            grant(Role::Auditor, "ip=10.0.0.1&from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z")
                .is_ok()
        );
        for (role, filter) in [
            (Role::Auditor, "range=24h"),
            (Role::Auditor, "as_of=7"),
            (Role::Admin, "ip=10.0.0.1"),
            (Role::Member, "ip=10.0.0.1"),
        ] {
            assert!(grant(role, filter).is_err(), "{role} {filter}");
        }
    }
}
