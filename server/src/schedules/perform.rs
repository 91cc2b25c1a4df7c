//! Makes what a run is to have, and takes it where it goes.

use daybook_model::{
    account::Permission,
    paths,
    schedule::{Destination, Product},
};

use super::{
    Kept, KeptRun, SchedulesError, file,
    kept::Made,
    letter,
    summary::{self, Summary},
};
use crate::{
    access::{self, Access},
    error::Error,
    outbound::{Letter, Mailer, OutboundError, Upload},
    state::AppState,
    store::StoreError,
};

/// Why a run failed. It is tried again.
#[derive(Debug, thiserror::Error)]
pub(super) enum RunError {
    /// The log, or what is asked of it.
    #[error(transparent)]
    Log(#[from] Error),
    /// The log did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Where it goes.
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    /// What is kept of it.
    #[error(transparent)]
    Kept(#[from] SchedulesError),
    /// A file that broke off.
    #[error("the export {0} broke off; the log tells why")]
    BrokeOff(String),
    /// It cannot be compressed or written as JSON.
    #[error("the file cannot be written: {0}")]
    Written(String),
    /// Somebody has to do something about it.
    #[error("{0}")]
    Asks(String),
}

/// Makes one run.
pub(super) async fn perform(
    state: &AppState,
    kept: &Kept,
    run: &mut KeptRun,
    access: Access,
) -> Result<Made, RunError> {
    match (&kept.wanted.product, &kept.wanted.destination) {
        (_, Destination::Mail { recipients }) => post(state, kept, run, access, recipients).await,
        (Product::Export { .. }, _) => file::export(state, kept, run, access).await,
        (Product::Summary {}, _) => {
            let summary = summary::of(state, kept, run, access).await?;
            file::summary(state, kept, run, &summary).await
        }
    }
}

/// Begins a file where it goes.
pub(super) async fn upload(
    state: &AppState,
    destination: &Destination,
    name: &str,
) -> Result<Upload, OutboundError> {
    let out = &state.outbound;
    let missing =
        |what: &str| OutboundError::Configured(format!("this server has no {what} any more"));
    match destination {
        Destination::Folder { path } => {
            let folder = out.folder.as_ref().ok_or_else(|| missing("folder for exports"))?;
            Ok(folder.upload(path, name).await?)
        }
        Destination::Bucket { prefix } => {
            let bucket = out.bucket.as_ref().ok_or_else(|| missing("bucket for exports"))?;
            Ok(bucket.upload(prefix, name))
        }
        Destination::Mail { .. } => Err(missing("place for this file")),
    }
}

/// Sends a mail to each of those who may see what it tells of.
async fn post(
    state: &AppState,
    kept: &Kept,
    run: &mut KeptRun,
    access: Access,
    recipients: &[String],
) -> Result<Made, RunError> {
    let asks = |what: &str| RunError::Asks(what.into());
    let mailer = state.outbound.mailer.as_ref();
    let mailer = mailer.ok_or_else(|| asks("this server sends no mail any more"))?;
    let site = state.site.address().ok_or_else(|| {
        asks("this server does not know its own address any more: start it with --public-url")
    })?;
    let (to, mut left_out) = readers(state, kept, &access, recipients).await?;
    if to.is_empty() {
        return Err(asks(&format!(
            "nobody of those it is for may see it: {}",
            left_out.join("; ")
        )));
    }
    let slug = access.project.slug.clone();
    let summary = summary::of(state, kept, run, access).await?;
    let links = letter::Links {
        entries: format!("{site}{}?{}", paths::log(&slug), summary.view()),
        schedules: format!("{site}{}#schedules", paths::project_settings(&slug)),
    };
    left_out.extend(send_all(state, mailer, kept, run, (&summary, &links), &to).await?);
    let note = (!left_out.is_empty()).then(|| format!("left out: {}", left_out.join("; ")));
    let place = run.delivered.join(", ");
    Ok(Made { rows: summary.entries.now, bytes: None, sha256: None, place, note })
}

async fn send_all(
    state: &AppState,
    mailer: &Mailer,
    kept: &Kept,
    run: &mut KeptRun,
    (summary, links): (&Summary, &letter::Links),
    to: &[String],
) -> Result<Vec<String>, RunError> {
    let letter = letter::of(kept, summary, links);
    let (mut failed, mut refused) = (None, Vec::new());
    for recipient in to {
        // Whoever has it from an earlier attempt does not get it again.
        if run.delivered.contains(recipient) {
            continue;
        }
        let id = letter::id(kept.id, run.number, recipient);
        match mailer.send(recipient, &Letter { id, ..letter.clone() }).await {
            Ok(()) => {
                run.delivered.push(recipient.clone());
                state.schedules.delivered(kept.id, run).await?;
            }
            // One mailbox that is gone keeps nothing from the others, nor from the next run.
            Err(error) if error.is_for_good() => {
                tracing::warn!(%error, schedule = kept.id, "a mail is refused for good");
                refused.push(format!("{recipient} (the mail server refuses it for good)"));
            }
            Err(error) => failed = Some(error),
        }
    }
    match failed {
        Some(error) => Err(error.into()),
        None if run.delivered.is_empty() => {
            Err(RunError::Asks(format!("nobody got it: {}", refused.join("; "))))
        }
        None => Ok(refused),
    }
}

/// Those of the recipients who may see no less than the owner does: whatever is in the mail, they could
/// have looked up. And of the others, why not.
async fn readers(
    state: &AppState,
    kept: &Kept,
    owner: &Access,
    recipients: &[String],
) -> Result<(Vec<String>, Vec<String>), RunError> {
    let (mut readers, mut left_out) = (Vec::new(), Vec::new());
    for recipient in recipients {
        match reads(state, kept, owner, recipient).await? {
            None => readers.push(recipient.clone()),
            Some(why) => left_out.push(format!("{recipient} {why}")),
        }
    }
    Ok((readers, left_out))
}

async fn reads(
    state: &AppState,
    kept: &Kept,
    owner: &Access,
    recipient: &str,
) -> Result<Option<&'static str>, RunError> {
    const NOBODY: Option<&str> = Some("may not read this project");
    let found = state.people.find(recipient).await.map_err(Error::from)?;
    let Some(found) = found else { return Ok(NOBODY) };
    let person = state.people.active(found.id).await.map_err(Error::from)?;
    let Some(person) = person else { return Ok(NOBODY) };
    if person.id == kept.person {
        return Ok(None);
    }
    let access = match access::on_behalf(state, &person, kept.project, Permission::Read).await {
        Ok(access) => access,
        Err(Error::Forbidden(_)) => return Ok(NOBODY),
        Err(error) => return Err(error.into()),
    };
    let masked = !access.masks.is_none() && access.masks != owner.masks;
    Ok((access.is_limited() || masked).then_some("sees less of the log than the schedule's owner"))
}
