//! One suite for every store. What a filter means is said by `Filter::matches`, what an order is by
//! `Sort::compare`; a store that answers otherwise is wrong.

#[path = "store/suite.rs"]
mod suite;

#[path = "store/events.rs"]
mod events;

#[path = "store/oracle.rs"]
mod oracle;

mod sqlite {
    use std::sync::Arc;

    use daybook::store::{AnyStore, sqlite::Sqlite};

    use super::suite;

    /// A new store, and what keeps its file.
    async fn store() -> (AnyStore, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("a/b/daybook.db").display());
        (Arc::new(Sqlite::open(&url).await.unwrap()), folder)
    }

    suite::conformance!(store);
}
