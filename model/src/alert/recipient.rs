//! Recipients: who is told of firings, and how.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    QueryError, Timestamp,
    saved::checked_name,
    stream::Target,
    vocabulary::{UnknownWord, vocabulary},
};

/// How many recipients a project may have.
pub const MAX_RECIPIENTS: usize = 20;
/// How many people one recipient may be.
pub const MAX_ADDRESSES: usize = 20;

vocabulary! {
    /// Whether a recipient is told.
    RecipientState {
        Active = "active", "Active";
        Paused = "paused", "Paused";
    }
}

/// The way to a recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "to", rename_all = "snake_case", deny_unknown_fields)]
pub enum Channel {
    /// A signed request as Standard Webhooks describes it.
    Webhook {
        /// `https://…` or `http://…`.
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        target: Target,
    },
    /// An incoming webhook of Slack, or of anything that takes its messages.
    Slack {
        /// `https://…` or `http://…`. What it is called is the secret, so it is not shown again.
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        target: Target,
    },
    /// A mail to people of the project.
    Mail {
        /// Their addresses.
        addresses: Vec<String>,
    },
}

/// A recipient to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewRecipient {
    /// What it is called; no other recipient of the project is called so.
    pub name: String,
    /// How it is told.
    pub channel: Channel,
}

/// What to change of a recipient; what is absent stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RecipientChange {
    /// Another name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Another way, of the same kind. The secret of a webhook stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// Whether it is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<RecipientState>,
}

/// A recipient, as admins and auditors see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Recipient {
    /// Ours.
    pub id: i64,
    /// What it is called.
    pub name: String,
    /// `webhook`, `slack` or `mail`.
    pub kind: String,
    /// Where to: an address of the web, without what is secret in it, or addresses of mail, by commas.
    pub place: String,
    /// Whether it is told.
    pub state: RecipientState,
    /// When it was made.
    pub created_at: Timestamp,
    /// How many rules tell it.
    pub rules: u64,
    /// How many deliveries wait to be tried again.
    pub waiting: u64,
    /// When something was delivered last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<Timestamp>,
    /// What went wrong last, where the latest attempt failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A recipient that was just made, or has a new secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MadeRecipient {
    /// The recipient.
    pub recipient: Recipient,
    /// The secret that a webhook is signed with, `whsec_…`: this once. Others have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// What it will miss as this server is set up, where so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<String>,
}

impl fmt::Debug for MadeRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MadeRecipient").field("recipient", &self.recipient).finish_non_exhaustive()
    }
}

impl Channel {
    /// The word for its kind.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Webhook { .. } => "webhook",
            Self::Slack { .. } => "slack",
            Self::Mail { .. } => "mail",
        }
    }

    /// Where it leads, as it may be shown.
    pub fn shown(&self) -> String {
        match self {
            Self::Webhook { target } => target.shown(),
            Self::Slack { target } => format!("{}://{}/…", target.scheme, target.host()),
            Self::Mail { addresses } => addresses.join(", "),
        }
    }

    /// Where it leads on the web.
    pub const fn target(&self) -> Option<&Target> {
        match self {
            Self::Webhook { target } | Self::Slack { target } => Some(target),
            Self::Mail { .. } => None,
        }
    }

    fn checked(self) -> Result<Self, QueryError> {
        match self {
            Self::Mail { addresses } => {
                let mut addresses: Vec<_> =
                    addresses.iter().map(|address| address.trim().to_lowercase()).collect();
                addresses.retain(|address| !address.is_empty());
                addresses.sort();
                addresses.dedup();
                if !(1..=MAX_ADDRESSES).contains(&addresses.len()) {
                    let problem = format!("are not 1 to {MAX_ADDRESSES} people of the project");
                    return Err(QueryError::new("channel.addresses", problem));
                }
                Ok(Self::Mail { addresses })
            }
            Self::Webhook { ref target } | Self::Slack { ref target } => {
                if target.scheme.is_syslog() {
                    let problem = "is not an address such as https://hooks.acme.dev/daybook";
                    return Err(QueryError::new("channel.target", problem));
                }
                Ok(self)
            }
        }
    }
}

impl NewRecipient {
    /// Checks what can be checked without the server, and brings it to one form.
    pub fn checked(self) -> Result<Self, QueryError> {
        Ok(Self { name: checked_name(&self.name)?, channel: self.channel.checked()? })
    }
}

impl RecipientChange {
    /// Checks what can be checked without the server, and brings it to one form.
    pub fn checked(self) -> Result<Self, QueryError> {
        Ok(Self {
            name: self.name.as_deref().map(checked_name).transpose()?,
            channel: self.channel.map(Channel::checked).transpose()?,
            ..self
        })
    }
}
