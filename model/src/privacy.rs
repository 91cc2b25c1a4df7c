//! Pseudonyms: what stands in place of an address for those who may not see it.
//!
//! `email~8f3k2m9qx4tz` and `ip~1p7v0c5hwd2n` are the same for the same address in a project, and
//! tell nothing about it. They are filtered by like the values that they stand for. In what somebody
//! wrote as they liked there is `[e-mail]` or `[IP]` instead.

use std::{fmt, ops::Range};

use serde::{Deserialize, Serialize};

use crate::{Column, Field, QueryError, account::Role};

/// How many digits a pseudonym has: 60 bits.
pub const DIGITS: usize = 12;
/// The digits, none of which is mistaken for another one.
pub const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// What kind of address is masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Address {
    /// An e-mail address.
    Email,
    /// An IP address, or the name of a host in its place.
    Ip,
}

impl Address {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Email, Self::Ip];

    /// What a pseudonym of this kind begins with.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Email => "email~",
            Self::Ip => "ip~",
        }
    }

    /// What stands in place of an address in what somebody wrote as they liked: tells which are the same
    /// there, by their number, and nothing else.
    pub fn marker(self, number: usize) -> String {
        let open = self.marker_begins();
        if number > 1 { format!("{open} {number}]") } else { format!("{open}]") }
    }

    const fn marker_begins(self) -> &'static str {
        match self {
            Self::Email => "[e-mail",
            Self::Ip => "[IP",
        }
    }

    /// As shown to people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Email => "masked e-mail address",
            Self::Ip => "masked IP address",
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// Which roles see pseudonyms in a project, and which may see what is behind them. Tokens that read
/// count as auditors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Privacy {
    /// In place of e-mail addresses.
    #[serde(default)]
    pub emails: Vec<Role>,
    /// In place of IP addresses.
    #[serde(default)]
    pub ips: Vec<Role>,
    /// Who may see an entry as it is, for a reason that is recorded; auditors and admins unless said.
    #[serde(default = "revealers")]
    pub reveal: Vec<Role>,
}

fn revealers() -> Vec<Role> {
    vec![Role::Auditor, Role::Admin]
}

impl Default for Privacy {
    fn default() -> Self {
        Self { emails: Vec::new(), ips: Vec::new(), reveal: revealers() }
    }
}

impl Privacy {
    /// The same with each role once and in order; an error where one cannot be given that.
    pub fn checked(mut self) -> Result<Self, QueryError> {
        for roles in [&mut self.emails, &mut self.ips, &mut self.reveal] {
            roles.sort_unstable();
            roles.dedup();
        }
        if self.reveal.contains(&Role::Member) {
            let problem = "names members, who see their own activity alone: choose auditor, admin";
            return Err(QueryError::new("reveal", problem));
        }
        Ok(self)
    }

    /// What it means for a role.
    pub fn of(&self, role: Role) -> Masking {
        let [emails, ips] = Address::ALL.map(|kind| self.masks(kind, role));
        Masking { emails, ips, may_reveal: (emails || ips) && self.reveal.contains(&role) }
    }

    /// Whether a role sees pseudonyms in place of these addresses.
    pub fn masks(&self, kind: Address, role: Role) -> bool {
        let roles = match kind {
            Address::Email => &self.emails,
            Address::Ip => &self.ips,
        };
        roles.contains(&role)
    }
}

/// What somebody sees pseudonyms in place of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Masking {
    /// E-mail addresses.
    pub emails: bool,
    /// IP addresses.
    pub ips: bool,
    /// Whether they may see an entry as it is, for a reason that is recorded.
    pub may_reveal: bool,
}

impl Masking {
    /// Whether nothing is masked.
    pub const fn is_none(&self) -> bool {
        !self.emails && !self.ips
    }

    /// What is masked, in words.
    pub const fn label(self) -> &'static str {
        match (self.emails, self.ips) {
            (true, true) => "E-mail and IP addresses",
            (true, false) => "E-mail addresses",
            (false, true) => "IP addresses",
            (false, false) => "No addresses",
        }
    }
}

