//! A bucket of an S3-compatible store.

use std::{sync::Arc, time::Duration};

use axum::body::Bytes;
use futures_util::{TryStreamExt as _, stream::BoxStream};
use object_store::{
    ClientConfigKey, ObjectStore, ObjectStoreExt as _, RetryConfig,
    aws::{AmazonS3Builder, AmazonS3ConfigKey},
    buffered::BufWriter,
    path::Path,
};

use super::{OutboundError, Upload};

/// How much of a file is one part, in bytes: what is smaller goes at once.
const PART: usize = 8 << 20;
/// How many parts are under way at once.
const PARTS: usize = 2;

/// How long a part may take. Whoever asks tries again later by themselves.
const PATIENCE: Duration = Duration::from_mins(2);

/// A bucket, and what names in it begin with.
#[derive(Debug, Clone)]
pub struct Bucket {
    store: Arc<dyn ObjectStore>,
    address: Arc<str>,
    prefix: Arc<str>,
}

impl Bucket {
    /// The bucket at an address `s3://bucket/prefix`. Where it is and who we are there is said by the
    /// environment, as for other programs: `AWS_ENDPOINT_URL`, `AWS_REGION`, `AWS_ACCESS_KEY_ID`, …; the
    /// secret that belongs to these may be given here.
    pub fn at(address: &str, secret: Option<&str>) -> Result<Self, OutboundError> {
        let said = AmazonS3Builder::from_env();
        let said = match secret {
            Some(secret) => said.with_secret_access_key(secret),
            None => said,
        };
        Self::with(said, address)
    }

    /// The same, where the environment is not asked.
    pub fn with(builder: AmazonS3Builder, address: &str) -> Result<Self, OutboundError> {
        let wrong = || {
            OutboundError::Configured(format!(
                "{address:?} is not the address of a bucket, such as s3://audit/daybook"
            ))
        };
        let (bucket, prefix) = {
            let rest = address.strip_prefix("s3://").ok_or_else(wrong)?;
            rest.split_once('/').unwrap_or((rest, ""))
        };
        if bucket.is_empty() {
            return Err(wrong());
        }
        // One implementation for all TLS of this program; that it was chosen already is no error.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let retry =
            RetryConfig { max_retries: 3, retry_timeout: PATIENCE, ..RetryConfig::default() };
        let patience = AmazonS3ConfigKey::Client(ClientConfigKey::Timeout);
        let store = builder
            .with_bucket_name(bucket)
            .with_retry(retry)
            .with_config(patience, format!("{}s", PATIENCE.as_secs()))
            .build()?;
        let prefix = prefix.trim_matches('/');
        Ok(Self {
            store: Arc::new(store),
            address: format!("s3://{bucket}/").into(),
            prefix: prefix.into(),
        })
    }

    /// Where it is.
    pub(super) fn shown(&self) -> String {
        self.place(&self.prefix)
    }

    /// The pieces of an object.
    pub(super) async fn get(
        &self,
        path: &str,
        name: &str,
    ) -> Result<BoxStream<'static, object_store::Result<Bytes>>, OutboundError> {
        Ok(self.store.get(&Path::from(self.name(path, name))).await?.into_stream())
    }

    /// The whole name of an object.
    fn name(&self, path: &str, name: &str) -> String {
        let parts = [&self.prefix, path, name];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
    }

    /// Begins an object. Small ones are put at once, large ones in parts that become one at the end.
    pub fn upload(&self, path: &str, name: &str) -> Upload {
        let name = self.name(path, name);
        let store = Arc::clone(&self.store);
        let parts = BufWriter::with_capacity(store, Path::from(name.as_str()), PART);
        let parts = Box::new(parts.with_max_concurrency(PARTS));
        Upload::Object { parts, bucket: self.clone(), name }
    }

    /// Looks whether it can be reached.
    pub async fn look(&self) -> Result<(), OutboundError> {
        let below = Path::from(&*self.prefix);
        let mut listed = self.store.list(Some(&below));
        listed.try_next().await?;
        Ok(())
    }

    /// Puts a small object.
    pub(super) async fn put(&self, name: &str, bytes: Vec<u8>) -> Result<(), OutboundError> {
        self.store.put(&Path::from(name), bytes.into()).await?;
        Ok(())
    }

    pub(super) fn place(&self, name: &str) -> String {
        format!("{}{name}", self.address)
    }
}
