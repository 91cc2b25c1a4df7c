//! How a batch gets to its target, and what the target says to it.

mod http;
mod tcp;

use std::time::Duration;

use daybook_model::{
    Timestamp,
    stream::{StreamFormat, StreamHeader, Target},
};

use super::{Options, Stream, batch::Batch};
use crate::outbound::CONNECTING;

/// How much of what a target says is told, in characters.
const TOLD: usize = 300;

/// Why a batch was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is not about what was sent: the same may be taken later.
    Trouble {
        /// In a sentence.
        error: String,
        /// How long the target wants to be left alone.
        wait: Option<Duration>,
    },
    /// The target has no use for what was sent, now or later.
    Refused(String),
}

impl Refusal {
    pub(super) fn trouble(error: impl Into<String>) -> Self {
        Self::Trouble { error: error.into(), wait: None }
    }
}

/// Reaches one target.
pub(super) struct Client {
    target: Target,
    header: Option<StreamHeader>,
    format: StreamFormat,
    patience: Duration,
    way: Way,
}

enum Way {
    Http(http::Http),
    Tcp(tcp::Tcp),
}

impl Client {
    /// For the target of a stream.
    pub(super) fn of(stream: &Stream, options: &Options) -> Result<Self, Refusal> {
        let way = if stream.target.scheme.is_syslog() {
            Way::Tcp(tcp::Tcp::new(&stream.target, options)?)
        } else {
            Way::Http(http::Http::new(options))
        };
        Ok(Self {
            target: stream.target.clone(),
            header: stream.header.clone(),
            format: stream.format,
            patience: options.pace.patience,
            way,
        })
    }

    /// Whether it is the one for this stream.
    pub(super) fn serves(&self, stream: &Stream) -> bool {
        self.target == stream.target && self.header == stream.header && self.format == stream.format
    }

    /// Delivers a batch and waits until the target has said that it took it. Blocks, for the patience at
    /// the most.
    pub(super) fn deliver(&self, batch: &Batch, now: Timestamp) -> Result<(), Refusal> {
        match &self.way {
            Way::Http(http) => http.deliver(self, batch, now),
            Way::Tcp(tcp) => tcp.deliver(self, batch),
        }
        .map_err(|refusal| self.discreet(refusal))
    }

    /// What a target says may repeat what it was told in confidence. Only what is left is cut: half of
    /// a secret is one as well.
    fn discreet(&self, refusal: Refusal) -> Refusal {
        let target = self.target.to_string();
        let query = target.split_once('?').map(|(_, query)| query);
        let secrets = [self.header.as_ref().map(|header| header.value.as_str()), query];
        let hide = |mut text: String| {
            for secret in secrets.into_iter().flatten() {
                text = text.replace(secret, "…");
                // `Bearer x`: the x alone is as secret. Words are not.
                for part in secret.split([' ', '&', '=']).filter(|part| part.len() >= 8) {
                    text = text.replace(part, "…");
                }
            }
            text.chars().take(TOLD).collect()
        };
        match refusal {
            Refusal::Trouble { error, wait } => Refusal::Trouble { error: hide(error), wait },
            Refusal::Refused(error) => Refusal::Refused(hide(error)),
        }
    }
}
