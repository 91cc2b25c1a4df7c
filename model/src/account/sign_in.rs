//! How one may come in, and why one could not.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// How one may sign in here. A password always is one way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SignInWays {
    /// What the provider of single sign-on is called, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub single_sign_on: Option<String>,
}

/// Why single sign-on led back to the sign-in page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignInProblem {
    /// The provider said no, or the person did.
    Refused,
    /// It took too long, or was begun in another browser.
    Expired,
    /// The provider did not answer, or not as it should.
    Unavailable,
    /// The provider does not vouch for the address.
    Unverified,
    /// There is no account here, and no group that is let in.
    Stranger,
    /// Another account of the provider comes in as this person.
    Taken,
    /// The person may not come in any more.
    Disabled,
    /// Many attempts from this network failed.
    Wait,
    /// The link that is to be opened afterwards does not fit.
    TooLong,
}

impl SignInProblem {
    /// Each of them.
    pub const ALL: [Self; 9] = [
        Self::Refused,
        Self::Expired,
        Self::Unavailable,
        Self::Unverified,
        Self::Stranger,
        Self::Taken,
        Self::Disabled,
        Self::Wait,
        Self::TooLong,
    ];

    /// The word in the address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Expired => "expired",
            Self::Unavailable => "unavailable",
            Self::Unverified => "unverified",
            Self::Stranger => "stranger",
            Self::Taken => "taken",
            Self::Disabled => "disabled",
            Self::Wait => "wait",
            Self::TooLong => "too_long",
        }
    }

    /// What happened and what to do, as sentences.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Refused => {
                "The sign-in was cancelled or refused. Try again, or use your password."
            }
            Self::Expired => {
                "The sign-in took too long or was begun in another window. Begin it again here."
            }
            Self::Unavailable => {
                "Single sign-on does not work right now. Try again in a moment; if it stays so, tell whoever looks after this server."
            }
            Self::Unverified => {
                "Your e-mail address is not verified. Verify it where you signed in, then try again."
            }
            Self::Stranger => {
                "You have no account here, and none of your groups has access. Ask an admin to let you in."
            }
            Self::Taken => {
                "Your e-mail address belongs to somebody who signs in with another account. Ask whoever looks after this server."
            }
            Self::Disabled => {
                "Your account is disabled. Ask whoever looks after this server to let you in again."
            }
            Self::Wait => "Too many attempts failed. Try again in some minutes.",
            Self::TooLong => {
                "The link you are opening is too long to be kept meanwhile. Sign in first, then open it again."
            }
        }
    }
}

impl fmt::Display for SignInProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SignInProblem {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|known| known.as_str() == word).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_has_a_word_of_its_own() {
        for problem in SignInProblem::ALL {
            assert_eq!(problem.as_str().parse(), Ok(problem));
        }
        assert!("<script>".parse::<SignInProblem>().is_err());
    }
}
