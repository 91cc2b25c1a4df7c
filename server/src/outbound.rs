//! The way out: where this server can take things, as it was configured. Nothing in here knows what is
//! taken, or why.
//!
//! A [`Folder`] and a [`Bucket`] take files by way of an [`Upload`], which is there whole under its name or
//! not at all, and says what becomes of one that is there already ([`Existing`]); a [`Mailer`] takes letters; `Web` sends to where somebody said,
//! if [`Addresses`] may be sent to.

mod address;
mod authorities;
mod bucket;
mod escaped;
mod fetch;
mod folder;
mod mail;
mod object;
mod upload;
mod web;

pub use address::{Addresses, ForbiddenAddress};
pub use authorities::{Authorities, AuthoritiesError};
pub use bucket::Bucket;
pub(crate) use escaped::escaped;
pub use fetch::Fetched;
pub use folder::{Folder, Standing};
pub use mail::{Letter, Mailer};
pub use upload::{Existing, Upload};
pub(crate) use web::{CONNECTING, NotTaken, Web, apart};

/// Why something could not be taken out.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    /// The folder, or a file in it.
    #[error("the folder: {0}")]
    Folder(#[from] std::io::Error),
    /// The bucket, or whoever keeps it.
    #[error("the bucket: {0}")]
    Bucket(#[from] object_store::Error),
    /// The mail server, or the way there.
    #[error("the mail server: {0}")]
    Mail(#[from] lettre::transport::smtp::Error),
    /// A letter that cannot be written.
    #[error("the mail cannot be written: {0}")]
    Letter(#[from] lettre::error::Error),
    /// A file that is to be read.
    #[error("{0} is not there")]
    Missing(String),
    /// A file that is there, where none may be.
    #[error("{0} is there already, and is not written over")]
    Taken(String),
    /// What it was configured with.
    #[error("{0}")]
    Configured(String),
}

impl OutboundError {
    /// Whether it is no use to try again with the same recipient.
    pub fn is_for_good(&self) -> bool {
        match self {
            Self::Mail(error) => error.is_permanent(),
            Self::Letter(_) => true,
            _ => false,
        }
    }
}

/// Where this server can take things.
#[derive(Debug, Clone, Default)]
pub struct Outbound {
    /// A folder of this machine.
    pub folder: Option<Folder>,
    /// A bucket of an S3-compatible store.
    pub bucket: Option<Bucket>,
    /// A mail server.
    pub mailer: Option<Mailer>,
    /// Where entries go before they are removed.
    pub archive: Option<Place>,
}

impl Outbound {
    /// Makes its folders, where they are missing.
    pub fn make_folders(&self) -> Result<(), OutboundError> {
        let archive = match &self.archive {
            Some(Place::Folder(folder)) => Some(folder),
            _ => None,
        };
        for folder in self.folder.iter().chain(archive) {
            folder.make().map_err(|error| {
                let folder = folder.shown();
                OutboundError::Configured(format!("the folder {folder} cannot be made: {error}"))
            })?;
        }
        Ok(())
    }
}

/// A place for files that are read again.
#[derive(Debug, Clone)]
pub enum Place {
    /// A folder of this machine.
    Folder(Folder),
    /// A bucket of an S3-compatible store.
    Bucket(Bucket),
}

impl Place {
    /// Begins a file.
    pub async fn upload(&self, path: &str, name: &str) -> Result<Upload, OutboundError> {
        match self {
            Self::Folder(folder) => Ok(folder.upload(path, name).await?),
            Self::Bucket(bucket) => Ok(bucket.upload(path, name)),
        }
    }

    /// Reads a file.
    pub async fn fetch(&self, path: &str, name: &str) -> Result<Fetched, OutboundError> {
        match self {
            Self::Folder(folder) => folder.fetch(path, name).await,
            Self::Bucket(bucket) => bucket.fetch(path, name).await,
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder(folder) => f.write_str(&folder.shown()),
            Self::Bucket(bucket) => f.write_str(&bucket.shown()),
        }
    }
}
