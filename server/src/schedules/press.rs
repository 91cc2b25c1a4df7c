//! Compresses a file while it is written.

use std::io::Write as _;

use axum::body::Bytes;
use daybook_model::schedule::Compression;
use flate2::write::GzEncoder;

use super::perform::RunError;

/// Compresses a piece on a thread for such work.
pub(super) async fn squeeze(
    press: Option<Press>,
    data: Bytes,
) -> Result<(Vec<u8>, Press), RunError> {
    let Some(mut press) = press else {
        return Err(RunError::Written("nothing to write with".into()));
    };
    let work = tokio::task::spawn_blocking(move || press.press(&data).map(|out| (out, press)));
    work.await.map_err(|e| RunError::Written(e.to_string()))?
}

/// What compresses.
pub(super) enum Press {
    Plain,
    Gzip(GzEncoder<Vec<u8>>),
    Zstd(zstd::stream::write::Encoder<'static, Vec<u8>>),
}

impl Press {
    /// Nothing was written yet.
    pub(super) fn new(compression: Compression) -> Result<Self, RunError> {
        Ok(match compression {
            Compression::None => Self::Plain,
            Compression::Gzip => {
                Self::Gzip(GzEncoder::new(Vec::new(), flate2::Compression::default()))
            }
            Compression::Zstd => {
                let encoder = zstd::stream::write::Encoder::new(Vec::new(), 0);
                Self::Zstd(encoder.map_err(|e| RunError::Written(e.to_string()))?)
            }
        })
    }

    fn press(&mut self, data: &[u8]) -> Result<Vec<u8>, RunError> {
        let written = |e: std::io::Error| RunError::Written(e.to_string());
        match self {
            Self::Plain => Ok(data.to_vec()),
            Self::Gzip(encoder) => {
                encoder.write_all(data).map_err(written)?;
                Ok(std::mem::take(encoder.get_mut()))
            }
            Self::Zstd(encoder) => {
                encoder.write_all(data).map_err(written)?;
                Ok(std::mem::take(encoder.get_mut()))
            }
        }
    }

    /// What is left at the end.
    pub(super) fn end(self) -> Result<Vec<u8>, RunError> {
        match self {
            Self::Plain => Ok(Vec::new()),
            Self::Gzip(encoder) => encoder.finish().map_err(|e| RunError::Written(e.to_string())),
            Self::Zstd(encoder) => encoder.finish().map_err(|e| RunError::Written(e.to_string())),
        }
    }
}
