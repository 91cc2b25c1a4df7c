//! A bucket of an S3-compatible store.

use std::{sync::Arc, time::Duration};

use axum::body::Bytes;
use futures_util::{TryStreamExt as _, stream::BoxStream};
use object_store::{
    ClientConfigKey, ObjectStore, ObjectStoreExt as _, RetryConfig,
    aws::{AmazonS3Builder, AmazonS3ConfigKey},
    path::Path,
};

use super::{OutboundError, Upload, object::Object};

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
        let name = self.name(path, name);
        match self.store.get(&Path::from(name.as_str())).await {
            Err(object_store::Error::NotFound { .. }) => {
                Err(OutboundError::Missing(self.place(&name)))
            }
            found => Ok(found?.into_stream()),
        }
    }

    /// Whether an object of this whole name is there.
    pub(super) async fn has(&self, name: &str) -> Result<bool, OutboundError> {
        match self.store.head(&Path::from(name)).await {
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            found => Ok(found.map(|_| true)?),
        }
    }

    /// The whole name of an object.
    fn name(&self, path: &str, name: &str) -> String {
        let parts = [&self.prefix, path, name];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
    }

    /// Begins an object.
    pub fn upload(&self, path: &str, name: &str) -> Upload {
        let name = self.name(path, name);
        let object = Object::begin(Arc::clone(&self.store), Path::from(name.as_str()));
        Upload::Object { object: Box::new(object), bucket: self.clone(), name }
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

#[cfg(test)]
mod tests {
    use object_store::memory::InMemory;

    use super::{super::Existing, *};

    fn bucket() -> Bucket {
        let store = Arc::new(InMemory::new());
        Bucket { store, address: "s3://audit/".into(), prefix: "daybook".into() }
    }

    async fn write(
        bucket: &Bucket,
        byte: u8,
        len: usize,
        existing: Existing,
    ) -> Result<(), OutboundError> {
        let mut upload = bucket.upload("acme", "a");
        for piece in vec![byte; len].chunks(1 << 20) {
            upload.write(Bytes::copy_from_slice(piece)).await?;
        }
        upload.finish(vec![(".sum", vec![byte])], existing).await
    }

    async fn read(bucket: &Bucket, name: &str) -> (u64, u8) {
        use std::io::Read as _;
        let mut fetched = bucket.fetch("acme", name).await.unwrap();
        let mut first = [0];
        fetched.file.read_exact(&mut first).unwrap();
        (fetched.bytes, first[0])
    }

    /// In one piece, and in parts.
    #[tokio::test]
    async fn what_is_kept_is_not_written_over() {
        for len in [9, 20 << 20] {
            let bucket = bucket();
            assert!(
                matches!(bucket.fetch("acme", "a").await, Err(OutboundError::Missing(place)) if place == "s3://audit/daybook/acme/a")
            );
            write(&bucket, b'1', len, Existing::Kept).await.unwrap();
            let taken = write(&bucket, b'2', len, Existing::Kept).await;
            assert!(
                matches!(taken, Err(OutboundError::Taken(place)) if place == "s3://audit/daybook/acme/a")
            );
            assert_eq!(read(&bucket, "a").await, (len as u64, b'1'));
            assert_eq!(read(&bucket, "a.sum").await, (1, b'1'));
            write(&bucket, b'3', len, Existing::Replaced).await.unwrap();
            assert_eq!(read(&bucket, "a").await, (len as u64, b'3'));
        }
    }

    /// Between the look and the end.
    #[tokio::test]
    async fn a_name_that_is_taken_meanwhile_is_kept_too() {
        let bucket = bucket();
        let name = Path::from("daybook/acme/a");
        let mut late = Object::begin(Arc::clone(&bucket.store), name);
        late.write(Bytes::from_static(b"late")).await.unwrap();
        write(&bucket, b'1', 9, Existing::Kept).await.unwrap();
        let taken = late.finish(Existing::Kept).await;
        assert!(matches!(taken, Err(object_store::Error::AlreadyExists { .. })));
        assert_eq!(read(&bucket, "a").await, (9, b'1'));
    }
}
