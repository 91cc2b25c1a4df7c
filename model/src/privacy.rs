//! Pseudonyms: what stands in place of an address for those who may not see it.
//!
//! `email~8f3k2m9qx4tz` and `ip~1p7v0c5hwd2n` are the same for the same address in a project, and
//! tell nothing about it. They are filtered by like the values that they stand for.

use std::{fmt, ops::Range};

use serde::{Deserialize, Serialize};

use crate::{QueryError, account::Role};

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

/// Which roles see pseudonyms in a project. Tokens that read see what auditors see.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Privacy {
    /// In place of e-mail addresses.
    #[serde(default)]
    pub emails: Vec<Role>,
    /// In place of IP addresses.
    #[serde(default)]
    pub ips: Vec<Role>,
}

impl Privacy {
    /// Whether a role sees pseudonyms in place of these addresses.
    pub fn masks(&self, kind: Address, role: Role) -> bool {
        let roles = match kind {
            Address::Email => &self.emails,
            Address::Ip => &self.ips,
        };
        roles.contains(&role)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pseudonym_is_told_from_an_address() {
        assert_eq!(pseudonym("email~0123456789ab"), Some(Address::Email));
        assert_eq!(pseudonym("ip~zyxwvtsrqpnm"), Some(Address::Ip));
        for text in
            ["", "ip~", "ip~0123456789a", "ip~0123456789abc", "ip~0123456789aI", "a@b", "10.0.0.1"]
        {
            assert_eq!(pseudonym(text), None, "{text}");
        }
        assert!(has_pseudonym("user:email~0123456789ab"));
        assert!(!has_pseudonym("user:email~0123456789a"));
        assert!(!has_pseudonym("email~éééééé"));
    }
}
