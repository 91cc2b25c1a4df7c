//! Rows that go into a table, many at once.

use async_trait::async_trait;
use sqlx::{Encode, Postgres, Sqlite, Type};

use super::{StoreError, engine::Ask};

/// A table to insert into.
#[derive(Debug)]
pub struct Table {
    /// What it is called.
    pub name: &'static str,
    /// What its columns are called, in the order in which cells are added.
    pub columns: &'static [&'static str],
}

/// What goes into a column, of either database.
pub trait Cell<'t>:
    Encode<'t, Sqlite> + Type<Sqlite> + Encode<'t, Postgres> + Type<Postgres>
{
}

impl<'t, T> Cell<'t> for T where
    T: Encode<'t, Sqlite> + Type<Sqlite> + Encode<'t, Postgres> + Type<Postgres>
{
}

/// Rows that are made ready, cell by cell, and then go into a table.
#[async_trait]
pub trait Batch: Default + Send {
    /// What they go in through.
    type Connection: Send;

    /// Of so many rows that wait, of which there is one at the least, how many go in with one statement.
    fn at_once(waiting: usize) -> usize;

    /// Begins a row of so many cells.
    fn begin(&mut self, cells: usize) -> Result<(), StoreError>;

    /// Adds a cell. Integers are as wide as their column.
    fn add<'t>(&mut self, cell: impl Cell<'t>) -> Result<&mut Self, StoreError>;

    /// Puts them, so many rows, into a table.
    async fn insert(
        self,
        connection: &mut Self::Connection,
        table: &Table,
        rows: usize,
    ) -> Result<(), StoreError>;
}

impl Table {
    /// Inserts a row for each item, in this order.
    pub(super) async fn insert<C: Ask, T: Sync>(
        &self,
        connection: &mut C,
        mut items: &[T],
        bind: impl Fn(&mut C::Batch, &T) -> Result<(), StoreError> + Send,
    ) -> Result<(), StoreError> {
        let mut next = move || {
            if items.is_empty() {
                return Ok(None);
            }
            let (now, later) = items.split_at(C::Batch::at_once(items.len()));
            items = later;
            let mut rows = C::Batch::default();
            for item in now {
                rows.begin(self.columns.len())?;
                bind(&mut rows, item)?;
            }
            Ok::<_, StoreError>(Some((rows, now.len())))
        };
        let mut ready = next()?;
        while let Some((rows, number)) = ready {
            // The database works elsewhere: meanwhile the next rows are made ready.
            let inserted = rows.insert(connection, self, number);
            let (done, following) = tokio::join!(inserted, async { next() });
            done?;
            ready = following?;
        }
        Ok(())
    }
}

/// Why a cell does not go into its column.
pub(super) fn unfit(error: impl std::fmt::Display) -> StoreError {
    StoreError::Failed(format!("a value cannot be stored: {error}"))
}

/// A number as wide as its column.
pub(super) fn fit<T: TryFrom<i64>>(number: i64) -> Result<T, StoreError>
where
    T::Error: std::fmt::Display,
{
    T::try_from(number).map_err(unfit)
}
