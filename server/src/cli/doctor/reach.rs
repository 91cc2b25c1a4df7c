//! What the server is to reach: a mail server, buckets, folders, a provider of single sign-on.

use std::time::Duration;

use rustix::process::geteuid;

use super::Findings;
use crate::{
    outbound::{Folder, OutboundError, Place, Standing},
    settings::Settings,
};

/// How long each may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

/// What to do where a bucket does not answer.
const BUCKET: &str =
    "see AWS_ENDPOINT_URL, AWS_REGION and the keys, and that they may list and write there";

pub(super) async fn look(findings: &mut Findings, settings: &Settings) {
    if let Some(mailer) = &settings.outbound.mailer {
        let advice =
            "see whether this machine may connect there, and whether name and password are right";
        tell(findings, "mail server", in_time(mailer.look()).await, advice);
    }
    if let Some(bucket) = &settings.outbound.bucket {
        tell(findings, "bucket", in_time(bucket.look()).await, BUCKET);
    }
    if let Some(folder) = &settings.outbound.folder {
        tell_folder(findings, "export folder", folder);
    }
    match &settings.outbound.archive {
        Some(Place::Folder(folder)) => tell_folder(findings, "archive", folder),
        Some(Place::Bucket(bucket)) => {
            tell(findings, "archive", in_time(bucket.look()).await, BUCKET);
        }
        None => findings.doubtful(
            "archive",
            "none: what retention removes is gone for good",
            "give --archive-folder or --archive-bucket, if it is to be kept elsewhere",
        ),
    }
    if let Some(provider) = &settings.single_sign_on {
        let issuer = provider.issuer().trim_end_matches('/').to_owned();
        let advice = "see whether this machine may connect there, and whether --oidc-issuer is what the provider names itself";
        let asked = tokio::task::spawn_blocking(move || {
            let request = ureq::get(format!("{issuer}/.well-known/openid-configuration")).config();
            request.timeout_global(Some(PATIENCE)).build().call().map(drop)
        });
        let asked = asked.await.unwrap_or(Ok(()));
        tell(findings, "single sign-on", asked, advice);
    }
}

async fn in_time(
    look: impl Future<Output = Result<(), OutboundError>>,
) -> Result<(), OutboundError> {
    let late = |_| Err(OutboundError::Configured(format!("no answer in {} s", PATIENCE.as_secs())));
    tokio::time::timeout(PATIENCE, look).await.unwrap_or_else(late)
}

fn tell<E: std::fmt::Display>(
    findings: &mut Findings,
    about: &'static str,
    looked: Result<(), E>,
    advice: &str,
) {
    match looked {
        Ok(()) => findings.good(about, "it answers"),
        Err(error) => findings.wrong(about, error.to_string(), advice),
    }
}

fn tell_folder(findings: &mut Findings, about: &'static str, folder: &Folder) {
    let (shown, user) = (folder.shown(), geteuid().as_raw());
    match folder.look() {
        Ok(Standing::There) => findings.good(about, format!("{shown} can be written to")),
        Ok(Standing::Missing) => {
            findings.good(about, format!("{shown} is not there; the server makes it"));
        }
        Err(error) => findings.wrong(
            about,
            format!("{shown} cannot be written to by user {user}: {error}"),
            "give the folder to the user that the server runs as (chown)",
        ),
    }
}
