//! The columns of the table of masks.

use daybook_model::{account::Role, privacy::Privacy};

/// What a role can be given or spared.
#[derive(Clone, Copy)]
pub(super) enum What {
    /// Pseudonyms in place of e-mail addresses.
    Emails,
    /// Pseudonyms in place of IP addresses.
    Ips,
    /// Seeing what is behind them.
    Reveal,
}

impl What {
    /// Each of them, from left to right.
    pub(super) const ALL: [Self; 3] = [Self::Emails, Self::Ips, Self::Reveal];

    /// The heading of its column.
    pub(super) const fn heading(self) -> &'static str {
        match self {
            Self::Emails => "E-mail addresses",
            Self::Ips => "IP addresses",
            Self::Reveal => "Behind the masks",
        }
    }

    /// What is said beside the box.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Emails | Self::Ips => "Masked",
            Self::Reveal => "May reveal",
        }
    }

    /// Whether it holds for a role.
    pub(super) fn has(self, privacy: &Privacy, role: Role) -> bool {
        let roles = match self {
            Self::Emails => &privacy.emails,
            Self::Ips => &privacy.ips,
            Self::Reveal => &privacy.reveal,
        };
        roles.contains(&role)
    }

    /// The roles that it holds for.
    pub(super) const fn roles(self, privacy: &mut Privacy) -> &mut Vec<Role> {
        match self {
            Self::Emails => &mut privacy.emails,
            Self::Ips => &mut privacy.ips,
            Self::Reveal => &mut privacy.reveal,
        }
    }

    /// Members see their own activity alone, and all of that.
    pub(super) fn fits(self, role: Role) -> bool {
        !matches!((self, role), (Self::Reveal, Role::Member))
    }
}