/// Whether an order by this column tells nothing of an address that is masked.
pub const fn orders_plainly(column: Column) -> bool {
    matches!(
        column,
        Column::Time | Column::Status | Column::Outcome | Column::Method | Column::Operation
    )
}

/// Whether a filter by values of this field looks at whole values: at parts of them, it would tell
/// what is in an address that is masked.
pub const fn filters_plainly(field: Field) -> bool {
    !matches!(field, Field::Path)
}

/// The longest reason, in characters.
pub const MAX_REASON: usize = 500;

/// Why somebody wants to see an entry as it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Reveal {
    /// For whoever asks later.
    pub reason: String,
}

impl Reveal {
    /// The same with its reason brought to one form; an error where there is none.
    pub fn checked(self) -> Result<Self, QueryError> {
        let reason = self.reason.split_whitespace().collect::<Vec<_>>().join(" ");
        if reason.is_empty() || reason.chars().count() > MAX_REASON {
            let problem = format!("is missing or longer than {MAX_REASON} characters: say why");
            return Err(QueryError::new("reason", problem));
        }
        Ok(Self { reason })
    }
}

/// The kind of address that a text stands for, if it is a pseudonym and nothing else.
pub fn pseudonym(text: &str) -> Option<Address> {
    Address::ALL.into_iter().find(|kind| {
        text.strip_prefix(kind.prefix()).is_some_and(|digits| {
            digits.len() == DIGITS && digits.bytes().all(|digit| ALPHABET.contains(&digit))
        })
    })
}

/// Where in a text there are pseudonyms.
pub fn pseudonyms(text: &str) -> impl Iterator<Item = Range<usize>> {
    Address::ALL.into_iter().flat_map(move |kind| {
        text.match_indices(kind.prefix()).filter_map(move |(at, prefix)| {
            let begin = at + prefix.len();
            let digits = text.as_bytes().get(begin..begin + DIGITS)?;
            digits.iter().all(|digit| ALPHABET.contains(digit)).then_some(at..begin + DIGITS)
        })
    })
}

/// Whether there is a pseudonym somewhere in a text.
pub fn has_pseudonym(text: &str) -> bool {
    pseudonyms(text).next().is_some()
}

/// Whether something in a text was masked, or may have been: somebody can write what looks the same.
pub fn looks_masked(text: &str) -> bool {
    has_pseudonym(text) || Address::ALL.iter().any(|kind| text.contains(kind.marker_begins()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_reveal_is_said_and_was_not_always() {
        let early: Privacy = serde_json::from_str(r#"{"ips":["auditor"]}"#).expect("as it was");
        let masked = Masking { emails: false, ips: true, may_reveal: true };
        assert_eq!((early.of(Role::Auditor), early.of(Role::Admin)), (masked, Masking::default()));
        let twice = [Role::Admin, Role::Auditor, Role::Admin].to_vec();
        let privacy = Privacy { ips: twice, reveal: vec![Role::Admin], ..Privacy::default() };
        let privacy = privacy.checked().expect("it is right");
        assert_eq!(privacy.ips, [Role::Auditor, Role::Admin]);
        assert!(!privacy.of(Role::Auditor).may_reveal && privacy.of(Role::Admin).may_reveal);
        let members = Privacy { reveal: vec![Role::Member], ..Privacy::default() };
        assert_eq!(members.checked().expect_err("they may not").key, "reveal");
    }

    #[test]
    fn a_pseudonym_is_told_from_an_address() {
        assert_eq!(pseudonym("email~0123456789ab"), Some(Address::Email));
        assert_eq!(pseudonym("ip~zyxwvtsrqpnm"), Some(Address::Ip));
        for text in
            ["", "ip~", "ip~0123456789a", "ip~0123456789abc", "ip~0123456789aI", "a@b", "10.0.0.1"]
        {
            assert_eq!(pseudonym(text), None, "{text}");
        }
        assert_eq!([1, 2].map(|n| Address::Email.marker(n)), ["[e-mail]", "[e-mail 2]"]);
        assert!(looks_masked("by [IP 3]") && !looks_masked("[ip]"));
        assert!(has_pseudonym("user:email~0123456789ab"));
        assert!(!has_pseudonym("user:email~0123456789a"));
        assert!(!has_pseudonym("email~éééééé"));
    }
}
