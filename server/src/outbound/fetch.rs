//! A file that was taken out, brought back to be read.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, Write as _},
};

use axum::body::Bytes;
use futures_util::StreamExt as _;
use sha2::{Digest as _, Sha256};

use super::{Bucket, Folder, OutboundError};

/// A file as it was read back: without a name, and gone when it is dropped.
#[derive(Debug)]
pub struct Fetched {
    /// What is in it, from its beginning.
    pub file: File,
    /// How many bytes.
    pub bytes: u64,
    /// Their SHA-256.
    pub sha256: [u8; 32],
}

/// What was read so far.
struct Copy {
    file: File,
    bytes: u64,
    hash: Sha256,
}

impl Copy {
    fn begin() -> io::Result<Self> {
        Ok(Self { file: tempfile::tempfile()?, bytes: 0, hash: Sha256::new() })
    }

    fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    fn end(mut self) -> io::Result<Fetched> {
        self.file.rewind()?;
        Ok(Fetched { file: self.file, bytes: self.bytes, sha256: self.hash.finalize().into() })
    }
}

impl Folder {
    /// Reads a file below it.
    pub async fn fetch(&self, path: &str, name: &str) -> Result<Fetched, OutboundError> {
        let (folder, path, name) = (self.clone(), path.to_owned(), name.to_owned());
        let read = move || {
            let mut from = folder.open(&path, &name).map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => OutboundError::Missing(folder.place(&path, &name)),
                _ => error.into(),
            })?;
            let (mut copy, mut buffer) = (Copy::begin()?, vec![0; 1 << 18]);
            loop {
                match from.read(&mut buffer)? {
                    0 => return Ok::<_, OutboundError>(copy.end()?),
                    read => copy.add(&buffer[..read])?,
                }
            }
        };
        tokio::task::spawn_blocking(read).await.map_err(io::Error::other)?
    }
}

impl Bucket {
    /// Reads an object.
    pub async fn fetch(&self, path: &str, name: &str) -> Result<Fetched, OutboundError> {
        let mut pieces = self.get(path, name).await?;
        let mut copy = Copy::begin()?;
        while let Some(piece) = pieces.next().await {
            let piece: Bytes = piece?;
            copy = tokio::task::spawn_blocking(move || copy.add(&piece).map(|()| copy))
                .await
                .map_err(io::Error::other)??;
        }
        Ok(copy.end()?)
    }
}
