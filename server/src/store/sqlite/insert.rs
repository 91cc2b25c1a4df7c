//! Many rows with few statements.

use sqlx::{AssertSqlSafe, SqliteConnection, sqlite::SqliteArguments};

use crate::store::StoreError;

/// A table to insert into.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: &'static [&'static str],
}

/// How many rows go into one statement: few sizes, so that each is prepared once.
const SIZES: [usize; 3] = [128, 16, 1];

impl Table {
    /// Inserts a row for each item, in this order.
    pub(super) async fn insert<T>(
        &self,
        connection: &mut SqliteConnection,
        mut items: &[T],
        bind: impl Fn(&mut Row, &T) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut next = move || {
            let Some(size) = SIZES.into_iter().find(|&size| size <= items.len()) else {
                return Ok(None);
            };
            let (now, later) = items.split_at(size);
            items = later;
            let mut row = Row::default();
            now.iter().try_for_each(|item| bind(&mut row, item))?;
            Ok::<_, StoreError>(Some((size, row)))
        };
        let mut ready = next()?;
        while let Some((size, row)) = ready {
            // Safe: the names are constants, and each value has its mark.
            let query = sqlx::query_with(AssertSqlSafe(self.text(size)), row.0);
            // SQLite works on a thread of its own: meanwhile the next rows are made ready.
            let (done, following) = tokio::join!(query.execute(&mut *connection), async { next() });
            done?;
            ready = following?;
        }
        Ok(())
    }

    fn text(&self, rows: usize) -> String {
        let marks = format!("({})", vec!["?"; self.columns.len()].join(", "));
        format!(
            "INSERT INTO {} ({}) VALUES {}",
            self.name,
            self.columns.join(", "),
            vec![marks; rows].join(", ")
        )
    }
}

/// The values of some rows, one after the other.
#[derive(Default)]
pub(super) struct Row(pub(super) SqliteArguments);

impl Row {
    /// Adds a value.
    pub(super) fn add<'t, T: sqlx::Encode<'t, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>>(
        &mut self,
        value: T,
    ) -> Result<&mut Self, StoreError> {
        sqlx::Arguments::add(&mut self.0, value)
            .map_err(|e| StoreError::Failed(format!("a value cannot be stored: {e}")))?;
        Ok(self)
    }
}
