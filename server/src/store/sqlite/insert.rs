//! Rows that go in by statements with a mark for each cell.

use async_trait::async_trait;
use sqlx::{
    AssertSqlSafe,
    sqlite::{SqliteArguments, SqliteConnection},
};

use crate::store::{
    StoreError,
    insert::{Batch, Cell, Table, unfit},
};

/// How many rows go into one statement: few sizes, so that each is prepared once.
const SIZES: [usize; 3] = [128, 16, 1];

#[async_trait]
impl Batch for SqliteArguments {
    type Connection = SqliteConnection;

    fn at_once(waiting: usize) -> usize {
        SIZES.into_iter().find(|&size| size <= waiting).unwrap_or(1)
    }

    fn begin(&mut self, _: usize) -> Result<(), StoreError> {
        Ok(())
    }

    fn add<'t>(&mut self, cell: impl Cell<'t>) -> Result<&mut Self, StoreError> {
        sqlx::Arguments::add(self, cell).map_err(unfit)?;
        Ok(self)
    }

    async fn insert(
        self,
        connection: &mut SqliteConnection,
        table: &Table,
        rows: usize,
    ) -> Result<(), StoreError> {
        // The names are constants, and each value has its mark.
        sqlx::query_with(AssertSqlSafe(text(table, rows)), self).execute(connection).await?;
        Ok(())
    }
}

fn text(table: &Table, rows: usize) -> String {
    let mut text = format!("INSERT INTO {} ({}) VALUES ", table.name, table.columns.join(", "));
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..table.columns.len() {
            text.push_str(if column == 0 { "?" } else { ", ?" });
        }
        text.push(')');
    }
    text
}
