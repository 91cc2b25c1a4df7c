//! Letters, by way of a mail server.

use std::{sync::Arc, time::Duration};

use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{Mailbox, MultiPart},
};

use super::OutboundError;

/// How long the mail server may take for one step.
const PATIENCE: Duration = Duration::from_secs(30);

/// A letter, as text and as HTML.
#[derive(Debug, Clone)]
pub struct Letter {
    /// What it is about.
    pub subject: String,
    /// For programs that show text.
    pub text: String,
    /// For those that show HTML. Whoever writes it escapes.
    pub html: String,
    /// The same for the same letter to the same person, so that one that is sent again is known: plain
    /// characters.
    pub id: String,
}

/// Who sends letters.
#[derive(Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Arc<Mailbox>,
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The way there has a password in it.
        f.debug_struct("Mailer").field("from", &self.from).finish_non_exhaustive()
    }
}

impl Mailer {
    /// By way of the server at an address such as `smtps://name:password@smtp.example.com`, or
    /// `smtp://….?tls=required`, in the name of a sender such as `Daybook <daybook@example.com>`.
    pub fn by(url: &str, from: &str) -> Result<Self, OutboundError> {
        let from: Mailbox = from.parse().map_err(|error| {
            OutboundError::Configured(format!("{from:?} is not the address of a sender: {error}"))
        })?;
        // The address is not repeated: it has a password in it.
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|error| {
            OutboundError::Configured(format!(
                "the address of the mail server is not one such as \
                 smtps://name:password@smtp.example.com: {error}"
            ))
        })?;
        Ok(Self { transport: transport.timeout(Some(PATIENCE)).build(), from: from.into() })
    }

    /// Looks whether the mail server lets this server in.
    pub async fn look(&self) -> Result<(), OutboundError> {
        if self.transport.test_connection().await? {
            return Ok(());
        }
        Err(OutboundError::Configured("the mail server does not take part in a greeting".into()))
    }

    /// Sends a letter to one person. Done when the mail server has taken it.
    pub async fn send(&self, to: &str, letter: &Letter) -> Result<(), OutboundError> {
        let to: Address = to.parse().map_err(|error| {
            OutboundError::Configured(format!("{to:?} is not an e-mail address: {error}"))
        })?;
        let message = Message::builder()
            .from(Mailbox::clone(&self.from))
            .to(Mailbox::new(None, to))
            .subject(&letter.subject)
            .message_id(Some(format!("<{}@{}>", letter.id, self.from.email.domain())))
            // Nobody is on holiday for a program.
            .header(AutoSubmitted)
            .multipart(MultiPart::alternative_plain_html(
                letter.text.clone(),
                letter.html.clone(),
            ))?;
        self.transport.send(message).await?;
        Ok(())
    }
}

/// RFC 3834: no automatic answers, please.
#[derive(Debug, Clone, Copy)]
struct AutoSubmitted;

impl lettre::message::header::Header for AutoSubmitted {
    fn name() -> lettre::message::header::HeaderName {
        lettre::message::header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> lettre::message::header::HeaderValue {
        lettre::message::header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}
