//! Options of the way out: where scheduled exports and mails go.

use std::path::PathBuf;

use clap::Args;

use super::{CliError, secret_in};
use crate::outbound::{Bucket, Folder, Mailer, Outbound, Place};

/// Where this server can take files and mail.
#[derive(Args)]
#[group(id = "outbound")]
pub(super) struct Options {
    /// A folder below which scheduled exports may be written; made where it is missing
    #[arg(long, env = "DAYBOOK_EXPORT_FOLDER", value_name = "FOLDER")]
    export_folder: Option<PathBuf>,
    /// A bucket of an S3-compatible store, into which scheduled exports may be written:
    /// `s3://audit/daybook`. Where the store is and what opens it is read from the environment:
    /// `AWS_ENDPOINT_URL`, `AWS_REGION`, `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_ALLOW_HTTP`
    #[arg(long, env = "DAYBOOK_EXPORT_BUCKET", value_name = "S3_URL")]
    export_bucket: Option<String>,
    /// A file with nothing else in it than the secret access key, in place of `AWS_SECRET_ACCESS_KEY`
    #[arg(
        long,
        env = "DAYBOOK_EXPORT_BUCKET_SECRET_FILE",
        value_name = "FILE",
        requires = "export_bucket"
    )]
    export_bucket_secret_file: Option<PathBuf>,
    /// The mail server: `smtps://name:password@smtp.example.com`, or
    /// `smtp://name:password@smtp.example.com:587?tls=required`. Others on this machine can read what a
    /// command was started with: give it in the environment
    #[arg(
        long,
        env = "DAYBOOK_SMTP_URL",
        hide_env_values = true,
        value_name = "URL",
        requires = "mail_from",
        requires = "public_url"
    )]
    smtp_url: Option<String>,
    /// A file with nothing else in it than that
    #[arg(
        long,
        env = "DAYBOOK_SMTP_URL_FILE",
        value_name = "FILE",
        conflicts_with = "smtp_url",
        requires = "mail_from",
        requires = "public_url"
    )]
    smtp_url_file: Option<PathBuf>,
    /// In whose name mails are sent: `Daybook <daybook@example.com>`
    #[arg(long, env = "DAYBOOK_MAIL_FROM", value_name = "SENDER")]
    mail_from: Option<String>,
}

/// Where entries go before they are removed, and whence they come back.
#[derive(Debug, Args)]
pub(super) struct ArchiveOptions {
    /// A folder into which entries are written before retention removes them; made where it is missing
    #[arg(
        long,
        env = "DAYBOOK_ARCHIVE_FOLDER",
        value_name = "FOLDER",
        conflicts_with = "archive_bucket"
    )]
    archive_folder: Option<PathBuf>,
    /// A bucket of an S3-compatible store, in its place: `s3://audit/archive`. Where the store is and what
    /// opens it is read from the environment, as for `--export-bucket`
    #[arg(long, env = "DAYBOOK_ARCHIVE_BUCKET", value_name = "S3_URL")]
    archive_bucket: Option<String>,
}

impl ArchiveOptions {
    /// As it was given.
    pub(super) fn read(&self) -> Result<Option<Place>, CliError> {
        if let Some(path) = &self.archive_folder {
            let folder = Folder::named(path).map_err(|e| {
                CliError::say(format!("the folder of the archive, {}: {e}", path.display()))
            })?;
            return Ok(Some(Place::Folder(folder)));
        }
        let bucket = self.archive_bucket.as_deref().map(|url| Bucket::at(url, None)).transpose();
        Ok(bucket.map_err(|e| CliError::say(e.to_string()))?.map(Place::Bucket))
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The mail server's address has a password in it.
        let Self { export_folder, export_bucket, mail_from, .. } = self;
        f.debug_struct("Options")
            .field("export_folder", export_folder)
            .field("export_bucket", export_bucket)
            .field("mail_from", mail_from)
            .finish_non_exhaustive()
    }
}

impl Options {
    /// As they were given.
    pub(super) fn read(&self) -> Result<Outbound, CliError> {
        let said = |e: crate::outbound::OutboundError| CliError::say(e.to_string());
        let folder = match &self.export_folder {
            Some(path) => Some(Folder::named(path).map_err(|e| {
                CliError::say(format!("the folder for exports, {}: {e}", path.display()))
            })?),
            None => None,
        };
        let secret = self.export_bucket_secret_file.as_deref().map(secret_in).transpose()?;
        let bucket = |address| Bucket::at(address, secret.as_deref());
        let bucket = self.export_bucket.as_deref().map(bucket).transpose().map_err(said)?;
        let smtp_url = match &self.smtp_url_file {
            Some(path) => Some(secret_in(path)?),
            None => self.smtp_url.clone(),
        };
        let mailer = match (&smtp_url, &self.mail_from) {
            (Some(url), Some(from)) => Some(Mailer::by(url, from).map_err(said)?),
            _ => None,
        };
        Ok(Outbound { folder, bucket, mailer, archive: None })
    }
}
