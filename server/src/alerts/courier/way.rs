//! One attempt to tell one recipient.

use std::time::Duration;

use daybook_model::{Timestamp, account::Permission, alert::Channel, stream::Target};
use sha2::{Digest as _, Sha256};

use super::super::{
    KeptRecipient, Options,
    message::{self, letter},
    table::Due,
};
use crate::{
    access,
    error::Error,
    export::stream::hex,
    outbound::{NotTaken, Web, apart},
    privacy::Masks,
    state::AppState,
    store::ProjectId,
};

/// How much of what went wrong is told, in characters.
const TOLD: usize = 300;

/// What an attempt is made with.
pub(super) struct Way<'a> {
    pub(super) options: &'a Options,
    pub(super) state: &'a AppState,
    pub(super) project: ProjectId,
    pub(super) now: Timestamp,
}

/// Why it did not come through.
pub(super) struct Failure {
    pub(super) status: Option<u16>,
    pub(super) error: String,
    /// How long the other side wants to be left alone.
    pub(super) wait: Option<Duration>,
    /// Whether it is no use to try again.
    pub(super) for_good: bool,
}

impl Failure {
    fn of(error: impl Into<String>) -> Self {
        Self { status: None, error: error.into(), wait: None, for_good: false }
    }

    fn unwritten() -> Self {
        Self { for_good: true, ..Self::of("it cannot be written") }
    }
}

impl Way<'_> {
    /// Tells it; the status that was answered, if it was by HTTP. Who took it is noted, and told no more.
    pub(super) async fn go(
        &self,
        recipient: &KeptRecipient,
        due: &mut Due,
    ) -> Result<Option<u16>, Failure> {
        match &recipient.channel {
            Channel::Webhook { target } => {
                let secret = recipient.secret.as_deref().unwrap_or_default();
                let signed = message::signed(secret, &due.message, self.now, &due.body);
                self.post(target, signed.into(), due.body.clone()).await
            }
            Channel::Slack { target } => {
                let body = message::slack(&due.body).ok_or_else(Failure::unwritten)?;
                self.post(target, Vec::new(), body).await
            }
            Channel::Mail { addresses } => self.mail(addresses, due).await.map(|()| None),
        }
    }

    async fn post(
        &self,
        target: &Target,
        mut headers: Vec<(&'static str, String)>,
        body: String,
    ) -> Result<Option<u16>, Failure> {
        headers.push(("content-type", "application/json".to_owned()));
        let Options { addresses, authorities, pace, .. } = self.options.clone();
        let (to, now) = (target.clone(), self.now);
        let work = move || {
            let web = Web::new(addresses, &authorities, pace.patience);
            web.post(&to, &headers, body.as_bytes(), now)
        };
        let answer = apart("alert", work).await;
        let answer = answer.map_err(|e| Failure::of(format!("no thread can be started: {e}")))?;
        match answer {
            None => Err(Failure::of("the delivery broke off")),
            Some(Ok(status)) => Ok(Some(status.as_u16())),
            Some(Err(NotTaken { status, error, wait })) => Err(Failure {
                status: status.map(|status| status.as_u16()),
                error: discreet(target, &error),
                wait,
                // By Standard Webhooks: it wants to be told nothing more.
                for_good: status.is_some_and(|status| status.as_u16() == 410),
            }),
        }
    }

    async fn mail(&self, addresses: &[String], due: &mut Due) -> Result<(), Failure> {
        let Some(mailer) = &self.state.outbound.mailer else {
            return Err(Failure::of(
                "this server sends no mail: whoever runs it sets DAYBOOK_SMTP_URL",
            ));
        };
        let (mut failed, mut left_out) = (None, Vec::new());
        let Due { taken, message, body, .. } = due;
        for address in addresses {
            if taken.contains(address) {
                continue;
            }
            let reads = self.reads(address).await.map_err(|e| Failure::of(e.to_string()))?;
            let Some(masks) = reads else {
                left_out.push(format!("{address} may not read alerts of this project"));
                continue;
            };
            let whom = hex(&Sha256::digest(address.as_bytes())[..8]);
            let id = format!("daybook.{message}.{whom}");
            let letter = letter(body, &masks, id).ok_or_else(Failure::unwritten)?;
            match mailer.send(address, &letter).await {
                Ok(()) => taken.push(address.clone()),
                // One mailbox that is gone keeps nothing from the others.
                Err(error) if error.is_for_good() => left_out.push(format!("{address}: {error}")),
                Err(error) => failed = Some(error),
            }
        }
        let cut = |text: String| text.chars().take(TOLD).collect::<String>();
        match failed {
            Some(error) => Err(Failure::of(cut(error.to_string()))),
            None if taken.is_empty() => Err(Failure {
                for_good: true,
                ..Failure::of(cut(format!("nobody got it: {}", left_out.join("; "))))
            }),
            None => Ok(()),
        }
    }

    /// What is masked for whoever has this address, if they may read alerts now.
    async fn reads(&self, address: &str) -> Result<Option<Masks>, Error> {
        let Some(found) = self.state.people.find(address).await? else { return Ok(None) };
        let Some(person) = self.state.people.active(found.id).await? else { return Ok(None) };
        let access =
            access::on_behalf(self.state, &person, self.project, Permission::ReadAlerts).await;
        match access {
            Ok(access) => Ok((!access.is_limited()).then_some(access.masks)),
            Err(Error::Forbidden(_) | Error::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// What a target says may repeat what it was told in confidence: its path, and what stands behind a `?`.
fn discreet(target: &Target, error: &str) -> String {
    let whole = target.to_string();
    let path = whole.splitn(4, '/').nth(3).unwrap_or_default();
    let mut text = error.to_owned();
    for secret in path.split(['/', '?', '&', '=']).filter(|part| part.len() >= 8) {
        text = text.replace(secret, "…");
    }
    text.chars().take(TOLD).collect()
}
