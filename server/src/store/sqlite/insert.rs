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
        while !items.is_empty() {
            let size = SIZES.into_iter().find(|&s| s <= items.len()).unwrap_or(1);
            let (now, later) = items.split_at(size);
            items = later;
            let mut row = Row::default();
            now.iter().try_for_each(|item| bind(&mut row, item))?;
            // Safe: the names are constants, and each value has its mark.
            sqlx::query_with(AssertSqlSafe(self.text(size)), row.0)
                .execute(&mut *connection)
                .await?;
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
