//! An object on its way into a bucket. A small one is put at once, a large one in parts that become one at
//! the end.

use std::sync::Arc;

use axum::body::Bytes;
use object_store::{
    Error, ObjectStore, ObjectStoreExt as _, PutMode, PutPayloadMut, WriteMultipart, path::Path,
};

use super::Existing;

/// How much of a file is one part, in bytes: what is smaller goes at once.
const PART: usize = 8 << 20;
/// How many parts are under way at once.
const PARTS: usize = 2;

/// What there is of an object so far.
pub struct Object {
    store: Arc<dyn ObjectStore>,
    name: Path,
    small: PutPayloadMut,
    large: Option<WriteMultipart>,
}

impl Object {
    pub(super) fn begin(store: Arc<dyn ObjectStore>, name: Path) -> Self {
        Self { store, name, small: PutPayloadMut::new(), large: None }
    }

    pub(super) async fn write(&mut self, bytes: Bytes) -> object_store::Result<()> {
        if let Some(large) = &mut self.large {
            large.wait_for_capacity(PARTS).await?;
            large.put(bytes);
            return Ok(());
        }
        self.small.push(bytes);
        if self.small.content_length() >= PART {
            let upload = self.store.put_multipart(&self.name).await?;
            let mut large = WriteMultipart::new_with_chunk_size(upload, PART);
            std::mem::take(&mut self.small).freeze().into_iter().for_each(|piece| large.put(piece));
            self.large = Some(large);
        }
        Ok(())
    }

    /// Puts it under its name. That another one gets the name at the same moment is refused for a small one
    /// alone, where the store can: for parts nobody can ask it.
    pub(super) async fn finish(self, existing: Existing) -> object_store::Result<()> {
        let Self { store, name, small, large } = self;
        if let Some(large) = large {
            return large.finish().await.map(drop);
        }
        let small = small.freeze();
        if existing == Existing::Kept {
            match store.put_opts(&name, small.clone(), PutMode::Create.into()).await {
                Err(error) if knows_no_condition(&error) => {}
                put => return put.map(drop),
            }
        }
        store.put(&name, small).await.map(drop)
    }

    /// Takes its parts back.
    pub(super) async fn abandon(self) {
        if let Some(large) = self.large
            && let Err(error) = large.abort().await
        {
            // The store drops the parts by its own rules, where it has some.
            tracing::warn!(%error, name = %self.name, "the parts of an upload could not be taken back");
        }
    }
}

/// Whether a store does not know what it is to put something under a condition.
fn knows_no_condition(error: &Error) -> bool {
    matches!(error, Error::NotImplemented { .. })
        || error.to_string().contains("501 Not Implemented")
}
