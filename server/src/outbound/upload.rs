//! A file on its way out.

use axum::body::Bytes;

use super::{Bucket, OutboundError, folder::Draft, object::Object};

/// What becomes of a file that is there already under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// It is an earlier one of the same, and the new one takes its place.
    Replaced,
    /// It stays as it is, whosever it is; the new one is refused.
    Kept,
}

/// A file on its way out. Until it is finished there is nothing under its name, or what was there before;
/// what is dropped is not there.
pub enum Upload {
    /// Into a folder.
    File(Draft),
    /// Into a bucket.
    Object {
        /// What there is of it so far.
        object: Box<Object>,
        /// Where to.
        bucket: Bucket,
        /// The object's whole name.
        name: String,
    },
}

impl std::fmt::Debug for Upload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Upload").field(&self.place()).finish()
    }
}

impl Upload {
    /// Where it will be.
    pub fn place(&self) -> String {
        match self {
            Self::File(draft) => draft.place(),
            Self::Object { bucket, name, .. } => bucket.place(name),
        }
    }

    /// Writes more of it.
    pub async fn write(&mut self, bytes: Bytes) -> Result<(), OutboundError> {
        match self {
            Self::File(draft) => Ok(draft.write(bytes).await?),
            Self::Object { object, .. } => Ok(object.write(bytes).await?),
        }
    }

    /// Gives it its name, once small files that tell of it lie beside it: whoever finds it finds them. Each
    /// of these has the same name with another end.
    pub async fn finish(
        self,
        beside: Vec<(&'static str, Vec<u8>)>,
        existing: Existing,
    ) -> Result<(), OutboundError> {
        let place = self.place();
        match self {
            Self::File(draft) => {
                draft.finish(beside, existing).await.map_err(|error| match error.kind() {
                    std::io::ErrorKind::AlreadyExists => OutboundError::Taken(place),
                    _ => error.into(),
                })
            }
            Self::Object { object, bucket, name } => {
                if existing == Existing::Kept && bucket.has(&name).await? {
                    object.abandon().await;
                    return Err(OutboundError::Taken(place));
                }
                for (end, bytes) in beside {
                    bucket.put(&format!("{name}{end}"), bytes).await?;
                }
                object.finish(existing).await.map_err(|error| match error {
                    object_store::Error::AlreadyExists { .. } => OutboundError::Taken(place),
                    error => error.into(),
                })
            }
        }
    }

    /// Leaves it.
    pub async fn abandon(self) {
        if let Self::Object { object, .. } = self {
            object.abandon().await;
        }
    }
}
