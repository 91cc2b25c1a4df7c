//! A file on its way out.

use axum::body::Bytes;
use object_store::buffered::BufWriter;
use tokio::io::AsyncWriteExt as _;

use super::{Bucket, OutboundError, folder::Draft};

/// A file on its way out. Until it is finished there is nothing under its name, or what was there before;
/// what is dropped is not there.
pub enum Upload {
    /// Into a folder.
    File(Draft),
    /// Into a bucket.
    Object {
        /// The parts so far.
        parts: Box<BufWriter>,
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
            Self::Object { parts, .. } => Ok(parts.put(bytes).await?),
        }
    }

    /// Gives it its name, once small files that tell of it lie beside it: whoever finds it finds them. Each
    /// of these has the same name with another end.
    pub async fn finish(self, beside: Vec<(&'static str, Vec<u8>)>) -> Result<(), OutboundError> {
        match self {
            Self::File(draft) => Ok(draft.finish(beside).await?),
            Self::Object { mut parts, bucket, name } => {
                for (end, bytes) in beside {
                    bucket.put(&format!("{name}{end}"), bytes).await?;
                }
                Ok(parts.shutdown().await?)
            }
        }
    }

    /// Leaves it.
    pub async fn abandon(self) {
        if let Self::Object { mut parts, name, .. } = self
            && let Err(error) = parts.abort().await
        {
            // The store drops the parts by its own rules, where it has some.
            tracing::warn!(%error, name, "the parts of an upload could not be taken back");
        }
    }
}
