//! Rows that go in by `COPY`: one statement for any number of them, and nothing to plan.
//!
//! The form is that of <https://www.postgresql.org/docs/15/sql-copy.html>, "Binary Format".

use async_trait::async_trait;
use sqlx::{
    encode::IsNull,
    postgres::{PgArgumentBuffer, PgConnection},
};

use crate::store::{
    StoreError,
    insert::{Batch, Cell, Table, unfit},
};

/// How many rows are made ready at a time, so that a large batch is not in memory twice.
const AT_ONCE: usize = 1_024;

/// The signature, no flags, and no extension of the header.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
const TRAILER: &[u8] = &(-1_i16).to_be_bytes();

/// Rows as `COPY` reads them.
#[derive(Debug, Default)]
pub struct Copied(PgArgumentBuffer);

#[async_trait]
impl Batch for Copied {
    type Connection = PgConnection;

    fn at_once(waiting: usize) -> usize {
        waiting.min(AT_ONCE)
    }

    fn begin(&mut self, cells: usize) -> Result<(), StoreError> {
        let cells = i16::try_from(cells).map_err(unfit)?;
        self.0.extend_from_slice(&cells.to_be_bytes());
        Ok(())
    }

    fn add<'t>(&mut self, cell: impl Cell<'t>) -> Result<&mut Self, StoreError> {
        let at = self.0.len();
        self.0.extend_from_slice(&[0; 4]);
        let null = sqlx::Encode::<sqlx::Postgres>::encode(cell, &mut self.0).map_err(unfit)?;
        let bytes = match null {
            IsNull::Yes => -1,
            IsNull::No => i32::try_from(self.0.len() - at - 4).map_err(unfit)?,
        };
        self.0[at..at + 4].copy_from_slice(&bytes.to_be_bytes());
        Ok(self)
    }

    async fn insert(
        self,
        connection: &mut PgConnection,
        table: &Table,
        _: usize,
    ) -> Result<(), StoreError> {
        let (name, columns) = (table.name, table.columns.join(", "));
        let text = format!("COPY {name} ({columns}) FROM STDIN (FORMAT binary)");
        let mut copy = connection.copy_in_raw(&text).await?;
        copy.send(HEADER).await?;
        copy.send(&self.0[..]).await?;
        copy.send(TRAILER).await?;
        copy.finish().await?;
        Ok(())
    }
}
